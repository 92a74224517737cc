"""Tells whether two names of companies or deals are alike, without regard to legal forms."""

from __future__ import annotations

import difflib
import re

from hubspot_skill.service.words.nearest import fold, squash

__all__ = ["LEGAL_FORMS", "core_name", "is_alike", "is_near"]

_ALIKE = 0.9
LEGAL_FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "llp",
        "lp",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "plc",
        "gmbh",
        "ag",
        "kg",
        "ug",
        "se",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "as",
        "oy",
        "aps",
        "pty",
    ]
)
"""Words of a company's name that say only what kind of company it is."""


def is_near(one: str, other: str) -> bool:
    """Tell whether two names of companies or deals are alike: equal without legal form, or nearly so."""
    first, second = core_name(one), core_name(other)
    if not first or not second:
        return fold(one) == fold(other)
    return is_alike(first, second)


def is_alike(one: str, other: str) -> bool:
    """Tell whether two texts are equal, or nearly so: nine tenths of their letters match in order."""
    if one == other:
        return True
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def core_name(name: str) -> str:
    """Give the letters and digits of a company's or deal's name without its legal form."""
    words = [w for w in re.findall(r"\w+", fold(name)) if w not in LEGAL_FORMS]
    return squash("".join(words))
