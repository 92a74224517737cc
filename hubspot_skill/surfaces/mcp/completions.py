"""Names to choose from while a person fills in a prompt or a resource address."""

from __future__ import annotations

from typing import Any

from mcp.server import MCPServer
from mcp.types import Completion, CompletionArgument, CompletionContext, PromptReference, ResourceTemplateReference

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.service.requests import CompleteKind
from hubspot_skill.surfaces.mcp.prompts import DEFAULTS
from hubspot_skill.surfaces.mcp.strict import CrmProvider

__all__ = ["register"]

MAX_VALUES = 100
"""The most values a completion may carry (MCP specification 2026-07-28, completion)."""

_KINDS = {
    "object_type": CompleteKind.OBJECT_TYPE,
    "pipeline": CompleteKind.PIPELINE,
    "stage": CompleteKind.STAGE,
    "owner": CompleteKind.OWNER,
    "property": CompleteKind.PROPERTY,
}


def register(server: MCPServer[Any], crm: CrmProvider) -> None:
    """Let a server complete the arguments of its prompts and resource templates."""

    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        kind = _KINDS.get(argument.name)
        if kind is None:
            return Completion(values=[])
        about = DEFAULTS.get(ref.name, {}) if isinstance(ref, PromptReference) else {}
        known = {**about, **((context.arguments if context else None) or {})}
        try:
            found = await (await crm()).complete(kind, argument.value, known)
        except HubSpotSkillError:
            return Completion(values=[])
        is_cut = len(found) >= MAX_VALUES
        return Completion(values=list(found[:MAX_VALUES]), total=None if is_cut else len(found), has_more=is_cut)

    server.completion()(complete)
