"""Days, moments and periods in people's words, in the account's zone.

A period includes both of its ends as calendar days; as instants it is half-open in UTC, so that a day of 23 or 25
hours is a whole day. Weeks begin on Monday (ISO 8601). "last 7 days" are seven days of which today is the last,
"next 7 days" seven of which today is the first; the same holds for weeks, months, quarters and years as spans back or
forth from today, while "last week" and "last month" are whole calendar ones. An end may be open.

Understood: today, yesterday, tomorrow; monday … sunday with "last", "this" or "next"; this, last, next week, month,
quarter, year; start or end of one of these; month to date and the like; last or next N days …; last N hours; N days
ago, in N days; 2026, 2026-10, October 2026, 2026-Q3, 2026-W45, 2026-10-31, ISO 8601 instants; Q3 and October alone are
this year's; "A to B", "A..B", "between A and B"; since, after, before, until A; more than N days ago.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.text import quote

__all__ = ["Period", "day", "moment", "period"]

_MOST = 5_000
_UNITS = "day|week|month|quarter|year"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_HINT = 'Periods are written like "today", "this quarter", "last 30 days", "2026-10", "2026-Q3" or "2026-10-01 to 2026-10-15".'
_MOMENT_HINT = 'Moments are written like "now", "tomorrow 9:30", "in 2 hours", "2026-11-25" or "2026-11-25T15:00".'


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time: `first` to `last` day, both included, and the same as instants `start` <= t < `end` (UTC).

    None is an open end.
    """

    first: date | None
    last: date | None
    start: datetime | None
    end: datetime | None

    @classmethod
    def of_days(cls, first: date | None, last: date | None, zone: ZoneInfo) -> Period:
        """Give the period from one calendar day to another, both included."""
        start = None if first is None else _midnight(first, zone)
        end = None if last is None else _midnight(last + timedelta(days=1), zone)
        return cls(first, last, start, end)

    @classmethod
    def of_instant(cls, at: datetime, zone: ZoneInfo) -> Period:
        """Give the period of one instant: the second that it begins."""
        local = at.astimezone(zone).date()
        return cls(local, local, at.astimezone(UTC), at.astimezone(UTC) + timedelta(seconds=1))

    @property
    def text(self) -> str:
        """The period as its days, for the echo: `2026-10-01 to 2026-12-31`."""
        if self.first is not None and self.first == self.last:
            return self.first.isoformat()
        if self.first is None:
            return f"until {self.last}" if self.last else "any time"
        return f"{self.first} to {self.last}" if self.last else f"from {self.first}"


def period(text: str, *, now: datetime, zone: ZoneInfo) -> Period:
    """Read a period, or raise; `now` is aware.

    Raises:
        InvalidInputError: the words are no period, or it ends before it begins.
    """
    words = re.sub(r"^(?:in|within|during) (?=(?:the )?(?:last|past|previous|next|coming|this) )", "", _plain(text))
    try:
        found = _open_ended(words, now, zone) or _from_to(words, now, zone) or _stretch(words, now, zone)
    except (OverflowError, ValueError) as error:
        raise _not_a_period(text) from error
    if found is None:
        raise _not_a_period(text)
    if found.start is not None and found.end is not None and found.end <= found.start:
        raise InvalidInputError(
            f"the period {quote(text)} ends on {found.last}, before it begins on {found.first}",
            hint="Swap its two ends.",
        )
    return found


def day(text: str, *, now: datetime, zone: ZoneInfo) -> date:
    """Read one calendar day, or raise.

    Raises:
        InvalidInputError: the words are no single day.
    """
    found = period(text, now=now, zone=zone)
    if found.first is None or found.first != found.last:
        raise InvalidInputError(f"{quote(text)} is {found.text}: expected one day", hint=_MOMENT_HINT)
    return found.first


def moment(text: str, *, now: datetime, zone: ZoneInfo, default_time: time = time(0, 0)) -> datetime:
    """Read one instant, aware in UTC, or raise; a day without a time of day gets `default_time` in the zone.

    Raises:
        InvalidInputError: the words are no single instant or day.
    """
    words = _plain(text)
    try:
        found = _instant(words, now, zone)
        if found is not None:
            return found
        rest, at = _split_time(words)
        if rest:
            the_day = _day_of(rest, text, now, zone)
        elif at is not None:
            the_day = now.astimezone(zone).date()
        else:
            raise _not_a_moment(text)
        return datetime.combine(the_day, default_time if at is None else at, zone).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise _not_a_moment(text) from error


def _day_of(words: str, text: str, now: datetime, zone: ZoneInfo) -> date:
    try:
        return day(words, now=now, zone=zone)
    except InvalidInputError as error:
        raise InvalidInputError(
            error.message if words == text else f"{quote(text)}: {error.message}", hint=_MOMENT_HINT
        ) from error


