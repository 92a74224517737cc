"""Tickets of customers, their history, and the records of the portal's custom type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.sandbox.catalogue.custom_objects import MACHINES
from hubspot_skill.sandbox.generate.companies import company_name, company_size
from hubspot_skill.sandbox.generate.draw import DAY_MS, HOUR_MS, chance, day_text, iso, pick, spread
from hubspot_skill.sandbox.generate.ids import company_id, contact_id, custom_id, ticket_id
from hubspot_skill.sandbox.seed import SeedChange, SeedLink, SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from hubspot_skill.sandbox.generate.plan import Plan

__all__ = [
    "custom_association_base",
    "custom_links",
    "custom_record",
    "ticket_changes",
    "ticket_links",
    "ticket_record",
]

custom_association_base = 61
"""The first association type id of the custom type; contacts, companies, deals and tickets follow in steps of two."""

_SUBJECTS = (
    ("Cannot sign in after the update", "PRODUCT_ISSUE"),
    ("Export stops half-way", "PRODUCT_ISSUE"),
    ("Invoice shows the wrong address", "BILLING_ISSUE"),
    ("Question about the annual invoice", "BILLING_ISSUE"),
    ("Please add a second approver", "FEATURE_REQUEST"),
    ("How do we add a site?", "GENERAL_INQUIRY"),
    ("Numbers differ from last month", "PRODUCT_ISSUE"),
    ("Delivery date of the spare part", "GENERAL_INQUIRY"),
)
_PRIORITIES = spread({"LOW": 4, "MEDIUM": 5, "HIGH": 2, "URGENT": 1, "": 2})
_SOURCES = spread({"EMAIL": 6, "FORM": 3, "CHAT": 2, "PHONE": 2})


def _customer(plan: Plan, draw: Random) -> tuple[int, int]:
    """Return a contact with a company, one of a customer if a few tries find one, and that company."""
    contact = company = 0
    for _ in range(12):
        contact = int(draw.random() * plan.company_start[-1])
        company = plan.company_of(contact)
        if plan.first_won_day[company]:
            break
    return plan.company_start[company], company


def _course(plan: Plan, index: int) -> tuple[int, int, list[tuple[int, str]]]:
    """Return a ticket's contact, its company, and its moves through the stages."""
    draw = plan.draws("tickets", index)
    contact, company = _customer(plan, draw)
    begun = 1 + int(min(plan.contact_day[contact], 400) * draw.random())
    at_ms = plan.stamp(begun, draw)
    stages = [stage for stage, _, _ in plan.profile.ticket_stages]
    moves = [(at_ms, stages[0])]
    for stage in stages[1:]:
        at_ms += int((0.2 + draw.expovariate(0.5)) * DAY_MS)
        if at_ms >= plan.today_ms:
            break
        if stage == stages[-1] or chance(draw, 0.7):
            moves.append((at_ms, stage))
    return contact, company, moves


def ticket_record(plan: Plan, index: int) -> SeedRecord:
    """Return the record of a ticket."""
    _, company, moves = _course(plan, index)
    draw = plan.draws("ticket records", index)
    subject, category = pick(draw, _SUBJECTS)
    closed = moves[-1][0] if moves[-1][1] == plan.profile.ticket_stages[-1][0] else None
    person = plan.person(plan.company_owner[company])
    properties = {
        "subject": subject,
        "content": f"{subject}, reported by {company_name(plan, company)}.",
        "hs_pipeline": plan.profile.ticket_pipeline[0],
        "hs_pipeline_stage": moves[-1][1],
        "hs_ticket_priority": pick(draw, _PRIORITIES),
        "hs_ticket_category": category,
        "source_type": pick(draw, _SOURCES),
        "hubspot_owner_id": str(person.id) if chance(draw, 0.8) else "",
        "closed_date": iso(closed) if closed else "",
        "time_to_close": str(closed - moves[0][0]) if closed else "",
        "first_agent_reply_date": iso(moves[1][0] - HOUR_MS) if len(moves) > 1 else "",
        "hs_object_source": "FORM",
        "hs_object_source_label": "FORM",
    }
    told = {name: value for name, value in properties.items() if value}
    return SeedRecord("tickets", ticket_id(index), told, moves[0][0], moves[-1][0])


def ticket_changes(plan: Plan, index: int) -> Iterator[SeedChange]:
    """Yield a ticket's moves, if it moved."""
    _, company, moves = _course(plan, index)
    user = plan.person(plan.company_owner[company]).user_id
    if len(moves) > 1:
        for at_ms, stage in moves:
            yield SeedChange("tickets", ticket_id(index), "hs_pipeline_stage", stage, at_ms, "CRM_UI", user)


def ticket_links(plan: Plan, index: int) -> Iterator[SeedLink]:
    """Yield the associations of a ticket with the person and the company that reported it."""
    contact, company, _ = _course(plan, index)
    yield SeedLink("tickets", ticket_id(index), "contacts", contact_id(contact), 16)
    yield SeedLink("tickets", ticket_id(index), "companies", company_id(company), 26)


def custom_record(plan: Plan, index: int) -> SeedRecord:
    """Return a subscription or a machine, by the portal."""
    draw = plan.draws("custom", index)
    _, company = _customer(plan, draw)
    begun = 1 + int(max(plan.first_won_day[company], 1) * draw.random())
    created = plan.stamp(begun, draw)
    person = plan.person(plan.company_owner[company])
    own = (
        _machine(plan, index, begun, draw)
        if plan.profile.custom_type == MACHINES
        else _subscription(plan, index, company, begun, draw)
    )
    own |= {"hubspot_owner_id": str(person.id)}
    return SeedRecord(plan.profile.custom_type, custom_id(index), own, created, created)


def custom_links(plan: Plan, index: int) -> Iterator[SeedLink]:
    """Yield the associations of a custom record with a person and a company."""
    contact, company = _customer(plan, plan.draws("custom", index))
    record, base = custom_id(index), custom_association_base
    yield SeedLink(plan.profile.custom_type, record, "contacts", contact_id(contact), base)
    yield SeedLink(plan.profile.custom_type, record, "companies", company_id(company), base + 2)


def _subscription(plan: Plan, index: int, company: int, begun: int, draw: Random) -> dict[str, str]:
    plan_name, fee = pick(draw, (("starter", 9), ("team", 14), ("business", 22), ("enterprise", 31)))
    seats = max(3, company_size(plan, company) // 5)
    return {
        "subscription_name": f"{company_name(plan, company)} {plan_name.title()}",
        "contract_number": f"BW-{100_000 + index * 17}",
        "plan": plan_name,
        "status": pick(draw, ("active", "active", "active", "active", "past_due", "cancelled", "trial")),
        "seats": str(seats),
        "monthly_fee": str(seats * fee),
        "fee_currency": plan.profile.currency,
        "started_on": day_text(plan.today - begun),
        "renews_on": day_text(plan.today + 365 - begun % 365),
    }


def _machine(plan: Plan, index: int, begun: int, draw: Random) -> dict[str, str]:
    model = pick(draw, ("NW 200", "NW 400", "NW 400 XL", "NW 900"))
    serial = f"NW{2_000_000 + index * 41}"
    return {
        "machine_name": f"{model} {serial}",
        "serial_number": serial,
        "model": model,
        "status": pick(draw, ("installed", "installed", "installed", "maintenance", "retired")),
        "installed_on": day_text(plan.today - begun),
        "next_service_on": day_text(plan.today + int(draw.random() * 300) - 30),
        "operating_hours": str(int(begun * draw.random() * 14)),
    }
