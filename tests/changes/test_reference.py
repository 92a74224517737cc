"""The reference property: made on consent, unique where there is room, and what it does for a create whose answer was lost."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hubspot_skill.changes.applying import Applied
from hubspot_skill.changes.checks import TypeSchema
from hubspot_skill.changes.operations import Create
from hubspot_skill.changes.planning import REFERENCE, limits_of
from hubspot_skill.changes.policy import ChangeClass
from hubspot_skill.changes.reference import MOST_UNIQUE, reference_wanted
from hubspot_skill.changes.steps import Outcome, State
from hubspot_skill.changes.store import PlanStatus
from hubspot_skill.domain.names import COMPANIES, DEALS, PropertyName
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.sandbox.fault_kinds import Lost
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.changes.scene import Scene, crm, name, scene, schema_of, served, values
from tests.database_fixture import KINDS
from tests.manual_clock import ManualClock

ONE = Create(DEALS, values(dealname="One", dealstage="qualifiedtobuy"))


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_planned_shown_approved_made_and_taken_back(kind: str, tmp_path: Path) -> None:
    with served(crm(reference="none")) as running:
        async with scene(kind, tmp_path, running) as at:
            at.applier = at.new_applier(visible_s=0.0)
            wanted = [reference_wanted(at.schemas[t.name]) for t in (COMPANIES, DEALS)]
            plan = await at.plan(*(w for w in wanted if w is not None))
            steps = [s.step for s in await at.store.steps("local", plan.plan_id)]
            assert (plan.change_class, plan.status) == (ChangeClass.C2, PlanStatus.PLANNED)
            assert len(limits_of(steps)) == 2
            assert (await at.apply(await at.approve(plan))).done == 2

            at.schemas["deals"] = await schema_of(at.hubspot, DEALS)
            own = at.schemas["deals"].properties[REFERENCE]
            assert (own.is_unique, own.group) == (True, "dealinformation")
            assert reference_wanted(at.schemas["deals"]) is None
            running.sandbox.faults.add(Rule(Lost(effect="committed"), "batch/create$", times=1))
            assert (await at.carry_out(ONE)).done == 1
            undone, _ = await at.undo(plan)
            assert undone is not None
            assert undone.done == 2


def test_a_type_whose_ten_unique_properties_are_used_up_gets_a_plain_one() -> None:
    def own(number: int) -> Property:
        return Property(
            PropertyName(f"key_{number}"), "Key", PropertyType.STRING, "text", "dealinformation", is_unique=True
        )

    full = TypeSchema(DEALS, {p.name: p for p in map(own, range(MOST_UNIQUE))})
    roomy = TypeSchema(DEALS, {p.name: p for p in map(own, range(MOST_UNIQUE - 1))})
    wanted = [reference_wanted(full), reference_wanted(roomy), reference_wanted(roomy, is_plain=True)]
    assert [w.values[name("unique")] for w in wanted if w is not None] == ["false", "true", "false"]


async def lose_one(at: Scene, clock: ManualClock, *, effect: str) -> tuple[Applied, list[float]]:
    """Create a deal whose answer is lost, letting both clocks run on together; give the outcome and the search's moments."""
    lost = Lost(effect="committed") if effect == "committed" else Lost()
    at.served.sandbox.faults.add(Rule(lost, "batch/create$", times=1))
    plan = await at.approve(await at.plan(ONE))
    begun_s, searched = clock.monotonic(), list[float]()
    task = asyncio.create_task(at.apply(plan))
    async with asyncio.timeout(20):
        while not task.done():
            before = at.served.sandbox.traffic.count("search$")
            await asyncio.sleep(0.002)
            if at.served.sandbox.traffic.count("search$") != before:
                searched.append(clock.monotonic() - begun_s)
            wake_s = clock.next_wake_s
            if wake_s is not None:
                at.served.sandbox.clock.advance(wake_s)
                await clock.advance(wake_s)
    return await task, searched


async def deals_named_one(at: Scene) -> int:
    """Count the deals that were made."""
    page = await at.hubspot.objects.list(DEALS, properties=[at.schemas["deals"].properties[name("dealname")]])
    return len(page.records)


@pytest.mark.parametrize(("lag_s", "at_s"), [(20, [30]), (100, [30, 120])])
async def test_a_lost_create_with_a_plain_reference_is_found_by_search(
    lag_s: int, at_s: list[int], tmp_path: Path
) -> None:
    clock = ManualClock(SystemClock().now())
    with served(crm(reference="plain"), SandboxSettings(search_lag_ms=lag_s * 1000)) as running:
        async with scene("sqlite", tmp_path, running, clock=clock) as at:
            applied, searched = await lose_one(at, clock, effect="committed")
            assert (applied.done, applied.others, applied.plan.status) == (1, (), PlanStatus.ENDED)
            assert [round(s) for s in searched] == at_s
            [step] = await at.store.steps("local", applied.plan.plan_id)
            assert (step.state, step.result.outcome, bool(step.id)) == (State.RECONCILED, Outcome.DONE, True)
            assert await deals_named_one(at) == 1


async def test_a_lost_create_that_no_search_finds_stays_unknown_and_is_never_sent_again(tmp_path: Path) -> None:
    clock = ManualClock(SystemClock().now())
    with served(crm(reference="plain")) as running:
        async with scene("sqlite", tmp_path, running, clock=clock) as at:
            applied, searched = await lose_one(at, clock, effect="none")
            assert [(s.state, s.result.outcome) for s in applied.others] == [(State.UNKNOWN, Outcome.OPEN)]
            assert [round(s) for s in searched] == [30, 120]
            assert running.sandbox.traffic.count("batch/create$") == 1
            assert await deals_named_one(at) == 0


async def test_waiting_for_the_search_ends_when_the_program_stops_and_goes_on_later(tmp_path: Path) -> None:
    with served(crm(reference="plain")) as running:
        async with scene("sqlite", tmp_path, running) as at:
            at.settings = replace(at.settings, rest_s=0.01)
            at.applier = at.new_applier()
            running.sandbox.faults.add(Rule(Lost(effect="committed"), "batch/create$", times=1))
            plan = await at.approve(await at.plan(ONE))
            caller = asyncio.create_task(at.apply(plan))
            async with asyncio.timeout(5):
                while not (await at.applier.outcome(plan.plan_id)).counts[State.UNKNOWN, Outcome.OPEN]:
                    await asyncio.sleep(0.01)
                await at.applier.stop()
            assert (await caller).plan.status is PlanStatus.STOPPED
            at.applier = at.new_applier(search_s=(0.0,))
            assert (await at.apply(plan)).done == 1
            assert await deals_named_one(at) == 1
