"""Tells what became of every row of an import, from the journal."""

from __future__ import annotations

from dataclasses import replace

from hubspot_skill.changes.steps import JournalStep, Outcome, State, StepKind
from hubspot_skill.domain.text import clean
from hubspot_skill.service.connection import Connection
from hubspot_skill.service.importing.answers import ImportAnswer, RowEnd, RowOutcome

__all__ = ["row_outcomes"]

_MOST_REASON = 300
_UNKNOWN = "its answer was lost: look whether it is there before you import it again"


async def row_outcomes(connection: Connection, answer: ImportAnswer) -> tuple[RowOutcome, ...]:
    """Give the rows of an import as they stand now, in the order of their lines; asks HubSpot nothing."""
    desk = await (await connection.scene()).desk()
    ended: dict[int, RowOutcome] = {}
    for plan, lines in zip(answer.plans, answer.lines, strict=True):
        for each in await desk.journal.store.steps(desk.journal.tenant, plan.plan_id):
            line = lines[each.step.place]
            ended[line] = _row(line, each)
    return tuple(ended.get(row.line, row) for row in answer.rows)


def _row(line: int, each: JournalStep) -> RowOutcome:
    reason = clean(each.result.message, most=_MOST_REASON)
    found = RowOutcome(line, RowEnd.WAITING, each.id, reason)
    if each.state in (State.UNKNOWN, State.SENDING):
        return replace(found, end=RowEnd.UNKNOWN, reason=reason or _UNKNOWN)
    if each.result.outcome is Outcome.OPEN:
        return replace(found, reason=reason or "it was not sent")
    if each.result.outcome is Outcome.DONE:
        is_new = each.step.kind is StepKind.CREATE
        return replace(found, end=RowEnd.CREATED if is_new else RowEnd.UPDATED, reason="")
    if each.result.outcome is Outcome.CONFLICT:
        return replace(found, end=RowEnd.SKIPPED)
    return replace(found, end=RowEnd.FAILED)