def _not_a_period(text: str) -> InvalidInputError:
    return InvalidInputError(f"{quote(text)} is no day or period that is understood", hint=_HINT)


def _not_a_moment(text: str) -> InvalidInputError:
    return InvalidInputError(f"{quote(text)} is no day or time that is understood", hint=_MOMENT_HINT)


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0, 0), zone).astimezone(UTC)


def _open_ended(words: str, now: datetime, zone: ZoneInfo) -> Period | None:
    if found := re.fullmatch(
        rf"(?:more than|over|longer than|older than) (\d+|a|an|one) ({_UNITS})s?(?: ago| old)?", words
    ):
        the_day = _shift(now.astimezone(zone).date(), found[2], -_count(found[1]))
        return _before(Period.of_days(the_day, the_day, zone))
    found = re.fullmatch(r"(since|from|after|before|until|till|up to|>=|<=|>|<) ?(.+)", words)
    if found is None or re.fullmatch(r"from .+ (to|until|till) .+", words):
        return None
    inner = _stretch(found[2], now, zone)
    if inner is None:
        return None
    match found[1]:
        case "since" | "from" | ">=":
            return Period(inner.first, None, inner.start, None)
        case "after" | ">":
            return _after(inner)
        case "before" | "<":
            return _before(inner)
        case _:
            return Period(None, inner.last, None, inner.end)


def _after(inner: Period) -> Period:
    first = None if inner.last is None else inner.last + timedelta(days=1)
    return Period(first, None, inner.end, None)


def _before(inner: Period) -> Period:
    last = None if inner.first is None else inner.first - timedelta(days=1)
    return Period(None, last, None, inner.start)


def _from_to(words: str, now: datetime, zone: ZoneInfo) -> Period | None:
    for pattern in (
        r"(.+?) ?\.\. ?(.+)",
        r"between (.+?) and (.+)",
        r"(?:from )?(.+?) (?:to|until|till|through|–|-) (.+)",
    ):
        found = re.fullmatch(pattern, words)
        if found is None:
            continue
        begin, end = _stretch(found[1], now, zone), _stretch(found[2], now, zone)
        if begin is not None and end is not None:
            return Period(begin.first, end.last, begin.start, end.end)
    return None


def _stretch(words: str, now: datetime, zone: ZoneInfo) -> Period | None:
    today = now.astimezone(zone).date()
    for reader in _READERS:
        days = reader(words, today)
        if days is not None:
            return Period.of_days(*days, zone)
    if found := re.fullmatch(r"(?:start|beginning|end) of (?:the )?(.+)", words):
        return _edge(found[1], now, zone, is_end=words.startswith("end"))
    if found := re.fullmatch(r"(?:last|past) (\d+) (hour|minute)s?", words):
        begin = now - timedelta(**{f"{found[2]}s": _count(found[1])})
        return Period(begin.astimezone(zone).date(), today, begin.astimezone(UTC), now.astimezone(UTC))
    at = _instant(words, now, zone)
    return None if at is None else Period.of_instant(at, zone)


def _edge(words: str, now: datetime, zone: ZoneInfo, *, is_end: bool) -> Period | None:
    """Give the first or last day of a stretch; "month" alone is this month."""
    inner = _stretch(f"this {words}" if words in _UNITS.split("|") else words, now, zone)
    day = None if inner is None else inner.last if is_end else inner.first
    return None if day is None else Period.of_days(day, day, zone)


_Days = tuple[date, date]


def _single_day(words: str, today: date) -> _Days | None:
    offsets = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if words in offsets:
        the_day = today + timedelta(days=offsets[words])
        return the_day, the_day
    found = re.fullmatch(rf"(?:(\d+|a|an|one) ({_UNITS})s? ago)|(?:in (\d+|a|an|one) ({_UNITS})s?)", words)
    if found is not None:
        back = found[1] is not None
        count, unit = _count(found[1] or found[3]), found[2] or found[4]
        the_day = _shift(today, unit, -count if back else count)
        return the_day, the_day
    found = re.fullmatch(r"(?:(last|this|next) )?(\w+)", words)
    if found is not None and found[2] in _WEEKDAYS:
        return _weekday(found[1] or "", _WEEKDAYS.index(found[2]), today)
    return None


def _weekday(which: str, weekday: int, today: date) -> _Days:
    ahead = (weekday - today.weekday()) % 7
    if which == "last":
        the_day = today + timedelta(days=ahead - 7)
    elif which == "next":
        the_day = today + timedelta(days=ahead or 7)
    else:
        the_day = today + timedelta(days=ahead)
    return the_day, the_day


