"""The toolset `data`: whole results as files, which never pass through the conversation, and the local copy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.service.requests import SyncAction, SyncRequest
from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import copies, data
from hubspot_skill.surfaces.mcp.render import copies as render_copies
from hubspot_skill.surfaces.mcp.render import files
from hubspot_skill.surfaces.mcp.strict import ToolKind, report_progress

if TYPE_CHECKING:
    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _export(crm: Crm, call: data.Export) -> CallToolResult:
    return files.exported(await crm.export(call.request()))


LOOK_S = 0.5


async def _sync(crm: Crm, call: copies.Sync) -> CallToolResult:
    working = asyncio.create_task(crm.sync(call.request()))
    try:
        while not working.done() and call.action != "status":
            await asyncio.wait({working}, timeout=LOOK_S)
            if not working.done():
                state = await crm.sync(SyncRequest(SyncAction.STATUS))
                done = sum(o.done for o in state.objects)
                await report_progress(done, sum(o.total or 0 for o in state.objects) or None, "records read")
        return render_copies.sync(await working)
    finally:
        working.cancel()


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
    ToolKind(
        "hubspot_sync",
        title="Local copy",
        description=(
            "The local copy that reports are computed from: how fresh and complete (status), bring it up to date "
            "(refresh), compare every record with HubSpot (full). Changes nothing in HubSpot."
        ),
        effect=Effect.READ,
        arguments=copies.Sync,
        answer=copies.SyncContent,
        act=_sync,
    ),
)
