"""Reads marketing e-mails, their statistics, and lists (developers.hubspot.com, emails and lists, read 2026-11-23)."""

from __future__ import annotations

from decimal import Decimal

from hubspot_skill.domain.marketing import (
    EmailFigures,
    EmailPage,
    EmailStatistics,
    ListPage,
    MarketingEmail,
    MemberPage,
    RecordList,
)
from hubspot_skill.hubspot.wire.records import next_after
from hubspot_skill.hubspot.wire.shapes import (
    Json,
    boolean,
    decimal_of,
    instant,
    integer,
    mapping,
    mappings,
    optional_text,
    results,
    text,
)

__all__ = ["read_emails", "read_list", "read_lists", "read_members", "read_statistics"]


def read_emails(value: object) -> EmailPage:
    """Read one page of marketing e-mails."""
    fields = mapping(value, "the answer")
    return EmailPage(tuple(_email(item) for item in results(fields)), _total(fields), next_after(fields))


def _email(fields: Json) -> MarketingEmail:
    return MarketingEmail(
        id=text(fields.get("id"), "an e-mail's id"),
        name=optional_text(fields.get("name")) or "",
        subject=optional_text(fields.get("subject")) or "",
        state=optional_text(fields.get("state")) or "",
        published_at=instant(fields.get("publishDate")),
    )


def read_statistics(value: object) -> EmailStatistics:
    """Read the statistics of a span of time; an e-mail without figures in it is absent."""
    fields = mapping(value, "the answer")
    each = mapping(fields.get("campaignAggregations") or {}, "campaignAggregations")
    return EmailStatistics(_figures(fields.get("aggregate")), {id: _figures(found) for id, found in each.items()})


def _figures(value: object) -> EmailFigures:
    fields = mapping(value or {}, "the statistics")
    counters = mapping(fields.get("counters") or {}, "counters")
    ratios = mapping(fields.get("ratios") or {}, "ratios")
    return EmailFigures(
        {name: integer(found) for name, found in counters.items()},
        {name: decimal_of(found) or Decimal(0) for name, found in ratios.items()},
    )


def read_lists(value: object) -> ListPage:
    """Read one page of a search of lists."""
    fields = mapping(value, "the answer")
    lists = tuple(_list(item) for item in mappings(fields.get("lists"), "lists"))
    following = integer(fields.get("offset"), -1) if boolean(fields.get("hasMore")) else -1
    return ListPage(lists, integer(fields.get("total"), len(lists)), following if following >= 0 else None)


def read_list(value: object) -> RecordList:
    """Read one list."""
    return _list(mapping(mapping(value, "the answer").get("list"), "the list"))


def _list(fields: Json) -> RecordList:
    extra = mapping(fields.get("additionalProperties") or {}, "additionalProperties")
    size = fields.get("size", extra.get("hs_list_size"))
    return RecordList(
        id=text(fields.get("listId"), "a list's id"),
        name=optional_text(fields.get("name")) or "",
        type_id=optional_text(fields.get("objectTypeId")) or "",
        processing=optional_text(fields.get("processingType")) or "",
        size=None if size is None else integer(size),
        updated_at=instant(fields.get("updatedAt")),
    )


def read_members(value: object) -> MemberPage:
    """Read one page of a list's members."""
    fields = mapping(value, "the answer")
    ids = tuple(text(item.get("recordId"), "a member's record id") for item in results(fields))
    return MemberPage(ids, _total(fields), next_after(fields))


def _total(fields: Json) -> int | None:
    total = fields.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) else None
