"""Plan, approve, apply and undo, as a surface asks for it: words in, an exact difference out, the journal in between."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from hubspot_skill.changes.policy import Means
from hubspot_skill.domain.errors import (
    InvalidInputError,
    NotApprovedError,
    NotFoundError,
    PlanEndedError,
    UnknownNameError,
    WritesOffError,
)
from hubspot_skill.domain.names import DEALS, PropertyName
from hubspot_skill.domain.writes import Change
from hubspot_skill.service.changes.answers import PlanView
from hubspot_skill.service.changes.requests import ChangesRequest, Operation, OperationKind, PlanRequest, Selection
from hubspot_skill.service.requests import CreateRequest, DealFilters, GetRequest, Given, LinkTo, UpdateRequest
from tests.changes.scene import FIRST_DEAL, served
from tests.changes.scene import crm as portal_of
from tests.sandbox_fixture import Served
from tests.service.scene import ACME, DUE, EURO, GLOBEX, LOST, PILOT, RENEWAL, Office, opened


@pytest.fixture(scope="module")
def many() -> Any:
    """Serve a portal of 250 open deals in one stage."""
    with served(portal_of(deals=250)) as running:
        yield running


@pytest.fixture
async def office_of_many(many: Served) -> AsyncIterator[Office]:
    """Give the use cases over that portal as it was seeded."""
    many.sandbox.reset()
    async with opened(many) as here:
        await here.crm.whoami()
        yield here


def stage_move(to: str, **filters: Any) -> PlanRequest:
    """Ask to move the open deals of a stage."""
    return PlanRequest(
        selection=Selection(type="deals", filters=DealFilters(**filters), values={"stage": to}),
    )


async def approved(office: Office, plan: PlanView, count: int | None = None) -> None:
    """Approve a plan as the person at a page does."""
    approvals = await office.crm.approvals()
    typed = count if count is not None else plan.records
    await approvals.approve(plan.plan_id, means=Means.CONSOLE, shown=plan.digest, typed_count=typed)


async def values_of(office: Office, id: str, *names: str, type: str = "deals") -> dict[str, Any]:
    """Read a record's values as people see them."""
    answer = await office.crm.get(GetRequest(type=type, records=(id,), fields=names))
    return {value.name: value.value for value in answer.records[0].values}


def planned(values: Mapping[str, Given], *ids: str, type: str = "deals") -> PlanRequest:
    """Ask to set values on records."""
    return PlanRequest(
        operations=tuple(Operation(kind=OperationKind.UPDATE, type=type, record=id, values=values) for id in ids)
    )


async def carried_out(office: Office, request: PlanRequest) -> PlanView:
    """Plan, approve and apply, and give how it ended."""
    plan = (await office.crm.plan_changes(request)).plan
    if plan.approval.is_needed:
        await approved(office, plan)
    return (await office.crm.apply_changes(plan.plan_id, wait_s=None)).plan


async def test_250_deals_move_by_one_plan_and_one_apply_in_at_most_14_requests_and_go_back(
    office_of_many: Office,
) -> None:
    here = office_of_many
    await here.crm.plan_changes(stage_move("Qualified To Buy", stage=("Closed Lost",)))  # the schema is known from here
    here.forget_calls()

    plan = (await here.crm.plan_changes(stage_move("Qualified To Buy", stage=("Appointment Scheduled",)))).plan

    (group,) = plan.groups
    assert (group.before, group.after, group.count) == ("Appointment Scheduled", "Qualified To Buy", 250)
    assert (plan.status, plan.change_class, plan.records, plan.requests) == ("planned", 3, 250, 9)
    assert not plan.approval.can_ask
    await approved(here, plan)
    ended = (await here.crm.apply_changes(plan.plan_id)).plan
    assert (ended.status, ended.outcomes.done, ended.rows) == ("ended", 250, ())
    assert len(here.calls()) <= 14

    await here.hubspot.objects.update(Change(DEALS, str(FIRST_DEAL + 7), {PropertyName("dealstage"): "contractsent"}))
    undo = (await here.crm.undo_changes(plan.plan_id)).plan
    assert [(o.id, o.reason) for o in undo.left_out] == [(str(FIRST_DEAL + 7), "changed since: dealstage")]
    assert (undo.records, undo.undo_of) == (249, plan.plan_id)
    await approved(here, undo)
    back = (await here.crm.apply_changes(undo.plan_id)).plan
    assert back.outcomes.done == 249
    assert (await values_of(here, str(FIRST_DEAL), "dealstage"))["dealstage"] == "Appointment Scheduled"
    assert (await values_of(here, str(FIRST_DEAL + 7), "dealstage"))["dealstage"] == "Contract Sent"


