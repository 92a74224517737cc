"""One measured figure beside its bar, and rounds that take turns."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ClassVar

__all__ = ["Figure", "Round", "take_turns"]

WARM_UP_CALLS = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its bar; `at_least` tells on which side of the bar it has to lie. `details` are what it came from."""

    HEADER: ClassVar[str] = f"{'figure':<64} {'measured':>10} {'bar':>10}"

    name: str
    value: float
    bar: float
    unit: str = "x"
    at_least: bool = False
    details: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """True where the bar is held."""
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def line(self) -> str:
        """Give the figure as a line of the table."""
        bar = f"{'≥' if self.at_least else '≤'} {self.bar:g} {self.unit}"
        told = ", ".join(f"{name} {value:g}" for name, value in self.details.items())
        mark = "ok  " if self.holds else "MISS"
        return f"{self.name:<64} {self.value:>8.3g} {self.unit:<3} {bar:>9}  {mark} {told}".rstrip()


@dataclass(frozen=True, slots=True)
class Round:
    """What the two sides took for one call each, in microseconds, over all rounds."""

    ours_us: tuple[float, ...]
    bare_us: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of ours to bare over the rounds."""
        return statistics.median(ours / bare for ours, bare in zip(self.ours_us, self.bare_us, strict=True))

    def details(self) -> dict[str, float]:
        """Give the medians of both sides."""
        return {"ours_us": round(statistics.median(self.ours_us)), "bare_us": round(statistics.median(self.bare_us))}


async def take_turns(
    ours: Callable[[], Awaitable[object]], bare: Callable[[], Awaitable[object]], *, calls: int, rounds: int
) -> Round:
    """Measure both in turns, `calls` calls each a round, the order changing from round to round.

    What was loaded before is frozen, as the product's own start does, so collecting garbage costs what the calls leave.
    """
    gc.freeze()
    for side in (ours, bare):
        for _ in range(WARM_UP_CALLS):
            await side()
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(rounds):
        sides = [("ours", ours), ("bare", bare)]
        for name, side in sides if number % 2 == 0 else reversed(sides):
            started_s = time.perf_counter()
            for _ in range(calls):
                await side()
            took[name].append((time.perf_counter() - started_s) / calls * 1e6)
    return Round(tuple(took["ours"]), tuple(took["bare"]))
