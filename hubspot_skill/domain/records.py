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

__all__ = [
    "HUBSPOT_DEFINED",
    "Association",
    "AssociationPage",
    "HistoryEntry",
    "LinkType",
    "Page",
    "PropertyValue",
    "Record",
    "SearchPage",
]

PropertyValue = str | Decimal | bool | datetime | date | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One past or present value of a property, as text; newest first in a history."""

    value: str
    at: datetime
    source: str
    source_label: str = ""
    user_id: str | None = None


HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
"""The category of links that HubSpot itself has; the others are USER_DEFINED and INTEGRATOR_DEFINED."""


@dataclass(frozen=True, slots=True)
class LinkType:
    """One kind of association; a number means something only together with its category."""

    category: str
    number: int


@dataclass(frozen=True, slots=True)
class Association:
    """A link from one record to another: the other's id, the kinds of the link, and the words of those with a label."""

    to_id: RecordId
    types: tuple[LinkType, ...]
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
