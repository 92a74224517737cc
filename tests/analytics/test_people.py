"""Contacts, companies, activities and quality: every metric equals plain Python over the records of a generated portal."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from hubspot_skill.analytics.calendar import Interval
from hubspot_skill.analytics.catalogue import Catalogue, load
from hubspot_skill.analytics.engine import run
from hubspot_skill.analytics.query import Cut, Query, Sieve
from hubspot_skill.domain.names import STANDARD_TYPES, PropertyName
from hubspot_skill.domain.report import Grain, Op, Report
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.generate import generate
from tests.mirror.scene import filled_mirror
from tests.sandbox_fixture import running_sandbox

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
TYPES = {t.singular: t for t in STANDARD_TYPES}
KINDS = ("call", "meeting", "email", "task", "note")
STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist")
READ = {
    "contact": ["email", "lifecyclestage", "hubspot_owner_id", "createdate", "hs_is_unworked", "notes_last_updated",
                "hs_analytics_source",
                *(f"hs_v2_date_entered_{s}" for s in STAGES), *(f"hs_lifecyclestage_{s}_date" for s in STAGES)],
    "company": ["name", "domain", "hubspot_owner_id", "createdate", "notes_last_updated", "industry"],
    "deal": ["dealstage", "pipeline", "closedate", "hs_is_closed", "hs_is_closed_won", "hubspot_owner_id"],
    **{kind: ["hs_timestamp", "hubspot_owner_id", "hs_call_status", "hs_call_direction", "hs_meeting_outcome",
              "hs_email_status", "hs_email_direction", "hs_task_status"] for kind in KINDS},
}  # fmt: skip
Plain = dict[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """A filled mirror, and the same records as HubSpot's API gave them, by type and id, with their links."""

    mirror: Mirror
    catalogue: Catalogue
    records: dict[str, dict[str, Plain]]
    links: dict[tuple[str, str], set[tuple[str, str]]]
    primary: dict[str, str]

    async def ask(self, *metrics: str, by: Sequence[Cut] = (), **given: Any) -> Report:
        query = Query(metrics=metrics, now=NOW, zone=self.catalogue.zone, cuts=tuple(by), **given)
        return await run(self.mirror, self.catalogue, query)

    async def total(self, metric: str, **given: Any) -> Any:
        return (await self.ask(metric, **given)).totals[0]

    async def table(self, metric: str, *by: Cut, **given: Any) -> dict[str, Any]:
        report = await self.ask(metric, by=by, limit=500, **given)
        return {row.groups[0].id: row.values[0] for row in report.rows}

    def all(self, type: str) -> Iterator[tuple[str, Plain]]:
        yield from self.records[type].items()

    def day(self, at: str) -> date:
        return datetime.fromisoformat(at).astimezone(self.catalogue.zone).date()


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = Path(tmp_path_factory.mktemp("people"))
    with running_sandbox([generate("demo", size=250, now=NOW)], clock=SandboxClock(NOW, running=False)) as served:
        async with filled_mirror("sqlite", folder, served.base_url) as (mirror, hubspot):
            records = {type: await _all(hubspot, type) for type in READ}
            links, primary = {}, {}
            for source, target in [*((k, t) for k in KINDS for t in ("contact", "deal")), ("deal", "company")]:
                pages = await hubspot.associations.of_many(TYPES[source], list(records[source]), TYPES[target])
                found = [(page.from_id, link) for page in pages.values() for link in page.links]
                links[source, target] = {(id, link.to_id) for id, link in found}
                if (source, target) == ("deal", "company"):
                    primary = {id: link.to_id for id, link in found if any(t.number == 5 for t in link.types)}
            yield World(mirror, await load(mirror), records, links, primary)


async def _all(hubspot: HubSpot, type: str) -> dict[str, Plain]:
    properties = [Property(PropertyName(name), name, PropertyType.STRING) for name in READ[type]]
    found: dict[str, Plain] = {}
    after: str | None = None
    while True:
        page = await hubspot.objects.list(TYPES[type], properties=properties, after=after)
        found |= {r.id: {name: str(value) for name, value in r.properties.items() if value} for r in page.records}
        if page.next_after is None:
            return found
        after = page.next_after


def ms(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1000)


