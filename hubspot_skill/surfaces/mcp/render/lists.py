"""Searches, descriptions of the schema, and campaigns: answers that are tables."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

from mcp.types import CallToolResult

from hubspot_skill.domain.marketing import CampaignBudget, CampaignMetrics, CampaignRevenue
from hubspot_skill.service.answers import CampaignsAnswer, CampaignView, Description, FieldValue, SearchAnswer, Table
from hubspot_skill.surfaces.mcp.models.answers import CampaignContent, CampaignsContent, DescribeContent, SearchContent
from hubspot_skill.surfaces.mcp.render.lines import cell, columns, joined, provenance, rows, source_line, table, word
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["campaigns", "description", "search"]


def search(answer: SearchAnswer) -> CallToolResult:
    """Give the result of a search."""
    content = SearchContent(
        **provenance(answer),
        columns=columns(answer.table),
        rows=rows(answer.table),
        returned=answer.returned,
        total=answer.total,
        next=answer.next,
        link=answer.link,
    )
    is_count = not answer.table.columns
    counted = f"{answer.total} {answer.type}" if is_count else f"{answer.returned} of {answer.total} {answer.type}"
    line = source_line(answer, counted, f"next {answer.next}" if answer.next else "")
    link = f"open a row: {answer.link}" if answer.link and answer.returned else ""
    return result(content, joined(answer, line, *table(answer.table), link))


def description(answer: Description) -> CallToolResult:
    """Give the result of a question about the account's schema."""
    content = DescribeContent(
        **provenance(answer),
        columns=columns(answer.table),
        rows=rows(answer.table),
        returned=answer.returned,
        total=answer.total,
    )
    what = f"{answer.topic} of {answer.type}" if answer.type else answer.topic
    line = source_line(answer, f"{answer.returned} of {answer.total} {what}")
    return result(content, joined(answer, line, *table(answer.table)))


def campaigns(answer: CampaignsAnswer) -> CallToolResult:
    """Give the result of a question about campaigns; one that is told with its results is in no table besides."""
    shown = answer.campaign
    listed = Table((), ()) if shown else answer.table
    content = CampaignsContent(
        **provenance(answer),
        columns=columns(listed),
        rows=rows(listed),
        returned=answer.returned,
        total=answer.total,
        next=answer.next,
        campaign=_campaign(shown) if shown else None,
    )
    counted = str(answer.returned) if answer.total is None else f"{answer.returned} of {answer.total}"
    line = source_line(answer, f"{counted} campaigns", f"next {answer.next}" if answer.next else "")
    return result(content, joined(answer, line, *table(listed), *(_campaign_lines(shown) if shown else ())))


def _campaign(view: CampaignView) -> CampaignContent:
    return CampaignContent(
        id=view.id,
        name=view.name,
        values=_values(view.values),
        metrics=_figures(view.metrics),
        revenue=_figures(view.revenue),
        budget=_figures(view.budget),
    )


def _campaign_lines(view: CampaignView) -> list[str]:
    lines = [f"campaign {view.name} ({view.id})", *(f"{v.name}: {word(v.value)}" for v in view.values)]
    for title, figures in (("metrics", view.metrics), ("revenue", view.revenue), ("budget", view.budget)):
        found = _figures(figures)
        if found:
            lines.append(f"{title}: " + ", ".join(f"{name} {word(value)}" for name, value in found.items()))
    return lines


def _values(found: tuple[FieldValue, ...]) -> dict[str, str | int | float | bool]:
    return {v.name: cell(v.value) for v in found}


def _figures(
    found: CampaignMetrics | CampaignRevenue | CampaignBudget | None,
) -> dict[str, str | int | float | bool]:
    if found is None:
        return {}
    named = ((f.name, getattr(found, f.name)) for f in fields(found))
    return {name: _figure(value) for name, value in named if value is not None}


def _figure(value: int | str | Decimal) -> str | int | float:
    """Give a figure as JSON holds it without rounding: a number that prints the same, else text."""
    if not isinstance(value, Decimal):
        return value
    if value == value.to_integral_value():
        return int(value)
    exact = format(value.normalize(), "f")
    return float(value) if repr(float(value)) == exact else exact
