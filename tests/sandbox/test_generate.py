"""The generated portals: the same from the same arguments, consistent within, and believable in their proportions."""

import hashlib
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice, pairwise

import pytest

from hubspot_skill.sandbox.generate import PORTALS, generate
from hubspot_skill.sandbox.generate.contacts import contact_record
from hubspot_skill.sandbox.generate.deals import course_of, deal_changes, deal_record
from hubspot_skill.sandbox.generate.draw import iso
from hubspot_skill.sandbox.generate.marketing import attribution_shares
from hubspot_skill.sandbox.generate.plan import make_plan
from hubspot_skill.sandbox.generate.profiles import PROFILES
from hubspot_skill.sandbox.seed import PortalSeed, SeedChange, SeedLink, SeedRecord

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
ACTIVITIES = {"notes", "calls", "tasks", "meetings", "emails"}
both = pytest.mark.parametrize("portal", PORTALS)


@cache
def portal_of(name: str, size: int = 600, seed: int = 1) -> PortalSeed:
    return generate(name, size=size, seed=seed, now=NOW)


@cache
def records_of(name: str) -> dict[tuple[str, int], SeedRecord]:
    return {(record.object_type, record.id): record for record in portal_of(name).records}


@cache
def histories_of(name: str) -> dict[tuple[str, int, str], list[SeedChange]]:
    histories: dict[tuple[str, int, str], list[SeedChange]] = defaultdict(list)
    for change in portal_of(name).changes:
        histories[change.object_type, change.id, change.property].append(change)
    return dict(histories)


@cache
def links_of(name: str) -> list[SeedLink]:
    return list(portal_of(name).links)


def ms_of(value: str) -> int:
    return round(datetime.fromisoformat(value).timestamp() * 1000)


def of_type(name: str, object_type: str) -> list[SeedRecord]:
    return [record for record in records_of(name).values() if record.object_type == object_type]


def digest(portal: PortalSeed) -> str:
    summed = hashlib.sha256()
    for stream in (
        portal.records,
        portal.changes,
        portal.links,
        portal.campaigns,
        portal.marketing_emails,
        portal.lists,
    ):
        for value in stream:
            summed.update(repr(value).encode())
    return summed.hexdigest()


def stage_metadata(name: str) -> dict[str, dict[str, str]]:
    return {
        stage.id: dict(stage.metadata) for pipeline in portal_of(name).pipelines["deals"] for stage in pipeline.stages
    }


# ---- the same again


@both
def test_same_arguments_give_the_same_portal(portal: str) -> None:
    assert digest(generate(portal, size=300, seed=5, now=NOW)) == digest(generate(portal, size=300, seed=5, now=NOW))


def test_hour_of_the_day_does_not_matter_but_the_day_does() -> None:
    base = digest(generate("demo", size=200, seed=5, now=NOW))

    assert digest(generate("demo", size=200, seed=5, now=NOW + timedelta(hours=9))) == base
    assert digest(generate("demo", size=200, seed=5, now=NOW + timedelta(days=1))) != base


def test_another_seed_gives_other_people_and_deals() -> None:
    base, other = portal_of("demo"), portal_of("demo", seed=2)
    names = [{r.properties["dealname"] for r in portal.records if r.object_type == "deals"} for portal in (base, other)]

    assert len(names[0] & names[1]) < len(names[0]) / 4


def test_streams_can_be_read_again() -> None:
    portal = portal_of("demo")

    assert list(islice(portal.records, 50)) == list(islice(portal.records, 50))


@both
def test_a_record_made_alone_is_the_record_in_the_stream(portal: str) -> None:
    plan = make_plan(PROFILES[portal], size=600, seed=1, now=NOW)
    deal, contact = deal_record(plan, course_of(plan, 120)), contact_record(plan, 431)
    deal_again = deal_record(plan, course_of(plan, 120))

    assert deal == deal_again == records_of(portal)["deals", deal.id]
    assert contact == records_of(portal)["contacts", contact.id]
    assert list(deal_changes(plan, course_of(plan, 120))) == [
        c for c in portal_of(portal).changes if c.object_type == "deals" and c.id == deal.id
    ]