def counted(names: Iterator[str] | list[str]) -> dict[str, int]:
    return dict(Counter(names))


async def test_contacts_by_source_month_and_owner_are_those_of_the_records(world: World) -> None:
    contacts = dict(world.all("contact"))

    assert await world.total("contact_count") == len(contacts)
    assert await world.total("no_owner_contacts") == sum("hubspot_owner_id" not in c for c in contacts.values())
    assert await world.total("unworked_contacts") == sum(c.get("hs_is_unworked") == "true" for c in contacts.values())
    assert await world.table("contact_count", Cut("source")) == counted(
        [c.get("hs_analytics_source", "") for c in contacts.values()]
    )
    months = await world.table("new_contacts", Cut("created_at", Grain.MONTH), period=Interval())
    assert {month: n for month, n in months.items() if n} == counted(
        [f"{world.day(c['createdate']):%Y-%m}" for c in contacts.values()]
    )


async def test_new_contacts_of_a_period_are_cut_at_midnight_of_the_portal(world: World) -> None:
    first, last = date(2026, 8, 1), date(2026, 10, 31)

    found = await world.total("new_contacts", period=Interval.of_days(first, last, world.catalogue.zone))

    assert found == sum(first <= world.day(c["createdate"]) <= last for _, c in world.all("contact"))
    assert found > 0


def ladder(contact: Plain) -> tuple[set[int], dict[int, int]]:
    """Give the places of the stages that a contact reached, and its dates of entry by place."""
    entries = {}
    for place, stage in enumerate(STAGES):
        at = contact.get(f"hs_v2_date_entered_{stage}") or contact.get(f"hs_lifecyclestage_{stage}_date")
        if at:
            entries[place] = ms(at)
    present = contact.get("lifecyclestage", "")
    rank = STAGES.index(present) if present in STAGES else -1
    return {*range(rank + 1), *entries}, entries


async def test_lifecycle_stages_reached_and_their_conversion_are_those_of_the_records(world: World) -> None:
    reached, went_on = Counter[str](), Counter[str]()
    for _, contact in world.all("contact"):
        places, _entries = ladder(contact)
        for place in places:
            reached[STAGES[place]] += 1
            went_on[STAGES[place]] += max(places) > place

    assert await world.table("lifecycle_reached", Cut("lifecycle")) == dict(reached)
    assert await world.table("lifecycle_conversion", Cut("lifecycle")) == {
        stage: round(Decimal(went_on[stage]) / reached[stage], 6) for stage in reached
    }
    assert await world.total("lifecycle_reached") == reached["subscriber"]
    only = (Sieve("lifecycle", Op.IN, ("customer", "opportunity")),)
    assert await world.total("lifecycle_reached", where=only) == reached["opportunity"]


async def test_days_to_the_next_lifecycle_stage_leave_backward_ones_out(world: World) -> None:
    gaps: list[int] = []
    backward = 0
    for _, contact in world.all("contact"):
        _, entries = ladder(contact)
        for place, at in entries.items():
            later = [entries[other] for other in entries if other > place]
            if later and min(later) < at:
                backward += 1
            elif later:
                gaps.append(min(later) - at)

    report = await world.ask("lifecycle_days", "lifecycle_days_median")

    day = 86_400_000
    assert gaps
    assert report.totals[0] == Decimal(round(Fraction(sum(gaps) * 100, len(gaps) * day))) / 100
    assert report.totals[1] == Decimal(round(Fraction(median(map(Fraction, gaps))) * 100 / day)) / 100
    assert [(e.reason, e.count) for e in report.excluded] == ([("entered_backward", backward)] if backward else [])


async def test_companies_with_open_deals_count_each_primary_company_once(world: World) -> None:
    open_deals = [id for id, deal in world.all("deal") if deal.get("hs_is_closed") != "true"]
    busy = {world.primary[id] for id in open_deals if id in world.primary}

    assert await world.total("companies_with_open_deals") == len(busy)
    assert await world.total("company_count") == len(world.records["company"])
    table = await world.table("companies_with_open_deals", Cut("industry"))
    assert {group: n for group, n in table.items() if n} == counted(
        [world.records["company"][id].get("industry", "") for id in busy]
    )


