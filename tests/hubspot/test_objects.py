"""Records are read and written through the adapter as typed values, against the running sandbox."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hubspot_skill.domain.errors import AlreadyExistsError, InvalidInputError, NotFoundError, RejectedValueError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType, PropertyName
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.search import Filter, Operator, Search, Sort
from hubspot_skill.domain.writes import Change, Draft, NewLink
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.sandbox.seed import PortalSeed
from tests.hubspot.conftest import ACME, ADA, AMPLE, GONE, GRACE, PILOT, RENEWAL
from tests.hubspot.stub import connected
from tests.sandbox.engine_portal import contact, portal
from tests.sandbox_fixture import Served, running_sandbox

EMAIL = PropertyName("email")
STAGE = PropertyName("dealstage")


async def chosen(hubspot: HubSpot, type, *names: str) -> tuple[Property, ...]:
    known = {prop.name: prop for prop in await hubspot.schema.properties(type)}
    return tuple(known[name] for name in names)


async def test_a_record_is_read_with_the_types_of_its_properties(hubspot: HubSpot) -> None:
    properties = await chosen(hubspot, DEALS, "dealname", "amount", "closedate", "hs_is_closed_won", "description")
    deal = await hubspot.objects.read(DEALS, RENEWAL, properties=properties)
    assert deal.id == RENEWAL
    assert deal.properties == {
        "dealname": "Renewal",
        "amount": Decimal("1200.50"),
        "closedate": datetime(2026, 11, 20, 10, tzinfo=UTC),
        "hs_is_closed_won": True,
        "description": None,
    }
    assert deal.created_at is not None
    assert deal.created_at.tzinfo is not None
    assert not deal.is_archived


async def test_a_day_is_a_date_and_not_a_moment(hubspot: HubSpot) -> None:
    ada = await hubspot.objects.read(CONTACTS, ADA, properties=await chosen(hubspot, CONTACTS, "birthday"))
    assert ada.properties == {"birthday": date(1990, 5, 6)}


async def test_a_record_is_found_by_a_unique_property(hubspot: HubSpot) -> None:
    ada = await hubspot.objects.read(CONTACTS, "ada@acme.com", properties=(), id_property=EMAIL)
    assert ada.id == ADA


@pytest.mark.parametrize("id", ["999999", GONE])
async def test_an_absent_or_archived_record_is_not_found_by_name(hubspot: HubSpot, id: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        await hubspot.objects.read(CONTACTS, id, properties=())
    assert f"contact {id}" in caught.value.message


@pytest.mark.parametrize("id", ["", "..", ".", "a\nb"])
async def test_an_id_that_would_leave_its_place_in_the_path_is_refused(hubspot: HubSpot, id: str) -> None:
    with pytest.raises(InvalidInputError):
        await hubspot.objects.read(CONTACTS, id, properties=())


async def test_associations_come_as_ids_without_doubles(hubspot: HubSpot) -> None:
    deal = await hubspot.objects.read(DEALS, RENEWAL, properties=(), associations=(CONTACTS, COMPANIES))
    assert deal.associations == {"contacts": (ADA,), "companies": (ACME,)}


async def test_history_comes_newest_first(hubspot: HubSpot) -> None:
    deal = await hubspot.objects.read(DEALS, RENEWAL, properties=(), history=(STAGE,))
    entries = deal.history[STAGE]
    assert [entry.value for entry in entries] == ["closedwon", "appointmentscheduled"]
    assert entries[0].user_id == "77"
    assert entries[0].at > entries[1].at


async def test_a_list_goes_page_by_page_in_ascending_id(hubspot: HubSpot) -> None:
    first = await hubspot.objects.list(CONTACTS, properties=(), limit=1)
    second = await hubspot.objects.list(CONTACTS, properties=(), limit=1, after=first.next_after)
    assert [record.id for record in first.records + second.records] == [ADA, GRACE]
    assert second.next_after is None


async def test_archived_records_are_listed_alone(hubspot: HubSpot) -> None:
    page = await hubspot.objects.list(CONTACTS, properties=(), archived=True)
    assert [(record.id, record.is_archived) for record in page.records] == [(GONE, True)]


async def test_many_records_come_in_the_order_asked_for_without_the_missing(hubspot: HubSpot) -> None:
    records = await hubspot.objects.read_many(CONTACTS, [GRACE, "999999", ADA, GRACE], properties=())
    assert [record.id for record in records] == [GRACE, ADA]


async def test_many_records_by_a_unique_property_ignore_case(hubspot: HubSpot) -> None:
    emails = ["grace@globex.example", "ADA@acme.com", "nobody@acme.com"]
    records = await hubspot.objects.read_many(CONTACTS, emails, properties=(), id_property=EMAIL)
    assert [record.id for record in records] == [GRACE, ADA]


async def test_a_search_answers_typed_records_and_the_exact_total(hubspot: HubSpot) -> None:
    search = Search(
        DEALS, groups=((Filter("pipeline", Operator.EQ, ("default",)),),), sort=Sort(PropertyName("amount"))
    )
    page = await hubspot.objects.search(search, properties=await chosen(hubspot, DEALS, "amount"))
    assert page.total == 1
    assert page.records[0].properties == {"amount": Decimal("1200.50")}
    assert await hubspot.objects.count(search) == 1


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Filter("amount", Operator.BETWEEN, ("1000", "1300")), [RENEWAL]),
        (Filter("dealstage", Operator.IN, ("901", "closedwon")), [RENEWAL, PILOT]),
        (Filter("amount", Operator.NOT_HAS_PROPERTY), [PILOT]),
        (Filter("dealname", Operator.CONTAINS_TOKEN, ("pil*",)), [PILOT]),
        (Filter("associations.contacts", Operator.EQ, (ADA,)), [RENEWAL]),
    ],
)
async def test_every_kind_of_condition_is_spelt_as_hubspot_takes_it(hubspot: HubSpot, condition, found) -> None:
    search = Search(DEALS, groups=((condition,),))
    page = await hubspot.objects.search(search, properties=())
    assert sorted(record.id for record in page.records) == found


def crowd(count: int) -> PortalSeed:
    return portal(records=[contact(100_000 + n, firstname=f"N{n % 7}") for n in range(count)])


async def test_every_match_is_given_once_however_many_there_are() -> None:
    """Beyond 10,000 HubSpot's offset ends; the ids carry on."""
    with running_sandbox([crowd(10_250)]) as served:
        async with connected(served.base_url, limits=AMPLE) as hubspot:
            ids = [record.id async for record in hubspot.objects.search_all(Search(CONTACTS), properties=())]
            assert len(ids) == 10_250
            assert ids == sorted(set(ids), key=int)
            with pytest.raises(InvalidInputError):
                await hubspot.objects.search(Search(CONTACTS, after="10000"), properties=())