def test_prominent_records_do_not_depend_on_size_and_seed() -> None:
    for size, seed in ((100, 9), (600, 1), (2_000, 3)):
        portal = generate("demo", size=size, seed=seed, now=NOW)
        records = [record for record in portal.records if record.object_type in {"contacts", "companies", "deals"}]
        maya = next(r for r in records if r.properties.get("email") == "maya.okafor@tidewater-robotics.example")
        hers = {
            link.from_id
            for link in portal.links
            if link.from_type == "deals" and link.to_type == "contacts" and link.to_id == maya.id
        }
        deals = {
            r.properties["dealname"]: (r.properties["amount"], r.properties["dealstage"])
            for r in records
            if r.object_type == "deals" and r.id in hers
        }

        assert (maya.properties["jobtitle"], maya.properties["company"]) == ("VP Operations", "Tidewater Robotics")
        assert deals == {
            "Tidewater Robotics - Analytics pilot": ("9800", "closedwon"),
            "Tidewater Robotics - Platform rollout": ("48000", "contractsent"),
            "Tidewater Robotics - Support plan": ("12500", "presentationscheduled"),
        }


@pytest.mark.parametrize(
    ("portal", "size", "now", "said"),
    [
        ("acme", 600, NOW, "'acme'.*demo, nordwind"),
        ("demo", 99, NOW, "size 99.*at least 100"),
        ("demo", 600, NOW.replace(tzinfo=None), "time zone"),
    ],
)
def test_impossible_portals_are_refused_with_the_reason(portal: str, size: int, now: datetime, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        generate(portal, size=size, now=now)


# ---- consistent within


@both
def test_sizes_are_as_asked(portal: str) -> None:
    counts = Counter(record.object_type for record in records_of(portal).values())

    assert counts["contacts"] == 600
    assert counts["companies"] == counts["deals"] == 180
    assert counts["tickets"] == 60
    assert sum(counts[kind] for kind in ACTIVITIES) > 600


@both
def test_ids_are_unique(portal: str) -> None:
    assert len(records_of(portal)) == sum(1 for _ in portal_of(portal).records)


@both
def test_property_names_and_values_fit_the_catalogue(portal: str) -> None:
    seed = portal_of(portal)
    known = {object_type: {each.name: each for each in each_type} for object_type, each_type in seed.properties.items()}
    owners = {str(owner.id) for owner in seed.owners}
    for record in records_of(portal).values():
        for name, value in record.properties.items():
            definition = known[record.object_type][name]
            assert value, (record.id, name)
            assert not definition.calculated, (record.object_type, name)
            if definition.external_options:
                assert value in owners
            elif definition.type in {"enumeration", "bool"}:
                assert set(value.split(";")) <= {option.value for option in definition.options}, (name, value)
            elif definition.type == "number":
                float(value)
            elif definition.type == "datetime":
                assert iso(ms_of(value)) == value
            elif definition.type == "date":
                date.fromisoformat(value)


@both
def test_links_lead_to_live_records_by_defined_types(portal: str) -> None:
    records = records_of(portal)
    defined = {(each.from_type, each.to_type, each.type_id) for each in portal_of(portal).association_types}
    for link in links_of(portal):
        assert (link.from_type, link.to_type, link.type_id) in defined, link
        for end in ((link.from_type, link.from_id), (link.to_type, link.to_id)):
            assert not records[end].archived, link


@both
def test_a_record_has_at_most_one_primary_company(portal: str) -> None:
    primaries = Counter(
        (link.from_type, link.from_id)
        for link in links_of(portal)
        if link.type_id in {1, 5, 26} and link.to_type == "companies"
    )

    assert set(primaries.values()) == {1}


@both
def test_histories_are_in_order_and_end_with_the_current_value(portal: str) -> None:
    for (object_type, record_id, name), versions in histories_of(portal).items():
        record = records_of(portal)[object_type, record_id]
        times = [version.at_ms for version in versions]
        assert times == sorted(set(times)), versions
        assert times[0] == record.created_ms, versions
        assert versions[-1].value == record.properties.get(name, ""), versions
        assert len(versions) > 1


@both
def test_nothing_that_has_happened_lies_in_the_future(portal: str) -> None:
    for record in records_of(portal).values():
        assert portal_of(portal).account.created_ms <= record.created_ms <= record.updated_ms < NOW_MS
    for change in portal_of(portal).changes:
        assert change.at_ms < NOW_MS


@both
def test_closed_deals_close_when_they_entered_their_last_stage(portal: str) -> None:
    stages = stage_metadata(portal)
    for deal in of_type(portal, "deals"):
        stage = stages[deal.properties["dealstage"]]
        moves = histories_of(portal).get(("deals", deal.id, "dealstage"), [])
        if stage["isClosed"] == "true":
            assert moves[-1].at_ms == ms_of(deal.properties["closedate"])
            assert deal.created_ms < moves[-1].at_ms


@both
def test_stages_belong_to_the_pipeline_of_the_deal(portal: str) -> None:
    stages = {pipeline.id: {stage.id for stage in pipeline.stages} for pipeline in portal_of(portal).pipelines["deals"]}
    for deal in of_type(portal, "deals"):
        path = {change.value for change in histories_of(portal).get(("deals", deal.id, "dealstage"), [])}
        assert path | {deal.properties["dealstage"]} <= stages[deal.properties["pipeline"]]


@both
def test_activities_of_a_deal_lie_within_its_life(portal: str) -> None:
    records = records_of(portal)
    for link in links_of(portal):
        if link.from_type in ACTIVITIES and link.to_type == "deals":
            activity, deal = records[link.from_type, link.from_id], records["deals", link.to_id]
            assert activity.created_ms >= deal.created_ms, (activity, deal)


@both
def test_companies_with_won_deals_are_customers(portal: str) -> None:
    stages, records = stage_metadata(portal), records_of(portal)
    won = {
        link.to_id
        for link in links_of(portal)
        if link.from_type == "deals"
        and link.type_id == 5
        and stages[records["deals", link.from_id].properties["dealstage"]]["probability"] == "1.0"
    }

    assert won
    assert {records["companies", company].properties["lifecyclestage"] for company in won} <= {"customer", "evangelist"}


@both
def test_emails_are_unique_and_on_the_domain_of_the_company(portal: str) -> None:
    addresses = [
        contact.properties["email"] for contact in of_type(portal, "contacts") if "email" in contact.properties
    ]
    companies = {link.from_id: link.to_id for link in links_of(portal) if link.from_type == "contacts"}

    assert len(set(addresses)) == len(addresses)
    assert all(address == address.lower() and address.endswith(".example") for address in addresses)
    for contact in of_type(portal, "contacts"):
        if contact.id in companies and "email" in contact.properties:
            domain = records_of(portal)["companies", companies[contact.id]].properties["domain"]
            assert contact.properties["email"].endswith("@" + domain)


def test_names_and_addresses_stay_unique_at_size() -> None:
    addresses: set[str] = set()
    count = 0
    names: Counter[str] = Counter()
    for record in generate("nordwind", size=20_000, seed=3, now=NOW).records:
        if record.object_type == "contacts" and "email" in record.properties:
            addresses.add(record.properties["email"])
            count += 1
        elif record.object_type == "companies":
            names[record.properties["name"]] += 1
        elif record.object_type == "deals":
            break

    assert len(addresses) == count
    assert max(names.values()) == 1


# ---- believable


def share(part: int, whole: int) -> float:
    return part / whole


@both
def test_deals_are_open_won_and_lost_in_believable_shares(portal: str) -> None:
    stages = stage_metadata(portal)
    outcomes = Counter(
        (stages[deal.properties["dealstage"]]["isClosed"], stages[deal.properties["dealstage"]]["probability"] == "1.0")
        for deal in of_type(portal, "deals")
    )
    total = sum(outcomes.values())

    assert 0.10 < share(outcomes["false", False], total) < 0.40
    assert 0.2 < share(outcomes["true", True], outcomes["true", True] + outcomes["true", False]) < 0.6


@both
def test_there_is_something_wrong_with_some_deals(portal: str) -> None:
    stages = stage_metadata(portal)
    busy = {
        link.to_id
        for link in links_of(portal)
        if link.from_type in {"tasks", "meetings", "calls"}
        and link.to_type == "deals"
        and records_of(portal)[link.from_type, link.from_id].properties["hs_timestamp"] > NOW.isoformat()
    }
    now = NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    still = [deal for deal in of_type(portal, "deals") if stages[deal.properties["dealstage"]]["isClosed"] == "false"]

    assert any(deal.properties.get("closedate", now) < now for deal in still), "overdue"
    assert any(deal.updated_ms < NOW_MS - 60 * 86_400_000 for deal in still), "stalled"
    assert any(deal.id not in busy and "hs_next_step" not in deal.properties for deal in still), "no next step"
    assert any(deal.id in busy for deal in still), "next step"
    deals = of_type(portal, "deals")
    assert 0.02 < share(sum("amount" not in deal.properties for deal in deals), len(deals)) < 0.2
    assert any("hubspot_owner_id" not in deal.properties for deal in deals)
    assert len({deal.properties["deal_currency_code"] for deal in deals}) >= 3


@both
def test_deal_histories_have_reopened_skipped_and_backward_moves(portal: str) -> None:
    seed = portal_of(portal, size=3_000)
    stages = {stage.id: stage for pipeline in seed.pipelines["deals"] for stage in pipeline.stages}
    moves: dict[int, list[str]] = defaultdict(list)
    for change in seed.changes:
        if change.property == "dealstage":
            moves[change.id].append(change.value)
    closed = {stage.id for stage in stages.values() if stage.metadata["isClosed"] == "true"}
    order = {stage.id: stage.display_order for stage in stages.values()}

    assert any(a in closed and b not in closed for path in moves.values() for a, b in pairwise(path))
    assert any(order[b] > order[a] + 1 and b not in closed for path in moves.values() for a, b in pairwise(path))
    assert any(order[b] < order[a] and a not in closed for path in moves.values() for a, b in pairwise(path))


@both
def test_close_dates_were_pushed_and_amounts_corrected(portal: str) -> None:
    changed = Counter(name for object_type, _, name in histories_of(portal) if object_type == "deals")

    assert {"dealstage", "amount", "closedate", "hubspot_owner_id"} <= set(changed)


@both
def test_some_owners_left_and_records_still_name_them(portal: str) -> None:
    gone = {str(owner.id) for owner in portal_of(portal).owners if owner.archived}

    assert gone
    assert any(record.properties.get("hubspot_owner_id") in gone for record in of_type(portal, "companies"))


@both
def test_people_and_companies_were_entered_twice_merged_and_archived(portal: str) -> None:
    contacts, companies = of_type(portal, "contacts"), of_type(portal, "companies")
    domains = Counter(company.properties["domain"] for company in companies)
    merged = [contact for contact in contacts if "hs_merged_object_ids" in contact.properties]

    assert max(domains.values()) == 2
    assert any(contact.archived for contact in contacts)
    assert merged
    assert all(
        ("contacts", int(contact.properties["hs_merged_object_ids"])) not in records_of(portal) for contact in merged
    )


@both
def test_values_are_missing_here_and_there(portal: str) -> None:
    contacts = of_type(portal, "contacts")
    for name, low, high in (
        ("email", 0.9, 0.995),
        ("jobtitle", 0.6, 0.95),
        ("phone", 0.4, 0.8),
        ("hubspot_owner_id", 0.7, 0.95),
    ):
        assert low < share(sum(name in contact.properties for contact in contacts), len(contacts)) < high, name


def test_the_portals_differ_where_a_mix_up_would_show() -> None:
    demo, nordwind = portal_of("demo"), portal_of("nordwind")

    for pick in (
        lambda p: p.account.portal_id,
        lambda p: p.account.company_currency,
        lambda p: p.account.time_zone,
        lambda p: p.account.hublet,
        lambda p: p.account.ui_domain,
        lambda p: p.custom_schema.object_type_id,
    ):
        assert pick(demo) != pick(nordwind)
    assert {p.id for p in demo.pipelines["deals"]}.isdisjoint(p.id for p in nordwind.pipelines["deals"])
    assert {o.id for o in demo.owners}.isdisjoint(o.id for o in nordwind.owners)
    assert all(stage.id.isdigit() for pipeline in nordwind.pipelines["deals"] for stage in pipeline.stages)
    assert set(records_of("demo")) & set(records_of("nordwind")), "ids overlap on purpose"


# ---- marketing


def test_only_the_account_that_bought_marketing_has_campaigns() -> None:
    assert portal_of("demo").campaigns
    assert portal_of("demo").marketing_emails
    assert not portal_of("nordwind").campaigns
    assert not portal_of("nordwind").marketing_emails


def test_campaigns_point_at_contacts_and_deals_there_are() -> None:
    records = records_of("demo")
    campaigns = portal_of("demo").campaigns
    for campaign in campaigns:
        for touch in campaign.touches:
            contact = records["contacts", touch.contact_id]
            assert not contact.archived
            assert contact.created_ms - 86_400_000 <= touch.at_ms < NOW_MS
        for deal in campaign.deals:
            assert ("deals", deal.deal_id) in records
    first = Counter(touch.contact_id for campaign in campaigns for touch in campaign.touches if touch.is_first_touch)

    assert any(campaign.deals for campaign in campaigns)
    assert any(deal.closed_won_ms for campaign in campaigns for deal in campaign.deals)
    assert max(first.values()) == 1


@pytest.mark.parametrize("total", range(1, 9))
def test_attribution_shares_of_all_touches_add_up_to_one(total: int) -> None:
    shares = [attribution_shares(place, total) for place in range(total)]
    for model in shares[0]:
        assert sum(float(each[model]) for each in shares) == pytest.approx(1, abs=1e-5), model


def test_marketing_email_counters_add_up() -> None:
    for email in portal_of("demo").marketing_emails:
        total: Counter[str] = Counter()
        for counts in email.counts:
            total.update(counts.counters)
        if email.publish_ms is None:
            assert not email.counts
            continue
        assert total["sent"] == total["delivered"] + total["bounce"]
        assert total["bounce"] == total["hardbounced"] + total["softbounced"]
        assert total["click"] <= total["open"] <= total["delivered"]
        assert sum(email.opens_by_device.values()) == total["open"]
        assert sum(email.clicks_by_device.values()) == total["click"]
        assert email.publish_ms < NOW_MS


def test_emails_of_campaigns_exist() -> None:
    emails = {email.id: email for email in portal_of("demo").marketing_emails}
    for campaign in portal_of("demo").campaigns:
        for asset in campaign.assets:
            if asset.asset_type == "MARKETING_EMAIL":
                assert emails[asset.asset_id].campaign_id == campaign.id


# ---- lists


@both
def test_lists_hold_live_records_and_dynamic_ones_those_that_fit(portal: str) -> None:
    records, stages = records_of(portal), stage_metadata(portal)
    lists = {each.name: each for each in portal_of(portal).lists}
    kinds = {"0-1": "contacts", "0-3": "deals"}
    for each in lists.values():
        assert each.members
        assert all(not records[kinds[each.object_type_id], member].archived for member, _ in each.members)
    still = {
        deal.id for deal in of_type(portal, "deals") if stages[deal.properties["dealstage"]]["isClosed"] == "false"
    }
    customers = {
        c.id for c in of_type(portal, "contacts") if c.properties["lifecyclestage"] == "customer" and not c.archived
    }

    assert {member for member, _ in lists["Open deals"].members} == still
    assert {member for member, _ in lists["Customers"].members} == customers
