"""A clock that stands still until a test moves it, and wakes who sleeps on it in the right order."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

__all__ = ["ManualClock"]


class ManualClock:
    """Time by hand: `await clock.advance(s)` moves both readings and lets every sleeper that is due run."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Give the moment that the test has set."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Give the seconds that the test has let pass, from 1,000."""
        return 1000.0 + self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has moved the clock that far; `slept` records the wish."""
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._elapsed_s + seconds, self._count, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, stopping at each sleeper's moment, and let woken tasks run between the stops."""
        goal = self._elapsed_s + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= goal + 1e-9:
            due, _, future = heapq.heappop(self._sleepers)
            if future.done():
                continue
            self._elapsed_s = max(self._elapsed_s, due)
            future.set_result(None)
            await self.settle()
        self._elapsed_s = goal
        await self.settle()

    def jump(self, seconds: float) -> None:
        """Move on at once, where nobody sleeps."""
        assert self.next_wake_s is None
        self._elapsed_s += seconds

    async def settle(self, rounds: int = 30) -> None:
        """Let every task that can run do so."""
        for _ in range(rounds):
            await asyncio.sleep(0)

    @property
    def next_wake_s(self) -> float | None:
        """Seconds until the first sleeper is due, None when nobody sleeps."""
        waiting = [due for due, _, future in self._sleepers if not future.done()]
        return min(waiting) - self._elapsed_s if waiting else None
