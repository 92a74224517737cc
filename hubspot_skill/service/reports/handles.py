"""Handles: opaque texts that stand for a report, so that its cells can be opened and its rows exported.

A handle is the question itself, packed; it holds no figure and no secret, gives nobody rights that a new question would
not, and works in every process. Periods in words are read anew: "this quarter" opened next year is another quarter.
"""

from __future__ import annotations

import base64
import binascii
import zlib

from pydantic import TypeAdapter, ValidationError

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Question

__all__ = ["open_handle", "seal_handle"]

_MOST = 8_000
_MOST_PLAIN = 60_000
_question: TypeAdapter[Question] = TypeAdapter(Question)


def seal_handle(question: Question) -> str:
    """Give the handle of a question."""
    packed = zlib.compress(_question.dump_json(question, exclude_defaults=True), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def open_handle(text: str) -> Question:
    """Give the question of a handle.

    Raises:
        InvalidInputError: the text is no handle, or was cut.
    """
    try:
        if len(text) > _MOST:
            raise ValueError("too long")
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        plain = reader.decompress(packed, _MOST_PLAIN)
        if reader.unconsumed_tail or not reader.eof:
            raise ValueError("damaged")
        return _question.validate_json(plain)
    except (ValueError, binascii.Error, zlib.error, ValidationError) as error:
        raise InvalidInputError(
            "the handle is not one that a report gave, or it was cut",
            hint="Ask the report again and pass its handle unchanged.",
            field="handle",
        ) from error
