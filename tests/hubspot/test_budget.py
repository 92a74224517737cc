"""Callers wait for slots in the right order, never past their deadline, and HubSpot's 429 are obeyed."""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from hubspot_skill.domain.errors import (
    AccountMovingError,
    DailyLimitError,
    HubSpotSkillError,
    OutcomeUnknownError,
    RateLimitedError,
)
from hubspot_skill.domain.names import COMPANIES, CONTACTS, PropertyName
from hubspot_skill.domain.search import Search
from hubspot_skill.domain.writes import Draft
from hubspot_skill.hubspot.budget import MemoryLimits
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Budget, LimitSettings, Priority, RateReading
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.rates import RatePolicy
from tests.hubspot.conftest import ADA, AMPLE
from tests.hubspot.stub import Received, connected, reply, serving
from tests.manual_clock import ManualClock
from tests.sandbox.engine_portal import contact, portal
from tests.sandbox_fixture import Served, running_sandbox

I, B = Priority.INTERACTIVE, Priority.BACKGROUND  # noqa: E741
RECORD = {"id": ADA, "properties": {}}


def read(hubspot: HubSpot):
    return hubspot.objects.read(CONTACTS, ADA, properties=())


async def settled(tasks: Iterable[asyncio.Task], clock: ManualClock) -> list[bool]:
    await clock.settle()
    return [task.done() for task in tasks]


async def test_waiting_callers_are_served_in_turn_when_slots_come_free() -> None:
    clock = ManualClock()
    limits = MemoryLimits(LimitSettings(burst=2), clock)
    deadline_s = clock.monotonic() + 60
    slots = [await limits.take(Budget.BURST, I, deadline_s) for _ in range(2)]
    waiting = [asyncio.ensure_future(limits.take(Budget.BURST, I, deadline_s)) for _ in range(3)]
    assert await settled(waiting, clock) == [False, False, False]
    for slot in slots:
        limits.give_back(Budget.BURST, slot, None)
    await clock.advance(9.9)
    assert await settled(waiting, clock) == [False, False, False]
    await clock.advance(0.1)
    assert await settled(waiting, clock) == [True, True, False]
    limits.give_back(Budget.BURST, waiting[0].result(), None)
    await clock.advance(10.0)
    assert await settled(waiting, clock) == [True, True, True]


async def test_a_person_is_served_before_the_rest_of_a_long_job() -> None:
    clock = ManualClock()
    limits = MemoryLimits(LimitSettings(burst=10), clock)
    deadline_s = clock.monotonic() + 300
    job = [await limits.take(Budget.BURST, B, deadline_s) for _ in range(10)]
    more = [asyncio.ensure_future(limits.take(Budget.BURST, B, deadline_s)) for _ in range(20)]
    await clock.settle()
    person = asyncio.ensure_future(limits.take(Budget.BURST, I, deadline_s))
    limits.give_back(Budget.BURST, job[0], None)
    await clock.advance(10.0)
    assert person.done()
    assert await settled(more, clock) == [False] * 20
    for task in more:
        task.cancel()


async def test_a_call_whose_wait_would_pass_its_deadline_is_refused_at_once() -> None:
    clock = ManualClock()
    limits = MemoryLimits(LimitSettings(burst=1), clock)
    slot = await limits.take(Budget.BURST, I, clock.monotonic() + 60)
    limits.give_back(Budget.BURST, slot, None)
    with pytest.raises(RateLimitedError) as caught:
        await limits.take(Budget.BURST, I, clock.monotonic() + 5)
    assert caught.value.retry_after_s == pytest.approx(10.0)
    assert clock.next_wake_s is None


async def test_a_call_that_waits_for_answers_is_given_up_at_its_deadline() -> None:
    clock = ManualClock()
    limits = MemoryLimits(LimitSettings(burst=1), clock)
    await limits.take(Budget.BURST, I, clock.monotonic() + 60)
    late = asyncio.ensure_future(limits.take(Budget.BURST, I, clock.monotonic() + 15))
    await clock.advance(15.0)
    with pytest.raises(RateLimitedError):
        await late


async def test_a_cancelled_caller_gives_its_place_and_its_slot_back() -> None:
    clock = ManualClock()
    limits = MemoryLimits(LimitSettings(burst=1), clock)
    deadline_s = clock.monotonic() + 60
    slot = await limits.take(Budget.BURST, I, deadline_s)
    first, second, third = [asyncio.ensure_future(limits.take(Budget.BURST, I, deadline_s)) for _ in range(3)]
    await clock.settle()
    first.cancel()
    limits.drop(Budget.BURST, slot)
    second.cancel()
    await clock.settle()
    assert third.done()
    assert not third.cancelled()


