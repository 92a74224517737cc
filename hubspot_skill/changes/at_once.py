"""Carries out a plan over one record in the call that asks for it: journalled before it is sent, and its outcome after.

The caller has read the record by id a moment before, and judges by HubSpot's own answer to the write: so one change costs no
request beyond that read and that write. It does not take the account's turn: a plan that is being applied goes on meanwhile, and
skips a record that was changed under it. What a process that died was sending is unknown, and read like everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.changes.steps import Image, Outcome, State, Step, StepResult
from hubspot_skill.changes.store import PlanRow, PlanStatus, PlanStore, is_plan
from hubspot_skill.changes.tables import plans, steps
from hubspot_skill.domain.errors import HubSpotSkillError, NotApprovedError
from hubspot_skill.domain.text import clean

__all__ = ["AtOnce", "Sent"]

T = TypeVar("T")
_MOST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """What HubSpot answered to one step: the record's id and its values, in canonical form, as far as they are known."""

    id: str
    image: Image


@final
class AtOnce:
    """The sends of one plan that its policy approved; a step that is never sent did not happen."""

    def __init__(self, store: PlanStore, tenant: str, plan: PlanRow, planned: Sequence[Step]) -> None:
        self.plan = plan
        self._store = store
        self._tenant = tenant
        self._steps = {step.place: step for step in planned}
        self._results: dict[int, StepResult] = {}

    @classmethod
    async def begin(
        cls, store: PlanStore, tenant: str, account_id: str, principal: str, planned: Sequence[Step], *, view: bytes
    ) -> AtOnce:
        """Journal that the steps are about to be sent.

        Raises:
            WritesOffError: the policy, a person, or the day's cap allows no writes.
            NotApprovedError: the policy wants a person to approve this; `plan_id` names the plan, which is kept.
        """
        plan = await store.add(tenant, account_id, principal, planned, view=view, at_once=True)
        if plan.status is not PlanStatus.APPLYING:
            raise NotApprovedError("a person has to approve this change", plan_id=plan.plan_id)
        return cls(store, tenant, plan, planned)

    async def carry_out(self, work: Callable[[AtOnce], Awaitable[T]]) -> T:
        """Let `work` send the steps, and journal how each ended; a caller that is cancelled leaves it going on."""
        task = asyncio.ensure_future(self._carry_out(work))
        return await asyncio.shield(task)

    async def send(self, place: int, call: Callable[[], Awaitable[T]], sent: Callable[[T], Sent]) -> T:
        """Send one step, and note what HubSpot answered to it."""
        step = self._steps[place]
        self._results[place] = StepResult(State.UNKNOWN, id=step.id)
        try:
            answer = await call()
        except HubSpotSkillError as error:
            if error.wrote != "unknown":
                self._results[place] = _failed(step, error.code, clean(error.message, most=_MOST_TEXT))
            raise
        self._results[place] = _judged(step, sent(answer))
        return answer

    async def _carry_out(self, work: Callable[[AtOnce], Awaitable[T]]) -> T:
        try:
            return await work(self)
        finally:
            await self._end()

    async def _end(self) -> None:
        results = {place: self._results.get(place) or _failed(s, "not_sent", "") for place, s in self._steps.items()}
        sealed = {
            place: self._store.keys.seal_result(self._tenant, self.plan.plan_id, place, result)
            for place, result in results.items()
        }

        async def work(connection: AsyncConnection) -> None:
            now = await self._store.now(connection)
            for place, result in results.items():
                await connection.execute(
                    update(steps)
                    .where(steps.c.tenant_id == self._tenant, steps.c.plan_id == self.plan.plan_id)
                    .where(steps.c.place == place)
                    .values(state=result.state, outcome=result.outcome, result=sealed[place], changed_at=now)
                )
            is_open = any(result.state is State.UNKNOWN for result in results.values())
            await connection.execute(_ended(self._tenant, self.plan.plan_id, now, is_open=is_open))

        await self._store.database.write(self._tenant, work)


def _ended(tenant: str, plan_id: str, now: int, *, is_open: bool) -> Any:
    status = PlanStatus.STOPPED if is_open else PlanStatus.ENDED
    reason = "unfinished" if is_open else ""
    ended = None if is_open else now
    return update(plans).where(is_plan(tenant, plan_id)).values(status=status, reason=reason, ended_at=ended)


def _failed(step: Step, code: str, message: str) -> StepResult:
    return StepResult(State.FAILED, Outcome.REFUSED, id=step.id, code=code, message=message)


def _judged(step: Step, sent: Sent) -> StepResult:
    """Judge a step by the answer to it: what HubSpot keeps otherwise than it was sent, it did not take."""
    wrong = {n: sent.image[n] for n, value in step.after.items() if n in sent.image and sent.image[n] != value}
    seen = {name: sent.image[name] for name in step.watched if name in sent.image}
    outcome = Outcome.NOT_TAKEN if wrong else Outcome.DONE
    return StepResult(State.APPLIED, outcome, id=sent.id or step.id, seen=seen, differing=wrong)
