"""Names the object types: their ids, how a path may call them, and what a read returns when nothing is asked for.

Sources: facts 5.3 (default and searched properties) and 5.4 (type ids) [D]. That a read also returns the three system
properties beside those asked for is [C].
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.seed import CustomSchemaSeed

__all__ = ["ACTIVITIES", "STANDARD", "ObjectType", "ObjectTypes"]

_ACTIVITY_RETURNED = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")

ACTIVITIES = ("calls", "emails", "meetings", "notes", "tasks")
"""The types that stand for something done or due on other records."""


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One object type of an account; `name` is what the sandbox calls it everywhere."""

    name: str
    type_id: str
    singular: str
    returned: tuple[str, ...]
    """Properties that a read returns when none is asked for."""
    searched: tuple[str, ...]
    """Properties that the `query` of a search looks into."""
    required: tuple[str, ...] = ()
    """Properties without which a record is refused in every version."""
    pipeline: tuple[str, str] | None = None
    """The property of the pipeline and the one of the stage, if the type has pipelines."""
    stage_of: str | None = None
    """The property whose every value has its dates of entering and leaving."""

    @property
    def code(self) -> int:
        """Return a number for tables: N for `0-N`, minus N for `2-N`."""
        family, _, number = self.type_id.partition("-")
        return int(number) if family == "0" else -int(number)

    @property
    def modified(self) -> str:
        """Return the property of the last change."""
        return "lastmodifieddate" if self.name == "contacts" else "hs_lastmodifieddate"

    @property
    def always(self) -> tuple[str, str, str]:
        """Return the properties that every read returns."""
        created = "createdate" if "createdate" in self.returned else "hs_createdate"
        return (created, self.modified, "hs_object_id")


STANDARD: tuple[ObjectType, ...] = (
    ObjectType(
        "contacts",
        "0-1",
        "contact",
        ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
        (
            "firstname",
            "lastname",
            "email",
            "hs_additional_emails",
            "phone",
            "mobilephone",
            "fax",
            "company",
            "hs_marketable_until_renewal",
        ),
        stage_of="lifecyclestage",
    ),
    ObjectType(
        "companies",
        "0-2",
        "company",
        ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
        ("name", "domain", "website", "phone"),
        stage_of="lifecyclestage",
    ),
    ObjectType(
        "deals",
        "0-3",
        "deal",
        (
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ),
        ("dealname", "pipeline", "dealstage", "description", "dealtype"),
        pipeline=("pipeline", "dealstage"),
        stage_of="dealstage",
    ),
    ObjectType(
        "tickets",
        "0-5",
        "ticket",
        (
            "content",
            "createdate",
            "hs_lastmodifieddate",
            "hs_object_id",
            "hs_pipeline",
            "hs_pipeline_stage",
            "hs_ticket_category",
            "hs_ticket_priority",
            "subject",
        ),
        ("subject", "content", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_id"),
        pipeline=("hs_pipeline", "hs_pipeline_stage"),
        stage_of="hs_pipeline_stage",
    ),
    ObjectType("notes", "0-46", "note", _ACTIVITY_RETURNED, ("hs_note_body",), ("hs_timestamp",)),
    ObjectType(
        "meetings", "0-47", "meeting", _ACTIVITY_RETURNED, ("hs_meeting_title", "hs_meeting_body"), ("hs_timestamp",)
    ),
    ObjectType("calls", "0-48", "call", _ACTIVITY_RETURNED, ("hs_call_title", "hs_body_preview"), ("hs_timestamp",)),
    ObjectType(
        "emails", "0-49", "email", _ACTIVITY_RETURNED, ("hs_email_subject",), ("hs_timestamp", "hs_email_direction")
    ),
    ObjectType("tasks", "0-27", "task", _ACTIVITY_RETURNED, ("hs_task_subject", "hs_task_body"), ("hs_timestamp",)),
)


class ObjectTypes:
    """The object types of one account, found by any name that HubSpot takes in a path."""

    def __init__(self, custom: CustomSchemaSeed | None) -> None:
        """Join the standard types with the account's own one, if it has one."""
        own = [] if custom is None else [_custom_type(custom)]
        self.all: tuple[ObjectType, ...] = (*STANDARD, *own)
        self._by_name: dict[str, ObjectType] = {}
        for each in self.all:
            for name in (each.name, each.type_id, each.singular):
                self._by_name[name.lower()] = each
        if custom is not None:
            for name in (custom.name, custom.fully_qualified_name):
                self._by_name[name.lower()] = own[0]

    def find(self, text: str) -> ObjectType:
        """Return the type that a path means by its name, singular or plural, or its id.

        Raises: Refusal 400 for a type that the account does not have [C].
        """
        found = self._by_name.get(text.lower())
        if found is None:
            if re.fullmatch(r"[02]-\d+", text):
                raise Refusal.plain(400, f"Unable to infer object type from: {text}", "VALIDATION_ERROR")
            raise Refusal.plain(400, f"Unable to infer object type from: {text}")
        return found

    def named(self, name: str) -> ObjectType:
        """Return the type of one of the sandbox's own names; another one is an error of the program."""
        return self._by_name[name.lower()]


def _custom_type(schema: CustomSchemaSeed) -> ObjectType:
    returned = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id", *schema.required_properties)
    return ObjectType(
        schema.object_type_id,
        schema.object_type_id,
        schema.name,
        tuple(sorted(set(returned))),
        schema.searchable_properties,
        schema.required_properties,
    )
