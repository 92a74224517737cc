"""The sandbox counts calls against HubSpot's rate limits, says what is left and refuses what is too much."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.rates import POLICIES, RatePolicy, Rates, Spender, rate_limited

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
APP = Spender(app_id=1, portal_id=10, kind="private_app", zone=BERLIN)
OTHER_APP = replace(APP, app_id=2)
OTHER_PORTAL = replace(APP, portal_id=20)
INSTALLED_APP = replace(APP, app_id=3, kind="oauth")


class Scene:
    """Counters over a clock and a monotonic count that the test moves."""

    def __init__(self, policy: RatePolicy, oauth_policy: RatePolicy | None = None) -> None:
        self.seconds = 1000.0
        self.clock = SandboxClock(START, running=False)
        self.rates = Rates(self.clock, policy, oauth_policy=oauth_policy, monotonic_s=lambda: self.seconds)

    def passes(self, spender: Spender = APP, budget: str = "burst") -> bool:
        return self.rates.charge(spender, budget).refusal is None

    def passed_of(self, calls: int, spender: Spender = APP, budget: str = "burst") -> int:
        return sum(self.passes(spender, budget) for _ in range(calls))


@pytest.mark.parametrize(
    ("name", "burst", "associations", "daily"),
    [
        ("private_app_starter", 100, 100, 250_000),
        ("private_app_pro", 190, 150, 625_000),
        ("private_app_enterprise", 190, 150, 1_000_000),
        ("private_app_increase", 250, 200, 2_000_000),
    ],
)
def test_private_app_policies_hold_the_published_numbers(name: str, burst: int, associations: int, daily: int) -> None:
    """HubSpot's usage guidelines, read 2026-11-23."""
    scene = Scene(POLICIES[name])
    assert scene.passed_of(300) == burst
    assert scene.passed_of(300, budget="associations") == associations
    assert scene.passed_of(10, budget="search") == 5
    assert POLICIES[name].daily == daily


def test_an_oauth_app_has_110_calls_and_no_day() -> None:
    scene = Scene(POLICIES["private_app_pro"], POLICIES["oauth_app"])
    verdict = scene.rates.charge(INSTALLED_APP, "burst")
    assert verdict.headers == {
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": "110",
        "X-HubSpot-RateLimit-Remaining": "109",
    }
    assert scene.passed_of(200, INSTALLED_APP) == 109
    assert scene.passed_of(200, APP) == 190


def test_answers_tell_what_is_left_of_the_burst_and_of_the_day() -> None:
    scene = Scene(RatePolicy(burst=3, daily=1000, search=5))
    scene.passes(budget="search")
    scene.passes()
    assert scene.rates.charge(APP, "burst").headers == {
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": "3",
        "X-HubSpot-RateLimit-Remaining": "1",
        "X-HubSpot-RateLimit-Daily": "1000",
        "X-HubSpot-RateLimit-Daily-Remaining": "997",
    }


def test_a_secondly_limit_refuses_and_shows_its_own_headers() -> None:
    scene = Scene(RatePolicy(burst=100, secondly=2))
    first = scene.rates.charge(APP, "burst")
    assert first.headers["X-HubSpot-RateLimit-Secondly"] == "2"
    assert first.headers["X-HubSpot-RateLimit-Secondly-Remaining"] == "1"
    assert scene.passes()
    refused = scene.rates.charge(APP, "burst").refusal
    assert refused is not None
    assert refused.body["policyName"] == "SECONDLY"
    scene.seconds += 1
    assert scene.passes()


def test_search_answers_carry_no_rate_headers() -> None:
    scene = Scene(POLICIES["private_app_pro"])
    assert scene.rates.charge(APP, "search").headers == {}


def test_a_policy_without_headers_still_limits() -> None:
    scene = Scene(RatePolicy(burst=1, headers=False))
    assert scene.rates.charge(APP, "burst").headers == {}
    assert not scene.passes()


def test_without_a_policy_nothing_is_refused_and_nothing_told() -> None:
    scene = Scene(POLICIES["none"])
    assert scene.passed_of(1000) == 1000
    assert scene.rates.charge(APP, "burst").headers == {}


