"""Properties by internal name, by label, or by the name of a typed tool argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hubspot_skill.domain.errors import AmbiguousNameError, UnknownNameError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.text import quote
from hubspot_skill.service.words.nearest import candidate, named, nearest

__all__ = ["NAME", "PropertyBook", "pipeline_property", "stage_property"]

NAME = Property(PropertyName("name"), "Name", PropertyType.STRING)
"""The name of a contact, made of first and last name: a column, not a property of HubSpot."""

_EVERYWHERE = {
    "id": "hs_object_id",
    "owner": "hubspot_owner_id",
    "last_contacted": "notes_last_contacted",
    "next_activity": "notes_next_activity_date",
}
_ALIASES: Mapping[str, Mapping[str, str]] = {
    "contacts": {
        "first_name": "firstname",
        "last_name": "lastname",
        "job_title": "jobtitle",
        "mobile": "mobilephone",
        "lifecycle_stage": "lifecyclestage",
        "lead_status": "hs_lead_status",
    },
    "companies": {
        "lifecycle_stage": "lifecyclestage",
        "lead_status": "hs_lead_status",
        "employees": "numberofemployees",
        "revenue": "annualrevenue",
    },
    "deals": {
        "name": "dealname",
        "stage": "dealstage",
        "close_date": "closedate",
        "deal_type": "dealtype",
        "next_step": "hs_next_step",
        "priority": "hs_priority",
        "currency": "deal_currency_code",
    },
    "tickets": {
        "name": "subject",
        "stage": "hs_pipeline_stage",
        "pipeline": "hs_pipeline",
        "priority": "hs_ticket_priority",
    },
    "tasks": {
        "status": "hs_task_status",
        "priority": "hs_task_priority",
        "type": "hs_task_type",
        "title": "hs_task_subject",
        "due": "hs_timestamp",
        "due_date": "hs_timestamp",
    },
    "calls": {"direction": "hs_call_direction", "outcome": "hs_call_disposition", "title": "hs_call_title"},
    "meetings": {"outcome": "hs_meeting_outcome", "title": "hs_meeting_title"},
    "emails": {"direction": "hs_email_direction", "subject": "hs_email_subject"},
}


def stage_property(type: ObjectType) -> PropertyName:
    """Name the property that holds a record's stage."""
    return PropertyName("dealstage" if type.name == "deals" else "hs_pipeline_stage")


def pipeline_property(type: ObjectType) -> PropertyName:
    """Name the property that holds a record's pipeline."""
    return PropertyName("pipeline" if type.name == "deals" else "hs_pipeline")


@dataclass(frozen=True, slots=True)
class PropertyBook:
    """The properties of one object type, findable by their names."""

    type: ObjectType
    properties: tuple[Property, ...]
    by_name: Mapping[str, Property] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {p.name: p for p in self.properties})

    def get(self, name: str) -> Property | None:
        """Give the property of exactly that internal name, None where the account has none."""
        return self.by_name.get(name)

    def having(self, names: Sequence[str]) -> tuple[Property, ...]:
        """Give those of the names that the account has, in order."""
        return tuple(self.by_name[n] for n in names if n in self.by_name)

    def typed(self, argument: str) -> Property:
        """Give the property behind a typed tool argument such as `close_date`, or behind any other name of it."""
        name = self._alias(argument)
        return self.by_name[name] if name in self.by_name else self.named(argument)

    def named(self, word: str) -> Property:
        """Give the property of an internal name or label; a typed argument's name is understood where no other fits.

        Raises:
            UnknownNameError: no property fits; the nearest are the candidates.
            AmbiguousNameError: a label is worn by several.
        """
        exact = self.by_name.get(word) or self.by_name.get(word.strip().lower())
        if exact is not None:
            return exact
        found = named(word, self.properties, lambda p: (p.name, p.label))
        if len(found) == 1:
            return found[0]
        alias = self._alias(word)
        if alias in self.by_name:
            return self.by_name[alias]
        if found:
            raise AmbiguousNameError(
                f"{len(found)} properties of {self.type.name} are called {quote(word)}",
                hint="Name the property by its internal name.",
                candidates=[candidate(p.name, p.label, p.group) for p in found[:5]],
            )
        near = nearest(word, [p for p in self.properties if not p.is_hidden], lambda p: (p.name, p.label))
        raise UnknownNameError(
            f"{self.type.name} have no property {quote(word)}",
            hint=f'hubspot_describe with topic "properties" and type "{self.type.name}" finds them by words.',
            candidates=[candidate(p.name, p.label, p.type.value) for p in near],
        )

    def column(self, word: str) -> Property:
        """Give the property of a column; "name" is a contact's full name."""
        if self.type.name == "contacts" and word.strip().casefold() == "name":
            return NAME
        return self.named(word)

    def _alias(self, argument: str) -> str:
        word = "_".join(argument.split()).casefold()
        if word == "created":
            return self.type.created
        if word == "modified":
            return self.type.modified
        return _ALIASES.get(self.type.name, {}).get(word) or _EVERYWHERE.get(word, word)
