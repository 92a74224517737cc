"""The chart of a report beside its text: a picture as image content, never instead of the text.

Charts are imported when one is drawn: a server that only lists its tools pays for none.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from mcp.types import CallToolResult, EmbeddedResource, ImageContent, TextResourceContents

from hubspot_skill.domain.report import Report

if TYPE_CHECKING:
    from hubspot_skill.service.pictures import Picture

__all__ = ["pictured", "with_picture"]

_SVG = "image/svg+xml"


def pictured(found: Report, chart: str) -> Picture | None:
    """Give the chart of a report in the form asked for; None where none was asked for or a table says it better.

    Raises:
        InvalidInputError: there is no such form.
    """
    if chart == "none":
        return None
    from hubspot_skill.service.pictures import form_of, picture

    return picture(found, form_of(chart))


def with_picture(told: CallToolResult, shown: Picture) -> CallToolResult:
    """Give a result with its picture behind the text; the heading line of the text is what the picture is called."""
    if shown.png:
        data = base64.b64encode(shown.png).decode("ascii")
        image = ImageContent(type="image", data=data, mime_type="image/png", _meta={"alt": shown.alt})
        return told.model_copy(update={"content": [*told.content, image]})
    if shown.svg:
        drawn = TextResourceContents(uri="hubspot://charts/report.svg", mime_type=_SVG, text=shown.svg)
        return told.model_copy(update={"content": [*told.content, EmbeddedResource(type="resource", resource=drawn)]})
    return told
