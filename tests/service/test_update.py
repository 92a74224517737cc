"""Changing records: only what differs, before and after, conditions, links, steps back."""

from typing import Any

import pytest

from hubspot_skill.domain.errors import (
    AmbiguousNameError,
    HubSpotSkillError,
    InvalidInputError,
    NotFoundError,
    RejectedValueError,
    UnknownNameError,
    ValueChangedError,
)
from hubspot_skill.sandbox.fault_kinds import Status
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.service.answers import FieldChange, LinkedRecord, WriteAction, WriteAnswer
from hubspot_skill.service.requests import GetRequest, LinkTo, UpdateRequest
from tests.service import scene
from tests.service.scene import Office


async def change(crm: Office, type: str, record: str, fields: dict[str, Any] | None = None, **more: Any) -> WriteAnswer:
    return await crm.crm.update(UpdateRequest(type=type, record=record, fields=fields or {}, **more))


@pytest.mark.promise("only-given-fields")
async def test_only_what_differs_is_written_and_before_and_after_are_told(crm: Office) -> None:
    answer = await change(
        crm, "contact", scene.ADA,
        {"job_title": "CEO", "first_name": "Ada", "owner": "bo", "lifecycle_stage": "customer", "email": "ADA@acme.com"},
    )  # fmt: skip
    assert (answer.action, answer.id, answer.name) == (WriteAction.UPDATED, scene.ADA, "Ada Lovelace")
    assert answer.changes == (
        FieldChange("jobtitle", "Job Title", "CTO", "CEO"),
        FieldChange("hubspot_owner_id", "Contact owner", "Ada Berg", "Bo Lind"),
    )
    assert len(crm.writes()) == 1


@pytest.mark.parametrize(
    ("type", "record"),
    [
        ("contact", "ada@acme.com"),
        ("contact", "https://app.hubspot.com/contacts/4242/record/0-1/2001"),
        ("contact", "Ada Lovelace"),
        ("", "ada@acme.com"),
    ],
)
async def test_the_record_is_named_by_id_address_key_or_exact_name(crm: Office, type: str, record: str) -> None:
    assert (await change(crm, type, record, {"job_title": "CEO"})).id == scene.ADA


async def test_an_update_of_a_known_id_costs_one_read_and_one_write(crm: Office) -> None:
    await change(crm, "deal", scene.PILOT, {"amount": 1})
    crm.forget_calls()
    await change(crm, "deal", scene.PILOT, {"amount": 2})
    assert crm.calls() == ["GET /crm/objects/2026-09/deals/3002", "PATCH /crm/objects/2026-09/deals/3002"]


async def test_nothing_to_change_is_no_write(crm: Office) -> None:
    answer = await change(
        crm, "deal", scene.RENEWAL,
        {"amount": "1500.50", "stage": "contract sent", "close_date": "2026-12-13", "owner": "me", "next_step": "Send the contract"},
        associate=(LinkTo(type="company", record=scene.ACME),),
    )  # fmt: skip
    assert (answer.action, answer.changes, answer.linked) == (WriteAction.UNCHANGED, (), ())
    assert answer.notes == ("Everything was so already: nothing was written.",)
    assert crm.writes() == []


async def test_a_deal_moves_within_its_own_pipeline(crm: Office) -> None:
    answer = await change(crm, "deal", scene.DUE, {"stage": "Lost"})
    assert answer.changes[0] == FieldChange("dealstage", "Deal Stage", "Due", "Lost")
    with pytest.raises(UnknownNameError) as refused:
        await change(crm, "deal", scene.DUE, {"stage": "Contract Sent"})
    assert {c.label for c in refused.value.candidates} >= {"Due", "Renewed", "Lost"}


async def test_a_deal_moves_to_another_pipeline_only_with_a_stage_of_it(crm: Office) -> None:
    with pytest.raises(InvalidInputError, match="needs a stage"):
        await change(crm, "deal", scene.PILOT, {"pipeline": "Renewals"})
    answer = await change(crm, "deal", scene.PILOT, {"pipeline": "Renewals", "stage": "Due"})
    assert {c.name: (c.before, c.after) for c in answer.changes} == {
        "dealstage": ("Appointment Scheduled", "Due"),
        "pipeline": ("Sales Pipeline", "Renewals"),
    }


