"""Reports as a short text and as structured content.

The text: a heading with the definition, a compact table with the totals below, one line of provenance. Figures are
written as people read them (63.15 %, 51.8 days); the structured content holds them exact, rates as shares of one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mcp.types import CallToolResult

from hubspot_skill.domain.report import Definition, Figure, Report, ReportColumn, Row
from hubspot_skill.service.answers import PipelineSummaryAnswer, ReportAnswer
from hubspot_skill.surfaces.mcp.models.reports import PipelineSummaryContent, ReportContent
from hubspot_skill.surfaces.mcp.render.lines import joined, provenance, source_line
from hubspot_skill.surfaces.mcp.render.pictures import pictured, with_picture
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["pipeline_summary", "report"]

_NOTHING = "–"


def report(answer: ReportAnswer, *, explain: bool = False, chart: str = "none") -> CallToolResult:
    """Give the result of a report, with its chart as text, and as a picture where one is asked for."""
    found = answer.report
    shown = pictured(found, chart)
    content = ReportContent(**provenance(answer), **_content(found, explain=explain))
    explained = [f"{d.id}: {d.definition}; denominator {d.denominator}; left out {d.exclusions}; empty {d.empty}" for d in found.definitions] if explain else []  # fmt: skip
    line = source_line(answer, *_facts(found))
    drawn = shown.text if shown is not None else ""
    told = result(content, joined(answer, _heading(found), *_table(found), drawn, line, *explained))
    return told if shown is None else with_picture(told, shown)


def pipeline_summary(answer: PipelineSummaryAnswer) -> CallToolResult:
    """Give the result of a pipeline summary."""
    summary = answer.summary
    parts = {"stages": summary.stages, "health": summary.health, "outcomes": summary.outcomes, "attention": summary.attention}  # fmt: skip
    shared = provenance(answer)
    content = PipelineSummaryContent(
        **shared,
        pipeline=summary.pipeline,
        **{
            name: ReportContent(**{**shared, "resolved": (), "notes": ()}, **_content(part, explain=False))
            for name, part in parts.items()
        },
    )
    lines = [
        f"{summary.pipeline}: open deals by stage",
        *_table(summary.stages),
        "Health: " + _totals_in_words(summary.health),
        f"Outcomes {_span(summary.outcomes)}: " + _totals_in_words(summary.outcomes),
    ]
    if summary.attention.rows:
        lines += ["Overdue or stalled, largest first", *_table(summary.attention, totals=False)]
    return result(content, joined(answer, *lines, source_line(answer, *_facts(summary.stages, briefly=True))))


def _content(found: Report, *, explain: bool) -> dict[str, Any]:
    return {
        "title": found.title,
        "columns": tuple(_column(c) for c in _told_columns(found)),
        "rows": tuple(_exact_row(found, row) for row in found.rows),
        "totals": tuple(_exact(v) for v in _figures(found.total_row, found)),
        "period": "" if found.period is None else f"{found.period.on} {found.period.text}",
        "compared": {}
        if found.compared is None
        else {
            "way": found.compared.way,
            "period": found.compared.period.text,
            "earlier": found.compared.earlier.text,
        },
        "excluded": tuple({"reason": e.reason, "count": e.count, "metric": e.metric} for e in found.excluded),
        "definitions": tuple(_definition(d, explain=explain) for d in found.definitions),
        "checks": tuple({"what": c.what, "mirror": c.mirror, "live": c.live} for c in found.checks),
        "groups": found.truncated.groups if found.truncated else 0,
        "age_s": found.age_s,
        "handle": found.handle,
    }


def _definition(found: Definition, *, explain: bool) -> dict[str, str]:
    told = {"id": found.id, "definition": found.definition}
    more = {"denominator": found.denominator, "exclusions": found.exclusions, "empty": found.empty}
    return {**told, **more} if explain else told


def _column(column: ReportColumn) -> dict[str, str]:
    told = {"name": column.name, "label": column.label, "type": column.type}
    return {**told, "currency": column.currency} if column.currency else told


def _told_columns(found: Report) -> list[ReportColumn]:
    """Give the columns as told: with a comparison each measure is followed by its earlier figure."""
    columns = list(found.dimensions)
    for measure in found.measures:
        columns.append(measure)
        if found.compared is not None:
            columns.append(
                ReportColumn(
                    name=f"{measure.name}_earlier",
                    label=f"{measure.label} before",
                    kind="measure",
                    type=measure.type,
                    currency=measure.currency,
                )
            )
    return columns


def _figures(row: Row, found: Report) -> list[Figure]:
    if found.compared is None:
        return list(row.values)
    earlier = row.earlier or (None,) * len(row.values)
    return [figure for pair in zip(row.values, earlier, strict=True) for figure in pair]


def _exact(value: Figure) -> int | float | str:
    """Give a figure as JSON holds it without rounding; one that does not exist is empty text."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if value == value.to_integral_value():
        return int(value)
    return float(value) if repr(float(value)) == format(value.normalize(), "f") else format(value, "f")


