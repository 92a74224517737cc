"""Associations over real HTTP, as v4 and the dated versions call them and as v3 does."""

from typing import Any

import pytest

from hubspot_skill.sandbox.seed import SeedLink
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.sandbox.engine_portal import Caller, calling, contact, portal, record

ROWS = (
    contact(1),
    contact(2),
    record("companies", 10, name="A"),
    record("companies", 11, name="B"),
    record("deals", 20, dealname="D"),
)
DATED = "/crm/objects/2026-03"
PRIMARY = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
PLAIN = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
ADVISOR = {"associationCategory": "USER_DEFINED", "associationTypeId": 101}


def types(hubspot: Caller, path: str) -> dict[str, set[int]]:
    """Return what a record is joined to, with the type ids."""
    results = hubspot.get(f"{DATED}/{path}").json()["results"]
    return {each["toObjectId"]: {one["typeId"] for one in each["associationTypes"]} for each in results}


def test_a_default_association_says_both_directions_and_can_be_read_from_both() -> None:
    """[D] facts 6."""
    with calling(portal(records=ROWS)) as hubspot:
        response = hubspot.put(f"{DATED}/deals/20/associations/default/contacts/1")
        assert response.status_code == 200
        assert [
            (each["from"], each["to"], each["associationSpec"]["associationTypeId"])
            for each in response.json()["results"]
        ] == [({"id": "20"}, {"id": "1"}, 3), ({"id": "1"}, {"id": "20"}, 4)]
        assert types(hubspot, "deals/20/associations/contacts") == {"1": {3}}
        assert types(hubspot, "contacts/1/associations/0-3") == {"20": {4}}


def test_to_object_id_is_a_number_under_v4_and_text_under_the_dated_versions() -> None:
    """[D] examples show numbers, [S] the specification says text (facts 6)."""
    with calling(portal(records=ROWS, links=[SeedLink("deals", 20, "contacts", 1, 3)])) as hubspot:
        for prefix, expected in (("/crm/v4/objects", 1), (DATED, "1"), ("/crm/objects/2026-09", "1")):
            (found,) = hubspot.get(f"{prefix}/deals/20/associations/contacts").json()["results"]
            assert found == {
                "toObjectId": expected,
                "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}],
            }


def test_a_new_primary_company_demotes_the_old_one() -> None:
    """[D] facts 6."""
    with calling(portal(records=ROWS, links=[SeedLink("contacts", 1, "companies", 10, 1)])) as hubspot:
        made = hubspot.put(f"{DATED}/contacts/1/associations/companies/11", [PRIMARY])
        assert (made.status_code, made.json()["labels"]) == (201, ["Primary"])
        assert types(hubspot, "contacts/1/associations/companies") == {"10": {279}, "11": {1, 279}}
        assert types(hubspot, "companies/10/associations/contacts") == {"1": {280}}
        back = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 2}]
        hubspot.put(f"{DATED}/companies/10/associations/contacts/1", back)
        assert types(hubspot, "contacts/1/associations/companies") == {"10": {1, 279}, "11": {279}}


def test_a_company_may_be_primary_for_many() -> None:
    """[D] facts 6: one per contact, not per company."""
    with calling(portal(records=ROWS)) as hubspot:
        for each in (1, 2):
            hubspot.put(f"{DATED}/contacts/{each}/associations/companies/10", [PRIMARY])
        assert types(hubspot, "companies/10/associations/contacts") == {"1": {2, 280}, "2": {2, 280}}


@pytest.mark.parametrize(("switch", "expected"), [(True, {1, 279}), (False, {279})])
def test_the_first_company_becomes_primary_by_a_switch(*, switch: bool, expected: set[int]) -> None:
    """[U] for the API."""
    with calling(portal(records=ROWS), settings=SandboxSettings(first_company_is_primary=switch)) as hubspot:
        hubspot.put(f"{DATED}/contacts/1/associations/default/companies/10")
        hubspot.put(f"{DATED}/contacts/1/associations/default/companies/11")
        assert types(hubspot, "contacts/1/associations/companies") == {"10": expected, "11": {279}}


