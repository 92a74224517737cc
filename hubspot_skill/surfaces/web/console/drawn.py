"""Where a chart's own SVG becomes part of a page: the room `charts` escapes every text in it and puts nothing else there."""

from __future__ import annotations

from markupsafe import Markup

__all__ = ["drawn"]


def drawn(svg: str) -> Markup:
    """Give a chart's SVG as markup, once it holds nothing that could run.

    Raises:
        ValueError: it is no SVG, or holds what no chart of ours does.
    """
    tags = svg.lower()
    if not tags.startswith("<svg") or "<script" in tags or "<foreignobject" in tags:
        raise ValueError("not the SVG of a chart")
    return Markup(svg)  # noqa: S704 - made by our own charts, which escape what they are given
