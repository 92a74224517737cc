"""The forms in which the mirror holds a property's value, and the change from a record's value to a column's.

A value that does not fit its form (text where HubSpot promises a number) is held as nothing: sums must not fail for
one bad cell. Moments are whole milliseconds since 1970 UTC; a calendar day is whole days since 1970 and is never
shifted by a time zone; money is whole minor units of its currency.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum

from sqlalchemy import BigInteger, Double, SmallInteger, Text
from sqlalchemy.types import TypeEngine

from hubspot_skill.domain.money import to_minor
from hubspot_skill.domain.records import PropertyValue
from hubspot_skill.domain.schema import Property, PropertyType

__all__ = ["Cell", "Form", "Held", "as_ms", "cell", "form_of", "type_of"]

Cell = str | int | float | None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_LARGEST = 2**63 - 1


class Form(Enum):
    """How a column holds a property."""

    TEXT = "text"
    """Text as HubSpot has it; of an enumeration the internal value."""
    OPTIONS = "options"
    """Several options, each between semicolons: `;a;b;`."""
    ID = "id"
    """A record's, owner's or user's number."""
    INSTANT = "instant"
    """A moment: milliseconds since 1970, UTC."""
    DAY = "day"
    """A calendar day: days since 1970-01-01, in no zone."""
    MONEY = "money"
    """Minor units of the record's own currency."""
    HOME_MONEY = "home_money"
    """Minor units of the account's home currency."""
    MILLIONTHS = "millionths"
    """A number times 1,000,000, rounded half to even: probabilities and rates."""
    WHOLE = "whole"
    """A whole number."""
    NUMBER = "number"
    """A floating-point number, for properties without a known unit."""
    TRUTH = "truth"
    """1 or 0."""


@dataclass(frozen=True, slots=True)
class Held:
    """Which property a column holds, and in which form."""

    property: str
    form: Form


def as_ms(moment: datetime) -> int:
    """Give an aware moment in whole milliseconds since 1970."""
    gap = moment - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1000 + gap.microseconds // 1000


def form_of(prop: Property) -> Form:
    """Give the form that a chosen property takes by its definition."""
    if prop.is_multiple:
        return Form.OPTIONS
    return {
        PropertyType.BOOL: Form.TRUTH,
        PropertyType.DATE: Form.DAY,
        PropertyType.DATETIME: Form.INSTANT,
        PropertyType.NUMBER: Form.NUMBER,
    }.get(prop.type, Form.TEXT)


def type_of(form: Form) -> TypeEngine[str] | TypeEngine[int] | TypeEngine[float]:
    """Give the column type of a form, the same on both databases."""
    if form in (Form.TEXT, Form.OPTIONS):
        return Text()
    if form is Form.NUMBER:
        return Double()
    return SmallInteger() if form is Form.TRUTH else BigInteger()


def cell(form: Form, value: PropertyValue, currency: str | None) -> Cell:
    """Give what a column of that form holds for a value; `currency` is that of money in it."""
    if value is None:
        return None
    if form is Form.MONEY or form is Form.HOME_MONEY:
        amount = _decimal(value)
        return None if amount is None else to_minor(amount, currency)
    return _CELLS[form](value)


def _text(value: PropertyValue) -> Cell:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return None if value is None else f"{value:f}" if isinstance(value, Decimal) else value.isoformat()


def _options(value: PropertyValue) -> Cell:
    options = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
    return f";{';'.join(options)};" if options else None


def _decimal(value: PropertyValue) -> Decimal | None:
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return None


def _whole(value: PropertyValue) -> Cell:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return _small(int(value))
    number = _decimal(value)
    return None if number is None else _small(int(number.to_integral_value(ROUND_HALF_EVEN)))


def _millionths(value: PropertyValue) -> Cell:
    number = _decimal(value)
    return None if number is None else _small(int(number.scaleb(6).to_integral_value(ROUND_HALF_EVEN)))


def _number(value: PropertyValue) -> Cell:
    number = _decimal(value)
    return None if number is None else float(number)


def _instant(value: PropertyValue) -> Cell:
    if isinstance(value, datetime):
        return as_ms(value)
    return (value.toordinal() - _FIRST_DAY) * 86_400_000 if isinstance(value, date) else None


def _day(value: PropertyValue) -> Cell:
    if isinstance(value, datetime):
        value = value.astimezone(UTC).date()
    return value.toordinal() - _FIRST_DAY if isinstance(value, date) else None


def _truth(value: PropertyValue) -> Cell:
    return int(value) if isinstance(value, bool) else {"true": 1, "false": 0}.get(str(value).lower())


def _small(number: int) -> int | None:
    return number if abs(number) <= _LARGEST else None


_CELLS: dict[Form, Callable[[PropertyValue], Cell]] = {
    Form.TEXT: _text,
    Form.OPTIONS: _options,
    Form.ID: _whole,
    Form.INSTANT: _instant,
    Form.DAY: _day,
    Form.MILLIONTHS: _millionths,
    Form.WHOLE: _whole,
    Form.NUMBER: _number,
    Form.TRUTH: _truth,
}