async def test_a_close_date_that_hubspot_moves_with_the_stage_is_told(crm: Office) -> None:
    answer = await change(crm, "deal", scene.RENEWAL, {"stage": "closed won"})
    assert FieldChange("closedate", "Close Date", "2026-12-13", "2026-11-23") in answer.changes


async def test_an_empty_value_clears(crm: Office) -> None:
    answer = await change(crm, "contact", scene.ADA, {"job_title": None, "owner": ""})
    assert {c.name: c.after for c in answer.changes} == {"jobtitle": None, "hubspot_owner_id": None}
    assert (await change(crm, "contact", scene.ADA, {"job_title": ""})).action is WriteAction.UNCHANGED


async def test_a_record_is_taken_from_its_owner(crm: Office) -> None:
    answer = await change(crm, "contact", scene.ADA, {"owner": "nobody"})
    assert answer.changes == (FieldChange("hubspot_owner_id", "Contact owner", "Ada Berg", None),)


async def test_a_stage_cannot_be_cleared(crm: Office) -> None:
    with pytest.raises(InvalidInputError, match="cannot be cleared"):
        await change(crm, "deal", scene.PILOT, {"stage": ""})


async def test_a_lifecycle_stage_moves_back_by_being_cleared_first(crm: Office) -> None:
    answer = await change(crm, "contact", scene.ADA, {"lifecycle_stage": "Lead"})
    assert answer.changes == (FieldChange("lifecyclestage", "Lifecycle Stage", "Customer", "Lead"),)
    assert any("cleared first" in note for note in answer.notes)
    (ada,) = (await crm.crm.get(GetRequest(type="contacts", records=(scene.ADA,), fields=("lifecycle_stage",)))).records
    assert [v.value for v in ada.values] == ["Lead"]


async def test_a_step_back_that_hubspot_refuses_is_put_back(crm: Office) -> None:
    crm.served.sandbox.faults.add(Rule(Status(400), route="/contacts/2001", methods=frozenset({"PATCH"}), skip=1, times=1))  # fmt: skip
    with pytest.raises(RejectedValueError) as refused:
        await change(crm, "contact", scene.ADA, {"lifecycle_stage": "Lead"})
    assert refused.value.wrote == "nothing"
    (ada,) = (await crm.crm.get(GetRequest(type="contacts", records=(scene.ADA,), fields=("lifecycle_stage",)))).records
    assert [v.value for v in ada.values] == ["Customer"]


async def test_a_step_back_that_cannot_be_put_back_says_what_was_written(crm: Office) -> None:
    crm.served.sandbox.faults.add(Rule(Status(400), route="/contacts/2001", methods=frozenset({"PATCH"}), skip=1))
    with pytest.raises(RejectedValueError, match="lifecycle stage, which was") as refused:
        await change(crm, "contact", scene.ADA, {"lifecycle_stage": "Lead"})
    assert refused.value.wrote == "some"


@pytest.mark.parametrize(
    "only_if",
    [
        {"amount": "1500.5"},
        {"stage": "Contract Sent", "owner": "Ada Berg"},
        {"close_date": "2026-12-13"},
        {"hs_is_closed": False},
        {"closed_lost_reason": None},
        {"dealname": "Acme renewal"},
    ],
)
async def test_only_if_lets_a_change_through_where_it_holds(crm: Office, only_if: dict[str, Any]) -> None:
    assert (await change(crm, "deal", scene.RENEWAL, {"amount": 5}, only_if=only_if)).action is WriteAction.UPDATED


@pytest.mark.parametrize(
    ("only_if", "told"),
    [
        ({"amount": "1500"}, 'amount is "1500.5", expected "1500"'),
        ({"stage": "Due"}, 'dealstage is "Contract Sent", expected "Due"'),
        ({"stage": "Closed Won"}, 'dealstage is "Contract Sent", expected "Closed Won"'),
        ({"hs_next_step": None}, 'hs_next_step is "Send the contract", expected empty'),
        ({"closed_lost_reason": "Price"}, 'closed_lost_reason is empty, expected "Price"'),
    ],
)
async def test_only_if_stops_a_change_and_names_the_field(crm: Office, only_if: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueChangedError) as refused:
        await change(crm, "deal", scene.RENEWAL, {"amount": 5}, only_if=only_if)
    assert told in refused.value.message
    assert crm.writes() == []


