"""Waits for leave to call: the async shell around the limits of one account, and the seam for a shared store.

Every account has three sliding logs (burst, search, associations) and two gates that close all of them: the daily
limit, until the account's midnight, and a move between data centres, until HubSpot said. A caller whose wait would
pass its deadline is refused at once with the seconds to wait, and each class waits in its own queue.

`LimitStore` is what the adapter needs; `MemoryLimits` serves one process, `shared_limits.SharedLimits` several.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.hubspot.gates import Gates, slot_in_time, too_late
from hubspot_skill.hubspot.limits import Budget, LimitSettings, Priority, Quota, RateReading, SlidingLog, Slot

__all__ = ["LimitStore", "MemoryLimits"]

_log = get_logger(__name__)


class LimitStore(Protocol):
    """Gives out slots of one account's limits."""

    @property
    def quota(self) -> Quota:
        """The limits as HubSpot last told them."""
        ...

    async def take(self, budget: Budget, priority: Priority, deadline_s: float) -> Slot:
        """Wait for a slot until the clock's steady count reaches `deadline_s`.

        Raises:
            RateLimitedError: the wait would pass the deadline.
            DailyLimitError: the account has no call left today.
            AccountMovingError: HubSpot is moving the account.
        """
        ...

    def drop(self, budget: Budget, slot: Slot) -> None:
        """Free a slot whose call was never sent."""
        ...

    def give_back(self, budget: Budget, slot: Slot, reading: RateReading | None) -> None:
        """Let a slot cool; `reading` are the answer's rate headers, None when no answer came."""
        ...

    def refused(self, budget: Budget, pause_s: float | None) -> None:
        """Learn of a 429 on this budget; no `pause_s`: one window."""
        ...

    def close_for_today(self) -> datetime:
        """Learn of a 429 on the daily limit, and give the moment it ends."""
        ...

    def park(self, seconds: float) -> None:
        """Learn that the account is moving, and send nothing for so long."""
        ...

    def set_zone(self, zone: ZoneInfo) -> None:
        """Learn the account's time zone, whose midnight ends the daily limit."""
        ...


class MemoryLimits:
    """The limits of one account in the memory of one process."""

    def __init__(self, settings: LimitSettings, clock: Clock) -> None:
        self._clock = clock
        self._lines = {
            Budget.BURST: _Line(SlidingLog(settings.burst, settings.burst_window_s, cap=settings.burst_cap), clock),
            Budget.SEARCH: _Line(SlidingLog(settings.search, settings.search_window_s), clock),
            Budget.ASSOCIATIONS: _Line(SlidingLog(settings.associations, settings.associations_window_s), clock),
        }
        self._quota = Quota()
        self._gates = Gates(clock)

    @property
    def quota(self) -> Quota:
        """The limits as HubSpot last told them."""
        return self._quota

    async def take(self, budget: Budget, priority: Priority, deadline_s: float) -> Slot:
        """Wait for a slot until the clock's steady count reaches `deadline_s`."""
        self._gates.check()
        line = self._lines[budget]
        slot = line.take_now(priority)
        if slot is None:
            slot = await line.wait(budget, priority, deadline_s)
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
        if self._lines[budget].refused(pause_s):
            _log.warning("rate_limited", budget=budget.value, pause_s=pause_s)

    def close_for_today(self) -> datetime:
        """Learn of a 429 on the daily limit, and give the moment it ends."""
        return self._gates.close_for_today()

    def park(self, seconds: float) -> None:
        """Learn that the account is moving, and send nothing for so long."""
        self._gates.park(seconds)

    def set_zone(self, zone: ZoneInfo) -> None:
        """Learn the account's time zone, whose midnight ends the daily limit."""
        self._gates.zone = zone


class _Line:
    """The callers waiting for one sliding log, in one queue a class."""

    def __init__(self, log: SlidingLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._queues: dict[Priority, deque[asyncio.Future[Slot]]] = {priority: deque() for priority in Priority}
        self._alarm: asyncio.Task[None] | None = None

    def take_now(self, priority: Priority) -> Slot | None:
        if self._queues[priority]:
            return None
        return self._log.take(self._clock.monotonic(), priority)

    async def wait(self, budget: Budget, priority: Priority, deadline_s: float) -> Slot:
        now_s = self._clock.monotonic()
        queue = self._queues[priority]
        wait_s = self._log.wait_s(now_s, len(queue))
        if now_s + wait_s > deadline_s:
            raise too_late(budget, wait_s)
        future: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        queue.append(future)
        self._set_alarm()
        try:
            return await slot_in_time(future, deadline_s, self._clock, self.drop)
        except TimeoutError:
            raise too_late(budget, self._log.wait_s(self._clock.monotonic(), len(queue))) from None
        finally:
            if future.cancelled() and future in queue:
                queue.remove(future)

    def drop(self, slot: Slot) -> None:
        self._log.drop(slot)
        self._serve()

    def give_back(self, slot: Slot, reading: RateReading | None) -> None:
        now_s = self._clock.monotonic()
        if reading is not None:
            self._log.observe(slot, now_s, reading)
        self._log.give_back(slot, now_s)
        self._serve()

    def refused(self, pause_s: float | None) -> bool:
        return self._log.refused(self._clock.monotonic(), self._log.window_s if pause_s is None else pause_s)

    def _serve(self) -> None:
        """Give free slots to whoever waits, in turns over the classes, and set the alarm for the rest."""
        if not any(self._queues.values()):
            return
        now_s = self._clock.monotonic()
        served = True
        while served:
            served = False
            for priority, queue in self._queues.items():
                while queue and queue[0].done():
                    queue.popleft()
                if queue and (slot := self._log.take(now_s, priority)) is not None:
                    queue.popleft().set_result(slot)
                    served = True
        self._set_alarm()

    def _set_alarm(self) -> None:
        if (self._alarm is None or self._alarm.done()) and any(self._queues.values()):
            self._alarm = asyncio.ensure_future(self._ring())

    async def _ring(self) -> None:
        """Serve whenever time alone may have freed a slot, until nobody waits or an answer must come first."""
        while any(self._queues.values()):
            pause_s = self._log.next_change_s(self._clock.monotonic())
            if pause_s is None:
                return
            await self._clock.sleep(pause_s)
            self._serve()
