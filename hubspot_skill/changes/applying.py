"""Applies approved plans to one account, each in a task of its own that outlives whoever asked.

Per chunk: re-read and skip conflicts, journal, send once, journal the answers, read back and compare. What another process left
half done on the account is read and settled before anything is sent. Costs for 250 updates: 3 + 3 + 3 requests.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from hubspot_skill.changes.current import Sought, find_by_tag, read_current
from hubspot_skill.changes.journal import Begun, Claim, Halt, HaltedError, Journal, LostLeaseError
from hubspot_skill.changes.planning import CHUNK
from hubspot_skill.changes.policy import Mode
from hubspot_skill.changes.sending import Answers, not_sent, send_chunk, unknown
from hubspot_skill.changes.settling import conflicts_of, needs_reading, settle, sought_again
from hubspot_skill.changes.steps import JournalStep, Outcome, State, StepResult
from hubspot_skill.changes.store import PlanRow, PlanStatus, PlanStore
from hubspot_skill.domain.errors import AccountBusyError, HubSpotSkillError, NotApprovedError, NotFoundError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Priority

__all__ = ["Applied", "Applier", "ApplySettings", "Progress"]

_RECOVERY = "recovery"
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ApplySettings:
    """The spans and sizes of applying; `send_s` lies well below `lease_s`, so that no write outlives its lease.

    `attempts` bounds how often a step that surely did not happen is sent; `watch_s` is how often the switch is looked at
    while a chunk is on its way. `search_s`: when new records whose answer was lost are searched for by their tags, counted
    from the end of sending; HubSpot's search shows a record up to some 30 seconds after it was made. `visible_s`: how
    long a changed definition may take to show (up to 0.7 s reported).
    """

    lease_s: float = 60.0
    send_s: float = 30.0
    chunk: int = CHUNK
    attempts: int = 3
    watch_s: float = 0.25
    poll_s: float = 0.1
    search_s: tuple[float, ...] = (30.0, 120.0)
    rest_s: float = 1.0
    visible_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Applied:
    """How a plan ended: its row, its steps counted by state and outcome, and every step that is not simply done."""

    plan: PlanRow
    counts: Counter[tuple[State, Outcome]]
    others: tuple[JournalStep, ...]

    @property
    def done(self) -> int:
        """The number of steps that were read back as planned."""
        return sum(count for (_, outcome), count in self.counts.items() if outcome is Outcome.DONE)

    @property
    def unknown(self) -> int:
        """The number of steps of which nobody knows whether they happened."""
        return sum(count for (state, _), count in self.counts.items() if state in (State.UNKNOWN, State.SENDING))


Progress = Callable[[int, int], None]
"""Told after each chunk: how many steps are behind us, and how many there are. It must not raise or wait."""


@final
class Applier:
    """Applies plans to one account of one tenant, for one process."""

    def __init__(
        self,
        store: PlanStore,
        hubspot: HubSpot,
        *,
        tenant: str,
        account_id: str,
        clock: Clock,
        settings: ApplySettings | None = None,
    ) -> None:
        self._settings = settings or ApplySettings()
        self._store = store
        self._hubspot = hubspot.at(Priority.WRITE, deadline_s=self._settings.send_s)
        self._tenant = tenant
        self._account_id = account_id
        self._clock = clock
        self._journal = Journal(store, lease_s=self._settings.lease_s)
        self._owner = secrets.token_hex(8)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._listeners: dict[str, list[Progress]] = {}

    async def apply(self, plan_id: str, *, principal: str, progress: Progress | None = None) -> Applied:
        """Apply a plan, or join whoever applies it, and give how it ended; asked again, the same answer comes back.

        A caller that is cancelled leaves the work going on. One that stopped goes on from where it stopped.

        Raises:
            NotFoundError: this principal has no such plan for this account.
            NotApprovedError: nobody approved it, or it is not what was approved.
            PlanEndedError: its time was over before it began.
            AccountBusyError: another plan is being applied.
            HubSpotSkillError: HubSpot could not be asked; what was done is in the journal.
        """
        plan = await self._store.get(self._tenant, plan_id)
        if (plan.account_id, plan.principal) != (self._account_id, principal):
            raise NotFoundError("there is no plan of that id", hint="List the plans of this account, or plan again.")
        if plan.status is not PlanStatus.ENDED:
            if progress is not None:
                self._listeners.setdefault(plan_id, []).append(progress)
            await asyncio.shield(self._task(plan_id))
        return await self.outcome(plan_id)

    async def outcome(self, plan_id: str) -> Applied:
        """Give how a plan stands, without doing anything."""
        plan = await self._store.get(self._tenant, plan_id)
        counts = await self._store.counts(self._tenant, plan_id)
        steps = await self._store.steps(self._tenant, plan_id)
        return Applied(plan, counts, tuple(s for s in steps if s.result.outcome is not Outcome.DONE))

    async def recover(self) -> bool:
        """Settle by reading what a process that died left open; False where a living one holds the account."""
        claim = Claim(self._tenant, self._account_id, _RECOVERY, self._owner)
        if not await self._journal.recover(claim):
            return False
        await self._settle_open(claim)
        await self._journal.finish(claim, None)
        return True

    async def stop(self) -> None:
        """Let what is being applied end with its present chunk, and wait for it."""
        for plan_id in self._running:
            await self._store.stop(self._tenant, plan_id)
        if self._running:
            await asyncio.wait(list(self._running.values()))

    def _task(self, plan_id: str) -> asyncio.Task[None]:
        task = self._running.get(plan_id)
        if task is None:
            if self._running:
                raise AccountBusyError(
                    "another plan is being applied to this account", hint="Apply this one when that has ended."
                )
            task = asyncio.create_task(self._run(plan_id))
            self._running[plan_id] = task
            task.add_done_callback(lambda ended: self._ended(plan_id, ended))
        return task

    def _ended(self, plan_id: str, task: asyncio.Task[None]) -> None:
        self._running.pop(plan_id, None)
        self._listeners.pop(plan_id, None)
        if not task.cancelled():
            task.exception()  # the callers may all be gone; asyncio would report it as lost

    async def _run(self, plan_id: str) -> None:
        plan = await self._store.get(self._tenant, plan_id)
        steps = await self._store.steps(self._tenant, plan_id)
        claim = Claim(self._tenant, self._account_id, plan_id, self._owner)
        begun = await self._begin(claim, plan, steps)
        if begun is Begun.ENDED:
            return
        try:
            status, reason = await self._carry_out(claim)
            await self._journal.finish(claim, status, reason)
        except LostLeaseError:
            _log.warning("plan_taken_over", plan=plan_id)

    async def _carry_out(self, claim: Claim) -> tuple[PlanStatus, str]:
        """Do what is left of a plan, and give how it stands then and why."""
        try:
            await self._settle_open(claim)
            await self._send_all(claim)
            await self._search_lost(claim)
        except HaltedError as halted:
            return PlanStatus.STOPPED, halted.halt
        except HubSpotSkillError as error:
            await self._journal.finish(claim, PlanStatus.STOPPED, error.code)
            raise
        return PlanStatus.ENDED, ""

    async def _begin(self, claim: Claim, plan: PlanRow, steps: Sequence[JournalStep]) -> Begun:
        """Take the account, or wait until the process that applies this very plan has ended or died."""
        while True:
            is_settled = plan.status in (PlanStatus.PLANNED, PlanStatus.ENDED, PlanStatus.REJECTED)
            if not is_settled and not await self._store.is_approved(self._tenant, plan, [s.step for s in steps]):
                raise NotApprovedError(
                    "this plan is not what was approved, so nothing was sent", hint="Plan again and have it approved."
                )
            begun = await self._journal.begin(claim)
            if begun is not Begun.ELSEWHERE:
                return begun
            await self._clock.sleep(self._settings.poll_s)

    async def _send_all(self, claim: Claim) -> None:
        """Send every approved step; those that surely did not happen come round again, a bounded number of times."""
        while True:
            steps = await self._store.steps(self._tenant, claim.plan_id)
            todo = [s for s in steps if s.state is State.APPROVED and not self._is_spent(s)]
            if not todo:
                return
            behind = len(steps) - len(todo)
            for chunk in _chunks(todo, self._settings.chunk):
                await self._send(claim, chunk)
                behind += len(chunk)
                for tell in self._listeners.get(claim.plan_id, []):
                    tell(behind, len(steps))

    async def _send(self, claim: Claim, chunk: Sequence[JournalStep]) -> None:
        sought = [
            sought_again(s) if s.attempts else Sought(s.step, s.id, s.step.key) for s in chunk if needs_reading(s)
        ]
        conflicts = conflicts_of(chunk, await read_current(self._hubspot, sought))
        await self._journal.record(claim, claim.plan_id, conflicts)
        ready = [s for s in chunk if s.step.place not in conflicts]
        if not ready:
            return
        taken = set(await self._journal.sending(claim, [s.step.place for s in ready]))
        sending = [s for s in ready if s.step.place in taken]
        try:
            answers = await self._guarded(send_chunk(self._hubspot, sending)) or unknown(sending)
        except HubSpotSkillError as error:
            is_unsent = error.wrote == "nothing"
            answers = {s.step.place: not_sent(s.step) for s in sending} if is_unsent else unknown(sending)
            await self._journal.record(claim, claim.plan_id, answers)
            raise
        await self._journal.record(claim, claim.plan_id, answers)
        await self._settle(claim, claim.plan_id, [_answered(s, answers[s.step.place]) for s in sending])
        if len(sending) < len(ready):
            raise HaltedError(Halt.DAILY_CAP)

    async def _guarded(self, send: Coroutine[Any, Any, Answers]) -> Answers | None:
        """Give the answers of a chunk, or None where it was broken off because a person switched writing off."""
        task = asyncio.create_task(send)
        try:
            while not (await asyncio.wait({task}, timeout=self._settings.watch_s))[0]:
                switch = await self._store.switch(self._tenant, self._account_id)
                if switch.is_off or switch.policy.mode is Mode.OFF:
                    return None
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _settle(self, claim: Claim, plan_id: str, sent: Sequence[JournalStep]) -> None:
        unsettled = {s.step.place: s for s in sent if s.state in (State.APPLIED, State.UNKNOWN)}
        results = await settle(self._hubspot, list(unsettled.values()))
        if any(s.step.thing is not None and _is_strange(results.get(p)) for p, s in unsettled.items()):
            await self._clock.sleep(self._settings.visible_s)
            results = await settle(self._hubspot, list(unsettled.values()))
        spent = {p for p, r in results.items() if r.state is State.APPROVED and self._is_spent(unsettled[p])}
        await self._journal.record(claim, plan_id, {p: r for p, r in results.items() if p not in spent})

    def _is_spent(self, step: JournalStep) -> bool:
        return step.attempts >= self._settings.attempts

    async def _settle_open(self, claim: Claim) -> None:
        """Read back everything of this account that was sent by somebody and never read back."""
        steps = await self._store.open_steps(self._tenant, self._account_id)
        for plan_id in dict.fromkeys(s.plan_id for s in steps):
            for chunk in _chunks([s for s in steps if s.plan_id == plan_id], self._settings.chunk):
                await self._settle(claim, plan_id, await self._found(chunk))

    async def _search_lost(self, claim: Claim) -> None:
        """Search for new records whose answer was lost, until all are found or the last time to look has passed."""
        rested_s = 0.0
        for at_s in self._settings.search_s:
            steps = await self._store.steps(self._tenant, claim.plan_id)
            lost = [s for s in steps if s.state is State.UNKNOWN and s.step.tag is not None]
            if not lost:
                return
            await self._rest(claim, at_s - rested_s)
            rested_s = at_s
            for chunk in _chunks(lost, self._settings.chunk):
                await self._settle(claim, claim.plan_id, [s for s in await self._found(chunk) if s.id])

    async def _rest(self, claim: Claim, seconds: float) -> None:
        """Wait, saying now and then that this process lives; a stop ends it."""
        until_s = self._clock.monotonic() + seconds
        while (left_s := until_s - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(left_s, self._settings.rest_s))
            await self._journal.renew(claim)

    async def _found(self, steps: Sequence[JournalStep]) -> list[JournalStep]:
        """Give steps with the ids of the records that a search finds by their tags."""
        lost = [s.step for s in steps if s.state is State.UNKNOWN and not s.id and s.step.tag is not None]
        ids = await find_by_tag(self._hubspot, lost) if lost else dict[int, str]()
        return [replace(s, result=replace(s.result, id=ids.get(s.step.place, s.result.id))) for s in steps]


def _is_strange(result: StepResult | None) -> bool:
    return result is None or result.outcome is not Outcome.DONE


def _answered(step: JournalStep, answer: StepResult) -> JournalStep:
    return replace(step, state=answer.state, result=answer, attempts=step.attempts + 1)


def _chunks(steps: Sequence[JournalStep], size: int) -> Iterator[list[JournalStep]]:
    """Cut steps into pieces of one round, kind and type, in the order of their rounds and places."""
    groups: dict[tuple[object, ...], list[JournalStep]] = {}
    for each in sorted(steps, key=lambda s: (s.step.round, s.step.place)):
        step, link = each.step, each.step.link
        pair = None if link is None else (link.to_type.name, bool(link.types))
        groups.setdefault((step.round, step.kind, step.thing, step.type.name, pair), []).append(each)
    for group in groups.values():
        for start in range(0, len(group), size):
            yield group[start : start + size]