def _exact_row(found: Report, row: Row) -> tuple[Any, ...]:
    labels = [
        g.id if c.type == "deal" and not g.is_other else g.label
        for g, c in zip(row.groups, found.dimensions, strict=True)
    ]
    return (*labels, *(_exact(v) for v in _figures(row, found)))


def _written(value: Figure, unit: str) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    if unit == "ratio":
        return f"{(value * 100).quantize(Decimal('0.01')).normalize():f} %"
    if unit == "number":
        return f"{value.quantize(Decimal('0.01')):,f}"
    if unit == "days":
        return f"{value.quantize(Decimal('0.1')):,f}"
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,f}"


def _heading(found: Report) -> str:
    meant = "; ".join(
        f"{d.label}: {d.definition}" if len(found.definitions) > 1 else d.definition for d in found.definitions[:3]
    )
    more = "" if len(found.definitions) <= 3 else " …"
    return f"{found.title} = {meant}{more}"


def _head(column: ReportColumn) -> str:
    unit = {"days": "days", "money": column.currency, "money_per_day": f"{column.currency} a day"}.get(column.type, "")
    return f"{column.label} ({unit})" if unit else column.label


def _table(found: Report, *, totals: bool = True) -> list[str]:
    columns = _told_columns(found)
    if not found.dimensions:
        return [
            f"{_head(c)}: {_written(v, c.type)}" for c, v in zip(columns, _figures(found.total_row, found), strict=True)
        ]
    lines = ["\t".join(_head(c) for c in columns)]
    units = [c.type for c in columns if c.kind == "measure"]
    for row in found.rows:
        figures = [_written(v, u) for v, u in zip(_figures(row, found), units, strict=True)]
        labels = [_label(g, c) for g, c in zip(row.groups, found.dimensions, strict=True)]
        lines.append("\t".join([*labels, *figures]))
    if totals:
        figures = [_written(v, u) for v, u in zip(_figures(found.total_row, found), units, strict=True)]
        lines.append("\t".join(["total", *[""] * (len(found.dimensions) - 1), *figures]))
    return lines


def _label(group: Any, column: ReportColumn) -> str:
    shown = group.label.replace("\t", " ")
    if column.type == "deal" and not group.is_other and group.id:
        shown = f"{shown} ({group.id})"
    return f"{shown} (partial)" if group.is_partial else shown


def _totals_in_words(found: Report) -> str:
    told: list[str] = []
    for place, measure in enumerate(found.measures):
        figure = _written(found.totals[place], measure.type)
        money = f" {measure.currency}" if measure.currency else ""
        before = f" (before {_written(found.earlier_totals[place], measure.type)})" if found.earlier_totals else ""
        told.append(f"{measure.label.lower()} {figure}{money}{before}")
    return ", ".join(told)


def _span(found: Report) -> str:
    if found.compared is not None:
        return f"{found.compared.period.text} against {found.compared.earlier.text}"
    return "" if found.period is None else found.period.text


def _facts(found: Report, *, briefly: bool = False) -> list[str]:
    facts: list[str] = []
    if not briefly and found.period is not None:
        facts.append(f"{found.period.on} {found.period.text} ({found.zone})")
    if not briefly and found.compared is not None:
        facts.append(f"{found.compared.way}: {found.compared.period.text} against {found.compared.earlier.text}")
    if found.excluded:
        facts.append("left out: " + ", ".join(f"{e.count} {e.reason}" for e in found.excluded[:4]))
    if found.truncated is not None:
        facts.append(f"{found.truncated.groups} groups, {found.truncated.other} in other")
    facts.append(f"local copy {found.age_s:.0f} s old")
    return facts
