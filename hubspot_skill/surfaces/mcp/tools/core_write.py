"""The writing half of the core toolset: one record a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import answers, writes
from hubspot_skill.surfaces.mcp.render.writes import written
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _create(crm: Crm, call: writes.CreateContact | writes.CreateCompany | writes.CreateDeal) -> CallToolResult:
    return written(await crm.create(call.request()))


async def _update(crm: Crm, call: writes.UpdateContact | writes.UpdateCompany | writes.UpdateDeal) -> CallToolResult:
    return written(await crm.update(call.request()))


async def _log_activity(crm: Crm, call: writes.LogActivity) -> CallToolResult:
    return written(await crm.log_activity(call.request()))


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_create_contact",
        title="Create contact",
        description=(
            "Create one contact and its links. An existing email is an error naming it, unless if_exists is return or "
            "update. Returns id and link."
        ),
        effect=Effect.ADD,
        arguments=writes.CreateContact,
        answer=answers.WriteContent,
        act=_create,
    ),
    ToolKind(
        "hubspot_create_company",
        title="Create company",
        description=(
            "Create one company and its links. An existing domain or near name is an error naming it, unless if_exists "
            "is return or update. Returns id and link."
        ),
        effect=Effect.ADD,
        arguments=writes.CreateCompany,
        answer=answers.WriteContent,
        act=_create,
    ),
    ToolKind(
        "hubspot_create_deal",
        title="Create deal",
        description=(
            "Create one deal with its company and contacts in associate; needs name and stage. Returns id and link."
        ),
        effect=Effect.ADD,
        arguments=writes.CreateDeal,
        answer=answers.WriteContent,
        act=_create,
    ),
    ToolKind(
        "hubspot_update_contact",
        title="Update contact",
        description="Change only the given values of one contact, or link records to it. Returns each value before and after.",
        effect=Effect.CHANGE,
        arguments=writes.UpdateContact,
        answer=answers.WriteContent,
        act=_update,
    ),
    ToolKind(
        "hubspot_update_company",
        title="Update company",
        description="Change only the given values of one company, or link records to it. Returns each value before and after.",
        effect=Effect.CHANGE,
        arguments=writes.UpdateCompany,
        answer=answers.WriteContent,
        act=_update,
    ),
    ToolKind(
        "hubspot_update_deal",
        title="Update deal",
        description=(
            "Change only the given values of one deal, such as its stage, or link records to it. Returns each value "
            "before and after."
        ),
        effect=Effect.CHANGE,
        arguments=writes.UpdateDeal,
        answer=answers.WriteContent,
        act=_update,
    ),
    ToolKind(
        "hubspot_log_activity",
        title="Log activity",
        description=(
            "Log a note, call, meeting or email that happened, or create a task, on one or more records. Sends nothing "
            "to anyone. Returns its id."
        ),
        effect=Effect.ADD,
        arguments=writes.LogActivity,
        answer=answers.WriteContent,
        act=_log_activity,
    ),
)
