"""The reading half of the core toolset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import answers, reads, searches
from hubspot_skill.surfaces.mcp.render import accounts, lists, records
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _whoami(crm: Crm, call: reads.WhoAmI) -> CallToolResult:
    return accounts.who_am_i(await crm.whoami())


async def _describe(crm: Crm, call: reads.Describe) -> CallToolResult:
    return lists.description(await crm.describe(call.request()))


async def _search(
    crm: Crm,
    call: searches.SearchContacts | searches.SearchCompanies | searches.SearchDeals | searches.SearchRecords,
) -> CallToolResult:
    return lists.search(await crm.search(call.request()))


async def _get(crm: Crm, call: reads.Get) -> CallToolResult:
    return records.records(await crm.get(call.request()))


async def _brief(crm: Crm, call: reads.Brief) -> CallToolResult:
    return records.brief(await crm.brief(call.request()))


async def _campaigns(crm: Crm, call: reads.Campaigns) -> CallToolResult:
    return lists.campaigns(await crm.campaigns(call.request()))


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_whoami",
        title="Who am I",
        description=(
            "The connected HubSpot account: user, time zone, currency, what may be read and written and how to fix "
            "what may not, API calls left. Returns no records."
        ),
        effect=Effect.READ,
        arguments=reads.WhoAmI,
        answer=answers.WhoAmIContent,
        act=_whoami,
    ),
    ToolKind(
        "hubspot_describe",
        title="Describe the CRM",
        description=(
            "Look up names the account uses: object types, properties and their options, pipelines and stages, owners, "
            "association labels. Returns rows. No records: use hubspot_get or a search."
        ),
        effect=Effect.READ,
        arguments=reads.Describe,
        answer=answers.DescribeContent,
        act=_describe,
    ),
    ToolKind(
        "hubspot_search_contacts",
        title="Search contacts",
        description=(
            "Find people. All filters hold; values of one are alternatives. Periods in words: today, last 30 "
            "days, 2026-10, 2026-01-01..2026-03-31. Returns rows, exact total, next. One person in depth: "
            "hubspot_brief."
        ),
        effect=Effect.READ,
        arguments=searches.SearchContacts,
        answer=answers.SearchContent,
        act=_search,
    ),
    ToolKind(
        "hubspot_search_companies",
        title="Search companies",
        description=(
            "Find companies. All filters hold; values of one are alternatives. Periods in words: this week, "
            "2026-10. Returns rows, exact total, next. One company in depth: hubspot_brief."
        ),
        effect=Effect.READ,
        arguments=searches.SearchCompanies,
        answer=answers.SearchContent,
        act=_search,
    ),
    ToolKind(
        "hubspot_search_deals",
        title="Search deals",
        description=(
            "Find deals, or count them (count_only). All filters hold; values of one are alternatives. Periods "
            "in words: this quarter, next 30 days, 2026-Q3. Returns rows, exact total, next; adds nothing up."
        ),
        effect=Effect.READ,
        arguments=searches.SearchDeals,
        answer=answers.SearchContent,
        act=_search,
    ),
    ToolKind(
        "hubspot_search_records",
        title="Search other records",
        description=(
            "Find records of any other type: tickets, activities, custom objects. Filters all hold. Returns columns, "
            "rows, exact total, next. Contacts, companies, deals: use their own search."
        ),
        effect=Effect.READ,
        arguments=searches.SearchRecords,
        answer=answers.SearchContent,
        act=_search,
    ),
    ToolKind(
        "hubspot_get",
        title="Get records",
        description=(
            "Read up to 100 known records, with chosen properties, linked records and past values. To find records, "
            "search; for an overview of one, hubspot_brief."
        ),
        effect=Effect.READ,
        arguments=reads.Get,
        answer=answers.GetContent,
        act=_get,
    ),
    ToolKind(
        "hubspot_brief",
        title="Brief on one record",
        description=(
            "Everything that matters about one contact, company or deal in one call: details, company, people, open "
            "deals, last and next activity."
        ),
        effect=Effect.READ,
        arguments=reads.Brief,
        answer=answers.BriefContent,
        act=_brief,
    ),
    ToolKind(
        "hubspot_campaigns",
        title="Campaigns",
        description=(
            "List marketing campaigns, or tell one with its metrics, attributed revenue and budget. Campaigns share "
            "contacts: do not add their figures up."
        ),
        effect=Effect.READ,
        arguments=reads.Campaigns,
        answer=answers.CampaignsContent,
        act=_campaigns,
    ),
)
