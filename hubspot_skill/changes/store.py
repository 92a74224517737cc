"""Keeps plans, who approved them, and the policy of each account; sealed where records show through.

Every call takes the tenant first, and every statement names it. A plan of another tenant is as if it were not there.
"""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, final

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.changes.policy import (
    ChangeClass,
    Means,
    Mode,
    WritePolicy,
    check_means,
    class_of,
    count_records,
    is_automatic,
)
from hubspot_skill.changes.sealing import JournalKeys
from hubspot_skill.changes.steps import JournalStep, Outcome, State, Step, StepResult, digest
from hubspot_skill.changes.tables import accounts, days, plans, steps
from hubspot_skill.domain.errors import NotApprovedError, NotFoundError, PlanEndedError, WritesOffError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.foundation.databases import Database

__all__ = ["AccountSwitch", "PlanRow", "PlanStatus", "PlanStore", "is_account", "is_plan", "spend", "switch_of"]

_LIFETIME_S = 15 * 60
_DAY_MS = 86_400_000
_PLANS_KEPT_DAYS = 7
_IMAGES_KEPT_DAYS = 30
_JOURNAL_KEPT_DAYS = 90
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PlanStatus(StrEnum):
    """How far a plan is; STOPPED can be applied on from where it stopped."""

    PLANNED = "planned"
    APPROVED = "approved"
    APPLYING = "applying"
    STOPPED = "stopped"
    ENDED = "ended"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What is known of a plan without opening its steps; `reason` says why it stopped."""

    plan_id: str
    account_id: str
    principal: str
    undo_of: str | None
    change_class: ChangeClass
    records: int
    steps: int
    digest: str
    status: PlanStatus
    reason: str
    approved_by: str | None
    approved_means: Means | None
    approved_at: datetime | None
    created_at: datetime
    expires_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountSwitch:
    """An account's policy, and whether a person has switched writing off at once."""

    policy: WritePolicy
    is_off: bool = False


