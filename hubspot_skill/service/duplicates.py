"""Records that a new one would repeat: by unique key, and by near name.

A key is what can only be one record's: a contact's email, any property that HubSpot keeps unique; a company's domain is
taken as a key too, though HubSpot does not keep it unique. Emails and unique properties are read by key, which is
immediate; domains and names are searched, and HubSpot's search lags behind writes by seconds: what was written here is
remembered (see `recent`), a duplicate that somebody else made in these seconds is not seen.

Near names: contacts of one full name at one company; companies of one name without its legal form, unless both have
domains and these differ; deals of one name on one company, or of one name and without company.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hubspot_skill.domain.errors import NotFoundError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.search import MAX_PAGE, Filter, Operator, Search
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.drafts import Values
from hubspot_skill.service.joins import Join
from hubspot_skill.service.references import name_filters, name_of, telling
from hubspot_skill.service.words.alike import LEGAL_FORMS, is_near
from hubspot_skill.service.words.nearest import fold
from hubspot_skill.service.words.properties import PropertyBook

__all__ = ["key_holders", "look_alikes"]

_MOST = 10


async def key_holders(scene: Scene, book: PropertyBook, values: Values) -> list[tuple[Record, str]]:
    """Give the records that hold a key of the new one, each with the name of that property; one request a key."""
    found: list[tuple[Record, str]] = []
    for name, code in values.by_name.items():
        if not code:
            continue
        if values.properties[name].is_unique or (book.type.name == CONTACTS.name and name == "email"):
            record = await _read_by_key(scene, book, name, code)
            found += [(record, name)] if record is not None else []
        elif book.type.name == COMPANIES.name and name == "domain":
            group = (Filter("domain", Operator.EQ, (code,)),)
            holders = await _search(scene, book, Search(book.type, (group,), limit=_MOST))
            fresh = [r for r in scene.recent.of(book.type) if r.properties.get(name) == code]
            found += [(r, name) for r in {r.id: r for r in (*holders, *fresh)}.values()]
    return found


async def look_alikes(scene: Scene, book: PropertyBook, values: Values, joins: Sequence[Join]) -> list[Record]:
    """Give the records that look like the new one by name; at most one request."""
    if book.type.name == CONTACTS.name:
        return await _contacts_alike(scene, book, values, joins)
    if book.type.name == COMPANIES.name:
        return await _companies_alike(scene, book, values)
    if book.type.name == DEALS.name:
        return await _deals_alike(scene, book, values, joins)
    return []


async def _read_by_key(scene: Scene, book: PropertyBook, name: PropertyName, code: str) -> Record | None:
    try:
        return await scene.hubspot.objects.read(
            book.type, code, properties=book.having(telling(book.type)), id_property=name
        )
    except NotFoundError:
        return None


async def _search(scene: Scene, book: PropertyBook, search: Search) -> tuple[Record, ...]:
    page = await scene.hubspot.objects.search(search, properties=book.having(telling(book.type)))
    return page.records


async def _contacts_alike(scene: Scene, book: PropertyBook, values: Values, joins: Sequence[Join]) -> list[Record]:
    full = " ".join(w for w in (values.get("firstname"), values.get("lastname")) if w)
    if not values.get("firstname") or not values.get("lastname"):
        return []
    found = await _search(scene, book, Search(book.type, name_filters(CONTACTS, full), limit=_MOST))
    companies = {fold(j.to.name) for j in joins if j.to.type.name == COMPANIES.name and j.to.name}
    companies |= {fold(values.get("company"))} if values.get("company") else set()
    if not companies:
        return [r for r in found if not values.get("email") or not r.properties.get(PropertyName("email"))]
    theirs = [(r, str(r.properties.get(PropertyName("company")) or "")) for r in found]
    return [r for r, company in theirs if not company or any(is_near(company, c) for c in companies)]


async def _companies_alike(scene: Scene, book: PropertyBook, values: Values) -> list[Record]:
    name = values.get("name")
    core = " ".join(w for w in re.findall(r"\w+", name) if w.casefold() not in LEGAL_FORMS) or name
    if not name:
        return []
    found = await _search(scene, book, Search(book.type, text=core, limit=MAX_PAGE))
    everything = {r.id: r for r in (*found, *scene.recent.of(book.type))}.values()
    alike = [r for r in everything if is_near(name, name_of(r))]
    domain = PropertyName("domain")
    return [r for r in alike if not values.get("domain") or not r.properties.get(domain)][:_MOST]


async def _deals_alike(scene: Scene, book: PropertyBook, values: Values, joins: Sequence[Join]) -> list[Record]:
    name = values.get("dealname")
    company = next((j.to for j in joins if j.to.type.name == COMPANIES.name), None)
    if not name:
        return []
    is_open = Filter("hs_is_closed", Operator.EQ, ("false",))
    if company is None:
        group = (Filter("dealname", Operator.EQ, (name,)), is_open)
        return list(await _search(scene, book, Search(book.type, (group,), limit=_MOST)))
    of_company = (Filter("associations.company", Operator.EQ, (company.id,)), is_open)
    found = await _search(scene, book, Search(book.type, (of_company,), limit=MAX_PAGE))
    return [r for r in found if is_near(name, name_of(r))][:_MOST]