async def test_a_search_that_uses_every_condition_goes_by_offset(hubspot: HubSpot) -> None:
    full = tuple(Filter("dealname", Operator.HAS_PROPERTY) for _ in range(6))
    ids = [record.id async for record in hubspot.objects.search_all(Search(DEALS, groups=(full,)), properties=())]
    assert ids == [RENEWAL, PILOT]


async def test_a_search_that_is_too_long_is_refused_before_it_is_sent(hubspot: HubSpot, served: Served) -> None:
    served.sandbox.traffic.clear()
    wide = Filter("dealname", Operator.IN, tuple(f"a long name of a deal {n}" for n in range(200)))
    with pytest.raises(InvalidInputError, match="3000"):
        await hubspot.objects.search(Search(DEALS, groups=((wide,),)), properties=())
    assert not list(served.sandbox.traffic.calls(""))


def very_many() -> tuple[Property, ...]:
    invented = tuple(
        Property(PropertyName(f"a_property_of_ours_number_{n}"), "", PropertyType.STRING) for n in range(400)
    )
    return (Property(PropertyName("firstname"), "", PropertyType.STRING), *invented)


async def test_more_properties_than_an_address_can_hold_are_read_another_way(hubspot: HubSpot) -> None:
    """HubSpot's edge answers 414 from 8 KB or so (FACTS 4.2); the length is known before."""
    ada = await hubspot.objects.read(CONTACTS, ADA, properties=very_many(), associations=(COMPANIES,))
    assert ada.properties == {"firstname": "Ada"}
    assert ada.associations == {"companies": (ACME,)}
    page = await hubspot.objects.list(CONTACTS, properties=very_many())
    assert [record.properties for record in page.records] == [{"firstname": "Ada"}, {"firstname": "Grace"}]
    archived = await hubspot.objects.list(CONTACTS, properties=very_many(), archived=True)
    assert [record.properties for record in archived.records] == [{"firstname": "Gone"}]
    found = await hubspot.objects.search(Search(CONTACTS), properties=very_many())
    assert [record.properties for record in found.records] == [{"firstname": "Ada"}, {"firstname": "Grace"}]
    assert found.total == 2


