"""Limits of one account that several processes keep together, in a file of one machine or a table of several.

`SharedLimits` is a `LimitStore` like `budget.MemoryLimits`. Three rows hold an account's limits: burst by app and
account, search and associations by account alone, whatever the app. What happens to a row is decided in
`shared_limits_line`, purely; this module only waits. It is the adapter's own shell for the case of several processes,
apart from `budget`, because one process alone needs none of it.

- A caller waits in its class's queue. One task a limit exchanges with the row: it brings what was learnt and given
  back since, and takes slots for those who wait, at most `BLOCK` of a class at once, so no process hoards.
- While calls follow each other and less than half of the limit is used by anybody, it takes some more, as many as were
  asked for within a fiftieth of a window before, at most `IN_HAND`: the next callers find theirs in memory. They are
  held like slots in flight, and let go when nobody asks or the limit fills up. What another process learns (a 429, the
  end of the day) reaches those in hand within that fiftieth.
- After that it sleeps until time can have freed a slot. An answer that it has not heard of frees none within a
  window of the last look, so it need not poll; it still looks four times a window, for slots that were dropped.
- Slots given back are told within a fiftieth of a window, long before they come free; dropped ones at once.
- While it holds slots it exchanges four times a lease. After a kill the rest of the lease and one window pass until
  all its slots are free again: at most 20 s for the burst limit.
- Where the rows fail, it goes on alone (`shared_limits_rows`).

Costs: one exchange is one short transaction off the event loop. A process that is stopped for more than half a lease
between taking and sending may send with a slot that has lapsed; the limiter cannot see that, and drops only what it
has not handed out yet.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import final
from zoneinfo import ZoneInfo

from hubspot_skill.domain.errors import HubSpotSkillError, RateLimitedError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.hubspot.gates import Gates, slot_in_time, too_late
from hubspot_skill.hubspot.limits import Budget, LimitSettings, Priority, Quota, RateReading, Slot
from hubspot_skill.hubspot.shared_limits_line import Answered, Closed, Event, LineRules, Outcome, Parked, Refused
from hubspot_skill.hubspot.shared_limits_rows import RowNames, SharedRow, SharedRows

__all__ = ["BLOCK", "SharedLimits"]

BLOCK = 16
IN_HAND = 8
LEASE_S = 10.0
TOLD_IN_WINDOWS = 0.02
LOOKS_A_WINDOW = 4
LEAST_PAUSE_IN_WINDOWS = 0.002
BEATS_A_LEASE = 4

_log = get_logger(__name__)


@final
class SharedLimits:
    """The limits of one account in rows that several processes share; closing it gives its slots back at once."""

    def __init__(
        self,
        rows: SharedRows,
        names: RowNames,
        settings: LimitSettings,
        clock: Clock,
        *,
        member: str | None = None,
        lease_s: float = LEASE_S,
    ) -> None:
        """Join an account's limits; `member` is this process's name among the others, random if it is not given."""
        own = member or secrets.token_hex(8)
        self._clock = clock
        self._gates = Gates(clock)
        self._quota = Quota()
        sizes = {
            Budget.BURST: LineRules(settings.burst, settings.burst_window_s, settings.burst_cap, lease_s),
            Budget.SEARCH: LineRules(settings.search, settings.search_window_s, None, lease_s),
            Budget.ASSOCIATIONS: LineRules(settings.associations, settings.associations_window_s, None, lease_s),
        }
        self._lines = {
            budget: _Line(SharedRow(rows, names, budget, own, clock), rules, self._gates)
            for budget, rules in sizes.items()
        }

    @property
    def quota(self) -> Quota:
        """The limits as HubSpot last told this process or, where it has not, another one."""
        return self._lines[Budget.BURST].quota if self._quota == Quota() else self._quota

    @property
    def store_errors(self) -> int:
        """How often the shared rows failed or were lost."""
        return sum(line.errors for line in self._lines.values())

    async def take(self, budget: Budget, priority: Priority, deadline_s: float) -> Slot:
        """Wait for a slot until the clock's steady count reaches `deadline_s`."""
        self._gates.check()
        line = self._lines[budget]
        slot = await line.take(priority, deadline_s)
        try:
            self._gates.check()
        except BaseException:
            line.drop(slot)
            raise
        return slot

    def drop(self, budget: Budget, slot: Slot) -> None:
        """Free a slot whose call was never sent."""
        self._lines[budget].drop(slot)

    def give_back(self, budget: Budget, slot: Slot, reading: RateReading | None) -> None:
        """Let a slot cool; `reading` are the answer's rate headers, None when no answer came."""
        if reading is not None:
            if budget is Budget.BURST or reading.daily_remaining is not None:
                self._quota = self._quota.after(reading)
            if reading.daily_remaining == 0:
                self.close_for_today()
        self._lines[budget].give_back(slot, reading if budget is Budget.BURST else None)

    def refused(self, budget: Budget, pause_s: float | None) -> None:
        """Learn of a 429 on this budget; no `pause_s`: one window."""
        self._lines[budget].learn(Refused(self._clock.monotonic(), pause_s))

    def close_for_today(self) -> datetime:
        """Learn of a 429 on the daily limit, and give the moment it ends."""
        until = self._gates.close_for_today()
        for line in self._lines.values():
            line.learn(Closed(until.timestamp()))
        return until

    def park(self, seconds: float) -> None:
        """Learn that the account is moving, and send nothing for so long."""
        self._gates.park(seconds)
        for line in self._lines.values():
            line.learn(Parked(self._clock.monotonic() + seconds))

    def set_zone(self, zone: ZoneInfo) -> None:
        """Learn the account's time zone, whose midnight ends the daily limit."""
        self._gates.zone = zone

    async def aclose(self) -> None:
        """Tell the others what is left to tell; calls under way must have ended. The rows stay open."""
        await asyncio.gather(*(line.aclose() for line in self._lines.values()))


