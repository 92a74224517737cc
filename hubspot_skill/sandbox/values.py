"""Turns one property value of a request into the text that HubSpot keeps, or says why it would not take it.

Its own module because it is pure: a definition and a JSON value in, a value or a refusal out. Codes and wordings follow
facts 4.2 and 5.1 [C][L]; whatever only one report shows is paraphrased.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from hubspot_skill.sandbox.moments import DAY_MS, iso, parsed_moment
from hubspot_skill.sandbox.refusals import InvalidProperty

if TYPE_CHECKING:
    from hubspot_skill.sandbox.seed import PropertySeed

__all__ = ["Kept", "kept_value"]

_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s.,;<>()]{2,}")
_TEXT_LIMIT = 65_536
"""Characters of the longest text property (facts 8.4, notes)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What HubSpot keeps of a value; empty text clears the property. `raw` is set if the value was normalised with a warning."""

    value: str
    raw: str | None = None


def kept_value(
    definition: PropertySeed, given: object, *, current: str | None, normalise_dates: bool
) -> Kept | InvalidProperty:
    """Return what is kept of a value given as JSON text, number, boolean or null; null and "" clear [D].

    `current` is the value that a leading `;` appends to. `normalise_dates` moves a date off midnight to its day.
    """
    text = _text(given)
    if text == "":
        return Kept("")
    match definition.type:
        case "number":
            return _number(definition, text)
        case "bool":
            return _choices(definition, text.lower(), ("true", "false"))
        case "enumeration":
            return _enumeration(definition, text, current)
        case "date":
            return _day(definition, text, normalise=normalise_dates)
        case "datetime":
            at_ms = parsed_moment(text)
            if at_ms is None:
                return InvalidProperty(definition.name, "INVALID_DATE", f"{text} was not a valid date.")
            return Kept(iso(at_ms))
        case _:
            return _string(definition, text)


def _text(given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float) and given.is_integer():
        return str(int(given))
    return str(given)


def _number(definition: PropertySeed, text: str) -> Kept | InvalidProperty:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        return InvalidProperty(definition.name, "INVALID_LONG", f"{text} was not a valid number.")
    return Kept(format(number, "f"))


def _choices(definition: PropertySeed, text: str, allowed: tuple[str, ...]) -> Kept | InvalidProperty:
    if text in allowed:
        return Kept(text)
    message = f"{text} was not one of the allowed options: [{', '.join(allowed)}]"
    return InvalidProperty(definition.name, "INVALID_OPTION", message)


def _enumeration(definition: PropertySeed, text: str, current: str | None) -> Kept | InvalidProperty:
    allowed = tuple(option.value for option in definition.options)
    if definition.external_options and not allowed:
        return Kept(text)
    if definition.field_type != "checkbox":
        return _choices(definition, text, allowed)
    parts = [part for part in text.split(";") if part]
    for part in parts:
        refused = _choices(definition, part, allowed)
        if isinstance(refused, InvalidProperty):
            return refused
    before = (current or "").split(";") if text.startswith(";") else []
    return Kept(";".join(dict.fromkeys(part for part in (*before, *parts) if part)))


def _day(definition: PropertySeed, text: str, *, normalise: bool) -> Kept | InvalidProperty:
    at_ms = parsed_moment(text)
    if at_ms is None:
        return InvalidProperty(definition.name, "INVALID_DATE", f"{text} was not a valid date.")
    moment = iso(at_ms)
    if at_ms % DAY_MS == 0:
        return Kept(moment[:10])
    if not normalise:
        message = f"{text} is at {moment[11:19]} UTC, not midnight!"
        return InvalidProperty(definition.name, "INVALID_DATE", message)
    return Kept(moment[:10], raw=text)


def _string(definition: PropertySeed, text: str) -> Kept | InvalidProperty:
    if len(text) > _TEXT_LIMIT:
        message = f"{definition.name} was too long: {len(text)} characters, at most {_TEXT_LIMIT} are allowed."
        return InvalidProperty(definition.name, "PROPERTY_VALUE_TOO_LONG", message)
    if definition.name == "email":
        address = text.strip().lower()
        if not _EMAIL.fullmatch(address):
            return InvalidProperty(definition.name, "INVALID_EMAIL", f"Email address {text} is invalid")
        return Kept(address)
    if definition.name == "domain":
        return Kept(re.sub(r"^[a-z]+://|/.*$", "", text.strip().lower()))
    return Kept(text)
