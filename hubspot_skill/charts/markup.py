"""The few pieces of SVG that all charts are made of, as text; the one place that writes labels into markup.

A label is cleaned of what cannot be seen, cut to the room it has with its full words in a `<title>`, and escaped. No piece
has a `style`, an id, a script or a reference. Lengths are in pixels of a chart of its size, with one digit after the point.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hubspot_skill.charts.palette import Theme
from hubspot_skill.domain.text import CUT_MARK, clean

__all__ = ["LONGEST", "Paper", "Word", "cut", "group", "linked", "px", "rect", "titled", "width_of", "words"]

LONGEST = 200
"""No label is kept longer, not even in a title."""
_NARROW, _SLIM, _WIDE = frozenset("ijl.,:;|!' \u00a0"), frozenset("frtI()[]-/"), frozenset("mwMW@%€—…")


@dataclass(frozen=True, slots=True)
class Paper:
    """The size of a chart in pixels and the theme of its attributes."""

    width: int
    height: int
    theme: Theme

    @property
    def is_narrow(self) -> bool:
        """Tell whether it is as narrow as a phone."""
        return self.width < 400


@dataclass(frozen=True, slots=True)
class Word:
    """A text at a place; `most_px` is the room it has."""

    x: float
    y: float
    text: str
    most_px: float | None = None


def px(length: float) -> str:
    """Give a length in as few characters as it needs."""
    shown = f"{length:.1f}"
    return shown.removesuffix(".0")


def width_of(text: str, size: float) -> float:
    """Give about how wide a text is in a plain sans-serif font of a size, rather too wide than too narrow."""
    return size * sum(map(_advance, text))


def cut(text: str, size: float, most_px: float | None) -> str:
    """Give a text that is not wider than its room, cut with a mark; at least one character stays."""
    if most_px is None or width_of(text, size) <= most_px:
        return text
    room, kept = most_px - width_of(CUT_MARK, size), 0
    for char in text:
        room -= size * _advance(char)
        if room < 0:
            break
        kept += 1
    while 0 < kept < len(text) and unicodedata.combining(text[kept]):
        kept -= 1
    return text[: max(kept, 1)].rstrip() + CUT_MARK


def words(found: Sequence[Word], size: float, *, anchor: str = "", is_bold: bool = False) -> str:
    """Give texts of one size and alignment; one that is cut has its full words in a title."""
    weight = ' font-weight="600"' if is_bold else ""
    end = f' text-anchor="{anchor}"' if anchor else ""
    return f'<g font-size="{px(size)}"{weight}{end}>' + "".join(_word(word, size) for word in found) + "</g>"


def _word(word: Word, size: float) -> str:
    said = clean(word.text, most=LONGEST)
    shown = cut(said, size, word.most_px)
    title = f"<title>{escape(said)}</title>" if shown != said else ""
    return f'<text x="{px(word.x)}" y="{px(word.y)}">{title}{escape(shown)}</text>'


def group(role: str, theme: Theme, *parts: str, attributes: str = "") -> str:
    """Give parts in the colour of a class; marks take it as `currentColor`."""
    inner = "".join(parts)
    return f'<g class="{role}" color="{theme.color(role)}"{attributes}>{inner}</g>' if inner else ""


def rect(x: float, y: float, width: float, height: float, *, attributes: str = "", title: str = "") -> str:
    """Give a rectangle, with a title that is shown when pointed at."""
    shape = f'<rect x="{px(x)}" y="{px(y)}" width="{px(max(width, 0))}" height="{px(max(height, 0))}"{attributes}'
    return f"{shape}>{titled(title)}</rect>" if title else f"{shape}/>"


def titled(words: str) -> str:
    """Give a title of some words."""
    return f"<title>{escape(clean(words, most=LONGEST))}</title>"


def linked(link: str, name: str, part: str) -> str:
    """Give a part that leads to a page, with the words that name the link."""
    if not link:
        return part
    return f'<a href="{escape(link)}" aria-label="{escape(clean(name, most=LONGEST))}">{part}</a>'


def _advance(char: str) -> float:
    if char in _NARROW:
        return 0.29
    if char in _SLIM:
        return 0.42
    if char in _WIDE:
        return 0.95
    if char.isascii():
        return 0.68 if char.isupper() else 0.575
    if unicodedata.combining(char):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(char) in "WF" else 0.68 if char.isupper() else 0.62
