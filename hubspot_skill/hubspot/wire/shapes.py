"""Reads untyped JSON with suspicion: each function gives the shape it promises or says which place broke it.

Answers may gain fields, hold null or drop what is optional at any time, so only what a caller cannot do without is
demanded; numbers and texts stand in for each other, as HubSpot's own versions disagree on ids.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import cast

__all__ = [
    "Json",
    "ShapeError",
    "array",
    "boolean",
    "decimal_of",
    "instant",
    "integer",
    "mapping",
    "mappings",
    "optional_text",
    "results",
    "text",
    "texts",
]

Json = dict[str, object]


class ShapeError(ValueError):
    """A place in an answer is not what the API promises; the text names the place and what was there."""


def mapping(value: object, where: str) -> Json:
    """Give a JSON object."""
    if type(value) is dict:
        return cast("Json", value)
    raise ShapeError(f"{where} is {_kind(value)}: expected an object")


def array(value: object, where: str) -> list[object]:
    """Give a JSON array; null or absent is an empty one."""
    if value is None:
        return []
    if type(value) is list:
        return cast("list[object]", value)
    raise ShapeError(f"{where} is {_kind(value)}: expected a list")


def results(fields: Json) -> list[Json]:
    """Give the objects of an answer's `results`, which must be there: a page without them is no empty page."""
    found = fields.get("results")
    if found is None:
        raise ShapeError("results is missing: expected a list")
    return mappings(found, "results")


def mappings(value: object, where: str) -> list[Json]:
    """Give a JSON array of objects; null or absent is an empty one."""
    return [mapping(item, where) for item in array(value, where)]


def text(value: object, where: str) -> str:
    """Give text that must be there; a number becomes text."""
    found = optional_text(value)
    if found is None:
        raise ShapeError(f"{where} is {_kind(value)}: expected text")
    return found


def optional_text(value: object) -> str | None:
    """Give text, a number as text, or None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None


def texts(value: object) -> tuple[str, ...]:
    """Give the texts of an array, of one text, or none."""
    if isinstance(value, str):
        return (value,)
    if type(value) is not list:
        return ()
    items = cast("list[object]", value)
    return tuple(found for item in items if (found := optional_text(item)) is not None)


def integer(value: object, fallback: int = 0) -> int:
    """Give a whole number, also from its text; `fallback` for anything else."""
    if isinstance(value, bool):
        return fallback
    if isinstance(value, int):
        return value
    try:
        return int(Decimal(str(value)))
    except (InvalidOperation, ValueError, OverflowError):
        return fallback


def boolean(value: object) -> bool:
    """Give truth, also from its text; False for anything else."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def decimal_of(value: object) -> Decimal | None:
    """Give an exact finite number from a number or its text, None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def instant(value: object) -> datetime | None:
    """Give a moment in UTC from ISO text or milliseconds since 1970, None for anything else."""
    if isinstance(value, str) and not value.isascii():
        return None
    try:
        if isinstance(value, str) and not value.lstrip("-").isdigit():
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return datetime.fromtimestamp(int(value) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _kind(value: object) -> str:
    return "missing" if value is None else f"of type {type(value).__name__}"
