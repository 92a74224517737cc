"""The rules by which HubSpot takes, changes or refuses a property's value."""

import json
from typing import Any

import pytest

from hubspot_skill.sandbox.settings import ConditionalRule, SandboxSettings
from tests.sandbox.engine_portal import Caller, calling, contact, portal, record


def problems(response: Any) -> list[tuple[str, str]]:
    """Return the property and code of every problem that an answer lists."""
    return [(each["context"]["propertyName"][0], each["code"]) for each in response.json()["errors"]]


@pytest.mark.parametrize(
    ("object_type", "name", "given", "kept"),
    [
        ("contacts", "firstname", "Ann", "Ann"),
        ("contacts", "firstname", 7, "7"),
        ("contacts", "firstname", True, "true"),
        ("contacts", "email", " Ann@ACME.com ", "ann@acme.com"),
        ("companies", "domain", "https://Acme.com/about", "acme.com"),
        ("companies", "annualrevenue", 1500, "1500"),
        ("companies", "annualrevenue", 1500.0, "1500"),
        ("companies", "annualrevenue", "1500.50", "1500.50"),
        ("companies", "annualrevenue", "1e3", "1000"),
        ("contacts", "birthday", "1990-02-28", "1990-02-28"),
        ("contacts", "birthday", 636163200000, "1990-02-28"),
        ("contacts", "birthday", "1990-02-28T00:00:00Z", "1990-02-28"),
        ("contacts", "closedate", "2026-11-23", "2026-11-23T00:00:00.000Z"),
        ("contacts", "closedate", "2026-11-23T10:15:00+02:00", "2026-11-23T08:15:00.000Z"),
        ("contacts", "closedate", 1795424400000, "2026-11-23T09:00:00.000Z"),
        ("contacts", "lifecyclestage", "customer", "customer"),
        ("contacts", "hs_email_optout", True, "true"),
        ("contacts", "hs_buying_role", "CHAMPION;INFLUENCER", "CHAMPION;INFLUENCER"),
        ("contacts", "hubspot_owner_id", 501, "501"),
        ("contacts", "hubspot_owner_id", "503", "503"),
    ],
)
def test_a_value_is_kept_as_text_in_hubspots_form(object_type: str, name: str, given: object, kept: str) -> None:
    """[L][D] facts 5.1; owners who left may still be named (facts 9)."""
    with calling() as hubspot:
        response = hubspot.post(f"/crm/v3/objects/{object_type}", {"properties": {name: given}})
        assert (response.status_code, response.json()["properties"][name]) == (201, kept)


@pytest.mark.parametrize(
    ("object_type", "name", "given", "code"),
    [
        ("contacts", "no_such", "x", "PROPERTY_DOESNT_EXIST"),
        ("contacts", "createdate", "2020-01-01", "READ_ONLY_VALUE"),
        ("contacts", "hs_object_id", "5", "READ_ONLY_VALUE"),
        ("contacts", "num_associated_deals", "5", "READ_ONLY_VALUE"),
        ("deals", "hs_is_closed", "true", "READ_ONLY_VALUE"),
        ("contacts", "email", "not an address", "INVALID_EMAIL"),
        ("contacts", "lifecyclestage", "Lead", "INVALID_OPTION"),
        ("contacts", "hs_email_optout", "maybe", "INVALID_OPTION"),
        ("contacts", "hs_buying_role", "CHAMPION;KING", "INVALID_OPTION"),
        ("companies", "annualrevenue", "1,500", "INVALID_LONG"),
        ("companies", "annualrevenue", "NaN", "INVALID_LONG"),
        ("contacts", "birthday", "yesterday", "INVALID_DATE"),
        ("contacts", "birthday", "1990-02-28T10:30:00Z", "INVALID_DATE"),
        ("contacts", "closedate", "soon", "INVALID_DATE"),
        ("contacts", "hubspot_owner_id", "77", "INVALID_OWNER_ID"),
        ("contacts", "nickname", "x" * 65_537, "PROPERTY_VALUE_TOO_LONG"),
    ],
)
def test_a_wrong_value_is_refused_with_its_code(object_type: str, name: str, given: object, code: str) -> None:
    """[C][L] facts 4.2; INVALID_OWNER_ID and PROPERTY_VALUE_TOO_LONG are [U]."""
    with calling() as hubspot:
        response = hubspot.post(f"/crm/v3/objects/{object_type}", {"properties": {name: given}})
        assert response.status_code == 400
        assert problems(response) == [(name, code)]


