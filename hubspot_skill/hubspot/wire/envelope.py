"""Reads HubSpot's error bodies: every field is optional, some travel as JSON text inside the message.

Shapes as recorded from live answers and documents (developers.hubspot.com, error handling, read 2026-11-23).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from pydantic_core import from_json

from hubspot_skill.hubspot.wire.shapes import Json, optional_text, texts

__all__ = ["ErrorItem", "Refusal", "RefusedProperty", "errors_of", "existing_id", "read_refusal", "refused_properties"]

_EXISTING_ID = re.compile(r"[Ee]xisting (?:ID|object id|record)\D{0,5}(\d{1,20})")
_SCOPE_KEYS = ("requiredGranularScopes", "requiredScopes", "missingScopes", "scopes")


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One entry of `errors`: HubSpot's code and message, and its context as lists of text."""

    code: str
    message: str
    context: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RefusedProperty:
    """One property value that HubSpot refused, with its code and words."""

    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error body in one shape; empty text where HubSpot said nothing."""

    message: str = ""
    category: str = ""
    sub_category: str = ""
    correlation_id: str | None = None
    policy: str = ""
    errors: tuple[ErrorItem, ...] = ()
    context: dict[str, tuple[str, ...]] | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that HubSpot says are missing, from wherever it put them."""
        contexts = [self.context or {}, *(item.context for item in self.errors)]
        found = [scope for context in contexts for key in _SCOPE_KEYS for scope in context.get(key, ())]
        return tuple(dict.fromkeys(found))

    @property
    def properties(self) -> tuple[RefusedProperty, ...]:
        """The property values that HubSpot refused, from `errors` or from the JSON inside the message."""
        listed = tuple(
            RefusedProperty(name, item.code, item.message)
            for item in self.errors
            for name in item.context.get("propertyName", ())
        )
        return listed or refused_properties(self.message)


def read_refusal(body: bytes) -> Refusal:
    """Read an error body; one that is not JSON gives its text as the message."""
    try:
        data: object = from_json(body)
    except ValueError:
        return Refusal(message=body[:500].decode("utf-8", "replace"))
    if type(data) is not dict:
        return Refusal(message=body[:500].decode("utf-8", "replace"))
    fields = cast("Json", data)
    return Refusal(
        message=optional_text(fields.get("message")) or "",
        category=(optional_text(fields.get("category")) or optional_text(fields.get("errorType")) or "").upper(),
        sub_category=optional_text(fields.get("subCategory")) or "",
        correlation_id=optional_text(fields.get("correlationId")) or optional_text(fields.get("requestId")),
        policy=(optional_text(fields.get("policyName")) or "").upper(),
        errors=errors_of(fields.get("errors")),
        context=_context(fields.get("context")),
    )


def errors_of(value: object) -> tuple[ErrorItem, ...]:
    """Read a list of errors, also that of a batch; what is not an object is left out."""
    if type(value) is not list:
        return ()
    items: list[ErrorItem] = []
    for item in cast("list[object]", value):
        if type(item) is not dict:
            continue
        fields = cast("Json", item)
        nested = errors_of(fields.get("errors"))
        context = _context(fields.get("context"))
        for inner in nested:
            context = inner.context | context
        code = optional_text(fields.get("code")) or optional_text(fields.get("category")) or ""
        items.append(ErrorItem(code, optional_text(fields.get("message")) or "", context))
    return tuple(items)


def refused_properties(message: str) -> tuple[RefusedProperty, ...]:
    """Read the JSON list that HubSpot embeds in the text of a property-validation message."""
    start, end = message.find("["), message.rfind("]")
    if start < 0 or end < start:
        return ()
    try:
        data: object = from_json(message[start : end + 1])
    except ValueError:
        return ()
    if type(data) is not list:
        return ()
    items = (cast("Json", item) for item in cast("list[object]", data) if type(item) is dict)
    return tuple(_refused(items))


def existing_id(message: str) -> str | None:
    """Find the id of the record that is in the way, in the words of a conflict."""
    found = _EXISTING_ID.search(message)
    return found.group(1) if found else None


def _refused(items: Iterable[Json]) -> Iterable[RefusedProperty]:
    for item in items:
        name = optional_text(item.get("name"))
        if name:
            message = optional_text(item.get("localizedErrorMessage")) or optional_text(item.get("message")) or ""
            yield RefusedProperty(name, optional_text(item.get("error")) or "", message)


def _context(value: object) -> dict[str, tuple[str, ...]]:
    if type(value) is not dict:
        return {}
    return {key: texts(item) for key, item in cast("Json", value).items()}
