"""Scales and their ticks: from values to pixels, at round numbers, with zero where lengths are compared."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hubspot_skill.charts.values import Measure, Number
from hubspot_skill.domain.report import Unit

__all__ = ["Scale", "scale"]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A line from `low` to `high` in values; `ticks` are round and cover it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, value: Number) -> float:
        """Give where a value lies, 0 at the low end and 1 at the high end."""
        return (float(value) - self.low) / (self.high - self.low)


def scale(values: Iterable[Number | None], measure: Measure, *, most_ticks: int = 5, from_zero: bool = True) -> Scale:
    """Give the scale that covers the values with at most about `most_ticks` ticks.

    Without `from_zero` a scale of values that all lie far from zero starts near them. Counts have whole ticks.
    """
    found = [float(v) for v in values if v is not None and math.isfinite(float(v))]
    low, high = (min(found), max(found)) if found else (0.0, 0.0)
    if from_zero or (low >= 0 and high - low > high / 2) or (low < 0 < high):
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        low, high = (low - abs(low), low + abs(low)) if low and not from_zero else (low, low + 1.0)
    step = _step((high - low) / max(most_ticks - 1, 1), is_whole=measure.unit is Unit.COUNT)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(step * place for place in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def _step(rough: float, *, is_whole: bool) -> float:
    if is_whole and rough <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    for each in _STEPS:
        step = each * power
        if step >= rough * (1 - 1e-9) and not (is_whole and step != int(step)):
            return step
    return 10 * power