def test_the_message_of_a_refusal_holds_a_json_array_as_text_with_every_problem() -> None:
    """[C][L] facts 4.1 and 4.2."""
    with calling() as hubspot:
        response = hubspot.post(
            "/crm/v3/objects/contacts", {"properties": {"foo": "1", "lifecyclestage": "x", "city": "R"}}
        )
        start, _, listed = response.json()["message"].partition(": ")
        assert (start, response.json()["category"]) == ("Property values were not valid", "VALIDATION_ERROR")
        assert [(each["name"], each["error"], each["isValid"], each["portalId"]) for each in json.loads(listed)] == [
            ("foo", "PROPERTY_DOESNT_EXIST", False, 4242),
            ("lifecyclestage", "INVALID_OPTION", False, 4242),
        ]
        assert json.loads(listed)[0]["message"] == 'Property "foo" does not exist'
        assert hubspot.get("/crm/v3/objects/contacts").json()["results"] == []


def test_a_date_off_midnight_is_normalised_with_a_warning_since_2026_09_only() -> None:
    """[D] facts 1.2 b, [C] for the older message; the normalising has a switch."""
    moment, body = "1990-02-28T10:30:00Z", {"properties": {"birthday": "1990-02-28T10:30:00Z"}}
    with calling() as hubspot:
        older = hubspot.post("/crm/objects/2026-03/contacts", body)
        assert (
            json.loads(older.json()["message"].partition(": ")[2])[0]["message"]
            == f"{moment} is at 10:30:00 UTC, not midnight!"
        )
        newer = hubspot.post("/crm/objects/2026-09/contacts", body)
        assert (newer.status_code, newer.json()["properties"]["birthday"]) == (201, "1990-02-28")
        (warning,) = newer.json()["warnings"]
        assert warning["category"] == "PROPERTY_VALUE_NORMALIZED"
        assert warning["context"] == {
            "propertyName": ["birthday"],
            "rawValue": [moment],
            "normalizedValue": ["1990-02-28"],
        }
    with calling(settings=SandboxSettings(normalise_dates=False)) as hubspot:
        assert hubspot.post("/crm/objects/2026-09/contacts", body).status_code == 400


def test_a_leading_semicolon_appends_to_a_checkbox_property() -> None:
    """[D] facts 5.1."""
    with calling(portal(records=[contact(1, hs_buying_role="CHAMPION")])) as hubspot:

        def write(value: str) -> str:
            body = {"properties": {"hs_buying_role": value}}
            return hubspot.patch("/crm/v3/objects/contacts/1", body).json()["properties"]["hs_buying_role"]

        assert write(";INFLUENCER") == "CHAMPION;INFLUENCER"
        assert write(";CHAMPION;BLOCKER") == "CHAMPION;INFLUENCER;BLOCKER"
        assert write("BLOCKER") == "BLOCKER"


def _stage(hubspot: Caller, value: str) -> str | None:
    hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"lifecyclestage": value}})
    return hubspot.get("/crm/v3/objects/contacts/1", properties="lifecyclestage").json()["properties"]["lifecyclestage"]


def test_a_lifecycle_stage_moves_forward_only_unless_it_is_cleared_first() -> None:
    """[D] facts 5.2; that a step back is dropped in silence is [U] and has a switch."""
    seed = portal(records=[contact(1, lifecyclestage="opportunity")])
    with calling(seed) as hubspot:
        assert _stage(hubspot, "lead") == "opportunity"
        assert _stage(hubspot, "customer") == "customer"
        assert _stage(hubspot, "") is None
        assert _stage(hubspot, "lead") == "lead"
    with calling(seed, settings=SandboxSettings(lifecycle_moves_forward_only=False)) as hubspot:
        assert _stage(hubspot, "lead") == "lead"


