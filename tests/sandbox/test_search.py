"""Searches over real HTTP: filters, words, order, limits, and an index that lags."""

from typing import Any

import pytest

from hubspot_skill.sandbox.seed import SeedLink
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.sandbox.engine_portal import calling, contact, portal, record

PEOPLE = (
    contact(
        1,
        age_days=30,
        firstname="Ann",
        lastname="Ödegård",
        email="ann@acme.com",
        city="Rome",
        lifecyclestage="lead",
        numemployees="1-5",
    ),
    contact(
        2,
        age_days=20,
        firstname="ann",
        lastname="Berg",
        email="ann.berg@acme.io",
        city="Roma",
        lifecyclestage="customer",
        birthday="1990-02-28",
    ),
    contact(
        3,
        age_days=10,
        firstname="Bo",
        lastname="Lind",
        phone="+45 1234",
        lifecyclestage="lead",
        closedate="2026-11-01T12:00:00.000Z",
    ),
    contact(4, age_days=5, archived=True, firstname="Ann", lastname="Gone"),
)
DEALS = (
    record("deals", 1, dealname="Big one", amount="1500", dealstage="contractsent", pipeline="default"),
    record("deals", 2, dealname="Small one", amount="90", dealstage="closedwon", pipeline="default"),
    record("deals", 3, dealname="Odd", amount="200.5", dealstage="901", pipeline="900"),
    record("deals", 4, dealname="None", dealstage="903", pipeline="900"),
)
LINKS = (
    SeedLink("deals", 1, "contacts", 1, 3),
    SeedLink("deals", 2, "contacts", 1, 3),
    SeedLink("deals", 3, "contacts", 2, 3),
)


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """Return one filter of a search body."""
    found = {"propertyName": name, "operator": operator, **more}
    return found if value is None else {**found, "value": value}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("firstname", "EQ", "ANN"), ["1", "2"]),
        (where("lastname", "EQ", "öDEGÅRD"), ["1"]),
        (where("firstname", "NEQ", "ann"), ["3"]),
        (where("city", "NEQ", "rome"), ["2", "3"]),
        (where("lifecyclestage", "EQ", "lead"), ["1", "3"]),
        (where("lifecyclestage", "EQ", "Lead"), []),
        (where("lifecyclestage", "IN", values=["lead", "customer"]), ["1", "2", "3"]),
        (where("lifecyclestage", "NOT_IN", values=["lead"]), ["2"]),
        (where("firstname", "IN", values=["ann"]), ["1", "2"]),
        (where("firstname", "IN", values=["Ann"]), []),
        (where("email", "HAS_PROPERTY"), ["1", "2"]),
        (where("email", "NOT_HAS_PROPERTY"), ["3"]),
        (where("email", "CONTAINS_TOKEN", "*@acme.com"), ["1"]),
        (where("email", "CONTAINS_TOKEN", "acme"), ["1", "2"]),
        (where("email", "CONTAINS_TOKEN", "acm"), []),
        (where("email", "CONTAINS_TOKEN", "acm*"), ["1", "2"]),
        (where("email", "NOT_CONTAINS_TOKEN", "berg"), ["1", "3"]),
        (where("createdate", "GTE", "2026-11-03"), ["2", "3"]),
        (where("createdate", "GT", 1_793_696_400_000), ["3"]),
        (where("createdate", "LT", "2026-11-03T09:00:00Z"), ["1"]),
        (where("createdate", "BETWEEN", "2026-10-24T09:00:00Z", highValue="2026-11-03T09:00:00Z"), ["1", "2"]),
        (where("closedate", "GTE", "2026-11-01T14:00:00+02:00"), ["3"]),
        (where("birthday", "EQ", "1990-02-28"), ["2"]),
        (where("birthday", "LT", 636_249_600_000), ["2"]),
        (where("hs_object_id", "GT", "1"), ["2", "3"]),
        (where("hs_object_id", "IN", values=["1", 3, "4"]), ["1", "3"]),
        (where("num_associated_deals", "EQ", "2"), ["1"]),
        (where("hs_email_domain", "EQ", "acme.io"), ["2"]),
        (where("associations.deal", "EQ", "3"), ["2"]),
        (where("associations.deals", "IN", values=["1", "3"]), ["1", "2"]),
        (where("associations.deal", "NOT_HAS_PROPERTY"), ["3"]),
    ],
)
def test_a_filter_finds_what_hubspot_would(condition: dict[str, Any], expected: list[str]) -> None:
    """[D] facts 5.3; BETWEEN's ends and negative filters on empty values are [U] and have switches."""
    with calling(portal(records=[*PEOPLE, *DEALS], links=LINKS)) as hubspot:
        assert hubspot.found("contacts", condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("amount", "GT", "100"), ["1", "3"]),
        (where("amount", "EQ", "1500.0"), ["1"]),
        (where("amount", "BETWEEN", 90, highValue=200.5), ["2", "3"]),
        (where("amount", "NOT_HAS_PROPERTY"), ["4"]),
        (where("hs_is_closed", "EQ", "true"), ["2", "4"]),
        (where("hs_is_closed", "EQ", value=True), ["2", "4"]),
        (where("hs_is_closed_won", "EQ", "true"), ["2"]),
        (where("hs_is_open_count", "EQ", "1"), ["1", "3"]),
        (where("hs_deal_stage_probability", "GTE", "0.5"), ["1", "2", "3"]),
        (where("hs_projected_amount", "LT", "101"), ["2", "3"]),
        (where("amount_in_home_currency", "GTE", 1500), ["1"]),
        (where("dealstage", "IN", values=["901", "903"]), ["3", "4"]),
        (where("num_associated_contacts", "EQ", 0), ["4"]),
        (where("hs_v2_date_entered_contractsent", "HAS_PROPERTY"), ["1"]),
    ],
)
def test_numbers_and_computed_properties_of_deals_can_be_searched(
    condition: dict[str, Any], expected: list[str]
) -> None:
    """Facts 14.5: what a read computes, a search knows."""
    with calling(portal(records=[*PEOPLE, *DEALS], links=LINKS)) as hubspot:
        assert hubspot.found("deals", condition) == expected


