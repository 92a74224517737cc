"""Trials W1 to W6, W7, W8 and W10 at the counts of the ordinary test command."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import update

from hubspot_skill.changes.operations import Create, set_on
from hubspot_skill.changes.steps import STEP, Outcome, State
from hubspot_skill.changes.store import PlanStatus
from hubspot_skill.changes.tables import plans, steps
from hubspot_skill.domain.errors import NotApprovedError, NotFoundError, PlanEndedError
from hubspot_skill.domain.names import DEALS, RecordId
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.sandbox.fault_kinds import ChangedJson, Lost
from hubspot_skill.sandbox.faults import Rule
from tests.changes.scene import ACCOUNT, ANNA, FIRST_DEAL, TENANT, Scene, crm, scene, served, values
from tests.database_fixture import KINDS
from tests.manual_clock import ManualClock
from tests.trials.writes import (
    apply_in_processes,
    create_with_losses,
    drop_callers,
    edit_at_random,
    kill_while_applying,
    plan_apply_undo,
    switch_off_under_load,
    write_up_to_the_cap,
)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(params=KINDS)
async def at(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    with served(crm(deals=60)) as running:
        async with scene(request.param, tmp_path, running) as found:
            yield found


def deals(count: int) -> list[RecordId]:
    return [RecordId(str(FIRST_DEAL + i)) for i in range(count)]


@pytest.mark.parametrize("kind", KINDS)
async def test_lost_creates_with_a_reference_leave_no_duplicate_and_no_doubt(kind: str, tmp_path: Path) -> None:
    """Trial W1, with the reference property."""
    made = await create_with_losses(kind, tmp_path, count=1_000, chunk=10, reference="unique", seed=5, losses=2.0)
    assert made.faults >= 3
    assert (made.done, made.unknown, made.duplicates, made.absent, made.unlisted) == (1_000, 0, 0, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_lost_creates_without_a_reference_leave_no_duplicate_and_every_doubt_listed(
    kind: str, tmp_path: Path
) -> None:
    """Trial W1, without the reference property."""
    made = await create_with_losses(kind, tmp_path, count=1_000, chunk=10, reference="none", seed=5, losses=2.0)
    assert made.faults >= 3
    assert (made.done + made.unknown, made.duplicates, made.absent, made.unlisted) == (1_000, 0, 0, 0)
    assert made.unknown > 0


async def test_lost_creates_with_a_plain_reference_are_found_by_search(tmp_path: Path) -> None:
    """Trial W1, where ten unique properties are used up already."""
    made = await create_with_losses("sqlite", tmp_path, count=300, chunk=10, reference="plain", seed=5, losses=3.0)
    assert made.faults >= 1
    assert (made.done + made.unknown, made.duplicates, made.absent, made.unlisted) == (300, 0, 0, 0)


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 12), ("postgresql", 8)])
async def test_a_killed_apply_leaves_a_journal_that_tells_the_truth(kind: str, kills: int, tmp_path: Path) -> None:
    """Trial W2."""
    result = await kill_while_applying(kind, tmp_path, kills=kills, seed=kills)
    assert (result.kills, result.wrong, result.sent_again) == (kills, [], 0)
    assert result.in_the_middle > 0


async def test_nothing_that_a_person_edits_meanwhile_is_overwritten_in_silence(at: Scene) -> None:
    """Trial W3, in small."""
    edited = await edit_at_random(at, edits=60, seed=7)
    assert edited.silent == []
    assert edited.conflicts + edited.contested > 0
    assert edited.window_max_ms > 0


async def test_undo_gives_back_everything_but_what_was_edited_since(at: Scene) -> None:
    """Trial W4, in small."""
    assert await plan_apply_undo(at, rounds=4, seed=11, records=10) == 0


async def test_twenty_appliers_have_one_effect_and_one_answer(at: Scene) -> None:
    """Trial W5: several appliers of one database stand for several processes."""
    plan = await at.approve(await at.plan(*set_on(DEALS, deals(20), values(amount="9"))))
    others = [at.new_applier(poll_s=0.02) for _ in range(4)]
    at.served.sandbox.faults.add(Rule(Lost(effect="committed"), "batch/update$", times=1))

    outcomes = await asyncio.gather(*(a.apply(plan.plan_id, principal=ANNA) for a in others for _ in range(5)))

    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert (outcomes[0].done, outcomes[0].others) == (20, ())
    assert at.served.sandbox.traffic.count("batch/update$") == 1


async def test_four_processes_have_one_effect_and_one_answer(tmp_path: Path) -> None:
    """Trial W5; on PostgreSQL by `make trials`."""
    answers, different, writes = await apply_in_processes("sqlite", tmp_path, processes=4, callers=5)
    assert (answers, len(different), writes) == (20, 1, 4)


@pytest.mark.parametrize("change", ["reversed_lists", "short_lists"])
async def test_results_that_are_missing_or_in_another_order_are_still_counted_each_for_its_input(
    change: Literal["reversed_lists", "short_lists"], at: Scene
) -> None:
    """Trial W6."""
    at.served.sandbox.faults.add(Rule(ChangedJson(change), "batch/(update|create)$"))
    updated = await at.carry_out(*set_on(DEALS, deals(10), values(amount="3")))
    made = await at.carry_out(
        *(Create(DEALS, values(dealname=f"New {i}", dealstage="qualifiedtobuy")) for i in range(10))
    )
    missing = change == "short_lists"
    for applied in (updated, made):
        assert (applied.done, applied.others) == (10, ())
        assert applied.counts[State.RECONCILED, Outcome.DONE] == int(missing)
    assert at.served.sandbox.traffic.count("batch/(update|create)$") == 2


async def test_an_answer_without_results_and_errors_leaves_no_input_unaccounted(at: Scene) -> None:
    """Trial W6; a record that was archived meanwhile is a conflict beside it."""
    plan = await at.approve(await at.plan(*set_on(DEALS, deals(10), values(dealname="Same"))))
    await at.hubspot.objects.archive(DEALS, deals(10)[3])
    nothing = ChangedJson("dropped_fields", frozenset({"results"}))
    at.served.sandbox.faults.add(Rule(nothing, "batch/update$", times=1))

    applied = await at.apply(plan)

    assert applied.counts == {(State.RECONCILED, Outcome.DONE): 9, (State.FAILED, Outcome.CONFLICT): 1}
    assert at.served.sandbox.traffic.count("batch/update$") == 1


async def test_a_caller_that_leaves_changes_nothing_and_the_outcome_is_kept(at: Scene) -> None:
    """Trial W7."""
    plan = await at.approve(await at.plan(*set_on(DEALS, deals(30), values(amount="8"))))
    applier = at.new_applier(chunk=5)
    begun = asyncio.Event()
    caller = asyncio.create_task(applier.apply(plan.plan_id, principal=ANNA, progress=lambda *_: begun.set()))
    await asyncio.wait_for(begun.wait(), 5)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await applier.stop()

    kept = await at.applier.outcome(plan.plan_id)
    states = {state for state, _ in kept.counts}
    assert kept.plan.status is PlanStatus.STOPPED
    assert states == {State.APPLIED, State.APPROVED}
    assert kept.done % 5 == 0
    assert (await at.apply(plan)).done == 30


async def test_callers_that_leave_at_random_leave_no_chunk_half_journalled(at: Scene) -> None:
    """Trial W7."""
    assert await drop_callers(at, drops=6, seed=3) == []


async def test_what_changed_between_approval_and_apply_is_refused(at: Scene) -> None:
    """Trial W8: another principal, tenant, account, content, or a forged approval."""
    plan = await at.approve(await at.plan(*set_on(DEALS, deals(2), values(amount="5"))))
    with pytest.raises(NotFoundError):
        await at.applier.apply(plan.plan_id, principal="bob")
    with pytest.raises(NotFoundError):
        await at.store.get("other", plan.plan_id)

    first = (await at.store.steps(TENANT, plan.plan_id))[0].step
    other = STEP.validate_python({**STEP.dump_python(first), "after": values(amount="6")})
    sealed = at.store.keys.seal_step(TENANT, plan.plan_id, other)
    which = (steps.c.plan_id == plan.plan_id) & (steps.c.place == 0)
    await at.store.database.write(TENANT, lambda c: c.execute(update(steps).where(which).values(step=sealed)))
    with pytest.raises(NotApprovedError):
        await at.apply(plan)

    forged = await at.plan(*set_on(DEALS, deals(2), values(amount="4")))
    made_up = {"status": "approved", "approved_by": "Anna", "approved_means": "console", "approved_at": 1}
    made_up |= {"approved_digest": forged.digest, "approval_mac": bytes(36)}
    which_plan = plans.c.plan_id == forged.plan_id
    await at.store.database.write(TENANT, lambda c: c.execute(update(plans).where(which_plan).values(**made_up)))
    with pytest.raises(NotApprovedError):
        await at.apply(forged)
    assert at.served.sandbox.traffic.count("batch/update$") == 0


async def test_a_plan_ends_after_fifteen_minutes(tmp_path: Path) -> None:
    """Trial W8: the time; on SQLite, where the journal's clock is the program's."""
    clock = ManualClock(SystemClock().now())
    with served(crm(deals=3)) as running:
        async with scene("sqlite", tmp_path, running, clock=clock) as at:
            first = await at.approve(await at.plan(*set_on(DEALS, deals(2), values(amount="5"))))
            second = await at.plan(*set_on(DEALS, deals(2), values(amount="6")))
            clock.jump(timedelta(minutes=15).total_seconds())
            with pytest.raises(PlanEndedError):
                await at.approve(second)
            with pytest.raises(PlanEndedError):
                await at.apply(first)
            assert running.sandbox.traffic.count("batch/update$") == 0


async def test_the_days_cap_is_never_passed_by_one(at: Scene) -> None:
    """Trial W10."""
    assert await write_up_to_the_cap(at, cap=37, plans=3, records=20) == (37, 37)


async def test_nothing_is_sent_a_second_after_the_switch(at: Scene) -> None:
    """Trial W10: at most what was on its way is sent, and the rest can go on when a person allows it again."""
    at.applier = at.new_applier(chunk=2)
    plan, last_s, left = await switch_off_under_load(at, records=60)
    assert (plan.status, plan.reason) == (PlanStatus.STOPPED, "writes_off")
    assert last_s <= 1.0
    assert left > 0
    await at.store.set_writes(TENANT, ACCOUNT, are_off=False, person="Anna")
    assert (await at.apply(plan)).done == 60


async def test_an_account_without_the_property_still_creates_once(tmp_path: Path) -> None:
    with served(crm(reference="none")) as running:
        async with scene("sqlite", tmp_path, running) as at:
            running.sandbox.faults.add(Rule(Lost(effect="committed"), "batch/create$", times=1))
            applied = await at.carry_out(Create(DEALS, values(dealname="One", dealstage="qualifiedtobuy")))
            assert (applied.unknown, running.sandbox.traffic.count("batch/create$")) == (1, 1)


async def test_plans_that_never_ran_go_after_a_week_and_images_after_a_month(tmp_path: Path) -> None:
    clock = ManualClock(SystemClock().now())
    with served(crm(deals=3)) as running:
        async with scene("sqlite", tmp_path, running, clock=clock) as at:
            ran = await at.carry_out(*set_on(DEALS, deals(2), values(amount="5")))
            never = await at.plan(*set_on(DEALS, deals(2), values(amount="6")))
            clock.jump(timedelta(days=8).total_seconds())
            assert await at.store.purge(TENANT) == 1
            assert [row.plan_id for row in await at.store.recent(TENANT, ACCOUNT)] == [ran.plan.plan_id]
            with pytest.raises(NotFoundError):
                await at.store.get(TENANT, never.plan_id)
            assert len(await at.store.steps(TENANT, ran.plan.plan_id)) == 2
            clock.jump(timedelta(days=23).total_seconds())
            assert await at.store.purge(TENANT) == 0
            assert await at.store.steps(TENANT, ran.plan.plan_id) == ()
            assert (await at.applier.outcome(ran.plan.plan_id)).done == 2
