"""The present moment as the sandbox sees it.

A sandbox keeps its own time: a folder of old CSV files is served as of the day after its last date. "This quarter" must
mean the sandbox's quarter, so the product's clock follows it. HubSpot itself lives in real time and needs none of this.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from pydantic_core import from_json

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.transport import Answer, Transport, TransportError

__all__ = ["PortalClock"]

RENEWED_AFTER_S = 1.0
_ADDRESS = "/_sandbox/clock"


class PortalClock:
    """A clock that shows the sandbox's time and counts seconds as the machine does."""

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._ahead = timedelta()
        self._read_at_s: float | None = None

    def now(self) -> datetime:
        """Give the present moment of the sandbox, aware, in UTC."""
        return self._machine.now() + self._ahead

    def monotonic(self) -> float:
        """Give the machine's steady count of seconds."""
        return self._machine.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait that many real seconds."""
        await self._machine.sleep(seconds)

    async def renew(self, transport: Transport) -> None:
        """Read the sandbox's clock, at most once a second.

        Where nothing on this machine answers to it, or something else than a sandbox of ours, the clock stays as it
        is: the next call to HubSpot's own addresses fails by itself and says why.
        """
        asked_at_s = self.monotonic()
        if self._read_at_s is not None and asked_at_s - self._read_at_s < RENEWED_AFTER_S:
            return
        try:
            answer = await transport.send("GET", _ADDRESS, authorization="none", body=None, content_type="")
        except TransportError:
            return
        now = _told(answer)
        if now is not None:
            self._ahead = now - self._machine.now()
            self._read_at_s = asked_at_s


def _told(answer: Answer) -> datetime | None:
    """Read a moment from the answer of a sandbox's clock; None where it is none."""
    if answer.status != 200:
        return None
    try:
        told = cast("object", from_json(answer.body))
        now = datetime.fromisoformat(cast("dict[str, str]", told)["now"]) if isinstance(told, dict) else None
    except (ValueError, KeyError, TypeError):
        return None
    return now if now is not None and now.tzinfo is not None else None
