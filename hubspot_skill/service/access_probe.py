"""What the token may read and write, family by family: from its scopes, or by trying."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from hubspot_skill.domain.errors import MissingScopesError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, NOTES, TICKETS, ObjectType
from hubspot_skill.domain.text import clean
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.service.answers import Access
from hubspot_skill.service.scopes import where_to_add
from hubspot_skill.service.together import all_of

__all__ = ["FAMILIES", "Family", "by_scopes", "probe"]


@dataclass(frozen=True, slots=True)
class Family:
    """A part of the account's data: the scope to read it, the scope to write it (none: nothing here writes it)."""

    name: str
    read: str
    write: str = ""
    probe: ObjectType | None = None


FAMILIES = (
    Family("contacts", "crm.objects.contacts.read", "crm.objects.contacts.write", CONTACTS),
    Family("companies", "crm.objects.companies.read", "crm.objects.companies.write", COMPANIES),
    Family("deals", "crm.objects.deals.read", "crm.objects.deals.write", DEALS),
    Family("activities", "crm.objects.contacts.read", "crm.objects.contacts.write", NOTES),
    Family("tickets", "tickets", "tickets", TICKETS),
    Family("owners", "crm.objects.owners.read"),
    Family("campaigns", "marketing.campaigns.read"),
)
"""Families and their scopes (HubSpot's scopes page, read 2026-11-23)."""


async def probe(hubspot: HubSpot) -> tuple[Access, ...]:
    """Try what may be read, one small request a family."""
    return tuple(await all_of([_probe(hubspot, family) for family in FAMILIES]))


def by_scopes(family: Family, scopes: Iterable[str], *, is_app: bool) -> Access:
    """Tell what a token of these scopes may do with a family; `is_app`: it came through an OAuth app."""
    granted = frozenset(scopes)
    missing = tuple(dict.fromkeys(s for s in (family.read, family.write) if s and s not in granted))
    return Access(
        family=family.name,
        can_read=family.read in granted,
        can_write=family.write in granted if family.write else False,
        missing_scopes=missing,
        fix=_fix(missing, is_app=is_app),
    )


async def _probe(hubspot: HubSpot, family: Family) -> Access:
    read = _reader(hubspot, family)
    try:
        await read()
    except MissingScopesError as error:
        missing = error.scopes or (family.read,)
        return Access(
            family.name, can_read=False, can_write=False, missing_scopes=missing, fix=_fix(missing, is_app=False)
        )
    return Access(family.name, can_read=True, can_write=None if family.write else False)


def _reader(hubspot: HubSpot, family: Family) -> Callable[[], Awaitable[object]]:
    type = family.probe
    if type is not None:
        return lambda: hubspot.objects.list(type, properties=(), limit=1)
    if family.name == "owners":
        return hubspot.schema.owners
    return lambda: hubspot.campaigns.list(limit=1)


def _fix(missing: tuple[str, ...], *, is_app: bool) -> str:
    return where_to_add([clean(s, most=80) for s in missing], is_app=is_app) if missing else ""
