"""The chart that fits a report's answer, or none where a table says it better.

The first measure is drawn; several of one unit over time become lines. Nothing is computed here: a chart shows figures of
the report, and what it cannot show (groups without a date, records left out) is said in its note.

| What the report is by | Chart |
|---|---|
| nothing | a figure, with its change where the report compares |
| one date | columns up to 24 buckets of counts or money, lines for shares and days, for more buckets and several measures |
| one category, up to 12 groups | bars; a funnel for stages and lifecycle stages that were reached |
| a date and a category | a stack up to 6 categories of counts or money, else lines up to 4 |
| two categories, up to 12 by 12 | a heat table |
| anything else | none |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubspot_skill.charts import figures
from hubspot_skill.charts.values import (
    MAX_BARS,
    MAX_BUCKETS,
    MAX_CELLS_A_SIDE,
    MAX_LINES,
    MAX_STACK,
    MAX_STEPS,
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
from hubspot_skill.domain.report import Figure as Number
from hubspot_skill.domain.report import Grain, Group, Report, ReportColumn, Row, Unit

__all__ = ["LinkOf", "choose"]

LinkOf = Callable[[Row, int], str]
"""Gives the page with the records behind one measure of a row, "" where there is none."""
MOST_COLUMNS = 24
_FUNNELS = frozenset({"stage_entered", "lifecycle_reached"})
_CONVERSIONS = frozenset({"stage_conversion", "lifecycle_conversion"})
_STAYS = frozenset({"stage_days", "lifecycle_days"})
_GRAINS = frozenset(grain.value for grain in Grain)
_BAD_NEWS = (
    "lost",
    "no_",
    "overdue",
    "stalled",
    "slipped",
    "push",
    "stage_backsteps",
    "reopened",
    "unworked",
    "quality_",
)
_BAD_DAYS = ("sales_cycle", "open_age", "days_in_stage", "stage_days", "lifecycle_days")


def choose(report: Report, link_of: LinkOf | None = None) -> Chart | None:
    """Give the chart of a report; None where a table says it better, or nothing is known."""
    link = link_of or _no_link
    if not report.measures or all(_first(row) is None for row in report.rows or (report.total_row,)):
        return None
    by = report.dimensions
    if not by:
        return _figure(report, link)
    dated = [place for place, column in enumerate(by) if column.type in _GRAINS]
    match len(by), dated:
        case 1, [0]:
            return _over_time(report, link)
        case 1, []:
            return _bars(report, link)
        case 2, [place]:
            return _split_over_time(report, link, place)
        case 2, []:
            return _heat(report, link)
        case _:
            return None


def _figure(report: Report, link: LinkOf) -> Figure:
    row = report.rows[0] if report.rows else report.total_row
    name = report.measures[0].name
    good = None if name.startswith("weighted") else not name.startswith((*_BAD_NEWS, *_BAD_DAYS))
    compared = report.compared
    return Figure(
        report.title,
        _measure(report.measures[0]),
        _first(row),
        row.earlier[0] if row.earlier else None,
        row.change_share(0),
        compared.earlier.text if compared else "",
        is_good_up=good,
        note=_note(report),
    )


def _over_time(report: Report, link: LinkOf) -> Chart | None:
    rows, aside = _dated(report, 0)
    if not 1 < len(rows) <= MAX_BUCKETS:
        return None
    alike = [place for place, column in enumerate(report.measures) if _measure(column) == _measure(report.measures[0])]
    places = alike if len(alike) <= MAX_LINES else alike[:1]
    series = tuple(
        Series(
            report.measures[place].label if len(places) > 1 else "",
            tuple(Mark(row.values[place], link(row, place)) for row in rows),
        )
        for place in places
    )
    kind = Columns if len(places) == 1 and _adds_up(report) and len(rows) <= MOST_COLUMNS else Lines
    return kind(
        report.title,
        _measure(report.measures[0]),
        tuple(row.groups[0].label for row in rows),
        series,
        is_partial=rows[-1].groups[0].is_partial,
        note=_note(report, aside),
    )


def _bars(report: Report, link: LinkOf) -> Chart | None:
    names = [column.name for column in report.measures]
    if names[0] in _FUNNELS and len(report.rows) <= MAX_STEPS:
        return _funnel(report, link, names)
    if len(report.rows) > MAX_BARS:
        return None
    bars = tuple(
        Bar(row.groups[0].label, _first(row), link(row, 0), is_other=row.groups[0].is_other) for row in report.rows
    )
    return Bars(report.title, _measure(report.measures[0]), bars, _note(report))


def _funnel(report: Report, link: LinkOf, names: Sequence[str]) -> Funnel:
    share = next((place for place, name in enumerate(names) if name in _CONVERSIONS), None)
    days = next((place for place, name in enumerate(names) if name in _STAYS), None)
    steps: list[Step] = []
    for row in report.rows:
        # A stage's conversion says how many went on from it, so it stands beside the stage that they came to.
        before = report.rows[len(steps) - 1] if steps else None
        steps.append(
            Step(
                row.groups[0].label,
                _first(row),
                None if share is None or before is None else before.values[share],
                None if days is None else row.values[days],
                link(row, 0),
            )
        )
    return Funnel(report.title, _measure(report.measures[0]), tuple(steps), _note(report))


def _split_over_time(report: Report, link: LinkOf, place: int) -> Chart | None:
    rows, aside = _dated(report, place)
    buckets = _groups(rows, place)
    parts = _groups(rows, 1 - place)
    values = [_first(row) for row in rows]
    is_stack = _adds_up(report) and all(value is None or value >= 0 for value in values)
    most = MAX_STACK if is_stack and len(buckets) <= MOST_COLUMNS else MAX_LINES
    if not 1 < len(buckets) <= MAX_BUCKETS or not 1 <= len(parts) <= most:
        return None
    found = {(row.groups[place].id, row.groups[1 - place].id): row for row in rows}
    empty = 0 if _adds_up(report) else None
    series = tuple(
        Series(
            part.label, tuple(_mark(found.get((bucket.id, part.id)), link, empty) for bucket in buckets), part.is_other
        )
        for part in sorted(parts, key=lambda part: part.is_other)
    )
    kind = Stacked if most == MAX_STACK else Lines
    return kind(
        report.title,
        _measure(report.measures[0]),
        tuple(bucket.label for bucket in buckets),
        series,
        is_partial=buckets[-1].is_partial,
        note=_note(report, aside),
    )


def _heat(report: Report, link: LinkOf) -> Heat | None:
    sides = [_groups(report.rows, place) for place in (0, 1)]
    if not all(1 <= len(side) <= MAX_CELLS_A_SIDE for side in sides):
        return None
    found = {(row.groups[0].id, row.groups[1].id): row for row in report.rows}
    empty = 0 if _adds_up(report) else None
    cells = tuple(tuple(_mark(found.get((left.id, above.id)), link, empty) for above in sides[1]) for left in sides[0])
    names = [tuple(group.label for group in side) for side in sides]
    return Heat(report.title, _measure(report.measures[0]), names[0], names[1], cells, _note(report))


def _mark(row: Row | None, link: LinkOf, empty: int | None) -> Mark:
    return Mark(empty) if row is None else Mark(_first(row), link(row, 0))


def _dated(report: Report, place: int) -> tuple[list[Row], list[Row]]:
    """Give the rows with a date, oldest first, and the others."""
    dated = [row for row in report.rows if row.groups[place].first is not None]
    aside = [row for row in report.rows if row.groups[place].first is None]
    return sorted(dated, key=lambda row: str(row.groups[place].first)), aside


def _groups(rows: Sequence[Row], place: int) -> list[Group]:
    """Give each group of a dimension once, in the order of the rows."""
    return list({row.groups[place].id: row.groups[place] for row in rows}.values())


def _first(row: Row) -> Number:
    return row.values[0]


def _measure(column: ReportColumn) -> Measure:
    return Measure(Unit(column.type), column.currency)


def _adds_up(report: Report) -> bool:
    """Tell whether the parts of the measure make a whole, so that what has no row is zero and not unknown."""
    return report.measures[0].type in {Unit.COUNT, Unit.MONEY}


def _note(report: Report, aside: Sequence[Row] = ()) -> str:
    measure = _measure(report.measures[0])
    name = report.measures[0].name
    beside = [f"{row.groups[0].label} {figures.short(_first(row), measure)}" for row in aside if len(row.groups) == 1]
    without = len(aside) if aside and not beside else 0
    left_out = [
        f"{e.count} {e.reason.replace('_', ' ')}" for e in report.excluded if e.metric in ("", name) and e.count
    ]
    parts = (
        f"Not drawn: {', '.join(beside)}"
        if beside
        else f"Not drawn: {without} groups without a date"
        if without
        else "",
        f"Left out: {', '.join(left_out)}" if left_out else "",
    )
    return ". ".join(filter(None, parts))


def _no_link(_row: Row, _place: int) -> str:
    return ""
