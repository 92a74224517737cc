"""Reads an ordinary page of records from its bytes in one C-speed pass, or says that it is not an ordinary one.

`records` reads whatever HubSpot sends; this module reads what HubSpot nearly always sends, in less than half the time
(a page of 100 records with 25 properties: 0.3 ms beside 0.8 ms, parsing included). It answers None for everything out
of the ordinary (empty texts, associations, history, warnings, a value that does not fit its definition, a moment that
is not in UTC), and then `records` reads the page. A test holds both to the same records.

msgspec decodes straight into the types of the chosen properties; the decoder of one choice is kept, since a caller asks
for the same columns again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Annotated, Any, TypedDict, cast

import msgspec

from hubspot_skill.domain.names import ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import Page, PropertyValue, Record, SearchPage
from hubspot_skill.domain.schema import Property, PropertyType

__all__ = ["QuickPages"]

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_EXTRAS = ("associations", "propertiesWithHistory", "warnings")
_TYPES: dict[PropertyType, Any] = {
    PropertyType.NUMBER: Decimal | None,
    PropertyType.DATE: date | None,
    PropertyType.DATETIME: datetime | None,
}
_TRUTHS: dict[object, PropertyValue] = {"true": True, "false": False, None: None}
_ZONE = attrgetter("tzinfo")


class _Next(msgspec.Struct, gc=False):
    after: str


class _Paging(msgspec.Struct, gc=False):
    next: _Next | None = None


class QuickPages:
    """Reads pages of one type with one choice of properties."""

    def __init__(self, type: ObjectType, properties: Sequence[Property]) -> None:
        self._type = type
        self._plan = tuple((prop.name, prop.type, prop.is_multiple) for prop in properties)

    def search_page(self, body: bytes) -> SearchPage | None:
        """Read a search's answer; None for one that is not ordinary."""
        answer = self._decoded(body)
        if answer is None or answer.total is None:
            return None
        records = self._records(answer.results)
        after = answer.paging.next.after if answer.paging is not None and answer.paging.next is not None else None
        return None if records is None else SearchPage(records, answer.total, after)

    def list_page(self, body: bytes) -> Page | None:
        """Read a page of a list; None for one that is not ordinary."""
        answer = self._decoded(body)
        if answer is None:
            return None
        after = answer.paging.next.after if answer.paging is not None and answer.paging.next is not None else None
        records = self._records(answer.results)
        return None if records is None else Page(records, after)

    def page(self, body: bytes) -> tuple[Record, ...] | None:
        """Read the records of an answer without a total, such as a batch read's; None for one that is not ordinary."""
        answer = self._decoded(body)
        return None if answer is None else self._records(answer.results)

    def _decoded(self, body: bytes) -> Any:
        if not self._plan:
            return None
        try:
            return _decoder(tuple((name, type) for name, type, _ in self._plan)).decode(body)
        except (msgspec.DecodeError, ValueError):
            return None

    def _records(self, rows: list[Any]) -> tuple[Record, ...] | None:
        if not all(map(_is_plain, rows)):
            return None
        values: list[dict[str, Any]] = [row.properties for row in rows]
        for name, type, is_multiple in self._plan:
            if not _finish(values, name, type, is_multiple):
                return None
        created, updated = [row.createdAt for row in rows], [row.updatedAt for row in rows]
        if not _all_utc(created) or not _all_utc(updated):
            return None
        return tuple(
            map(
                Record,
                repeat(self._type),
                [RecordId(row.id) for row in rows],
                cast("list[dict[PropertyName, PropertyValue]]", values),
                created,
                updated,
                [row.archived for row in rows],
                [{} for _ in rows],
                [{} for _ in rows],
            )
        )


@lru_cache(maxsize=128)
def _decoder(plan: tuple[tuple[str, PropertyType], ...]) -> msgspec.json.Decoder[Any]:
    """Give the decoder of a choice of properties: every value of its type or null, absent ones allowed."""
    chosen = cast("Any", TypedDict)(
        "_Chosen", {name: _TYPES.get(type, _Text | None) for name, type in plan}, total=False
    )
    row = msgspec.defstruct(
        "_Row",
        [
            ("id", _Text),
            ("properties", chosen),
            ("createdAt", datetime | None, None),
            ("updatedAt", datetime | None, None),
            ("archived", bool, False),
            *((name, msgspec.Raw | msgspec.UnsetType, msgspec.UNSET) for name in _EXTRAS),
        ],
        gc=False,
    )
    answer = msgspec.defstruct(
        "_Answer",
        [("results", cast("Any", list)[row]), ("total", int | None, None), ("paging", _Paging | None, None)],
    )
    return msgspec.json.Decoder(answer)


def _is_plain(row: Any) -> bool:
    return row.associations is row.propertiesWithHistory is row.warnings is msgspec.UNSET


def _finish(values: list[dict[str, Any]], name: str, type: PropertyType, is_multiple: bool) -> bool:
    """Check a column that the decoder reads too generously, and turn truths and options; False: not ordinary."""
    if type is PropertyType.DATETIME:
        return _all_utc([row.get(name) for row in values])
    if type is PropertyType.NUMBER:
        return all(map(Decimal.is_finite, [found for row in values if (found := row.get(name)) is not None]))
    if type is not PropertyType.BOOL and not is_multiple:
        return True
    for row in values:
        if name not in row:
            continue
        found = row[name]
        if is_multiple:
            row[name] = None if found is None else tuple(option for option in found.split(";") if option)
        elif found in _TRUTHS:
            row[name] = _TRUTHS[found]
        else:
            return False
    return True


def _all_utc(moments: list[datetime | None]) -> bool:
    return set(map(_ZONE, [moment for moment in moments if moment is not None])) <= {UTC}
