"""Contacts: people at companies with addresses on the company's domain, and some without company, address or owner.

Within a company all last names differ, so addresses are unique by construction, except where one person was entered
twice on purpose: then the second has another address and a sloppier record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.sandbox.generate.companies import company_city, company_domain, company_name
from hubspot_skill.sandbox.generate.draw import DAY_MS, chance, iso, pick, spread
from hubspot_skill.sandbox.generate.ids import company_id, contact_id, loser_id
from hubspot_skill.sandbox.generate.lifecycle import stages_of_contact
from hubspot_skill.sandbox.generate.plan import ARCHIVED, DUPLICATE, MERGED, NO_EMAIL
from hubspot_skill.sandbox.generate.words import JOB_TITLES
from hubspot_skill.sandbox.seed import SeedChange, SeedLink, SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from hubspot_skill.sandbox.generate.plan import Plan
    from hubspot_skill.sandbox.generate.stories import StoryContact

__all__ = ["contact_changes", "contact_email", "contact_links", "contact_name", "contact_record", "contact_stages"]

_SOURCES = spread(
    {
        "ORGANIC_SEARCH": 24,
        "PAID_SEARCH": 11,
        "EMAIL_MARKETING": 7,
        "SOCIAL_MEDIA": 6,
        "REFERRALS": 13,
        "OTHER_CAMPAIGNS": 3,
        "DIRECT_TRAFFIC": 16,
        "OFFLINE": 16,
        "PAID_SOCIAL": 3,
        "AI_REFERRALS": 1,
    }
)
_FIRST_PAGES = ("", "pricing", "blog/choosing-a-system", "customers", "demo", "webinars/autumn")
_FORMS = ("Demo request", "Newsletter", "Price list", "Webinar registration", "Contact us")
_LEAD_STATUSES = spread(
    {
        "NEW": 5,
        "OPEN": 4,
        "IN_PROGRESS": 3,
        "ATTEMPTED_TO_CONTACT": 3,
        "CONNECTED": 3,
        "UNQUALIFIED": 2,
        "BAD_TIMING": 1,
        "": 6,
    }
)
_ADDRESSES = ("{first}.{last}", "{first}{last}", "{last}.{first}", "{first}_{last}")
_MIX = 0x9E3779B1


def contact_name(plan: Plan, index: int) -> tuple[str, str]:
    """Return the first and last name of a contact."""
    story = _story_of(plan, index)
    if story is not None:
        return story.first_name, story.last_name
    first, last = _name_places(plan, index)
    return plan.profile.first_names[first], plan.profile.last_names[last]


def contact_email(plan: Plan, index: int) -> str:
    """Return the address of a contact, empty if it has none."""
    story = _story_of(plan, index)
    company = plan.company_of(index)
    if story is not None:
        return f"{story.local}@{company_domain(plan, company)}"
    if plan.contact_kind[index] == NO_EMAIL:
        return ""
    places = _name_places(plan, index)
    first, last = plan.profile.first_slugs[places[0]], plan.profile.last_slugs[places[1]]
    if company < 0:
        return f"{first}.{last}{index}@{plan.profile.mail_domain}"
    domain = company_domain(plan, company)
    if plan.contact_kind[index] == DUPLICATE:
        again = index - _original(plan, index)
        return f"{first[0]}.{last}{again if again > 1 else ''}@{domain}"
    shape = _ADDRESSES[(company - plan.company_double[company]) % len(_ADDRESSES)]
    return f"{shape.format(first=first, last=last)}@{domain}"


def contact_record(plan: Plan, index: int) -> SeedRecord:
    """Return the record of a contact."""
    draw = plan.draws("contacts", index)
    kind = plan.contact_kind[index]
    company = plan.company_of(index)
    story = _story_of(plan, index)
    first, last = contact_name(plan, index)
    created = plan.stamp(plan.contact_day[index], draw)
    stages = stages_of_contact(plan, index, created, draw)
    stage = stages[-1][1]
    title, seniority, role, buying = pick(draw, JOB_TITLES)
    properties = {
        "firstname": first,
        "lastname": last,
        "email": contact_email(plan, index),
        "lifecyclestage": stage,
        "jobtitle": story.job_title if story else title if chance(draw, 0.84) else "",
        "hs_language": pick(draw, plan.profile.languages) if chance(draw, 0.7) else "",
        "hs_lead_status": pick(draw, _LEAD_STATUSES) if stage not in {"customer", "evangelist"} else "",
        "hubspot_owner_id": _owner(plan, company, draw),
        "hs_object_source": "FORM" if index % 3 == 0 else "CRM_UI",
        "hs_object_source_label": "FORM" if index % 3 == 0 else "CRM_UI",
    }
    if not story and properties["jobtitle"] and chance(draw, 0.3):
        properties |= {"hs_seniority": seniority, "hs_role": role, "hs_buying_role": buying}
    properties |= _place(plan, company, index, story, draw)
    if kind == DUPLICATE:
        properties |= {"jobtitle": "", "firstname": first.lower(), "hs_language": ""}
    else:
        properties |= _web(plan, index, created, draw)
    if kind == MERGED:
        properties |= {
            "hs_merged_object_ids": str(loser_id(index)),
            "hs_additional_emails": f"{last.lower().encode('ascii', 'ignore').decode()}{index}@{plan.profile.mail_domain}",
        }
    customer = next((iso(at_ms) for at_ms, entered in stages if entered == "customer"), "")
    properties["closedate"] = customer
    told = {name: value for name, value in properties.items() if value}
    updated = min(max(stages[-1][0], created + int(draw.random() * 40 * DAY_MS)), plan.today_ms - 1)
    return SeedRecord("contacts", contact_id(index), told, created, max(updated, created), kind == ARCHIVED)


def contact_stages(plan: Plan, index: int) -> list[tuple[int, str]]:
    """Return when a contact entered which lifecycle stage, oldest first."""
    draw = plan.draws("contacts", index)
    return stages_of_contact(plan, index, plan.stamp(plan.contact_day[index], draw), draw)


def contact_changes(plan: Plan, index: int) -> Iterator[SeedChange]:
    """Yield how a contact moved through the lifecycle, if it did."""
    stages = contact_stages(plan, index)
    if len(stages) > 1:
        for at_ms, stage in stages:
            yield SeedChange("contacts", contact_id(index), "lifecyclestage", stage, at_ms, "AUTOMATION_PLATFORM", None)


def contact_links(plan: Plan, index: int) -> Iterator[SeedLink]:
    """Yield the association of a contact with its company; archived ones have lost theirs."""
    company = plan.company_of(index)
    if company >= 0 and plan.contact_kind[index] != ARCHIVED:
        yield SeedLink("contacts", contact_id(index), "companies", company_id(company), 1)


def _story_of(plan: Plan, index: int) -> StoryContact | None:
    if index >= plan.company_start[len(plan.stories)]:
        return None
    company = plan.company_of(index)
    return plan.stories[company].contacts[index - plan.company_start[company]]


def _original(plan: Plan, index: int) -> int:
    while plan.contact_kind[index] == DUPLICATE:
        index -= 1
    return index


def _name_places(plan: Plan, index: int) -> tuple[int, int]:
    """Return where the contact's first and last name stand in the portal's lists."""
    person = _original(plan, index)
    company = plan.company_of(person)
    if company < 0:
        base, slot = person + 1_000_003, 0
    else:
        twin = plan.company_double[company]
        base, slot = company - twin, person - plan.company_start[company] + 100 * twin
    mixed = (base * _MIX + plan.seed * 40_503) & 0xFFFF_FFFF
    return ((mixed >> 9) + slot * 37) % len(plan.profile.first_names), (mixed + slot * 53) % len(
        plan.profile.last_names
    )


def _owner(plan: Plan, company: int, draw: Random) -> str:
    luck = draw.random()
    if company >= 0 and (luck < 0.84 or company < len(plan.stories)):
        return str(plan.person(plan.company_owner[company]).id)
    return str(pick(draw, plan.profile.people).id) if luck > 0.94 else ""


def _place(plan: Plan, company: int, index: int, story: StoryContact | None, draw: Random) -> dict[str, str]:
    cities = plan.profile.cities
    city, state, postal, country, dialling = cities[
        company_city(plan, company) if company >= 0 else index % len(cities)
    ]
    number = f"{dialling} {index * 53 % 10_000:04d}"
    known = draw.random()
    return {
        "company": company_name(plan, company) if company >= 0 and (story or known < 0.8) else "",
        "phone": story.phone if story else number if known < 0.62 else "",
        "mobilephone": f"{number}1" if known > 0.8 else "",
        "city": city if known < 0.75 else "",
        "state": state if known < 0.7 else "",
        "zip": postal if known < 0.4 else "",
        "country": country if known < 0.85 else "",
    }


def _web(plan: Plan, index: int, created: int, draw: Random) -> dict[str, str]:
    source = pick(draw, _SOURCES)
    if source == "OFFLINE":
        return {"hs_analytics_source": source, "hs_analytics_source_data_1": "CRM_UI", "hs_latest_source": source}
    visits = 1 + int(draw.expovariate(0.4))
    pages = visits + int(draw.expovariate(0.25))
    last = min(created + int(draw.random() ** 2 * (plan.today_ms - created)), plan.today_ms - 1)
    first_page = f"https://www.{plan.profile.web_domain}/{pick(draw, _FIRST_PAGES)}"
    web = {
        "hs_analytics_source": source,
        "hs_latest_source": source if visits < 3 else "DIRECT_TRAFFIC",
        "hs_latest_source_timestamp": iso(last),
        "hs_analytics_first_url": first_page,
        "hs_analytics_first_timestamp": iso(created),
        "hs_analytics_last_timestamp": iso(last),
        "hs_analytics_num_visits": str(visits),
        "hs_analytics_num_page_views": str(pages),
    }
    if index % 3 == 0:
        form = pick(draw, _FORMS)
        web |= {
            "first_conversion_date": iso(created),
            "first_conversion_event_name": form,
            "recent_conversion_date": iso(created),
            "recent_conversion_event_name": form,
            "num_conversion_events": "1",
            "num_unique_conversion_events": "1",
        }
    if "marketing_pro" in plan.profile.products and chance(draw, 0.45):
        sent = 1 + int(draw.expovariate(0.12))
        opened = int(sent * draw.random() * 0.6)
        web |= {
            "hs_email_delivered": str(sent),
            "hs_email_open": str(opened),
            "hs_email_click": str(opened // 4),
            "hs_email_last_send_date": iso(last),
            "hs_email_optout": "true" if chance(draw, 0.03) else "",
        }
    return web
