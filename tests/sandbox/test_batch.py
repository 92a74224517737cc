"""Batches of records over real HTTP: whole failures, partial ones, and what is silently left out."""

from typing import Any

import pytest

from hubspot_skill.sandbox.seed import SeedLink
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.sandbox.engine_portal import Caller, calling, contact, portal, record

CONTACTS = "/crm/objects/2026-03/contacts/batch"


def batch(hubspot: Caller, what: str, *inputs: dict[str, Any], **more: Any) -> Any:
    """Send a batch on contacts."""
    return hubspot.post(f"{CONTACTS}/{what}", {"inputs": list(inputs), **more})


def test_a_batch_read_answers_by_id_with_the_properties_asked_for() -> None:
    """[S] facts 4.3 and 5.1."""
    with calling(portal(records=[contact(1, city="Rome"), contact(2)])) as hubspot:
        response = batch(hubspot, "read", {"id": "2"}, {"id": 1}, properties=["city"], propertiesWithHistory=["city"])
        body = response.json()
        assert (response.status_code, body["status"]) == (200, "COMPLETE")
        assert {"startedAt", "completedAt"} <= body.keys()
        assert "errors" not in body
        assert {each["id"]: each["properties"]["city"] for each in body["results"]} == {"1": "Rome", "2": None}
        assert {each["id"]: len(each["propertiesWithHistory"]["city"]) for each in body["results"]} == {"1": 1, "2": 0}


def test_a_batch_read_of_missing_ids_answers_207_with_one_error() -> None:
    """[L][C] facts 4.3."""
    with calling(portal(records=[contact(1), contact(2, archived=True)])) as hubspot:
        response = batch(hubspot, "read", {"id": "1"}, {"id": "2"}, {"id": "77"})
        assert response.status_code == 207
        assert [each["id"] for each in response.json()["results"]] == ["1"]
        assert response.json()["numErrors"] == 1
        assert response.json()["errors"] == [
            {
                "status": "error",
                "category": "OBJECT_NOT_FOUND",
                "message": "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.",
                "context": {"ids": ["2", "77"]},
            }
        ]
        archived = hubspot.http.post(f"{CONTACTS}/read?archived=true", json={"inputs": [{"id": "2"}]})
        assert [each["id"] for each in archived.json()["results"]] == ["2"]


def test_a_batch_read_may_go_by_email() -> None:
    """[S] facts 5.1."""
    with calling(portal(records=[contact(1, email="ann@acme.com")])) as hubspot:
        response = batch(hubspot, "read", {"id": "ANN@acme.com"}, {"id": "no@acme.com"}, idProperty="email")
        assert (response.status_code, [each["id"] for each in response.json()["results"]]) == (207, ["1"])
        assert response.json()["errors"][0]["context"] == {"ids": ["no@acme.com"]}


@pytest.mark.parametrize("what", ["read", "create", "update", "upsert", "archive"])
def test_a_batch_holds_a_hundred_inputs(what: str) -> None:
    """[D] facts 5.1."""
    with calling() as hubspot:
        response = batch(hubspot, what, *({"id": str(each), "properties": {}} for each in range(101)))
        assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_batch_create_answers_201_and_joins() -> None:
    """[S] facts 4.3."""
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
    with calling(portal(records=[record("companies", 10, name="Acme")])) as hubspot:
        response = batch(
            hubspot,
            "create",
            {"properties": {"email": "a@b.io"}, "associations": [{"to": {"id": "10"}, "types": [spec]}]},
            {"properties": {"email": "c@d.io"}},
        )
        assert response.status_code == 201
        first = response.json()["results"][0]
        joined = hubspot.get(f"/crm/objects/2026-03/contacts/{first['id']}/associations/companies").json()
        assert [each["toObjectId"] for each in joined["results"]] == ["10"]


GOOD: dict[str, Any] = {"properties": {"email": "good@acme.com"}}
BAD: dict[str, Any] = {"properties": {"email": "bad"}}
TAKEN: dict[str, Any] = {"properties": {"email": "ann@acme.com"}}


