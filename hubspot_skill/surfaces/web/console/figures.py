"""Reports as a page shows them: figures written out, tables with their columns, the chart, and the line of their origin."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from hubspot_skill.domain.report import Figure, Report, ReportColumn, Row, Unit
from hubspot_skill.service.pictures import ChartForm, picture
from hubspot_skill.surfaces.web.console import formats
from hubspot_skill.surfaces.web.console.drawn import drawn

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Told", "chart_of", "figure", "origin", "rows_of", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """One figure of a report as a tile tells it: in short and in full, its change, and what it means."""

    name: str
    label: str
    short: str
    full: str
    change: str = ""
    direction: str = ""
    against: str = ""
    definition: str = ""
    left_out: str = ""


def figure(value: Figure, column: ReportColumn, *, is_short: bool = False) -> str:
    """Write a figure in its unit; "–" where it does not exist."""
    if value is None:
        return "–"
    match column.type:
        case Unit.MONEY | Unit.MONEY_PER_DAY:
            written = formats.short(value, column.currency) if is_short else formats.amount(value, column.currency)
            return f"{written} a day" if column.type == Unit.MONEY_PER_DAY else written
        case Unit.RATIO:
            return f"{(Decimal(value) * 100).quantize(Decimal('0.1')):f} %"
        case Unit.DAYS:
            return f"{Decimal(value).quantize(Decimal('0.1')):f} days"
        case _:
            return formats.short(value) if is_short else formats.number(value)


def told(report: Report, place: int) -> Told:
    """Tell one total of a report."""
    column = report.measures[place]
    definition = report.definitions[place]
    share = report.total_row.change_share(place)
    change = "" if share is None else f"{'+' if share >= 0 else '−'}{(abs(share) * 100).quantize(Decimal('0.1')):f} %"
    against = f"{report.compared.period.text} against {report.compared.earlier.text}" if report.compared else ""
    left_out = "; ".join(f"{e.count} {e.reason}" for e in report.excluded if e.metric in {"", column.name} and e.count)
    return Told(
        column.name,
        column.label,
        figure(report.totals[place], column, is_short=True),
        figure(report.totals[place], column),
        change,
        "" if share is None or share == 0 else "up" if share > 0 else "down",
        against,
        definition.definition,
        left_out,
    )


def rows_of(report: Report) -> list[tuple[list[str], list[str], list[str]]]:
    """Give a report's rows as words: groups, figures, and the figures before where it compares."""

    def one(row: Row) -> tuple[list[str], list[str], list[str]]:
        earlier = [figure(v, c) for v, c in zip(row.earlier, report.measures, strict=False)]
        labels = [f"{g.label} (not over)" if g.is_partial else g.label for g in row.groups]
        return labels, [figure(v, c) for v, c in zip(row.values, report.measures, strict=True)], earlier

    return [one(row) for row in report.rows]


def chart_of(report: Report) -> Markup | None:
    """Give a report's chart as markup of the page, None where a table says it better."""
    found = picture(report, ChartForm.SVG) if report.rows else None
    return drawn(found.svg) if found is not None else None


def origin(report: Report) -> str:
    """Say in one line where figures come from, how old they are, and of how much."""
    source = "the local copy" if report.source == "mirror" else "HubSpot"
    age = f"{report.age_s:.0f} s old" if report.age_s < 120 else f"{report.age_s / 60:.0f} min old"
    parts = [f"From {source}, {age}, as of {report.as_of:%d %b %Y, %H:%M} ({report.zone})"]
    parts += [
        f"{c.mirrored:,} of {c.total:,} {c.object}s so far" if c.total else f"{c.mirrored:,} {c.object}s so far"
        for c in report.coverage
        if not c.is_complete
    ]
    parts += [f"{e.count} left out: {e.reason}" for e in report.excluded if e.count]
    return "; ".join(parts) + "."
