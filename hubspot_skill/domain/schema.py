"""What one HubSpot account looks like: its properties, options, pipelines, owners, and the account itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.records import LinkType

__all__ = [
    "Account",
    "AssociationLabel",
    "CustomType",
    "Option",
    "Owner",
    "Pipeline",
    "Property",
    "PropertyGroup",
    "PropertyType",
    "Stage",
    "Team",
]


class PropertyType(StrEnum):
    """HubSpot's data types of a property (properties API, 2026-03 and 2026-09)."""

    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    ENUMERATION = "enumeration"
    NUMBER = "number"
    STRING = "string"
    PHONE_NUMBER = "phone_number"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Option:
    """One allowed value of an enumeration: the internal value and the label people see."""

    value: str
    label: str
    hidden: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """One property's definition.

    `is_read_only` is True where HubSpot computes or guards the value; `is_multiple` where several options may be set
    (`A;B` on the wire); `is_owner` where the value is an owner's id; `is_unique` where it can identify a record.
    """

    name: PropertyName
    label: str
    type: PropertyType
    field_type: str = ""
    group: str = ""
    description: str = ""
    options: tuple[Option, ...] = ()
    is_read_only: bool = False
    is_calculated: bool = False
    is_unique: bool = False
    is_hidden: bool = False
    is_owner: bool = False
    is_custom: bool = False

    @property
    def is_multiple(self) -> bool:
        """True where several options may be set at once."""
        return self.type is PropertyType.ENUMERATION and self.field_type == "checkbox"


@dataclass(frozen=True, slots=True)
class PropertyGroup:
    """A heading under which HubSpot shows properties; `order` -1 puts it last."""

    name: str
    label: str
    order: int = -1


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a pipeline; `probability` is 0 to 1, None where HubSpot gives none (ticket stages)."""

    id: str
    label: str
    order: int
    is_closed: bool
    probability: float | None = None

    @property
    def is_won(self) -> bool:
        """True for a closed stage of probability 1."""
        return self.is_closed and self.probability == 1.0

    @property
    def is_lost(self) -> bool:
        """True for a closed stage that is not won."""
        return self.is_closed and not self.is_won


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One pipeline with its stages in display order. Stage labels are not unique across pipelines."""

    id: str
    label: str
    order: int
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """A team of owners."""

    id: str
    name: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """A user (or queue) that can own records. `id` is what `hubspot_owner_id` holds; `user_id` is another number."""

    id: str
    email: str
    first_name: str
    last_name: str
    user_id: str | None = None
    is_active: bool = True
    teams: tuple[Team, ...] = ()

    @property
    def name(self) -> str:
        """The full name, else the email, else the id."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.id


@dataclass(frozen=True, slots=True)
class Account:
    """The account's own facts; `zone` cuts every day, week and month; `currency` is its home currency (ISO 4217)."""

    portal_id: str
    account_type: str
    zone: ZoneInfo
    currency: str
    additional_currencies: tuple[str, ...]
    ui_domain: str
    hosting: str
    name: str = ""
    created_at: datetime | None = None

    def link(self, type_id: str, record_id: str) -> str:
        """Give the address of a record in HubSpot's own screens."""
        return f"https://{self.ui_domain}/contacts/{self.portal_id}/record/{type_id}/{record_id}"


@dataclass(frozen=True, slots=True)
class AssociationLabel:
    """One way two object types can be linked: category, number and label (None: unlabelled)."""

    category: str
    type_id: int
    label: str | None

    @property
    def type(self) -> LinkType:
        """The kind of link that this labels."""
        return LinkType(self.category, self.type_id)


@dataclass(frozen=True, slots=True)
class CustomType:
    """An account's own object type: `type_id` is `2-…`, `title` its primary display property."""

    type_id: str
    name: str
    singular: str
    plural: str
    title: PropertyName
    required: tuple[PropertyName, ...] = ()
    searchable: tuple[PropertyName, ...] = ()
