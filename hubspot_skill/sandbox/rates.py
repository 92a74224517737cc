"""HubSpot's rate limits: how many calls an app may make in an account, what it is told, and how it is refused.

A policy names the limits of one kind of credential; `Rates` counts calls against it. Who shares a counter:

- burst (ten seconds) and associations: one app in one account;
- search: the whole account, whatever the app;
- daily: all private apps of the account together, until midnight in the account's zone; an OAuth app has none.

Search and association calls leave the burst budget alone and still count in the day.

Burst, search and association windows are counted in real seconds, because a client's limiter waits in real seconds, or by the
sandbox's clock for a test that moves it (`timing`). Their length is a setting, so that a test of ten-second limits needs no ten seconds.
The day is always the sandbox clock's.

Confidence: limits, sharing and header names are documented [D]; a rolling ten-second window is what the policy's name says, and a fixed
window is kept beside it as a switch [U]; that a refused call does not count is unverified and a switch (`refused_calls_count`) [U].
Source: FACTS section 3 (usage guidelines of HubSpot's developer documentation, read 2026-11-23).
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from hubspot_skill.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from hubspot_skill.sandbox.clock import SandboxClock

__all__ = [
    "POLICIES",
    "Budget",
    "PolicyName",
    "RatePolicy",
    "Rates",
    "Spender",
    "Verdict",
    "rate_limited",
]

Budget = Literal["burst", "search", "associations", "none"]
PolicyName = Literal["TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"]


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """The limits of one kind of credential; `None` means that there is no such limit.

    `headers` sends the rate headers at all (never on search answers), `retry_after` adds that header to a refusal (HubSpot documents
    none), `window` counts calls of the last N seconds or of fixed slices of N seconds.
    """

    burst: int | None = None
    secondly: int | None = None
    search: int | None = None
    associations: int | None = None
    daily: int | None = None
    burst_window_s: float = 10.0
    secondly_window_s: float = 1.0
    window: Literal["rolling", "fixed"] = "rolling"
    timing: Literal["real", "sandbox"] = "real"
    headers: bool = True
    daily_headers: bool = True
    retry_after: bool = False
    refused_calls_count: bool = False


POLICIES: dict[str, RatePolicy] = {
    "none": RatePolicy(headers=False),
    "private_app_starter": RatePolicy(burst=100, search=5, associations=100, daily=250_000),
    "private_app_pro": RatePolicy(burst=190, search=5, associations=150, daily=625_000),
    "private_app_enterprise": RatePolicy(burst=190, search=5, associations=150, daily=1_000_000),
    "private_app_increase": RatePolicy(burst=250, search=5, associations=200, daily=2_000_000),
    "oauth_app": RatePolicy(burst=110, search=5, associations=100, daily_headers=False),
}
"""The policies of FACTS section 3 by name; an OAuth app's association limit is taken from the lowest row [U]."""


@dataclass(frozen=True, slots=True)
class Spender:
    """Who calls: an app in an account; `zone` is the account's, whose midnight ends the day."""

    app_id: int
    portal_id: int
    kind: Literal["private_app", "oauth"]
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one call: the rate headers its answer carries, and the refusal if it may not pass."""

    headers: dict[str, str]
    refusal: Refusal | None = None


@dataclass(slots=True)
class _Meter:
    """The calls counted against one limit, by the time they came."""

    times: deque[float] = field(default_factory=deque[float])

    def used(self, now_s: float, length_s: float, *, fixed: bool) -> int:
        since = now_s // length_s * length_s if fixed else now_s - length_s
        while self.times and (self.times[0] < since if fixed else self.times[0] <= since):
            self.times.popleft()
        return len(self.times)

    def free_in_s(self, now_s: float, length_s: float, maximum: int, *, fixed: bool) -> float:
        if fixed:
            return (now_s // length_s + 1) * length_s - now_s
        return self.times[-maximum] + length_s - now_s if maximum else length_s


@dataclass(slots=True)
class _Day:
    """The calls of one account on one day of its zone."""

    ends_at: datetime
    calls: int = 0


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit of a policy that applies to a call."""

    key: tuple[object, ...]
    policy_name: PolicyName
    maximum: int
    length_s: float


