"""Records in full, and briefs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mcp.types import CallToolResult

from hubspot_skill.domain.names import DEALS
from hubspot_skill.service.answers import ActivityLine, Brief, Cell, GetAnswer, RecordView, RelatedRecord
from hubspot_skill.surfaces.mcp.models.answers import (
    ActivityContent,
    BriefContent,
    CompanyContent,
    GetContent,
    HistoryContent,
    ListContent,
    RecordContent,
    RelatedContent,
)
from hubspot_skill.surfaces.mcp.render.lines import cell, joined, one_of, provenance, source_line, word
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["MAX_IN_FULL", "brief", "records"]

MAX_IN_FULL = 3
"""Records that are told in full; more of one type are a table, which costs a third."""


def records(answer: GetAnswer) -> CallToolResult:
    """Give the result of reading records: a few in full, many of one type as a table."""
    found = f"{len(answer.records)} records" if len(answer.records) != 1 else "1 record"
    missing = f"not found: {', '.join(answer.missing)}" if answer.missing else ""
    if len(answer.records) > MAX_IN_FULL and len({r.type for r in answer.records}) == 1:
        content = _many(answer)
        lines = list(_many_lines(content))
    else:
        full = tuple(_record(r) for r in answer.records)
        content = GetContent(**provenance(answer), records=full, missing=answer.missing)
        lines = [line for record in answer.records for line in _record_lines(record)]
    return result(content, joined(answer, source_line(answer, found), *lines, missing))


def _many(answer: GetAnswer) -> GetContent:
    names = tuple(dict.fromkeys(value.name for record in answer.records for value in record.values))
    values = [{v.name: cell(v.value) for v in record.values} for record in answer.records]
    first = answer.records[0]
    return GetContent(
        **provenance(answer),
        columns=("id", "record", *names),
        rows=tuple(
            (record.id, record.name, *(known.get(name, "") for name in names))
            for record, known in zip(answer.records, values, strict=True)
        ),
        link=first.link.replace(first.id, "{id}"),
        linked=tuple(
            (record.id, related.type, linked.id, linked.name, ", ".join(linked.labels))
            for record in answer.records
            for related in record.related
            for linked in related.records
        ),
        past=tuple(
            (record.id, history.name, entry.at, cell(entry.value), entry.source, entry.by)
            for record in answer.records
            for history in record.history
            for entry in history.entries
        ),
        missing=answer.missing,
    )


def _many_lines(content: GetContent) -> Iterable[str]:
    tables = (
        (content.columns, content.rows),
        (("id", "type", "linked_id", "linked", "label"), content.linked),
        (("id", "property", "at", "value", "source", "by"), content.past),
    )
    for columns, rows in tables:
        if rows:
            yield "\t".join(columns)
            yield from ("\t".join(word(value) for value in row).rstrip("\t") for row in rows)
    yield f"open a row: {content.link}"


def _record(view: RecordView) -> RecordContent:
    return RecordContent(
        type=view.type,
        id=view.id,
        name=view.name,
        link=view.link,
        values={v.name: cell(v.value) for v in view.values},
        raw={v.name: v.raw for v in view.values if v.raw and v.raw != str(v.value)},
        related=tuple(
            RelatedContent(
                type=r.type,
                total=r.total,
                rows=tuple((linked.id, linked.name, ", ".join(linked.labels)) for linked in r.records),
                more=r.is_more,
            )
            for r in view.related
        ),
        history=tuple(
            HistoryContent(name=h.name, rows=tuple((e.at, cell(e.value), e.source, e.by) for e in h.entries))
            for h in view.history
        ),
    )


def _record_lines(view: RecordView) -> Iterable[str]:
    yield f"{one_of(view.type)} {view.id} {view.name} {view.link}"
    for value in view.values:
        yield f"{value.name}: {word(value.value)}"
    for related in view.related:
        names = "; ".join(_linked(r) for r in related.records)
        yield f"{related.type} ({'at least ' if related.is_more else ''}{related.total}): {names}".rstrip(": ")
    for history in view.history:
        yield f"history of {history.name}:"
        for entry in history.entries:
            yield "\t".join(filter(None, (entry.at, word(entry.value), entry.source, entry.by)))


def _linked(record: RelatedRecord) -> str:
    labels = f", {', '.join(record.labels)}" if record.labels else ""
    return f"{record.name} ({record.id}{labels})"


def brief(answer: Brief) -> CallToolResult:
    """Give the result of a brief; what its first line says anyway is not said again among the words understood."""
    answer = replace(answer, resolved=tuple(r for r in answer.resolved if r.id != answer.record.id))
    is_one_currency = all(d.currency in ("", answer.currency) for d in answer.open_deals)
    deals = _list(
        ("id", "name", "stage", "amount", "currency", "close", "owner", "next_step", "overdue"),
        [
            (
                d.id,
                d.name,
                d.stage,
                d.amount,
                "" if d.amount is None or (is_one_currency and answer.open_value is not None) else d.currency,
                d.close,
                d.owner,
                d.next_step,
                d.is_overdue or "",
            )
            for d in answer.open_deals
        ],
        answer.open_deals_more,
    )
    people = _list(
        ("id", "name", "job_title", "email", "phone"),
        [(p.id, p.name, p.job_title, p.email, p.phone) for p in answer.people],
        answer.people_more,
    )
    content = BriefContent(
        **provenance(answer),
        record=_record(answer.record).model_copy(update={"raw": {}}),
        companies=tuple(CompanyContent(id=c.id, name=c.name, label=", ".join(c.labels)) for c in answer.companies),
        people=people,
        open_deals=deals,
        open_value=cell(answer.open_value),
        currency=answer.currency if answer.open_value is not None else "",
        last_activity=_activity(answer.last_activity),
        next_activity=_activity(answer.next_activity),
    )
    total = f", {word(answer.open_value)} {answer.currency}" if answer.open_value is not None else ""
    text = joined(
        answer,
        *_record_lines(answer.record),
        f"companies: {'; '.join(_linked(c) for c in answer.companies)}" if answer.companies else "",
        *_list_lines("people", people),
        f"open deals: {answer.open_count}{total}" if answer.record.type != DEALS.name else "",
        *_list_lines("", deals),
        _activity_line("last activity", answer.last_activity),
        _activity_line("next activity", answer.next_activity),
        source_line(answer),
    )
    return result(content, text)


def _list(names: Sequence[str], found: Sequence[Sequence[Cell]], more: int) -> ListContent | None:
    """Give a list with only those columns that some row fills."""
    if not found:
        return None
    used = [i for i in range(len(names)) if any(row[i] not in ("", None) for row in found)]
    return ListContent(
        columns=tuple(names[i] for i in used),
        rows=tuple(tuple(cell(row[i]) for i in used) for row in found),
        more=more,
    )


def _list_lines(title: str, found: ListContent | None) -> Iterable[str]:
    if found is None:
        return
    yield "\t".join([f"{title}: {found.columns[0]}" if title else found.columns[0], *found.columns[1:]])
    for row in found.rows:
        yield "\t".join(word(value) for value in row).rstrip("\t")
    if found.more:
        yield f"and {found.more} more"


def _activity(line: ActivityLine | None) -> ActivityContent | None:
    return ActivityContent(kind=line.kind, at=line.at, title=line.title) if line else None


def _activity_line(title: str, line: ActivityLine | None) -> str:
    return f"{title}: {line.at} {line.kind} {line.title}".rstrip() if line else ""