@final
class PlanStore:
    """The plans and policies of one database."""

    def __init__(self, database: Database, keys: JournalKeys) -> None:
        self.database = database
        self.keys = keys

    async def add(
        self,
        tenant: str,
        account_id: str,
        principal: str,
        planned: Sequence[Step],
        *,
        undo_of: str | None = None,
        view: bytes = b"",
        at_once: bool = False,
    ) -> PlanRow:
        """Keep a new plan for fifteen minutes; where the account's policy approves it, it is approved at once.

        An undo asks for at least as much as what it undoes. `view` is how the plan is shown, in the caller's own form.
        With `at_once` a plan that the policy approves is also begun, its steps journalled as being sent: see `at_once`.

        Raises:
            WritesOffError: the account's policy or a person allows no writes.
        """
        await self._make_account(tenant, account_id)
        original = None if undo_of is None else await self.get(tenant, undo_of)
        plan_id = secrets.token_hex(16)
        signature = digest(planned, tenant, account_id, principal, plan_id)
        sealed = self.keys.seal_view(tenant, plan_id, view) if view else None
        rows = [self._row(tenant, plan_id, account_id, step) for step in planned]

        async def work(connection: AsyncConnection) -> None:
            account = (await connection.execute(_locked(tenant, account_id))).one()
            switch = switch_of(account)
            _require_on(switch)
            policy = switch.policy
            grave = class_of(planned, policy)
            if original is not None:
                grave = max(grave, original.change_class)
            is_approved = is_automatic(planned, policy) and (grave is ChangeClass.C1 or policy.mode is Mode.AUTO_UP_TO)
            is_begun = at_once and is_approved
            now = await self.now(connection)
            if is_begun:
                places = [step.place for step in planned]
                taken = await spend(connection, tenant, account_id, places, policy.daily_cap, now)
                if len(taken) < len(places):
                    raise _day_is_full(policy)
            approval = self._approval(
                tenant, plan_id, account_id, principal, signature, f"policy {policy.mode}", Means.POLICY, now
            )
            status = PlanStatus.APPROVED if is_approved else PlanStatus.PLANNED
            if is_begun:
                status = PlanStatus.APPLYING
            await connection.execute(
                insert(plans).values(
                    tenant_id=tenant,
                    plan_id=plan_id,
                    account_id=account_id,
                    principal=principal,
                    undo_of=undo_of,
                    change_class=int(grave),
                    records=count_records(planned),
                    steps=len(planned),
                    digest=signature,
                    status=status,
                    reason="",
                    stop=False,
                    created_at=now,
                    expires_at=now + _LIFETIME_S * 1000,
                    started_at=now if is_begun else None,
                    view=sealed,
                    **(approval if is_approved else {}),
                )
            )
            if planned:
                state = State.APPROVED if is_approved else State.PLANNED
                moment = {"state": State.SENDING if is_begun else state, "attempts": int(is_begun), "changed_at": now}
                await connection.execute(insert(steps), [{**row, **moment} for row in rows])

        await self.database.write(tenant, work)
        return await self.get(tenant, plan_id)

    async def get(self, tenant: str, plan_id: str) -> PlanRow:
        """Give a plan.

        Raises:
            NotFoundError: there is none.
        """

        async def work(connection: AsyncConnection) -> Any:
            return (await connection.execute(select(plans).where(is_plan(tenant, plan_id)))).one_or_none()

        row = await self.database.read(tenant, work)
        if row is None:
            raise _absent()
        return _plan(row)

    async def view(self, tenant: str, plan_id: str) -> bytes:
        """Give how a plan is shown, empty where nothing was kept of it or its images were deleted for age."""

        async def work(connection: AsyncConnection) -> bytes | None:
            return await connection.scalar(select(plans.c.view).where(is_plan(tenant, plan_id)))

        sealed = await self.database.read(tenant, work)
        return self.keys.open_view(sealed, tenant, plan_id) if sealed else b""

    async def moment(self, tenant: str) -> datetime:
        """Give the journal's own present moment, by which plans expire."""
        return _EPOCH + timedelta(milliseconds=await self.database.read(tenant, self.now))

    async def recent(
        self, tenant: str, account_id: str | None, *, most: int = 20, skip: int = 0
    ) -> tuple[PlanRow, ...]:
        """Give the newest plans of an account, or of all (None), newest first, after the first `skip`."""
        which = plans.c.tenant_id == tenant
        if account_id is not None:
            which &= plans.c.account_id == account_id
        query = select(plans).where(which).order_by(plans.c.created_at.desc(), plans.c.plan_id).limit(most).offset(skip)

        async def work(connection: AsyncConnection) -> tuple[PlanRow, ...]:
            return tuple(_plan(row) for row in await connection.execute(query))

        return await self.database.read(tenant, work)

    async def steps(self, tenant: str, plan_id: str) -> tuple[JournalStep, ...]:
        """Give a plan's steps with how they stand, in order; those whose images were deleted for age are absent."""
        return await self._steps(tenant, steps.c.plan_id == plan_id)

    async def open_steps(self, tenant: str, account_id: str) -> tuple[JournalStep, ...]:
        """Give every step of an account that was sent and not yet read back, but for those that are being sent."""
        is_sent = steps.c.state == State.UNKNOWN
        is_unread = (steps.c.state == State.APPLIED) & (steps.c.outcome == Outcome.OPEN)
        return await self._steps(tenant, (steps.c.account_id == account_id) & (is_sent | is_unread))

    async def counts(self, tenant: str, plan_id: str) -> Counter[tuple[State, Outcome]]:
        """Count a plan's steps by state and outcome."""
        query = (
            select(steps.c.state, steps.c.outcome, func.count().label("count"))
            .where(steps.c.tenant_id == tenant, steps.c.plan_id == plan_id)
            .group_by(steps.c.state, steps.c.outcome)
        )

        async def work(connection: AsyncConnection) -> Counter[tuple[State, Outcome]]:
            rows = (await connection.execute(query)).all()
            return Counter({(State(state), Outcome(outcome)): count for state, outcome, count in rows})

        return await self.database.read(tenant, work)

    async def approve(
        self, tenant: str, plan_id: str, *, person: str, means: Means, shown: str, typed_count: int | None = None
    ) -> PlanRow:
        """Record that a person approved a plan as they saw it: `shown` is the digest of what was shown.

        Only a surface that has a person before it may call this, never one that a model's words reach.

        Raises:
            NotApprovedError: the means do not suffice, or something else was shown than is planned now.
            PlanEndedError: its time is over, or it was approved already.
            WritesOffError: the account's policy or a person allows no writes.
        """
        found = await self.get(tenant, plan_id)
        _require_on(await self.switch(tenant, found.account_id))
        check_means(found.change_class, means, records=found.records, typed_count=typed_count)
        planned = [each.step for each in await self.steps(tenant, plan_id)]
        true = digest(planned, tenant, found.account_id, found.principal, plan_id)
        if not true == found.digest == shown:
            raise NotApprovedError(
                "the plan that was shown is not the plan that is kept", hint="Look at the plan again, then approve it."
            )

        async def work(connection: AsyncConnection) -> int:
            now = await self.now(connection)
            approval = self._approval(
                tenant, plan_id, found.account_id, found.principal, found.digest, person, means, now
            )
            is_open = (plans.c.status == PlanStatus.PLANNED) & (plans.c.expires_at > now)
            changed = await connection.execute(
                update(plans).where(is_plan(tenant, plan_id), is_open).values(status=PlanStatus.APPROVED, **approval)
            )
            if changed.rowcount:
                await connection.execute(
                    update(steps)
                    .where(steps.c.tenant_id == tenant, steps.c.plan_id == plan_id, steps.c.state == State.PLANNED)
                    .values(state=State.APPROVED, changed_at=now)
                )
            return changed.rowcount

        if not await self.database.write(tenant, work):
            raise PlanEndedError(
                "this plan can no longer be approved: its fifteen minutes are over, or it was approved already",
                hint="Plan again.",
            )
        return await self.get(tenant, plan_id)

    async def reject(self, tenant: str, plan_id: str, *, reason: str = "") -> PlanRow:
        """Record that a person does not want a plan, and why; it can no longer be approved or applied.

        Raises:
            NotFoundError: there is none.
            PlanEndedError: it has begun, or ended.
        """
        is_waiting = plans.c.status.in_((PlanStatus.PLANNED, PlanStatus.APPROVED))
        rejected = (
            update(plans).where(is_plan(tenant, plan_id), is_waiting).values(status=PlanStatus.REJECTED, reason=reason)
        )

        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(rejected)).rowcount

        changed = await self.database.write(tenant, work)
        found = await self.get(tenant, plan_id)
        if not changed and found.status is not PlanStatus.REJECTED:
            raise PlanEndedError("this plan was begun, so it can no longer be rejected", hint="Undo it instead.")
        return found

    async def is_unsettled(self, tenant: str, account_id: str) -> bool:
        """Tell whether something of an account was left half done, by this process or another."""
        of_account = (steps.c.tenant_id == tenant) & (steps.c.account_id == account_id)
        is_sent = steps.c.state.in_((State.SENDING, State.UNKNOWN))
        is_unread = (steps.c.state == State.APPLIED) & (steps.c.outcome == Outcome.OPEN)
        query = select(steps.c.place).where(of_account, is_sent | is_unread).limit(1)

        async def work(connection: AsyncConnection) -> bool:
            return await connection.scalar(query) is not None

        return await self.database.read(tenant, work)

    async def stop(self, tenant: str, plan_id: str) -> None:
        """Ask a plan that is being applied to stop before its next chunk."""
        await self.database.write(
            tenant,
            lambda connection: connection.execute(update(plans).where(is_plan(tenant, plan_id)).values(stop=True)),
        )

    async def switch(self, tenant: str, account_id: str) -> AccountSwitch:
        """Give an account's policy and switch; the default where nobody has set any."""

        async def work(connection: AsyncConnection) -> AccountSwitch:
            query = select(accounts).where(is_account(tenant, account_id))
            row = (await connection.execute(query)).one_or_none()
            return AccountSwitch(WritePolicy()) if row is None else switch_of(row)

        return await self.database.read(tenant, work)

    async def set_policy(self, tenant: str, account_id: str, policy: WritePolicy, *, person: str) -> None:
        """Set an account's policy in a person's name; it holds for plans made from now on, and for every chunk."""
        await self._change_account(tenant, account_id, _policy_values(policy), person)

    async def set_writes(self, tenant: str, account_id: str, *, are_off: bool, person: str) -> None:
        """Switch all writing to an account off or on, at once; what is being applied stops within a second."""
        await self._change_account(tenant, account_id, {"is_off": are_off}, person)

    async def written_today(self, tenant: str, account_id: str) -> int:
        """Count the records that were sent to be written since midnight, UTC."""

        async def work(connection: AsyncConnection) -> int:
            day = await self.now(connection) // _DAY_MS
            query = select(days.c.written).where(
                days.c.tenant_id == tenant, days.c.account_id == account_id, days.c.day == day
            )
            return await connection.scalar(query) or 0

        return await self.database.read(tenant, work)

    async def purge(self, tenant: str) -> int:
        """Delete plans that never ran after 7 days, images after 30, everything after 90; give how many plans went."""

        async def work(connection: AsyncConnection) -> int:
            now = await self.now(connection)
            never = plans.c.status.in_((PlanStatus.PLANNED, PlanStatus.APPROVED, PlanStatus.REJECTED))
            is_old = (plans.c.created_at < now - _JOURNAL_KEPT_DAYS * _DAY_MS) | (
                never & (plans.c.created_at < now - _PLANS_KEPT_DAYS * _DAY_MS)
            )
            old = (await connection.scalars(select(plans.c.plan_id).where(plans.c.tenant_id == tenant, is_old))).all()
            for plan_id in old:
                await connection.execute(delete(steps).where(steps.c.tenant_id == tenant, steps.c.plan_id == plan_id))
                await connection.execute(delete(plans).where(is_plan(tenant, plan_id)))
            ended = steps.c.state.in_((State.APPLIED, State.FAILED, State.RECONCILED, State.APPROVED))
            is_aged = steps.c.changed_at < now - _IMAGES_KEPT_DAYS * _DAY_MS
            await connection.execute(
                update(steps).where(steps.c.tenant_id == tenant, ended, is_aged).values(step=None, result=None)
            )
            is_shown_no_more = plans.c.created_at < now - _IMAGES_KEPT_DAYS * _DAY_MS
            await connection.execute(
                update(plans).where(plans.c.tenant_id == tenant, is_shown_no_more).values(view=None)
            )
            return len(old)

        return await self.database.write(tenant, work)

    async def is_approved(self, tenant: str, plan: PlanRow, planned: Sequence[Step]) -> bool:
        """Tell whether a plan's steps are what a person, or a policy of theirs, approved: by signature and digest."""

        async def work(connection: AsyncConnection) -> Any:
            return (await connection.execute(select(plans).where(is_plan(tenant, plan.plan_id)))).one_or_none()

        row = await self.database.read(tenant, work)
        if row is None or row.approval_mac is None:
            return False
        true = digest(planned, tenant, row.account_id, row.principal, row.plan_id)
        fields = (tenant, row.plan_id, row.account_id, row.principal, true, row.approved_by, row.approved_means)
        is_whole = len(planned) == row.steps and true == row.digest == row.approved_digest
        return is_whole and self.keys.is_signed(row.approval_mac, *fields, str(row.approved_at))

    async def now(self, connection: AsyncConnection) -> int:
        """Give the present moment inside a transaction, in milliseconds."""
        return int(await connection.scalar(select(self.database.now_ms())) or 0)

    def _approval(
        self,
        tenant: str,
        plan_id: str,
        account_id: str,
        principal: str,
        signature: str,
        person: str,
        means: Means,
        at: int,
    ) -> dict[str, Any]:
        signed = self.keys.sign(tenant, plan_id, account_id, principal, signature, person, means, str(at))
        return {
            "approved_by": person,
            "approved_means": means,
            "approved_digest": signature,
            "approved_at": at,
            "approval_mac": signed,
        }

    def _row(self, tenant: str, plan_id: str, account_id: str, step: Step) -> dict[str, Any]:
        return {
            "tenant_id": tenant,
            "plan_id": plan_id,
            "place": step.place,
            "account_id": account_id,
            "kind": step.kind,
            "outcome": Outcome.OPEN,
            "step": self.keys.seal_step(tenant, plan_id, step),
        }

    async def _steps(self, tenant: str, which: ColumnElement[bool]) -> tuple[JournalStep, ...]:
        query = (
            select(steps)
            .where(steps.c.tenant_id == tenant, which, steps.c.step.is_not(None))
            .order_by(steps.c.plan_id, steps.c.place)
        )

        async def work(connection: AsyncConnection) -> Sequence[Any]:
            return (await connection.execute(query)).all()

        return tuple(self._step(tenant, row) for row in await self.database.read(tenant, work))

    def _step(self, tenant: str, row: Any) -> JournalStep:
        state = State(row.state)
        result = (
            StepResult(state, Outcome(row.outcome))
            if row.result is None
            else self.keys.open_result(row.result, tenant, row.plan_id, row.place)
        )
        step = self.keys.open_step(row.step, tenant, row.plan_id, row.place)
        return JournalStep(row.plan_id, step, state, result, row.attempts)

    async def _make_account(self, tenant: str, account_id: str) -> None:
        async def work(connection: AsyncConnection) -> None:
            query = select(accounts.c.account_id).where(is_account(tenant, account_id))
            if await connection.scalar(query) is None:
                await connection.execute(
                    insert(accounts).values(
                        tenant_id=tenant,
                        account_id=account_id,
                        is_off=False,
                        changed_by="",
                        changed_at=await self.now(connection),
                        lease_until=0,
                        **_policy_values(WritePolicy()),
                    )
                )

        with contextlib.suppress(IntegrityError):  # another process was first
            await self.database.write(tenant, work)

    async def _change_account(self, tenant: str, account_id: str, values: Mapping[str, Any], person: str) -> None:
        await self._make_account(tenant, account_id)
        changed = update(accounts).where(is_account(tenant, account_id))
        values = {**values, "changed_by": person, "changed_at": self.database.now_ms()}
        await self.database.write(tenant, lambda connection: connection.execute(changed.values(**values)))


