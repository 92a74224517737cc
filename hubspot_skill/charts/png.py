"""Any chart as PNG, painted from its SVG in the colours of a theme, with a font of its own."""

from __future__ import annotations

import functools
import re
from importlib import resources

from hubspot_skill.charts.palette import LIGHT, Theme
from hubspot_skill.charts.svg import HEIGHT, WIDTH, draw
from hubspot_skill.charts.values import Chart, labels_of
from hubspot_skill.domain.errors import InvalidInputError

__all__ = ["SCALE", "paint"]

SCALE = 2
"""Pixels of the picture for each pixel of the chart, for screens of double density."""
_FONT, _FILE = "Open Sans", "OpenSans[wdth,wght].ttf"
_KNOWN = re.compile("[\u0000-\u058f\u0590-\u05ff\u1e00-\u206f\u20a0-\u20bf\u2100-\u22ff]*")
"""What the font can write; text beyond it is looked for in the fonts of the system, which takes longer."""


def paint(
    chart: Chart, *, width: int = WIDTH, height: int = HEIGHT, theme: Theme = LIGHT, is_headed: bool = True
) -> bytes:
    """Give a chart as a PNG of twice its size in pixels, on the ground of its theme.

    Raises:
        InvalidInputError: a side is too short or too long, or the picture cannot be painted.
    """
    import resvg_py

    svg = draw(chart, width=width, height=height, theme=theme, is_headed=is_headed)
    needs_more = not all(_KNOWN.fullmatch(label) for label in labels_of(chart))
    try:
        painted = resvg_py.svg_to_bytes(
            svg_string=svg,
            background=theme.surface,
            zoom=SCALE,
            font_files=[_font()],
            font_family=_FONT,
            sans_serif_family=_FONT,
            skip_system_fonts=not needs_more,
        )
    except ValueError as error:
        raise InvalidInputError("the chart cannot be painted", hint="Ask for chart svg or text.") from error
    return bytes(painted)


@functools.cache
def _font() -> str:
    # A wheel is installed as plain files, so the path of the resource is one of the file system.
    return str(resources.files("fontpkg_open_sans") / "files" / _FILE)
