"""The sandbox's clock runs, stands, advances and is set."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hubspot_skill.sandbox.clock import SandboxClock

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


class Seconds:
    """A monotonic count that a test moves."""

    def __init__(self) -> None:
        self.value = 1000.0

    def __call__(self) -> float:
        return self.value


def test_a_running_clock_follows_real_seconds() -> None:
    seconds = Seconds()
    clock = SandboxClock(START, monotonic_s=seconds)
    seconds.value += 12.5
    assert clock.now() == START + timedelta(seconds=12.5)
    assert clock.running


def test_a_standing_clock_does_not_follow_real_seconds() -> None:
    seconds = Seconds()
    clock = SandboxClock(START, running=False, monotonic_s=seconds)
    seconds.value += 3600
    assert clock.now() == START


def test_advance_moves_a_standing_clock_by_exactly_that_much() -> None:
    clock = SandboxClock(START, running=False)
    assert clock.advance(1800) == START + timedelta(minutes=30)
    assert clock.now() == START + timedelta(minutes=30)


def test_advance_adds_to_what_a_running_clock_has_run() -> None:
    seconds = Seconds()
    clock = SandboxClock(START, monotonic_s=seconds)
    seconds.value += 10
    clock.advance(5)
    seconds.value += 1
    assert clock.now() == START + timedelta(seconds=16)


def test_advance_refuses_to_go_back() -> None:
    with pytest.raises(ValueError, match="zero or more seconds"):
        SandboxClock(START).advance(-1)


def test_set_takes_any_zone_and_may_go_back() -> None:
    clock = SandboxClock(START, running=False)
    clock.set(datetime(2016, 10, 20, 2, 0, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == datetime(2016, 10, 20, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("act", [lambda m: SandboxClock(m), lambda m: SandboxClock(START).set(m)])
def test_a_moment_without_a_zone_is_refused(act) -> None:
    with pytest.raises(ValueError, match="needs a moment with a time zone"):
        act(datetime(2026, 11, 2))  # noqa: DTZ001


def test_stop_and_run_keep_the_moment() -> None:
    seconds = Seconds()
    clock = SandboxClock(START, monotonic_s=seconds)
    seconds.value += 4
    clock.stop()
    seconds.value += 100
    assert clock.now() == START + timedelta(seconds=4)
    clock.run()
    seconds.value += 2
    assert clock.now() == START + timedelta(seconds=6)


@pytest.mark.parametrize(
    ("moment", "expected_ms"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(2026, 11, 2, 9, 30, tzinfo=UTC), 1793611800000),
        (datetime(2026, 11, 2, 9, 30, 0, 123999, tzinfo=UTC), 1793611800123),
    ],
)
def test_now_in_milliseconds_is_a_whole_number_rounded_down(moment: datetime, expected_ms: int) -> None:
    assert SandboxClock(moment, running=False).now_ms() == expected_ms
