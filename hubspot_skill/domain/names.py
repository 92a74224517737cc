"""Names of things in HubSpot: object types, property names, record ids.

Type ids, record-link ids and which property holds a record's own name come from
developers.hubspot.com (CRM object type ids; search the CRM), read 2026-11-23.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

from hubspot_skill.domain.errors import InvalidInputError

__all__ = [
    "CALLS",
    "COMPANIES",
    "CONTACTS",
    "DEALS",
    "EMAILS",
    "MEETINGS",
    "NOTES",
    "STANDARD_TYPES",
    "TASKS",
    "TICKETS",
    "ObjectType",
    "PropertyName",
    "RecordId",
    "property_name",
    "record_id",
]

PropertyName = NewType("PropertyName", str)
RecordId = NewType("RecordId", str)

_PROPERTY_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_RECORD_ID = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One kind of CRM record.

    `name` is what paths use (`contacts`, or `2-1234567` for a custom type), `type_id` the id in record links (`0-1`),
    `title` the properties whose values name a record, in order; `modified` the property that moves with each change.
    """

    name: str
    singular: str
    type_id: str
    title: tuple[PropertyName, ...]
    modified: PropertyName = PropertyName("hs_lastmodifieddate")
    created: PropertyName = PropertyName("createdate")
    is_activity: bool = False

    @property
    def is_custom(self) -> bool:
        """True for an account's own object type."""
        return self.type_id.startswith("2-")


def _type(name: str, singular: str, type_id: str, *title: str, modified: str = "hs_lastmodifieddate") -> ObjectType:
    return ObjectType(name, singular, type_id, tuple(PropertyName(t) for t in title), PropertyName(modified))


def _activity(name: str, singular: str, type_id: str, title: str) -> ObjectType:
    return ObjectType(
        name, singular, type_id, (PropertyName(title),), created=PropertyName("hs_createdate"), is_activity=True
    )


CONTACTS = _type("contacts", "contact", "0-1", "firstname", "lastname", modified="lastmodifieddate")
COMPANIES = _type("companies", "company", "0-2", "name")
DEALS = _type("deals", "deal", "0-3", "dealname")
TICKETS = _type("tickets", "ticket", "0-5", "subject")
TASKS = _activity("tasks", "task", "0-27", "hs_task_subject")
NOTES = _activity("notes", "note", "0-46", "hs_note_body")
MEETINGS = _activity("meetings", "meeting", "0-47", "hs_meeting_title")
CALLS = _activity("calls", "call", "0-48", "hs_call_title")
EMAILS = _activity("emails", "email", "0-49", "hs_email_subject")

STANDARD_TYPES: tuple[ObjectType, ...] = (CONTACTS, COMPANIES, DEALS, TICKETS, NOTES, CALLS, TASKS, MEETINGS, EMAILS)


def property_name(text: str) -> PropertyName:
    """Check that text can be a HubSpot property's internal name.

    Raises:
        InvalidInputError: text is not lower-case letters, digits and underscores, starting with a letter.
    """
    if not _PROPERTY_NAME.fullmatch(text):
        raise InvalidInputError(
            f'"{text[:80]}" cannot be a property name: expected lower-case letters, digits and "_", at most 100',
            hint="hubspot_describe lists the properties of an object type.",
            field=text[:80],
        )
    return PropertyName(text)


def record_id(text: str) -> RecordId:
    """Check that text can be a CRM record's id.

    Raises:
        InvalidInputError: text is not 1 to 20 digits.
    """
    if not _RECORD_ID.fullmatch(text):
        raise InvalidInputError(f'"{text[:80]}" is not a record id: expected 1 to 20 digits', field="id")
    return RecordId(text)
