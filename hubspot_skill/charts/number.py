"""One number, large, with its change since an earlier period and its course; and the bare course for a tile."""

from __future__ import annotations

from collections.abc import Sequence

from hubspot_skill.charts import figures
from hubspot_skill.charts.frame import LABEL, Area
from hubspot_skill.charts.lines import runs
from hubspot_skill.charts.markup import Paper, Word, group, px, words
from hubspot_skill.charts.scale import Scale
from hubspot_skill.charts.values import Figure, Number

__all__ = ["change_words", "course", "draw"]

_SIZE = 36.0
_SIGNS = {"▲": "h10l-5-9z", "▼": "m0-9h10l-5 9z"}


def draw(chart: Figure, paper: Paper, area: Area) -> str:
    """Give a number with its change and its course."""
    top = area.top + _SIZE
    parts = [words([Word(area.left, top, figures.short(chart.value, chart.measure), area.width)], _SIZE, is_bold=True)]
    said = change_words(chart)
    if said:
        sign = _SIGNS.get(_arrow(chart), "")
        line = words([Word(area.left + (14 if sign else 0), top + 26, said.lstrip("▲▼ "), area.width - 14)], LABEL)
        # Drawn and not written: few fonts have these characters.
        shape = f'<path d="M{px(area.left)} {px(top + 26)}{sign}"/>' if sign else ""
        parts.append(group(_role(chart), paper.theme, shape, line))
        top += 26
    room = Area(area.left + 3, top + 16, area.right - 3, area.bottom - 3)
    if room.height >= 16 and sum(value is not None for value in chart.trend) > 1:
        parts.append(group("chart-accent", paper.theme, course(chart.trend, room)))
    return "".join(parts)


def change_words(chart: Figure) -> str:
    """Give the change of a number in words: direction, share and what it is compared with; "" without any."""
    if chart.earlier is None:
        return ""
    from_what = f"from {figures.full(chart.earlier, chart.measure)}"
    when = f" ({chart.earlier_label})" if chart.earlier_label else ""
    share = figures.change(chart.pct)
    arrow = _arrow(chart)
    return " ".join(filter(None, (arrow, share, from_what))) + when


def course(values: Sequence[Number | None], area: Area) -> str:
    """Give the course of a number as a line from its least to its largest value, with a dot on the last."""
    found = [float(value) for value in values if value is not None]
    low, high = min(found), max(found)
    line = Scale(low, high, ()) if high > low else Scale(low - 1, high + 1, ())
    step = area.width / max(len(values) - 1, 1)
    points = [
        None if value is None else (area.left + place * step, area.bottom - line.share(value) * area.height)
        for place, value in enumerate(values)
    ]
    path = ""
    for first, last in runs(values):
        path += "M" + " ".join(f"{px(point[0])} {px(point[1])}" for point in points[first : last + 1] if point)
    last_point = next(point for point in reversed(points) if point)
    return (
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>'
        f'<circle cx="{px(last_point[0])}" cy="{px(last_point[1])}" r="3"/>'
    )


def _arrow(chart: Figure) -> str:
    if chart.value is None or chart.earlier is None:
        return ""
    difference = float(chart.value) - float(chart.earlier)
    return "▲" if difference > 0 else "▼" if difference < 0 else "="


def _role(chart: Figure) -> str:
    arrow = _arrow(chart)
    if chart.is_good_up is None or arrow not in {"▲", "▼"}:
        return "chart-muted"
    return "chart-good" if (arrow == "▲") == chart.is_good_up else "chart-bad"
