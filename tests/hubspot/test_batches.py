"""Every input of a batch has an outcome: done, refused, or unknown; none is left out."""

import pytest

from hubspot_skill.domain.errors import (
    AlreadyExistsError,
    InvalidInputError,
    NotFoundError,
    RejectedValueError,
    TokenRefusedError,
    UnavailableError,
)
from hubspot_skill.domain.names import COMPANIES, CONTACTS, PropertyName
from hubspot_skill.domain.writes import Change, Draft
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from tests.hubspot.conftest import ADA, GRACE
from tests.hubspot.stub import connected, reply, serving
from tests.sandbox_fixture import Served

EMAIL = PropertyName("email")
NAME = PropertyName("firstname")
ERP = PropertyName("erp_number")


def people(count: int) -> list[Draft]:
    return [Draft(CONTACTS, {EMAIL: f"p{n}@new.example"}) for n in range(count)]


async def test_one_bad_input_leaves_the_others_done(hubspot: HubSpot) -> None:
    drafts = people(3)
    drafts[1] = Draft(CONTACTS, {EMAIL: "new@new.example", PropertyName("no_such_thing"): "x"})
    outcome = await hubspot.objects.create_many(drafts)
    assert [item.index for item in outcome.outcomes] == [0, 1, 2]
    assert [item.index for item in outcome.done] == [0, 2]
    assert isinstance(outcome.failed[0].error, RejectedValueError)
    assert outcome.outcomes[2].record is not None
    assert outcome.outcomes[2].record.properties["email"] == "p2@new.example"


async def test_an_update_of_an_absent_record_fails_alone(hubspot: HubSpot) -> None:
    changes = [Change(CONTACTS, id, {NAME: "New"}) for id in (ADA, "999999", GRACE)]
    outcome = await hubspot.objects.update_many(changes)
    assert [item.index for item in outcome.done] == [0, 2]
    assert isinstance(outcome.failed[0].error, NotFoundError)
    assert "999999" in outcome.failed[0].error.message


async def test_more_than_a_hundred_go_in_chunks_and_keep_their_places(hubspot: HubSpot) -> None:
    outcome = await hubspot.objects.create_many(people(230))
    assert len(outcome.done) == 230
    emails = [item.record.properties["email"] for item in outcome.outcomes if item.record]
    assert emails == [f"p{n}@new.example" for n in range(230)]


async def test_an_upsert_says_which_records_are_new(hubspot: HubSpot) -> None:
    changes = [Change(COMPANIES, key, {PropertyName("name"): key, ERP: key}) for key in ("E1", "E2")]
    first = await hubspot.objects.upsert_many(COMPANIES, changes[:1], ERP)
    assert [item.is_new for item in first.outcomes] == [True]
    both = await hubspot.objects.upsert_many(COMPANIES, changes, ERP)
    assert [item.is_new for item in both.outcomes] == [False, True]


async def test_an_upsert_takes_each_value_once(hubspot: HubSpot) -> None:
    changes = [Change(COMPANIES, "E1", {}), Change(COMPANIES, "e1", {})]
    with pytest.raises(InvalidInputError):
        await hubspot.objects.upsert_many(COMPANIES, changes, ERP)


async def test_an_archive_counts_every_id_as_done(hubspot: HubSpot) -> None:
    outcome = await hubspot.objects.archive_many(CONTACTS, [ADA, "999999"])
    assert [item.record.id for item in outcome.done if item.record] == [ADA, "999999"]
    assert await hubspot.objects.read_many(CONTACTS, [ADA], properties=()) == ()


async def test_a_taken_email_fails_its_chunk_and_names_the_record(hubspot: HubSpot) -> None:
    outcome = await hubspot.objects.create_many([*people(1), Draft(CONTACTS, {EMAIL: "ada@acme.com"})])
    assert len(outcome.outcomes) == 2
    assert any(isinstance(item.error, AlreadyExistsError) for item in outcome.failed)
    assert not outcome.unknown


async def test_a_lost_answer_leaves_its_chunk_unknown_and_the_rest_unsent(hubspot: HubSpot, served: Served) -> None:
    served.sandbox.faults.add(Rule(kinds.Lost(effect="committed"), route="batch/create", skip=1, times=1))
    outcome = await hubspot.objects.create_many(people(250))
    assert [item.index for item in outcome.done] == list(range(100))
    assert [item.index for item in outcome.unknown] == list(range(100, 200))
    assert [item.index for item in outcome.failed] == list(range(200, 250))
    assert isinstance(outcome.failed[0].error, UnavailableError)
    assert len(list(served.sandbox.traffic.calls("batch/create"))) == 2


async def test_a_failure_before_anything_was_written_is_raised(hubspot: HubSpot, served: Served) -> None:
    served.sandbox.faults.add(Rule(kinds.Status(401), route="batch/create"))
    with pytest.raises(TokenRefusedError):
        await hubspot.objects.create_many(people(3))


def result(place: int, id: str) -> dict[str, object]:
    return {"id": id, "properties": {}, "objectWriteTraceId": str(place)}


@pytest.mark.parametrize(
    ("body", "done", "failed", "unknown"),
    [
        ({"results": []}, [], [], [0, 1, 2]),
        ({}, [], [], [0, 1, 2]),
        ({"results": [result(2, "3"), result(0, "1")]}, [0, 2], [], [1]),
        ({"results": [{"id": ADA, "properties": {}}]}, [0], [], [1, 2]),
        (
            {
                "results": [result(1, "2")],
                "numErrors": 1,
                "errors": [{"category": "VALIDATION_ERROR", "message": "no", "context": {"objectWriteTraceId": ["0"]}}],
            },
            [1],
            [0],
            [2],
        ),
        (
            {
                "results": [],
                "errors": [{"category": "OBJECT_NOT_FOUND", "message": "no", "context": {"ids": ["9", GRACE]}}],
            },
            [],
            [1, 2],
            [0],
        ),
        (
            {"results": [result(7, "3")], "errors": ["odd", {"context": {"objectWriteTraceId": ["x"]}}]},
            [],
            [],
            [0, 1, 2],
        ),
    ],
)
async def test_an_answer_that_leaves_inputs_out_leaves_them_unknown(body, done, failed, unknown) -> None:
    """W6's part of the adapter: 207 with missing items, in another order, with neither results nor errors."""
    async with serving(lambda _: reply(207, body)) as stub, connected(stub.base_url) as hubspot:
        outcome = await hubspot.objects.update_many([Change(CONTACTS, id, {NAME: "x"}) for id in (ADA, GRACE, "9")])
    assert [item.index for item in outcome.done] == done
    assert [item.index for item in outcome.failed] == failed
    assert [item.index for item in outcome.unknown] == unknown