def test_labelled_types_replace_the_labels_of_the_pair_and_keep_the_unlabelled_one() -> None:
    """[D] facts 6."""
    with calling(portal(records=ROWS, links=[SeedLink("contacts", 1, "companies", 11, 1)])) as hubspot:
        path = f"{DATED}/contacts/1/associations/companies/10"
        assert hubspot.put(path, [ADVISOR]).json() == {
            "fromObjectTypeId": "0-1",
            "fromObjectId": "1",
            "toObjectTypeId": "0-2",
            "toObjectId": "10",
            "labels": ["Advisor"],
        }
        assert types(hubspot, "contacts/1/associations/companies")["10"] == {101, 279}
        assert types(hubspot, "companies/10/associations/contacts")["1"] == {102, 280}
        hubspot.put(path, [PLAIN])
        assert types(hubspot, "contacts/1/associations/companies")["10"] == {279}


def test_a_delete_parts_a_pair_and_may_be_repeated() -> None:
    """[D] facts 6."""
    with calling(portal(records=ROWS, links=[SeedLink("contacts", 1, "companies", 10, 1)])) as hubspot:
        for _ in range(2):
            assert hubspot.delete(f"{DATED}/companies/10/associations/contacts/1").status_code == 204
        assert types(hubspot, "contacts/1/associations/companies") == {}


def test_joined_records_are_paged_by_id() -> None:
    """[S] facts 6: 500 by default."""
    rows = [contact(1), *(record("deals", each, dealname="D") for each in range(1, 6))]
    links = [SeedLink("deals", each, "contacts", 1, 3) for each in range(1, 6)]
    with calling(portal(records=rows, links=links)) as hubspot:
        page = hubspot.get(f"{DATED}/contacts/1/associations/deals", limit=2).json()
        assert ([each["toObjectId"] for each in page["results"]], page["paging"]["next"]["after"]) == (["1", "2"], "3")
        page = hubspot.get(f"{DATED}/contacts/1/associations/deals", limit=500, after="3").json()
        assert ([each["toObjectId"] for each in page["results"]], "paging" in page) == (["3", "4", "5"], False)
        assert hubspot.get(f"{DATED}/contacts/1/associations/deals", limit=501).status_code == 400


def test_a_missing_record_or_a_wrong_type_is_refused() -> None:
    """[C] facts 4.2."""
    with calling(portal(records=ROWS)) as hubspot:
        assert hubspot.get(f"{DATED}/contacts/77/associations/companies").status_code == 404
        assert hubspot.put(f"{DATED}/contacts/1/associations/default/companies/77").status_code == 404
        wrong = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 280}
        response = hubspot.put(f"{DATED}/contacts/1/associations/companies/10", [wrong])
        assert "invalid from object type 0-1, expected: 0-2" in response.json()["message"]
        toward = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 4}
        response = hubspot.put(f"{DATED}/contacts/1/associations/companies/10", [toward])
        assert "invalid to object type 0-2, expected: 0-3" in response.json()["message"]
        unknown = {"associationCategory": "USER_DEFINED", "associationTypeId": 9999}
        assert hubspot.put(f"{DATED}/contacts/1/associations/companies/10", [unknown]).status_code == 400
        assert hubspot.put(f"{DATED}/contacts/1/associations/companies/10", {}).status_code == 400


