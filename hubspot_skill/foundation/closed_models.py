"""Reads what a caller sent into a closed pydantic model, and tells in plain words what is wrong with it.

pydantic's own text names neither what was found nor what is nearest. Here each fault is one sentence: which argument
(parameter, field), what was found, what was expected, what is nearest. What every border shares and no surface owns.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.text import quote

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["ARGUMENTS", "MAX_DEPTH", "MAX_KEYS", "MAX_TEXT", "Schema", "Words", "parse"]

MAX_DEPTH = 16
MAX_KEYS = 500
MAX_TEXT = 128 * 1024

Schema = dict[str, Any]
"""A JSON schema; `$ref` may lead into its own `$defs`."""
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Words:
    """How a border calls what it takes: one of them, several, and the sentence where there are none."""

    one: str
    many: str
    none: str


ARGUMENTS = Words("argument", "Arguments", "This tool takes no arguments.")


def parse(model: type[ModelT], schema: Schema, arguments: Mapping[str, object], words: Words = ARGUMENTS) -> ModelT:
    """Check a call's arguments against their model.

    Raises:
        InvalidInputError: an argument is unknown, missing, or of the wrong form; each is named with what was expected.
    """
    _bounded(arguments, depth=1)
    try:
        return model.model_validate(_unwrapped(schema, arguments))
    except ValidationError as error:
        problems = [_problem(detail, schema, words) for detail in error.errors(include_url=False, include_context=True)]
    known = ", ".join(_properties(schema))
    is_named_wrong = any(p.is_named_wrong for p in problems)
    raise InvalidInputError(
        "; ".join(dict.fromkeys(p.message for p in problems)),
        hint=(f"{words.many} here: {known}." if known else words.none) if is_named_wrong else "",
        field=problems[0].field,
    )


@dataclass(frozen=True, slots=True)
class _Problem:
    """One thing wrong with a call: which argument, and why in a sentence."""

    field: str
    message: str
    is_named_wrong: bool = False


def _properties(schema: Schema) -> Mapping[str, Schema]:
    return cast("Mapping[str, Schema]", schema.get("properties", {}))


def _problem(detail: ErrorDetails, schema: Schema, words: Words) -> _Problem:
    path = [part for part in detail["loc"] if isinstance(part, int) or not part.startswith(("function-", "union"))]
    where = _schema_at(schema, path)
    field = _spelt(path)
    match detail["type"]:
        case "extra_forbidden":
            siblings = list(_properties(_schema_at(schema, path[:-1])))
            nearest = difflib.get_close_matches(str(path[-1]), siblings, n=3, cutoff=0.6)
            instead = f": nearest is {', '.join(quote(n) for n in nearest)}" if nearest else ""
            return _Problem(field, f"unknown {words.one} {quote(field)}{instead}", is_named_wrong=True)
        case "missing":
            message = f"{words.one} {quote(field)} is missing: expected {_expected(where)}"
            return _Problem(field, message, is_named_wrong=True)
        case "value_error":
            reason = detail.get("ctx", {}).get("error")
            return _Problem(field, f"{words.one} {quote(field)} is {_found(detail['input'])}: {reason}")
        case _:
            return _Problem(
                field, f"{words.one} {quote(field)} is {_found(detail['input'])}: expected {_expected(where)}"
            )


def _schema_at(schema: Schema, path: Sequence[str | int]) -> Schema:
    definitions = cast("Mapping[str, Schema]", schema.get("$defs", {}))
    for part in path:
        inner = schema.get("items") if isinstance(part, int) else _properties(schema).get(part)
        schema = _resolved(cast("Schema", inner), definitions) if isinstance(inner, Mapping) else {}
    return schema


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Give what a reference leads to, and the branch of a choice that is not null."""
    if "$ref" in schema:
        return definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
    branches = [b for b in cast("list[Schema]", schema.get("anyOf", [])) if b.get("type") != "null"]
    return _resolved(branches[0], definitions) if len(branches) == 1 else schema


def _spelt(path: Sequence[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")[:80]


_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def _expected(schema: Schema) -> str:
    allowed = schema.get("enum")
    if isinstance(allowed, list):
        return "one of " + ", ".join(str(v) for v in cast("list[object]", allowed))
    plain = _TYPES.get(str(schema.get("type")), "another form")
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f"{plain} from {least} to {most}"
    if schema.get("type") == "array":
        items = cast("Schema", schema.get("items", {}))
        most_items = schema.get("maxItems")
        return f"{plain} of {_expected(items).removeprefix('a ').removeprefix('an ')}" + (
            f", at most {most_items}" if most_items else ""
        )
    if schema.get("type") == "object" and _properties(schema):
        return f"{plain} with {', '.join(_properties(schema))}"
    return plain


def _found(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return quote(value.encode("utf-8", "replace").decode("utf-8"), most=60)
    if isinstance(value, bool | int | float):
        return json.dumps(value)[:40]
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, Sequence) else "of another form"


def _unwrapped(schema: Schema, arguments: Mapping[str, object]) -> dict[str, object]:
    """Give the arguments with lists and objects that a client sent as JSON text taken out of it."""
    plain = dict(arguments)
    for name, value in arguments.items():
        inner = _properties(schema).get(name, {})
        if inner.get("type") not in {"array", "object"} or not isinstance(value, str):
            continue
        if not value.lstrip().startswith(("[", "{")):
            continue
        try:
            parsed = cast("object", json.loads(value))
        except (ValueError, RecursionError):
            continue
        _bounded(parsed, depth=2)
        plain[name] = parsed
    return plain


def _bounded(value: object, *, depth: int) -> None:
    """Refuse values deeper, wider or longer than any call needs, and numbers that are not finite."""
    if depth > MAX_DEPTH:
        raise InvalidInputError(f"the arguments are nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise InvalidInputError(f"a text has {len(value)} characters: expected at most {MAX_TEXT}")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInputError(f"{value} is not a number that can be used: expected a finite one")
    elif isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value)
        if len(entries) > MAX_KEYS:
            raise InvalidInputError(f"an object has {len(entries)} keys: expected at most {MAX_KEYS}")
        for name, inner in entries.items():
            if len(name) > MAX_TEXT:
                raise InvalidInputError(f"a key has {len(name)} characters: expected at most {MAX_TEXT}")
            _bounded(inner, depth=depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            _bounded(inner, depth=depth + 1)