def is_plan(tenant: str, plan_id: str) -> ColumnElement[bool]:
    """Give the condition that names one plan."""
    return (plans.c.tenant_id == tenant) & (plans.c.plan_id == plan_id)


def switch_of(row: Any) -> AccountSwitch:
    """Read an account's row."""
    names = frozenset(PropertyName(name) for name in row.protected.split())
    return AccountSwitch(WritePolicy(Mode(row.mode), row.auto_up_to, names, row.daily_cap), bool(row.is_off))


def is_account(tenant: str, account_id: str) -> ColumnElement[bool]:
    """Give the condition that names one account."""
    return (accounts.c.tenant_id == tenant) & (accounts.c.account_id == account_id)


async def spend(
    connection: AsyncConnection, tenant: str, account_id: str, places: Sequence[int], cap: int, now: int
) -> tuple[int, ...]:
    """Take from the day's cap and give the places that it leaves room for; the caller holds the account's row."""
    day = now // _DAY_MS
    which = (days.c.tenant_id == tenant) & (days.c.account_id == account_id) & (days.c.day == day)
    written = await connection.scalar(select(days.c.written).where(which))
    taken = tuple(places[: max(cap - (written or 0), 0)])
    if not taken:
        return ()
    if written is None:
        values = {"tenant_id": tenant, "account_id": account_id, "day": day, "written": len(taken)}
        await connection.execute(insert(days).values(**values))
    else:
        await connection.execute(update(days).where(which).values(written=written + len(taken)))
    return taken