def _calendar(words: str, today: date) -> _Days | None:
    found = re.fullmatch(rf"(this|current|last|previous|next) ({_UNITS})", words)
    if found is not None:
        step = {"this": 0, "current": 0, "last": -1, "previous": -1, "next": 1}[found[1]]
        return _unit(_shift(_unit(today, found[2])[0], found[2], step), found[2])
    found = re.fullmatch(r"(?:this )?(week|month|quarter|year) to date|([wmqy])td", words)
    if found is not None:
        unit = found[1] or {"w": "week", "m": "month", "q": "quarter", "y": "year"}[found[2]]
        return _unit(today, unit)[0], today
    return None


def _span(words: str, today: date) -> _Days | None:
    found = re.fullmatch(rf"(?:the )?(last|past|previous|next|coming) (\d+) ({_UNITS})s?", words)
    if found is None:
        return None
    count = _count(found[2])
    if count < 1:
        return None
    if found[1] in ("next", "coming"):
        return today, _shift(today, found[3], count) - timedelta(days=1)
    return _shift(today, found[3], -count) + timedelta(days=1), today


def _written(words: str, today: date) -> _Days | None:
    if re.fullmatch(r"q[1-4]", words) or words in _MONTHS:
        words = f"{words} {today.year}"
    if found := re.fullmatch(r"(\d{4})", words):
        return _unit(date(int(found[1]), 1, 1), "year")
    if found := re.fullmatch(r"(\d{4})-(\d{2})", words):
        return _unit(date(int(found[1]), int(found[2]), 1), "month")
    if found := re.fullmatch(r"(\d{4})[- ]?q([1-4])", words) or re.fullmatch(r"q([1-4])[- ](\d{4})", words):
        year, quarter = sorted((int(found[1]), int(found[2])), reverse=True)
        return _unit(date(year, quarter * 3 - 2, 1), "quarter")
    if found := re.fullmatch(r"(\d{4})-?w(\d{2})", words):
        return _unit(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week")
    if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})", words):
        the_day = date.fromisoformat(found[1])
        return the_day, the_day
    if found := re.fullmatch(r"([a-z]{3,9})\.? (\d{4})", words):
        months = [m for m, name in enumerate(_MONTHS, start=1) if name.startswith(found[1])]
        if len(months) == 1:
            return _unit(date(int(found[2]), months[0], 1), "month")
    return None


_READERS: tuple[Callable[[str, date], _Days | None], ...] = (_single_day, _calendar, _span, _written)


def _count(text: str) -> int:
    count = int(text) if text.isdigit() else 1
    if count > _MOST:
        raise OverflowError(f"{count} is more than {_MOST}")
    return count


def _unit(inside: date, unit: str) -> _Days:
    match unit:
        case "day":
            return inside, inside
        case "week":
            first = inside - timedelta(days=inside.weekday())
            return first, first + timedelta(days=6)
        case "month":
            first = inside.replace(day=1)
        case "quarter":
            first = date(inside.year, (inside.month - 1) // 3 * 3 + 1, 1)
        case _:
            first = date(inside.year, 1, 1)
    return first, _shift(first, unit, 1) - timedelta(days=1)


def _shift(day: date, unit: str, count: int) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit] + day.year * 12 + day.month - 1
    year, month = months // 12, months % 12 + 1
    if not 1 <= year <= 9998:
        raise OverflowError(f"the year {year} is out of reach")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _instant(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    if words == "now":
        return now.astimezone(UTC)
    found = re.fullmatch(r"(\d+|an|a|one) (hour|minute)s? ago|in (\d+|an|a|one) (hour|minute)s?", words)
    if found is not None:
        count = _count(found[1] or found[3]) * (1 if found[1] is None else -1)
        return (now + timedelta(**{f"{found[2] or found[4]}s": count})).astimezone(UTC)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}.*", words):
        return None
    at = datetime.fromisoformat(words.upper().replace(" ", "T", 1))
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)


_TIME = re.compile(r"(?:(?P<day>.*?)[ ,]+)?(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))? ?(?P<half>am|pm)?")


def _split_time(words: str) -> tuple[str, time | None]:
    if words.endswith((" noon", " at noon")) or words == "noon":
        return words.removesuffix("noon").removesuffix("at ").strip(), time(12, 0)
    found = _TIME.fullmatch(words)
    if found is None or (found["minute"] is None and found["half"] is None):
        return words, None
    hour = int(found["hour"])
    if found["half"] is not None:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} is no hour of a half day")
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    return (found["day"] or "").removesuffix(" at").strip(), time(hour, int(found["minute"] or 0))
