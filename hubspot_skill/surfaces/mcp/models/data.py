"""Arguments and answers of the toolset `data`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hubspot_skill.service.export.formats import ExportFormat
from hubspot_skill.service.requests import SearchRequest
from hubspot_skill.surfaces.mcp.models.answers import Content
from hubspot_skill.surfaces.mcp.models.words import Conditions, Name, Names
from hubspot_skill.surfaces.mcp.strict import Arguments

if TYPE_CHECKING:
    from hubspot_skill.service.export.asked import ExportRequest

__all__ = ["MOST_ROWS", "Export", "ExportContent"]

MOST_ROWS = 10_000
"""What HubSpot gives within the time of one call; a shell has no such bound."""


class Export(Arguments):
    """Arguments of hubspot_export."""

    type: Annotated[Name, Field(description="Object type, e.g. contacts, deals")]
    where: Conditions = ()
    text: Annotated[Name, Field(description="Words in main text fields")] = ""
    fields: Annotated[Names, Field(description="Columns")] = ()
    format: ExportFormat = ExportFormat.CSV
    max_rows: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Refuse a larger result")] = MOST_ROWS

    def request(self) -> ExportRequest:
        """Give the export that the service makes."""
        from hubspot_skill.service.export.asked import ExportRequest

        search = SearchRequest(
            type=self.type, where=tuple(w.condition() for w in self.where), text=self.text, fields=self.fields
        )
        return ExportRequest(search=search, format=self.format, most_rows=self.max_rows)


class ExportContent(Content):
    """A file that was written."""

    name: str
    uri: str
    path: str
    format: ExportFormat
    columns: tuple[str, ...]
    rows: int
    size_bytes: int
    sha256: str
    deleted_after: str