async def test_hubspots_numbers_are_learnt_and_told() -> None:
    headers = {
        "X-HubSpot-RateLimit-Max": "190",
        "X-HubSpot-RateLimit-Remaining": "188",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Daily": "625000",
        "X-HubSpot-RateLimit-Daily-Remaining": "624000",
    }
    async with serving(lambda _: reply(200, RECORD, headers=headers)) as stub, connected(stub.base_url) as hubspot:
        assert hubspot.quota.burst_most is None
        await read(hubspot)
        quota = hubspot.quota
    assert (quota.burst_most, quota.burst_remaining) == (190, 188)
    assert (quota.daily_most, quota.daily_remaining) == (625_000, 624_000)


async def test_searches_and_association_batches_do_not_spend_the_burst_limit() -> None:
    """In HubSpot's specification they are exempt from the ten-secondly limit and have their own (FACTS 3)."""

    def decide(received: Received):
        body = {"total": 0, "results": []} if received.method == "POST" else RECORD
        return reply(200, body)

    limits = LimitSettings(burst=1, search=3, associations=2)
    async with serving(decide) as stub, connected(stub.base_url, limits=limits) as hubspot:
        quick = hubspot.at(I, deadline_s=0.5)
        await read(quick)
        for _ in range(3):
            await quick.objects.search(Search(CONTACTS), properties=())
        for _ in range(2):
            await quick.associations.of_many(CONTACTS, [ADA], COMPANIES)
        for call in (
            read(quick),
            quick.objects.search(Search(CONTACTS), properties=()),
            quick.associations.of_many(CONTACTS, [ADA], COMPANIES),
        ):
            with pytest.raises(RateLimitedError):
                await call


@pytest.mark.promise("limits-kept")
@pytest.mark.parametrize("window", ["rolling", "fixed"])
async def test_full_load_meets_no_429_and_no_call_fails(window: str) -> None:
    """Trial L1, one process: full load against an enforced limit, in a shortened window: 0 × 429, every call done.

    The limit (19) is below what is assumed at first (10 is the start), and is learnt from the headers.
    """
    policy = RatePolicy(burst=19, burst_window_s=0.3, window=window, headers=True)
    limits = LimitSettings(burst=10, burst_window_s=0.3)
    with running_sandbox([portal(records=[contact(2001)])], policy=policy) as served:
        async with connected(served.base_url, limits=limits) as hubspot:
            await asyncio.gather(*(read(hubspot) for _ in range(120)))
            assert hubspot.quota.burst_most == 19
        statuses = [seen.status for seen in served.sandbox.traffic.calls("/contacts/")]
    assert statuses == [200] * 120


async def test_a_limit_that_is_smaller_than_assumed_is_learnt_before_it_is_hit() -> None:
    policy = RatePolicy(burst=10, burst_window_s=0.3, headers=True)
    limits = LimitSettings(burst=4, burst_cap=6, burst_window_s=0.3)
    with running_sandbox([portal(records=[contact(2001)])], policy=policy) as served:
        async with connected(served.base_url, limits=limits) as hubspot:
            await asyncio.gather(*(read(hubspot) for _ in range(30)))
        assert {seen.status for seen in served.sandbox.traffic.calls("/contacts/")} == {200}


async def test_searches_at_full_load_meet_no_429() -> None:
    policy = RatePolicy(search=5, headers=True)
    limits = LimitSettings(search_window_s=1.0)
    with running_sandbox([portal(records=[contact(2001)])], policy=policy) as served:
        async with connected(served.base_url, limits=limits) as hubspot:
            await asyncio.gather(*(hubspot.objects.search(Search(CONTACTS), properties=()) for _ in range(12)))
        assert {seen.status for seen in served.sandbox.traffic.calls("/search")} == {200}


async def test_two_programs_on_one_limit_both_get_through() -> None:
    """Somebody else's calls show in HubSpot's headers; what still meets a 429 is tried again after the pause."""
    policy = RatePolicy(burst=20, burst_window_s=0.3, headers=True)
    limits = LimitSettings(burst=20, burst_window_s=0.3)
    with running_sandbox([portal(records=[contact(2001)])], policy=policy) as served:
        async with (
            connected(served.base_url, limits=limits) as ours,
            connected(served.base_url, limits=limits) as theirs,
        ):
            endings = await asyncio.gather(
                *(read(h) for _ in range(40) for h in (ours, theirs)), return_exceptions=True
            )
    failed = [ending for ending in endings if isinstance(ending, BaseException)]
    assert {type(ending) for ending in failed} <= {RateLimitedError}
    assert len(failed) <= 8


