"""The three kinds of records that have tables, pages and forms of their own here, and what each shows first."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Kind", "kind_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its key in addresses and of HubSpot's type, its words, and the properties it puts first.

    `columns` are the table's, `cards` key facts of a record, `form` the fields of a new one (the first must be filled),
    `suggested` the filters that are offered before any is chosen, `related` what is linked to it.
    """

    key: str
    singular: str
    plural: str
    icon: str
    columns: tuple[str, ...]
    facts: tuple[str, ...]
    form: tuple[str, ...]
    required: tuple[str, ...]
    suggested: tuple[tuple[str, str], ...]
    related: tuple[str, ...]
    history: tuple[str, ...]


KINDS = (
    Kind(
        key="contacts",
        singular="contact",
        plural="Contacts",
        icon="user",
        columns=("name", "email", "company", "jobtitle", "lifecyclestage", "hubspot_owner_id", "createdate"),
        facts=("email", "phone", "jobtitle", "company", "lifecyclestage", "hs_lead_status", "hubspot_owner_id"),
        form=("firstname", "lastname", "email", "phone", "jobtitle", "lifecyclestage", "hubspot_owner_id"),
        required=("email",),
        suggested=(
            ("Customers", "lifecyclestage:eq:customer"),
            ("Leads", "lifecyclestage:eq:lead"),
            ("Without an owner", "hubspot_owner_id:no_value:"),
            ("Created this month", "createdate:eq:this month"),
            ("Without an email", "email:no_value:"),
        ),
        related=("companies", "deals"),
        history=("lifecyclestage", "hubspot_owner_id", "email", "jobtitle", "phone"),
    ),
    Kind(
        key="companies",
        singular="company",
        plural="Companies",
        icon="building-2",
        columns=("name", "domain", "industry", "city", "country", "lifecyclestage", "hubspot_owner_id"),
        facts=("domain", "industry", "phone", "city", "country", "numberofemployees", "hubspot_owner_id"),
        form=("name", "domain", "industry", "phone", "city", "country", "hubspot_owner_id"),
        required=("name",),
        suggested=(
            ("Customers", "lifecyclestage:eq:customer"),
            ("Without an owner", "hubspot_owner_id:no_value:"),
            ("Without a domain", "domain:no_value:"),
            ("Created this month", "createdate:eq:this month"),
        ),
        related=("contacts", "deals"),
        history=("lifecyclestage", "hubspot_owner_id", "name", "domain", "industry"),
    ),
    Kind(
        key="deals",
        singular="deal",
        plural="Deals",
        icon="handshake",
        columns=("dealname", "dealstage", "amount", "closedate", "hubspot_owner_id", "pipeline", "createdate"),
        facts=("dealstage", "pipeline", "amount", "closedate", "hs_next_step", "dealtype", "hubspot_owner_id"),
        form=("dealname", "pipeline", "dealstage", "amount", "closedate", "hs_next_step", "hubspot_owner_id"),
        required=("dealname", "dealstage"),
        suggested=(
            ("Without an owner", "hubspot_owner_id:no_value:"),
            ("Closing this month", "closedate:eq:this month"),
            ("At least 10,000", "amount:gte:10000"),
            ("Without an amount", "amount:no_value:"),
            ("Created this month", "createdate:eq:this month"),
        ),
        related=("companies", "contacts"),
        history=("dealstage", "amount", "closedate", "hubspot_owner_id", "dealname"),
    ),
)
"""In the order of the rail."""


def kind_of(key: str) -> Kind:
    """Give the kind of a key or of a singular word."""
    return next(kind for kind in KINDS if key in {kind.key, kind.singular})
