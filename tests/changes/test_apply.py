"""Plans, approvals, applying and undoing against a running sandbox, with a journal of either kind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hubspot_skill.changes.operations import Archive, Associate, Create, Dissociate, Merge, Update, Upsert, set_on
from hubspot_skill.changes.planning import limits_of
from hubspot_skill.changes.policy import ChangeClass, Means, Mode, WritePolicy
from hubspot_skill.changes.steps import Outcome, State, StepKind
from hubspot_skill.changes.store import PlanStatus
from hubspot_skill.domain.errors import (
    InvalidInputError,
    NotApprovedError,
    NotFoundError,
    PlanEndedError,
    UnknownNameError,
    WritesOffError,
)
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, RecordId
from hubspot_skill.domain.writes import Link, NewLink
from tests.changes.scene import (
    ACCOUNT,
    ACME,
    ANNA,
    FIRST_CONTACT,
    FIRST_DEAL,
    GLOBEX,
    TENANT,
    Scene,
    crm,
    name,
    scene,
    served,
    values,
)
from tests.database_fixture import KINDS
from tests.sandbox_fixture import Served


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with served(crm(deals=260, contacts=3)) as found:
        yield found


@pytest.fixture(params=KINDS)
async def at(request: pytest.FixtureRequest, tmp_path: Path, running: Served) -> AsyncIterator[Scene]:
    running.sandbox.reset()
    async with scene(request.param, tmp_path, running) as found:
        yield found


def deal(i: int) -> RecordId:
    return RecordId(str(FIRST_DEAL + i))


def person(i: int) -> RecordId:
    return RecordId(str(FIRST_CONTACT + i))


async def test_250_updates_cost_nine_requests_beside_the_three_of_planning_and_go_back(at: Scene) -> None:
    operations = set_on(DEALS, [deal(i) for i in range(250)], values(dealstage="closedwon"))
    draft = await at.draft(operations)
    assert at.served.sandbox.traffic.total == 3
    assert (draft.cost.planning, draft.cost.applying) == (3, 9)
    plan = await at.store.add(TENANT, ACCOUNT, ANNA, draft.steps)
    assert (plan.change_class, plan.records, plan.status) == (ChangeClass.C3, 250, PlanStatus.PLANNED)

    told: list[tuple[int, int]] = []
    await at.approve(plan)
    at.served.sandbox.traffic.clear()
    applied = await at.applier.apply(plan.plan_id, principal=ANNA, progress=lambda *p: told.append(p))
    assert at.served.sandbox.traffic.total == 9
    assert (applied.done, applied.others, applied.plan.status) == (250, (), PlanStatus.ENDED)
    assert told == [(100, 250), (200, 250), (250, 250)]
    assert (await at.value(DEALS, deal(3), "dealstage", "closedate"))[0] == "closedwon"

    await at.edit(DEALS, deal(7), dealstage="qualifiedtobuy")
    undone, missed = await at.undo(plan)
    assert undone is not None
    assert undone.done == len(missed.steps)
    assert [(left.id, left.reason) for left in missed.left_out] == [(deal(7), "changed since: dealstage")]
    assert await at.value(DEALS, deal(3), "dealstage", "closedate") == ("appointmentscheduled", "")
    assert (await at.value(DEALS, deal(7), "dealstage"))[0] == "qualifiedtobuy"


async def test_a_record_changed_since_the_plan_is_skipped_and_listed(at: Scene) -> None:
    plan = await at.approve(await at.plan(*set_on(DEALS, [deal(1), deal(2)], values(amount="7"))))
    await at.edit(DEALS, deal(1), amount="999")

    applied = await at.apply(plan)

    [other] = applied.others
    assert (other.state, other.result.outcome, other.result.differing) == (
        State.FAILED,
        Outcome.CONFLICT,
        values(amount="999"),
    )
    assert (await at.value(DEALS, deal(1), "amount"))[0] == "999"
    assert applied.done == 1


async def test_every_kind_of_operation_is_carried_out_and_taken_back(at: Scene) -> None:
    new_link = NewLink(COMPANIES, RecordId(str(ACME)))
    to_globex = Link(CONTACTS, person(1), COMPANIES, RecordId(str(GLOBEX)))
    from_acme = Link(CONTACTS, person(0), COMPANIES, RecordId(str(ACME)))
    applied = await at.carry_out(
        Create(CONTACTS, values(email="New@Acme.com", firstname="New"), (new_link,)),
        Create(COMPANIES, values(name="Initech")),
        Upsert(CONTACTS, name("email"), "c2@acme.com", values(firstname="Cora")),
        Upsert(COMPANIES, name("erp_number"), "E-1", values(name="Erpland")),
        Update(CONTACTS, person(1), values(lifecyclestage="customer", firstname="Cy")),
        Associate(to_globex),
        Dissociate(from_acme),
    )
    assert (applied.done, applied.others) == (7, ())
    steps = await at.store.steps(TENANT, applied.plan.plan_id)
    created = {s.step.place: s.id for s in steps if s.step.kind is StepKind.CREATE}
    assert sorted(created) == [0, 1, 3]
    assert await at.value(CONTACTS, created[0], "email", "firstname") == ("new@acme.com", "New")
    linked = await at.hubspot.associations.of_many(CONTACTS, [created[0], person(0), person(1)], COMPANIES)
    assert {id: page.links[0].to_id for id, page in linked.items()} == {created[0]: str(ACME), person(1): str(GLOBEX)}

    undone, missed = await at.undo(applied.plan)
    assert undone is not None
    assert (undone.others, missed.left_out) == ((), ())
    assert await at.value(CONTACTS, person(1), "lifecyclestage", "firstname") == ("lead", "C1")
    assert await at.value(CONTACTS, person(2), "firstname") == ("C2",)
    linked = await at.hubspot.associations.of_many(CONTACTS, [person(0), person(1)], COMPANIES)
    assert {id: page.links[0].to_id for id, page in linked.items()} == {person(0): str(ACME)}
    for id in created.values():
        with pytest.raises(NotFoundError):
            await at.hubspot.objects.read(CONTACTS if id == created[0] else COMPANIES, id, properties=())


async def test_archives_and_merges_are_marked_and_listed_as_not_undoable(at: Scene) -> None:
    plan = await at.plan(Archive(DEALS, deal(0)), Merge(CONTACTS, person(0), person(1)))
    said = limits_of([s.step for s in await at.store.steps(TENANT, plan.plan_id)])
    assert (plan.change_class, len(said)) == (ChangeClass.C3, 2)

    applied = await at.apply(await at.approve(plan))

    assert (applied.done, applied.others) == (2, ())
    undone, missed = await at.undo(plan)
    assert undone is None
    assert [left.id for left in missed.left_out] == [deal(0), person(0)]


async def test_missing_records_are_left_out_and_equal_values_are_unchanged(at: Scene) -> None:
    draft = await at.draft(set_on(DEALS, [deal(0), RecordId("999")], values(amount="100.50")))
    assert (draft.steps, draft.unchanged, [left.id for left in draft.left_out]) == ((), 1, ["999"])


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"nosuch": "1"}, UnknownNameError, ""),
        ({"hs_is_closed": "true"}, InvalidInputError, "hs_is_closed"),
        ({"amount": "NaN"}, InvalidInputError, "amount"),
        ({"closedate": "tomorrow"}, InvalidInputError, "closedate"),
        ({"dealstage": "nosuch"}, UnknownNameError, ""),
        ({"dealstage": "901"}, InvalidInputError, "dealstage"),
        ({"dealstage": ""}, InvalidInputError, "dealstage"),
        ({}, InvalidInputError, ""),
    ],
)
async def test_a_value_that_the_schema_forbids_is_refused_at_planning(
    at: Scene, given: dict[str, str], error: type[Exception], field: str
) -> None:
    with pytest.raises(error) as refused:
        await at.plan(Update(DEALS, deal(0), values(**given)))
    assert getattr(refused.value, "field", "") == field


async def test_a_lifecycle_stage_does_not_move_back_by_a_plan(at: Scene) -> None:
    with pytest.raises(InvalidInputError, match="move back"):
        await at.plan(Update(CONTACTS, person(0), values(lifecyclestage="subscriber")))


async def test_a_new_record_needs_its_required_values_and_no_record_is_named_twice(at: Scene) -> None:
    with pytest.raises(InvalidInputError, match="needs dealstage"):
        await at.plan(Create(DEALS, values(dealname="X")))
    with pytest.raises(InvalidInputError, match="twice"):
        await at.plan(Update(DEALS, deal(0), values(amount="1")), Archive(DEALS, deal(0)))


async def test_one_record_is_approved_by_policy_and_more_are_not(at: Scene) -> None:
    one = await at.plan(Update(DEALS, deal(0), values(amount="1")))
    assert (one.status, one.approved_means) == (PlanStatus.APPROVED, Means.POLICY)
    two = await at.plan(*set_on(DEALS, [deal(0), deal(1)], values(amount="1")))
    assert (two.status, two.change_class) == (PlanStatus.PLANNED, ChangeClass.C2)
    with pytest.raises(NotApprovedError):
        await at.apply(two)

    await at.store.set_policy(TENANT, ACCOUNT, WritePolicy(Mode.CONFIRM_ALL), person="Anna")
    assert (await at.plan(Update(DEALS, deal(0), values(amount="1")))).status is PlanStatus.PLANNED
    await at.store.set_policy(TENANT, ACCOUNT, WritePolicy(Mode.AUTO_UP_TO, auto_up_to=2), person="Anna")
    assert (await at.plan(*set_on(DEALS, [deal(0), deal(1)], values(amount="1")))).status is PlanStatus.APPROVED
    assert (await at.plan(Archive(DEALS, deal(0)))).status is PlanStatus.PLANNED
    guarded = WritePolicy(Mode.AUTO_UP_TO, 2, frozenset({name("amount")}))
    await at.store.set_policy(TENANT, ACCOUNT, guarded, person="Anna")
    assert (await at.plan(Update(DEALS, deal(0), values(amount="1")))).change_class is ChangeClass.C2
    await at.store.set_policy(TENANT, ACCOUNT, WritePolicy(Mode.OFF), person="Anna")
    with pytest.raises(WritesOffError):
        await at.plan(Update(DEALS, deal(0), values(amount="1")))


async def test_many_records_need_the_console_or_a_terminal_and_the_typed_count(at: Scene) -> None:
    plan = await at.plan(*set_on(DEALS, [deal(i) for i in range(51)], values(amount="1")))
    for means, count in ((Means.ELICITATION, 51), (Means.CONSOLE, 50), (Means.TERMINAL, None), (Means.POLICY, 51)):
        with pytest.raises(NotApprovedError):
            await at.store.approve(
                TENANT, plan.plan_id, person="Anna", means=means, shown=plan.digest, typed_count=count
            )
    with pytest.raises(NotApprovedError):
        await at.store.approve(TENANT, plan.plan_id, person="Anna", means=Means.CONSOLE, shown="0" * 64, typed_count=51)
    approved = await at.approve(plan)
    assert approved.approved_by == "Anna"
    with pytest.raises(PlanEndedError):
        await at.approve(plan)


async def test_applying_again_gives_the_same_answer_and_writes_nothing(at: Scene) -> None:
    plan = await at.approve(await at.plan(*set_on(DEALS, [deal(0), deal(1)], values(amount="1"))))
    first, *others = await asyncio.gather(*(at.apply(plan) for _ in range(5)))
    writes = at.served.sandbox.traffic.count("batch/update")
    again = await at.apply(plan)
    assert writes == at.served.sandbox.traffic.count("batch/update") == 1
    assert all(each == first for each in (*others, again))
