"""Puts a generated portal together: its account, catalogue, users, and the streams of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.sandbox.catalogue import standard_groups, standard_properties, with_own
from hubspot_skill.sandbox.catalogue.associations import association_types, custom_association_types
from hubspot_skill.sandbox.catalogue.choices import LIFECYCLE_STAGES
from hubspot_skill.sandbox.catalogue.custom_objects import (
    CUSTOM_GROUPS,
    MACHINES,
    machine_properties,
    machine_schema,
    subscription_properties,
    subscription_schema,
)
from hubspot_skill.sandbox.catalogue.pipelines import deal_pipeline, ticket_pipeline
from hubspot_skill.sandbox.generate.activities import (
    activities_of_contact,
    activities_of_deal,
    activity_links,
    activity_record,
)
from hubspot_skill.sandbox.generate.companies import company_changes, company_links, company_record
from hubspot_skill.sandbox.generate.contacts import contact_changes, contact_links, contact_record
from hubspot_skill.sandbox.generate.deals import course_of, deal_changes, deal_links, deal_record
from hubspot_skill.sandbox.generate.draw import DAY_MS
from hubspot_skill.sandbox.generate.lists import lists_of
from hubspot_skill.sandbox.generate.marketing import campaigns_of, marketing_emails_of
from hubspot_skill.sandbox.generate.own_properties import own_properties
from hubspot_skill.sandbox.generate.plan import Plan, make_plan
from hubspot_skill.sandbox.generate.profiles import PROFILES
from hubspot_skill.sandbox.generate.tickets import (
    custom_association_base,
    custom_links,
    custom_record,
    ticket_changes,
    ticket_links,
    ticket_record,
)
from hubspot_skill.sandbox.seed import (
    AccountSeed,
    CustomSchemaSeed,
    ExchangeRateSeed,
    OwnerSeed,
    PipelineSeed,
    PortalSeed,
    PropertySeed,
    Replay,
    SeedChange,
    SeedLink,
    SeedRecord,
    TeamSeed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = ["DEFAULT_SIZE", "PORTALS", "generate", "generate_from"]

PORTALS = tuple(PROFILES)
"""The portals that can be generated; the first is the one of the sandbox's default token."""

DEFAULT_SIZE = 600
"""Contacts of a portal unless asked otherwise: large enough to look real, small enough to start at once."""


def generate(portal: str, *, size: int = DEFAULT_SIZE, seed: int = 1, now: datetime) -> PortalSeed:
    """Return a portal of `size` contacts; the same arguments, by the day of `now` in UTC, give the same portal.

    Raises: ValueError for an unknown portal, a size below the minimum, or a time without a zone.
    """
    if portal not in PROFILES:
        raise ValueError(f"there is no generated portal {portal!r}; there are: {', '.join(PORTALS)}")
    return generate_from(make_plan(PROFILES[portal], size=size, seed=seed, now=now))


def generate_from(plan: Plan) -> PortalSeed:
    """Return the portal of an outline."""
    profile = plan.profile
    pipelines = _pipelines(plan)
    own = {**own_properties(profile.name), **_custom_properties(plan)}
    currencies = (profile.currency, *profile.rates)
    return PortalSeed(
        name=profile.name,
        account=_account(plan),
        properties=with_own(
            standard_properties(pipelines, currencies, lifecycle=LIFECYCLE_STAGES), own, created_ms=plan.account_ms
        ),
        property_groups={**standard_groups(), profile.custom_type: list(CUSTOM_GROUPS[profile.custom_type])},
        pipelines=pipelines,
        owners=_owners(plan),
        association_types=[
            *association_types([("contacts", "deals", 71, 72, "Decision maker", "Decided by")]),
            *custom_association_types(profile.custom_type, _schema(plan).name, custom_association_base),
        ],
        custom_schema=_schema(plan),
        campaigns=campaigns_of(plan),
        marketing_emails=marketing_emails_of(plan),
        lists=lists_of(plan),
        now=plan.now,
        records=Replay(lambda: _records(plan)),
        changes=Replay(lambda: _changes(plan)),
        links=Replay(lambda: _links(plan)),
    )