@pytest.mark.parametrize(
    ("given", "now"),
    [
        ({"close_date": "+1 month"}, {"closedate": "2027-01-13"}),
        ({"close_date": "-2 weeks"}, {"closedate": "2026-11-29"}),
        ({"close_date": "to this month"}, {"closedate": "2026-11-13"}),
        ({"close_date": "to next quarter"}, {"closedate": "2027-03-13"}),
        ({"amount": "*1.1"}, {"amount": 1650.55}),
        ({"amount": "-10%"}, {"amount": 1350.45}),
        ({"amount": "+=500"}, {"amount": 2000.5}),
        ({"amount": 2000}, {"amount": 2000}),
        ({"Next step": None}, {"hs_next_step": None}),
    ],
)
async def test_relative_and_plain_values_are_understood(
    crm: Office, given: dict[str, Given], now: dict[str, Any]
) -> None:
    plan = (await crm.crm.plan_changes(planned(given, RENEWAL))).plan
    assert (plan.status, plan.approval.means, len(plan.groups)) == ("approved", "policy", 1)
    await crm.crm.apply_changes(plan.plan_id)
    for name, value in now.items():
        assert (await values_of(crm, RENEWAL, name)).get(name) == value


async def test_a_record_that_a_value_does_not_fit_is_left_out_and_named(crm: Office) -> None:
    plan = (await crm.crm.plan_changes(planned({"stage": "Contract Sent"}, PILOT, DUE))).plan
    assert [(o.id, o.name) for o in plan.left_out] == [(DUE, "Initech renewal")]
    assert "has no stage" in plan.left_out[0].reason
    assert [row.id for row in plan.rows] == [PILOT]


async def test_a_plan_without_a_condition_or_with_nothing_to_do_is_told_and_not_kept(crm: Office) -> None:
    with pytest.raises(InvalidInputError, match="nothing says which deals"):
        await crm.crm.plan_changes(PlanRequest(selection=Selection(type="deals", values={"amount": 1})))
    with pytest.raises(InvalidInputError, match="neither"):
        await crm.crm.plan_changes(PlanRequest())
    plan = (await crm.crm.plan_changes(planned({"amount": "1500.5"}, RENEWAL))).plan
    assert (plan.plan_id, plan.status, plan.unchanged) == ("", "nothing", 1)
    assert (await crm.crm.list_changes(ChangesRequest())).plans == ()


