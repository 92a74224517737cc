"""Any chart as SVG: one element that a page takes as it is, a file keeps, and PNG is painted from."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from hubspot_skill.charts import bars, columns, funnel, heat, lines, number, text
from hubspot_skill.charts.frame import Area, surround
from hubspot_skill.charts.markup import Paper, px
from hubspot_skill.charts.palette import LIGHT, Theme
from hubspot_skill.charts.values import Bars, Chart, Columns, Figure, Funnel, Heat, Lines, Number, Stacked
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.text import clean

__all__ = ["HEIGHT", "LEAST", "MOST", "WIDTH", "draw", "spark"]

WIDTH, HEIGHT = 480, 260
LEAST, MOST = 160, 2_000
"""The sides that a chart may have in pixels."""
_LONGEST_DESCRIPTION = 600


def draw(
    chart: Chart, *, width: int = WIDTH, height: int = HEIGHT, theme: Theme = LIGHT, is_headed: bool = False
) -> str:
    """Give a chart as one `<svg>` element; its heading is its name, and is drawn too where `is_headed`.

    It scales: `width` and `height` are its own pixels, 320 × 240 for a phone.

    Raises:
        InvalidInputError: a side is shorter than 160 or longer than 2,000 pixels.
    """
    if not (LEAST <= width <= MOST and LEAST <= height <= MOST):
        raise InvalidInputError(f"a chart of {width} × {height} pixels: expected sides of {LEAST} to {MOST}")
    paper = Paper(width, height, theme)
    around, area = surround(chart, paper, is_headed=is_headed)
    return _element(paper, chart, around + _marks(chart, paper, area))


def spark(values: Sequence[Number | None], *, width: int = 120, height: int = 28, theme: Theme = LIGHT) -> str:
    """Give a sparkline without words; hidden from assistive technology, since its tile says the numbers. "" of none."""
    if sum(value is not None for value in values) < 2:
        return ""
    line = number.course(values, Area(4, 4, width - 4, height - 4))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    accent = f'class="chart chart-accent" color="{theme.accent}" fill="currentColor"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {accent} aria-hidden="true">{line}</svg>'


def _marks(chart: Chart, paper: Paper, area: Area) -> str:
    match chart:
        case Bars():
            return bars.draw(chart, paper, area)
        case Columns() | Stacked():
            return columns.draw(chart, paper, area)
        case Lines():
            return lines.draw(chart, paper, area)
        case Funnel():
            return funnel.draw(chart, paper, area)
        case Heat():
            return heat.draw(chart, paper, area)
        case Figure():
            return number.draw(chart, paper, area)


def _element(paper: Paper, chart: Chart, inner: str) -> str:
    role = "group" if "<a href=" in inner else "img"
    size = f'width="{px(paper.width)}" height="{px(paper.height)}" viewBox="0 0 {paper.width} {paper.height}"'
    look = f'class="chart chart-text" color="{paper.theme.text}" fill="currentColor" font-family="system-ui,sans-serif"'
    name, told = clean(chart.heading, most=200), clean(text.description(chart), most=_LONGEST_DESCRIPTION)
    label = f' aria-label="{escape(name)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="{role}"{label} {size} {look}>'
        f"<title>{escape(name)}</title><desc>{escape(told)}</desc>{inner}</svg>"
    )