@pytest.mark.parametrize(("wrong", "status"), [(BAD, 400), (TAKEN, 409)])
def test_one_bad_input_fails_a_whole_batch_of_creates(wrong: dict[str, Any], status: int) -> None:
    """[D][C] facts 4.3: a duplicate address names one existing id."""
    with calling(portal(records=[contact(1, email="ann@acme.com")])) as hubspot:
        response = batch(hubspot, "create", GOOD, wrong)
        assert response.status_code == status
        if status == 409:
            assert "Existing ID: 1" in response.json()["message"]
        assert hubspot.found("contacts") == ["1"]


def test_with_trace_ids_the_good_inputs_are_written_and_the_others_told() -> None:
    """[D] facts 4.3."""
    with calling(portal(records=[contact(1, email="ann@acme.com")])) as hubspot:
        response = batch(
            hubspot,
            "create",
            {**GOOD, "objectWriteTraceId": "a"},
            {**BAD, "objectWriteTraceId": "b"},
            {**TAKEN, "objectWriteTraceId": "c"},
        )
        body = response.json()
        assert (response.status_code, body["numErrors"]) == (207, 2)
        assert [each["objectWriteTraceId"] for each in body["results"]] == ["a"]
        assert [(each["category"], each["context"]["objectWriteTraceId"]) for each in body["errors"]] == [
            ("VALIDATION_ERROR", ["b"]),
            ("CONFLICT", ["c"]),
        ]
        assert hubspot.found("contacts") == ["1", body["results"][0]["id"]]


def test_trace_ids_on_some_inputs_only_do_not_make_a_partial_batch() -> None:
    """[D] facts 4.3: unless each input carries one."""
    with calling() as hubspot:
        assert batch(hubspot, "create", {**GOOD, "objectWriteTraceId": "a"}, BAD).status_code == 400
        assert hubspot.found("contacts") == []


def test_the_same_address_twice_in_a_batch_is_a_conflict() -> None:
    """[C] facts 4.3."""
    with calling() as hubspot:
        assert batch(hubspot, "create", GOOD, GOOD).status_code == 409


def test_a_batch_update_changes_by_id_or_unique_property() -> None:
    """[S] facts 5.1."""
    rows = [record("companies", 1, name="A", erp_number="E-1"), record("companies", 2, name="B")]
    with calling(portal(records=rows)) as hubspot:
        inputs = [
            {"id": "E-1", "idProperty": "erp_number", "properties": {"city": "Rome"}},
            {"id": "2", "properties": {"city": "Oslo"}},
        ]
        response = hubspot.post("/crm/v3/objects/companies/batch/update", {"inputs": inputs})
        assert [(each["id"], each["properties"]["city"]) for each in response.json()["results"]] == [
            ("1", "Rome"),
            ("2", "Oslo"),
        ]


def test_contacts_cannot_be_updated_in_a_batch_by_email() -> None:
    """[D] facts 5.1; the wording is [C], NODE#548."""
    with calling(portal(records=[contact(1, email="ann@acme.com")])) as hubspot:
        one = {"id": "ann@acme.com", "idProperty": "email", "properties": {"city": "Rome"}}
        refused = batch(hubspot, "update", one)
        assert (refused.status_code, refused.json()["message"]) == (
            400,
            "Unable to perform update/upsert by non-unique 0-1 property",
        )


def test_an_unknown_id_fails_a_batch_update_whole_or_partially_with_trace_ids() -> None:
    """[D] the rule, [U] that an unknown id is under it."""
    with calling(portal(records=[contact(1)])) as hubspot:
        known, unknown = ({"id": each, "properties": {"city": "Rome"}} for each in ("1", "77"))
        refused = batch(hubspot, "update", known, unknown)
        assert (refused.status_code, refused.json()["context"]) == (404, {"ids": ["77"]})
        assert hubspot.get("/crm/v3/objects/contacts/1", properties="city").json()["properties"]["city"] is None
        traced = batch(hubspot, "update", {**known, "objectWriteTraceId": "a"}, {**unknown, "objectWriteTraceId": "b"})
        assert traced.status_code == 207
        assert traced.json()["errors"][0]["context"] == {"ids": ["77"], "objectWriteTraceId": ["b"]}


