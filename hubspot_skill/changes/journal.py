"""Follows a plan while it is applied: one winner per account, each chunk journalled before it is sent, each outcome after.

The account's row is the lock: it names the plan that is being applied, the process that does it, and until when that process may
be taken for alive. Every statement here first makes sure that this process still holds it. The same transaction that marks
a chunk as being sent also looks at the switch, the stop, and the day's cap, so none of them can be passed by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, final

from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.changes.policy import Mode
from hubspot_skill.changes.sending import NOT_SENT
from hubspot_skill.changes.steps import Outcome, State, StepResult
from hubspot_skill.changes.store import PlanStatus, PlanStore, is_account, is_plan, spend, switch_of
from hubspot_skill.changes.tables import accounts, plans, steps
from hubspot_skill.domain.errors import (
    AccountBusyError,
    HubSpotSkillError,
    NotApprovedError,
    NotFoundError,
    PlanEndedError,
)
from hubspot_skill.domain.text import quote

__all__ = ["Begun", "Claim", "Halt", "HaltedError", "Journal", "LostLeaseError"]


class Begun(StrEnum):
    """What came of trying to begin: it is ours, another process applies this very plan, or it has ended."""

    OURS = "ours"
    ELSEWHERE = "elsewhere"
    ENDED = "ended"


class Halt(StrEnum):
    """Why an apply stopped at the border of a chunk."""

    STOPPED = "stopped"
    WRITES_OFF = "writes_off"
    DAILY_CAP = "daily_cap"
    UNFINISHED = "unfinished"


class HaltedError(Exception):
    """Nothing more may be sent now."""

    def __init__(self, halt: Halt) -> None:
        super().__init__(halt.value)
        self.halt = halt


class LostLeaseError(Exception):
    """Another process took this account over, so this one must not go on."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One process's hold on one account for one plan."""

    tenant: str
    account_id: str
    plan_id: str
    owner: str