def test_filters_of_a_group_must_all_hold_and_groups_are_alternatives() -> None:
    """[D] facts 5.3."""
    with calling(portal(records=PEOPLE)) as hubspot:
        lead, ann = where("lifecyclestage", "EQ", "lead"), where("firstname", "EQ", "ann")
        assert hubspot.found("contacts", lead, ann) == ["1"]
        groups = {"filterGroups": [{"filters": [lead]}, {"filters": [where("city", "EQ", "roma")]}]}
        assert [each["id"] for each in hubspot.search("contacts", groups).json()["results"]] == ["1", "2", "3"]
        assert [each["id"] for each in hubspot.search("contacts", {"filters": [lead]}).json()["results"]] == ["1", "3"]


def test_a_misspelt_key_is_ignored_and_everything_comes_back() -> None:
    """[C] facts 5.3, NODE#344."""
    with calling(portal(records=PEOPLE)) as hubspot:
        body = {"filterGroup": [{"filters": [where("city", "EQ", "Rome")]}], "sort": "x"}
        assert hubspot.search("contacts", body).json()["total"] == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ann", ["1", "2"]),
        ("ACME", ["1", "2"]),
        ("ann berg", ["2"]),
        ("ödegård", ["1"]),
        ("1234", ["3"]),
        ("rome", []),
        ("100%", []),
    ],
)
def test_a_query_looks_into_the_types_own_properties(query: str, expected: list[str]) -> None:
    """[D] which properties; how words must match is [U]."""
    with calling(portal(records=PEOPLE)) as hubspot:
        assert hubspot.found("contacts", query=query) == expected


def test_a_query_may_match_the_beginnings_of_words_only_by_a_switch() -> None:
    """[U] facts 5.3."""
    seed = portal(records=PEOPLE)
    with calling(seed) as hubspot:
        assert hubspot.found("contacts", query="erg") == ["2"]
    with calling(seed, settings=SandboxSettings(query_matches="token_prefix")) as hubspot:
        assert hubspot.found("contacts", query="erg") == []
        assert hubspot.found("contacts", query="ber") == ["2"]