def is_done(kind: str, a: Plain) -> bool:
    match kind:
        case "call":
            return a.get("hs_call_status") == "COMPLETED" and a.get("hs_call_direction") != "INBOUND"
        case "meeting":
            outcome = a.get("hs_meeting_outcome", "")
            return outcome == "COMPLETED" or (not outcome and ms(a["hs_timestamp"]) <= NOW.timestamp() * 1000)
        case "email":
            return a.get("hs_email_status") == "SENT" and a.get("hs_email_direction") != "INCOMING_EMAIL"
        case "task":
            return a.get("hs_task_status") == "COMPLETED"
        case _:
            return True


async def test_activities_done_by_kind_month_and_owner_are_those_of_the_records(world: World) -> None:
    done = [(kind, a) for kind in KINDS for _, a in world.all(kind) if is_done(kind, a)]

    kinds = await world.table("activities", Cut("kind"))
    owners = await world.table("activities", Cut("owner"))
    months = await world.table("activities", Cut("at", Grain.MONTH), period=Interval())

    assert {k: n for k, n in kinds.items() if n} == counted([kind for kind, _ in done])
    assert {o: n for o, n in owners.items() if n} == counted([a.get("hubspot_owner_id", "") for _, a in done])
    assert {m: n for m, n in months.items() if n} == counted([f"{world.day(a['hs_timestamp']):%Y-%m}" for _, a in done])
    came_in = [
        kind
        for kind in KINDS
        for _, a in world.all(kind)
        if (kind == "call" and a.get("hs_call_direction") == "INBOUND" and a.get("hs_call_status") == "COMPLETED")
        or (kind == "email" and a.get("hs_email_direction") == "INCOMING_EMAIL")
    ]
    assert await world.total("inbound_activities") == len(came_in)


async def test_contacts_touched_are_counted_once_however_often_and_in_the_period_of_the_activity(world: World) -> None:
    first, last = date(2026, 6, 1), date(2026, 11, 23)
    touched = {
        contact
        for kind in ("call", "meeting", "email")
        for id, contact in world.links[kind, "contact"]
        if id in world.records[kind]
        and is_done(kind, a := world.records[kind][id])
        and first <= world.day(a["hs_timestamp"]) <= last
    }

    found = await world.total("contacts_touched", period=Interval.of_days(first, last, world.catalogue.zone))

    assert found == len(touched)
    assert found > 0


async def test_touches_per_won_deal_count_won_deals_without_any(world: World) -> None:
    won = {id for id, deal in world.all("deal") if deal.get("hs_is_closed_won") == "true"}
    touches = sum(
        deal in won and id in world.records[kind] and is_done(kind, world.records[kind][id])
        for kind in KINDS
        for id, deal in world.links[kind, "deal"]
    )

    found = await world.total("touches_per_won", period=Interval())

    assert found == Decimal(round(Fraction(touches, len(won)) * 1_000_000)).scaleb(-6)


async def test_what_is_missing_stale_or_there_twice_is_counted(world: World) -> None:
    contacts, companies = dict(world.all("contact")), dict(world.all("company"))
    edge = (NOW.astimezone(world.catalogue.zone).date()) - timedelta(days=180)

    def twice(records: dict[str, Plain], name: str) -> int:
        values = Counter(r[name].lower() for r in records.values() if r.get(name))
        return sum(n for n in values.values() if n > 1)

    def stale(records: dict[str, Plain]) -> int:
        return sum(world.day(r.get("notes_last_updated") or r["createdate"]) < edge for r in records.values())

    assert {
        metric: await world.total(metric)
        for metric in (
            "quality_no_email",
            "quality_no_lifecycle",
            "quality_stale_contacts",
            "quality_duplicate_emails",
            "quality_no_domain",
            "quality_stale_companies",
            "quality_duplicate_domains",
            "quality_duplicate_names",
        )
    } == {
        "quality_no_email": sum(not c.get("email") for c in contacts.values()),
        "quality_no_lifecycle": sum(not c.get("lifecyclestage") for c in contacts.values()),
        "quality_stale_contacts": stale(contacts),
        "quality_duplicate_emails": twice(contacts, "email"),
        "quality_no_domain": sum(not c.get("domain") for c in companies.values()),
        "quality_stale_companies": stale(companies),
        "quality_duplicate_domains": twice(companies, "domain"),
        "quality_duplicate_names": twice(companies, "name"),
    }
