"""What a caller wants changed, one value per operation, before anything is read or checked.

Values are text as HubSpot stores it; the empty text clears a property. Those of a definition (`Define`, `Redefine`) are
spelled as `things` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hubspot_skill.changes.steps import Image, Thing
from hubspot_skill.domain.names import ObjectType, PropertyName, RecordId
from hubspot_skill.domain.writes import Link, NewLink

__all__ = [
    "MAX_RECORDS",
    "Archive",
    "Associate",
    "Create",
    "Define",
    "Derived",
    "Dissociate",
    "Merge",
    "Operation",
    "Redefine",
    "Remove",
    "Update",
    "Upsert",
    "set_on",
]

MAX_RECORDS = 10_000
"""The most records that one plan may change."""


@dataclass(frozen=True, slots=True)
class Create:
    """Make a record with its associations."""

    type: ObjectType
    properties: Mapping[PropertyName, str]
    links: tuple[NewLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """Values that depend on the record as it is: a date moved by a month, a stage of the record's own pipeline.

    `names` are the properties that `values` sees and may set; an InvalidInputError leaves the record out, with its message.
    """

    names: tuple[PropertyName, ...]
    values: Callable[[Mapping[PropertyName, str]], Mapping[PropertyName, str]]


def _no_values() -> Mapping[PropertyName, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Update:
    """Set properties of a record, to fixed values and to values derived from those that it has."""

    type: ObjectType
    id: RecordId
    properties: Mapping[PropertyName, str] = field(default_factory=_no_values)
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class Upsert:
    """Set properties of the record that has this value of a unique property, or make it."""

    type: ObjectType
    key: PropertyName
    value: str
    properties: Mapping[PropertyName, str]


@dataclass(frozen=True, slots=True)
class Associate:
    """Link two records; a labelled link is added to those that the pair has. `name` is the first record's."""

    link: Link
    name: str = ""


@dataclass(frozen=True, slots=True)
class Dissociate:
    """Take single labels of a link away, or the whole link where none is named. `name` is the first record's."""

    link: Link
    name: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """Put a record away; its owner can restore it by hand in HubSpot for 90 days."""

    type: ObjectType
    id: RecordId


@dataclass(frozen=True, slots=True)
class Merge:
    """Merge one record into another, for ever."""

    type: ObjectType
    id: RecordId
    merged_id: RecordId


@dataclass(frozen=True, slots=True)
class Define:
    """Make a property, group, pipeline, stage or campaign; `name` is the new name of a property or group."""

    thing: Thing
    type: ObjectType
    values: Image
    name: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Redefine:
    """Change what is given of such a thing, named by its name or id."""

    thing: Thing
    type: ObjectType
    id: str
    values: Image
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Remove:
    """Take such a thing away: a property is archived, anything else is gone."""

    thing: Thing
    type: ObjectType
    id: str
    parent: str = ""


Operation = Create | Update | Upsert | Associate | Dissociate | Archive | Merge | Define | Redefine | Remove


def set_on(type: ObjectType, ids: Iterable[RecordId], properties: Mapping[PropertyName, str]) -> tuple[Operation, ...]:
    """Spell "set these properties on these records" as operations; an id that comes twice counts once."""
    return tuple(Update(type, id, properties) for id in dict.fromkeys(ids))
