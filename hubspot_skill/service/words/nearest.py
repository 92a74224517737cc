"""Names compared as people write them, and the nearest ones when none fits.

Two forms of a name: folded (case and blanks do not matter) and squashed (letters and digits only, so that
"closed_won", "Closed Won" and "closedwon" are one). An exact fold wins over an equal squash.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from hubspot_skill.domain.errors import Candidate
from hubspot_skill.domain.text import clean

__all__ = ["MAX_CANDIDATES", "candidate", "fold", "named", "nearest", "squash"]

MAX_CANDIDATES = 5
_CUTOFF = 0.5
_LABEL_LENGTH = 60

T = TypeVar("T")


def fold(text: str) -> str:
    """Give a name without regard to case and blanks."""
    return " ".join(text.split()).casefold()


def squash(text: str) -> str:
    """Give the letters and digits of a name, without regard to case."""
    return "".join(c for c in text.casefold() if c.isalnum())


def named(word: str, things: Iterable[T], names: Callable[[T], Sequence[str]]) -> tuple[T, ...]:
    """Give the things of which one name is the word: the equal folds, or if there are none the equal squashes."""
    everything = tuple(things)
    folded = fold(word)
    exact = tuple(t for t in everything if any(fold(n) == folded for n in names(t)))
    if exact:
        return exact
    squashed = squash(word)
    if not squashed:
        return ()
    return tuple(t for t in everything if any(squash(n) == squashed for n in names(t)))


def nearest(
    word: str, things: Iterable[T], names: Callable[[T], Sequence[str]], *, most: int = MAX_CANDIDATES
) -> tuple[T, ...]:
    """Give the things most like a word, best first: those that contain it, then those written alike."""
    folded = squash(word) or fold(word)
    matcher = difflib.SequenceMatcher(b=folded, autojunk=False)
    scored: list[tuple[float, int, T]] = []
    for place, thing in enumerate(things):
        score = max((_likeness(matcher, folded, squash(n)) for n in names(thing) if n), default=0.0)
        if score >= _CUTOFF:
            scored.append((-score, place, thing))
    scored.sort(key=lambda s: s[:2])
    return tuple(thing for _, _, thing in scored[:most])


def candidate(id: str, label: str, detail: str = "") -> Candidate:
    """Give a candidate whose outside text is cleaned and cut."""
    return Candidate(id, clean(label, most=_LABEL_LENGTH), clean(detail, most=_LABEL_LENGTH))


def _likeness(matcher: difflib.SequenceMatcher[str], word: str, name: str) -> float:
    if not word or not name:
        return 0.0
    matcher.set_seq1(name)
    ratio = 0.0
    if matcher.real_quick_ratio() >= _CUTOFF and matcher.quick_ratio() >= _CUTOFF:
        ratio = matcher.ratio()
    if len(word) >= 3 and (word in name or name in word):
        ratio = max(ratio, 0.6 + 0.4 * min(len(word), len(name)) / max(len(word), len(name)))
    return ratio
