"""What the use cases of changes answer; values are text as people see it, the empty text an empty value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hubspot_skill.service.answers import Answer

__all__ = [
    "AppliedAnswer",
    "Approval",
    "ChangeGroup",
    "ChangeRow",
    "ChangesAnswer",
    "LeftOutRecord",
    "Outcomes",
    "PlanAnswer",
    "PlanLine",
    "PlanView",
    "PolicyView",
    "ValueChange",
]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value before and after; `name` is HubSpot's, `label` people's."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """How many records change in the same way; where their values are many, `before` and `after` are spans.

    `name` and `label` are of the property; of a link `after` (or `before`) is the other record.
    """

    action: str
    type: str
    name: str
    label: str
    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of one record; `outcome` and `message` once it was applied. A new record has no `id` before that."""

    action: str
    type: str
    id: str
    name: str
    changes: tuple[ValueChange, ...] = ()
    outcome: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class LeftOutRecord:
    """A record that was asked for and is not changed, with the reason."""

    type: str
    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, or how a person can.

    `is_needed` until somebody did. `can_ask`: a yes in the chat client's own dialogue suffices; else only the page at `link`
    (empty where none is served) or `command` in a terminal (empty where that is switched off), where the count is typed.
    """

    is_needed: bool
    can_ask: bool = False
    link: str = ""
    command: str = ""
    by: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Steps counted by how they ended.

    `skipped`: changed by somebody else since the plan, nothing sent. `failed`: refused, not taken, gone, or overwritten since.
    `unknown`: nobody knows. `waiting`: not sent yet.
    """

    done: int = 0
    skipped: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as it is shown: what it would change or changed, exactly.

    `status`: planned, approved, applying, stopped, ended, rejected, expired; "nothing" where there is nothing to change,
    then there is no `plan_id`. `requests`: what applying costs. `limits`: what cannot be undone. `groups` count every
    step; `rows` are some of them, `next` continues them. `left_out` are some of `left_out_total`.
    """

    plan_id: str
    account: str
    what: str
    status: str
    reason: str
    change_class: int
    records: int
    steps: int
    groups: tuple[ChangeGroup, ...]
    rows: tuple[ChangeRow, ...]
    unchanged: int
    left_out: tuple[LeftOutRecord, ...]
    left_out_total: int
    requests: int
    limits: tuple[str, ...]
    digest: str
    created_at: datetime | None
    expires_at: datetime | None
    approval: Approval
    outcomes: Outcomes = Outcomes()
    undo_of: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan in a list."""

    plan_id: str
    at: datetime
    account: str
    what: str
    status: str
    records: int
    outcomes: Outcomes
    approved_by: str = ""
    undo_of: str = ""


@dataclass(frozen=True, slots=True)
class PolicyView:
    """An account's policy for writes; `account_id` is the journal's name of it, `written_today` counts since midnight UTC."""

    account_id: str
    mode: str
    auto_up_to: int
    protected: tuple[str, ...]
    daily_cap: int
    written_today: int
    is_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAnswer(Answer):
    """A plan that was made."""

    plan: PlanView


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedAnswer(Answer):
    """How an apply stands; `plan.rows` are those that are not simply done. Applied steps are undone by a plan of their own."""

    plan: PlanView


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesAnswer(Answer):
    """Plans, newest first, or one of them."""

    plans: tuple[PlanLine, ...] = ()
    plan: PlanView | None = None
    next: str = ""
