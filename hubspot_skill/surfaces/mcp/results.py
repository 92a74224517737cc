"""Results of tools: structured content for programs and the same in a compact text for models, bounded in size.

The one place that builds a successful `CallToolResult`, so that a change of MCP's result shape stays here.
What is empty is left out of the structured content; nothing is null.
"""

from __future__ import annotations

import json
from typing import cast

from mcp.types import CallToolResult, TextContent

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.surfaces.mcp.models.answers import Content

__all__ = ["MAX_RESULT_BYTES", "result"]

MAX_RESULT_BYTES = 100 * 1024


def result(content: Content, text: str) -> CallToolResult:
    """Give the result of a tool.

    Raises:
        InvalidInputError: text and structured content together are larger than a host takes.
    """
    structured = cast("dict[str, object]", content.model_dump(mode="json", exclude_defaults=True))
    size_bytes = len(text.encode()) + len(json.dumps(structured, ensure_ascii=False, separators=(",", ":")).encode())
    if size_bytes > MAX_RESULT_BYTES:
        raise InvalidInputError(
            f"the answer has {size_bytes // 1024} KiB: a result holds at most {MAX_RESULT_BYTES // 1024}",
            hint="Ask for fewer fields, a smaller limit, or fewer records at once; nothing was changed.",
        )
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=structured)
