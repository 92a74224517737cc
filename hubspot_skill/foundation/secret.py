"""Wraps text that must not be shown: tokens, client secrets, keys.

Every text form of a `Secret` is a mask, so a log line, an error, a debugger or an f-string cannot leak it;
the one line that needs the characters says `reveal()`.
"""

from __future__ import annotations

import hmac
from typing import NoReturn, final

__all__ = ["MASK", "Secret"]

MASK = "********"


@final
class Secret:
    """Text that shows itself only through `reveal`. Two secrets compare in constant time; none can be pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the characters."""
        return self._text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied to another process")
