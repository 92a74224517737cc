"""The breaker opens on a HubSpot that is down and closes soon after it is back."""

from hubspot_skill.hubspot.breaker import Breaker


def opened(now_s: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(20):
        breaker.failed(now_s)
    return breaker


def test_it_opens_at_the_twentieth_failure_and_not_before() -> None:
    breaker = Breaker()
    for n in range(19):
        breaker.failed(n / 10)
        assert breaker.allows(n / 10)
    breaker.failed(2.0)
    assert not breaker.allows(2.0)
    assert breaker.wait_s(3.0) == 4.0


def test_half_of_the_calls_must_have_failed() -> None:
    breaker = Breaker()
    for _ in range(21):
        breaker.succeeded(0.0)
    for _ in range(20):
        breaker.failed(1.0)
    assert breaker.allows(1.0)
    breaker.failed(1.0)
    assert not breaker.allows(1.0)


def test_failures_older_than_half_a_minute_do_not_count() -> None:
    breaker = Breaker()
    for _ in range(19):
        breaker.failed(0.0)
    breaker.failed(31.0)
    assert breaker.allows(31.0)


def test_one_probe_goes_through_every_five_seconds() -> None:
    breaker = opened()
    assert not breaker.allows(4.9)
    assert breaker.allows(5.0)
    assert not breaker.allows(5.0)
    breaker.failed(6.0)
    assert not breaker.allows(10.9)
    assert breaker.allows(11.0)


def test_a_probe_that_succeeds_closes_it_and_forgets_the_failures() -> None:
    breaker = opened()
    assert breaker.allows(5.0)
    breaker.succeeded(5.1)
    assert not breaker.is_open
    breaker.failed(5.2)
    assert breaker.allows(5.3)


def test_a_probe_that_was_never_finished_is_given_to_the_next_caller() -> None:
    breaker = opened()
    assert breaker.allows(5.0)
    breaker.abandoned()
    assert breaker.allows(5.0)


def test_a_late_failure_of_an_older_call_does_not_put_the_probe_off() -> None:
    breaker = opened()
    breaker.failed(4.0)
    assert breaker.allows(5.0)