def test_an_id_that_is_no_number_is_silently_absent_from_a_batch_update_and_an_unknown_one_by_a_switch() -> None:
    """[C] NODE#548 for the first, [U] for the second."""
    inputs = [{"id": each, "properties": {"city": "Rome"}} for each in ("1", "ann@acme.com", "77")]
    with calling(
        portal(records=[contact(1)]), settings=SandboxSettings(unknown_id_in_batch_update="absent")
    ) as hubspot:
        response = batch(hubspot, "update", *inputs)
        assert (response.status_code, [each["id"] for each in response.json()["results"]]) == (200, ["1"])


def test_an_id_that_lost_a_merge_is_silently_absent_from_batches() -> None:
    """[C] facts 4.3."""
    with calling(portal(records=[contact(1), contact(2)])) as hubspot:
        hubspot.post("/crm/v3/objects/contacts/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"})
        response = batch(hubspot, "update", *({"id": each, "properties": {"city": "Rome"}} for each in ("1", "2")))
        assert (response.status_code, [each["id"] for each in response.json()["results"]]) == (200, ["1"])
        read = batch(hubspot, "read", {"id": "1"}, {"id": "2"})
        assert (read.status_code, [each["id"] for each in read.json()["results"]]) == (200, ["1"])


def test_an_upsert_updates_what_is_there_and_makes_the_rest() -> None:
    """[D] facts 4.3."""
    with calling(portal(records=[contact(1, email="ann@acme.com")])) as hubspot:
        response = batch(
            hubspot,
            "upsert",
            {"id": "Ann@acme.com", "idProperty": "email", "properties": {"city": "Rome"}},
            {"id": "bo@acme.com", "idProperty": "email", "properties": {"city": "Oslo"}},
        )
        assert response.status_code == 200
        assert [(each["new"], each["properties"]["city"]) for each in response.json()["results"]] == [
            (False, "Rome"),
            (True, "Oslo"),
        ]
        made = response.json()["results"][1]["id"]
        assert hubspot.get(f"/crm/v3/objects/contacts/{made}").json()["properties"]["email"] == "bo@acme.com"


def test_an_upsert_refuses_repeated_ids_and_is_never_partial_by_email() -> None:
    """[D] facts 4.3."""
    with calling() as hubspot:
        twice = {"id": "a@b.io", "idProperty": "email", "properties": {}, "objectWriteTraceId": "a"}
        repeated = batch(hubspot, "upsert", twice, {**twice, "id": "A@b.io"})
        assert repeated.status_code == 400
        assert "Duplicate IDs" in repeated.json()["message"]
        bad = {"id": "c@d.io", "idProperty": "email", "properties": {"no_such": "1"}, "objectWriteTraceId": "b"}
        assert batch(hubspot, "upsert", twice, bad).status_code == 400
        assert hubspot.found("contacts") == []


def test_an_upsert_by_another_unique_property_is_partial_with_trace_ids() -> None:
    """[D] facts 4.3."""
    with calling(portal(records=[record("companies", 1, name="A", erp_number="E-1")])) as hubspot:
        inputs = [
            {"id": "E-1", "idProperty": "erp_number", "properties": {"city": "Rome"}, "objectWriteTraceId": "a"},
            {"id": "E-2", "idProperty": "erp_number", "properties": {"no_such": "1"}, "objectWriteTraceId": "b"},
        ]
        response = hubspot.post("/crm/objects/2026-09/companies/batch/upsert", {"inputs": inputs})
        assert response.status_code == 207
        assert [(each["id"], each["new"]) for each in response.json()["results"]] == [("1", False)]


def test_a_batch_archive_answers_204_whatever_is_there() -> None:
    """[L] facts 4.3."""
    seed = portal(
        records=[contact(1), record("companies", 10, name="A")], links=[SeedLink("contacts", 1, "companies", 10, 1)]
    )
    with calling(seed) as hubspot:
        assert batch(hubspot, "archive", {"id": "1"}, {"id": "77"}).status_code == 204
        assert hubspot.found("contacts") == []


def test_a_batch_without_inputs_is_the_wrong_shape() -> None:
    """[C] facts 4.2."""
    with calling() as hubspot:
        for body in ({}, {"inputs": "x"}, {"inputs": ["x"]}):
            response = hubspot.post(f"{CONTACTS}/read", body)
            assert (response.status_code, "category" in response.json()) == (400, False)
