"""Horizontal bars from zero, each with its label at the left and its value at its end."""

from __future__ import annotations

from collections.abc import Sequence

from hubspot_skill.charts import figures
from hubspot_skill.charts.frame import LABEL, SMALL, Area
from hubspot_skill.charts.markup import Paper, Word, group, linked, px, rect, width_of, words
from hubspot_skill.charts.scale import Scale, scale
from hubspot_skill.charts.values import Bar, Bars, Measure
from hubspot_skill.domain.text import clean

__all__ = ["draw", "label_room"]

_TALLEST_ROW, _THICKEST = 32.0, 20.0


def draw(chart: Bars, paper: Paper, area: Area) -> str:
    """Give the marks of a bar chart."""
    row = min(_TALLEST_ROW, area.height / len(chart.bars))
    size = LABEL if row >= 17 else SMALL if row >= 13 else max(row - 2, 7.0)
    room = label_room([bar.label for bar in chart.bars], size, area)
    values = [figures.short(bar.value, chart.measure) for bar in chart.bars]
    beside = max(width_of(value, size) for value in values) + 6
    has_negative = any(bar.value is not None and bar.value < 0 for bar in chart.bars)
    left, right = area.left + room + 8 + (beside if has_negative else 0), area.right - beside
    line = scale([bar.value for bar in chart.bars], chart.measure)
    # Ticks are not drawn here, so that the longest bar may take the whole room.
    found = [float(bar.value) for bar in chart.bars if bar.value is not None]
    tight = Scale(min(0.0, *found, 0.0), max(0.0, *found, 0.0), ()) if any(found) else line
    zero = left + tight.share(0) * (right - left)
    marks: dict[str, list[str]] = {"chart-accent": [], "chart-other": []}
    placed: list[Word] = []
    ends: list[Word] = []
    starts: list[Word] = []
    for place, bar in enumerate(chart.bars):
        middle = area.top + (place + 0.5) * row
        placed.append(Word(area.left + room, middle + size * 0.35, bar.label, room))
        end = zero if bar.value is None else left + tight.share(bar.value) * (right - left)
        is_left = bar.value is not None and bar.value < 0
        word = Word(end - 5 if is_left else end + 5, middle + size * 0.35, values[place])
        (starts if is_left else ends).append(word)
        role = "chart-other" if bar.is_other else "chart-accent"
        marks[role].append(_mark(bar, chart.measure, zero, end, middle, min(_THICKEST, row * 0.66)))
    bottom = area.top + row * len(chart.bars)
    base = f'<path d="M{px(zero)} {px(area.top)}V{px(bottom)}" stroke="currentColor"/>'
    return "".join(
        [
            words(placed, size, anchor="end"),
            *(group(role, paper.theme, *parts) for role, parts in marks.items()),
            words(ends, size) if ends else "",
            words(starts, size, anchor="end") if starts else "",
            group("chart-muted", paper.theme, base),
        ]
    )


def label_room(labels: Sequence[str], size: float, area: Area) -> float:
    """Give the width of a column of labels: what the longest takes, but never more than two fifths."""
    longest = max(width_of(clean(label, most=80), size) for label in labels)
    return min(longest, area.width * 0.4)


def _mark(bar: Bar, measure: Measure, zero: float, end: float, middle: float, thick: float) -> str:
    if bar.value is None:
        return ""
    # A value that is not zero shows, however small it is beside the largest.
    length = max(abs(end - zero), 1.0) if bar.value else 0.0
    start = zero if end >= zero else zero - length
    name = f"{bar.label}: {figures.full(bar.value, measure)}"
    return linked(bar.link, name, rect(start, middle - thick / 2, length, thick, title=name))
