"""Exported files: where they are and how much is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.types import CallToolResult, ResourceLink

from hubspot_skill.surfaces.mcp.models.data import ExportContent
from hubspot_skill.surfaces.mcp.render.lines import joined, provenance, source_line
from hubspot_skill.surfaces.mcp.results import result

if TYPE_CHECKING:
    from hubspot_skill.service.export.asked import ExportAnswer

__all__ = ["EXPORT", "exported"]

EXPORT = "hubspot://exports/{name}"


def exported(answer: ExportAnswer) -> CallToolResult:
    """Give the result of an export: what was written, with a link to it as a resource."""
    uri = EXPORT.format(name=answer.name)
    content = ExportContent(
        **provenance(answer),
        name=answer.name,
        uri=uri,
        path=answer.path,
        format=answer.format,
        columns=tuple(column.name for column in answer.columns),
        rows=answer.rows,
        size_bytes=answer.size_bytes,
        sha256=answer.sha256,
        deleted_after=answer.deleted_after,
    )
    line = source_line(answer, f"{answer.rows} {answer.what} written to {answer.path}")
    size = f"{answer.size_bytes} bytes, sha256 {answer.sha256[:12]}, deleted after {answer.deleted_after}"
    names = ", ".join(column.name for column in answer.columns)
    told = result(content, joined(answer, line, f"resource {uri}; {size}", f"columns: {names}"))
    link = ResourceLink(
        type="resource_link", name=answer.name, uri=uri, mime_type=answer.format.media_type, size=answer.size_bytes
    )
    return told.model_copy(update={"content": [*told.content, link]})
