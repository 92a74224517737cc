"""CRM records as values: a record, its associations and history, and a page of records.

`PropertyValue` is what a property holds after its definition was applied: text, exact number, truth, day, instant
(aware, UTC), or several options. `None` means known and empty; a name that is absent was not asked for or unknown.
A value that does not fit its definition stays the text that HubSpot sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from hubspot_skill.domain.names import ObjectType, PropertyName, RecordId

__all__ = ["Association", "AssociationPage", "HistoryEntry", "Page", "PropertyValue", "Record", "SearchPage"]

PropertyValue = str | Decimal | bool | datetime | date | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One past or present value of a property, as text; newest first in a history."""

    value: str
    at: datetime
    source: str
    source_label: str = ""
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Association:
    """A link from one record to another: the other's id and the labels of the link (numbers and words)."""

    to_id: RecordId
    type_ids: tuple[int, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssociationPage:
    """One record's links to one object type; `next_after` continues them."""

    from_id: RecordId
    links: tuple[Association, ...]
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One CRM record; `properties` holds what was asked for, by internal name.

    `merged_ids` and `associations` (ids by object type's name) are filled only where a call asked for them;
    `warnings` are HubSpot's own words on values that it normalised (2026-09).
    """

    type: ObjectType
    id: RecordId
    properties: Mapping[PropertyName, PropertyValue]
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_archived: bool = False
    associations: Mapping[str, tuple[RecordId, ...]] = field(default_factory=dict[str, tuple[RecordId, ...]])
    history: Mapping[PropertyName, tuple[HistoryEntry, ...]] = field(
        default_factory=dict[PropertyName, tuple[HistoryEntry, ...]]
    )
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Records in ascending id; `next_after` continues, None at the end."""

    records: tuple[Record, ...]
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Records in the search's order; `total` counts all matches, also above 10,000; `next_after` is an offset."""

    records: tuple[Record, ...]
    total: int
    next_after: str | None = None
