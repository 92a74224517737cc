"""The toolset `admin`: changes of an account's own definitions, each only planned; a person approves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import admin, changes_answers
from hubspot_skill.surfaces.mcp.render import changes as render
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _property(crm: Crm, call: admin.PlanProperty) -> CallToolResult:
    return render.planned(await crm.plan_property(call.request()))


async def _pipeline(crm: Crm, call: admin.PlanPipeline) -> CallToolResult:
    return render.planned(await crm.plan_pipeline(call.request()))


async def _campaign(crm: Crm, call: admin.PlanCampaign) -> CallToolResult:
    return render.planned(await crm.plan_campaign(call.request()))


async def _reference(crm: Crm, call: admin.PlanReference) -> CallToolResult:
    return render.planned(await crm.plan_reference(call.request()))


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_plan_property",
        title="Plan a property",
        description=(
            "Plan to create, change or archive a property or its options. Returns the exact change for a person to approve; "
            "then hubspot_apply_changes."
        ),
        effect=Effect.PLAN,
        arguments=admin.PlanProperty,
        answer=changes_answers.PlanContent,
        act=_property,
    ),
    ToolKind(
        "hubspot_plan_pipeline",
        title="Plan a pipeline",
        description=(
            "Plan to create, rename or delete a pipeline, or to add, change or delete stages. What holds records is not "
            "deleted. Returns the exact change for a person to approve; then hubspot_apply_changes."
        ),
        effect=Effect.PLAN,
        arguments=admin.PlanPipeline,
        answer=changes_answers.PlanContent,
        act=_pipeline,
    ),
    ToolKind(
        "hubspot_plan_campaign",
        title="Plan a campaign",
        description=(
            "Plan to create, change or delete a marketing campaign. A deleted one is gone for good. Returns the exact change "
            "for a person to approve; then hubspot_apply_changes."
        ),
        effect=Effect.PLAN,
        arguments=admin.PlanCampaign,
        answer=changes_answers.PlanContent,
        act=_campaign,
    ),
    ToolKind(
        "hubspot_plan_reference",
        title="Plan the reference property",
        description=(
            "Plan the property hs_skill_ref, which lets a record whose creation got no answer be found instead of made twice. "
            "Returns the exact change for a person to approve; then hubspot_apply_changes."
        ),
        effect=Effect.PLAN,
        arguments=admin.PlanReference,
        answer=changes_answers.PlanContent,
        act=_reference,
    ),
)
