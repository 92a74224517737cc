"""Relative values: a date or number that is changed from what each record has, as people say it.

Dates: "+30 days", "-2 weeks", "+1 month" move each record's own date; "to next month" (or this or last week, month, quarter,
year) puts it into that period at the same place: the same day of the month, weekday, or day of the year, and the last
day of the month where that is shorter. Numbers: "*1.1", "+10%", "-10%", "+=500", "-=500". A record without a value
is left out. Everything else is no relative value, and None is given for it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.schema import Property, PropertyType

__all__ = ["Move", "move_of"]

Move = Callable[[str], str]
"""Gives a value's new text from its present one, which is not empty."""

_SHIFT = re.compile(r"([+-])\s*(\d{1,5})\s*(day|week|month|quarter|year)s?", re.IGNORECASE)
_INTO = re.compile(r"(?:to |into )?(this|next|last)\s+(week|month|quarter|year)", re.IGNORECASE)
_TIMES = re.compile(r"[*x×]\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_PERCENT = re.compile(r"([+-])\s*(\d+(?:\.\d+)?)\s*%")
_ADD = re.compile(r"([+-])=\s*(\d+(?:\.\d+)?)")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_PLACES = 6
_MONEY = Decimal("0.01")
_YEARS = range(1970, 2101)


def move_of(prop: Property, given: object, *, now: datetime, zone: ZoneInfo) -> Move | None:
    """Give how a relative value changes a present one; None where the value is not relative."""
    if not isinstance(given, str):
        return None
    words = " ".join(given.split())
    match prop.type:
        case PropertyType.DATE | PropertyType.DATETIME:
            moved = _day_move(words, now.astimezone(zone).date())
            return None if moved is None else lambda text: _moved(prop, text, moved, zone)
        case PropertyType.NUMBER:
            return _number_move(prop, words)
        case _:
            return None


def _day_move(words: str, today: date) -> Callable[[date], date] | None:
    shift = _SHIFT.fullmatch(words)
    if shift is not None:
        count = int(shift[2]) * (-1 if shift[1] == "-" else 1)
        return lambda day: _shifted(day, shift[3].lower(), count)
    into = _INTO.fullmatch(words)
    if into is None:
        return None
    unit, count = into[2].lower(), {"last": -1, "this": 0, "next": 1}[into[1].lower()]
    return lambda day: _placed(day, unit, _shifted(today, unit, count))


def _shifted(day: date, unit: str, count: int) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    return _month_day(day.year, day.month - 1 + count * _MONTHS[unit], day.day)


def _placed(day: date, unit: str, within: date) -> date:
    """Give the day of a period (the one that holds `within`) that lies in it as `day` lies in its own."""
    if unit == "week":
        return within - timedelta(days=within.weekday()) + timedelta(days=day.weekday())
    if unit == "month":
        return _month_day(within.year, within.month - 1, day.day)
    if unit == "quarter":
        return _month_day(within.year, (within.month - 1) // 3 * 3 + (day.month - 1) % 3, day.day)
    return _month_day(within.year, day.month - 1, day.day)


def _month_day(year: int, month_index: int, day: int) -> date:
    year, month = year + month_index // 12, month_index % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def _moved(prop: Property, text: str, moved: Callable[[date], date], zone: ZoneInfo) -> str:
    """Move a date or moment; a moment keeps its time of day in the account's zone."""
    try:
        if prop.type is PropertyType.DATE:
            return _checked(prop, moved(date.fromisoformat(text[:10]))).isoformat()
        at = datetime.fromisoformat(text)
        there = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone)
        clock: time = there.timetz().replace(tzinfo=None)
        day = _checked(prop, moved(there.date()))
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(f"its {prop.name} cannot be moved so far", field=prop.name) from error
    return datetime.combine(day, clock, zone).astimezone(UTC).isoformat(timespec="milliseconds")


def _checked(prop: Property, day: date) -> date:
    if day.year not in _YEARS:
        raise InvalidInputError(f"its {prop.name} would leave the years 1970 to 2100", field=prop.name)
    return day


def _number_move(prop: Property, words: str) -> Move | None:
    times, percent, add = _TIMES.fullmatch(words), _PERCENT.fullmatch(words), _ADD.fullmatch(words)
    if times is not None:
        factor, summand = Decimal(times[1]), Decimal(0)
    elif percent is not None:
        part = Decimal(percent[2]) / 100
        factor, summand = 1 + (part if percent[1] == "+" else -part), Decimal(0)
    elif add is not None:
        factor, summand = Decimal(1), Decimal(add[2]) * (1 if add[1] == "+" else -1)
    elif re.fullmatch(r"\+\s*[\d.]+", words):
        raise InvalidInputError(
            f'{prop.name} is "{words[:40]}": it could mean {words[1:40].strip()} or that much more',
            hint=f'Write "+={words[1:40].strip()}" to add, or the number alone to set it.',
            field=prop.name,
        )
    else:
        return None
    return lambda text: _reckoned(prop, text, factor, summand)


def _reckoned(prop: Property, text: str, factor: Decimal, summand: Decimal) -> str:
    try:
        found = Decimal(text) * factor + summand
    except InvalidOperation as error:
        raise InvalidInputError(f"its {prop.name} is no number", field=prop.name) from error
    places = _MONEY if prop.name == "amount" or "currency" in prop.name else Decimal(1).scaleb(-_PLACES)
    rounded = found.quantize(places) if abs(found.adjusted()) < 20 else found
    return f"{rounded.normalize():f}"
