"""What was planned and changed: the list of plans, and one plan in detail; nothing is asked of HubSpot for it."""

from __future__ import annotations

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.changes.answers import ChangesAnswer
from hubspot_skill.service.changes.applying import plan_here
from hubspot_skill.service.changes.plans import MOST_ROWS, line_of, view_of_plan
from hubspot_skill.service.changes.requests import ChangesRequest
from hubspot_skill.service.connection import Connection

__all__ = ["list_changes", "read_cursor"]


async def list_changes(connection: Connection, request: ChangesRequest) -> ChangesAnswer:
    """Give plans, newest first, or one plan.

    Raises:
        NotFoundError: this account has no such plan.
        InvalidInputError: the limit or the cursor has the wrong form.
    """
    if not 1 <= request.limit <= MOST_ROWS:
        raise InvalidInputError(f"the limit is {request.limit}: expected 1 to {MOST_ROWS}", field="limit")
    scene = await connection.scene()
    desk = await scene.desk()
    journal, begin = desk.journal, read_cursor(request.cursor)
    if request.plan_id:
        row = await plan_here(desk, request.plan_id)
        plan = await view_of_plan(journal, row, rows=request.limit, begin=begin, only_open=request.only_open)
        return ChangesAnswer(plan=plan, next=plan.next, **scene.provenance())
    now = await journal.store.moment(journal.tenant)
    rows = await journal.store.recent(journal.tenant, desk.account_id, most=request.limit + 1, skip=begin)
    lines = tuple([await line_of(journal, row, now=now) for row in rows[: request.limit]])
    following = str(begin + request.limit) if len(rows) > request.limit else ""
    return ChangesAnswer(plans=lines, next=following, **scene.provenance())


def read_cursor(cursor: str) -> int:
    """Give the place at which a cursor continues.

    Raises:
        InvalidInputError: it is none of ours.
    """
    if not cursor:
        return 0
    if not cursor.isdigit() or len(cursor) > 7:
        raise InvalidInputError(
            "the cursor is not the `next` of an answer before", hint="Leave it out to begin anew.", field="cursor"
        )
    return int(cursor)
