"""Any chart as lines of text: aligned bars, sparklines and shades, for chats, terminals and whoever cannot see pictures.

Widths are counted in cells of a terminal: a wide character of East Asia takes two, a combining mark none. Bars are drawn in
eighths of a cell. A sparkline spans from the least to the largest value of its row; a place without value is a blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from hubspot_skill.charts import figures
from hubspot_skill.charts.funnel import step_words
from hubspot_skill.charts.number import change_words
from hubspot_skill.charts.values import Bars, Chart, Figure, Funnel, Heat, Measure, Number, OverTime
from hubspot_skill.domain.text import CUT_MARK, clean

__all__ = ["bar", "cells", "description", "sparkline", "write"]

BAR_CELLS, LABEL_CELLS, MOST_SPARKS = 24, 28, 60
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_SPARKS = "▁▂▃▄▅▆▇█"
_SHADES = "░▒▓█"


def write(chart: Chart, *, is_headed: bool = True) -> str:
    """Give a chart as text, its heading in the first line where `is_headed`; no line ends in blanks."""
    match chart:
        case Bars():
            lines = _bars([(b.label, b.value) for b in chart.bars], chart.measure)
        case Funnel():
            told = [step_words(step) for step in chart.steps]
            lines = _bars([(s.label, s.value) for s in chart.steps], chart.measure, told)
        case Heat():
            lines = _heat(chart)
        case Figure():
            lines = [_figure(chart)]
        case _:
            lines = _over_time(chart)
    head = [clean(chart.heading, most=200)] if is_headed else []
    return "\n".join(line.rstrip() for line in [*head, *lines, clean(chart.note, most=200)] if line.strip())


def description(chart: Chart) -> str:
    """Give what a chart shows in a sentence or two, for whoever cannot see it."""
    measure = chart.measure
    match chart:
        case Bars():
            return "; ".join(f"{b.label} {figures.short(b.value, measure)}" for b in chart.bars)
        case Funnel():
            return "; ".join(_step(s.label, figures.short(s.value, measure), step_words(s)) for s in chart.steps)
        case Heat():
            return f"A table of {len(chart.rows)} rows ({', '.join(chart.rows)}) and {len(chart.columns)} columns."
        case Figure():
            return _figure(chart)
        case _:
            running = "; the last is still running" if chart.is_partial else ""
            span = f"{chart.buckets[0]} to {chart.buckets[-1]}{running}"
            return "; ".join([span, *(_course(s.name, [m.value for m in s.marks], measure) for s in chart.series)])


def bar(value: Number | None, most: float, cells: int = BAR_CELLS) -> str:
    """Give a bar of a value as long as its part of the largest; what is above zero shows at least an eighth."""
    if value is None or value <= 0 or most <= 0:
        return ""
    eighths = max(round(float(value) / most * cells * 8), 1)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def sparkline(values: Sequence[Number | None]) -> str:
    """Give the course of values, one character each; of more than 60, one for the mean of several."""
    values = _thinned(values)
    known = [float(value) for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    if low >= 0 and high - low > high / 2:
        low = 0.0
    span = high - low
    return "".join(
        " " if value is None else _SPARKS[min(int((float(value) - low) / span * 8), 7) if span else 3]
        for value in values
    )


def cells(text: str) -> int:
    """Give how many cells of a terminal a text takes."""
    return sum(map(_cells_of, text))


def _thinned(values: Sequence[Number | None]) -> list[float | None]:
    size = -(-len(values) // MOST_SPARKS)
    parts = [[float(v) for v in values[at : at + size] if v is not None] for at in range(0, len(values), size)]
    return [sum(part) / len(part) if part else None for part in parts]


def _bars(found: Sequence[tuple[str, Number | None]], measure: Measure, told: Sequence[str] = ()) -> list[str]:
    labels = [_label(label) for label, _ in found]
    values = [figures.short(value, measure) for _, value in found]
    most = max((abs(float(value)) for _, value in found if value is not None), default=0.0)
    drawn = [_signed_bar(value, most) for _, value in found]
    wide, long, right = (max(map(cells, part)) for part in (labels, drawn, values))
    return [
        f"{_padded(labels[place], wide)} {_padded(drawn[place], long)} {' ' * (right - cells(values[place]))}{values[place]}"
        + (f"  {told[place]}" if told and told[place] else "")
        for place in range(len(found))
    ]


def _signed_bar(value: Number | None, most: float) -> str:
    """Give a bar; one of a value below zero is drawn light, since text has no room to the left."""
    if value is not None and value < 0:
        return "░" * len(bar(-value, most))
    return bar(value, most)


def _over_time(chart: OverTime) -> list[str]:
    names = [_label(one.name) if one.name else "" for one in chart.series]
    wide = max(map(cells, names))
    lines: list[str] = []
    for name, one in zip(names, chart.series, strict=True):
        values = [mark.value for mark in one.marks]
        said = f"{sparkline(values)}  {_ends(values, chart.measure)}"
        lines.append(f"{_padded(name, wide)} {said}" if wide else said)
    running = ", the last still running" if chart.is_partial else ""
    span = f"{clean(chart.buckets[0], most=24)} – {clean(chart.buckets[-1], most=24)}{running}"
    return [*lines, span]


def _ends(values: Sequence[Number | None], measure: Measure) -> str:
    """Give the first and last value of a row, and its least and largest where they are others."""
    known = [value for value in values if value is not None]
    if not known:
        return figures.NONE
    low, high = min(known, key=float), max(known, key=float)
    ends = f"{figures.short(known[0], measure)} → {figures.short(known[-1], measure)}"
    span = f"{figures.short(low, measure)} to {figures.short(high, measure)}"
    return f"{ends} ({span})" if {low, high} - {known[0], known[-1]} else ends


def _course(name: str, values: Sequence[Number | None], measure: Measure) -> str:
    return f"{name} {_ends(values, measure)}".strip()


def _heat(chart: Heat) -> list[str]:
    """Give a row of shades for each row, with its sum of known values where it has one, under the names of columns."""
    labels = [_label(name) for name in chart.rows]
    most = max((float(m.value) for row in chart.cells for m in row if m.value is not None), default=0.0)
    shown = [[figures.short(mark.value, chart.measure) for mark in row] for row in chart.cells]
    heads = [_cut(clean(name, most=60), 12) for name in chart.columns]
    wide = max(map(cells, labels))
    sizes = [max(cells(heads[x]), *(cells(row[x]) + 1 for row in shown)) for x in range(len(heads))]
    lines = [_padded("", wide) + "".join(f" {_right(head, sizes[x])}" for x, head in enumerate(heads))]
    for y, row in enumerate(chart.cells):
        parts = [f" {_right(_shade(mark.value, most) + shown[y][x], sizes[x])}" for x, mark in enumerate(row)]
        lines.append(_padded(labels[y], wide) + "".join(parts))
    return lines


def _shade(value: Number | None, most: float) -> str:
    if value is None or value <= 0 or most <= 0:
        return ""
    return _SHADES[min(int(float(value) / most * len(_SHADES)), len(_SHADES) - 1)]


def _figure(chart: Figure) -> str:
    said = change_words(chart)
    course = sparkline(chart.trend) if len(chart.trend) > 1 else ""
    return "  ".join(filter(None, (figures.full(chart.value, chart.measure), said, course)))


def _step(label: str, value: str, told: str) -> str:
    return f"{label} {value} ({told})" if told else f"{label} {value}"


def _label(words: str) -> str:
    return _cut(clean(words, most=120), LABEL_CELLS) or figures.NONE


def _cut(words: str, room: int) -> str:
    if cells(words) <= room:
        return words
    kept, used = "", 0
    for char in words:
        used += _cells_of(char)
        if used > room - 1:
            break
        kept += char
    return kept.rstrip() + CUT_MARK


def _padded(words: str, room: int) -> str:
    return words + " " * (room - cells(words))


def _right(words: str, room: int) -> str:
    return " " * (room - cells(words)) + words


def _cells_of(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
