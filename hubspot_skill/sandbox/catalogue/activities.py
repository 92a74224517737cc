"""The properties of notes, calls, tasks, meetings and emails (facts 8.4 for their options)."""

from hubspot_skill.sandbox.catalogue.choices import OBJECT_SOURCES
from hubspot_skill.sandbox.catalogue.kinds import (
    choice,
    computed,
    flag,
    given,
    group,
    markup,
    moment,
    number,
    options,
    owner,
    text,
)
from hubspot_skill.sandbox.seed import PropertyGroupSeed, PropertySeed

__all__ = ["ACTIVITY_GROUPS", "activity_properties"]

ACTIVITY_GROUPS = {
    "notes": [PropertyGroupSeed("note", "Notes information", 0)],
    "calls": [PropertyGroupSeed("call", "Call information", 0)],
    "tasks": [PropertyGroupSeed("task", "Tasks information", 0)],
    "meetings": [PropertyGroupSeed("meeting", "Meeting information", 0)],
    "emails": [PropertyGroupSeed("email", "Email information", 0)],
}

_CALL_STATUSES = options(
    ("BUSY", "Busy"),
    ("CALLING_CRM_USER", "Calling CRM user"),
    ("CANCELED", "Canceled"),
    ("COMPLETED", "Completed"),
    ("CONNECTING", "Connecting"),
    ("FAILED", "Failed"),
    ("IN_PROGRESS", "In Progress"),
    ("NO_ANSWER", "No Answer"),
    ("QUEUED", "Queued"),
    ("RINGING", "Ringing"),
)

# The internal values of the default call outcomes are the same in every account (HubSpot, "Calls" API guide, read 2026-11).
CALL_DISPOSITIONS = options(
    ("9d9162e7-6cf3-4944-bf63-4dff82258764", "Busy"),
    ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected"),
    ("a4c4c377-d246-4b32-a13b-75a56a4cd0ff", "Left live message"),
    ("b2cf5968-551e-4856-9783-52b3da59a7d0", "Left voicemail"),
    ("73a0d17f-1163-4015-bdd5-ec830791da20", "No answer"),
    ("17b47fee-58de-441e-a44c-c6300d46f273", "Wrong number"),
)

_TASK_STATUSES = options(
    ("NOT_STARTED", "Not started"),
    ("IN_PROGRESS", "In progress"),
    ("WAITING", "Waiting"),
    ("DEFERRED", "Deferred"),
    ("COMPLETED", "Completed"),
)
_TASK_PRIORITIES = options(("NONE", "None"), ("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High"))
_TASK_TYPES = options(("TODO", "To-do"), ("CALL", "Call"), ("EMAIL", "Email"))
_MEETING_OUTCOMES = options(
    ("SCHEDULED", "Scheduled"),
    ("COMPLETED", "Completed"),
    ("RESCHEDULED", "Rescheduled"),
    ("NO_SHOW", "No show"),
    ("CANCELED", "Canceled"),
)
_EMAIL_DIRECTIONS = options(("EMAIL", "Outgoing"), ("INCOMING_EMAIL", "Incoming"), ("FORWARDED_EMAIL", "Forwarded"))
_EMAIL_STATUSES = options(
    ("BOUNCED", "Bounced"), ("FAILED", "Failed"), ("SCHEDULED", "Scheduled"), ("SENDING", "Sending"), ("SENT", "Sent")
)


def _activity(name: str, *own: PropertySeed) -> list[PropertySeed]:
    return group(
        name,
        moment("hs_timestamp", "Activity date", "When it happened, or when the task is due."),
        owner("hubspot_owner_id", "Activity assigned to"),
        *own,
        *computed(
            number("hs_object_id", "Record ID"),
            moment("hs_createdate", "Create date"),
            moment("hs_lastmodifieddate", "Last modified date"),
            text("hs_body_preview", "Body preview"),
        ),
        *given(
            number("hs_created_by", "Activity created by"),
            number("hs_created_by_user_id", "Created by user ID"),
            number("hs_merged_object_ids", "Merged record IDs"),
            choice("hs_object_source", "Record creation source", OBJECT_SOURCES),
            text("hs_object_source_label", "Record source"),
            choice("hubspot_team_id", "HubSpot Team", ()),
            text("hs_unique_id", "Unique ID"),
        ),
        text("hs_attachment_ids", "Attached file IDs"),
    )


def activity_properties() -> dict[str, list[PropertySeed]]:
    """Return the properties of the five activity types, by type."""
    return {
        "notes": _activity("note", markup("hs_note_body", "Note body", "At most 65,536 characters.")),
        "calls": _activity(
            "call",
            text("hs_call_title", "Call Title"),
            markup("hs_call_body", "Call notes"),
            choice("hs_call_direction", "Call direction", options(("INBOUND", "Inbound"), ("OUTBOUND", "Outbound"))),
            choice("hs_call_status", "Call status", _CALL_STATUSES),
            choice("hs_call_disposition", "Call outcome", CALL_DISPOSITIONS),
            number("hs_call_duration", "Call duration", "Milliseconds."),
            text("hs_call_from_number", "From number"),
            text("hs_call_to_number", "To number"),
            text("hs_call_recording_url", "Recording URL"),
            text("hs_activity_type", "Call and meeting type"),
        ),
        "tasks": _activity(
            "task",
            text("hs_task_subject", "Task Title"),
            markup("hs_task_body", "Task notes"),
            choice("hs_task_status", "Task Status", _TASK_STATUSES),
            choice("hs_task_priority", "Priority", _TASK_PRIORITIES),
            choice("hs_task_type", "Task Type", _TASK_TYPES),
            text("hs_task_reminders", "Reminders"),
            *given(moment("hs_task_completion_date", "Completed at"), flag("hs_task_is_completed", "Is completed")),
        ),
        "meetings": _activity(
            "meeting",
            text("hs_meeting_title", "Meeting name"),
            markup("hs_meeting_body", "Meeting description"),
            markup("hs_internal_meeting_notes", "Internal meeting notes"),
            moment("hs_meeting_start_time", "Meeting start time"),
            moment("hs_meeting_end_time", "Meeting end time"),
            text("hs_meeting_location", "Meeting location"),
            text("hs_meeting_external_url", "External URL"),
            choice("hs_meeting_outcome", "Meeting outcome", _MEETING_OUTCOMES),
            text("hs_activity_type", "Call and meeting type"),
        ),
        "emails": _activity(
            "email",
            text("hs_email_subject", "Email subject"),
            text("hs_email_text", "Email body"),
            markup("hs_email_html", "Email HTML"),
            choice("hs_email_direction", "Email direction", _EMAIL_DIRECTIONS),
            choice("hs_email_status", "Email send status", _EMAIL_STATUSES),
            text("hs_email_headers", "Email headers"),
            *computed(text("hs_email_from_email", "Email from address"), text("hs_email_to_email", "Email to address")),
            *given(
                number("hs_email_open_count", "Number of email opens"),
                number("hs_email_click_count", "Number of email clicks"),
            ),
        ),
    }
