"""What the marketing families share: opaque page cursors and spans of days in the account's zone."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from hubspot_skill.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hubspot_skill.sandbox.call import Call, Portal

__all__ = ["Span", "asked_span", "day_of", "page_of", "report_span", "today"]

T = TypeVar("T")

FIRST_DAY = date(2006, 1, 1)
"""Where a report begins that is asked for no start (FACTS 10.1)."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included, in the account's zone; `start_ms` is in it, `end_ms` is not."""

    first: date
    last: date
    start_ms: int
    end_ms: int

    def has(self, at_ms: int | None) -> bool:
        """Tell whether a moment is in the span; no moment is not."""
        return at_ms is not None and self.start_ms <= at_ms < self.end_ms


def page_of(call: Call, items: Sequence[T], default: int, largest: int) -> tuple[Sequence[T], dict[str, object]]:
    """Return the page that is asked for, and the paging field if there is more."""
    limit = call.query_int("limit", default, largest=largest)
    start = _offset(call.query("after"))
    end = start + limit
    if end >= len(items):
        return items[start:end], {}
    after = base64.urlsafe_b64encode(f"from {end}".encode()).decode()
    link = f"{call.request.url.include_query_params(after=after)}"
    return items[start:end], {"paging": {"next": {"after": after, "link": link}}}


def asked_span(call: Call, start: str = "startDate", end: str = "endDate") -> Span | None:
    """Return the days that the address asks for, none unless it gives both."""
    first, last = _day(call, start), _day(call, end)
    return None if first is None or last is None else _span(call.portal, first, last)


def report_span(call: Call) -> Span:
    """Return the days of a report, by default from 2006 until today in the account's zone."""
    first, last = _day(call, "startDate"), _day(call, "endDate")
    return _span(call.portal, first or FIRST_DAY, last or today(call.portal))


def today(portal: Portal) -> date:
    """Return the present day in the account's zone."""
    return day_of(portal, portal.now_ms())


def day_of(portal: Portal, at_ms: int) -> date:
    """Return the day that a moment falls on in the account's zone."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(portal.account.time_zone)).date()


def _span(portal: Portal, first: date, last: date) -> Span:
    if last < first:
        raise Refusal.validation(f"endDate {last} is before startDate {first}")
    return Span(first, last, _midnight_ms(portal, first), _midnight_ms(portal, last + timedelta(days=1)))


def _midnight_ms(portal: Portal, day: date) -> int:
    zone = ZoneInfo(portal.account.time_zone)
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def _day(call: Call, name: str) -> date | None:
    text = call.query(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as failure:
        raise Refusal.validation(f"{name} must be a date as YYYY-MM-DD, found {text}") from failure


def _offset(after: str | None) -> int:
    if not after:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(after).decode().partition(" ")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        word, number = "", ""
    if word != "from" or not number.isdigit():
        raise Refusal.validation(f"{after} is no paging cursor of this list")
    return int(number)
