"""Companies: names that say what they do, places, sizes, owners, and how far each has come as a customer.

Names are unique by construction: a company's number is turned into a first and a second word, and into a place once all
pairs are used up. A company that was entered twice has its twin's domain and nearly its name.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hubspot_skill.sandbox.generate.draw import chance, iso, pick, slug, spread
from hubspot_skill.sandbox.generate.ids import company_id
from hubspot_skill.sandbox.generate.lifecycle import stages_of_company
from hubspot_skill.sandbox.generate.own_properties import own_company_values
from hubspot_skill.sandbox.generate.profiles import PROFILES
from hubspot_skill.sandbox.seed import SeedChange, SeedLink, SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hubspot_skill.sandbox.generate.plan import Plan

__all__ = [
    "company_changes",
    "company_city",
    "company_domain",
    "company_links",
    "company_name",
    "company_record",
    "company_size",
]

_SIZES = (4, 8, 12, 18, 25, 35, 50, 70, 90, 120, 160, 210, 280, 370, 520, 740, 1_050, 1_600, 2_900, 6_400)
_SOURCES = spread(
    {
        "ORGANIC_SEARCH": 6,
        "PAID_SEARCH": 3,
        "EMAIL_MARKETING": 1,
        "SOCIAL_MEDIA": 2,
        "REFERRALS": 4,
        "DIRECT_TRAFFIC": 5,
        "OFFLINE": 8,
    }
)
_SPELLINGS = (" Inc", " (old)", " Ltd.", " Group", ".")
_STREETS = ("Mill Road", "Station Street", "Market Square", "Harbour Way", "Park Lane", "Bridge Street", "High Street")


def company_name(plan: Plan, index: int) -> str:
    """Return the name of a company."""
    if index < len(plan.stories):
        return plan.stories[index].name
    if plan.company_double[index]:
        twin = company_name(plan, index - 1)
        return twin.upper() if index % 3 == 0 else twin + _SPELLINGS[index % len(_SPELLINGS)]
    bare = _words(plan, index).name
    form = plan.profile.company_forms[index * 7 % len(plan.profile.company_forms)]
    return f"{bare} {form}".rstrip()


def company_domain(plan: Plan, index: int) -> str:
    """Return the web domain of a company, always under `.example`."""
    if index < len(plan.stories):
        return plan.stories[index].domain
    if plan.company_double[index]:
        return company_domain(plan, index - 1)
    return f"{_words(plan, index).slug}.example"


def company_city(plan: Plan, index: int) -> int:
    """Return the place of a company among the portal's cities."""
    if index < len(plan.stories):
        return plan.stories[index].city
    own = index - plan.company_double[index]
    return own * 31 % 97 % len(plan.profile.cities)


def company_size(plan: Plan, index: int) -> int:
    """Return how many people a company has."""
    if index < len(plan.stories):
        return plan.stories[index].employees
    people = len(plan.contacts_of(index))
    return _SIZES[min(len(_SIZES) - 1, index * 7919 % 13 + min(people, 7))] + index % 9


