"""Lines over time: a gap where nothing is known, a dotted end where the last bucket is still running."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from hubspot_skill.charts import figures
from hubspot_skill.charts.columns import hover
from hubspot_skill.charts.frame import Area, axis, bucket_labels, legend, series_role
from hubspot_skill.charts.markup import Paper, group, linked, px, titled
from hubspot_skill.charts.scale import Scale, scale
from hubspot_skill.charts.values import Lines, Number

__all__ = ["draw", "runs"]

_DASHES = ("", "7 3", "2 2", "9 3 2 3")
"""The second sign of a series beside its colour."""
_DOTTED = ' stroke-dasharray="1 4" stroke-linecap="round"'
_MOST_DOTS, _MOST_EXACT = 62, 120
Point = tuple[float, float]


def draw(chart: Lines, paper: Paper, area: Area) -> str:
    """Give the marks of lines over time, with axis, buckets and legend."""
    signs, area = legend(chart, paper, area, _swatch)
    area = replace(area, bottom=area.bottom - 20)
    values = [mark.value for one in chart.series for mark in one.marks]
    line = scale(values, chart.measure, most_ticks=4 if area.height < 130 else 5, from_zero=False)
    grid, area = axis(line, chart.measure, paper, area)
    drawn = [
        group(
            series_role(chart.series, place),
            paper.theme,
            *_line(chart, place, line, area),
            attributes=' stroke="currentColor" stroke-width="2" stroke-linejoin="round"',
        )
        for place in range(len(chart.series))
    ]
    has_links = any(mark.link for one in chart.series for mark in one.marks)
    # The strips come before the dots, so that a dot that leads somewhere can be pressed.
    strips = "" if has_links else hover(chart, area)
    return "".join([signs, grid, *drawn, strips, bucket_labels(chart, paper, area)])


def runs(values: Sequence[Number | None]) -> Iterator[tuple[int, int]]:
    """Give the stretches of known values, each as first and last place."""
    start: int | None = None
    for place, value in enumerate((*values, None)):
        if value is None and start is not None:
            yield start, place - 1
            start = None
        elif value is not None and start is None:
            start = place


def _line(chart: Lines, series: int, line: Scale, area: Area) -> list[str]:
    one = chart.series[series]
    step = area.width / len(chart.buckets)
    points = [
        None
        if mark.value is None
        else (area.left + (place + 0.5) * step, area.bottom - line.share(mark.value) * area.height)
        for place, mark in enumerate(one.marks)
    ]
    running = len(points) - 1 if chart.is_partial else len(points)
    whole, dotted = "", ""
    for first, last in runs([mark.value for mark in one.marks]):
        end = min(last, running - 1)
        found = [point for point in points[first : end + 1] if point is not None]
        if len(found) > 1:
            whole += _path(found)
        tail = [point for point in points[end : last + 1] if point is not None]
        if last >= running and end >= first and len(tail) > 1:
            dotted += _path(tail)
    dash = f' stroke-dasharray="{_DASHES[series]}"' if _DASHES[series] else ""
    parts = [
        f'<path d="{whole}" fill="none"{dash}/>' if whole else "",
        f'<path d="{dotted}" fill="none"{_DOTTED}/>' if dotted else "",
    ]
    return [*filter(None, parts), *_dots(chart, series, points)]


def _path(points: Sequence[Point]) -> str:
    if len(points) < _MOST_EXACT:
        return "M" + " ".join(f"{px(x)} {px(y)}" for x, y in points)
    # Whole pixels and steps from each to the next: a year of days takes a third of the bytes.
    whole = [(round(x), round(y)) for x, y in points]
    steps = [f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(whole)]
    return f"M{whole[0][0]} {whole[0][1]}l{' '.join(steps)}"


def _dots(chart: Lines, series: int, points: Sequence[Point | None]) -> list[str]:
    """Give a dot on every value where there is room, and always on one that no line reaches; hollow where it runs."""
    one = chart.series[series]
    is_roomy = len(points) * len(chart.series) <= _MOST_DOTS
    found: list[str] = []
    for place, point in enumerate(points):
        if point is None:
            continue
        beside = [points[each] for each in (place - 1, place + 1) if 0 <= each < len(points)]
        is_alone = all(each is None for each in beside)
        mark = one.marks[place]
        if not (is_roomy or is_alone or mark.link):
            continue
        hollow = ' fill-opacity=".3"' if chart.is_partial and place == len(points) - 1 else ""
        name = f"{chart.buckets[place]}{', ' if one.name else ''}{one.name}: {figures.full(mark.value, chart.measure)}"
        circle = f'<circle cx="{px(point[0])}" cy="{px(point[1])}" r="2.5"{hollow}'
        found.append(linked(mark.link, name, f"{circle}>{titled(name)}</circle>") if mark.link else f"{circle}/>")
    return found


def _swatch(x: float, y: float, place: int) -> str:
    dash = f' stroke-dasharray="{_DASHES[place]}"' if _DASHES[place] else ""
    return f'<path d="M{px(x)} {px(y)}h14" stroke="currentColor" stroke-width="2"{dash}/>'
