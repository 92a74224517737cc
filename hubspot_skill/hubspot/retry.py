"""Decides whether a failed call is tried again, and when. Pure: time and chance are given.

At most three attempts, full jitter from half a second doubling to eight, never past the deadline. Retries of one
account may be at most a tenth of its calls in the last minute, plus a few for a quiet one, so that a HubSpot that is
down sees hardly more than the load that was offered. A 429 spends none of them: it has cut the limit that its retry
must wait for.
A write is tried again only where nothing was sent or HubSpot surely refused it: there is no idempotency key in
HubSpot's API, and a blind second create makes a duplicate.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum

__all__ = ["MAX_ATTEMPTS", "Again", "RetryBudget", "RetryRule", "pause_before_retry"]

MAX_ATTEMPTS = 3
BASE_S = 0.5
CAP_S = 8.0
BUDGET_SHARE = 0.1
BUDGET_WINDOW_S = 60.0
BUDGET_FLOOR = 10


class Again(Enum):
    """Which calls may be tried again after a failure."""

    NEVER = "never"
    READS = "reads"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class RetryRule:
    """What a failure allows: who may try again, and the least seconds to wait before (0: the jittered pause)."""

    again: Again
    after_s: float = 0.0


def pause_before_retry(rule: RetryRule, *, attempt: int, is_write: bool, left_s: float, chance: float) -> float | None:
    """Give the seconds to wait before the next attempt, or None to give up.

    `attempt` counts the attempts made (1 after the first), `left_s` are the seconds to the deadline,
    `chance` is a random number from 0 to 1.
    """
    if rule.again is Again.NEVER or (is_write and rule.again is not Again.ALL):
        return None
    if attempt >= MAX_ATTEMPTS:
        return None
    jitter_s = chance * min(CAP_S, BASE_S * 2 ** (attempt - 1))
    pause_s = rule.after_s + jitter_s
    return pause_s if pause_s < left_s else None


class RetryBudget:
    """Counts calls and retries of one account over the last minute, in whole seconds."""

    def __init__(self) -> None:
        self._calls = 0
        self._retries = 0
        self._seconds: deque[list[int]] = deque()

    def count_call(self, now_s: float) -> None:
        """Count a call that was asked for (not its retries)."""
        self._second(now_s)[1] += 1
        self._calls += 1

    def spend(self, now_s: float) -> bool:
        """Take one retry, and tell whether there was one to take."""
        second = self._second(now_s)
        if self._retries >= BUDGET_FLOOR + self._calls * BUDGET_SHARE:
            return False
        second[2] += 1
        self._retries += 1
        return True

    def _second(self, now_s: float) -> list[int]:
        now = math.floor(now_s)
        seconds = self._seconds
        if not seconds or seconds[-1][0] != now:
            while seconds and seconds[0][0] <= now - BUDGET_WINDOW_S:
                _, calls, retries = seconds.popleft()
                self._calls -= calls
                self._retries -= retries
            seconds.append([now, 0, 0])
        return seconds[-1]