async def counted(stub_calls: list[Received], clock: ManualClock, task: asyncio.Task, until: float) -> int:
    """Let the clock go on in small steps to `until` seconds, and give how many calls were received by then."""
    goal = clock.monotonic() + until
    while clock.monotonic() < goal and not task.done():
        await clock.advance(min(0.25, goal - clock.monotonic()))
        await asyncio.sleep(0.005)
    return len(stub_calls)


@pytest.mark.parametrize(
    ("policy", "headers", "pause_s"),
    [
        ("SECONDLY", {}, 1.0),
        ("TEN_SECONDLY_ROLLING", {}, 10.0),
        ("SECONDLY", {"retry-after": "4"}, 4.0),
        ("TEN_SECONDLY_ROLLING", {"retry-after": "3"}, 3.0),
    ],
)
async def test_after_a_429_nothing_is_sent_until_its_pause_is_over(policy: str, headers: dict, pause_s: float) -> None:
    """Trial L4: 429 with and without Retry-After, SECONDLY and TEN_SECONDLY: waits kept 100 %."""
    clock = ManualClock()
    refusals = deque([reply(429, {"policyName": policy}, headers=headers)])
    good = reply(200, RECORD)
    async with (
        serving(lambda _: refusals.popleft() if refusals else good) as stub,
        connected(stub.base_url, clock=clock) as hubspot,
    ):
        first = asyncio.ensure_future(read(hubspot))
        async with asyncio.timeout(5):
            while not stub.received or clock.next_wake_s is None:
                await asyncio.sleep(0.005)
        others = [asyncio.ensure_future(read(hubspot)) for _ in range(5)]
        assert await counted(stub.received, clock, first, pause_s - 0.01) == 1
        await clock.advance(0.02)
        async with asyncio.timeout(5):
            await asyncio.gather(first, *others)
    assert len(stub.received) == 7


async def test_after_a_daily_429_nothing_is_sent_until_midnight_of_the_accounts_zone(served: Served) -> None:
    """Trial L4: after DAILY 0 calls until midnight of the account's zone (New York: five in the morning, UTC)."""
    clock = ManualClock(datetime(2026, 11, 23, 15, tzinfo=UTC))
    async with connected(served.base_url, clock=clock, limits=AMPLE) as hubspot:
        await hubspot.accounts.details()
        served.sandbox.faults.add(Rule(kinds.RateLimited("DAILY"), times=1))
        with pytest.raises(DailyLimitError) as caught:
            await read(hubspot)
        midnight = datetime(2026, 11, 24, 5, tzinfo=UTC)
        assert caught.value.resets_at == midnight
        served.sandbox.traffic.clear()
        for call in (
            lambda: read(hubspot),
            lambda: hubspot.objects.search(Search(CONTACTS), properties=()),
            lambda: hubspot.associations.labels(CONTACTS, COMPANIES),
            lambda: hubspot.at(B).objects.create(Draft(CONTACTS, {PropertyName("email"): "a@b.example"})),
        ):
            with pytest.raises(DailyLimitError) as caught:
                await call()
            assert "America/New_York" in caught.value.hint
        await clock.advance((midnight - clock.now()).total_seconds() - 1)
        with pytest.raises(DailyLimitError):
            await read(hubspot)
        assert list(served.sandbox.traffic.calls("")) == []
        await clock.advance(1)
        await read(hubspot)


async def test_before_the_zone_is_known_the_day_ends_in_utc_and_says_so(served: Served) -> None:
    clock = ManualClock(datetime(2026, 11, 23, 15, tzinfo=UTC))
    served.sandbox.faults.add(Rule(kinds.RateLimited("DAILY")))
    async with connected(served.base_url, clock=clock) as hubspot:
        with pytest.raises(DailyLimitError) as caught:
            await read(hubspot)
        assert caught.value.resets_at == datetime(2026, 11, 24, tzinfo=UTC)
        with pytest.raises(DailyLimitError) as caught:
            await read(hubspot)
        assert "not known yet" in caught.value.hint


