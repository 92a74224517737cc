"""The reporting part of the core toolset: figures from the local copy, exact at any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import reports
from hubspot_skill.surfaces.mcp.render import reports as rendered
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _report(crm: Crm, call: reports.Report) -> CallToolResult:
    return rendered.report(await crm.report(call.question()), explain=call.explain, chart=call.chart)


async def _pipeline_summary(crm: Crm, call: reports.PipelineSummary) -> CallToolResult:
    return rendered.pipeline_summary(await crm.pipeline_summary(call.request()))


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_pipeline_summary",
        title="Pipeline summary",
        description=(
            "Where a pipeline stands in one call: open deals, value and weighted value by stage, overdue, stalled, no "
            "next step, won and lost against the period before."
        ),
        effect=Effect.READ,
        arguments=reports.PipelineSummary,
        answer=reports.PipelineSummaryContent,
        act=_pipeline_summary,
    ),
    ToolKind(
        "hubspot_report",
        title="Report",
        description=(
            "Exact counts, sums, rates and averages of any size in one call, by up to 3 groups, with definition and what "
            "was left out. Rows of deals: by deal, such as metrics stalled_value by deal."
        ),
        effect=Effect.READ,
        arguments=reports.Report,
        answer=reports.ReportContent,
        act=_report,
    ),
)
