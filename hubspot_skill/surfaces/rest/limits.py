"""How much one caller may ask of this server: so many requests a minute, and so many at once.

The rate is a leaky bucket (GCRA): one number a caller, no timer. In flight are counted by caller and for the process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.surfaces.rest.problems import RefusedError

__all__ = ["Limits", "Traffic"]

_MOST_CALLERS = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits (SECURITY-DESIGN section 9)."""

    per_minute: int = 120
    burst: int = 20
    at_once: int = 8
    at_once_together: int = 128


class Traffic:
    """What the callers of this process are doing."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._due: dict[str, float] = {}
        self._running: Counter[str] = Counter()

    @contextmanager
    def passing(self, caller: str) -> Generator[None]:
        """Let one request of a caller pass while the block runs.

        Raises:
            RefusedError: the caller has asked too often, or too much is asked at once.
        """
        self._take(caller)
        if self._running[caller] >= self._limits.at_once or self._running.total() >= self._limits.at_once_together:
            raise RefusedError(
                "too_many_requests",
                f"{self._running[caller]} requests of this caller are still running:"
                f" at most {self._limits.at_once} may at once",
                hint="Wait for an answer before asking more.",
                headers={"Retry-After": "1"},
            )
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running[caller] -= 1
            if not self._running[caller]:
                del self._running[caller]

    def _take(self, caller: str) -> None:
        each_s = 60 / self._limits.per_minute
        now = self._clock.monotonic()
        due = max(self._due.get(caller, now), now)
        wait_s = due - now - (self._limits.burst - 1) * each_s
        if wait_s > 0:
            raise RefusedError(
                "too_many_requests",
                f"more than {self._limits.per_minute} requests in a minute",
                hint=f"Ask again in {ceil(wait_s)} s; lists give up to 100 records at once.",
                headers={"Retry-After": str(ceil(wait_s))},
            )
        if len(self._due) >= _MOST_CALLERS:
            self._due = {name: at for name, at in self._due.items() if at > now}
        self._due[caller] = due + each_s
