"""Text from outside, made safe to show a model or a person: no control, bidirectional or invisible characters.

CRM text is data that strangers can write. Cleaning removes what can hide or reorder it; it does not judge its words.
Removed: general categories Cc (but newline and tab become a space), Cf (which holds bidi controls, zero-width
characters and tags), Co, Cs, Cn, and the variation selectors and fillers that render as nothing.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["CUT_MARK", "clean", "quote"]

CUT_MARK = "…"
_BLANKS = re.compile(r"[ \t\r\n\f\v\u0085\u2028\u2029\u00a0]+")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_HIDDEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_PLAIN = re.compile(r"[ -~]*")


def clean(text: str, *, most: int | None = None) -> str:
    """Give text on one line, without hidden characters, cut to `most` characters with a mark at the end."""
    if not _PLAIN.fullmatch(text):
        text = _BLANKS.sub(" ", text)
        text = "".join(c for c in text if c not in _HIDDEN and unicodedata.category(c) not in _HIDDEN_CATEGORIES)
    text = text.strip()
    if most is not None and len(text) > most:
        return text[: max(most - 1, 0)].rstrip() + CUT_MARK
    return text


def quote(text: str, *, most: int = 80) -> str:
    """Give outside text as a quotation for an error message: cleaned, cut, in double quotes."""
    return '"' + clean(text, most=most).replace('"', "'") + '"'
