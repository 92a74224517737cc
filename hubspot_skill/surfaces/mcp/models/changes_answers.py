"""The structured content of the tools that plan, apply, list and undo changes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from hubspot_skill.surfaces.mcp.models.answers import Content, Frozen

__all__ = [
    "ApprovalContent",
    "ChangesContent",
    "GroupContent",
    "LeftOutContent",
    "PlanContent",
    "PlanLineContent",
    "RowContent",
]


class GroupContent(Frozen):
    """How many records change in one way."""

    action: str
    type: str
    field: str
    before: str = ""
    after: str = ""
    count: int


class RowContent(Frozen):
    """One record's change; outcome once applied."""

    id: str = ""
    name: str = ""
    change: str = ""
    outcome: str = ""
    message: str = ""


class LeftOutContent(Frozen):
    """A record that is not changed, and why."""

    id: str
    name: str = ""
    reason: str


class ApprovalContent(Frozen):
    """Whether a person still has to approve, and how; by whom it was."""

    needed: bool
    by: str = ""
    client_can_ask: bool = False
    page: str = ""
    command: str = ""


_Objects = WithJsonSchema({"type": "array", "items": {"type": "object"}})


class PlanContent(Content):
    """A plan: exactly what it changes, how it is approved, and once applied how it ended."""

    plan_id: str = ""
    status: str
    reason: str = ""
    what: str
    records: int = 0
    changes: Annotated[tuple[GroupContent, ...], _Objects] = ()
    rows: Annotated[tuple[RowContent, ...], _Objects] = ()
    next: str = ""
    unchanged: int = 0
    left_out: Annotated[tuple[LeftOutContent, ...], _Objects] = ()
    left_out_total: int = 0
    requests: int = 0
    cannot_be_undone: tuple[str, ...] = ()
    digest: str = ""
    expires_at: str = ""
    approval: Annotated[ApprovalContent | None, WithJsonSchema({"type": "object"})] = None
    outcomes: Annotated[dict[str, int], WithJsonSchema({"type": "object"})] = Field(default_factory=dict[str, int])
    undo_of: str = ""


class PlanLineContent(Frozen):
    """One plan of a list."""

    plan_id: str
    at: str
    what: str
    status: str
    records: int
    outcomes: dict[str, int] = Field(default_factory=dict[str, int])
    approved_by: str = ""
    undo_of: str = ""


class ChangesContent(Content):
    """Plans, newest first, or one with its rows."""

    plans: Annotated[tuple[PlanLineContent, ...], _Objects] = ()
    plan: Annotated[dict[str, object], WithJsonSchema({"type": "object"})] = Field(default_factory=dict[str, object])
    next: str = ""
