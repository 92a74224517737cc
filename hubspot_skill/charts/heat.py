"""A heat table: a cell for each row and column, its value written in it, its ground deeper the larger it is."""

from __future__ import annotations

from hubspot_skill.charts import figures
from hubspot_skill.charts.bars import label_room
from hubspot_skill.charts.frame import SMALL, Area
from hubspot_skill.charts.markup import Paper, Word, group, linked, rect, width_of, words
from hubspot_skill.charts.palette import HEAT_LEVELS
from hubspot_skill.charts.values import Heat, Mark, Number

__all__ = ["draw", "level_of"]

_TALLEST_ROW = 36.0


def draw(chart: Heat, paper: Paper, area: Area) -> str:
    """Give the cells of a heat table, with the names of its rows and columns."""
    head = 18.0
    room = min(label_room(chart.rows, SMALL, area), area.width * 0.28)
    left, top = area.left + room + 6, area.top + head
    wide = (area.right - left) / len(chart.columns)
    tall = min(_TALLEST_ROW, (area.bottom - top) / len(chart.rows))
    most = max((float(m.value) for row in chart.cells for m in row if m.value is not None), default=0.0)
    shown = [[figures.short(mark.value, chart.measure) for mark in row] for row in chart.cells]
    widest = max(width_of(word, 1.0) for row in shown for word in row)
    size = max(min(SMALL, (wide - 4) / widest, tall - 3), 6.0)
    levels: list[list[str]] = [[] for _ in HEAT_LEVELS]
    links: list[str] = []
    texts: list[Word] = []
    for y, row in enumerate(chart.cells):
        for x, mark in enumerate(row):
            # Whole pixels keep the edges of cells sharp, and the markup short.
            at = (round(left + x * wide), round(top + y * tall))
            texts.append(Word(at[0] + wide // 2, at[1] + round(tall / 2 + size * 0.35), shown[y][x]))
            level = level_of(mark.value, most)
            if level is not None:
                across, down = round(wide) - 1, round(tall) - 1
                levels[level].append(f"M{at[0]} {at[1]}h{across}v{down}h-{across}z")
            if mark.link:
                links.append(_link(chart, y, x, mark, rect(*at, wide - 1, tall - 1, attributes=' fill-opacity="0"')))
    grounds = [
        f'<path d="{"".join(paths)}" fill-opacity="{HEAT_LEVELS[level]}"/>'
        for level, paths in enumerate(levels)
        if paths
    ]
    heads = [Word(left + (x + 0.5) * wide, area.top + 11, name, wide - 4) for x, name in enumerate(chart.columns)]
    sides = [Word(area.left + room, top + (y + 0.5) * tall + 4, name, room) for y, name in enumerate(chart.rows)]
    return "".join(
        [
            group("chart-accent", paper.theme, *grounds),
            words(texts, size, anchor="middle"),
            group("chart-muted", paper.theme, words(heads, SMALL, anchor="middle")),
            words(sides, SMALL, anchor="end"),
            "".join(links),
        ]
    )


def level_of(value: Number | None, most: float) -> int | None:
    """Give how deep a value's ground is, 0 to 4 in equal steps up to the largest; None without a ground."""
    if value is None or value <= 0 or most <= 0:
        return None
    return min(int(float(value) / most * len(HEAT_LEVELS)), len(HEAT_LEVELS) - 1)


def _link(chart: Heat, y: int, x: int, mark: Mark, part: str) -> str:
    return linked(mark.link, f"{chart.rows[y]}, {chart.columns[x]}: {figures.full(mark.value, chart.measure)}", part)