async def test_a_new_record_comes_back_with_its_links(hubspot: HubSpot) -> None:
    draft = Draft(
        DEALS,
        {PropertyName("dealname"): "New", STAGE: "901", PropertyName("pipeline"): "900"},
        (NewLink(COMPANIES, ACME),),
    )
    made = await hubspot.objects.create(draft)
    assert made.properties["dealname"] == "New"
    read = await hubspot.objects.read(DEALS, made.id, properties=(), associations=(COMPANIES,))
    assert read.associations == {"companies": (ACME,)}


async def test_an_unlabelled_link_to_an_own_type_is_numbered_by_asking(hubspot: HubSpot) -> None:
    (own,) = await hubspot.schema.custom_types()
    subscription = ObjectType(own.type_id, own.singular, own.type_id, (own.title,))
    made = await hubspot.objects.create(Draft(subscription, {own.title: "Gold"}, (NewLink(CONTACTS, ADA),)))
    page = await hubspot.associations.of(subscription, made.id, CONTACTS)
    assert [link.to_id for link in page.links] == [ADA]


async def test_a_taken_email_names_the_record_that_has_it(hubspot: HubSpot) -> None:
    with pytest.raises(AlreadyExistsError) as caught:
        await hubspot.objects.create(Draft(CONTACTS, {EMAIL: "ada@acme.com"}))
    assert caught.value.existing_id == ADA


async def test_a_refused_value_names_its_property(hubspot: HubSpot) -> None:
    with pytest.raises(RejectedValueError) as caught:
        await hubspot.objects.update(Change(DEALS, RENEWAL, {PropertyName("amount"): "a lot"}))
    assert caught.value.properties == ("amount",)


async def test_an_unknown_property_is_refused_by_name(hubspot: HubSpot) -> None:
    with pytest.raises(RejectedValueError) as caught:
        await hubspot.objects.update(Change(DEALS, RENEWAL, {PropertyName("no_such_thing"): "1"}))
    assert caught.value.properties == ("no_such_thing",)


async def test_a_change_by_unique_property_is_read_back_and_can_be_cleared(hubspot: HubSpot) -> None:
    jobtitle = PropertyName("jobtitle")
    await hubspot.objects.update(Change(CONTACTS, "ada@acme.com", {jobtitle: "CTO"}, id_property=EMAIL))
    properties = await chosen(hubspot, CONTACTS, "jobtitle")
    assert (await hubspot.objects.read(CONTACTS, ADA, properties=properties)).properties == {"jobtitle": "CTO"}
    await hubspot.objects.update(Change(CONTACTS, ADA, {jobtitle: ""}))
    assert (await hubspot.objects.read(CONTACTS, ADA, properties=properties)).properties == {"jobtitle": None}


async def test_archiving_twice_is_no_error(hubspot: HubSpot) -> None:
    await hubspot.objects.archive(CONTACTS, GRACE)
    await hubspot.objects.archive(CONTACTS, GRACE)
    with pytest.raises(NotFoundError):
        await hubspot.objects.read(CONTACTS, GRACE, properties=())


async def test_a_merge_gives_the_surviving_record(hubspot: HubSpot) -> None:
    merged = await hubspot.objects.merge(CONTACTS, primary_id=ADA, merged_id=GRACE)
    read = await hubspot.objects.read(CONTACTS, merged.id, properties=await chosen(hubspot, CONTACTS, "firstname"))
    assert read.properties == {"firstname": "Ada"}
