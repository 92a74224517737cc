"""Random streams that do not depend on order: record 57 is the same whether or not records 1 to 56 were made.

Every kind of thing has a stream, and every index in it its own seed, so a change in one kind leaves the others alone.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from random import Random
from typing import TypeVar

__all__ = [
    "DAY_MS",
    "HOUR_MS",
    "MINUTE_MS",
    "Stream",
    "chance",
    "day_text",
    "iso",
    "pick",
    "slug",
    "spread",
    "stream_base",
]

T = TypeVar("T")

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

_STEP = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def stream_base(*parts: object) -> int:
    """Return a number of 64 bits that stands for these parts, the same on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


class Stream:
    """The draws of one kind of thing; `at` gives those of one index.

    One generator is reseeded for every index, so draw all of an index before asking for the next.
    """

    def __init__(self, *parts: object) -> None:
        """Name the stream by what it depends on: portal, seed, kind."""
        self._base = stream_base(*parts)
        self._random = Random(0)  # noqa: S311 - believable data, not secrets
        # The seeding of the generator below Python's: half the cost, the same for whole numbers.
        self._reseed = super(Random, self._random).seed

    def at(self, index: int) -> Random:
        """Return the generator at the start of this index's draws."""
        self._reseed((self._base + index * _STEP) & _MASK)
        return self._random


def pick(draw: Random, values: Sequence[T]) -> T:
    """Return one of the values, all as likely."""
    return values[int(draw.random() * len(values))]


def chance(draw: Random, share: float) -> bool:
    """Return true in this share of cases."""
    return draw.random() < share


def spread(shares: Mapping[T, int]) -> tuple[T, ...]:
    """Return every key as often as its share says, for `pick`."""
    return tuple(key for key, share in shares.items() for _ in range(share))


@cache
def day_text(day: int) -> str:
    """Return the day that is so many days after 1970-01-01 as `YYYY-MM-DD`."""
    return datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d")


_MINUTES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(24 * 60))


def iso(at_ms: int) -> str:
    """Return a moment as HubSpot writes it: `2026-11-23T09:15:00.000Z`."""
    day, rest = divmod(at_ms, DAY_MS)
    minute, rest = divmod(rest, MINUTE_MS)
    return f"{day_text(day)}{_MINUTES[minute]}{rest // 1000:02d}.{rest % 1000:03d}Z"


_FOLDS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "ł": "l", "æ": "ae", "&": "and"}
)


@lru_cache(maxsize=1_024)
def slug(text: str, joiner: str = "-") -> str:
    """Return the text in lower-case ASCII letters and digits, words joined, as in an address."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_FOLDS)).encode("ascii", "ignore").decode()
    words = "".join(sign if sign.isalnum() else " " for sign in folded.replace("'", "")).split()
    return joiner.join(words)
