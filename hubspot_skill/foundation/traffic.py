"""How much one caller may ask of this server: so many requests a minute, and so many at once.

The rate is a leaky bucket (GCRA): one number a caller, no timer. In flight are counted by caller and for the process.
Here, because every surface over HTTP counts alike; each says in its own form what `OverLimitError` tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

from hubspot_skill.foundation.clock import Clock

__all__ = ["Limits", "OverLimitError", "Traffic"]

_MOST_CALLERS = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits (SECURITY-DESIGN section 9)."""

    per_minute: int = 120
    burst: int = 20
    at_once: int = 8
    at_once_together: int = 128


class OverLimitError(Exception):
    """A request that may not pass now; `is_process` where it is not this caller's doing."""

    def __init__(self, message: str, hint: str, retry_after_s: int, *, is_process: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after_s = retry_after_s
        self.is_process = is_process


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
            OverLimitError: the caller has asked too often, or too much is asked at once.
        """
        self.asked(caller)
        if self._running[caller] >= self._limits.at_once:
            raise OverLimitError(
                f"{self._running[caller]} requests of this caller are still running:"
                f" at most {self._limits.at_once} may at once",
                "Wait for an answer before asking more.",
                1,
            )
        if self._running.total() >= self._limits.at_once_together:
            raise OverLimitError(
                f"{self._running.total()} requests are still running here: at most"
                f" {self._limits.at_once_together} may at once",
                "Ask again in a second.",
                1,
                is_process=True,
            )
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running[caller] -= 1
            if not self._running[caller]:
                del self._running[caller]

    def asked(self, caller: str) -> None:
        """Count one request of a caller, which may take as long as it likes.

        Raises:
            OverLimitError: the caller has asked too often.
        """
        each_s = 60 / self._limits.per_minute
        now = self._clock.monotonic()
        due = max(self._due.get(caller, now), now)
        wait_s = due - now - (self._limits.burst - 1) * each_s
        if wait_s > 0:
            raise OverLimitError(
                f"more than {self._limits.per_minute} requests in a minute",
                f"Ask again in {ceil(wait_s)} s; lists give up to 100 records at once.",
                ceil(wait_s),
            )
        if len(self._due) >= _MOST_CALLERS:
            self._due = {name: at for name, at in self._due.items() if at > now}
        self._due[caller] = due + each_s
