"""JSON schemas as short as they can be and still say everything a caller must know.

pydantic's schemas carry titles, null branches and references that cost a model tokens on every conversation and tell
it nothing, and descriptions made from Python docstrings, which speak to other readers. Every argument that can be
left out is simply not required; nested objects stay closed.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel

__all__ = ["Schema", "compact", "schema_of"]

Schema = dict[str, object]

_NOISE = frozenset({"title", "$defs"})
_REF = "#/$defs/"


@functools.cache
def schema_of(model: type[BaseModel]) -> Schema:
    """Give the compact JSON schema of a model; the fields it adds itself come before those it inherits.

    The same object each time: tools share answers, and it is not to be changed.
    """
    schema = compact(model.model_json_schema(by_alias=True))
    schema.pop("description", None)
    properties = cast("Schema", schema["properties"])
    own = {name: properties[name] for name in model.__annotations__ if name in properties}
    return {"type": "object", **schema, "properties": {**own, **properties}}


def compact(schema: Mapping[str, object]) -> Schema:
    """Give the same schema without titles, null branches, empty defaults and references."""
    definitions = cast("Mapping[str, Mapping[str, object]]", schema.get("$defs", {}))
    return _compact(schema, definitions)


def _compact(schema: Mapping[str, object], definitions: Mapping[str, Mapping[str, object]]) -> Schema:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        outer = {k: v for k, v in schema.items() if k != "$ref"}
        target = definitions[reference.removeprefix(_REF)]
        schema = {**{k: v for k, v in target.items() if k != "description"}, **outer}
    branches = schema.get("anyOf")
    if isinstance(branches, list):
        real = [b for b in cast("list[Mapping[str, object]]", branches) if b.get("type") != "null"]
        if len(real) == 1:
            outer = {k: v for k, v in schema.items() if k != "anyOf"}
            return _compact({**real[0], **outer}, definitions)
    short: Schema = {}
    for key, value in schema.items():
        if key in _NOISE or (key == "default" and not value):
            continue
        if key == "properties":
            properties = cast("Mapping[str, Mapping[str, object]]", value)
            short[key] = {name: _compact(inner, definitions) for name, inner in properties.items()}
        elif isinstance(value, Mapping) and key != "default":
            short[key] = _compact(cast("Mapping[str, object]", value), definitions)
        elif key in {"anyOf", "prefixItems"}:
            short[key] = [_compact(inner, definitions) for inner in cast("list[Mapping[str, object]]", value)]
        else:
            short[key] = value
    if "const" in short:
        short.pop("type", None)
    return short
