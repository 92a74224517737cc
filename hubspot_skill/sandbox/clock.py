"""The sandbox's clock: the pretend HubSpot's idea of now, which a test can set, advance, stop and let run.

Everything of the sandbox that HubSpot would date by its own clock asks here: record times, token expiry, the reset of daily
limits, the lag of the search index. Nothing in the room reads the machine's calendar.

A clock starts at a given moment and either runs with real time from there (what a person at a demo expects) or stands still until
somebody moves it (what a test wants). Real time is a monotonic count of seconds, so a change of the machine's clock is not seen.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SandboxClock"]


class SandboxClock:
    """A clock that starts at a given moment and can be moved by hand."""

    def __init__(
        self, start: datetime, *, running: bool = True, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Start at `start` (aware); a clock that is not `running` stands still until it is moved."""
        self._monotonic_s = monotonic_s
        self._running = running
        self._anchor = _in_utc(start)
        self._anchored_at_s = monotonic_s()

    @property
    def running(self) -> bool:
        """Tell whether the clock follows real time."""
        return self._running

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        if not self._running:
            return self._anchor
        return self._anchor + timedelta(seconds=self._monotonic_s() - self._anchored_at_s)

    def now_ms(self) -> int:
        """Return the present moment as milliseconds since 1970."""
        return (self.now() - _EPOCH) // timedelta(milliseconds=1)

    def advance(self, seconds: float) -> datetime:
        """Move the clock on by `seconds` and return the new moment; it never moves back this way.

        Raises: ValueError for a negative number of seconds.
        """
        if seconds < 0:
            message = f"a clock advances by zero or more seconds, not by {seconds}; use set() to move it back"
            raise ValueError(message)
        return self.set(self.now() + timedelta(seconds=seconds))

    def set(self, moment: datetime) -> datetime:
        """Put the clock to `moment` (aware), earlier or later, and return it in UTC."""
        self._anchor = _in_utc(moment)
        self._anchored_at_s = self._monotonic_s()
        return self._anchor

    def stop(self) -> None:
        """Let the clock stand still where it is."""
        self.set(self.now())
        self._running = False

    def run(self) -> None:
        """Let the clock follow real time from where it is."""
        self.set(self.now())
        self._running = True


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = f"the sandbox clock needs a moment with a time zone, not {moment.isoformat()}"
        raise ValueError(message)
    return moment.astimezone(UTC)