@pytest.mark.parametrize(
    ("sorts", "expected"),
    [
        ([], ["1", "2", "3"]),
        (["-createdate"], ["3", "2", "1"]),
        ([{"propertyName": "firstname", "direction": "DESCENDING"}], ["3", "1", "2"]),
        ([{"propertyName": "city"}], ["2", "1", "3"]),
        ([{"propertyName": "city", "direction": "DESCENDING"}], ["1", "2", "3"]),
        ([{"propertyName": "hs_object_id", "direction": "DESCENDING"}], ["3", "2", "1"]),
    ],
)
def test_one_sort_orders_and_the_default_is_creation_oldest_first(sorts: list[Any], expected: list[str]) -> None:
    """[D] facts 5.3; that empty values come last both ways is [U]."""
    with calling(portal(records=PEOPLE)) as hubspot:
        assert hubspot.found("contacts", sorts=sorts) == expected


def test_numbers_are_sorted_as_numbers() -> None:
    """Facts 5.1: values are text on the wire, not in comparison."""
    with calling(portal(records=DEALS)) as hubspot:
        assert hubspot.found("deals", sorts=["-amount"]) == ["1", "3", "2", "4"]


def test_search_pages_by_offset_and_tells_the_total() -> None:
    """[D] facts 5.3."""
    with calling(portal(records=[contact(each) for each in range(1, 26)])) as hubspot:
        first = hubspot.search("contacts", {}).json()
        assert (first["total"], len(first["results"]), first["paging"]["next"]["after"]) == (25, 10, "10")
        last = hubspot.search("contacts", {"after": "20"}).json()
        assert (last["total"], [each["id"] for each in last["results"]]) == (25, ["21", "22", "23", "24", "25"])
        assert "paging" not in last
        beyond = hubspot.search("contacts", {"after": 40}).json()
        assert (beyond["total"], beyond["results"]) == (25, [])
        counted = hubspot.search("contacts", {"limit": 1}).json()
        assert (counted["total"], len(counted["results"])) == (25, 1)


def test_search_returns_the_default_properties_or_those_asked_for() -> None:
    """[D] facts 5.3."""
    with calling(portal(records=PEOPLE[:1])) as hubspot:
        plain = hubspot.search("contacts", {}).json()["results"][0]["properties"]
        assert sorted(plain) == ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"]
        chosen = hubspot.search("contacts", {"properties": ["city", "no_such"]}).json()["results"][0]["properties"]
        assert sorted(chosen) == ["city", "createdate", "hs_object_id", "lastmodifieddate"]


