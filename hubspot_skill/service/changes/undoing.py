"""Plan the way back of a plan that was applied: a plan of its own, with its own difference and approval."""

from __future__ import annotations

from hubspot_skill.changes.undoing import draft_undo
from hubspot_skill.service.changes.answers import PlanAnswer
from hubspot_skill.service.changes.applying import plan_here
from hubspot_skill.service.changes.planning import keep
from hubspot_skill.service.changes.schemas import schemas_of
from hubspot_skill.service.changes.view import View
from hubspot_skill.service.connection import Connection

__all__ = ["undo_changes"]


async def undo_changes(connection: Connection, plan_id: str, *, rows: int = 5) -> PlanAnswer:
    """Keep the plan that takes a plan back, as far as its values are still there; the rest is listed as left out.

    Nothing is written to HubSpot. Costs 1 read per 100 records.

    Raises:
        NotFoundError: this account has no such plan.
        PlanEndedError: it was not applied, or more than 30 days ago.
        WritesOffError: the account's policy or a person allows no writes.
    """
    scene = await connection.scene()
    desk = await scene.desk()
    journal = desk.journal
    row = await plan_here(desk, plan_id)
    applied = await journal.store.steps(journal.tenant, row.plan_id)
    schemas = await schemas_of(scene, [each.step.type for each in applied])
    draft = await draft_undo(scene.hubspot, schemas, row, applied, now=await journal.store.moment(journal.tenant))
    kept = View.load(await journal.store.view(journal.tenant, row.plan_id))
    return await keep(scene, desk, draft, ends=kept.ends, rows=rows, undo_of=row.plan_id)