@dataclass(slots=True)
class _Waiter:
    """A caller in its queue; `is_told` once it was known that its wait can end in time."""

    future: asyncio.Future[Slot]
    deadline_s: float
    is_told: bool = False


class _Asked:
    """Counts callers of each class in spans of time, and tells how many came in this span or the one before."""

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._counts: dict[Priority, tuple[int, int, int]] = {}

    def once(self, priority: Priority, now_s: float) -> None:
        span, now, before = self._at(priority, now_s)
        self._counts[priority] = (span, now + 1, before)

    def lately(self, priority: Priority, now_s: float) -> int:
        _, now, before = self._at(priority, now_s)
        return max(now, before)

    def _at(self, priority: Priority, now_s: float) -> tuple[int, int, int]:
        span = int(now_s / self._span_s)
        then, now, before = self._counts.get(priority, (span, 0, 0))
        if span == then:
            return span, now, before
        return span, 0, now if span == then + 1 else 0


class _Line:
    """The callers of this process that wait for one limit, and the task that exchanges for them."""

    def __init__(self, row: SharedRow, rules: LineRules, gates: Gates) -> None:
        self._budget = row.budget
        self._row = row
        self._rules = rules
        self._gates = gates
        self._clock = row.clock
        self._queues: dict[Priority, deque[_Waiter]] = {priority: deque() for priority in Priority}
        self._in_flight = dict.fromkeys(Priority, 0)
        self._stated = 0
        self._events: list[Event] = []
        self._in_hand: dict[Priority, deque[Slot]] = {priority: deque() for priority in Priority}
        self._in_hand_until_s = -math.inf
        self._asked = _Asked(TOLD_IN_WINDOWS * rules.window_s)
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._due_s: float | None = None
        self._beat_s = 0.0
        self._is_closing = False

    @property
    def errors(self) -> int:
        return self._row.errors

    @property
    def quota(self) -> Quota:
        return self._row.last.state.quota if self._row.last else Quota()

    async def take(self, priority: Priority, deadline_s: float) -> Slot:
        self._asked.once(priority, self._clock.monotonic())
        if (slot := self._from_hand(priority)) is not None:
            return slot
        queue = self._queues[priority]
        waiter = _Waiter(asyncio.get_running_loop().create_future(), deadline_s)
        if queue:
            self._refuse_late(waiter, len(queue))
        queue.append(waiter)
        if len(queue) == 1:
            self._exchange_in(0.0)
        try:
            return await slot_in_time(waiter.future, deadline_s, self._clock, self.drop)
        except TimeoutError:
            raise too_late(self._budget, self._wait_s(len(queue))) from None
        finally:
            if waiter in queue:
                queue.remove(waiter)

    def drop(self, slot: Slot) -> None:
        self._in_flight[slot.priority] -= 1
        self._exchange_in(0.0)

    def give_back(self, slot: Slot, reading: RateReading | None) -> None:
        self._in_flight[slot.priority] -= 1
        self._events.append(Answered(slot, self._clock.monotonic(), reading))
        self._exchange_in(TOLD_IN_WINDOWS * self._rules.window_s)

    def learn(self, event: Event) -> None:
        self._empty_hand()
        self._events.append(event)
        self._exchange_in(0.0)

    async def aclose(self) -> None:
        self._is_closing = True
        self._empty_hand()
        if self._task is not None:
            self._changed.set()
            await self._task

    def _exchange_in(self, seconds: float) -> None:
        """Exchange in so many seconds or sooner."""
        due_s = self._clock.monotonic() + seconds
        if self._due_s is None or due_s < self._due_s:
            self._due_s = due_s
            self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        """Exchange whenever it is due, until nobody waits and nothing is held."""
        while (due_s := self._next_s()) is not None:
            pause_s = due_s - self._clock.monotonic()
            if pause_s <= 0:
                await self._exchange()
            else:
                await self._sleep(pause_s)
        self._task = None

    def _next_s(self) -> float | None:
        """Give when the next exchange is due, None when there is nothing left to wait for."""
        if self._is_closing:
            is_told = not self._events and self._stated == sum(self._in_flight.values())
            return None if is_told else self._clock.monotonic()
        beat_s = self._beat_s if self._stated else None
        return min((moment for moment in (self._due_s, beat_s) if moment is not None), default=None)

    async def _sleep(self, seconds: float) -> None:
        """Sleep until then, or until something comes due sooner."""
        self._changed.clear()
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        changing = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait((sleeping, changing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            changing.cancel()

    def _from_hand(self, priority: Priority) -> Slot | None:
        """Give a slot that is in hand for a class, if its statement holds and no gate has shut since."""
        hand = self._in_hand[priority]
        if not hand or self._clock.monotonic() >= self._in_hand_until_s or self._is_closing:
            return None
        slot = hand.popleft()
        if not hand:
            self._exchange_in(0.0)
        return slot

    def _empty_hand(self) -> None:
        """Let go of what is in hand; the next exchange tells."""
        for priority, hand in self._in_hand.items():
            self._in_flight[priority] -= len(hand)
            hand.clear()

    def _take_in_hand(self, outcome: Outcome, started_s: float) -> None:
        for slot in outcome.spare:
            self._in_flight[slot.priority] += 1
            self._in_hand[slot.priority].append(slot)
        self._in_hand_until_s = started_s + self._rules.lease_s / 2
        if not any(self._in_hand.values()):
            return
        if self._is_closing or not outcome.is_ample:
            self._empty_hand()
            self._exchange_in(0.0)
        else:
            self._exchange_in(TOLD_IN_WINDOWS * self._rules.window_s)

    def _spare(self, started_s: float) -> dict[Priority, int]:
        """Tell how many slots to take for callers to come; what is in hand beyond that is let go."""
        spare: dict[Priority, int] = {}
        is_ample = self._row.last is None or self._row.last.is_ample
        for priority, hand in self._in_hand.items():
            is_free = is_ample and not self._is_closing and len(self._queues[priority]) < BLOCK
            asked = self._asked.lately(priority, started_s) if is_free else 0
            wish = min(IN_HAND, asked) if asked > 1 else 0
            while len(hand) > wish:
                hand.pop()
                self._in_flight[priority] -= 1
            if wish > len(hand):
                spare[priority] = wish - len(hand)
        return spare

    async def _exchange(self) -> None:
        self._due_s = None
        events, self._events = self._events, []
        started_s = self._clock.monotonic()
        spare = self._spare(started_s)
        outcome = await self._row.exchange(self._in_flight.copy(), events, self._wanted(), spare, self._rules)
        is_in_time = self._clock.monotonic() < started_s + self._rules.lease_s / 2
        for slot in outcome.slots:
            self._in_flight[slot.priority] += 1
            waiter = self._first(slot.priority) if is_in_time else None
            if waiter is None:
                self.drop(slot)
            else:
                waiter.future.set_result(slot)
        self._take_in_hand(outcome, started_s)
        if outcome.cuts:
            _log.warning("rate_limited", budget=self._budget.value)
        self._stated = self._row.stated(outcome)
        self._beat_s = self._clock.monotonic() + self._rules.lease_s / BEATS_A_LEASE
        self._hear(outcome)
        self._plan(outcome)

    def _wanted(self) -> dict[Priority, int]:
        """Count who waits, at most a block of each class."""
        return {
            priority: min(BLOCK, sum(not waiter.future.done() for waiter in queue))
            for priority, queue in self._queues.items()
        }

    def _first(self, priority: Priority) -> _Waiter | None:
        queue = self._queues[priority]
        while queue:
            waiter = queue.popleft()
            if not waiter.future.done():
                return waiter
        return None

    def _hear(self, outcome: Outcome) -> None:
        """Learn from the value which gates are shut, and tell those who wait."""
        closed_s = self._row.closed_until_s(outcome)
        parked_s = outcome.state.parked_until_s - outcome.moment.now_s
        self._gates.heard(None if closed_s is None else datetime.fromtimestamp(closed_s, UTC), parked_s)
        for waiter in self._waiting():
            try:
                self._gates.check()
            except HubSpotSkillError as error:
                waiter.future.set_exception(error)

    def _plan(self, outcome: Outcome) -> None:
        """Refuse those whose slot cannot come in time, and look again when one can be free for the others."""
        for queue in self._queues.values():
            for ahead, waiter in enumerate(queue):
                if not waiter.is_told and not waiter.future.done():
                    try:
                        self._refuse_late(waiter, ahead)
                    except RateLimitedError as error:
                        waiter.future.set_exception(error)
        if not any(self._waiting()):
            return
        if len(outcome.slots) >= BLOCK:
            self._exchange_in(0.0)
            return
        window_s = outcome.log.window_s
        free_s = outcome.log.next_change_s(self._store_now_s(outcome))
        pause_s = min(window_s / LOOKS_A_WINDOW, window_s if free_s is None else free_s)
        self._exchange_in(max(pause_s, LEAST_PAUSE_IN_WINDOWS * window_s))

    def _refuse_late(self, waiter: _Waiter, ahead: int) -> None:
        wait_s = self._wait_s(ahead)
        if self._clock.monotonic() + wait_s > waiter.deadline_s:
            raise too_late(self._budget, wait_s)
        waiter.is_told = True

    def _wait_s(self, ahead: int) -> float:
        """Give the least wait with `ahead` others before, as far as this process knows."""
        last = self._row.last
        return last.log.wait_s(self._store_now_s(last), ahead) if last else 0.0

    def _store_now_s(self, outcome: Outcome) -> float:
        return self._clock.monotonic() + outcome.moment.ahead_s

    def _waiting(self) -> Iterator[_Waiter]:
        return (waiter for queue in self._queues.values() for waiter in queue if not waiter.future.done())