def _records(plan: Plan) -> Iterator[SeedRecord]:
    for index in range(plan.companies):
        yield company_record(plan, index)
    for index in range(plan.size):
        yield contact_record(plan, index)
    for index in range(plan.deals):
        course = course_of(plan, index)
        yield deal_record(plan, course)
        for activity in activities_of_deal(plan, course):
            yield activity_record(plan, activity)
    for index in range(plan.tickets):
        yield ticket_record(plan, index)
    for index in range(plan.custom_records):
        yield custom_record(plan, index)
    for index in range(plan.size):
        for activity in activities_of_contact(plan, index):
            yield activity_record(plan, activity)


def _changes(plan: Plan) -> Iterator[SeedChange]:
    for index in range(plan.companies):
        yield from company_changes(plan, index)
    for index in range(plan.size):
        yield from contact_changes(plan, index)
    for index in range(plan.deals):
        yield from deal_changes(plan, course_of(plan, index))
    for index in range(plan.tickets):
        yield from ticket_changes(plan, index)


def _links(plan: Plan) -> Iterator[SeedLink]:
    for index in range(plan.companies):
        yield from company_links(plan, index)
    for index in range(plan.size):
        yield from contact_links(plan, index)
    for index in range(plan.deals):
        course = course_of(plan, index)
        yield from deal_links(course)
        for activity in activities_of_deal(plan, course):
            yield from activity_links(activity)
    for index in range(plan.tickets):
        yield from ticket_links(plan, index)
    for index in range(plan.custom_records):
        yield from custom_links(plan, index)
    for index in range(plan.size):
        for activity in activities_of_contact(plan, index):
            yield from activity_links(activity)


def _account(plan: Plan) -> AccountSeed:
    profile = plan.profile
    rates = tuple(
        ExchangeRateSeed(currency, profile.currency, worth, since_ms)
        for currency, worths in profile.rates.items()
        for worth, since_ms in zip(worths, (plan.account_ms, (plan.today - 365) * DAY_MS), strict=True)
    )
    user = next(one for one in profile.people if one.user_id == profile.user)
    return AccountSeed(
        portal_id=profile.portal_id,
        name=profile.company,
        account_type="STANDARD",
        time_zone=profile.time_zone,
        company_currency=profile.currency,
        additional_currencies=tuple(profile.rates),
        ui_domain=profile.ui_domain,
        hublet=profile.hublet,
        hub_domain=profile.web_domain,
        created_ms=plan.account_ms,
        user_id=profile.user,
        user_email=user.email(profile.web_domain),
        products=profile.products,
        exchange_rates=rates,
    )


def _pipelines(plan: Plan) -> dict[str, list[PipelineSeed]]:
    profile = plan.profile
    deals = [
        deal_pipeline(motion.pipeline_id, motion.label, motion.stages, order=order, created_ms=plan.account_ms)
        for order, motion in enumerate(profile.motions)
    ]
    pipeline_id, label = profile.ticket_pipeline
    tickets = ticket_pipeline(pipeline_id, label, profile.ticket_stages, order=0, created_ms=plan.account_ms)
    return {"deals": deals, "tickets": [tickets]}


def _owners(plan: Plan) -> list[OwnerSeed]:
    profile = plan.profile
    team_ids = {key: str(5_500_101 + order) for order, key in enumerate(profile.teams)}
    owners: list[OwnerSeed] = []
    for person in profile.people:
        created = (plan.today - person.since) * DAY_MS
        left = (plan.today - person.until) * DAY_MS if person.until else None
        owners.append(
            OwnerSeed(
                person.id,
                person.user_id,
                person.email(profile.web_domain),
                person.first_name,
                person.last_name,
                (TeamSeed(team_ids[person.team], profile.teams[person.team], True),),
                created,
                left or created,
                archived=left is not None,
            )
        )
    return owners


def _custom_properties(plan: Plan) -> dict[str, list[PropertySeed]]:
    profile = plan.profile
    if profile.custom_type == MACHINES:
        return {MACHINES: machine_properties()}
    return {profile.custom_type: subscription_properties((profile.currency, *profile.rates))}


def _schema(plan: Plan) -> CustomSchemaSeed:
    make = machine_schema if plan.profile.custom_type == MACHINES else subscription_schema
    return make(plan.profile.portal_id, plan.account_ms)
