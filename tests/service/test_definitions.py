"""Definitions and cleanups are planned in people's words, approved by a person, applied and taken back."""

import pytest

from hubspot_skill.changes.policy import Means
from hubspot_skill.domain.errors import InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import COMPANIES, DEALS, TICKETS
from hubspot_skill.service.changes.answers import PlanAnswer, PlanView
from hubspot_skill.service.definitions.requests import (
    CampaignAction,
    CampaignPlanRequest,
    Holds,
    PipelineAction,
    PipelineRequest,
    PropertyAction,
    PropertyRequest,
    ReferenceRequest,
    StageWords,
)
from hubspot_skill.service.hygiene.requests import CleanupRequest, DuplicatesRequest, QualityRequest
from tests.service.scene import ACME, ACME_EU, FAIR, Office


async def carried_out(crm: Office, answer: PlanAnswer) -> PlanView:
    """Approve as the person at the console does, and apply."""
    plan = answer.plan
    count = plan.records if plan.change_class == 3 else None
    if plan.approval.is_needed:
        approvals = await crm.crm.approvals()
        await approvals.approve(plan.plan_id, person="Anna", means=Means.CONSOLE, shown=plan.digest, typed_count=count)
    return (await crm.crm.apply_changes(plan.plan_id, wait_s=None)).plan


def segment(action: PropertyAction, **given: object) -> PropertyRequest:
    return PropertyRequest(action=action, type="companies", property="Segment", **given)  # type: ignore[arg-type]


async def test_a_choice_is_made_widened_narrowed_and_taken_back(crm: Office) -> None:
    made = await crm.crm.plan_property(
        segment(PropertyAction.CREATE, holds=Holds.CHOICE, add_options=("Small", "l=Large"), description="Size")
    )
    assert (made.plan.change_class, made.plan.approval.is_needed, made.plan.requests) == (2, True, 3)
    assert "Small, Large (l)" in {change.after for row in made.plan.rows for change in row.changes}
    assert (await carried_out(crm, made)).outcomes.done == 1
    prop = await crm.hubspot.schema.property(COMPANIES, "segment")
    assert [(o.value, o.label) for o in prop.options] == [("Small", "Small"), ("l", "Large")]
    assert prop.group == "companyinformation"

    crm.clock.jump(600)
    narrowed = await crm.crm.plan_property(
        segment(PropertyAction.UPDATE, add_options=("Medium",), remove_options=("large",))
    )
    assert narrowed.plan.change_class == 3
    assert narrowed.plan.limits == ('the options "l" of "segment" go, which 0 companies hold',)
    assert (await carried_out(crm, narrowed)).outcomes.done == 1
    undo = await crm.crm.undo_changes(narrowed.plan.plan_id)
    assert (await carried_out(crm, undo)).outcomes.done == 1
    assert len((await crm.hubspot.schema.property(COMPANIES, "segment")).options) == 2


async def test_wrong_words_for_a_property_are_answered_with_what_there_is(crm: Office) -> None:
    with pytest.raises(UnknownNameError, match="no group"):
        await crm.crm.plan_property(segment(PropertyAction.CREATE, group="Compny information"))
    with pytest.raises(InvalidInputError, match="has no options"):
        await crm.crm.plan_property(segment(PropertyAction.CREATE, add_options=("a",)))
    with pytest.raises(UnknownNameError):
        await crm.crm.plan_property(segment(PropertyAction.ARCHIVE))
    with pytest.raises(InvalidInputError, match="would change"):
        await crm.crm.plan_property(PropertyRequest(action=PropertyAction.UPDATE, type="deals", property="amount"))


async def test_a_pipeline_is_made_with_stages_changed_and_deleted(crm: Office) -> None:
    stages = (StageWords("Open", 0.2), StageWords("Won", 1.0))
    made = await crm.crm.plan_pipeline(
        PipelineRequest(action=PipelineAction.CREATE, type="deals", pipeline="Partners", stages=stages)
    )
    assert "Open (20 %), Won (100 %, closed)" in {change.after for row in made.plan.rows for change in row.changes}
    assert (await carried_out(crm, made)).outcomes.done == 1
    crm.clock.jump(600)

    async def plan(action: PipelineAction, **given: object) -> PlanAnswer:
        return await crm.crm.plan_pipeline(
            PipelineRequest(action=action, type="deals", pipeline="partners", **given)  # type: ignore[arg-type]
        )

    added = await plan(PipelineAction.ADD_STAGE, stages=(StageWords("Lost", 0.0),))
    assert (await carried_out(crm, added)).outcomes.done == 1
    crm.clock.jump(600)
    changed = await plan(PipelineAction.UPDATE_STAGE, stage="open", label="Talking", probability=0.3)
    assert (await carried_out(crm, changed)).outcomes.done == 1
    pipeline = next(p for p in await crm.hubspot.schema.pipelines(DEALS) if p.label == "Partners")
    assert [(s.label, s.probability, s.is_closed) for s in pipeline.stages] == [
        ("Talking", 0.3, False),
        ("Won", 1.0, True),
        ("Lost", 0.0, True),
    ]
    crm.clock.jump(600)
    with pytest.raises(UnknownNameError, match="no stage"):
        await plan(PipelineAction.DELETE_STAGE, stage="Offer")
    gone = await plan(PipelineAction.DELETE)
    assert gone.plan.change_class == 3
    assert (await carried_out(crm, gone)).outcomes.done == 1


