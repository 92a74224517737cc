"""A funnel: a bar for each step from zero, the share that came from the step before, and the days spent in it."""

from __future__ import annotations

from hubspot_skill.charts import figures
from hubspot_skill.charts.bars import label_room
from hubspot_skill.charts.frame import LABEL, SMALL, Area
from hubspot_skill.charts.markup import Paper, Word, group, linked, rect, width_of, words
from hubspot_skill.charts.values import Funnel, Measure, Step
from hubspot_skill.domain.report import Unit

__all__ = ["draw", "step_words"]

_SHARE = Measure(Unit.RATIO)
_DAYS = Measure(Unit.DAYS)
_TALLEST_ROW, _THICKEST = 44.0, 22.0


def draw(chart: Funnel, paper: Paper, area: Area) -> str:
    """Give the marks of a funnel."""
    row = min(_TALLEST_ROW, area.height / len(chart.steps))
    size = LABEL if row >= 24 else SMALL
    has_second_line = row >= 26 and any(step.days is not None for step in chart.steps)
    room = label_room([step.label for step in chart.steps], size, area)
    counts = [figures.short(step.value, chart.measure) for step in chart.steps]
    shares = [_share(step, with_days=not has_second_line) for step in chart.steps]
    beside = max(width_of(word, size) for word in counts) + 6
    at_right = max(width_of(word, SMALL) for word in shares) + 8
    left, right = area.left + room + 8, area.right - beside - at_right
    most = max((float(step.value) for step in chart.steps if step.value), default=1.0)
    marks: list[str] = []
    labels: list[Word] = []
    ends: list[Word] = []
    notes: list[Word] = []
    days: list[Word] = []
    for place, step in enumerate(chart.steps):
        middle = area.top + (place + 0.5) * row - (5 if has_second_line else 0)
        end = left + float(step.value or 0) / most * (right - left)
        line = middle + size * 0.35
        labels.append(Word(area.left + room, line, step.label, room))
        ends.append(Word(end + 5, line, counts[place]))
        notes.append(Word(area.right, line, shares[place]))
        if has_second_line and step.days is not None:
            days.append(Word(left, middle + row * 0.25 + SMALL * 0.35 + 6, f"{figures.full(step.days, _DAYS)} in step"))
        thick = min(_THICKEST, row * (0.5 if has_second_line else 0.66))
        name = f"{step.label}: {figures.full(step.value, chart.measure)}"
        told = step_words(step)
        title = f"{name} ({told})" if told else name
        if step.value:
            marks.append(linked(step.link, name, rect(left, middle - thick / 2, end - left, thick, title=title)))
    muted = words(notes, SMALL, anchor="end") + (words(days, SMALL) if days else "")
    return "".join(
        [
            words(labels, size, anchor="end"),
            group("chart-accent", paper.theme, *marks),
            words(ends, size),
            group("chart-muted", paper.theme, muted),
        ]
    )


def step_words(step: Step) -> str:
    """Give what is known of a step beside its count, in words."""
    share = "" if step.conversion is None else f"{figures.short(step.conversion, _SHARE)} of the step before"
    days = "" if step.days is None else f"{figures.full(step.days, _DAYS)} in step"
    return ", ".join(filter(None, (share, days)))


def _share(step: Step, *, with_days: bool) -> str:
    share = "" if step.conversion is None else figures.short(step.conversion, _SHARE)
    days = "" if step.days is None or not with_days else figures.short(step.days, _DAYS)
    return " · ".join(filter(None, (share, days)))