class Rates:
    """The counters of all apps and accounts, and the policy that each kind of credential is held to."""

    def __init__(
        self,
        clock: SandboxClock,
        policy: RatePolicy = POLICIES["none"],
        *,
        oauth_policy: RatePolicy | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hold private apps to `policy`, and OAuth apps to `oauth_policy` or else the same."""
        self._clock = clock
        self._monotonic_s = monotonic_s
        self._meters: defaultdict[tuple[object, ...], _Meter] = defaultdict(_Meter)
        self._days: dict[int, _Day] = {}
        self._policies: dict[str, RatePolicy] = {}
        self.set_policy(policy, oauth_policy)

    def policy(self, kind: Literal["private_app", "oauth"]) -> RatePolicy:
        """Return the policy that this kind of credential is held to."""
        return self._policies[kind]

    def set_policy(self, policy: RatePolicy, oauth_policy: RatePolicy | None = None) -> None:
        """Hold callers to another policy from now on; calls counted so far are forgotten."""
        self._policies = {"private_app": policy, "oauth": oauth_policy or policy}
        self.clear()

    def clear(self) -> None:
        """Forget all calls counted so far, the day's too."""
        self._meters.clear()
        self._days.clear()

    def spend_day(self, portal_id: int, zone: tzinfo, calls: int) -> None:
        """Count `calls` in the account's day as if they had been made, so that a test can stand near the daily limit."""
        self._day(portal_id, zone).calls += calls

    def calls_today(self, portal_id: int, zone: tzinfo) -> int:
        """Return how many calls count in the account's day so far: those of its private apps."""
        return self._day(portal_id, zone).calls

    def charge(self, spender: Spender, budget: Budget) -> Verdict:
        """Count one call of `spender` and say whether it may pass; a call with the budget `none` is free."""
        policy = self._policies[spender.kind]
        if budget == "none":
            return Verdict({})
        now_s = self._now_s(policy)
        limits = _limits(policy, spender, budget)
        broken = next((limit for limit in limits if self._used(limit, now_s, policy) >= limit.maximum), None)
        daily = spender.kind == "private_app" or policy.daily is not None
        day = self._day(spender.portal_id, spender.zone) if daily else None
        spent_day = day is not None and policy.daily is not None and day.calls >= policy.daily
        refused = broken is not None or spent_day
        if not refused or policy.refused_calls_count:
            for limit in limits:
                self._meters[limit.key].times.append(now_s)
            if day is not None:
                day.calls += 1
        headers = self._headers(policy, limits, day, now_s) if policy.headers and budget != "search" else {}
        if broken is not None:
            meter = self._meters[broken.key]
            wait_s = meter.free_in_s(now_s, broken.length_s, broken.maximum, fixed=policy.window == "fixed")
            return Verdict(headers, _refusal(broken.policy_name, policy, wait_s))
        if spent_day and day is not None:
            return Verdict(headers, _refusal("DAILY", policy, (day.ends_at - self._clock.now()).total_seconds()))
        return Verdict(headers)

    def _now_s(self, policy: RatePolicy) -> float:
        return self._monotonic_s() if policy.timing == "real" else self._clock.now().timestamp()

    def _used(self, limit: _Limit, now_s: float, policy: RatePolicy) -> int:
        return self._meters[limit.key].used(now_s, limit.length_s, fixed=policy.window == "fixed")

    def _day(self, portal_id: int, zone: tzinfo) -> _Day:
        now = self._clock.now()
        day = self._days.get(portal_id)
        if day is None or not day.ends_at - timedelta(days=2) < now < day.ends_at:
            day = self._days[portal_id] = _Day(_next_midnight(now, zone))
        return day

    def _headers(self, policy: RatePolicy, limits: list[_Limit], day: _Day | None, now_s: float) -> dict[str, str]:
        headers: dict[str, str] = {}
        for limit in limits:
            remaining = str(max(0, limit.maximum - self._used(limit, now_s, policy)))
            if limit.policy_name == "SECONDLY":
                headers |= {f"{_PREFIX}-Secondly": str(limit.maximum), f"{_PREFIX}-Secondly-Remaining": remaining}
            else:
                headers |= {
                    f"{_PREFIX}-Interval-Milliseconds": str(round(limit.length_s * 1000)),
                    f"{_PREFIX}-Max": str(limit.maximum),
                    f"{_PREFIX}-Remaining": remaining,
                }
        if day is not None and policy.daily is not None and policy.daily_headers:
            remaining = str(max(0, policy.daily - day.calls))
            headers |= {f"{_PREFIX}-Daily": str(policy.daily), f"{_PREFIX}-Daily-Remaining": remaining}
        return headers


def rate_limited(policy_name: PolicyName, *, retry_after_s: float | None = None) -> Refusal:
    """Return HubSpot's 429 of one policy; `retry_after_s`, rounded up to whole seconds, adds the header that HubSpot leaves out."""
    headers = {} if retry_after_s is None else {"Retry-After": str(max(1, -int(-retry_after_s // 1)))}
    body: dict[str, object] = {
        "status": "error",
        "message": f"You have reached your {policy_name.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "policyName": policy_name,
        "groupName": "publicapi:sandbox",
    }
    return Refusal(429, body, headers)


_PREFIX = "X-HubSpot-RateLimit"


def _refusal(policy_name: PolicyName, policy: RatePolicy, wait_s: float) -> Refusal:
    return rate_limited(policy_name, retry_after_s=wait_s if policy.retry_after else None)


def _limits(policy: RatePolicy, spender: Spender, budget: Budget) -> list[_Limit]:
    app = (spender.app_id, spender.portal_id)
    rolling_s, second_s = policy.burst_window_s, policy.secondly_window_s
    if budget == "search":
        return _limit(("search", spender.portal_id), "SECONDLY", policy.search, second_s)
    if budget == "associations":
        return _limit(("associations", *app), "TEN_SECONDLY_ROLLING", policy.associations, rolling_s)
    return [
        *_limit(("burst", *app), "TEN_SECONDLY_ROLLING", policy.burst, rolling_s),
        *_limit(("secondly", *app), "SECONDLY", policy.secondly, second_s),
    ]


def _limit(key: tuple[object, ...], policy_name: PolicyName, maximum: int | None, length_s: float) -> list[_Limit]:
    return [] if maximum is None else [_Limit(key, policy_name, maximum, length_s)]


def _next_midnight(now: datetime, zone: tzinfo) -> datetime:
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
