"""Object types by any of their names, and records by their address in HubSpot's screens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from hubspot_skill.domain.errors import AmbiguousNameError, InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import STANDARD_TYPES, ObjectType, PropertyName, RecordId
from hubspot_skill.domain.schema import CustomType
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.words.nearest import candidate, named, nearest

__all__ = ["RecordAddress", "custom_object_type", "object_type", "record_address", "standard_type"]

_NEW_ADDRESS = re.compile(r"/contacts/(?P<portal>\d+)/record/(?P<type>\d+-\d+)/(?P<id>\d+)/?.*")
_OLD_ADDRESS = re.compile(r"/contacts/(?P<portal>\d+)/(?P<type>contact|company|deal|ticket)/(?P<id>\d+)/?.*")


@dataclass(frozen=True, slots=True)
class RecordAddress:
    """What a record's address in HubSpot says: account, type (id or singular) and record."""

    portal_id: str
    type: str
    id: RecordId


def standard_type(word: str) -> ObjectType | None:
    """Give HubSpot's own type of that name, singular or id; None where it is none."""
    found = named(word, STANDARD_TYPES, lambda t: (t.name, t.singular, t.type_id))
    return found[0] if len(found) == 1 else None


def custom_object_type(custom: CustomType) -> ObjectType:
    """Give an account's own type as an object type; paths call it by its id."""
    return ObjectType(
        custom.type_id,
        clean(custom.singular, most=60),
        custom.type_id,
        (custom.title,),
        created=PropertyName("hs_createdate"),
    )


def object_type(word: str, custom_types: Sequence[CustomType]) -> ObjectType:
    """Give the type that a word names: HubSpot's own, or an account's own by name, label or id.

    Raises:
        UnknownNameError: no type of that name; the nearest are the candidates.
        AmbiguousNameError: several types of the account share the name.
    """
    standard = standard_type(word)
    if standard is not None:
        return standard
    found = named(word, custom_types, lambda t: (t.type_id, t.name, t.singular, t.plural))
    if len(found) == 1:
        return custom_object_type(found[0])
    if found:
        raise AmbiguousNameError(
            f"{len(found)} object types are called {quote(word)}",
            hint="Name the type by its id.",
            candidates=[candidate(t.type_id, t.plural, t.name) for t in found],
        )
    everything = [(t.name, t.singular, t.name) for t in STANDARD_TYPES]
    everything += [(t.type_id, t.singular, t.plural) for t in custom_types]
    near = nearest(word, everything, lambda t: t) or everything[:5]
    raise UnknownNameError(
        f"no object type is called {quote(word)}",
        hint='hubspot_describe with topic "types" lists all of them.',
        candidates=[candidate(name, plural) for name, _, plural in near],
    )


def record_address(text: str) -> RecordAddress | None:
    """Read a record's address in HubSpot; None where the text is no web address.

    Raises:
        InvalidInputError: it is a web address, but not of a record.
    """
    if not re.match(r"https?://", text, re.IGNORECASE):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = None
    if parts is not None and re.fullmatch(
        r"(app(-[a-z0-9]+)?\.hubspot\.com|localhost|127\.0\.0\.1)", parts.hostname or ""
    ):
        found = _NEW_ADDRESS.fullmatch(parts.path) or _OLD_ADDRESS.fullmatch(parts.path)
        if found is not None:
            return RecordAddress(found["portal"], found["type"], RecordId(found["id"]))
    raise InvalidInputError(
        f"{quote(text)} is not the address of a HubSpot record",
        hint="Record addresses look like https://app.hubspot.com/contacts/123456/record/0-1/789.",
    )
