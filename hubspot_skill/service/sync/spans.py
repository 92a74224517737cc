"""The ranges of ids that are still to be read of one object, shared out among workers. Pure.

A list can begin at any id where HubSpot honours a cursor made from one (it is the next id, undocumented, so it is tried
first), and a search by id always can. So the whole is cut into ranges; workers that list take them from the low end,
workers that search from the high end, and where none is left the largest one at work is halved. What is saved is
how far each range was *written*, not how far it was read: after a kill exactly the rest is read again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["OPEN_END", "Span", "Spans", "cut"]

OPEN_END = 2**62
"""The end of the last range: above every id, so that records that come meanwhile are read too."""
SMALLEST = 200
MOST_PIECES = 64
RECORDS_A_PIECE = 2_000
MOST_HALVINGS = 128


@dataclass(slots=True)
class Span:
    """Ids from `first` (the next to be asked for) up to `end`, not included; `written` follows `first`."""

    first: int
    end: int
    written: int = field(default=-1)
    is_taken: bool = False
    is_read: bool = False

    def __post_init__(self) -> None:
        if self.written < 0:
            self.written = self.first


@dataclass(slots=True)
class Spans:
    """The ranges of one object."""

    spans: list[Span]
    highest: int = OPEN_END
    can_split: bool = True
    lists_anywhere: bool = True
    """False where a list can only begin at the beginning."""
    _halvings: int = 0

    def take(self, *, for_search: bool = False) -> Span | None:
        """Give a range that nobody works on, or half of the largest one at work; None where nothing is left to share."""
        anywhere = for_search or self.lists_anywhere
        free = [s for s in self.spans if not s.is_taken and not s.is_read and (anywhere or s.first == 0)]
        if free:
            span = (max if for_search else min)(free, key=lambda span: span.first)
            span.is_taken = True
            return span
        return self._halve() if self.can_split and anywhere else None

    @property
    def is_done(self) -> bool:
        """True when everything was read and written."""
        return all(span.is_read and span.written >= span.end for span in self.spans)

    def to_text(self) -> str:
        """Give what is not yet written, to be saved."""
        left = [[span.written, span.end] for span in self.spans if not (span.is_read and span.written >= span.end)]
        saved = {"left": left, "highest": self.highest, "split": self.can_split, "anywhere": self.lists_anywhere}
        return json.dumps(saved, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Spans:
        """Take up what was saved."""
        saved = json.loads(text)
        left = [Span(first, end) for first, end in saved["left"]]
        return cls(left, saved["highest"], saved["split"], saved["anywhere"])

    def _halve(self) -> Span | None:
        busy = [span for span in self.spans if span.is_taken and not span.is_read]
        if not busy or self._halvings >= MOST_HALVINGS:
            return None
        span = max(busy, key=self._left)
        left = self._left(span)
        if left < 2 * SMALLEST:
            return None
        self._halvings += 1
        middle = span.first + left // 2
        made = Span(middle, span.end, is_taken=True)
        span.end = middle
        self.spans.append(made)
        return made

    def _left(self, span: Span) -> int:
        return min(span.end, self.highest + 1) - span.first


def cut(lowest: int, highest: int, total: int, *, can_split: bool, lists_anywhere: bool = True) -> Spans:
    """Cut the ids from 0 to the open end into ranges of about 2,000 records each, as if they were spread evenly."""
    pieces = min(MOST_PIECES, max(1, total // RECORDS_A_PIECE)) if can_split and highest > lowest else 1
    width = max(1, (highest - lowest + 1) // pieces)
    edges = [0, *(lowest + width * number for number in range(1, pieces)), OPEN_END]
    spans = [Span(first, end) for first, end in pairwise(edges)]
    return Spans(spans, highest, can_split, lists_anywhere)
