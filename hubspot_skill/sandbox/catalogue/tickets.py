"""The properties of tickets (facts 5.3 and HubSpot's knowledge base page "HubSpot's default ticket properties", read 2026-11)."""

from collections.abc import Sequence

from hubspot_skill.sandbox.catalogue.choices import OBJECT_SOURCES
from hubspot_skill.sandbox.catalogue.deals import stage_choices
from hubspot_skill.sandbox.catalogue.kinds import (
    area,
    checkboxes,
    choice,
    computed,
    given,
    group,
    moment,
    number,
    options,
    owner,
    text,
)
from hubspot_skill.sandbox.seed import PipelineSeed, PropertyGroupSeed, PropertySeed

__all__ = ["TICKET_GROUPS", "ticket_properties"]

TICKET_GROUPS = [
    PropertyGroupSeed("ticketinformation", "Ticket information", 0),
    PropertyGroupSeed("ticket_activity", "Ticket activity", 1),
]

_PRIORITIES = options(("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High"), ("URGENT", "Urgent"))
_CATEGORIES = options(
    ("PRODUCT_ISSUE", "Product Issue"),
    ("BILLING_ISSUE", "Billing Issue"),
    ("FEATURE_REQUEST", "Feature Request"),
    ("GENERAL_INQUIRY", "General Inquiry"),
)
_SOURCES = options(("CHAT", "Chat"), ("EMAIL", "Email"), ("FORM", "Form"), ("PHONE", "Phone"))
_RESOLUTIONS = options(
    ("ISSUE_FIXED", "Issue fixed"),
    ("EARLY_ACCESS_ADDED", "Customer added to early access"),
    ("NOT_AN_ISSUE", "Not an issue"),
)


def ticket_properties(pipelines: Sequence[PipelineSeed]) -> list[PropertySeed]:
    """Return every property of tickets for an account with these ticket pipelines."""
    return [
        *group(
            "ticketinformation",
            text("subject", "Ticket name"),
            area("content", "Ticket description"),
            choice("hs_pipeline", "Pipeline", options(*((pipeline.id, pipeline.label) for pipeline in pipelines))),
            choice("hs_pipeline_stage", "Ticket status", stage_choices(pipelines)),
            choice("hs_ticket_priority", "Priority", _PRIORITIES),
            checkboxes("hs_ticket_category", "Category", _CATEGORIES),
            choice("source_type", "Source", _SOURCES),
            checkboxes("hs_resolution", "Resolution", _RESOLUTIONS),
            owner("hubspot_owner_id", "Ticket owner"),
            moment("createdate", "Create date"),
            *computed(
                number("hs_object_id", "Record ID"),
                number("hs_ticket_id", "Ticket ID"),
                moment("hs_createdate", "Object create date/time"),
                moment("hs_lastmodifieddate", "Last modified date"),
            ),
            *given(
                moment("closed_date", "Close date"),
                number("time_to_close", "Time to close"),
                moment("first_agent_reply_date", "First agent reply date"),
                number("time_to_first_agent_reply", "Time to first agent reply"),
                choice("hs_object_source", "Record creation source", OBJECT_SOURCES),
                text("hs_object_source_label", "Record source"),
                choice("hubspot_team_id", "HubSpot team", ()),
                number("hs_merged_object_ids", "Merged record IDs"),
            ),
        ),
        *group(
            "ticket_activity",
            *computed(
                moment("notes_last_contacted", "Last contacted date"),
                moment("notes_last_updated", "Last activity date"),
                moment("notes_next_activity_date", "Next activity date"),
                number("num_notes", "Number of sales activities"),
                number("num_contacted_notes", "Number of times contacted"),
                moment("hubspot_owner_assigneddate", "Owner assigned date"),
            ),
        ),
    ]
