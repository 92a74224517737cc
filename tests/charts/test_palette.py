"""The colours hold what the design promises, computed again: contrast, and distance for every kind of sight."""

from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

import pytest

from hubspot_skill.charts.palette import DARK, HEAT_LEVELS, LIGHT, ROLES, Theme

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Full strength of Machado, Oliveira and Fernandes (2009), on linear light."""
Rgb = tuple[float, float, float]


def _linear(color: str) -> Rgb:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def _light(rgb: Rgb) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_light(_linear(one)), _light(_linear(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _mixed(over: str, ground: str, share: float) -> str:
    parts = [round(int(over[p : p + 2], 16) * share + int(ground[p : p + 2], 16) * (1 - share)) for p in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _lab(rgb: Rgb) -> Rgb:
    rows = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (
        (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116)
        for t in (sum(a * b for a, b in zip(row, rgb, strict=True)) / w for row, w in zip(rows, white, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _apart(one: Rgb, other: Rgb) -> float:
    """CIEDE2000 of two colours in linear light (Sharma, Wu and Dalal, 2005)."""
    (l1, a1, b1), (l2, a2, b2) = _lab(one), _lab(other)
    mean = (hypot(a1, b1) + hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = hypot(a1 * stretch, b1), hypot(a2 * stretch, b2)
    h1, h2 = degrees(atan2(b1, a1 * stretch)) % 360, degrees(atan2(b2, a2 * stretch)) % 360
    turn = h2 - h1
    turn = turn - 360 if turn > 180 else turn + 360 if turn < -180 else turn
    hue = 2 * sqrt(c1 * c2) * sin(radians(turn) / 2)
    middle = (h1 + h2) / 2 if abs(h1 - h2) <= 180 else (h1 + h2 + 360) / 2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * cos(radians(middle - 30))
        + 0.24 * cos(radians(2 * middle))
        + 0.32 * cos(radians(3 * middle + 6))
        - 0.20 * cos(radians(4 * middle - 63))
    )
    s_l = 1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    turn_term = -2 * sqrt(chroma**7 / (chroma**7 + 25**7)) * sin(radians(60 * exp(-(((middle - 275) / 25) ** 2))))
    d_l, d_c, d_h = (l2 - l1) / s_l, (c2 - c1) / s_c, hue / s_h
    return sqrt(d_l**2 + d_c**2 + d_h**2 + turn_term * d_c * d_h)


@THEMES
def test_every_colour_of_the_palette_has_three_to_one_on_its_surface(theme: Theme):
    marks = (*theme.palette, theme.accent, theme.other, theme.good, theme.bad)

    assert min(_contrast(color, theme.surface) for color in marks) >= 3.0


@THEMES
def test_text_has_enough_contrast_on_every_ground_that_is_drawn(theme: Theme):
    grounds = [theme.surface, *(_mixed(theme.accent, theme.surface, share) for share in HEAT_LEVELS)]

    assert min(_contrast(theme.text, ground) for ground in grounds) >= 4.5
    assert min(_contrast(color, theme.surface) for color in (theme.muted, theme.good, theme.bad)) >= 4.5


@THEMES
@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_colours_of_the_palette_can_be_told_apart(theme: Theme, sight: str):
    seen = [
        tuple(min(max(sum(a * b for a, b in zip(row, _linear(color), strict=True)), 0), 1) for row in SIGHTS[sight])
        for color in theme.palette
    ]

    assert min(_apart(one, other) for one, other in combinations(seen, 2)) >= 15.9  # type: ignore[arg-type]


@THEMES
def test_every_class_has_a_colour(theme: Theme):
    assert all(theme.color(role).startswith("#") for role in ROLES)
