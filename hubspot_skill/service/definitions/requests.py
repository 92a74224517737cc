"""What changes of definitions are asked, in people's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CampaignAction",
    "CampaignPlanRequest",
    "Holds",
    "PipelineAction",
    "PipelineRequest",
    "PropertyAction",
    "PropertyRequest",
    "ReferenceRequest",
    "StageWords",
]


class Holds(StrEnum):
    """What a property holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    PHONE = "phone"


class PropertyAction(StrEnum):
    """What is done with a property."""

    CREATE = "create"
    UPDATE = "update"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyRequest:
    """Create, change or archive a property of a type.

    `property` names it; for a new one it is the label, and `name` its internal name (made of the label where not given).
    `add_options` and `remove_options` change the list by label or value. What is None stays as it is.
    """

    action: PropertyAction
    type: str
    property: str
    name: str = ""
    label: str | None = None
    holds: Holds = Holds.TEXT
    group: str | None = None
    description: str | None = None
    add_options: tuple[str, ...] = ()
    remove_options: tuple[str, ...] = ()
    is_hidden: bool | None = None
    is_unique: bool = False


class PipelineAction(StrEnum):
    """What is done with a pipeline or one of its stages."""

    CREATE = "create"
    RENAME = "rename"
    DELETE = "delete"
    ADD_STAGE = "add_stage"
    UPDATE_STAGE = "update_stage"
    DELETE_STAGE = "delete_stage"


@dataclass(frozen=True, slots=True)
class StageWords:
    """A stage to make: its label, and its probability from 0 to 1 (deals) or whether it is closed (any other type)."""

    label: str
    probability: float | None = None
    is_closed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRequest:
    """Change a pipeline of a type; `pipeline` names it, for a new one it is the label, `label` a new label.

    `stages` are those of a new pipeline, or those to add; `stage` names the one to change or delete.
    """

    action: PipelineAction
    type: str
    pipeline: str
    label: str | None = None
    stages: tuple[StageWords, ...] = ()
    stage: str = ""
    probability: float | None = None
    is_closed: bool | None = None


class CampaignAction(StrEnum):
    """What is done with a campaign."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlanRequest:
    """Create, change or delete a campaign; `campaign` names it, for a new one it is the name. What is None stays."""

    action: CampaignAction
    campaign: str
    name: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    status: str | None = None
    audience: str | None = None
    goal: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRequest:
    """Make the reference property of types that lack it; `is_plain` where HubSpot refused a unique one."""

    types: tuple[str, ...] = ()
    is_plain: bool = False
