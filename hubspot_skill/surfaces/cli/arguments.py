"""Reads `key=value` words of a shell as the arguments of a tool, by the tool's own JSON schema.

Only the form is decided here (text, number, truth, list, object); whether a value is right is the tool's to say, so that
a shell and a chat client get the same refusals. A key that the schema does not know is passed on as text for that reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import cast

from hubspot_skill.surfaces.cli.actions import Schema

__all__ = ["UsageError", "parse_json", "parse_pairs"]

_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class UsageError(Exception):
    """The words on the command line cannot be read; the text says which and what was expected."""


def parse_json(text: str) -> dict[str, object]:
    """Read the arguments of a call from one JSON object.

    Raises:
        UsageError: it is not JSON, or no object.
    """
    try:
        value = cast("object", json.loads(text))
    except ValueError as error:
        raise UsageError(f"--json is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError('--json is not an object: expected one such as \'{"query": "Acme"}\'')
    return cast("dict[str, object]", value)


def parse_pairs(pairs: Sequence[str], schema: Schema) -> dict[str, object]:
    """Read `key=value` words.

    A list is given as JSON, with commas, or by repeating its key (then commas belong to the values); an object as JSON
    or one entry at a time, `properties.hs_next_step=Call`.

    Raises:
        UsageError: a word is no pair, or its value has not the form that the schema asks for.
    """
    given: dict[str, list[str]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f'"{pair}" is no argument: expected key=value')
        given.setdefault(key, []).append(value)
    arguments: dict[str, object] = {}
    for key, values in given.items():
        name, dot, entry = key.partition(".")
        inner = _argument(schema, name)
        if dot and "object" in _types(inner):
            _put(arguments, name, entry, _read(key, values, _entry(inner, entry)))
        else:
            _put_once(arguments, key, _read(key, values, inner))
    return arguments


def _put(arguments: dict[str, object], name: str, entry: str, value: object) -> None:
    entries = arguments.setdefault(name, {})
    if not isinstance(entries, dict):
        raise UsageError(f'"{name}" is given as a whole and by entry: expected one of the two')
    cast("dict[str, object]", entries)[entry] = value


def _put_once(arguments: dict[str, object], key: str, value: object) -> None:
    if key in arguments:
        raise UsageError(f'"{key}" is given as a whole and by entry: expected one of the two')
    arguments[key] = value


def _read(key: str, values: Sequence[str], schema: Schema) -> object:
    types = _types(schema)
    if "array" in types and (len(values) > 1 or "string" not in types or values[0].startswith("[")):
        return _list(key, values, schema)
    if len(values) > 1:
        raise UsageError(f'"{key}" is given {len(values)} times: expected once')
    return _single(key, values[0], types)


def _list(key: str, values: Sequence[str], schema: Schema) -> object:
    items = _items(schema)
    if len(values) == 1:
        if values[0].startswith("["):
            return _json(key, values[0])
        if "object" not in _types(items):
            values = [part.strip() for part in values[0].split(",") if part.strip()]
    return [_single(key, value, _types(items)) for value in values]


def _single(key: str, text: str, types: Sequence[str]) -> object:
    if text == "null" and "null" in types:
        return None
    if "object" in types and (text.startswith("{") or "string" not in types):
        return _json(key, text)
    if "boolean" in types and text.casefold() in _TRUTHS and "integer" not in types:
        return _TRUTHS[text.casefold()]
    if "string" in types or not types:
        return text
    if "integer" in types or "number" in types:
        return _number(key, text)
    if "boolean" in types:
        raise UsageError(f'"{key}" is "{text}": expected true or false')
    return _json(key, text)


def _number(key: str, text: str) -> int | float:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise UsageError(f'"{key}" is "{text}": expected a number') from None
    return int(number) if number == number.to_integral_value() else float(number)


def _json(key: str, text: str) -> object:
    try:
        return cast("object", json.loads(text))
    except ValueError as error:
        raise UsageError(f'"{key}" is "{text[:80]}": expected JSON ({error})') from error


def _argument(schema: Schema, name: str) -> Schema:
    return _inner(_inner(schema, "properties"), name)


def _entry(schema: Schema, name: str) -> Schema:
    for form in _forms(schema):
        known = _argument(form, name) or _inner(form, "additionalProperties")
        if known:
            return known
    return {}


def _items(schema: Schema) -> Schema:
    for form in _forms(schema):
        if items := _inner(form, "items"):
            return items
    return {}


def _inner(schema: Schema, key: str) -> Schema:
    value = schema.get(key)
    return cast("Schema", value) if isinstance(value, Mapping) else {}


def _forms(schema: Schema) -> Sequence[Schema]:
    """Give the alternatives of a schema; a plain one is its own only form."""
    for key in ("anyOf", "oneOf"):
        forms = schema.get(key)
        if isinstance(forms, list):
            return cast("list[Schema]", forms)
    return (schema,)


def _types(schema: Schema) -> Sequence[str]:
    """Give the JSON types that a value may have; none where the schema does not say."""
    types: list[str] = []
    for form in _forms(schema):
        named = form.get("type")
        if isinstance(named, list):
            types += cast("list[str]", named)
        elif isinstance(named, str):
            types.append(named)
        elif "enum" in form or "const" in form:
            types.append("string")
    return types