LEAD = where("lifecyclestage", "EQ", "lead")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"filterGroups": [{"filters": [LEAD]}] * 6}, "groups is 5"),
        ({"filterGroups": [{"filters": [LEAD] * 7}]}, "in a group is 6"),
        ({"filterGroups": [{"filters": [LEAD] * 5}] * 4}, "filters is 18"),
        ({"sorts": ["createdate", "city"]}, "one sort"),
        ({"sorts": ["no_such"]}, "no_such"),
        ({"limit": 201}, "between 0 and 200"),
        ({"limit": 100, "after": "9950"}, "10000"),
        ({"after": "abc"}, "whole number"),
        ({"query": "x" * 3_100}, "3000"),
        ({"filterGroups": [{"filters": [where("lifecyclestage", "IN", "lead")]}]}, "requires values"),
        ({"filterGroups": [{"filters": [where("email", "NOT_HAS_PROPERTY", "x")]}]}, "no value"),
        ({"filterGroups": [{"filters": [where("email", "EQ")]}]}, "requires value"),
        ({"filterGroups": [{"filters": [where("createdate", "BETWEEN", "2026-01-01")]}]}, "requires highValue"),
        ({"filterGroups": [{"filters": [where("createdate", "GT", "soon")]}]}, "not a date"),
        ({"filterGroups": [{"filters": [where("hs_object_id", "GT", "soon")]}]}, "not a number"),
        ({"filterGroups": [{"filters": [where("associations.2-21840117", "EQ", "1")]}]}, "cannot be searched"),
        ({"filterGroups": [{"filters": [where("no_such", "EQ", "1")]}]}, "does not exist"),
    ],
)
def test_a_search_past_a_limit_or_with_a_wrong_value_is_refused(body: dict[str, Any], wrong: str) -> None:
    """[D] the limits; [C] values; an unknown property is [U] and has a switch."""
    with calling() as hubspot:
        response = hubspot.search("contacts", body)
        assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")
        assert wrong in response.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": "x"},
        {"filterGroups": [{"filters": [{"operator": "EQ", "value": "1"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "email", "value": "1"}]}]},
        {"filterGroups": [{"filters": [where("email", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": ["email"]}]},
        {"limit": "10"},
        {"sorts": [{"direction": "ASCENDING"}]},
        {"sorts": [{"propertyName": "email", "direction": "UP"}]},
    ],
)
def test_a_search_of_the_wrong_shape_answers_400_without_category(body: dict[str, Any]) -> None:
    """[C] facts 4.2."""
    with calling() as hubspot:
        response = hubspot.search("contacts", body)
        assert response.status_code == 400
        assert response.json()["message"].startswith("Invalid input JSON on line 1")
        assert "category" not in response.json()


def test_an_unknown_property_in_a_filter_may_match_nothing_by_a_switch() -> None:
    """[U] facts 5.3."""
    settings = SandboxSettings(unknown_filter_property="no_match")
    with calling(portal(records=PEOPLE), settings=settings) as hubspot:
        assert hubspot.found("contacts", where("no_such", "EQ", "1")) == []


def test_negative_filters_may_leave_out_empty_values_and_between_its_ends_by_switches() -> None:
    """[U] facts 5.3 and 14."""
    settings = SandboxSettings(negative_filters_match_empty=False, between_includes_ends=False)
    with calling(portal(records=[*PEOPLE, *DEALS]), settings=settings) as hubspot:
        assert hubspot.found("contacts", where("city", "NEQ", "rome")) == ["2"]
        assert hubspot.found("deals", where("amount", "BETWEEN", 90, highValue=1500)) == ["3"]


def test_the_index_shows_a_write_only_after_its_lag_by_the_sandboxs_clock() -> None:
    """[C] facts 5.3 and 12; reads by id are immediate."""
    seed = portal(records=[contact(1, city="Rome"), contact(2, city="Rome")])
    with calling(seed, settings=SandboxSettings(search_lag_ms=5_000)) as hubspot:
        rome, oslo = where("city", "EQ", "Rome"), where("city", "EQ", "Oslo")
        made = hubspot.post("/crm/v3/objects/contacts", {"properties": {"city": "Rome"}}).json()
        hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"city": "Paris"}})
        hubspot.delete("/crm/v3/objects/contacts/2")
        assert hubspot.get("/crm/v3/objects/contacts/1", properties="city").json()["properties"]["city"] == "Paris"
        assert hubspot.found("contacts", rome) == ["1", "2"]
        hubspot.clock.advance(2)
        hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"city": "Oslo"}})
        hubspot.clock.advance(3)
        assert hubspot.found("contacts", rome) == [made["id"]]
        shown = hubspot.search("contacts", {"properties": ["city"]}).json()["results"]
        assert [each["properties"]["city"] for each in shown] == ["Paris", "Rome"]
        assert hubspot.found("contacts", oslo) == []
        hubspot.clock.advance(2)
        assert hubspot.found("contacts", oslo) == ["1"]


def test_the_index_follows_at_once_without_a_lag() -> None:
    """The default in tests: no lag."""
    with calling(portal(records=[contact(1, city="Rome")])) as hubspot:
        hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"city": "Oslo"}})
        assert hubspot.found("contacts", where("city", "EQ", "oslo")) == ["1"]


def test_keyset_paging_by_record_id_reaches_past_any_offset() -> None:
    """[C] facts 5.3: beyond 10,000."""
    with calling(portal(records=[contact(each) for each in range(1, 251)])) as hubspot:
        seen: list[str] = []
        while page := hubspot.found(
            "contacts", where("hs_object_id", "GT", seen[-1] if seen else "0"), sorts=["hs_object_id"]
        ):
            seen += page
        assert seen == [str(each) for each in range(1, 251)]
