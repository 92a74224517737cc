"""What every account knows before it has a record: property definitions, groups, pipelines and association types.

`standard_properties` and `standard_groups` give the standard object types for an account with given pipelines,
currencies and lifecycle stages; an account's own properties are added with `with_own`. It imports only `seed`.

Only names that facts 5 to 9 or HubSpot's public documentation support are in here. `calculated` is set on what the
sandbox's engine derives, `read_only_value` alone on what HubSpot fills in from elsewhere (web analytics, sends).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hubspot_skill.sandbox.catalogue.activities import ACTIVITY_GROUPS, activity_properties
from hubspot_skill.sandbox.catalogue.choices import LIFECYCLE_STAGES
from hubspot_skill.sandbox.catalogue.companies import COMPANY_GROUPS, company_properties
from hubspot_skill.sandbox.catalogue.contacts import CONTACT_GROUPS, contact_properties
from hubspot_skill.sandbox.catalogue.deals import DEAL_GROUPS, deal_properties
from hubspot_skill.sandbox.catalogue.tickets import TICKET_GROUPS, ticket_properties
from hubspot_skill.sandbox.seed import OptionSeed, PipelineSeed, PropertyGroupSeed, PropertySeed

__all__ = ["STANDARD_TYPES", "standard_groups", "standard_properties", "with_own"]

STANDARD_TYPES = ("contacts", "companies", "deals", "tickets", "notes", "calls", "tasks", "meetings", "emails")


def standard_properties(
    pipelines: Mapping[str, Sequence[PipelineSeed]],
    currencies: Sequence[str],
    *,
    lifecycle: Sequence[OptionSeed] = LIFECYCLE_STAGES,
) -> dict[str, list[PropertySeed]]:
    """Return the definitions of every standard type for an account, by type; the account's own currency comes first."""
    return {
        "contacts": contact_properties(lifecycle),
        "companies": company_properties(lifecycle),
        "deals": deal_properties(pipelines["deals"], currencies),
        "tickets": ticket_properties(pipelines["tickets"]),
        **activity_properties(),
    }


def standard_groups() -> dict[str, list[PropertyGroupSeed]]:
    """Return the property groups of every standard type, by type."""
    return {
        "contacts": list(CONTACT_GROUPS),
        "companies": list(COMPANY_GROUPS),
        "deals": list(DEAL_GROUPS),
        "tickets": list(TICKET_GROUPS),
        **{object_type: list(groups) for object_type, groups in ACTIVITY_GROUPS.items()},
    }


def with_own(
    standard: Mapping[str, Sequence[PropertySeed]], own: Mapping[str, Sequence[PropertySeed]], *, created_ms: int
) -> dict[str, list[PropertySeed]]:
    """Return the definitions with the account's own added, all dated to the account's beginning."""
    return {
        object_type: [
            replace(each, created_ms=created_ms, updated_ms=created_ms)
            for each in (*standard.get(object_type, ()), *own.get(object_type, ()))
        ]
        for object_type in (*standard, *(key for key in own if key not in standard))
    }