def test_a_batch_read_tells_records_without_any_association_as_errors() -> None:
    """[C]."""
    with calling(portal(records=ROWS, links=[SeedLink("contacts", 1, "companies", 10, 1)])) as hubspot:
        path = "/crm/associations/2026-03/contacts/companies/batch/read"
        response = hubspot.post(path, {"inputs": [{"id": "1"}, {"id": "2"}]})
        assert response.status_code == 207
        (found,) = response.json()["results"]
        assert (found["from"], [each["toObjectId"] for each in found["to"]]) == ({"id": "1"}, ["10"])
        (error,) = response.json()["errors"]
        assert error["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
        assert error["context"]["fromObjectId"] == ["2"]
        assert hubspot.post(path, {"inputs": [{"id": "1"}]}).status_code == 200


def _pair(left: int, right: int, **more: Any) -> dict[str, Any]:
    return {"from": {"id": str(left)}, "to": {"id": str(right)}, **more}


def test_batches_create_associate_by_default_archive_and_take_labels() -> None:
    """[D] facts 6."""
    base = "/crm/associations/2026-03/contacts/companies/batch"
    with calling(portal(records=ROWS)) as hubspot:
        made = hubspot.post(
            f"{base}/create", {"inputs": [_pair(1, 10, types=[PRIMARY, ADVISOR]), _pair(2, 10, types=[PLAIN])]}
        )
        assert (made.status_code, [each["labels"] for each in made.json()["results"]]) == (
            201,
            [["Primary", "Advisor"], []],
        )
        assert types(hubspot, "contacts/1/associations/companies") == {"10": {1, 101, 279}}
        joined = hubspot.post(f"{base}/associate/default", {"inputs": [_pair(2, 11)]})
        assert (joined.status_code, len(joined.json()["results"])) == (200, 2)
        taken = hubspot.post(f"{base}/labels/archive", {"inputs": [_pair(1, 10, types=[ADVISOR])]})
        assert taken.status_code == 204
        assert types(hubspot, "contacts/1/associations/companies") == {"10": {1, 279}}
        hubspot.post(f"{base}/labels/archive", {"inputs": [_pair(1, 10, types=[PLAIN])]})
        assert types(hubspot, "contacts/1/associations/companies") == {}
        gone = {"inputs": [{"from": {"id": "2"}, "to": [{"id": "10"}, {"id": "11"}]}]}
        assert hubspot.post(f"{base}/archive", gone).status_code == 204
        assert types(hubspot, "contacts/2/associations/companies") == {}


def test_a_batch_with_an_unknown_record_joins_nothing() -> None:
    """[C] facts 4.2."""
    with calling(portal(records=ROWS)) as hubspot:
        base = "/crm/associations/2026-03/contacts/companies/batch"
        for what, more in (("create", {"types": [PLAIN]}), ("associate/default", {})):
            response = hubspot.post(f"{base}/{what}", {"inputs": [_pair(1, 10, **more), _pair(1, 77, **more)]})
            assert response.json()["errors"][0]["code"] == "INVALID_OBJECT_IDS"
        assert types(hubspot, "contacts/1/associations/companies") == {}


@pytest.mark.parametrize(
    ("what", "limit"), [("read", 1_000), ("archive", 100), ("labels/archive", 100), ("create", 2_000)]
)
def test_batches_of_associations_have_their_limits(what: str, limit: int) -> None:
    """[D][C] facts 6."""
    with calling(portal(records=ROWS)) as hubspot:
        one = {"id": "1", "from": {"id": "1"}, "to": [{"id": "10"}], "types": [PLAIN]}
        response = hubspot.post(
            f"/crm/associations/2026-03/contacts/companies/batch/{what}", {"inputs": [one] * (limit + 1)}
        )
        assert str(limit) in response.json()["message"]


def test_a_label_is_made_used_renamed_and_deleted_in_both_directions() -> None:
    """[D] facts 6: paired labels make two type ids."""
    labels = "/crm/associations/2026-03/contacts/companies/labels"
    reverse = "/crm/associations/2026-03/companies/contacts/labels"
    with calling(portal(records=ROWS)) as hubspot:
        made = hubspot.post(labels, {"label": "Auditor", "name": "auditor", "inverseLabel": "Audited by"}).json()[
            "results"
        ]
        assert [each["label"] for each in made] == ["Auditor", "Audited by"]
        type_id = made[0]["typeId"]
        spec = {"associationCategory": "USER_DEFINED", "associationTypeId": type_id}
        assert hubspot.put(f"{DATED}/contacts/1/associations/companies/10", [spec]).status_code == 201
        assert {"category": "USER_DEFINED", "typeId": made[1]["typeId"], "label": "Audited by"} in hubspot.get(
            reverse
        ).json()["results"]
        assert hubspot.put(labels, {"associationTypeId": type_id, "label": "Checker"}).status_code == 204
        assert "Checker" in {each["label"] for each in hubspot.get(labels).json()["results"]}
        assert hubspot.delete(f"{labels}/{type_id}").status_code == 204
        assert type_id not in {each["typeId"] for each in hubspot.get(labels).json()["results"]}
        assert type_id not in types(hubspot, "contacts/1/associations/companies")["10"]
        assert hubspot.delete(f"{labels}/279").status_code == 400
        assert hubspot.delete(f"{labels}/9999").status_code == 404
        assert hubspot.post(labels, {"label": "Advisor", "name": "x"}).status_code == 400
        assert hubspot.post(labels, {"label": "Odd", "name": "1 odd"}).status_code == 400


def test_both_types_scopes_are_needed() -> None:
    """[S] facts 2.7."""
    with calling(portal(records=ROWS)) as hubspot:
        token = hubspot.sandbox.tokens.mint("demo", {"crm.objects.contacts.read"})
        hubspot.http.headers["Authorization"] = f"Bearer {token}"
        response = hubspot.get(f"{DATED}/contacts/1/associations/companies")
        assert response.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.companies.read"]


def test_v3_reads_joins_and_parts_by_type_name() -> None:
    """[D] facts 1.2 e; shapes as the official Python client reads them."""
    with calling(portal(records=ROWS)) as hubspot:
        path = "/crm/v3/objects/deals/20/associations/contacts"
        joined = hubspot.put(f"{path}/1/deal_to_contact")
        assert joined.json()["associations"]["contacts"]["results"] == [{"id": "1", "type": "deal_to_contact"}]
        assert hubspot.put(f"{path}/2/3").status_code == 200
        assert hubspot.get(path).json()["results"] == [
            {"id": "1", "type": "deal_to_contact"},
            {"id": "2", "type": "deal_to_contact"},
        ]
        assert hubspot.delete(f"{path}/1/deal_to_contact").status_code == 204
        assert [each["id"] for each in hubspot.get(path).json()["results"]] == ["2"]
        assert hubspot.put(f"{path}/1/no_such").status_code == 400


def test_v3_batches_and_types() -> None:
    """[D] as above."""
    base = "/crm/v3/associations/deals/contacts"
    with calling(portal(records=ROWS)) as hubspot:
        one = {"from": {"id": "20"}, "to": {"id": "1"}, "type": "deal_to_contact"}
        made = hubspot.post(f"{base}/batch/create", {"inputs": [one]})
        assert (made.status_code, made.json()["results"]) == (201, [one])
        read = hubspot.post(f"{base}/batch/read", {"inputs": [{"id": "20"}]})
        assert read.json()["results"] == [{"from": {"id": "20"}, "to": [{"id": "1", "type": "deal_to_contact"}]}]
        assert hubspot.post(f"{base}/batch/archive", {"inputs": [one]}).status_code == 204
        assert hubspot.post(f"{base}/batch/read", {"inputs": [{"id": "20"}]}).status_code == 207
        assert {"id": "3", "name": "deal_to_contact"} in hubspot.get(f"{base}/types").json()["results"]


def test_v3_calls_the_primary_association_by_the_plain_name_and_parts_all_with_it() -> None:
    """[C] the names; [U] what goes with it."""
    with calling(portal(records=ROWS, links=[SeedLink("contacts", 1, "companies", 10, 1)])) as hubspot:
        path = "/crm/v3/objects/contacts/1/associations/companies"
        assert [each["type"] for each in hubspot.get(path).json()["results"]] == [
            "contact_to_company",
            "contact_to_company_unlabeled",
        ]
        assert hubspot.delete(f"{path}/10/contact_to_company").status_code == 204
        assert hubspot.get(path).json()["results"] == []