def _locked(tenant: str, account_id: str) -> Select[Any]:
    return select(accounts).where(is_account(tenant, account_id)).with_for_update()


def _day_is_full(policy: WritePolicy) -> WritesOffError:
    return WritesOffError(
        f"the {policy.daily_cap} records that may be written to this account in one day are written",
        hint="A person can raise the cap with `hubspot-skill changes policy`; the day ends at midnight, UTC.",
    )


def _policy_values(policy: WritePolicy) -> dict[str, Any]:
    return {
        "mode": policy.mode,
        "auto_up_to": policy.auto_up_to,
        "protected": " ".join(sorted(policy.protected)),
        "daily_cap": policy.daily_cap,
    }


def _require_on(switch: AccountSwitch) -> None:
    switch.policy.require_on()
    if switch.is_off:
        raise WritesOffError(
            "a person has switched writing to this account off", hint="A person can switch it on again."
        )


def _plan(row: Any) -> PlanRow:
    return PlanRow(
        plan_id=row.plan_id,
        account_id=row.account_id,
        principal=row.principal,
        undo_of=row.undo_of,
        change_class=ChangeClass(row.change_class),
        records=row.records,
        steps=row.steps,
        digest=row.digest,
        status=PlanStatus(row.status),
        reason=row.reason,
        approved_by=row.approved_by,
        approved_means=None if row.approved_means is None else Means(row.approved_means),
        approved_at=_moment(row.approved_at),
        created_at=_EPOCH + timedelta(milliseconds=row.created_at),
        expires_at=_EPOCH + timedelta(milliseconds=row.expires_at),
        started_at=_moment(row.started_at),
        ended_at=_moment(row.ended_at),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)


def _absent() -> NotFoundError:
    return NotFoundError("there is no plan of that id", hint="List the plans of this account, or plan again.")
