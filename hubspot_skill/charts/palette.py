"""The colours of charts in both themes, and the class names by which a page's style sheet colours them.

Every colour of the palette has at least 3:1 on its surface, all pairs stay apart for people who see colours otherwise, and
text has at least 4.5:1 on every ground that is drawn; the tests compute it again. Six colours are used in a stack, then
grey. Colour is never the only sign: lines have dashes, bars have labels, a legend follows the order of drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DARK", "HEAT_LEVELS", "LIGHT", "ROLES", "Theme"]

ROLES = (
    "chart-text",
    "chart-muted",
    "chart-line",
    "chart-accent",
    "chart-other",
    "chart-good",
    "chart-bad",
    *(f"chart-{place}" for place in range(1, 9)),
)
"""Each class sets nothing but `color`."""
HEAT_LEVELS = (0.07, 0.16, 0.26, 0.36, 0.45)
"""How much of the accent covers the ground, from the least value to the largest; text stays legible on the last."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours where no style sheet gives any; `surface` is the ground of a PNG."""

    surface: str
    text: str
    muted: str
    line: str
    accent: str
    other: str
    good: str
    bad: str
    palette: tuple[str, ...]

    def color(self, role: str) -> str:
        """Give the colour of a class of `ROLES`."""
        name = role.removeprefix("chart-")
        if name.isdigit():
            return self.palette[int(name) - 1]
        return {
            "text": self.text,
            "muted": self.muted,
            "line": self.line,
            "accent": self.accent,
            "other": self.other,
            "good": self.good,
            "bad": self.bad,
        }[name]


LIGHT = Theme(
    surface="#ffffff",
    text="#1a2230",
    muted="#545e70",
    line="#dce0e7",
    accent="#1f55c0",
    other="#6f798b",
    good="#17693a",
    bad="#b3241c",
    palette=("#3225a3", "#cd4805", "#2b6a5b", "#c4759c", "#765fca", "#6d996e", "#3c220f", "#1d1737"),
)
DARK = Theme(
    surface="#191e27",
    text="#e7ebf2",
    muted="#a3adbd",
    line="#2c3442",
    accent="#8ab4ff",
    other="#7e8aa0",
    good="#6fd394",
    bad="#ff9c94",
    palette=("#7e91e8", "#ce6400", "#b5fde3", "#c793ab", "#7853c5", "#3ec87d", "#866753", "#d0d5f9"),
)
