"""Opaque cursors, bound to the request that they continue.

A cursor is base64url of JSON: a version, a digest of the request without its cursor, how it continues (`offset` or
`after_id` or HubSpot's own `opaque` text), the place, and how many records went before. It is no secret and holds
nothing that a caller could gain from changing; what is changed, cut or used with another request is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from hubspot_skill.domain.errors import InvalidInputError

__all__ = ["Continuation", "Cursor", "digest", "open_cursor", "seal_cursor"]

_VERSION = 1
_MAX_LENGTH = 2_000


class Continuation(StrEnum):
    """How a cursor goes on: by HubSpot's offset, after a record id, or with HubSpot's own text."""

    OFFSET = "o"
    AFTER_ID = "i"
    OPAQUE = "x"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where an answer ended: `place` as its continuation says, `seen` records before it."""

    by: Continuation
    place: str
    seen: int


def digest(request: object) -> str:
    """Give a short digest of a frozen request; equal requests give equal digests in every process."""
    return hashlib.sha256(repr(request).encode()).hexdigest()[:12]


def seal_cursor(cursor: Cursor, request_digest: str) -> str:
    """Give the opaque text of a cursor."""
    body = json.dumps([_VERSION, request_digest, cursor.by, cursor.place, cursor.seen], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def open_cursor(text: str, request_digest: str) -> Cursor:
    """Read a cursor that belongs to this request.

    Raises:
        InvalidInputError: the text is no cursor, is damaged, or belongs to another request.
    """
    try:
        if len(text) > _MAX_LENGTH:
            raise ValueError("too long")
        parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        version, its_digest, by, place, seen = parts
        cursor = Cursor(Continuation(by), str(place), int(seen))
        is_sound = version == _VERSION and cursor.seen >= 0
        if cursor.by is not Continuation.OPAQUE:
            is_sound = is_sound and cursor.place.isascii() and cursor.place.isdigit() and len(cursor.place) <= 20
        if not is_sound:
            raise ValueError("not of this form")
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise InvalidInputError(
            "the cursor is not one that this server gave, or it was cut",
            hint="Repeat the call without a cursor, and pass `next` of its answer unchanged.",
            field="cursor",
        ) from error
    if its_digest != request_digest:
        raise InvalidInputError(
            "the cursor belongs to a call with other arguments",
            hint="Keep every argument but the cursor unchanged, or leave the cursor out to start anew.",
            field="cursor",
        )
    return cursor
