"""Processes that share one account's limits stay inside the quota together, whatever happens to one of them or to the file."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubspot_skill.domain.errors import AccountMovingError, DailyLimitError, HubSpotSkillError, RateLimitedError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.shared_file import SharedFile
from hubspot_skill.hubspot.limits import MOST_TOLD, Budget, LimitSettings, Priority, Quota, RateReading, Slot
from hubspot_skill.hubspot.shared_limits import SharedLimits
from hubspot_skill.hubspot.shared_limits_codec import decode, encode
from hubspot_skill.hubspot.shared_limits_line import (
    Answered,
    Ask,
    Closed,
    LineRules,
    LineState,
    Moment,
    Outcome,
    Parked,
    Refused,
    exchange,
)
from hubspot_skill.hubspot.shared_limits_rows import FileRows, RowNames
from hubspot_skill.hubspot.shared_limits_table import LIMITER
from hubspot_skill.sandbox.rates import RatePolicy
from tests.database_fixture import KINDS, new_database
from tests.trials.limits import (
    Delays,
    Load,
    corrupt,
    cost_of_calls,
    delete,
    joined,
    kill_and_recover,
    lose_the_file,
    make_read_only,
    share_the_load,
)

I, B = Priority.INTERACTIVE, Priority.BACKGROUND  # noqa: E741
RULES = LineRules(size=10, window_s=10.0)
SLOT = Slot(I, 1, 1)
BURST = Budget.BURST
T = TypeVar("T")
Refusal = TypeVar("Refusal", bound=HubSpotSkillError)


class Scene:
    """One shared value, and processes that exchange with it by their names."""

    def __init__(self, rules: LineRules = RULES) -> None:
        self.rules = rules
        self.value: LineState | None = None
        self.known: dict[str, LineState] = {}
        self.held: dict[str, dict[Priority, int]] = {}
        self.births = 0

    def ask(
        self,
        name: str,
        now_s: float,
        want: int = 0,
        *events: object,
        app: str = "app",
        wall_s: float = 0.0,
        **more: object,
    ) -> Outcome:
        self.births += 1
        held = self.held.setdefault(name, {})
        for event in events:
            if isinstance(event, Answered):
                held[event.slot.priority] = held.get(event.slot.priority, 0) - 1
        asked = Ask(name, app, f"birth{self.births}", dict(held), events, {I: want}, self.known.get(name), **more)
        outcome = exchange(self.value, Moment(now_s, wall_ahead_s=wall_s), asked, self.rules)
        for slot in outcome.slots:
            held[slot.priority] = held.get(slot.priority, 0) + 1
        self.known[name] = self.value = decode(encode(outcome.state))
        return outcome

    def took(self, name: str, now_s: float, want: int, *events: object, **more: object) -> int:
        return len(self.ask(name, now_s, want, *events, **more).slots)


def test_together_they_take_what_one_may() -> None:
    scene = Scene()
    assert [scene.took(name, 100, 4) for name in "abc"] == [4, 4, 2]


def test_a_slot_is_free_one_window_after_its_answer_for_any_of_them() -> None:
    scene = Scene()
    scene.took("a", 100, 10)
    answers = [Answered(SLOT, 103.0, None)] * 10
    scene.ask("a", 103.5, 0, *answers)
    assert [scene.took("b", at_s, 20) for at_s in (112.9, 113.0)] == [0, 10]


def test_an_answer_that_is_told_late_cools_from_when_it_came() -> None:
    scene = Scene()
    scene.took("a", 100, 10)
    scene.ask("a", 109.0, 0, *[Answered(SLOT, 101.0, None)] * 10)
    assert [scene.took("b", at_s, 20) for at_s in (110.9, 111.0)] == [0, 10]


def test_a_stores_clock_that_is_ahead_never_frees_a_slot_sooner() -> None:
    scene = Scene()
    scene.took("a", 100, 10)
    ask = Ask("a", "app", "x", {}, [Answered(SLOT, 3.0, None)] * 10, {}, scene.value)
    outcome = exchange(scene.value, Moment(104.0, ahead_s=100.5), ask, RULES)
    assert {until_s for until_s, _ in outcome.state.log.cooling} == {113.5}


def test_slots_of_a_killed_process_cool_from_the_end_of_its_lease() -> None:
    scene = Scene()
    scene.took("killed", 100, 10)
    assert [scene.took("b", at_s, 1) for at_s in (109.9, 110.0, 119.9)] == [0, 0, 0]
    assert scene.took("b", 120.0, 20) == 10


def test_a_process_that_holds_slots_keeps_them_by_renewing_its_lease() -> None:
    scene = Scene()
    scene.took("a", 100, 10)
    for at_s in range(103, 160, 3):
        scene.ask("a", at_s)
        assert scene.took("b", at_s + 1, 1) == 0


def test_a_process_that_slept_through_its_lease_states_its_slots_again() -> None:
    scene = Scene()
    scene.took("slept", 100, 10)
    assert scene.took("b", 125, 4) == 4
    scene.ask("slept", 126)
    assert scene.took("b", 126, 20) == 0


def test_classes_take_in_turns_and_keep_their_shares() -> None:
    scene = Scene()
    scene.took("a", 100, 1)
    ask = Ask("b", "app", "x", {}, (), {I: 20, B: 20})
    slots = exchange(scene.value, Moment(100.5), ask, RULES).slots
    assert sorted(slot.priority.name for slot in slots) == ["BACKGROUND"] * 4 + ["INTERACTIVE"] * 5


def test_what_one_learns_from_headers_all_know() -> None:
    scene = Scene()
    slot = scene.ask("a", 100, 1).slots[0]
    scene.ask(
        "a", 101, 0, Answered(slot, 100.5, RateReading(most=19, remaining=18, daily_most=1000, daily_remaining=7))
    )
    outcome = scene.ask("b", 101, 30)
    assert len(outcome.slots) == 18
    assert outcome.state.quota == Quota(19, 18, 1000, 7)


def test_a_header_of_any_size_leaves_a_value_that_the_others_can_read() -> None:
    scene = Scene()
    slot = scene.ask("a", 100, 1).slots[0]
    outcome = scene.ask("a", 101, 0, Answered(slot, 100.5, RateReading(most=10**9, remaining=10**9 - 1)))
    assert outcome.state.log.told == MOST_TOLD
    assert decode(encode(outcome.state)) == outcome.state


def test_an_operators_cap_holds_whatever_the_headers_say() -> None:
    scene = Scene(replace(RULES, cap=5))
    slot = scene.ask("a", 100, 1).slots[0]
    scene.ask("a", 101, 0, Answered(slot, 100.5, RateReading(most=19, remaining=18)))
    assert scene.took("b", 101, 30) == 4


def test_somebody_elses_calls_in_the_headers_leave_less_for_all() -> None:
    scene = Scene()
    slot = scene.ask("a", 100, 1).slots[0]
    scene.ask("a", 101, 0, Answered(slot, 100.5, RateReading(most=10, remaining=2)))
    assert scene.took("b", 101, 30) == 2


def test_calls_of_other_members_are_not_somebody_elses() -> None:
    scene = Scene()
    first = scene.ask("a", 100, 1).slots[0]
    scene.took("b", 100, 8)
    scene.ask("a", 101, 0, Answered(first, 100.5, RateReading(most=10, remaining=1)))
    assert scene.took("c", 101, 30) == 1


def test_a_429_stops_all_of_them_and_cuts_the_limit_once() -> None:
    scene = Scene()
    assert scene.ask("a", 100, 0, Refused(100, None)).cuts
    assert not scene.ask("b", 100.1, 0, Refused(100.1, None)).cuts
    assert scene.took("b", 109.9, 1) == 0
    assert scene.took("c", 110.2, 20) == 7


def test_the_days_end_closes_the_app_on_the_account_and_no_other() -> None:
    scene = Scene()
    scene.ask("a", 100, 0, Closed(1200.0), wall_s=1000)
    assert scene.took("b", 199, 1, wall_s=1000) == 0
    assert scene.took("c", 199, 1, app="other app", wall_s=1000) == 1
    assert scene.took("b", 200, 1, wall_s=1000) == 1
    assert scene.value is not None
    assert scene.value.closed_until_s == {}


def test_an_account_that_moves_is_closed_for_every_app() -> None:
    scene = Scene()
    scene.ask("a", 100, 0, Parked(150.0))
    assert [scene.took("b", at_s, 1, app="other app") for at_s in (149, 150)] == [0, 1]


def test_a_lost_value_costs_one_window_and_no_learnt_number() -> None:
    scene = Scene()
    slot = scene.ask("a", 100, 1).slots[0]
    scene.ask("a", 101, 0, Answered(slot, 100.5, RateReading(most=19, remaining=18)))
    scene.took("b", 101, 3)
    scene.value = None
    lost = scene.ask("a", 102, 5)
    assert (lost.was_lost, lost.slots) == (True, ())
    assert not scene.ask("a", 103, 5).was_lost
    assert scene.ask("b", 104, 5).was_lost
    assert scene.took("c", 111.9, 5) == 0
    assert scene.took("c", 112.0, 50) == 16


def test_a_newcomers_value_is_paused_by_the_first_who_knew_the_old_one() -> None:
    scene = Scene(replace(RULES, lease_s=60))
    scene.took("a", 100, 3)
    scene.value = None
    assert scene.took("new", 102, 1) == 1
    lost = scene.ask("a", 103, 1)
    assert (lost.was_lost, lost.slots) == (True, ())
    assert scene.took("new", 112.9, 1) == 0
    assert scene.took("new", 113.0, 20) == 6


def test_a_newcomer_waits_a_window_where_a_value_did_not_read() -> None:
    scene = Scene()
    assert scene.took("new", 100, 1, is_damaged=True) == 0
    assert scene.took("new", 110, 1) == 1


@pytest.mark.parametrize(
    ("steady_s", "wall_s", "slots"),
    [(105, 1105, 0), (5, 1205, 3), (5, 1105, 0)],
    ids=["no restart", "a restart long ago", "a restart within a window"],
)
def test_after_a_restart_of_the_machine_the_wall_clock_says_how_old_the_value_is(
    steady_s: float, wall_s: float, slots: int
) -> None:
    scene = Scene()
    scene.took("a", 100, 10, wall_s=1000)
    assert scene.took("new", steady_s, 3, wall_s=wall_s - steady_s) == slots


def test_a_process_that_was_there_goes_on_through_a_jump_of_the_wall_clock() -> None:
    scene = Scene()
    scene.took("a", 100, 10, wall_s=1000)
    scene.ask("a", 101, 0, *[Answered(SLOT, 101.0, None)] * 10, wall_s=4600)
    assert [scene.took("a", at_s, 20, wall_s=4600) for at_s in (110.9, 111)] == [0, 10]


@given(
    now_s=st.floats(0, 1e9),
    asks=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 20), st.integers(0, 5), st.booleans()), max_size=30),
)
def test_no_window_ever_holds_more_than_the_limit(now_s: float, asks: list[tuple[str, float, int, bool]]) -> None:
    """Any server that counts each call somewhere between its sending and its answer: here at the worst ends."""
    scene = Scene()
    sent: list[tuple[float, float]] = []
    open_calls: dict[str, list[tuple[Slot, float]]] = {}
    for name, pause_s, want, answers in asks:
        now_s += pause_s
        mine = open_calls.setdefault(name, [])
        events = [Answered(slot, now_s, None) for slot, _ in mine] if answers else []
        if answers:
            sent += [(sent_s, now_s) for _, sent_s in mine]
            mine.clear()
        outcome = scene.ask(name, now_s, want, *events, spare={I: want})
        mine += [(slot, now_s) for slot in (*outcome.slots, *outcome.spare)]
        scene.held[name] = {I: len(mine)}
        for other in scene.held:
            scene.ask(other, now_s)
    for start_s, _ in sent:
        counted = sum(
            max(began_s, start_s - 10.0 + 1e-3) <= ended_s and began_s <= start_s for began_s, ended_s in sent
        )
        assert counted <= 10


def test_slots_in_hand_are_taken_while_half_is_free_and_count_like_all_others() -> None:
    scene = Scene()
    few = scene.ask("a", 100, 2, spare={I: 8})
    assert (len(few.slots), len(few.spare)) == (2, 4)
    assert few.state.members["a"].in_flight[I] == 6
    assert few.is_ample
    full = scene.ask("b", 100, 4, spare={I: 8})
    assert (len(full.slots), len(full.spare)) == (4, 0)
    assert not full.is_ample


def test_nothing_is_kept_in_hand_while_the_limit_pauses_or_a_gate_is_shut() -> None:
    paused = Scene().ask("a", 100, 0, Refused(100, None), spare={I: 2})
    assert (paused.spare, paused.is_ample) == ((), False)
    shut = Scene().ask("a", 100, 0, Closed(5000.0), spare={I: 2})
    assert (shut.spare, shut.is_ample) == ((), False)


@given(st.binary(max_size=200))
def test_noise_is_no_value(noise: bytes) -> None:
    assert decode(noise) is None


def test_a_value_reads_back_as_it_was() -> None:
    scene = Scene()
    slot = scene.ask("a", 100, 6).slots[0]
    events = [
        Answered(slot, 100.5, RateReading(most=12, remaining=2)),
        Refused(101, 1.0),
        Closed(5000.0),
        Parked(130.0),
    ]
    outcome = scene.ask("a", 101, 3, *events, wall_s=1000)
    assert decode(encode(outcome.state)) == replace(outcome.state, log=replace(outcome.state.log))
    assert decode(encode(outcome.state)[:-1]) is None
    assert decode(encode(outcome.state).replace(b'"v":1', b'"v":2')) is None


def test_rows_are_named_by_keyed_hashes_and_search_is_shared_by_apps() -> None:
    names = [RowNames.of(bytes(32), app_id=app, hub_id="77001") for app in ("one", "two")]
    assert names[0].by_budget[BURST] != names[1].by_budget[BURST]
    assert names[0].by_budget[Budget.SEARCH] == names[1].by_budget[Budget.SEARCH]
    assert names[0] != RowNames.of(bytes(31) + b"1", app_id="one", hub_id="77001")
    assert "77001" not in str(names)


@pytest.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Path | str]:
    """A file for the limits, or the address of a database that has their table."""
    if request.param == "sqlite":
        yield tmp_path / "private" / "limiter.db"
        return
    async with new_database(request.param, tmp_path, [LIMITER]) as (_, address):
        yield address


class CountedRows:
    """Rows that count how often they are changed."""

    def __init__(self, rows: FileRows) -> None:
        self.rows = rows
        self.changes = 0

    async def change(self, name: str, work: Callable[[bytes | None, Moment], tuple[bytes, T]]) -> T:
        self.changes += 1
        return await self.rows.change(name, work)


def soon(seconds: float = 5.0) -> float:
    return SystemClock().monotonic() + seconds


async def takes(limits: SharedLimits, count: int, budget: Budget = BURST, seconds: float = 5.0) -> list[Slot]:
    return await asyncio.gather(*(limits.take(budget, I, soon(seconds)) for _ in range(count)))


async def first_refusal(limits: SharedLimits, budget: Budget, kind: type[Refusal]) -> Refusal:
    """Take and drop slots until it is refused, within five seconds."""
    async with asyncio.timeout(5):
        while True:
            try:
                limits.drop(budget, await limits.take(budget, I, soon()))
            except kind as error:
                return error


@pytest.mark.promise("limits-kept")
async def test_two_processes_share_one_limit_and_give_slots_on(place: Path | str) -> None:
    load = Load(assumed=6, window_s=0.2)
    async with joined(place, load) as one, joined(place, load) as two:
        slots = await takes(one, 4)
        assert len(await takes(two, 2)) == 2
        waiting = asyncio.ensure_future(takes(two, 4))
        assert not (await asyncio.wait([waiting], timeout=0.1))[0]
        for slot in slots:
            one.give_back(BURST, slot, None)
        assert len(await waiting) == 4


async def call_in_turn(limits: SharedLimits, calls: int) -> None:
    for _ in range(calls):
        limits.give_back(BURST, await limits.take(BURST, I, soon()), None)


async def test_calls_that_follow_each_other_take_their_slots_in_blocks(tmp_path: Path) -> None:
    clock, file = SystemClock(), SharedFile(tmp_path / "private" / "limiter.db")
    rows = CountedRows(FileRows(file, clock))
    limits = SharedLimits(rows, RowNames.of(bytes(32), app_id="1", hub_id="2"), LimitSettings(burst=1000), clock)
    await call_in_turn(limits, 20)
    before = rows.changes
    await call_in_turn(limits, 200)
    assert rows.changes - before <= 60
    await limits.aclose()
    await file.close()


async def test_slots_in_hand_are_let_go_when_calls_end_and_leave_the_whole_limit_to_others(place: Path | str) -> None:
    load = Load(assumed=40, window_s=2.0)
    async with joined(place, load) as one, joined(place, load) as two:
        await call_in_turn(one, 12)
        assert len(await takes(two, 28)) == 28


async def test_a_dropped_slot_is_free_for_another_at_once(place: Path | str) -> None:
    load = Load(assumed=1, window_s=2.0)
    async with joined(place, load) as one, joined(place, load) as two:
        (slot,) = await takes(one, 1)
        waiting = asyncio.ensure_future(takes(two, 1))
        one.drop(BURST, slot)
        await waiting


async def test_what_is_learnt_and_closed_in_one_is_known_in_the_other(place: Path | str) -> None:
    load = Load(assumed=3, window_s=30.0)
    async with joined(place, load) as one, joined(place, load) as two:
        (slot,) = await takes(one, 1)
        one.give_back(BURST, slot, RateReading(most=8, remaining=7, daily_most=500, daily_remaining=0))
        error = await first_refusal(two, BURST, DailyLimitError)
        assert error.resets_at is not None
        assert error.resets_at - datetime.now(UTC) <= timedelta(days=1)
        assert two.quota == Quota(8, 7, 500, 0)
        with pytest.raises(DailyLimitError):
            await two.take(Budget.SEARCH, I, soon())


async def test_a_moving_account_is_left_alone_by_all(place: Path | str) -> None:
    async with joined(place, Load()) as one, joined(place, Load()) as two:
        one.park(3600)
        error = await first_refusal(two, Budget.SEARCH, AccountMovingError)
        assert error.retry_after_s == pytest.approx(3600, abs=10)


async def test_a_wait_that_would_pass_the_deadline_is_refused_at_once(place: Path | str) -> None:
    load = Load(assumed=1, window_s=30.0)
    async with joined(place, load) as one, joined(place, load) as two:
        (slot,) = await takes(one, 1)
        with pytest.raises(RateLimitedError):
            await takes(two, 1, seconds=2)
        one.give_back(BURST, slot, None)
        await one.aclose()
        with pytest.raises(RateLimitedError) as caught:
            await two.take(BURST, I, soon(2))
        assert 20 < (caught.value.retry_after_s or 0) <= 30.1


async def test_cancelled_callers_leave_no_slot_behind(place: Path | str) -> None:
    load = Load(assumed=8, window_s=20.0)
    async with joined(place, load) as one, joined(place, load) as two:
        for _ in range(10):
            tasks = [asyncio.ensure_future(one.take(BURST, I, soon())) for _ in range(8)]
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            for end in ends:
                if isinstance(end, Slot):
                    one.drop(BURST, end)
        await one.aclose()
        assert len(await takes(two, 8)) == 8


async def test_a_process_that_ends_leaves_its_slots_cooling_and_no_lease(place: Path | str) -> None:
    load = Load(assumed=2, window_s=0.3, lease_s=60.0)
    async with joined(place, load) as one:
        for slot in await takes(one, 2):
            one.give_back(BURST, slot, None)
    async with joined(place, load) as two:
        assert len(await takes(two, 2)) == 2


@pytest.mark.parametrize("lose", [delete, corrupt])
async def test_a_lost_file_is_made_anew_and_counted(tmp_path: Path, lose) -> None:
    place = tmp_path / "private" / "limiter.db"
    load = Load(assumed=4, window_s=0.2)
    async with joined(place, load) as one, joined(place, load) as two:
        for limits in (one, two):
            limits.drop(BURST, (await takes(limits, 1))[0])
        lose(place)
        for limits in (one, two):
            limits.drop(BURST, (await takes(limits, 1))[0])
        assert (one.store_errors, two.store_errors) == (1, 1)
    assert place.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in place.parent.iterdir()} <= {"limiter.db", "limiter.db-journal"}


async def test_where_the_file_can_only_be_read_each_goes_on_with_its_part(tmp_path: Path) -> None:
    place = tmp_path / "private" / "limiter.db"
    load = Load(assumed=6, window_s=0.3)
    async with joined(place, load) as one, joined(place, load) as two:
        for limits in (two, one):
            limits.drop(BURST, (await takes(limits, 1))[0])
        make_read_only(place)
        assert len(await takes(one, 3)) == 3
        assert one.store_errors >= 1
        with pytest.raises(RateLimitedError):
            await one.take(BURST, I, soon(0.2))


async def test_a_process_that_cannot_have_the_file_at_all_still_limits_itself(tmp_path: Path) -> None:
    place = tmp_path / "private" / "limiter.db"
    place.mkdir(parents=True)
    async with joined(place, Load(assumed=2, window_s=30.0)) as limits:
        assert len(await takes(limits, 2)) == 2
        with pytest.raises(RateLimitedError):
            await limits.take(BURST, I, soon(0.5))
        assert limits.store_errors >= 1


async def test_when_the_file_can_be_had_again_it_is_shared_again(tmp_path: Path) -> None:
    place = tmp_path / "private" / "limiter.db"
    place.mkdir(parents=True)
    load = Load(assumed=2, window_s=0.3)
    async with joined(place, load) as one, joined(place, load) as two:
        await takes(one, 2)
        place.rmdir()
        async with asyncio.timeout(5):
            while not place.exists():
                with pytest.raises(RateLimitedError):
                    await one.take(BURST, I, soon(0.2))
        with pytest.raises(RateLimitedError):
            await two.take(BURST, I, soon(0.5))


async def test_the_table_hides_other_tenants_limits(tmp_path: Path) -> None:
    from sqlalchemy import func, select

    from hubspot_skill.foundation.migrations import prove_isolation
    from hubspot_skill.hubspot.shared_limits_table import limiter_row

    async with new_database("postgresql", tmp_path, [LIMITER]) as (database, address):
        await prove_isolation(database, [limiter_row])
        async with joined(address, Load()) as limits:
            await takes(limits, 1)
        counts = [
            await database.read(tenant, lambda c: c.scalar(select(func.count()).select_from(limiter_row)))
            for tenant in ("local", "another", None)
        ]
    assert counts == [1, 0, 0]


@pytest.mark.promise("limits-kept")
async def test_processes_under_full_load_meet_no_429(place: Path | str) -> None:
    """Trial L1 at P counts, windows of half a second: what is used of the quota is asserted at N counts."""
    policy = RatePolicy(burst=22, burst_window_s=0.5)
    load = Load(assumed=20, window_s=0.5, callers=10)
    shared = await share_the_load(place, processes=3, policy=policy, load=load, delays=Delays(0.01, 0.05), windows=4)
    assert (shared.refused, shared.store_errors) == (0, 0)
    assert shared.passed >= 44


async def test_processes_that_search_under_full_load_meet_no_429(place: Path | str) -> None:
    """Trial L2 at P counts."""
    load = Load("search", assumed=5, window_s=0.5, callers=4)
    policy = RatePolicy(search=5, secondly_window_s=0.5)
    shared = await share_the_load(place, processes=3, policy=policy, load=load, delays=Delays(0.01, 0.05), windows=4)
    assert shared.refused == 0
    assert shared.passed >= 10


async def test_after_a_kill_the_full_rate_comes_back_without_a_429(place: Path | str) -> None:
    """Trial L6 at P counts, leases and windows of a second."""
    load = Load(assumed=22, window_s=1.0, lease_s=1.0, callers=10)
    policy = RatePolicy(burst=22, burst_window_s=1.0)
    ended = await kill_and_recover(place, kills=1, policy=policy, load=load, delays=Delays(0.01, 0.05), within_s=10)
    assert ended.refused == 0
    assert ended.slowest_s < math.inf


@pytest.mark.parametrize("lose", [delete, corrupt, make_read_only])
async def test_processes_that_lose_the_file_under_load_work_on(tmp_path: Path, lose) -> None:
    """Trial L7."""
    load = Load(assumed=20, window_s=0.4, lease_s=2.0, callers=10)
    policy = RatePolicy(burst=20, burst_window_s=0.4)
    place = tmp_path / "private" / "limiter.db"
    ended = await lose_the_file(place, lose, processes=2, policy=policy, load=load, windows=6)
    assert ended.passed_after >= 20
    assert ended.store_errors >= 2


async def test_the_cost_of_a_slot_is_measured_over_processes(place: Path | str) -> None:
    """Trial L8 at P counts; its figures are asserted at N counts."""
    cost = await cost_of_calls(place, processes=2, calls=5, load=Load(assumed=1000, callers=4), pause_s=0.0)
    assert cost.calls == 40
