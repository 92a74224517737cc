"""The sliding log never lets a window of HubSpot's hold more than N of our calls, and uses N fully."""

from collections import deque
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubspot_skill.hubspot.limits import Priority, RateReading, SlidingLog, Slot, next_midnight

I, W, B = Priority.INTERACTIVE, Priority.WRITE, Priority.BACKGROUND  # noqa: E741


def take_all(log: SlidingLog, now_s: float, priority: Priority = I) -> list[Slot]:
    slots: list[Slot] = []
    while (slot := log.take(now_s, priority)) is not None:
        slots.append(slot)
    return slots


def test_n_calls_pass_and_the_next_waits_until_one_window_after_an_answer() -> None:
    log = SlidingLog(3, 10.0)
    slots = take_all(log, 0.0)
    assert len(slots) == 3
    log.give_back(slots[0], 2.0)
    assert log.take(11.9, I) is None
    assert log.wait_s(11.9) == pytest.approx(0.1)
    assert log.take(12.0, I) is not None


def test_a_slot_in_flight_is_never_free_by_time_alone() -> None:
    log = SlidingLog(1, 1.0)
    take_all(log, 0.0)
    assert log.take(1000.0, I) is None
    assert log.next_change_s(1000.0) is None


def test_a_call_that_was_not_sent_costs_nothing() -> None:
    log = SlidingLog(1, 10.0)
    (slot,) = take_all(log, 0.0)
    log.drop(slot)
    assert log.take(0.0, I) is not None


def test_one_class_alone_may_use_everything() -> None:
    for priority in Priority:
        assert len(take_all(SlidingLog(100, 10.0), 0.0, priority)) == 100


def test_a_class_that_was_seen_keeps_a_tenth_clear_of_the_others() -> None:
    log = SlidingLog(100, 10.0)
    assert log.take(0.0, I) is not None
    assert len(take_all(log, 0.0, B)) == 89
    assert len(take_all(log, 0.0, I)) == 10


def test_a_class_below_its_share_is_served_even_when_others_want_more() -> None:
    log = SlidingLog(10, 10.0)
    take_all(log, 0.0, B)
    slots = take_all(log, 0.0, I)
    assert slots == []
    log.give_back(Slot(B, 10, 1), 0.0)
    assert log.take(5.0, I) is None
    assert log.take(10.0, I) is not None


def test_a_class_not_seen_for_three_windows_is_lent_out_again() -> None:
    log = SlidingLog(100, 10.0)
    slot = log.take(0.0, I)
    assert slot is not None
    log.give_back(slot, 0.0)
    assert len(take_all(log, 31.0, B)) == 100


def test_n_is_what_hubspot_says_under_the_operators_cap() -> None:
    log = SlidingLog(100, 10.0, cap=150)
    slot = log.take(0.0, I)
    assert slot is not None
    log.observe(slot, 0.1, RateReading(most=190, remaining=189))
    assert log.size(0.1) == 150
    log.observe(slot, 0.1, RateReading(most=110, remaining=109))
    assert log.size(0.1) == 110


def test_an_answer_without_headers_changes_nothing() -> None:
    log = SlidingLog(100, 10.0)
    slot = log.take(0.0, I)
    assert slot is not None
    log.observe(slot, 0.1, RateReading())
    assert log.size(0.1) == 100


def test_n_shrinks_by_what_somebody_else_spends_and_recovers_after_a_window() -> None:
    log = SlidingLog(100, 10.0)
    slot = log.take(0.0, I)
    assert slot is not None
    log.observe(slot, 0.1, RateReading(most=100, remaining=59))
    assert log.size(0.2) == 60
    assert log.size(10.2) == 100


def test_calls_sent_while_an_answer_was_under_way_do_not_look_foreign() -> None:
    log = SlidingLog(100, 10.0)
    first, *_ = [log.take(0.0, I) for _ in range(40)]
    assert first is not None
    log.observe(first, 0.3, RateReading(most=100, remaining=60))
    assert log.size(0.3) == 100


def test_a_few_foreign_calls_are_tolerated() -> None:
    log = SlidingLog(100, 10.0)
    slot = log.take(0.0, I)
    assert slot is not None
    log.observe(slot, 0.1, RateReading(most=100, remaining=94))
    assert log.size(0.1) == 100


