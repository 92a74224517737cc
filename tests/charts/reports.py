"""Reports as the room of analytics answers them, made by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from hubspot_skill.domain.report import Compared, Excluded, Group, Report, ReportColumn, Row, Span, Unit

__all__ = ["category", "column", "measure", "month", "report"]


def measure(name: str = "open_pipeline", unit: Unit = Unit.MONEY) -> ReportColumn:
    """Give a column of figures."""
    return ReportColumn(
        name=name,
        label=name.replace("_", " ").capitalize(),
        kind="measure",
        type=unit.value,
        currency="EUR" if unit in {Unit.MONEY, Unit.MONEY_PER_DAY} else "",
    )


def column(name: str, type: str = "option") -> ReportColumn:
    """Give a column of groups."""
    return ReportColumn(name=name, label=name.capitalize(), kind="dimension", type=type)


def month(number: int, *, is_partial: bool = False) -> Group:
    """Give a month of 2026; 0 is the group without a date."""
    if not number:
        return Group("", "no close date")
    return Group(f"2026-{number:02}", f"2026-{number:02}", date(2026, number, 1), date(2026, number, 28), is_partial)


def category(name: str, *, is_other: bool = False) -> Group:
    """Give one value of a category."""
    return Group(name.lower(), name, is_other=is_other)


def report(
    columns: tuple[ReportColumn, ...],
    rows: tuple[Row, ...],
    *,
    excluded: tuple[Excluded, ...] = (),
    is_compared: bool = False,
) -> Report:
    """Give a report with these rows; its totals are those of the rows."""
    measures = sum(c.kind == "measure" for c in columns)
    totals = tuple(sum((Decimal(row.values[place] or 0) for row in rows), Decimal(0)) for place in range(measures))
    spans = (
        Span("close_at", date(2026, 11, 1), date(2026, 11, 23)),
        Span("close_at", date(2026, 10, 1), date(2026, 10, 23)),
    )
    return Report(
        title="Open pipeline",
        columns=columns,
        rows=rows,
        totals=totals,
        definitions=(),
        zone="Europe/Berlin",
        currency="EUR",
        as_of=datetime(2026, 11, 23, 12, tzinfo=UTC),
        source="mirror",
        age_s=4.0,
        records=100,
        excluded=excluded,
        compared=Compared("previous_period", *spans) if is_compared else None,
    )
