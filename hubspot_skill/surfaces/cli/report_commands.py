"""The command of reports: `hubspot-skill report`, with a table, a chart of text, or JSON."""

from __future__ import annotations

import json
import shlex
from decimal import Decimal
from typing import Annotated

import typer

from hubspot_skill.domain.report import Figure, Group, Question, Report, ReportColumn, Timing
from hubspot_skill.service.reports import spoken
from hubspot_skill.surfaces.cli.actions import Actions

__all__ = ["add_report_command", "table"]

_NOTHING = "–"


def add_report_command(app: typer.Typer, actions: Actions) -> None:
    """Add the command to the shell."""

    @app.command()
    def report(
        metrics: Annotated[list[str] | None, typer.Argument(help="One to five metrics.", metavar="METRIC...")] = None,
        by: Annotated[list[str] | None, typer.Option(help="Group by; at most three.", metavar="DIMENSION")] = None,
        where: Annotated[
            list[str] | None, typer.Option(help="Condition: field, operator, values; all must hold.", metavar="TEXT")
        ] = None,
        period: Annotated[str, typer.Option(help="Period in words, or all.", metavar="TEXT")] = "",
        compare: Annotated[str, typer.Option(help="previous_period, previous_year or a period.", metavar="TEXT")] = "",
        order: Annotated[list[str] | None, typer.Option(help="Order; -NAME for descending.", metavar="NAME")] = None,
        limit: Annotated[int, typer.Option(help="Rows at most.", metavar="N")] = 20,
        account: Annotated[str, typer.Option(help="Account by name, HubSpot id or domain.", metavar="NAME")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print exact figures as JSON.")] = False,
        is_list: Annotated[bool, typer.Option("--list", help="List every metric with what it means.")] = False,
    ) -> None:
        """Compute exact figures from the local copy of the account.

        \b
        Examples:
          hubspot-skill report --list
          hubspot-skill report win_rate --by owner --period "this quarter"
          hubspot-skill report won_revenue --by month --period "this year" --compare previous_year
          hubspot-skill report stalled_value --by deal --where "owner is me" --limit 10
        """
        if is_list:
            typer.echo(_catalogue())
            return
        if not metrics:
            raise typer.BadParameter("name one to five metrics, or give --list")
        question = Question(
            metrics=tuple(metrics),
            by=spoken.dimensions(by or []),
            where=spoken.conditions([_condition(words) for words in where or []]),
            period=Timing(period) if period else None,
            compare=compare,
            order=tuple(order or ()),
            limit=limit,
        )
        answer = actions.report(question, account)
        if as_json:
            typer.echo(json.dumps(_exact(answer.report), ensure_ascii=False, indent=2))
            return
        typer.echo("\n".join(_told(answer.report, answer.source)))


def _condition(words: str) -> list[object]:
    """Read `owner is me` or `stage in "Closed Won" Negotiation` as a condition."""
    try:
        return list(shlex.split(words))
    except ValueError as error:
        raise typer.BadParameter(f"the condition {words!r} has a quote that does not end") from error


def _catalogue() -> str:
    from hubspot_skill.service.reports.report import catalogue_of_metrics

    lines: list[str] = []
    family = ""
    for metric in catalogue_of_metrics():
        if metric.family != family:
            family = metric.family
            lines += ["", family.upper()] if lines else [family.upper()]
        lines.append(f"{metric.id}  ({metric.unit.value}) {metric.definition}")
        lines.append(
            f"    denominator: {metric.denominator}; left out: {metric.exclusions}; of nothing: {metric.empty}"
        )
        on = (
            f"period on {metric.period_on}{', needed' if metric.needs_period else ''}"
            if metric.period_on
            else "no period"
        )
        lines.append(f"    {on}; usually by {metric.default_by or 'nothing'}")
    return "\n".join(lines)


def _told(report: Report, source: str) -> list[str]:
    from hubspot_skill.service.pictures import ChartForm, picture

    drawn = picture(report, ChartForm.TEXT) if report.dimensions else None
    lines = [report.title, *(f"  {d.label}: {d.definition}" for d in report.definitions), "", *table(report)]
    if drawn is not None and drawn.text:
        lines += ["", drawn.text]
    lines.append("")
    if report.compared is not None:
        lines.append(f"{report.compared.period.text} against {report.compared.earlier.text}")
    if report.period is not None:
        lines.append(f"period: {report.period.text} on {report.period.on} ({report.zone})")
    lines += [f"left out: {e.count} {e.reason} ({e.metric})" for e in report.excluded]
    lines += [f"understood: {u.what} {u.said or u.meant} = {u.meant} {u.id}".rstrip() for u in report.understood]
    lines += report.notes
    lines.append(f"{source}, local copy {report.age_s:.0f} s old, {report.as_of:%Y-%m-%d %H:%M} {report.zone}")
    return lines


def table(report: Report) -> list[str]:
    """Give a report's rows and totals as aligned lines."""
    heads = [c.label for c in report.dimensions] + [_head(c, report) for c in report.measures]
    units = [c.type for c in report.measures]
    rows = [[*(_label(g) for g in r.groups), *_cells(r.values, r.earlier, units)] for r in report.rows]
    total = ["total", *[""] * (len(report.dimensions) - 1)] if report.dimensions else []
    rows.append([*total, *_cells(report.totals, report.earlier_totals, units)])
    widths = [max(len(r[n]) for r in (heads, *rows)) for n in range(len(heads))]
    texts = len(report.dimensions)

    def line(cells: list[str]) -> str:
        aligned = (c.ljust(w) if n < texts else c.rjust(w) for n, (c, w) in enumerate(zip(cells, widths, strict=True)))
        return "  ".join(aligned).rstrip()

    return [line(heads), *(line(r) for r in rows)]


def _head(column: ReportColumn, report: Report) -> str:
    unit = column.currency or {"days": "days"}.get(column.type, "")
    before = " (before)" if report.compared is not None else ""
    return f"{column.label} {unit}".rstrip() + before


def _label(group: Group) -> str:
    return f"{group.label} *" if group.is_partial else group.label


def _cells(values: tuple[Figure, ...], earlier: tuple[Figure, ...], units: list[str]) -> list[str]:
    then = earlier or (None,) * len(values)
    return [
        _figure(v, u) + (f" ({_figure(e, u)})" if earlier else "") for v, e, u in zip(values, then, units, strict=True)
    ]


def _figure(value: Figure, unit: str) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    if unit == "ratio":
        return f"{value * 100:.2f} %"
    return f"{value.quantize(Decimal('0.01')):,f}" if unit == "number" else f"{value:,f}"


def _exact(report: Report) -> dict[str, object]:
    return {
        "title": report.title,
        "columns": [c.name for c in report.columns],
        "rows": [[*(g.label for g in r.groups), *(_plain(v) for v in r.values)] for r in report.rows],
        "totals": [_plain(v) for v in report.totals],
        "currency": report.currency,
        "as_of": report.as_of.isoformat(timespec="seconds"),
        "excluded": [{"reason": e.reason, "count": e.count, "metric": e.metric} for e in report.excluded],
        "notes": list(report.notes),
        "handle": report.handle,
    }


def _plain(value: Figure) -> int | str | None:
    return format(value, "f") if isinstance(value, Decimal) else value
