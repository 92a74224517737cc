"""Stops calling an endpoint class that keeps failing, and tries it again with one call at a time. Pure: time is given.

Opens when at least half of at least twenty calls within thirty seconds failed to get an answer from HubSpot (no
connection, lost, 5xx); a refusal such as 404 or 429 is an answer. Open, one probe goes through every five seconds;
the first that succeeds closes it. The pause does not grow: a probe each five seconds burdens nobody,
and the breaker must be closed within ten seconds of HubSpot's return.
"""

from __future__ import annotations

import math
from collections import deque

__all__ = ["Breaker"]

WINDOW_S = 30
LEAST_CALLS = 20
FAILED_SHARE = 0.5
PROBE_EVERY_S = 5.0


class Breaker:
    """One endpoint class's breaker: ask `allows` before a call, then say `succeeded`, `failed` or `abandoned`."""

    def __init__(self) -> None:
        self._calls = 0
        self._failures = 0
        self._seconds: deque[list[int]] = deque()
        self._next_probe_s: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        """True while calls are refused."""
        return self._next_probe_s is not None

    def allows(self, now_s: float) -> bool:
        """Tell whether a call may be sent now; when open, a True is the one probe."""
        if self._next_probe_s is None:
            return True
        if self._probing or now_s < self._next_probe_s:
            return False
        self._probing = True
        return True

    def wait_s(self, now_s: float) -> float:
        """Give the seconds until the next probe may be sent."""
        return 0.0 if self._next_probe_s is None else max(0.0, self._next_probe_s - now_s)

    def succeeded(self, now_s: float) -> None:
        """Learn that HubSpot answered."""
        if self._next_probe_s is not None:
            self._next_probe_s = None
            self._probing = False
            self._seconds.clear()
            self._calls = self._failures = 0
        self._count(now_s, failed=0)

    def failed(self, now_s: float) -> None:
        """Learn that HubSpot gave no answer."""
        if self._next_probe_s is not None:
            if self._probing:
                self._probing = False
                self._next_probe_s = now_s + PROBE_EVERY_S
            return
        self._count(now_s, failed=1)
        if self._calls >= LEAST_CALLS and self._failures >= self._calls * FAILED_SHARE:
            self._next_probe_s = now_s + PROBE_EVERY_S

    def abandoned(self) -> None:
        """Learn that an allowed call was never finished; a probe is free again."""
        self._probing = False

    def _count(self, now_s: float, *, failed: int) -> None:
        now = math.floor(now_s)
        seconds = self._seconds
        if not seconds or seconds[-1][0] != now:
            while seconds and seconds[0][0] <= now - WINDOW_S:
                _, calls, failures = seconds.popleft()
                self._calls -= calls
                self._failures -= failures
            seconds.append([now, 0, 0])
        seconds[-1][1] += 1
        seconds[-1][2] += failed
        self._calls += 1
        self._failures += failed
