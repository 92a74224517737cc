"""Definitions are planned, approved, applied, verified and taken back as records are."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hubspot_skill.changes.operations import Define, Operation, Redefine, Remove, Update
from hubspot_skill.changes.planning import limits_of
from hubspot_skill.changes.policy import ChangeClass, Mode, WritePolicy
from hubspot_skill.changes.steps import Outcome, State, Thing
from hubspot_skill.changes.store import PlanStatus
from hubspot_skill.changes.things import CAMPAIGNS, options_text, property_image, stages_text
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import COMPANIES, DEALS, PropertyName, RecordId
from hubspot_skill.domain.schema import Option, Property, PropertyType, Stage
from hubspot_skill.sandbox.fault_kinds import Lost, Status
from hubspot_skill.sandbox.faults import Rule
from tests.changes.scene import ACCOUNT, ACME, FIRST_DEAL, TENANT, Scene, crm, scene, served, values
from tests.database_fixture import KINDS
from tests.sandbox_fixture import Served

SMALL, LARGE = Option("s", "Small"), Option("l", "Large")
SEGMENT = Property(
    PropertyName("segment"), "Segment", PropertyType.ENUMERATION, "select", "companyinformation", "", (SMALL, LARGE)
)
MAKE_SEGMENT = Define(Thing.PROPERTY, COMPANIES, property_image(SEGMENT), "segment")
STAGES = (Stage("", "Open", 0, False, 0.3), Stage("", "Won", 1, True, 1.0))
PARTNERS = values(label="Partners", order="4", stages=stages_text(STAGES))


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with served(crm(deals=3)) as found:
        yield found


@pytest.fixture(params=KINDS)
async def at(request: pytest.FixtureRequest, tmp_path: Path, running: Served) -> AsyncIterator[Scene]:
    running.sandbox.reset()
    running.sandbox.faults.clear()
    async with scene(request.param, tmp_path, running) as found:
        found.applier = found.new_applier(visible_s=0.0)
        yield found


async def done(at: Scene, *operations: Operation) -> str:
    """Carry one plan out and give its id."""
    applied = await at.carry_out(*operations)
    assert (applied.done, applied.others) == (len(operations), ())
    return applied.plan.plan_id


async def test_a_group_and_its_property_are_made_in_order_and_taken_back_in_the_other(at: Scene) -> None:
    group = Define(Thing.GROUP, COMPANIES, values(label="Sizes", order="9"), "sizes")
    prop = Define(Thing.PROPERTY, COMPANIES, property_image(replace(SEGMENT, group="sizes")), "segment")
    draft = await at.draft([group, prop])
    assert (draft.cost.planning, draft.cost.applying) == (2, 6)
    at.served.sandbox.traffic.clear()
    plan = await done(at, group, prop)
    assert at.served.sandbox.traffic.total == 2 + 6
    assert (await at.hubspot.schema.property(COMPANIES, "segment")).group == "sizes"
    undone, draft = await at.undo(await at.store.get(TENANT, plan))
    assert undone is not None
    assert (undone.done, draft.left_out) == (2, ())
    assert "sizes" not in [g.name for g in await at.hubspot.schema.groups(COMPANIES)]


async def test_options_that_go_are_counted_shown_and_ask_for_the_gravest_approval(at: Scene) -> None:
    await done(at, MAKE_SEGMENT)
    await at.edit(COMPANIES, ACME, segment="l")
    fewer = Redefine(Thing.PROPERTY, COMPANIES, "segment", values(options=options_text([SMALL])))
    plan = await at.plan(fewer)
    assert plan.change_class is ChangeClass.C3
    steps = [s.step for s in await at.store.steps(TENANT, plan.plan_id)]
    assert limits_of(steps) == ('the options "l" of "segment" go, which 1 companies hold',)

    more = (SMALL, LARGE, Option("m", "Medium"))
    wider = await at.plan(Redefine(Thing.PROPERTY, COMPANIES, "segment", values(options=options_text(more))))
    assert wider.change_class is ChangeClass.C2
    await at.apply(await at.approve(wider))
    assert (await at.hubspot.schema.property(COMPANIES, "segment")).options == more
    await at.undo(wider)
    assert (await at.hubspot.schema.property(COMPANIES, "segment")).options == (SMALL, LARGE)


async def test_an_archived_property_comes_back_with_its_values(at: Scene) -> None:
    await done(at, MAKE_SEGMENT)
    await at.edit(COMPANIES, ACME, segment="l")
    plan = await at.plan(Remove(Thing.PROPERTY, COMPANIES, "segment"))
    assert plan.change_class is ChangeClass.C3
    steps = [s.step for s in await at.store.steps(TENANT, plan.plan_id)]
    assert limits_of(steps) == (
        'property "Segment" is archived with the values of 1 companies; making it again within 90 days brings them back',
    )
    await at.apply(await at.approve(plan))
    _, draft = await at.undo(plan)
    assert draft.left_out == ()
    acme = await at.hubspot.objects.read(COMPANIES, str(ACME), properties=[SEGMENT])
    assert acme.properties[SEGMENT.name] == "l"


async def test_no_policy_approves_a_definition(at: Scene) -> None:
    await at.store.set_policy(TENANT, ACCOUNT, WritePolicy(Mode.AUTO_UP_TO, 100), person="Anna")
    plan = await at.plan(MAKE_SEGMENT)
    assert (plan.status, plan.change_class) == (PlanStatus.PLANNED, ChangeClass.C2)


async def test_a_pipeline_in_use_is_refused_before_it_is_planned_and_else_goes_and_comes_with_another_id(
    at: Scene,
) -> None:
    made = await done(at, Define(Thing.PIPELINE, DEALS, PARTNERS))
    [step] = await at.store.steps(TENANT, made)
    pipeline = next(p for p in await at.hubspot.schema.pipelines(DEALS) if p.id == step.id)
    assert [(s.label, s.is_won) for s in pipeline.stages] == [("Open", False), ("Won", True)]
    lost = Define(Thing.STAGE, DEALS, values(label="Lost", order="2", closed="true", probability="0"), parent=step.id)
    rename = Redefine(Thing.STAGE, DEALS, pipeline.stages[0].id, values(label="Talking"), parent=step.id)
    both = await done(at, lost, rename)

    await at.edit(DEALS, FIRST_DEAL, pipeline=step.id, dealstage=pipeline.stages[0].id)
    with pytest.raises(InvalidInputError, match="1 deals are in the stage"):
        await at.plan(Remove(Thing.STAGE, DEALS, pipeline.stages[0].id, step.id))
    with pytest.raises(InvalidInputError, match="1 deals are in the pipeline"):
        await at.plan(Remove(Thing.PIPELINE, DEALS, step.id))
    await at.edit(DEALS, FIRST_DEAL, pipeline="default", dealstage="closedwon")

    await at.undo(await at.store.get(TENANT, both))
    gone = await at.store.get(TENANT, await done(at, Remove(Thing.PIPELINE, DEALS, step.id)))
    await at.undo(gone)
    again = next(p for p in await at.hubspot.schema.pipelines(DEALS) if p.label == "Partners")
    assert [(s.label, s.probability) for s in again.stages] == [("Open", 0.3), ("Won", 1.0)]
    assert again.id != step.id


async def test_a_campaign_is_made_changed_and_marked_as_gone_for_good(at: Scene) -> None:
    made = await done(at, Define(Thing.CAMPAIGN, CAMPAIGNS, values(hs_name="Fair", hs_audience="All")))
    [step] = await at.store.steps(TENANT, made)
    assert (await at.draft([Define(Thing.CAMPAIGN, CAMPAIGNS, values(hs_name="fair"))])).left_out[0].reason == (
        'a campaign named "fair" exists already'
    )
    changed = await done(at, Redefine(Thing.CAMPAIGN, CAMPAIGNS, step.id, values(hs_audience="Few")))
    assert (await at.hubspot.campaigns.read(step.id)).properties["hs_audience"] == "Few"
    await at.undo(await at.store.get(TENANT, changed))
    assert (await at.hubspot.campaigns.read(step.id)).properties["hs_audience"] == "All"
    plan = await at.plan(Remove(Thing.CAMPAIGN, CAMPAIGNS, step.id))
    steps = [s.step for s in await at.store.steps(TENANT, plan.plan_id)]
    assert limits_of(steps) == ('campaign "Fair" is gone for good with its assets and budget',)
    await at.apply(await at.approve(plan))
    _, draft = await at.undo(plan)
    assert [left.reason for left in draft.left_out] == ['campaign "Fair" is gone for good']


@pytest.mark.parametrize("effect", ["committed", "none"])
async def test_a_lost_answer_is_read_back_and_only_repeated_where_a_second_one_is_refused(
    effect: str, at: Scene
) -> None:
    lost = Lost(effect="committed") if effect == "committed" else Lost()
    at.served.sandbox.faults.add(Rule(lost, "pipelines/[^/]*/deals$|properties/[^/]*/companies$", times=2))
    await done(at, Define(Thing.PIPELINE, DEALS, PARTNERS), MAKE_SEGMENT)
    assert [p.label for p in await at.hubspot.schema.pipelines(DEALS)].count("Partners") == 1


async def test_a_lost_campaign_that_nothing_shows_stays_unknown_and_is_not_made_twice(at: Scene) -> None:
    at.served.sandbox.faults.add(Rule(Status(502), "marketing/campaigns/[^/]*$", frozenset({"POST"}), times=1))
    applied = await at.carry_out(Define(Thing.CAMPAIGN, CAMPAIGNS, values(hs_name="Fair")))
    assert [(s.state, s.result.outcome) for s in applied.others] == [(State.UNKNOWN, Outcome.OPEN)]
    assert (await at.hubspot.campaigns.list(name="Fair")).campaigns == ()


async def test_what_changed_since_the_plan_is_not_overwritten(at: Scene) -> None:
    await done(at, MAKE_SEGMENT)
    plan = await at.plan(Redefine(Thing.PROPERTY, COMPANIES, "segment", values(label="Size")))
    await at.hubspot.schema.update_property(COMPANIES, PropertyName("segment"), label="Class")
    applied = await at.apply(await at.approve(plan))
    assert [(s.result.outcome, s.result.differing) for s in applied.others] == [
        (Outcome.CONFLICT, values(label="Class"))
    ]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (Define(Thing.PROPERTY, COMPANIES, values(label="X", type="json", field_type="text"), "x"), "expected one of"),
        (Define(Thing.PROPERTY, COMPANIES, values(label="X", type="number", field_type="text"), "x"), "is shown as"),
        (Define(Thing.PROPERTY, COMPANIES, values(label="X", type="string", field_type="text"), "X y"), "cannot be"),
        (Define(Thing.PROPERTY, COMPANIES, {**property_image(SEGMENT), **values(options="[]")}, "x"), "at least one"),
        (Redefine(Thing.PROPERTY, COMPANIES, "name", values(type="number")), "cannot be changed"),
        (Redefine(Thing.GROUP, COMPANIES, "x", values(colour="red")), "colour"),
        (Define(Thing.STAGE, DEALS, values(label="New"), parent=""), "belongs to a pipeline"),
        (Define(Thing.STAGE, DEALS, values(label="New"), parent="default"), "needs a probability"),
        (Define(Thing.PIPELINE, DEALS, values(label="New")), "at least one stage"),
        (Define(Thing.CAMPAIGN, CAMPAIGNS, values(hs_audience="All")), "needs a name"),
    ],
)
async def test_a_definition_of_a_wrong_form_is_refused_before_anything_is_asked(
    operation: Operation, words: str, at: Scene
) -> None:
    at.served.sandbox.traffic.clear()
    with pytest.raises(InvalidInputError, match=words):
        await at.draft([operation])
    assert at.served.sandbox.traffic.total == 0


async def test_records_and_definitions_do_not_share_a_plan(at: Scene) -> None:
    with pytest.raises(InvalidInputError, match="records and definitions"):
        await at.draft([MAKE_SEGMENT, Update(DEALS, RecordId(str(FIRST_DEAL)), values(amount="1"))])
