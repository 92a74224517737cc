"""A report's answer as a sheet: its groups and figures, those of the earlier period beside them, the totals last."""

from __future__ import annotations

from decimal import Decimal

from hubspot_skill.domain.report import Figure, Report, ReportColumn
from hubspot_skill.domain.report import Row as ReportRow
from hubspot_skill.service.answers import Cell, Column
from hubspot_skill.service.cells import number
from hubspot_skill.service.export.formats import Row

__all__ = ["TOTAL", "report_sheet"]

TOTAL = "total"


def report_sheet(report: Report) -> tuple[tuple[Column, ...], list[Row]]:
    """Give the columns and rows of a report; a report without groups has one row, its totals."""
    is_compared = bool(report.earlier_totals)
    measures = [_column(column) for column in report.measures]
    earlier = (
        [Column(f"{c.name}_earlier", f"{c.label}, earlier", c.type, c.currency) for c in measures]
        if is_compared
        else []
    )
    columns = (*(_column(column) for column in report.dimensions), *measures, *earlier)
    rows: list[Row] = [
        (*(group.label for group in row.groups), *_figures(row, is_compared=is_compared)) for row in report.rows
    ]
    names = [TOTAL, *[""] * (len(report.dimensions) - 1)] if report.dimensions else []
    totals = (*names, *_figures(report.total_row, is_compared=is_compared))
    return columns, [*rows, totals] if report.dimensions or not rows else rows


def _column(column: ReportColumn) -> Column:
    return Column(column.name, column.label, column.type if column.kind == "measure" else "text", column.currency)


def _figures(row: ReportRow, *, is_compared: bool) -> list[Cell]:
    before = row.earlier or (None,) * len(row.values)
    return [_cell(value) for value in (*row.values, *(before if is_compared else ()))]


def _cell(value: Figure) -> Cell:
    return number(value) if isinstance(value, Decimal) else value
