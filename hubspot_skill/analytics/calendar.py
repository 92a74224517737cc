"""Calendar days in an account's zone: buckets of each grain, periods as instants, and the period before.

A database sees only milliseconds. It is told the zone as the few offsets that hold between two moments (`offsets`),
so that `local day = floor((ms + offset) / day)`; days are then put into weeks, months and quarters here, in Python.
Days cut so are the same as days between midnights, also where a day has 23 or 25 hours or begins at one o'clock.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hubspot_skill.domain.report import Grain

__all__ = [
    "DAY_MS",
    "Bucket",
    "Interval",
    "bucket_of",
    "buckets",
    "day_number",
    "day_of_number",
    "instant_ms",
    "label_of",
    "local_day",
    "offsets",
    "previous_period",
    "previous_year",
]

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MONTHS_OF = {
    Grain.MONTH: 1,
    Grain.QUARTER: 3,
    Grain.YEAR: 12,
    Grain.FISCAL_QUARTER: 3,
    Grain.FISCAL_YEAR: 12,
}

Bucket = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A period: `first` to `last` day, both included, and the same as `start_ms` <= t < `end_ms`; None is open."""

    first: date | None = None
    last: date | None = None
    start_ms: int | None = None
    end_ms: int | None = None

    @classmethod
    def of_days(cls, first: date | None, last: date | None, zone: ZoneInfo) -> Interval:
        """Give the period from one calendar day to another, both included."""
        end = None if last is None else _midnight_ms(last + timedelta(days=1), zone)
        return cls(first, last, None if first is None else _midnight_ms(first, zone), end)


def instant_ms(at: datetime) -> int:
    """Give an aware moment in milliseconds since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return instant_ms(datetime.combine(day, time(0, 0), zone).astimezone(UTC))


def day_number(day: date) -> int:
    """Give a calendar day as days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


def day_of_number(number: int) -> date:
    """Give the calendar day of a number of days since 1970-01-01."""
    return date.fromordinal(number + _EPOCH_DAY)


def local_day(ms: int, zone: ZoneInfo) -> date:
    """Give the calendar day of a moment."""
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).date()


@cache
def offsets(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[tuple[int, int], ...]:
    """Give the zone's offsets over some years as pairs: until which moment (exclusive), and the offset in ms.

    The last pair's moment is beyond the years and is to be read as "from there on".
    """
    begin = instant_ms(datetime(first_year, 1, 1, tzinfo=UTC)) - 2 * DAY_MS
    end = instant_ms(datetime(last_year + 1, 1, 1, tzinfo=UTC)) + 2 * DAY_MS
    found: list[tuple[int, int]] = []
    here, current = begin, _offset_ms(begin, zone)
    while here < end:
        there = here + 7 * DAY_MS
        following = _offset_ms(there, zone)
        if following != current:
            found.append((_turn(here, there, zone), current))
            here, current = found[-1][0], _offset_ms(found[-1][0], zone)
        else:
            here = there
    found.append((end, current))
    return tuple(found)


def _offset_ms(ms: int, zone: ZoneInfo) -> int:
    offset = (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(milliseconds=1)


def _turn(low: int, high: int, zone: ZoneInfo) -> int:
    """Find the first millisecond at which the offset is no longer that of `low`."""
    before = _offset_ms(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_ms(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def bucket_of(day: date, grain: Grain, fiscal_start: int = 1) -> Bucket:
    """Give the bucket that holds a day; fiscal years begin with the month `fiscal_start` (1 to 12)."""
    match grain:
        case Grain.DAY:
            return day, day
        case Grain.WEEK:
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(days=6)
        case _:
            months = _MONTHS_OF[grain]
            begin = fiscal_start - 1 if grain in (Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR) else 0
            number = (day.year * 12 + day.month - 1 - begin) // months * months + begin
            first = date(number // 12, number % 12 + 1, 1)
            return first, _shift_months(first, months) - timedelta(days=1)


def buckets(first: date, last: date, grain: Grain, fiscal_start: int = 1) -> Iterator[Bucket]:
    """Give all buckets that share a day with a period, in order."""
    here = bucket_of(first, grain, fiscal_start)
    while here[0] <= last:
        yield here
        here = bucket_of(here[1] + timedelta(days=1), grain, fiscal_start)


def label_of(bucket: Bucket, grain: Grain, fiscal_start: int = 1) -> str:
    """Give what a bucket is called: 2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026, FY2027-Q1, FY2027.

    A fiscal year is named by the calendar year that it ends in.
    """
    first, last = bucket
    match grain:
        case Grain.DAY:
            return first.isoformat()
        case Grain.WEEK:
            year, week, _ = first.isocalendar()
            return f"{year}-W{week:02d}"
        case Grain.MONTH:
            return f"{first:%Y-%m}"
        case Grain.QUARTER:
            return f"{first.year}-Q{(first.month + 2) // 3}"
        case Grain.YEAR:
            return str(first.year)
        case Grain.FISCAL_YEAR:
            return f"FY{last.year}"
        case Grain.FISCAL_QUARTER:
            year = bucket_of(first, Grain.FISCAL_YEAR, fiscal_start)
            return f"FY{year[1].year}-Q{((first.month - fiscal_start) % 12) // 3 + 1}"


def previous_period(first: date, last: date) -> Bucket:
    """Give the period of the same length just before: whole months before whole months, else the same count of days."""
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        after = last + timedelta(days=1)
        months = (after.year - first.year) * 12 + after.month - first.month
        return _shift_months(first, -months), first - timedelta(days=1)
    length = (last - first).days + 1
    return first - timedelta(days=length), first - timedelta(days=1)


def previous_year(first: date, last: date) -> Bucket:
    """Give the same dates a year before; 29 February becomes the 28th."""
    return _shift_months(first, -12), _shift_months(last, -12)


def _shift_months(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