@pytest.mark.parametrize(
    ("operation", "error", "words"),
    [
        (Operation(kind=OperationKind.UPDATE, type="deals", record=RENEWAL), InvalidInputError, "values"),
        (Operation(kind=OperationKind.ARCHIVE, type="deals"), InvalidInputError, "record"),
        (
            Operation(kind=OperationKind.ARCHIVE, type="deals", record=RENEWAL, values={"amount": 1}),
            InvalidInputError,
            "values",
        ),
        (Operation(kind=OperationKind.MERGE, type="deals", record=RENEWAL), InvalidInputError, "into"),
        (
            Operation(kind=OperationKind.UPDATE, type="deals", record=RENEWAL, values={"amont": 1}),
            UnknownNameError,
            "amont",
        ),
        (
            Operation(kind=OperationKind.UPDATE, type="deals", record=RENEWAL, values={"amount": "+500"}),
            InvalidInputError,
            "that much more",
        ),
        (
            Operation(kind=OperationKind.UPDATE, type="deals", record=RENEWAL, values={"stage": "Nowhere"}),
            UnknownNameError,
            "Nowhere",
        ),
        (Operation(kind=OperationKind.UPSERT, type="companies", values={"name": "X"}), InvalidInputError, "key"),
    ],
)
async def test_an_operation_that_does_not_fit_is_refused_with_what_is_wrong(
    crm: Office, operation: Operation, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        await crm.crm.plan_changes(PlanRequest(operations=(operation,)))
    assert crm.writes() == []


async def test_links_archives_and_creates_are_planned_by_name_and_taken_back(crm: Office) -> None:
    done = await carried_out(
        crm,
        PlanRequest(
            operations=(
                Operation(kind=OperationKind.CREATE, type="companies", values={"name": "Umbrella"}),
                Operation(
                    kind=OperationKind.ASSOCIATE,
                    type="deals",
                    record="Acme pilot",
                    to=(LinkTo(type="companies", record="Initech"),),
                ),
                Operation(
                    kind=OperationKind.DISSOCIATE,
                    type="deals",
                    record=EURO,
                    to=(LinkTo(type="companies", record=GLOBEX),),
                ),
                Operation(kind=OperationKind.ARCHIVE, type="deals", record=LOST),
            )
        ),
    )
    assert (done.status, done.outcomes.done, done.change_class) == ("ended", 4, 3)
    assert any("restored only by hand" in limit for limit in done.limits)
    undo = (await crm.crm.undo_changes(done.plan_id)).plan
    assert [(o.id, "restore it by hand" in o.reason) for o in undo.left_out] == [(LOST, True)]
    kinds = sorted(group.action for group in undo.groups)
    assert kinds == ["archive", "associate", "dissociate"]
    await approved(crm, undo)
    back = (await crm.crm.apply_changes(undo.plan_id)).plan
    assert back.outcomes.done == 3


async def test_a_plan_nobody_approved_is_not_applied_and_says_how_it_could_be(crm: Office) -> None:
    plan = (await crm.crm.plan_changes(planned({"amount": 1}, RENEWAL, PILOT))).plan
    with pytest.raises(NotApprovedError) as refused:
        await crm.crm.apply_changes(plan.plan_id)
    assert refused.value.plan_id == plan.plan_id
    assert f"hubspot-skill changes approve {plan.plan_id}" in refused.value.hint
    assert crm.writes() == []
    with pytest.raises(NotFoundError):
        await crm.crm.apply_changes("0" * 32)


async def test_a_rejected_plan_is_neither_approved_nor_applied(crm: Office) -> None:
    plan = (await crm.crm.plan_changes(planned({"amount": 1}, RENEWAL, PILOT))).plan
    approvals = await crm.crm.approvals()
    assert (await approvals.reject(plan.plan_id)).status == "rejected"
    with pytest.raises(PlanEndedError):
        await approved(crm, plan)
    with pytest.raises(PlanEndedError):
        await crm.crm.apply_changes(plan.plan_id)
    assert crm.writes() == []


async def test_an_update_of_one_record_costs_a_read_and_a_write_and_is_undone(crm: Office) -> None:
    request = UpdateRequest(type="deals", record=RENEWAL, fields={"amount": 2000})
    await crm.crm.update(UpdateRequest(type="deals", record=PILOT, fields={"amount": 1}))
    crm.forget_calls()

    answer = await crm.crm.update(request)

    assert [call.split(" ")[0] for call in crm.calls()] == ["GET", "PATCH"]
    assert len(answer.change_id) == 32
    listed = (await crm.crm.list_changes(ChangesRequest())).plans
    assert next((p.what, p.status, p.outcomes.done) for p in listed) == ("update 1 deal (Amount)", "ended", 1)
    undo = (await crm.crm.undo_changes(answer.change_id)).plan
    assert undo.status == "approved"
    await crm.crm.apply_changes(undo.plan_id)
    assert (await values_of(crm, RENEWAL, "amount"))["amount"] == 1500.5
    assert [n.action for n in crm.journal.noted] == ["write", "write", "plan", "apply", "apply"]


async def test_single_record_tools_obey_the_policy_and_leave_a_plan_for_a_person(crm: Office) -> None:
    approvals = await crm.crm.approvals()
    await approvals.set_policy(mode="confirm_all")
    with pytest.raises(NotApprovedError) as refused:
        await crm.crm.update(UpdateRequest(type="deals", record=RENEWAL, fields={"amount": 2000}))
    assert crm.writes() == []
    plan = await approvals.show(refused.value.plan_id)
    await approvals.approve(plan.plan_id, means=Means.CONSOLE, shown=plan.digest)
    await crm.crm.apply_changes(plan.plan_id)
    assert (await values_of(crm, RENEWAL, "amount"))["amount"] == 2000

    await approvals.set_policy(mode="default", protected=("amount",))
    with pytest.raises(NotApprovedError):
        await crm.crm.update(UpdateRequest(type="deals", record=RENEWAL, fields={"amount": 3000}))
    await approvals.set_policy(protected=(), daily_cap=1)
    with pytest.raises(WritesOffError, match="in one day"):
        await crm.crm.update(UpdateRequest(type="deals", record=RENEWAL, fields={"amount": 3000}))
    await approvals.set_policy(daily_cap=10_000)
    await approvals.switch_writes(are_off=True)
    with pytest.raises(WritesOffError):
        await crm.crm.create(CreateRequest(type="companies", fields={"name": "Umbrella"}))
    assert (await values_of(crm, RENEWAL, "amount"))["amount"] == 2000


async def test_a_created_record_is_archived_by_its_undo_after_a_person_agreed(crm: Office) -> None:
    created = await crm.crm.create(
        CreateRequest(
            type="deals",
            fields={"name": "New one", "stage": "Contract Sent"},
            links=(LinkTo(type="companies", record=ACME),),
        )
    )
    undo = (await crm.crm.undo_changes(created.change_id)).plan
    assert (undo.status, undo.change_class, undo.groups[0].action) == ("planned", 2, "archive")
    assert undo.approval.can_ask
    await approved(crm, undo)
    assert (await crm.crm.apply_changes(undo.plan_id)).plan.outcomes.done == 1
    with pytest.raises(NotFoundError):
        await crm.crm.update(UpdateRequest(type="deals", record=created.id, fields={"amount": 1}))