def test_a_new_deal_without_a_pipeline_goes_to_the_default_one() -> None:
    """[D] facts 5.2."""
    with calling() as hubspot:
        made = hubspot.post("/crm/v3/objects/deals", {"properties": {"dealname": "D", "dealstage": "contractsent"}})
        assert made.json()["properties"]["pipeline"] == "default"
        assert made.json()["properties"]["createdate"] == "2026-11-23T09:00:00.000Z"
        assert made.json()["properties"]["closedate"] is None


def test_a_stage_must_be_in_the_deals_pipeline() -> None:
    """[C] facts 12: stage ids are resolved together with their pipeline."""
    deal = record("deals", 7, dealname="D", pipeline="default", dealstage="contractsent")
    with calling(portal(records=[deal])) as hubspot:
        for given in ({"dealstage": "901"}, {"pipeline": "900", "dealstage": "contractsent"}):
            created = hubspot.post("/crm/v3/objects/deals", {"properties": {"dealname": "D", **given}})
            assert problems(created) == [("dealstage", "INVALID_OPTION")]
        assert problems(hubspot.patch("/crm/v3/objects/deals/7", {"properties": {"dealstage": "901"}}))
        assert problems(hubspot.patch("/crm/v3/objects/deals/7", {"properties": {"pipeline": "900"}}))
        moved = hubspot.patch("/crm/v3/objects/deals/7", {"properties": {"pipeline": "900", "dealstage": "901"}})
        assert moved.json()["properties"]["dealstage"] == "901"


def test_a_stage_label_is_no_stage() -> None:
    """[C] facts 12: labels are not values."""
    with calling() as hubspot:
        refused = hubspot.post("/crm/v3/objects/deals", {"properties": {"dealname": "D", "dealstage": "Closed Won"}})
        assert problems(refused) == [("dealstage", "INVALID_OPTION")]


def test_closing_a_deal_sets_its_close_date_unless_the_same_write_does() -> None:
    """[U], with a switch."""
    deals = [record("deals", each, dealname="D", pipeline="default", dealstage="contractsent") for each in (1, 2)]
    with calling(portal(records=deals)) as hubspot:
        closed = hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"dealstage": "closedwon"}})
        assert closed.json()["properties"]["closedate"] == "2026-11-23T09:00:00.000Z"
        given = {"dealstage": "closedlost", "closedate": "2026-10-01"}
        closed = hubspot.patch("/crm/v3/objects/deals/2", {"properties": given})
        assert closed.json()["properties"]["closedate"] == "2026-10-01T00:00:00.000Z"
    with calling(portal(records=deals), settings=SandboxSettings(closedate_on_close=False)) as hubspot:
        closed = hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"dealstage": "closedwon"}})
        assert closed.json()["properties"]["closedate"] is None


def test_a_new_deal_may_get_the_end_of_the_month_as_close_date() -> None:
    """[U] facts 5.2, a switch."""
    with calling(settings=SandboxSettings(closedate_on_create="month_end")) as hubspot:
        made = hubspot.post("/crm/v3/objects/deals", {"properties": {"dealname": "D", "dealstage": "contractsent"}})
        assert made.json()["properties"]["closedate"] == "2026-11-30T23:59:59.999Z"


def test_completing_a_task_and_closing_a_ticket_are_dated() -> None:
    """[U] not in the facts; HubSpot's read-only properties of these names say it."""
    rows = [
        record("tasks", 1, hs_timestamp="2026-11-20T09:00:00.000Z", hs_task_status="NOT_STARTED"),
        record("tickets", 2, subject="T", hs_pipeline="0", hs_pipeline_stage="1"),
    ]
    with calling(portal(records=rows)) as hubspot:
        hubspot.patch("/crm/v3/objects/tasks/1", {"properties": {"hs_task_status": "COMPLETED"}})
        task = hubspot.get("/crm/v3/objects/tasks/1", properties="hs_task_is_completed,hs_task_completion_date").json()
        assert task["properties"]["hs_task_is_completed"] == "true"
        assert task["properties"]["hs_task_completion_date"] == "2026-11-23T09:00:00.000Z"
        hubspot.patch("/crm/v3/objects/tickets/2", {"properties": {"hs_pipeline_stage": "4"}})
        ticket = hubspot.get("/crm/v3/objects/tickets/2", properties="closed_date").json()
        assert ticket["properties"]["closed_date"] == "2026-11-23T09:00:00.000Z"


