"""Columns over time, plain or stacked, from zero; the bucket that is still running is pale with a dashed edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hubspot_skill.charts import figures
from hubspot_skill.charts.frame import SMALL, Area, axis, bucket_labels, legend, series_role
from hubspot_skill.charts.markup import Paper, Word, group, linked, px, rect, titled, width_of, words
from hubspot_skill.charts.scale import Scale, scale
from hubspot_skill.charts.values import Columns, Number, OverTime, Stacked
from hubspot_skill.domain.text import clean

__all__ = ["bucket_title", "draw", "hover"]

_THICKEST = 44.0
_MOST_TITLES = 62
"""With more buckets than days of two months a chart is read as a shape; titles would be most of its bytes."""
_LONGEST_TITLE = 150
PARTIAL = ' fill-opacity=".3" stroke="currentColor" stroke-dasharray="3 2"'


@dataclass(frozen=True, slots=True)
class _Part:
    """One drawn piece: its series and bucket, its value and where it lies."""

    series: int
    bucket: int
    x: float
    top: float
    width: float
    bottom: float


def draw(chart: Columns | Stacked, paper: Paper, area: Area) -> str:
    """Give the marks of columns over time, with axis, buckets and legend."""
    signs, area = legend(chart, paper, area, lambda x, y, _: rect(x, y - 5, 12, 10))
    area = replace(area, bottom=area.bottom - 20)
    line = scale(_heights(chart), chart.measure, most_ticks=4 if area.height < 130 else 5)
    grid, area = axis(line, chart.measure, paper, area)
    parts = _parts(chart, line, area)
    has_links = any(mark.link for one in chart.series for mark in one.marks)
    drawn = [
        group(
            series_role(chart.series, place),
            paper.theme,
            *_pieces(chart, [part for part in parts if part.series == place], has_links=has_links),
        )
        for place in range(len(chart.series))
    ]
    return "".join(
        [
            signs,
            grid,
            *drawn,
            _values(chart, parts, area),
            "" if has_links else hover(chart, area),
            bucket_labels(chart, paper, area),
        ]
    )


def bucket_title(chart: OverTime, place: int) -> str:
    """Give what a bucket holds in full: its name, then each series with its value."""
    so_far = " (so far)" if chart.is_partial and place == len(chart.buckets) - 1 else ""
    measure = chart.measure
    if len(chart.series) == 1:
        return f"{chart.buckets[place]}{so_far}: {figures.full(chart.series[0].marks[place].value, measure)}"
    told = [f"{one.name} {figures.short(one.marks[place].value, measure)}" for one in chart.series]
    return clean(f"{chart.buckets[place]}{so_far}: {', '.join(told)}", most=_LONGEST_TITLE)


def hover(chart: OverTime, area: Area) -> str:
    """Give an unseen strip over each bucket that tells what it holds when pointed at."""
    if len(chart.buckets) > _MOST_TITLES:
        return ""
    step = area.width / len(chart.buckets)
    strips = [
        f'<path d="M{px(area.left + place * step)} {px(area.top)}h{px(step)}V{px(area.bottom)}h-{px(step)}z">'
        f"{titled(bucket_title(chart, place))}</path>"
        for place in range(len(chart.buckets))
    ]
    return f'<g fill="none" pointer-events="all">{"".join(strips)}</g>'


def _heights(chart: OverTime) -> list[Number | None]:
    if isinstance(chart, Columns):
        return [mark.value for mark in chart.series[0].marks]
    return [sum(float(one.marks[place].value or 0) for one in chart.series) for place in range(len(chart.buckets))]


def _parts(chart: OverTime, line: Scale, area: Area) -> list[_Part]:
    step = area.width / len(chart.buckets)
    width = min(_THICKEST, step * 0.72) if step > 3 else step
    parts: list[_Part] = []
    for bucket in range(len(chart.buckets)):
        below, x = 0.0, area.left + (bucket + 0.5) * step - width / 2
        for series, one in enumerate(chart.series):
            value = float(one.marks[bucket].value or 0)
            if value:
                ends = [area.bottom - line.share(each) * area.height for each in (below, below + value)]
                parts.append(_Part(series, bucket, x, min(ends), width, max(ends)))
            below += value
    return parts


def _pieces(chart: OverTime, parts: Sequence[_Part], *, has_links: bool) -> list[str]:
    """Give the parts of one series: one path of all, or a mark each where they lead somewhere."""
    running = len(chart.buckets) - 1 if chart.is_partial else -1
    if has_links:
        return [_linked(chart, part, is_partial=part.bucket == running) for part in parts]
    whole = "".join(_outline(part) for part in parts if part.bucket != running)
    partial = "".join(_outline(part) for part in parts if part.bucket == running)
    found = [f'<path d="{whole}"/>' if whole else "", f'<path d="{partial}"{PARTIAL}/>' if partial else ""]
    return [one for one in found if one]


def _linked(chart: OverTime, part: _Part, *, is_partial: bool) -> str:
    one = chart.series[part.series]
    said = figures.full(one.marks[part.bucket].value, chart.measure)
    name = f"{chart.buckets[part.bucket]}, {one.name}: {said}" if one.name else f"{chart.buckets[part.bucket]}: {said}"
    attributes = PARTIAL if is_partial else ""
    height = _height(part)
    mark = rect(part.x, part.bottom - height, part.width, height, attributes=attributes, title=name)
    return linked(one.marks[part.bucket].link, name, mark)


def _outline(part: _Part) -> str:
    height = _height(part)
    return f"M{px(part.x)} {px(part.bottom)}v-{px(height)}h{px(part.width)}v{px(height)}z"


def _height(part: _Part) -> float:
    """Give how tall a part is: a pixel of ground shows between parts, and what is not zero shows at all."""
    return max(part.bottom - part.top - (1 if part.series else 0), 1.0)


def _values(chart: OverTime, parts: Sequence[_Part], area: Area) -> str:
    """Give the value over each column where all have room for it."""
    if not isinstance(chart, Columns):
        return ""
    marks = chart.series[0].marks
    shown = [figures.short(mark.value, chart.measure) for mark in marks]
    if max(width_of(word, SMALL) for word in shown) > area.width / len(shown) - 2:
        return ""
    tops = {part.bucket: part.top for part in parts if (marks[part.bucket].value or 0) > 0}
    placed = [
        Word(area.left + (place + 0.5) * area.width / len(shown), max(top - 3, area.top + 4), shown[place])
        for place, top in sorted(tops.items())
    ]
    return words(placed, SMALL, anchor="middle") if placed else ""
