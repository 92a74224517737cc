"""What the shell's commands about changes do: the journal alone where that suffices, the account where HubSpot is asked."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hubspot_skill.app.compose import Accounts
from hubspot_skill.surfaces.cli.actions import PolicyChoice

if TYPE_CHECKING:
    from hubspot_skill.service.changes.answers import PlanLine, PlanView, PolicyView
    from hubspot_skill.service.changes.approving import Approvals

__all__ = ["apply", "approve", "plans", "policy", "reject", "show", "switch", "undo"]


async def plans(accounts: Accounts, most: int) -> Sequence[PlanLine]:
    """Give the newest plans of all accounts."""
    return await (await _approvals(accounts)).list(most=most)


async def show(accounts: Accounts, plan_id: str, rows: int) -> PlanView:
    """Give one plan with its rows."""
    return await (await _approvals(accounts)).show(plan_id, rows=rows)


async def approve(accounts: Accounts, plan_id: str, shown: str, typed_count: int | None) -> PlanView:
    """Record the approval of whoever is at the terminal, by the name that this machine knows them by."""
    from hubspot_skill.service.changes.approving import Means

    approvals = await _approvals(accounts)
    return await approvals.approve(
        plan_id, means=Means.TERMINAL, shown=shown, person=_person(), typed_count=typed_count
    )


async def reject(accounts: Accounts, plan_id: str) -> PlanView:
    """Record that a plan is not wanted."""
    return await (await _approvals(accounts)).reject(plan_id, person=_person())


async def apply(accounts: Accounts, account: str, plan_id: str, progress: Callable[[int, int], None]) -> PlanView:
    """Apply a plan to its end."""
    crm = await accounts.crm(account)
    return (await crm.apply_changes(plan_id, progress=progress, wait_s=None)).plan


async def undo(accounts: Accounts, account: str, plan_id: str) -> PlanView:
    """Plan the way back."""
    return (await (await accounts.crm(account)).undo_changes(plan_id)).plan


async def policy(accounts: Accounts, account: str, choice: PolicyChoice) -> PolicyView:
    """Change what is given of a policy, and tell it."""
    approvals = await (await accounts.crm(account)).approvals()
    if choice == PolicyChoice():
        return await approvals.policy()
    return await approvals.set_policy(
        mode=choice.mode,
        auto_up_to=choice.auto_up_to,
        protected=choice.protected,
        daily_cap=choice.daily_cap,
        person=_person(),
    )


async def switch(accounts: Accounts, account: str, *, are_off: bool) -> PolicyView:
    """Switch all writing to an account off, or on again."""
    approvals = await (await accounts.crm(account)).approvals()
    return await approvals.switch_writes(are_off=are_off, person=_person())


async def _approvals(accounts: Accounts) -> Approvals:
    from hubspot_skill.service.changes.approving import Approvals

    return Approvals(await accounts.journal())


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user of this number
        return ""