@pytest.mark.parametrize(
    ("object_type", "given", "missing"),
    [
        ("notes", {"hs_note_body": "x"}, ["hs_timestamp"]),
        ("calls", {}, ["hs_timestamp"]),
        ("emails", {"hs_timestamp": "2026-11-23"}, ["hs_email_direction"]),
        ("tasks", {"hs_task_subject": "x"}, ["hs_timestamp"]),
    ],
)
def test_an_activity_needs_its_time_in_every_version(
    object_type: str, given: dict[str, str], missing: list[str]
) -> None:
    """[D] facts 5.2; the body is [C]."""
    with calling() as hubspot:
        for prefix in ("/crm/v3/objects", "/crm/objects/2026-09"):
            refused = hubspot.post(f"{prefix}/{object_type}", {"properties": given})
            assert (refused.status_code, refused.json()["errors"][0]["context"]) == (400, {"properties": missing})


def test_the_accounts_required_properties_are_enforced_since_2026_09_on_every_write_path() -> None:
    """[D] facts 1.2 a."""
    with calling() as hubspot:
        body = {"properties": {"amount": "5"}}
        assert hubspot.post("/crm/objects/2026-03/deals", body).status_code == 201
        for path, sent in (("deals", body), ("deals/batch/create", {"inputs": [body]})):
            refused = hubspot.post(f"/crm/objects/2026-09/{path}", sent)
            assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
            assert problems(refused) == [
                ("dealname", "MISSING_REQUIRED_PROPERTY"),
                ("dealstage", "MISSING_REQUIRED_PROPERTY"),
            ]
    with calling(settings=SandboxSettings(enforce_required_on_create=False)) as hubspot:
        assert hubspot.post("/crm/objects/2026-09/deals", body).status_code == 201


def test_a_conditional_rule_of_the_account_is_enforced_since_2026_09() -> None:
    """[D] facts 1.2 a."""
    rule = ConditionalRule("deals", "dealstage", "closedlost", "closed_lost_reason")
    deal = record("deals", 7, dealname="D", pipeline="default", dealstage="contractsent")
    with calling(portal(records=[deal]), settings=SandboxSettings(conditional_rules=(rule,))) as hubspot:
        lost = {"properties": {"dealstage": "closedlost"}}
        refused = hubspot.patch("/crm/objects/2026-09/deals/7", lost)
        assert problems(refused) == [("closed_lost_reason", "MISSING_CONDITIONAL_REQUIRED_PROPERTY")]
        reason = {"properties": {"dealstage": "closedlost", "closed_lost_reason": "Price"}}
        assert hubspot.patch("/crm/objects/2026-09/deals/7", reason).status_code == 200
        assert (
            hubspot.patch("/crm/objects/2026-03/deals/7", {"properties": {"closed_lost_reason": ""}}).status_code == 200
        )


def test_a_new_contact_may_join_the_company_of_its_domain() -> None:
    """[D] facts 6: an account setting, off here by default."""
    seed = portal(records=[record("companies", 10, name="Acme", domain="acme.com")])
    for joins, expected in ((False, []), (True, ["10"])):
        with calling(seed, settings=SandboxSettings(auto_associate_by_domain=joins)) as hubspot:
            made = hubspot.post("/crm/v3/objects/contacts", {"properties": {"email": "a@acme.com"}}).json()
            found = hubspot.get(f"/crm/objects/2026-03/contacts/{made['id']}/associations/companies").json()["results"]
            assert [each["toObjectId"] for each in found] == expected


def test_the_account_decides_which_lifecycle_stage_a_new_record_gets() -> None:
    """[D] facts 5.2: an account setting."""
    for stage, expected in (("", None), ("subscriber", "subscriber")):
        with calling(settings=SandboxSettings(default_lifecyclestage=stage)) as hubspot:
            made = hubspot.post("/crm/v3/objects/companies", {"properties": {"name": "A"}}).json()
            found = hubspot.get(f"/crm/v3/objects/companies/{made['id']}", properties="lifecyclestage").json()
            assert found["properties"]["lifecyclestage"] == expected
