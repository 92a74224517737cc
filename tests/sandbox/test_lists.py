"""Lists over HTTP: search, read, members by id and by joining, and every list by cursor."""

from collections.abc import Iterator

import pytest

from tests.sandbox.engine_portal import Caller, calling
from tests.sandbox.marketing_portal import marketing_portal

ROOT = "/crm/lists/2026-09"


@pytest.fixture(scope="module")
def running() -> Iterator[Caller]:
    with calling(marketing_portal()) as caller:
        yield caller


@pytest.fixture
def call(running: Caller) -> Caller:
    running.sandbox.reset()
    return running


def found(response) -> list[str]:
    return [each["listId"] for each in response.json()["lists"]]


@pytest.mark.parametrize("root", [ROOT, "/crm/lists/2026-03", "/crm/v3/lists"])
def test_lists_are_searched_under_every_version(call, root: str) -> None:
    response = call.post(f"{root}/search", {"query": "NEWSLETTER"})
    body = response.json()
    assert found(response) == ["1", "2"]
    assert (body["total"], body["hasMore"], body["offset"]) == (2, False, 2)
    assert body["lists"][0] == {
        "listId": "1",
        "listVersion": 1,
        "name": "Newsletter",
        "objectTypeId": "0-1",
        "processingType": "MANUAL",
        "processingStatus": "COMPLETE",
        "createdAt": "2026-01-05T08:00:00.000Z",
        "updatedAt": "2026-01-05T08:00:00.000Z",
        "filtersUpdatedAt": "2026-01-05T08:00:00.000Z",
        "createdById": "77",
        "updatedById": "77",
        "size": 3,
        "additionalProperties": {
            "hs_list_size": "3",
            "hs_list_reference_count": "0",
            "hs_last_record_added_at": "1767600003000",
        },
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["1", "2", "3"]),
        ({"processingTypes": ["DYNAMIC", "SNAPSHOT"]}, ["2", "3"]),
        ({"objectTypeId": "0-2"}, ["3"]),
        ({"listIds": ["1", "3", "77"]}, ["1", "3"]),
        ({"listIds": [], "processingTypes": [], "offset": 0}, ["1", "2", "3"]),
        ({"query": "nothing"}, []),
    ],
)
def test_a_search_filters(call, body: dict[str, object], expected: list[str]) -> None:
    assert found(call.post(f"{ROOT}/search", body)) == expected


def test_a_search_is_paged_by_its_offset(call) -> None:
    first = call.post(f"{ROOT}/search", {"count": 2})
    assert (first.json()["hasMore"], first.json()["offset"]) == (True, 2)
    second = call.post(f"{ROOT}/search", {"count": 2, "offset": first.json()["offset"]})
    assert found(first) + found(second) == ["1", "2", "3"]
    assert second.json()["hasMore"] is False


@pytest.mark.parametrize(
    "body", [{"count": 501}, {"count": "5"}, {"offset": -1}, {"listIds": "1"}, {"processingTypes": ["STATIC"]}]
)
def test_a_search_that_cannot_be_is_refused(call, body: dict[str, object]) -> None:
    assert call.post(f"{ROOT}/search", body).status_code == 400


def test_all_lists_follow_an_opaque_cursor_in_2026_09_only(call) -> None:
    first = call.post(f"{ROOT}/all", {"count": 2})
    rest = call.post(f"{ROOT}/all", {"count": 2, "after": first.json()["paging"]["next"]["after"]})
    assert found(first) + found(rest) == ["1", "2", "3"]
    assert "paging" not in rest.json()
    assert call.post("/crm/lists/2026-03/all", {}).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"), [({"after": "2"}, "INVALID_CURSOR"), ({"processingTypes": ["X"]}, "INVALID_PROCESSING_TYPE")]
)
def test_all_lists_refuse_with_codes_of_their_own(call, body: dict[str, object], code: str) -> None:
    refused = call.post(f"{ROOT}/all", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, code)


def test_a_list_is_read_by_id_and_by_name_with_its_filters_on_request(call) -> None:
    plain = call.get(f"{ROOT}/2").json()["list"]
    assert "filterBranch" not in plain
    full = call.get(f"{ROOT}/2", includeFilters="true").json()["list"]
    assert full["filterBranch"]["filterBranchType"] == "OR"
    assert call.get(f"{ROOT}/object-type-id/0-1/name/Newsletter%20readers").json()["list"] == plain
    assert found(call.get(ROOT, listIds=["3", "1", "9"])) == ["1", "3"]


@pytest.mark.parametrize("path", ["/9", "/x", "/object-type-id/0-2/name/Newsletter", "/9/memberships"])
def test_a_list_that_is_not_there(call, path: str) -> None:
    assert call.get(ROOT + path).status_code == 404


def test_members_are_by_record_id_and_those_that_exist(call) -> None:
    assert call.get(f"{ROOT}/1/memberships").json() == {
        "results": [
            {"recordId": "11", "membershipTimestamp": "2026-01-05T08:00:03.000Z"},
            {"recordId": "12", "membershipTimestamp": "2026-01-05T08:00:02.000Z"},
            {"recordId": "13", "membershipTimestamp": "2026-01-05T08:00:01.000Z"},
        ],
        "total": 3,
    }


def test_join_order_is_by_time(call) -> None:
    joined = call.get(f"{ROOT}/1/memberships/join-order").json()["results"]
    assert [each["recordId"] for each in joined] == ["13", "12", "11"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/1/memberships", ["11", "12", "13"]), ("/1/memberships/join-order", ["13", "12", "11"])],
)
def test_members_are_paged_by_an_opaque_cursor(call, path: str, expected: list[str]) -> None:
    first = call.get(ROOT + path, limit=2).json()
    rest = call.get(ROOT + path, limit=2, after=first["paging"]["next"]["after"]).json()
    assert [each["recordId"] for each in first["results"] + rest["results"]] == expected
    assert call.get(ROOT + path, limit=251).status_code == 400


def test_an_archived_record_leaves_its_lists(call) -> None:
    call.delete("/crm/objects/2026-09/contacts/11")
    assert call.get(f"{ROOT}/2").json()["list"]["size"] == 0
    assert call.get(f"{ROOT}/records/0-1/11/memberships").json()["results"] == []


def test_the_lists_of_a_record(call) -> None:
    body = call.get(f"{ROOT}/records/0-1/11/memberships").json()
    assert [each["listId"] for each in body["results"]] == ["1", "2"]
    assert body["results"][0]["firstAddedTimestamp"] == "2026-01-05T08:00:03.000Z"
    assert call.get(f"{ROOT}/records/0-2/11/memberships").json()["results"] == []
    assert call.get(f"{ROOT}/records/0-1/nobody/memberships").json()["results"] == []


def test_every_call_needs_the_scope(call) -> None:
    headers = {"Authorization": f"Bearer {call.sandbox.tokens.mint('demo', {'oauth'})}"}
    for path in ("", "/1", "/1/memberships", "/1/memberships/join-order", "/records/0-1/11/memberships"):
        assert call.http.get(ROOT + path, headers=headers).status_code == 403
    for path in ("/search", "/all"):
        assert call.http.post(ROOT + path, headers=headers, json={}).status_code == 403