@final
class Journal:
    """What the appliers of all processes write, in one database."""

    def __init__(self, store: PlanStore, *, lease_s: float) -> None:
        self.store = store
        self._database = store.database
        self._lease_ms = int(lease_s * 1000)

    async def begin(self, claim: Claim) -> Begun:
        """Take an account for a plan that is approved or was interrupted; one winner, whoever else tries.

        Steps that a dead process was sending are unknown from then on.

        Raises:
            NotApprovedError: no person has approved it.
            PlanEndedError: its time was over before it began.
            AccountBusyError: another plan is being applied to the account.
        """

        async def work(connection: AsyncConnection) -> Begun:
            account = await self._account(connection, claim)
            plan = await self._plan(connection, claim)
            if plan.status == PlanStatus.ENDED:
                return Begun.ENDED
            now = await self.store.now(connection)
            if account.applying is not None and account.owner != claim.owner and account.lease_until > now:
                if account.applying == claim.plan_id:
                    return Begun.ELSEWHERE
                raise AccountBusyError(
                    "another plan is being applied to this account", hint="Apply this one when that has ended."
                )
            _require_current(plan, now)
            if plan.status == PlanStatus.APPROVED:
                await self._set_plan(connection, claim, started_at=now)
            await self._set_plan(connection, claim, status=PlanStatus.APPLYING, reason="", stop=False)
            await self._take(connection, claim, now)
            await self._doubt(connection, claim, account.applying, now)
            return Begun.OURS

        return await self._database.write(claim.tenant, work)

    async def recover(self, claim: Claim) -> bool:
        """Take an account whose process died while it applied, only to read what it left open; tell whether it is ours."""

        async def work(connection: AsyncConnection) -> bool:
            account = await self._account(connection, claim)
            now = await self.store.now(connection)
            if account.applying is not None and account.owner != claim.owner and account.lease_until > now:
                return False
            if account.applying is not None:
                await connection.execute(
                    update(plans)
                    .where(is_plan(claim.tenant, account.applying), plans.c.status == PlanStatus.APPLYING)
                    .values(status=PlanStatus.STOPPED, reason=Halt.UNFINISHED)
                )
            await self._take(connection, claim, now)
            await self._doubt(connection, claim, account.applying, now)
            return True

        return await self._database.write(claim.tenant, work)

    async def sending(self, claim: Claim, places: Sequence[int]) -> tuple[int, ...]:
        """Journal that steps are about to be sent and give those that the day's cap leaves room for, at least one.

        Raises:
            HaltedError: nothing may be sent.
            LostLeaseError: the account is no longer ours.
        """

        async def work(connection: AsyncConnection) -> tuple[int, ...]:
            account = await self._held(connection, claim)
            plan = await self._plan(connection, claim)
            switch = switch_of(account)
            if switch.is_off or switch.policy.mode is Mode.OFF:
                raise HaltedError(Halt.WRITES_OFF)
            if plan.stop:
                raise HaltedError(Halt.STOPPED)
            now = await self.store.now(connection)
            cap = switch.policy.daily_cap
            taken = await spend(connection, claim.tenant, claim.account_id, places, cap, now)
            if not taken:
                raise HaltedError(Halt.DAILY_CAP)
            changed = await connection.execute(
                update(steps)
                .where(
                    steps.c.tenant_id == claim.tenant,
                    steps.c.plan_id == claim.plan_id,
                    steps.c.place.in_(taken),
                    steps.c.state == State.APPROVED,
                )
                .values(state=State.SENDING, attempts=steps.c.attempts + 1, changed_at=now)
            )
            if changed.rowcount != len(taken):
                raise LostLeaseError(claim.account_id)
            await self._take(connection, claim, now)
            return taken

        return await self._database.write(claim.tenant, work)

    async def record(self, claim: Claim, plan_id: str, results: Mapping[int, StepResult]) -> None:
        """Journal how steps of a plan ended; one that is APPROVED again is to be sent once more.

        Raises:
            LostLeaseError: the account is no longer ours.
        """
        if not results:
            return
        rows = [
            {
                "of_tenant": claim.tenant,
                "of_plan": plan_id,
                "of_place": place,
                "new_state": result.state.value,
                "unsent": int(result.code == NOT_SENT),
                "new_outcome": result.outcome.value,
                "new_result": self.store.keys.seal_result(claim.tenant, plan_id, place, result),
            }
            for place, result in results.items()
        ]

        async def work(connection: AsyncConnection) -> None:
            await self._held(connection, claim)
            now = await self.store.now(connection)
            await connection.execute(_RECORD, [{**row, "new_at": now} for row in rows])
            await self._take(connection, claim, now)

        await self._database.write(claim.tenant, work)

    async def renew(self, claim: Claim) -> None:
        """Say that this process is alive.

        Raises:
            HaltedError: the plan is to stop.
            LostLeaseError: the account is no longer ours.
        """

        async def work(connection: AsyncConnection) -> None:
            await self._held(connection, claim)
            if (await self._plan(connection, claim)).stop:
                raise HaltedError(Halt.STOPPED)
            await self._take(connection, claim, await self.store.now(connection))

        await self._database.write(claim.tenant, work)

    async def finish(self, claim: Claim, status: PlanStatus | None, reason: str = "") -> None:
        """Let the account go, and say how its plan stands (None: as it stood)."""

        async def work(connection: AsyncConnection) -> None:
            await self._held(connection, claim)
            now = await self.store.now(connection)
            if status is not None:
                ended = now if status is PlanStatus.ENDED else None
                await self._set_plan(connection, claim, status=status, reason=reason, ended_at=ended)
            await connection.execute(
                update(accounts)
                .where(is_account(claim.tenant, claim.account_id))
                .values(applying=None, owner=None, lease_until=0)
            )

        await self._database.write(claim.tenant, work)

    async def _account(self, connection: AsyncConnection, claim: Claim) -> Any:
        query = select(accounts).where(is_account(claim.tenant, claim.account_id)).with_for_update()
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError("nothing was ever planned for this account", hint="Plan first.")
        return row

    async def _plan(self, connection: AsyncConnection, claim: Claim) -> Any:
        row = (await connection.execute(select(plans).where(is_plan(claim.tenant, claim.plan_id)))).one_or_none()
        if row is None:
            raise NotFoundError("there is no plan of that id", hint="Plan again.")
        return row

    async def _held(self, connection: AsyncConnection, claim: Claim) -> Any:
        account = await self._account(connection, claim)
        if account.owner != claim.owner or account.applying != claim.plan_id:
            raise LostLeaseError(claim.account_id)
        return account

    async def _set_plan(self, connection: AsyncConnection, claim: Claim, **values: Any) -> None:
        await connection.execute(update(plans).where(is_plan(claim.tenant, claim.plan_id)).values(**values))

    async def _take(self, connection: AsyncConnection, claim: Claim, now: int) -> None:
        await connection.execute(
            update(accounts)
            .where(is_account(claim.tenant, claim.account_id))
            .values(applying=claim.plan_id, owner=claim.owner, lease_until=now + self._lease_ms)
        )

    async def _doubt(self, connection: AsyncConnection, claim: Claim, before: str | None, now: int) -> None:
        """Make every step unknown that was being sent by whoever held the account before.

        A plan that was applied at once, without holding the account, is doubted when it is older than a lease; so is its
        status.
        """
        held = {before, claim.plan_id} - {None}
        of_account = (plans.c.tenant_id == claim.tenant) & (plans.c.account_id == claim.account_id)
        is_free = of_account & (plans.c.status == PlanStatus.APPLYING) & plans.c.plan_id.not_in(held)
        is_young = is_free & (plans.c.started_at > now - self._lease_ms)
        await connection.execute(
            update(steps)
            .where(
                steps.c.tenant_id == claim.tenant,
                steps.c.account_id == claim.account_id,
                steps.c.state == State.SENDING,
                steps.c.plan_id.not_in(select(plans.c.plan_id).where(is_young)),
            )
            .values(state=State.UNKNOWN, outcome=Outcome.OPEN, changed_at=now)
        )
        await connection.execute(
            update(plans)
            .where(is_free, plans.c.started_at <= now - self._lease_ms)
            .values(status=PlanStatus.STOPPED, reason=Halt.UNFINISHED)
        )


_RECORD = (
    update(steps)
    .where(
        steps.c.tenant_id == bindparam("of_tenant"),
        steps.c.plan_id == bindparam("of_plan"),
        steps.c.place == bindparam("of_place"),
    )
    .values(
        state=bindparam("new_state"),
        outcome=bindparam("new_outcome"),
        result=bindparam("new_result"),
        attempts=steps.c.attempts - bindparam("unsent", type_=Integer),
        changed_at=bindparam("new_at"),
    )
)


def _require_current(plan: Any, now: int) -> None:
    """Refuse a plan that nobody approved, or whose fifteen minutes ended before it began."""
    error: HubSpotSkillError | None = None
    if plan.status == PlanStatus.PLANNED:
        error = NotApprovedError("no person has approved this plan", hint="Ask a person to approve it.")
    elif plan.status == PlanStatus.REJECTED:
        why = f": {quote(plan.reason, most=300)}" if plan.reason else ""
        error = PlanEndedError(
            f"a person rejected this plan{why}", hint="Ask what should be different, then plan again."
        )
    elif plan.status == PlanStatus.APPROVED and plan.expires_at <= now:
        error = PlanEndedError("the fifteen minutes of this plan are over", hint="Plan again.")
    if error is not None:
        raise error
