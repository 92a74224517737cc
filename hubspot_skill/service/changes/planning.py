"""Plan changes: find what is meant, read it by id, and keep the exact difference for a person to approve."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hubspot_skill.changes.planning import Draft, draft_plan
from hubspot_skill.changes.steps import Step
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.changes.answers import Approval, LeftOutRecord, PlanAnswer, PlanView
from hubspot_skill.service.changes.desk import Desk
from hubspot_skill.service.changes.diff import what_of
from hubspot_skill.service.changes.operations import resolve
from hubspot_skill.service.changes.plans import MOST_ROWS, view_of_plan
from hubspot_skill.service.changes.requests import PlanRequest
from hubspot_skill.service.changes.schemas import schemas_of
from hubspot_skill.service.changes.view import View, view_of
from hubspot_skill.service.connection import Connection, Scene

__all__ = ["keep", "new_reference", "plan_changes"]

_MOST_LEFT_OUT = 10


async def plan_changes(connection: Connection, request: PlanRequest) -> PlanAnswer:
    """Keep a plan for fifteen minutes and tell its difference; nothing is written to HubSpot.

    Costs what naming costs, 1 search per 200 records of a selection, and 1 read per 100 records (1,000 for links).

    Raises:
        InvalidInputError, UnknownNameError, NotFoundError, AmbiguousNameError: something named does not fit.
        WritesOffError: the account's policy or a person allows no writes.
    """
    if not 0 <= request.rows <= MOST_ROWS:
        raise InvalidInputError(f"{request.rows} rows were asked for: expected 0 to {MOST_ROWS}", field="rows")
    scene = await connection.scene()
    desk = await scene.desk()
    resolved = await resolve(scene, request)
    if not resolved.operations:
        scene.note("No record matches, so there is nothing to change.")
        return PlanAnswer(plan=_nothing(Draft(()), View()), **scene.provenance())
    schemas = await schemas_of(scene, resolved.types())
    draft = await draft_plan(scene.hubspot, schemas, resolved.operations, new_reference=new_reference, leaves_out=True)
    return await keep(scene, desk, draft, ends=resolved.ends, rows=request.rows)


async def keep(
    scene: Scene, desk: Desk, draft: Draft, *, ends: Mapping[str, str], rows: int, undo_of: str | None = None
) -> PlanAnswer:
    """Keep a draft as a plan and answer it; a draft without steps is told and not kept."""
    view = await view_with_what(scene, draft, ends=ends)
    if not draft.steps:
        scene.note("There is nothing to change.")
        return PlanAnswer(plan=_nothing(draft, view), **scene.provenance())
    journal = desk.journal
    row = await journal.store.add(
        journal.tenant, desk.account_id, journal.principal, draft.steps, undo_of=undo_of, view=view.dump()
    )
    await desk.note("plan", row.status.value, row.plan_id, _objects(draft.steps))
    return PlanAnswer(plan=await view_of_plan(journal, row, rows=rows), **scene.provenance())


async def view_with_what(scene: Scene, draft: Draft, *, ends: Mapping[str, str]) -> View:
    """Give how a draft is shown, with its line."""
    view = await view_of(
        scene,
        draft.steps,
        ends=ends,
        left_out=draft.left_out,
        unchanged=draft.unchanged,
        requests=draft.cost.applying,
    )
    return replace(view, what=what_of(draft.steps, view))


def new_reference() -> str:
    """Give a fresh value for the unique property of a new record."""
    return secrets.token_hex(16)


def _objects(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.id for step in steps if step.id))


def _nothing(draft: Draft, view: View) -> PlanView:
    return PlanView(
        plan_id="",
        account=view.account,
        what="nothing to change",
        status="nothing",
        reason="",
        change_class=0,
        records=0,
        steps=0,
        groups=(),
        rows=(),
        unchanged=draft.unchanged,
        left_out=tuple(LeftOutRecord(o.type, o.id, o.name, o.reason) for o in draft.left_out[:_MOST_LEFT_OUT]),
        left_out_total=len(draft.left_out),
        requests=0,
        limits=(),
        digest="",
        created_at=None,
        expires_at=None,
        approval=Approval(False),
    )
