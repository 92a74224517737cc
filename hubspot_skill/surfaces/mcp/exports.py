"""Exported files as MCP resources: a host fetches one where its user wants it, the conversation holds only the address.

One template for each form, because a template has one media type. They are registered before the record's, which would
match them too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from mcp.server import MCPServer

from hubspot_skill.domain.errors import AmbiguousNameError, HubSpotSkillError, InvalidInputError
from hubspot_skill.service.export.formats import ExportFormat
from hubspot_skill.surfaces.mcp.render.files import EXPORT
from hubspot_skill.surfaces.mcp.resources import failure
from hubspot_skill.surfaces.mcp.strict import CrmProvider

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["MOST_BYTES", "register"]

MOST_BYTES = 8 * 1024 * 1024
"""A larger file is fetched from its path: a message holds it whole, in base64 a third larger."""


def register(server: MCPServer[Any], crm: CrmProvider) -> None:
    """Add the templates of exported files to a server."""
    for format in ExportFormat:
        server.resource(
            EXPORT.format(name=f"{{name}}.{format.value}"),
            name=f"export_{format.value}",
            title=f"Exported file ({format.value})",
            mime_type=format.media_type,
        )(_reader(crm, format))


def _reader(crm: CrmProvider, format: ExportFormat) -> Any:
    async def read(name: str) -> str | bytes:
        """A file that hubspot_export wrote."""
        try:
            kept = (await _any(crm)).exported(f"{name}.{format.value}")
            if kept.size_bytes > MOST_BYTES:
                raise InvalidInputError(
                    f"{kept.name} has {kept.size_bytes} bytes: a resource holds at most {MOST_BYTES}",
                    hint=f"Fetch it from {kept.path} on the server, or export fewer fields.",
                )
            content = await anyio.Path(kept.path).read_bytes()
        except HubSpotSkillError as error:
            raise failure(error) from error
        return content.decode() if format.is_text else content

    return read


async def _any(crm: CrmProvider) -> Crm:
    """Give the use cases of any account: all share the folder of exports, and an address names none."""
    try:
        return await crm()
    except AmbiguousNameError as error:
        return await crm(error.candidates[0].id)
