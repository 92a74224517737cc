"""Three ready questions that a person can pick in a host. They name the tools to use; nothing from a CRM is in them."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server import MCPServer
from pydantic import Field

from hubspot_skill.domain.text import clean

__all__ = ["DEFAULTS", "register"]

MAX_ARGUMENT = 120
DEFAULTS = {"data_cleanup": {"object_type": "contacts"}, "weekly_pipeline_review": {"object_type": "deals"}}
"""What a prompt is about when its arguments do not say, for the completion of the others."""

Pipeline = Annotated[str, Field(description="Pipeline by name; all of them when left out")]
Stage = Annotated[str, Field(description="Stage to look at first; all open ones when left out")]
Owner = Annotated[str, Field(description="Owner by name or email, or me; everybody when left out")]
Account = Annotated[str, Field(description="Company by name, domain or id")]
ObjectType = Annotated[str, Field(description="contacts, companies or deals")]
Property = Annotated[str, Field(description="Property to look at first; the usual ones when left out")]


def _said(text: str, otherwise: str) -> str:
    return clean(text, most=MAX_ARGUMENT) or otherwise


def weekly_pipeline_review(pipeline: Pipeline = "", stage: Stage = "", owner: Owner = "") -> str:
    """Review the open deals of a pipeline: what closes soon, what is overdue, what moved, what to do next."""
    which, whose, where = _said(pipeline, "every one"), _said(owner, "everybody"), _said(stage, "all open ones")
    return (
        f"Review the sales pipeline for this week. Pipeline: {which}. Stages: {where}. Owner: {whose}.\n"
        "1. hubspot_pipeline_summary: value by stage, overdue, stalled, no next step, won and lost against before.\n"
        "2. hubspot_report metrics stalled_value, overdue_value by deal, owner and stage, order -stalled_value, limit 10; "
        "and metrics open_deals, open_pipeline by deal where close_at within next 14 days.\n"
        "3. hubspot_brief on the three largest of them.\n"
        "Then tell: the state in three sentences; a table of deals that need attention with owner, amount, close date "
        "and reason; one next step for each. Take totals only from the tools, and name the currency of every amount. "
        "Change nothing."
    )


def account_brief(company: Account) -> str:
    """Prepare for a conversation with a company: who is there, what is open, what happened last, what to ask."""
    return (
        f"Prepare me for a conversation with this company: {_said(company, 'ask me which one')}.\n"
        "1. hubspot_brief on it, type company.\n"
        "2. hubspot_brief on its main contact and on its largest open deal.\n"
        "3. hubspot_search_records type tickets for it, newest first; and notes, calls and meetings of the last 90 "
        "days.\n"
        "Then tell on one page: who they are, the people and their roles, open deals with stage, amount and close date, "
        "what happened last, open questions, and three things to ask. Say what the CRM does not know. Change nothing."
    )


def data_cleanup(object_type: ObjectType = "contacts", property: Property = "") -> str:
    """Find gaps and likely duplicates in the CRM's data and propose corrections one by one before changing any."""
    return (
        f"Look for gaps in the CRM's {_said(object_type, 'contacts')}. First of all: "
        f"{_said(property, 'what the type should always have')}.\n"
        "1. hubspot_describe topic properties of that type: the names of what should be filled.\n"
        "2. Count with count_only, using where with compare no_value: records without owner, without email, domain or "
        "amount and close date, whichever belong to the type; and open deals with a close date in the past.\n"
        "3. List ten of each kind, newest first, and look for records that seem to be the same one twice.\n"
        "Then tell the counts as a table, largest first, and propose a correction for each listed record: what it has, "
        "what it should have, and why. Wait for my yes; then use the update tools with dry_run first. Merge and delete "
        "nothing."
    )


def register(server: MCPServer[Any]) -> None:
    """Add the prompts to a server."""
    server.prompt(title="Weekly pipeline review")(weekly_pipeline_review)
    server.prompt(title="Account brief")(account_brief)
    server.prompt(title="Data clean-up")(data_cleanup)