async def test_a_wrong_guess_of_the_accounts_midnight_costs_an_hour_and_not_a_day() -> None:
    clock = ManualClock(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    limits = MemoryLimits(LimitSettings(), clock)
    assert limits.close_for_today() == datetime(2026, 11, 24, tzinfo=UTC)
    clock.jump(1800)
    await limits.take(Budget.BURST, I, clock.monotonic() + 1)
    assert limits.close_for_today() == datetime(2026, 11, 24, 1, tzinfo=UTC)


async def test_a_day_that_is_used_up_by_the_headers_is_not_tried() -> None:
    headers = {"X-HubSpot-RateLimit-Daily": "1000", "X-HubSpot-RateLimit-Daily-Remaining": "0"}
    async with serving(lambda _: reply(200, RECORD, headers=headers)) as stub, connected(stub.base_url) as hubspot:
        await read(hubspot)
        with pytest.raises(DailyLimitError):
            await read(hubspot)
        assert len(stub.received) == 1


async def test_an_account_that_moves_is_left_alone_as_long_as_hubspot_says() -> None:
    clock = ManualClock()
    acts = deque([reply(477, {"message": "moving"}, headers={"retry-after": "3600"})])
    good = reply(200, RECORD)
    async with (
        serving(lambda _: acts.popleft() if acts else good) as stub,
        connected(stub.base_url, clock=clock) as hubspot,
    ):
        for _ in range(3):
            with pytest.raises(AccountMovingError) as caught:
                await read(hubspot)
        assert caught.value.retry_after_s == pytest.approx(3600, abs=1)
        assert len(stub.received) == 1
        await clock.advance(3600)
        await read(hubspot)


async def test_a_locked_record_is_tried_again_after_two_seconds_even_by_a_write() -> None:
    """423 is HubSpot's refusal, surely without an effect; "wait at least two seconds" (error handling)."""
    clock = ManualClock()
    acts = deque([reply(423, {"message": "locked"})])
    good = reply(201, RECORD)
    async with (
        serving(lambda _: acts.popleft() if acts else good) as stub,
        connected(stub.base_url, clock=clock) as hubspot,
    ):
        task = asyncio.ensure_future(hubspot.objects.create(Draft(CONTACTS, {PropertyName("email"): "a@b.example"})))
        async with asyncio.timeout(5):
            while clock.next_wake_s is None:
                await asyncio.sleep(0.005)
        await clock.advance(1.99)
        assert len(stub.received) == 1
        await clock.advance(0.02)
        async with asyncio.timeout(5):
            await task
    assert clock.slept == [2.0]


async def test_a_total_outage_sees_little_more_than_was_offered_and_ends_soon_after_it_is_over() -> None:
    """Trial H2, with a manual clock: 5 minutes of outage at 20 calls a second.

    Calls that reach HubSpot ≤ 1.10 × offered, the breaker open by the 20th failure, closed ≤ 10 s after repair.
    """
    clock = ManualClock()
    is_down = True
    async with (
        serving(lambda _: reply(503, b"") if is_down else reply(200, RECORD)) as stub,
        connected(stub.base_url, clock=clock, limits=AMPLE) as hubspot,
    ):
        opened_after = None
        for _ in range(5 * 60 * 20):
            sent = len(stub.received)
            with pytest.raises(HubSpotSkillError):
                await read(hubspot)
            if opened_after is None and len(stub.received) == sent:
                opened_after = sent
            clock.jump(0.05)
        assert opened_after is not None
        assert opened_after <= 20
        assert len(stub.received) <= 1.10 * 6000
        assert len(stub.received) < 100
        is_down = False
        repaired_at = clock.monotonic()
        while True:
            try:
                await read(hubspot)
                break
            except HubSpotSkillError:
                clock.jump(0.05)
        assert clock.monotonic() - repaired_at <= 10.0


async def test_one_endpoint_that_fails_does_not_stop_the_others() -> None:
    clock = ManualClock()

    def decide(received: Received):
        return reply(503) if "search" in received.target else reply(200, RECORD)

    async with serving(decide) as stub, connected(stub.base_url, clock=clock, limits=AMPLE) as hubspot:
        for _ in range(30):
            with pytest.raises(HubSpotSkillError):
                await hubspot.objects.search(Search(CONTACTS), properties=())
        await read(hubspot)


async def test_refusals_do_not_open_the_breaker() -> None:
    async with serving(lambda _: reply(404, {})) as stub, connected(stub.base_url, limits=AMPLE) as hubspot:
        for _ in range(40):
            with pytest.raises(HubSpotSkillError, match="HubSpot has no contact"):
                await read(hubspot)
        assert len(stub.received) == 40


async def test_rate_headers_of_a_lost_write_do_not_matter() -> None:
    async with (
        serving(lambda _: reply(200, b"<html>", content_type="text/html")) as stub,
        connected(stub.base_url) as hubspot,
    ):
        with pytest.raises(OutcomeUnknownError):
            await hubspot.objects.create(Draft(CONTACTS, {PropertyName("email"): "a@b.example"}))


def test_a_reading_without_numbers_keeps_what_was_known() -> None:
    limits = MemoryLimits(LimitSettings(), ManualClock())
    known = limits.quota.after(RateReading(most=100, remaining=99, daily_most=5, daily_remaining=4))
    assert known.after(RateReading()) == known
