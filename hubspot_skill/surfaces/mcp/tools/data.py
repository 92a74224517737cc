"""The toolset `data`: whole results as files, which never pass through the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import data
from hubspot_skill.surfaces.mcp.render import files
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _export(crm: Crm, call: data.Export) -> CallToolResult:
    return files.exported(await crm.export(call.request()))


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_export",
        title="Export to a file",
        description=(
            "Write every record that matches to a private file on the server (csv, xlsx, jsonl, parquet) and return its "
            "path, resource address and exact row count; no rows. More than 10,000: hubspot-skill export in a shell. To "
            "read rows here, search."
        ),
        effect=Effect.KEEP,
        arguments=data.Export,
        answer=data.ExportContent,
        act=_export,
    ),
)
