"""The toolset `marketing`: what became of e-mails, and lists with their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import answers, marketing
from hubspot_skill.surfaces.mcp.render import lists
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _email_statistics(crm: Crm, call: marketing.EmailStatistics) -> CallToolResult:
    return lists.search(await crm.email_statistics(call.request()))


async def _lists(crm: Crm, call: marketing.Lists) -> CallToolResult:
    return lists.search(await crm.lists(call.request()))


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_email_statistics",
        title="E-mail statistics",
        description=(
            "What became of marketing e-mails in a period: sent, delivered, opened, clicked, bounced, unsubscribed, with "
            "HubSpot's rates in percent, a row for each e-mail and all together in a note. Not one-to-one e-mails: search "
            "emails."
        ),
        effect=Effect.READ,
        arguments=marketing.EmailStatistics,
        answer=answers.SearchContent,
        act=_email_statistics,
    ),
    ToolKind(
        "hubspot_lists",
        title="Lists",
        description=(
            "Find lists (segments) with their size, or the records in one of them. Returns rows, exact total, next. It "
            "changes no list."
        ),
        effect=Effect.READ,
        arguments=marketing.Lists,
        answer=answers.SearchContent,
        act=_lists,
    ),
)
