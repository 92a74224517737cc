"""A kept plan as it is shown, to models and to people, without asking HubSpot."""

from __future__ import annotations

from datetime import datetime

from hubspot_skill.changes.planning import limits_of
from hubspot_skill.changes.policy import ChangeClass
from hubspot_skill.changes.steps import JournalStep, Outcome, State
from hubspot_skill.changes.store import PlanRow, PlanStatus
from hubspot_skill.service.changes.answers import Approval, LeftOutRecord, PlanLine, PlanView
from hubspot_skill.service.changes.desk import Journal
from hubspot_skill.service.changes.diff import groups_of, outcomes_of, row_of
from hubspot_skill.service.changes.view import View

__all__ = ["MOST_ROWS", "approval_of", "line_of", "status_of", "view_of_plan"]

MOST_ROWS = 100
_MOST_LEFT_OUT = 10


async def view_of_plan(
    journal: Journal,
    row: PlanRow,
    *,
    rows: int,
    begin: int = 0,
    only_open: bool = False,
    most_left_out: int = _MOST_LEFT_OUT,
) -> PlanView:
    """Give a plan with its groups and some of its rows, from the one at place `begin`; `only_open` are those not done."""
    now = await journal.store.moment(journal.tenant)
    steps = await journal.store.steps(journal.tenant, row.plan_id)
    view = View.load(await journal.store.view(journal.tenant, row.plan_id))
    counts = await journal.store.counts(journal.tenant, row.plan_id)
    planned = [each.step for each in steps]
    wanted = [each for each in steps if not only_open or _is_open(each)]
    some = wanted[begin : begin + rows]
    following = begin + len(some)
    return PlanView(
        plan_id=row.plan_id,
        account=view.account or row.account_id,
        what=view.what or f"{row.records} records",
        status=status_of(row, now),
        reason=row.reason,
        change_class=int(row.change_class),
        records=row.records,
        steps=row.steps,
        groups=groups_of(planned, view),
        rows=tuple(row_of(each, view) for each in some),
        unchanged=view.unchanged,
        left_out=tuple(LeftOutRecord(o.type, o.id, o.name, o.reason) for o in view.left_out[:most_left_out]),
        left_out_total=len(view.left_out),
        requests=view.requests,
        limits=limits_of(planned),
        digest=row.digest,
        created_at=row.created_at,
        expires_at=row.expires_at,
        approval=await approval_of(journal, row, now=now),
        outcomes=outcomes_of(counts),
        undo_of=row.undo_of or "",
        next=str(following) if some and following < len(wanted) else "",
    )


async def approval_of(journal: Journal, row: PlanRow, *, now: datetime) -> Approval:
    """Say who approved a plan, or how a person can."""
    if row.approved_by is not None:
        means = row.approved_means.value if row.approved_means is not None else ""
        return Approval(False, by=row.approved_by, means=means)
    if status_of(row, now) != PlanStatus.PLANNED:
        return Approval(False)
    return Approval(
        True,
        can_ask=row.change_class is not ChangeClass.C3,
        link=await journal.page(row.plan_id),
        command=f"hubspot-skill changes approve {row.plan_id}" if journal.by_terminal else "",
    )


def status_of(row: PlanRow, now: datetime) -> str:
    """Give a plan's status in one word; one whose time is over before it began has expired."""
    is_over = row.status in (PlanStatus.PLANNED, PlanStatus.APPROVED) and row.expires_at <= now
    return "expired" if is_over else row.status.value


async def line_of(journal: Journal, row: PlanRow, *, now: datetime) -> PlanLine:
    """Give a plan as a line of a list."""
    view = View.load(await journal.store.view(journal.tenant, row.plan_id))
    return PlanLine(
        plan_id=row.plan_id,
        at=row.started_at or row.created_at,
        account=view.account or row.account_id,
        what=view.what or f"{row.records} records",
        status=status_of(row, now),
        records=row.records,
        outcomes=outcomes_of(await journal.store.counts(journal.tenant, row.plan_id)),
        approved_by=row.approved_by or "",
        undo_of=row.undo_of or "",
    )


def _is_open(each: JournalStep) -> bool:
    return each.result.outcome is not Outcome.DONE or each.state in (State.UNKNOWN, State.SENDING)