async def test_records_are_linked_by_name_with_or_without_new_values(crm: Office) -> None:
    answer = await change(
        crm, "deal", scene.DUE,
        associate=(LinkTo(type="contact", record="ada@acme.com"), LinkTo(type="company", record="Initech")),
    )  # fmt: skip
    assert answer.action is WriteAction.UPDATED
    assert answer.linked == (LinkedRecord("contacts", scene.ADA, "Ada Lovelace"),)
    assert len(crm.writes()) == 1


async def test_a_label_is_added_to_a_link_and_those_that_it_has_are_kept(crm: Office) -> None:
    link = LinkTo(type="company", record="Acme Inc.", label="Advisor")
    answer = await change(crm, "contact", scene.ADA, associate=(link,))
    assert answer.linked == (LinkedRecord("companies", scene.ACME, "Acme Inc.", "Advisor"),)
    assert (await change(crm, "contact", scene.ADA, associate=(link,))).action is WriteAction.UNCHANGED
    (ada,) = (await crm.crm.get(GetRequest(type="contacts", records=(scene.ADA,), associations=("companies",)))).records
    assert ada.related[0].records[0].labels == ("Primary", "Advisor")


async def test_a_link_that_fails_after_the_values_were_written_says_so(crm: Office) -> None:
    crm.served.sandbox.faults.add(Rule(Status(400), route="/associations/", methods=frozenset({"PUT"})))
    with pytest.raises(HubSpotSkillError, match="the values of deal 3006 were written") as refused:
        await change(crm, "deal", scene.DUE, {"amount": 7}, associate=(LinkTo(type="contact", record=scene.ADA),))
    assert refused.value.wrote == "some"


@pytest.mark.promise("dry-run")
async def test_a_dry_run_tells_the_changes_and_writes_nothing(crm: Office) -> None:
    answer = await change(
        crm, "deal", scene.PILOT, {"amount": "450", "stage": "Qualified to buy"},
        associate=(LinkTo(type="contact", record="Ada Lovelace"),), dry_run=True,
    )  # fmt: skip
    assert answer.action is WriteAction.WOULD_UPDATE
    assert {c.name: (c.before, c.after) for c in answer.changes} == {
        "amount": (400, 450),
        "dealstage": ("Appointment Scheduled", "Qualified To Buy"),
    }
    assert [x.name for x in answer.linked] == ["Ada Lovelace"]
    assert crm.writes() == []


@pytest.mark.parametrize(
    ("type", "record", "fields", "error"),
    [
        ("contact", "nobody@acme.com", {"job_title": "x"}, NotFoundError),
        ("contact", "999999", {"job_title": "x"}, NotFoundError),
        ("contact", "Grace Hopper", {"job_title": "x"}, AmbiguousNameError),
        ("company", "acme.com", {"city": "x"}, AmbiguousNameError),
        ("company", "acme", {"city": "x"}, NotFoundError),
        ("contact", scene.ADA, {}, InvalidInputError),
        ("contact", scene.ADA, {"email": "nonsense"}, InvalidInputError),
        ("contact", scene.ADA, {"createdate": "today"}, InvalidInputError),
        ("contact", scene.ADA, {"owner": "nemo"}, UnknownNameError),
        ("deal", scene.PILOT, {"owner": "Cy Past"}, InvalidInputError),
    ],
)
async def test_what_cannot_be_changed_is_refused_and_nothing_is_written(
    crm: Office, type: str, record: str, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await change(crm, type, record, fields)
    assert crm.writes() == []


async def test_an_email_that_another_contact_has_is_refused(crm: Office) -> None:
    with pytest.raises(HubSpotSkillError) as refused:
        await change(crm, "contact", scene.ADA, {"email": "grace@globex.example"})
    assert refused.value.code == "already_exists"
