"""What is written to HubSpot, and how each input of a batch ended.

Values are text as HubSpot stores it; the empty text clears a property.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.names import ObjectType, PropertyName, RecordId
from hubspot_skill.domain.records import LinkType, Record

__all__ = ["BatchOutcome", "Change", "Draft", "InputOutcome", "Link", "NewLink"]


@dataclass(frozen=True, slots=True)
class NewLink:
    """An association to make together with a new record; no `types`: HubSpot's unlabelled default."""

    to_type: ObjectType
    to_id: RecordId
    types: tuple[LinkType, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """An association between two existing records; no `types`: HubSpot's unlabelled default."""

    from_type: ObjectType
    from_id: RecordId
    to_type: ObjectType
    to_id: RecordId
    types: tuple[LinkType, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be created, with its associations."""

    type: ObjectType
    properties: Mapping[PropertyName, str]
    links: tuple[NewLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """New values of one existing record; `id_property` names the unique property that `id` is a value of."""

    type: ObjectType
    id: str
    properties: Mapping[PropertyName, str]
    id_property: PropertyName | None = None


@dataclass(frozen=True, slots=True)
class InputOutcome:
    """How one input of a batch ended: a record, an error, or neither (then `is_unknown`: read it back).

    `index` is its place in what the caller gave; `is_new` is HubSpot's word on an upsert.
    """

    index: int
    record: Record | None = None
    error: HubSpotSkillError | None = None
    is_new: bool | None = None

    @property
    def is_unknown(self) -> bool:
        """True where HubSpot accounted for this input neither as done nor as failed."""
        return self.record is None and self.error is None


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """One outcome per input, in the caller's order."""

    outcomes: tuple[InputOutcome, ...] = field(default=())

    @property
    def done(self) -> tuple[InputOutcome, ...]:
        """The inputs that HubSpot carried out."""
        return tuple(o for o in self.outcomes if o.record is not None)

    @property
    def failed(self) -> tuple[InputOutcome, ...]:
        """The inputs that HubSpot refused."""
        return tuple(o for o in self.outcomes if o.error is not None)

    @property
    def unknown(self) -> tuple[InputOutcome, ...]:
        """The inputs that HubSpot did not account for."""
        return tuple(o for o in self.outcomes if o.is_unknown)
