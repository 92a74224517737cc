"""The system's clock is aware and steady; the tests' own wakes sleepers in order."""

import asyncio
from datetime import UTC

from hubspot_skill.foundation.clock import SystemClock
from tests.manual_clock import ManualClock


async def test_the_system_clock_tells_aware_time_and_never_goes_back() -> None:
    clock = SystemClock()
    first = clock.monotonic()
    await clock.sleep(0)
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= first


async def test_the_manual_clock_wakes_sleepers_at_their_moments() -> None:
    clock = ManualClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic() - 1000))

    tasks = [asyncio.ensure_future(sleeper(name, seconds)) for name, seconds in (("b", 2.0), ("a", 1.0), ("c", 9.0))]
    await clock.advance(5)
    assert woken == [("a", 1.0), ("b", 2.0)]
    assert clock.next_wake_s == 4.0
    await clock.advance(4)
    await asyncio.gather(*tasks)
    assert clock.slept == [2.0, 1.0, 9.0]