def test_a_429_pauses_then_cuts_n_for_two_windows_then_adds_one_a_window() -> None:
    log = SlidingLog(100, 10.0)
    log.refused(0.0, 10.0)
    assert log.take(9.9, I) is None
    assert log.wait_s(9.9) == pytest.approx(0.1)
    assert [log.size(t) for t in (10.0, 20.0, 29.9)] == [70, 70, 70]
    assert [log.size(t) for t in (30.0, 40.0, 50.0)] == [71, 72, 73]
    assert log.size(30.0 + 40 * 10) == 100


def test_many_429_of_one_moment_cut_once() -> None:
    log = SlidingLog(100, 10.0)
    assert [log.refused(0.0, 10.0) for _ in range(30)] == [True] + [False] * 29
    assert log.size(10.0) == 70
    log.refused(11.0, 10.0)
    assert log.size(21.0) == 49


def test_n_never_falls_below_one() -> None:
    log = SlidingLog(2, 1.0)
    for moment in range(50):
        log.refused(float(moment * 2), 1.0)
    assert log.size(99.0) == 1


@pytest.mark.parametrize(("ahead", "expected"), [(0, 1.0), (1, 2.0), (2, 10.0), (3, 10.0), (4, 10.0), (5, 20.0)])
def test_the_wait_counts_those_ahead_and_whole_windows(ahead: int, expected: float) -> None:
    log = SlidingLog(3, 10.0)
    slots = take_all(log, 0.0)
    log.give_back(slots[0], 1.0)
    log.give_back(slots[1], 2.0)
    assert log.wait_s(10.0, ahead) == pytest.approx(expected)


class Hub:
    """Counts calls as HubSpot might: in a rolling window, or in fixed slices that begin anywhere."""

    def __init__(self, most: int, window_s: float, offset_s: float) -> None:
        self.most, self.window_s, self.offset_s = most, window_s, offset_s
        self.rolling: deque[float] = deque()
        self.slices: dict[int, int] = {}
        self.refused = 0

    def receive(self, now_s: float) -> None:
        self.rolling.append(now_s)
        while self.rolling[0] <= now_s - self.window_s:
            self.rolling.popleft()
        slice_ = int((now_s + self.offset_s) // self.window_s)
        self.slices[slice_] = self.slices.get(slice_, 0) + 1
        self.refused += len(self.rolling) > self.most or self.slices[slice_] > self.most


@settings(max_examples=150, deadline=None)
@given(
    most=st.integers(1, 12),
    offset_s=st.floats(0, 5),
    calls=st.lists(
        st.tuples(st.floats(0, 2), st.floats(0.001, 3), st.floats(0.001, 3), st.sampled_from(list(Priority))),
        max_size=80,
    ),
)
def test_no_window_of_hubspots_ever_holds_more_than_n(most, offset_s, calls) -> None:
    """L1's heart: whatever the delays there and back, 0 calls too many, for rolling and for fixed windows."""
    log, hub = SlidingLog(most, 5.0), Hub(most, 5.0, offset_s)
    events: list[tuple[float, int, str, Slot | None]] = []
    now_s = 0.0
    for number, (pause_s, there_s, back_s, priority) in enumerate(calls):
        now_s += pause_s
        for at_s, _, kind, slot in sorted(event for event in events if event[0] <= now_s):
            if kind == "arrive":
                hub.receive(at_s)
            elif slot is not None:
                log.give_back(slot, at_s)
        events = [event for event in events if event[0] > now_s]
        slot = log.take(now_s, priority)
        if slot is not None:
            events += [(now_s + there_s, number, "arrive", None), (now_s + there_s + back_s, number, "back", slot)]
    for at_s, _, kind, _slot in sorted(events, key=lambda event: event[:3]):
        if kind == "arrive":
            hub.receive(at_s)
    assert hub.refused == 0


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), None, datetime(2026, 11, 24, tzinfo=UTC)),
        (datetime(2026, 11, 23, 3, tzinfo=UTC), "America/New_York", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        (datetime(2026, 10, 24, 23, tzinfo=UTC), "Europe/Berlin", datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_of_the_accounts_zone(now, zone, expected) -> None:
    assert next_midnight(now, ZoneInfo(zone) if zone else None) == expected