def company_record(plan: Plan, index: int) -> SeedRecord:
    """Return the record of a company; about one in ten values is missing."""
    draw = plan.draws("companies", index)
    profile = plan.profile
    city, state, postal, country, dialling = profile.cities[company_city(plan, index)]
    domain, employees = company_domain(plan, index), company_size(plan, index)
    story = plan.stories[index] if index < len(plan.stories) else None
    created = plan.stamp(plan.company_day[index], draw)
    person = plan.person(plan.company_owner[index])
    stages = stages_of_company(plan, index, created, draw)
    source = pick(draw, _SOURCES)
    properties = {
        "name": company_name(plan, index),
        "domain": domain,
        "website": f"https://www.{domain}" if chance(draw, 0.7) else "",
        "phone": f"{dialling} {index * 37 % 10_000:04d}" if chance(draw, 0.75) else "",
        "address": f"{1 + index % 180} {_STREETS[index % len(_STREETS)]}" if chance(draw, 0.6) else "",
        "city": city,
        "state": state,
        "zip": postal if chance(draw, 0.85) else "",
        "country": country,
        "industry": (story.industry if story else _words(plan, index).industry) if story or chance(draw, 0.88) else "",
        "numberofemployees": str(employees) if story or chance(draw, 0.82) else "",
        "annualrevenue": str(_revenue(employees, draw.random())) if story or chance(draw, 0.6) else "",
        "founded_year": str(1950 + int(70 * draw.random())) if chance(draw, 0.5) else "",
        "type": "PROSPECT" if stages[-1][1] != "customer" else "",
        "description": story.description if story else "",
        "lifecyclestage": stages[-1][1],
        "hs_lead_status": pick(draw, ("NEW", "OPEN", "IN_PROGRESS", "CONNECTED", "")) if len(stages) == 1 else "",
        "hubspot_owner_id": str(person.id) if story or chance(draw, 0.93) else "",
        "hs_analytics_source": source,
        "hs_analytics_num_page_views": str(int(draw.expovariate(0.08))) if source != "OFFLINE" else "",
        "hs_object_source": "CRM_UI",
        "hs_object_source_label": "CRM_UI",
        **own_company_values(profile.name, index, customer=stages[-1][1] in {"customer", "evangelist"}),
        "closedate": next((iso(at_ms) for at_ms, stage in stages if stage == "customer"), ""),
    }
    if story and story.revenue:
        properties["annualrevenue"] = str(story.revenue)
    told = {name: value for name, value in properties.items() if value}
    return SeedRecord("companies", company_id(index), told, created, max(created, stages[-1][0]))


def company_changes(plan: Plan, index: int) -> Iterator[SeedChange]:
    """Yield how a company moved through the lifecycle, if it did."""
    draw = plan.draws("companies", index)
    stages = stages_of_company(plan, index, plan.stamp(plan.company_day[index], draw), draw)
    if len(stages) > 1:
        for at_ms, stage in stages:
            yield SeedChange(
                "companies", company_id(index), "lifecyclestage", stage, at_ms, "AUTOMATION_PLATFORM", None
            )


def company_links(plan: Plan, index: int) -> Iterator[SeedLink]:
    """Yield the association of a company with its parent."""
    parent = plan.company_parent[index]
    if parent >= 0:
        yield SeedLink("companies", company_id(parent), "companies", company_id(index), 13)


def _revenue(employees: int, luck: float) -> int:
    return round(employees * (90_000 + 180_000 * luck) / 10_000) * 10_000


class _Words(NamedTuple):
    name: str
    """The bare name, without a legal form."""
    slug: str
    industry: str


def _words(plan: Plan, index: int) -> _Words:
    return _words_of(plan.profile.name, plan.seed, index - len(plan.stories))


@lru_cache(maxsize=1_024)
def _words_of(portal: str, seed: int, number: int) -> _Words:
    profile = PROFILES[portal]
    pairs = len(profile.company_starts) * len(profile.company_ends)
    again, place = divmod(number, pairs)
    first, second = divmod((place * _coprime(pairs) + seed * 101 + 17) % pairs, len(profile.company_ends))
    end, industry = profile.company_ends[second]
    name = f"{profile.company_starts[first]} {end}"
    domain = f"{profile.start_slugs[first]}-{profile.end_slugs[second]}"
    if again:
        city, turn = profile.cities[again % len(profile.cities)][0], again // len(profile.cities)
        name = f"{name} {city}" + (f" {turn + 1}" if turn else "")
        domain = slug(name)
    return _Words(name, domain, industry)


@cache
def _coprime(count: int) -> int:
    """Return a stride that visits every one of so many places once: a large prime that does not divide the count."""
    return next(prime for prime in (7_919, 6_007, 4_001, 2_003) if count % prime)
