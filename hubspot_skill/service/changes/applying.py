"""Apply an approved plan: begin it or join whoever applies it, and tell how it stands.

The work goes on when the caller goes away, or is asked again: one plan runs once. A caller waits for it a while; a plan that
takes longer is answered as it stands, and asked for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hubspot_skill.changes.store import PlanRow, PlanStatus
from hubspot_skill.domain.errors import HubSpotSkillError, NotApprovedError, NotFoundError
from hubspot_skill.service.changes.answers import AppliedAnswer
from hubspot_skill.service.changes.desk import WAIT_S, Desk
from hubspot_skill.service.changes.plans import approval_of, view_of_plan
from hubspot_skill.service.connection import Connection

__all__ = ["apply_changes", "plan_here", "require_approved"]

_MOST_ROWS = 10
Progress = Callable[[int, int], None]


async def apply_changes(
    connection: Connection,
    plan_id: str,
    *,
    progress: Progress | None = None,
    wait_s: float | None = WAIT_S,
    rows: int = _MOST_ROWS,
) -> AppliedAnswer:
    """Apply a plan and tell how it ended, or how it stands after `wait_s` (None: wait for the end).

    Raises:
        NotFoundError: this account has no such plan.
        NotApprovedError: nobody has approved it; the hint says how a person can.
        PlanEndedError: its time was over, or a person rejected it.
        AccountBusyError: another plan is being applied to the account.
        WritesOffError: the policy or a person allows no writes.
    """
    scene = await connection.scene()
    desk = await scene.desk()
    row = await plan_here(desk, plan_id)
    if row.status is not PlanStatus.ENDED:
        await require_approved(desk, row)
        await _require_on(desk, row)
        if row.status is not PlanStatus.APPLYING:
            await desk.note("apply", "started", row.plan_id)
        applying = asyncio.ensure_future(_applied(desk, row.plan_id, progress))
        done, _ = await asyncio.wait({applying}, timeout=wait_s)
        if done:
            applying.result()
        else:
            applying.add_done_callback(_forget)
    row = await plan_here(desk, plan_id)
    plan = await view_of_plan(desk.journal, row, rows=rows, only_open=True)
    return AppliedAnswer(plan=plan, **scene.provenance())


async def _applied(desk: Desk, plan_id: str, progress: Progress | None) -> None:
    outcome = "failed"
    try:
        found = await desk.applier.apply(plan_id, principal=desk.journal.principal, progress=progress)
        outcome = found.plan.status.value
    except HubSpotSkillError as error:
        outcome = error.code
        raise
    finally:
        await desk.note("apply", outcome, plan_id)


def _forget(task: asyncio.Future[None]) -> None:
    """Take note of an end that nobody waits for; the journal tells it to whoever asks."""
    if not task.cancelled():
        task.exception()


async def plan_here(desk: Desk, plan_id: str) -> PlanRow:
    """Give a plan of this account and principal.

    Raises:
        NotFoundError: there is none.
    """
    row = await desk.journal.store.get(desk.journal.tenant, plan_id)
    if (row.account_id, row.principal) != (desk.account_id, desk.journal.principal):
        raise NotFoundError(
            "there is no plan of that id for this account", hint="hubspot_list_changes lists the plans."
        )
    return row


async def require_approved(desk: Desk, row: PlanRow) -> None:
    """Refuse a plan that waits for a person.

    Raises:
        NotApprovedError: it does; the hint says how one approves it.
    """
    if row.status is not PlanStatus.PLANNED:
        return
    approval = await approval_of(desk.journal, row, now=await desk.journal.store.moment(desk.journal.tenant))
    if not approval.is_needed:
        return
    raise NotApprovedError(
        f"no person has approved this plan over {row.records} records",
        hint=how_to_approve(approval.link, approval.command),
        plan_id=row.plan_id,
    )


def how_to_approve(link: str, command: str, *, plan_id: str = "") -> str:
    """Say how a person approves a plan, and what follows."""
    ways = [f"open {link}" if link else "", f"run `{command}` in a terminal" if command else ""]
    way = " or ".join(filter(None, ways)) or "use a client that can ask them"
    then = f"call hubspot_apply_changes with {plan_id}" if plan_id else "call hubspot_apply_changes again"
    return f"Ask the user to {way}; then {then}. You cannot approve it yourself."


async def _require_on(desk: Desk, row: PlanRow) -> None:
    """Refuse while writing is switched off: the journal would stop before the first chunk, and say only that."""
    from hubspot_skill.domain.errors import WritesOffError

    switch = await desk.journal.store.switch(desk.journal.tenant, row.account_id)
    switch.policy.require_on()
    if switch.is_off:
        raise WritesOffError(
            "a person has switched writing to this account off",
            hint="A person can switch it on again: hubspot-skill changes on",
        )
