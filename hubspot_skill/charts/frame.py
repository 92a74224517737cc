"""What stands around the marks of a chart: heading, note, legend, the value axis and the buckets of time under it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hubspot_skill.charts import figures
from hubspot_skill.charts.markup import Paper, Word, cut, group, px, width_of, words
from hubspot_skill.charts.scale import Scale
from hubspot_skill.charts.values import Chart, Measure, OverTime, Series
from hubspot_skill.domain.text import clean

__all__ = ["LABEL", "SMALL", "Area", "Swatch", "axis", "bucket_labels", "legend", "series_role", "surround"]

HEADING, LABEL, SMALL = 14.0, 12.0, 11.0
_MARGIN = 8.0
_HEADING_LINES = 2
Swatch = Callable[[float, float, int], str]
"""Draws the sign of a series (x, middle y, its place) in `currentColor`."""


@dataclass(frozen=True, slots=True)
class Area:
    """The room that is left for marks."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height in pixels."""
        return self.bottom - self.top


def surround(chart: Chart, paper: Paper, *, is_headed: bool) -> tuple[str, Area]:
    """Give heading and note of a chart, and the room between them."""
    area = Area(_MARGIN, _MARGIN, paper.width - _MARGIN, paper.height - _MARGIN)
    parts: list[str] = []
    if is_headed:
        lines = _lines(clean(chart.heading, most=200), area.width)
        placed = [Word(area.left, area.top + 13 + 18 * place, line, area.width) for place, line in enumerate(lines)]
        parts.append(words(placed, HEADING, is_bold=True))
        area = replace(area, top=area.top + 18 * len(lines) + 6)
    if chart.note:
        note = words([Word(area.left, area.bottom - 2, chart.note, area.width)], SMALL)
        parts.append(group("chart-muted", paper.theme, note))
        area = replace(area, bottom=area.bottom - 18)
    return "".join(parts), area


def _lines(heading: str, room: float) -> list[str]:
    """Give a heading in at most two lines, broken between words; a second that is too long is cut when written."""
    if width_of(heading, HEADING) <= room or " " not in heading:
        return [heading]
    first, rest = "", heading.split(" ")
    while rest and (not first or width_of(f"{first} {rest[0]}", HEADING) <= room):
        first = f"{first} {rest.pop(0)}".strip()
    return [first, " ".join(rest)][: _HEADING_LINES if rest else 1]


def series_role(series: Sequence[Series], place: int) -> str:
    """Give the class of a series: the accent alone, the palette in order for several, grey for the rest."""
    if series[place].is_other:
        return "chart-other"
    return "chart-accent" if len(series) == 1 else f"chart-{place + 1}"


def legend(chart: OverTime, paper: Paper, area: Area, swatch: Swatch) -> tuple[str, Area]:
    """Give the legend of several series above the marks, in the order of drawing, and the room below it."""
    if len(chart.series) < 2:
        return "", area
    parts: list[str] = []
    names: list[Word] = []
    x, y = area.left, area.top + 9
    most = area.width / 2 - 30
    for place, one in enumerate(chart.series):
        name = cut(clean(one.name, most=60), SMALL, most)
        width = 18 + width_of(name, SMALL) + 12
        if x > area.left and x + width > area.right:
            x, y = area.left, y + 16
        parts.append(group(series_role(chart.series, place), paper.theme, swatch(x, y - 4, place)))
        names.append(Word(x + 18, y, one.name, most))
        x += width
    return "".join([*parts, words(names, SMALL)]), replace(area, top=y + 10)


def axis(scale: Scale, measure: Measure, paper: Paper, area: Area) -> tuple[str, Area]:
    """Give the lines of a value axis with short labels at the left, and the room right of the labels."""
    shown = [figures.short(_tidy(tick), measure) for tick in scale.ticks]
    left = area.left + max(width_of(word, SMALL) for word in shown) + 6
    inner = replace(area, left=left, top=area.top + 5)
    heights = [inner.bottom - scale.share(tick) * inner.height for tick in scale.ticks]
    lines = "".join(f"M{px(inner.left)} {px(y)}H{px(inner.right)}" for y in heights)
    labels = words([Word(left - 6, y + 4, word) for y, word in zip(heights, shown, strict=True)], SMALL, anchor="end")
    zero = next((y for tick, y in zip(scale.ticks, heights, strict=True) if abs(tick) < 1e-12), None)
    base = "" if zero is None else f'<path d="M{px(inner.left)} {px(zero)}H{px(inner.right)}" stroke="currentColor"/>'
    return (
        group("chart-line", paper.theme, f'<path d="{lines}" stroke="currentColor"/>')
        + group("chart-muted", paper.theme, labels, base),
        inner,
    )


def bucket_labels(chart: OverTime, paper: Paper, area: Area) -> str:
    """Give the names of the buckets under the marks: every one, or every so many of them that they do not touch."""
    names = [clean(name, most=24) for name in chart.buckets]
    step_px = area.width / len(names)
    widest = max(width_of(name, SMALL) for name in names) + 8
    every = max(1, math.ceil(min(widest, area.width) / step_px))
    placed: list[Word] = []
    free_px = float(paper.width)
    for place in range(len(names) - 1, -1, -every):
        half = width_of(names[place], SMALL) / 2
        middle = min(max(area.left + (place + 0.5) * step_px, half + 2), paper.width - half - 2)
        # The last label is always there; one that was moved in from the edge may have no room beside it.
        if placed and middle + half > free_px:
            continue
        placed.append(Word(middle, area.bottom + 15, names[place], max(widest, step_px)))
        free_px = middle - half - 4
    return group("chart-muted", paper.theme, words(placed, SMALL, anchor="middle"))


def _tidy(tick: float) -> float:
    """Give a tick without what binary fractions add to it."""
    return float(f"{tick:.10g}")
