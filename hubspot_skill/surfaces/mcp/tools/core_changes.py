"""Changes of many records: planned, approved by a person, applied, listed, undone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from hubspot_skill.surfaces.mcp.approving import ask_before
from hubspot_skill.surfaces.mcp.hints import Effect
from hubspot_skill.surfaces.mcp.models import changes, changes_answers
from hubspot_skill.surfaces.mcp.render import changes as render
from hubspot_skill.surfaces.mcp.strict import ToolKind

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context

    from hubspot_skill.service.crm import Crm

__all__ = ["TOOLS"]


async def _plan(crm: Crm, call: changes.PlanChanges) -> CallToolResult:
    return render.planned(await crm.plan_changes(call.request()))


async def _apply(crm: Crm, call: changes.ApplyChanges, context: Context[Any]) -> CallToolResult:
    async with _telling(context) as progress:
        return render.applied(await crm.apply_changes(call.plan_id, progress=progress))


async def _list(crm: Crm, call: changes.ListChanges) -> CallToolResult:
    return render.changes(await crm.list_changes(call.request()))


async def _undo(crm: Crm, call: changes.UndoChanges) -> CallToolResult:
    return render.planned(await crm.undo_changes(call.plan_id))


@contextlib.asynccontextmanager
async def _telling(context: Context[Any]) -> AsyncGenerator[Callable[[int, int], None]]:
    """Give what takes note of progress, and tell the client of the newest while the block runs."""
    news: asyncio.Queue[tuple[int, int]] = asyncio.Queue()

    async def tell() -> None:
        while True:
            done, of = await news.get()
            while not news.empty():
                done, of = news.get_nowait()
            await context.report_progress(done, of, f"{done} of {of} changes")

    telling = asyncio.create_task(tell())
    try:
        yield lambda done, of: news.put_nowait((done, of))
    finally:
        telling.cancel()
        await asyncio.wait({telling})


TOOLS: tuple[ToolKind[Any], ...] = (
    ToolKind(
        "hubspot_plan_changes",
        title="Plan changes",
        description=(
            "Plan changes of many records, writing nothing: select by type and filters, then set, link, unlink or archive; "
            "or operations. Returns the exact diff, what cannot be undone, and how a person approves."
        ),
        effect=Effect.PLAN,
        arguments=changes.PlanChanges,
        answer=changes_answers.PlanContent,
        act=_plan,
    ),
    ToolKind(
        "hubspot_apply_changes",
        title="Apply changes",
        description="Write a plan that a person approved; may ask them. Safe to repeat. Returns what was done, skipped, failed.",
        effect=Effect.CHANGE,
        arguments=changes.ApplyChanges,
        answer=changes_answers.PlanContent,
        act_in=_apply,
        asks=ask_before,
    ),
    ToolKind(
        "hubspot_list_changes",
        title="List changes",
        description="List what was planned and changed, by whom and how it ended; with plan_id one plan row by row.",
        effect=Effect.READ,
        arguments=changes.ListChanges,
        answer=changes_answers.ChangesContent,
        act=_list,
    ),
    ToolKind(
        "hubspot_undo_changes",
        title="Undo changes",
        description="Plan the way back of an applied plan or change_id; apply it like any plan. Values changed since stay, listed.",
        effect=Effect.PLAN,
        arguments=changes.UndoChanges,
        answer=changes_answers.PlanContent,
        act=_undo,
    ),
)
