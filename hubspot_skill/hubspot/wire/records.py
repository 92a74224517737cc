"""Turns HubSpot's records, all text on the wire, into typed records by their properties' definitions.

A page of 100 records with 25 properties is 2,500 values, so the way from text to value is looked up once a call
(`RecordReader`) and not once a value. A value that does not fit its definition stays the text that HubSpot sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from hubspot_skill.domain.names import ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import HistoryEntry, Page, PropertyValue, Record, SearchPage
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.hubspot.wire.shapes import (
    Json,
    ShapeError,
    array,
    instant,
    integer,
    mapping,
    mappings,
    optional_text,
    text,
)

__all__ = ["RecordReader", "next_after", "read_id", "read_page", "read_search_page", "unfinished_links"]

Convert = Callable[[str], PropertyValue]


class RecordReader:
    """Reads records of one type with one choice of properties.

    Without a choice every property of the answer is kept, as text: what a write gives back.
    """

    def __init__(self, type: ObjectType, properties: Sequence[Property]) -> None:
        self._type = type
        self._plan = tuple((prop.name, _converter(prop)) for prop in properties)

    def record(self, value: object, where: str = "the record") -> Record:
        """Read one record."""
        fields = mapping(value, where)
        return self._record(fields, where)

    def records(self, value: object, where: str = "results") -> tuple[Record, ...]:
        """Read a list of records."""
        read = self._record
        return tuple([read(mapping(item, where), where) for item in array(value, where)])

    def _record(self, fields: Json, where: str) -> Record:
        given = fields.get("properties")
        values = cast("Json", given) if type(given) is dict else {}
        history = fields.get("propertiesWithHistory")
        warnings = fields.get("warnings")
        links = fields.get("associations")
        return Record(
            type=self._type,
            id=read_id(fields.get("id"), where),
            properties=self._values(values) if self._plan else _plain(values),
            created_at=_moment(fields.get("createdAt")),
            updated_at=_moment(fields.get("updatedAt")),
            is_archived=fields.get("archived") is True,
            associations=_links(links) if links else {},
            history=_history(history) if history else {},
            warnings=_warnings(warnings) if warnings else (),
        )

    def _values(self, values: Json) -> dict[PropertyName, PropertyValue]:
        """Convert the chosen properties; the loop that every page's speed hangs on."""
        result: dict[PropertyName, PropertyValue] = {}
        for name, convert in self._plan:
            value = values.get(name, _ABSENT)
            if value is None or value == "":
                result[name] = None
            elif type(value) is str:
                if convert is None:
                    result[name] = value
                else:
                    try:
                        result[name] = convert(value)
                    except (ValueError, InvalidOperation, OverflowError):
                        result[name] = value
            elif value is not _ABSENT:
                result[name] = _from_loose(value, convert)
        return result


_ABSENT = object()


def read_id(value: object, where: str) -> RecordId:
    """Read a record's id: digits, as text or number."""
    if type(value) is str and value:
        return RecordId(value)
    if type(value) is int:
        return RecordId(str(value))
    raise ShapeError(f"{where} has no id")


def read_page(reader: RecordReader, value: object) -> Page:
    """Read one page of the list of records."""
    fields = mapping(value, "the answer")
    return Page(reader.records(fields.get("results")), next_after(fields))


def read_search_page(reader: RecordReader, value: object) -> SearchPage:
    """Read one page of a search."""
    fields = mapping(value, "the answer")
    total = fields.get("total")
    if not isinstance(total, int):
        raise ShapeError("total is missing from a search's answer")
    return SearchPage(reader.records(fields.get("results")), total, next_after(fields))


def next_after(fields: Json) -> str | None:
    """Find where the next page begins, None at the end."""
    paging = fields.get("paging")
    if type(paging) is not dict:
        return None
    following = cast("Json", paging).get("next")
    return optional_text(cast("Json", following).get("after")) if type(following) is dict else None


def unfinished_links(page: object) -> list[tuple[RecordId, tuple[str, ...]]]:
    """Name the records of a page of which the answer holds only the first associations, and to which types."""
    found: list[tuple[RecordId, tuple[str, ...]]] = []
    for item in mappings(mapping(page, "the answer").get("results"), "results"):
        links = item.get("associations")
        if type(links) is dict:
            parts = cast("Json", links).items()
            names = tuple(name for name, part in parts if type(part) is dict and next_after(cast("Json", part)))
            if names:
                found.append((read_id(item.get("id"), "a record"), names))
    return found


def _converter(prop: Property) -> Convert | None:
    if prop.is_multiple:
        return _options
    return _CONVERTERS.get(prop.type)


def _truth(value: str) -> bool:
    lowered = value.lower()
    if lowered == "true":
        return True
    if lowered == "false":
        return False
    raise ValueError(value)


def _number(value: str) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(value)
    return number


def _day(value: str) -> date:
    if len(value) == 10:
        return date.fromisoformat(value)
    return _instant(value).date()


def _instant(value: str) -> datetime:
    if value[-1] == "Z":
        return datetime.fromisoformat(value)
    found = instant(value)
    if found is None:
        raise ValueError(value)
    return found


def _options(value: str) -> tuple[str, ...]:
    return tuple([option for option in value.split(";") if option])


_CONVERTERS: Mapping[PropertyType, Convert] = {
    PropertyType.BOOL: _truth,
    PropertyType.NUMBER: _number,
    PropertyType.DATE: _day,
    PropertyType.DATETIME: _instant,
}


def _from_loose(value: object, convert: Convert | None) -> PropertyValue:
    """Read a value that is not the text the API promises: a bare number or truth becomes text first."""
    if isinstance(value, bool):
        as_text = "true" if value else "false"
    else:
        as_text = optional_text(value)
        if as_text is None:
            return None
    if convert is None:
        return as_text
    try:
        return convert(as_text)
    except (ValueError, InvalidOperation, OverflowError):
        return as_text


def _plain(values: Json) -> dict[PropertyName, PropertyValue]:
    return {PropertyName(name): _from_loose(value, None) or None for name, value in values.items()}


def _moment(value: object) -> datetime | None:
    if type(value) is str and value[-1:] == "Z":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    return instant(value)


def _links(value: object) -> dict[str, tuple[RecordId, ...]]:
    """Read the ids by type; a pair with several labels is listed several times and counts once."""
    found: dict[str, tuple[RecordId, ...]] = {}
    for name, part in mapping(value, "associations").items():
        items = mappings(mapping(part, f"associations.{name}").get("results"), f"associations.{name}.results")
        ids = (read_id(item.get("id", item.get("toObjectId")), f"associations.{name}") for item in items)
        found[name] = tuple(dict.fromkeys(ids))
    return found


def _history(value: object) -> dict[PropertyName, tuple[HistoryEntry, ...]]:
    return {
        PropertyName(name): tuple(_entry(item) for item in mappings(entries, f"the history of {name}"))
        for name, entries in mapping(value, "propertiesWithHistory").items()
    }


def _entry(item: Json) -> HistoryEntry:
    at = instant(item.get("timestamp"))
    if at is None:
        raise ShapeError("a history entry has no timestamp")
    user = item.get("updatedByUserId")
    return HistoryEntry(
        value=optional_text(item.get("value")) or "",
        at=at.astimezone(UTC),
        source=optional_text(item.get("sourceType")) or "",
        source_label=optional_text(item.get("sourceLabel")) or "",
        user_id=str(integer(user)) if user is not None else None,
    )


def _warnings(value: object) -> tuple[str, ...]:
    return tuple(text(item.get("message"), "a warning") for item in mappings(value, "warnings") if "message" in item)
