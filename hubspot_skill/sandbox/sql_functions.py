"""The functions that the sandbox's SQL knows beside SQLite's own."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["FUNCTIONS", "fold", "has_token", "national_number", "plain_text"]


def plain_text(markup: str | None) -> str | None:
    """Return the beginning of a body without its tags, as a preview shows it."""
    if markup is None:
        return None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup)).strip()[:512] or None


def fold(text: str | None) -> str | None:
    """Return a text in lower case by Unicode's rules, which SQLite's own function does not know."""
    return None if text is None else text.lower()


_SHORT_COUNTRY_CODES = frozenset(
    {1, 7, 20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59), *range(60, 67)}
    | {81, 82, 84, 86, *range(90, 96), 98}
)
"""International dialling codes of one or two digits (ITU-T E.164); every other code has three."""


def national_number(phone: str | None) -> str | None:
    """Return a phone number's digits without its country code, which only a leading `+` or `00` announces."""
    if phone is None:
        return None
    digits = re.sub(r"\D", "", phone)
    if phone.strip().startswith("+"):
        digits = f"00{digits}"
    if not digits.startswith("00"):
        return digits or None
    digits = digits[2:]
    size = next((size for size in (1, 2) if digits[:size] and int(digits[:size]) in _SHORT_COUNTRY_CODES), 3)
    return digits[size:] or None


def has_token(text: str | None, pattern: str) -> int:
    """Tell whether a text has a run of whole words like the pattern's; `*` stands for any part of a word."""
    if text is None:
        return 0
    wanted = [
        "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", word))
        for word in pattern.split()
    ]
    boundary = r"(?:^|[^\w])"
    body = r"[^\w]+".join(word.replace(".*", r"[^\s]*") for word in wanted)
    return int(re.search(f"{boundary}{body}(?:$|[^\\w])", text.lower()) is not None)


FUNCTIONS: tuple[tuple[str, int, Callable[..., str | int | None]], ...] = (
    ("fold", 1, fold),
    ("has_token", 2, has_token),
    ("national_number", 1, national_number),
    ("preview", 1, plain_text),
)
"""Each function's name in SQL, how many arguments it takes, and itself."""
