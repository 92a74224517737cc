"""Charts for the surfaces: of a report as a whole, and each form of any chart for pages that draw their own.

The door to the room `charts`: a surface asks here for a picture of a report, or draws a chart of plain values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hubspot_skill.charts.choice import LinkOf, choose
from hubspot_skill.charts.palette import DARK, LIGHT, Theme
from hubspot_skill.charts.svg import draw, spark
from hubspot_skill.charts.text import write
from hubspot_skill.charts.values import (
    Bar,
    Bars,
    Chart,
    Columns,
    Figure,
    Funnel,
    Heat,
    Lines,
    Mark,
    Measure,
    Series,
    Stacked,
    Step,
)
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Report
from hubspot_skill.domain.text import quote

__all__ = [
    "DARK",
    "LIGHT",
    "Bar",
    "Bars",
    "Chart",
    "ChartForm",
    "Columns",
    "Figure",
    "Funnel",
    "Heat",
    "Lines",
    "LinkOf",
    "Mark",
    "Measure",
    "Picture",
    "Series",
    "Stacked",
    "Step",
    "Theme",
    "choose",
    "draw",
    "form_of",
    "picture",
    "spark",
    "write",
]


MOST_AUTO = 420
"""Characters of a chart that nobody asked for; about 100 tokens."""


class ChartForm(StrEnum):
    """How a chart is asked for; AUTO is a text where a chart fits, so that a chat without pictures loses nothing."""

    AUTO = "auto"
    NONE = "none"
    TEXT = "text"
    SVG = "svg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart in the form that was asked for. `alt` says in one line what it shows; `text` is always there."""

    alt: str
    text: str
    svg: str = ""
    png: bytes = b""


def form_of(word: str) -> ChartForm:
    """Give the form that a word asks for.

    Raises:
        InvalidInputError: there is no such form.
    """
    try:
        return ChartForm(word.strip().lower())
    except ValueError:
        forms = ", ".join(form.value for form in ChartForm)
        raise InvalidInputError(
            f"there is no chart form {quote(word)}: expected one of {forms}", field="chart"
        ) from None


def picture(report: Report, form: ChartForm, *, link_of: LinkOf | None = None) -> Picture | None:
    """Give the chart of a report in a form; None where none was asked for, or a table says it better."""
    chart = None if form is ChartForm.NONE else choose(report, link_of)
    if chart is None:
        return None
    text = write(chart, is_headed=False)
    if form is ChartForm.AUTO and (isinstance(chart, Figure | Heat) or len(text) > MOST_AUTO):
        # The table beside it says the same in fewer words; a model pays for every one.
        return None
    if form is ChartForm.SVG:
        return Picture(chart.heading, text, svg=draw(chart, is_headed=True))
    if form is ChartForm.PNG:
        from hubspot_skill.charts.png import paint

        return Picture(chart.heading, text, png=paint(chart))
    return Picture(chart.heading, text)