async def test_what_holds_records_or_has_no_pipeline_is_refused(crm: Office) -> None:
    with pytest.raises(InvalidInputError, match="1 deals are in the pipeline"):
        await crm.crm.plan_pipeline(PipelineRequest(action=PipelineAction.DELETE, type="deals", pipeline="900"))
    with pytest.raises(InvalidInputError, match="have no pipelines"):
        await crm.crm.plan_pipeline(PipelineRequest(action=PipelineAction.DELETE, type="contacts", pipeline="x"))
    with pytest.raises(InvalidInputError, match="have no probability"):
        await crm.crm.plan_pipeline(
            PipelineRequest(
                action=PipelineAction.ADD_STAGE, type="tickets", pipeline="0", stages=(StageWords("New", 0.5),)
            )
        )
    added = await crm.crm.plan_pipeline(
        PipelineRequest(
            action=PipelineAction.ADD_STAGE, type="tickets", pipeline="0", stages=(StageWords("Done", is_closed=True),)
        )
    )
    assert (await carried_out(crm, added)).outcomes.done == 1
    stages = (await crm.hubspot.schema.pipelines(TICKETS))[0].stages
    assert ("Done", True) in [(s.label, s.is_closed) for s in stages]


async def test_a_campaign_is_made_changed_and_deleted_for_good(crm: Office) -> None:
    made = await crm.crm.plan_campaign(
        CampaignPlanRequest(
            action=CampaignAction.CREATE, campaign="Winter", start_date="2026-12-01", status="In progress"
        )
    )
    assert (await carried_out(crm, made)).outcomes.done == 1
    [campaign] = (await crm.hubspot.campaigns.list(name="Winter")).campaigns
    assert campaign.properties["hs_campaign_status"] == "in_progress"
    changed = await crm.crm.plan_campaign(
        CampaignPlanRequest(action=CampaignAction.UPDATE, campaign="winter", goal="More")
    )
    assert (await carried_out(crm, changed)).outcomes.done == 1
    gone = await crm.crm.plan_campaign(CampaignPlanRequest(action=CampaignAction.DELETE, campaign=FAIR))
    assert "gone for good" in gone.plan.limits[0]
    with pytest.raises(InvalidInputError, match="expected a day"):
        await crm.crm.plan_campaign(
            CampaignPlanRequest(action=CampaignAction.UPDATE, campaign="Winter", end_date="soon")
        )
    with pytest.raises(InvalidInputError, match="expected one of planned"):
        await crm.crm.plan_campaign(CampaignPlanRequest(action=CampaignAction.UPDATE, campaign="Winter", status="x"))


async def test_the_reference_property_is_planned_for_the_types_that_lack_it(crm: Office) -> None:
    plan = await crm.crm.plan_reference(ReferenceRequest())
    assert (plan.plan.steps, plan.plan.change_class, plan.plan.approval.is_needed) == (3, 2, True)
    assert (await carried_out(crm, plan)).outcomes.done == 3
    crm.clock.jump(600)
    with pytest.raises(InvalidInputError, match="already"):
        await crm.crm.plan_reference(ReferenceRequest())


async def test_sure_duplicates_are_merged_into_the_one_to_keep_and_marked_for_ever(crm: Office) -> None:
    found = await crm.crm.find_duplicates(DuplicatesRequest(type="companies"))
    plan = await crm.crm.plan_cleanup(CleanupRequest(findings=found.findings))
    assert (plan.plan.change_class, plan.plan.steps) == (3, 1)
    assert any("merges can never be undone" in limit for limit in plan.plan.limits)
    assert (await carried_out(crm, plan)).outcomes.done == 1
    assert await crm.hubspot.objects.read_many(COMPANIES, [ACME_EU], properties=()) == ()
    assert (await crm.hubspot.objects.read(COMPANIES, ACME, properties=())).id == ACME


async def test_a_doubt_is_set_right_by_its_key(crm: Office) -> None:
    found = await crm.crm.data_quality(QualityRequest(type="deals"))
    with pytest.raises(UnknownNameError, match="no doubt"):
        await crm.crm.plan_cleanup(CleanupRequest(findings=found.findings, doubt="missing:x", values={"amount": "1"}))
    with pytest.raises(InvalidInputError, match="one of both"):
        await crm.crm.plan_cleanup(CleanupRequest(findings=found.findings, doubt="ownerless"))
    plan = await crm.crm.plan_cleanup(
        CleanupRequest(findings=found.findings, doubt="missing:hs_next_step", values={"next_step": "Call"})
    )
    assert plan.plan.records == 5
    assert (await carried_out(crm, plan)).outcomes.done == 5
