"""The arguments and structured content of the tool for the local copy."""

from __future__ import annotations

from typing import Literal

from hubspot_skill.service.requests import SyncAction, SyncRequest
from hubspot_skill.surfaces.mcp.models.answers import Content, Rows
from hubspot_skill.surfaces.mcp.strict import Arguments

__all__ = ["Sync", "SyncContent"]


class Sync(Arguments):
    """Arguments of hubspot_sync."""

    action: Literal["status", "refresh", "full"] = "status"

    def request(self) -> SyncRequest:
        """Give what the service is asked."""
        return SyncRequest(SyncAction(self.action))


class SyncContent(Content):
    """Where the local copy stands: rows of object, phase, records read, of how many, as of when."""

    columns: tuple[str, ...]
    rows: Rows
    copied_as_of: str = ""
    age_s: int = 0
    complete: bool
    paused: bool = False
    links_left: int = 0
    last_error: str = ""
