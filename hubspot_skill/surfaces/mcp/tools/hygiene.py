"""The toolset `hygiene`: duplicates and doubtful values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import changes_answers, hygiene
from hubspot_skill.surfaces.mcp.render import changes
from hubspot_skill.surfaces.mcp.render import hygiene as render
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _find_duplicates(crm: Crm, call: hygiene.FindDuplicates) -> CallToolResult:
    return render.duplicates(await crm.find_duplicates(call.request()))


async def _data_quality(crm: Crm, call: hygiene.DataQuality) -> CallToolResult:
    return render.quality(await crm.data_quality(call.request()))


async def _plan_cleanup(crm: Crm, call: hygiene.PlanCleanup) -> CallToolResult:
    return changes.planned(await crm.plan_cleanup(call.request()))


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_find_duplicates",
        title="Find duplicates",
        description=(
            "Find contacts, companies or deals that are one and the same. Returns groups with the evidence, which record "
            "to keep and why, how many records were read of how many, and a findings handle."
        ),
        effect=Effect.READ,
        arguments=hygiene.FindDuplicates,
        answer=hygiene.DuplicatesContent,
        act=_find_duplicates,
    ),
    ToolKind(
        "hubspot_data_quality",
        title="Data quality",
        description=(
            "Count records with missing or invalid values, without an active owner, or without activity. Returns a row a "
            "doubt with count and examples, how many records were read of how many, and a findings handle."
        ),
        effect=Effect.READ,
        arguments=hygiene.DataQuality,
        answer=hygiene.QualityContent,
        act=_data_quality,
    ),
    ToolKind(
        "hubspot_plan_cleanup",
        title="Plan a cleanup",
        description=(
            "Plan to merge duplicates that were found (for ever), or to change or archive the records of a doubt. Returns the "
            "exact change for a person to approve; then hubspot_apply_changes."
        ),
        effect=Effect.PLAN,
        arguments=hygiene.PlanCleanup,
        answer=changes_answers.PlanContent,
        act=_plan_cleanup,
    ),
)
