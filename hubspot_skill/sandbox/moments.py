"""Writes and reads moments as HubSpot does: milliseconds since 1970 inside, `2026-11-23T09:15:00.000Z` outside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

__all__ = ["DAY_MS", "iso", "moment_ms", "parsed_moment"]

DAY_MS = 86_400_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def iso(at_ms: int) -> str:
    """Return a moment as HubSpot writes it, always with milliseconds and Z."""
    return f"{(_EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec='milliseconds')[:-6]}Z"


def moment_ms(text: str) -> int:
    """Return the milliseconds of a moment that the sandbox itself wrote."""
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def parsed_moment(text: str) -> int | None:
    """Return the milliseconds of what a client may write as a moment, or None if it is none.

    Milliseconds since 1970, a day (its midnight in UTC), or ISO 8601 with or without an offset (UTC without).
    """
    text = text.strip()
    try:
        if re.fullmatch(r"-?\d{1,15}", text) and not re.fullmatch(r"\d{8}", text):
            iso(int(text))
            return int(text)
        if _DAY.fullmatch(text):
            return (date.fromisoformat(text) - date(1970, 1, 1)).days * DAY_MS
        parsed = datetime.fromisoformat(text)
        aware = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed
        return (aware - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