@pytest.mark.parametrize("budget", ["burst", "associations"])
def test_apps_and_accounts_have_each_their_own_window(budget: str) -> None:
    scene = Scene(RatePolicy(burst=2, associations=2))
    assert scene.passed_of(5, APP, budget) == 2
    assert scene.passed_of(5, OTHER_APP, budget) == 2
    assert scene.passed_of(5, OTHER_PORTAL, budget) == 2


def test_search_is_shared_by_all_apps_of_an_account_but_not_by_accounts() -> None:
    scene = Scene(RatePolicy(search=5))
    assert scene.passed_of(3, APP, "search") == 3
    assert scene.passed_of(9, OTHER_APP, "search") == 2
    assert scene.passed_of(9, OTHER_PORTAL, "search") == 5


def test_search_and_associations_leave_the_burst_alone_and_count_in_the_day() -> None:
    scene = Scene(RatePolicy(burst=2, search=5, associations=3, daily=9))
    assert scene.passed_of(4, budget="search") == 4
    assert scene.passed_of(3, budget="associations") == 3
    assert scene.passed_of(5) == 2
    assert scene.rates.charge(OTHER_APP, "search").refusal.body["policyName"] == "DAILY"


def test_a_free_call_counts_nowhere() -> None:
    scene = Scene(RatePolicy(burst=1, daily=1))
    assert scene.passed_of(50, budget="none") == 50
    assert scene.passes()


def test_a_rolling_window_frees_each_call_ten_seconds_after_it_came() -> None:
    scene = Scene(RatePolicy(burst=2))
    assert scene.passes()
    scene.seconds += 6
    assert scene.passed_of(2) == 1
    scene.seconds += 3.9
    assert not scene.passes()
    scene.seconds += 0.1
    assert scene.passed_of(3) == 1


def test_a_fixed_window_frees_all_calls_at_its_edge() -> None:
    scene = Scene(RatePolicy(burst=2, window="fixed"))
    scene.seconds = 1009.9
    assert scene.passed_of(3) == 2
    scene.seconds = 1010.0
    assert scene.passed_of(3) == 2


def test_the_window_can_be_shortened() -> None:
    scene = Scene(RatePolicy(burst=2, burst_window_s=0.5))
    assert scene.passed_of(3) == 2
    scene.seconds += 0.5
    verdict = scene.rates.charge(APP, "burst")
    assert verdict.refusal is None
    assert verdict.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "500"


def test_a_window_by_the_sandbox_clock_ignores_real_time() -> None:
    scene = Scene(RatePolicy(burst=1, timing="sandbox"))
    assert scene.passes()
    scene.seconds += 3600
    assert not scene.passes()
    scene.clock.advance(10)
    assert scene.passes()


def test_a_window_by_real_time_ignores_the_sandbox_clock() -> None:
    scene = Scene(RatePolicy(burst=1))
    assert scene.passes()
    scene.clock.advance(3600)
    assert not scene.passes()


def test_refused_calls_count_only_where_the_switch_says_so() -> None:
    lenient, strict = Scene(RatePolicy(burst=1)), Scene(RatePolicy(burst=1, refused_calls_count=True))
    for scene in (lenient, strict):
        assert scene.passes()
        scene.seconds += 9
        assert not scene.passes()
        scene.seconds += 1
    assert lenient.passes()
    assert not strict.passes()


def test_the_day_ends_at_midnight_of_the_accounts_zone() -> None:
    scene = Scene(RatePolicy(daily=1))
    scene.clock.set(datetime(2026, 11, 2, 22, 59, tzinfo=UTC))
    assert scene.passed_of(2) == 1
    scene.clock.set(datetime(2026, 11, 2, 23, 0, tzinfo=UTC))
    assert scene.passed_of(2) == 1


