"""The gates that close all limits of an account at once, and the wait for one slot: shared by both kinds of store.

The daily limit closes an account until its midnight, a move between data centres until HubSpot said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hubspot_skill.domain.errors import AccountMovingError, DailyLimitError, RateLimitedError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.hubspot.limits import Budget, Slot, next_midnight

__all__ = ["Gates", "slot_in_time", "too_late"]

A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)

_log = get_logger(__name__)


class Gates:
    """What keeps every call of one account back; `zone` is None until the account's zone is known."""

    def __init__(self, clock: Clock) -> None:
        self.zone: ZoneInfo | None = None
        self._clock = clock
        self._closed_until: datetime | None = None
        self._reopened_at: datetime | None = None
        self._parked_until_s = 0.0

    def check(self) -> None:
        """Refuse a call while a gate is closed.

        Raises:
            DailyLimitError: the account has no call left today.
            AccountMovingError: HubSpot is moving the account.
        """
        if self._closed_until is not None:
            if self._clock.now() < self._closed_until:
                raise self._daily_limit(self._closed_until)
            self._reopened_at = self._closed_until
            self._closed_until = None
        if self._parked_until_s:
            left_s = self._parked_until_s - self._clock.monotonic()
            if left_s > 0:
                raise AccountMovingError(
                    "HubSpot is moving this account between its data centres (477)",
                    hint="Nothing can be read or written until it is done, at most a day.",
                    retry_after_s=left_s,
                )
            self._parked_until_s = 0.0

    def close_for_today(self) -> datetime:
        """Close until the account's midnight, and give that moment.

        Where the zone is unknown and UTC's midnight was not the account's, it is tried again an hour later.
        """
        now = self._clock.now()
        guessed_wrong = self.zone is None and self._reopened_at is not None and now < self._reopened_at + A_DAY
        self._closed_until = now + AN_HOUR if guessed_wrong else next_midnight(now, self.zone)
        _log.warning("daily_limit_reached", until=self._closed_until.isoformat(), zone_known=self.zone is not None)
        return self._closed_until

    def park(self, seconds: float) -> None:
        """Close for so long."""
        _log.warning("account_moving", pause_s=seconds)
        self._parked_until_s = self._clock.monotonic() + seconds

    def heard(self, closed_until: datetime | None, parked_s: float) -> None:
        """Close as another process was told: until that moment, and for at least so many seconds."""
        if closed_until is not None and (self._closed_until is None or self._closed_until < closed_until):
            self._closed_until = closed_until
        if parked_s > 0:
            self._parked_until_s = max(self._parked_until_s, self._clock.monotonic() + parked_s)

    def _daily_limit(self, until: datetime) -> DailyLimitError:
        where = self.zone.key if self.zone else "UTC; the account's own zone is not known yet"
        local = until.astimezone(self.zone) if self.zone else until
        return DailyLimitError(
            "the HubSpot account's calls for today are used up",
            hint=f"The count starts again at {local:%Y-%m-%d %H:%M} ({where}).",
            resets_at=until,
        )


async def slot_in_time(
    future: asyncio.Future[Slot], deadline_s: float, clock: Clock, drop: Callable[[Slot], None]
) -> Slot:
    """Wait for the grant; the deadline is the clock's, and a grant that comes with a cancellation is dropped.

    Raises:
        TimeoutError: the deadline came first.
    """
    limit = asyncio.ensure_future(clock.sleep(deadline_s - clock.monotonic()))
    try:
        await asyncio.wait((future, limit), return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        if future.done() and not future.cancelled() and future.exception() is None:
            drop(future.result())
        future.cancel()
        raise
    finally:
        limit.cancel()
    if not future.done():
        future.cancel()
        raise TimeoutError
    return future.result()


def too_late(budget: Budget, wait_s: float) -> RateLimitedError:
    """Give the error of a call whose wait would pass its deadline."""
    return RateLimitedError(
        f"HubSpot's {budget.value} limit is used up for the moment",
        hint=f"Try again in {max(1, round(wait_s))} seconds.",
        policy=budget.value,
        retry_after_s=wait_s,
    )