def test_the_day_of_a_clock_change_has_25_hours() -> None:
    scene = Scene(RatePolicy(daily=1))
    scene.clock.set(datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
    assert scene.passes()
    scene.clock.advance(25 * 3600 - 1)
    assert not scene.passes()
    scene.clock.advance(1)
    assert scene.passes()


def test_a_clock_put_back_starts_another_day() -> None:
    scene = Scene(RatePolicy(daily=1))
    assert scene.passed_of(2) == 1
    scene.clock.set(datetime(2016, 10, 20, tzinfo=UTC))
    assert scene.passes()


def test_the_day_is_shared_by_private_apps_of_one_account() -> None:
    scene = Scene(RatePolicy(daily=3))
    assert scene.passed_of(2, APP) == 2
    assert scene.passed_of(5, OTHER_APP) == 1
    assert scene.passed_of(5, OTHER_PORTAL) == 3


def test_a_day_can_be_spent_in_advance() -> None:
    scene = Scene(POLICIES["private_app_pro"])
    scene.rates.spend_day(APP.portal_id, BERLIN, 624_999)
    assert scene.passed_of(3) == 1


@pytest.mark.parametrize(
    ("policy", "budget", "name"),
    [
        (RatePolicy(burst=1), "burst", "TEN_SECONDLY_ROLLING"),
        (RatePolicy(search=1), "search", "SECONDLY"),
        (RatePolicy(associations=1), "associations", "TEN_SECONDLY_ROLLING"),
        (RatePolicy(daily=1), "burst", "DAILY"),
    ],
)
def test_a_refusal_has_hubspots_body_and_no_retry_after(policy: RatePolicy, budget: str, name: str) -> None:
    scene = Scene(policy)
    assert scene.passes(budget=budget)
    refusal = scene.rates.charge(APP, budget).refusal
    assert refusal is not None
    assert (refusal.status, refusal.headers) == (429, {})
    assert refusal.body == {
        "status": "error",
        "message": f"You have reached your {name.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "policyName": name,
        "groupName": "publicapi:sandbox",
    }


@pytest.mark.parametrize(
    ("policy", "budget", "retry_after"),
    [
        (RatePolicy(burst=1, retry_after=True), "burst", "8"),
        (RatePolicy(burst=1, retry_after=True, window="fixed"), "burst", "8"),
        (RatePolicy(search=1, secondly_window_s=60, retry_after=True), "search", "58"),
        (RatePolicy(daily=1, retry_after=True), "burst", str(13 * 3600 + 30 * 60)),
    ],
)
def test_a_switch_adds_retry_after_with_the_true_wait(policy: RatePolicy, budget: str, retry_after: str) -> None:
    scene = Scene(policy)
    assert scene.passes(budget=budget)
    scene.seconds += 2.5
    assert scene.rates.charge(APP, budget).refusal.headers == {"Retry-After": retry_after}


def test_retry_after_is_at_least_one_second() -> None:
    assert rate_limited("SECONDLY", retry_after_s=0.01).headers == {"Retry-After": "1"}


@pytest.mark.parametrize("policy", [POLICIES["none"], POLICIES["private_app_pro"]])
def test_the_days_calls_of_private_apps_are_counted_under_any_policy(policy: RatePolicy) -> None:
    scene = Scene(policy, POLICIES["oauth_app"])
    scene.passed_of(3, APP)
    scene.passed_of(2, OTHER_APP, "search")
    scene.passed_of(4, INSTALLED_APP)
    scene.passed_of(7, OTHER_PORTAL)
    assert scene.rates.calls_today(APP.portal_id, BERLIN) == 5
    scene.clock.advance(86_400)
    assert scene.rates.calls_today(APP.portal_id, BERLIN) == 0


def test_another_policy_forgets_what_was_counted() -> None:
    scene = Scene(RatePolicy(burst=1))
    assert scene.passed_of(2) == 1
    scene.rates.set_policy(RatePolicy(burst=4))
    assert scene.passed_of(9) == 4
    scene.rates.clear()
    assert scene.passed_of(9) == 4
    assert scene.rates.policy("oauth") == RatePolicy(burst=4)


@given(
    gaps=st.lists(st.floats(min_value=0, max_value=4), max_size=60),
    limit=st.integers(min_value=1, max_value=6),
)
def test_no_ten_seconds_ever_hold_more_passed_calls_than_the_limit(gaps: list[float], limit: int) -> None:
    scene = Scene(RatePolicy(burst=limit))
    passed = []
    for gap in gaps:
        scene.seconds += gap
        if scene.passes():
            passed.append(scene.seconds)
    for start in passed:
        assert sum(start <= at < start + 10 - 1e-6 for at in passed) <= limit
