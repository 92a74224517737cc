"""Changes of many records, and what needs a person: plan, look, approve, apply, undo.

A script that asks for what needs a person is answered 202 with the plan and the address where a person can approve it. A
page of the console has its person before it: what the chat client's own dialogue could approve is approved by the
request itself; more is answered 202 to it as well, and approved on the plan's page with the typed count.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from hubspot_skill.domain.errors import InvalidInputError, NotApprovedError
from hubspot_skill.service.changes.answers import AppliedAnswer, ChangesAnswer, PlanAnswer, PlanView
from hubspot_skill.service.changes.approving import Means
from hubspot_skill.service.changes.requests import ChangesRequest, PlanRequest
from hubspot_skill.surfaces.rest.models.changes import ApproveBody, ChangesQuery, PlanBody, PlanQuery, RejectBody
from hubspot_skill.surfaces.rest.operations import PREFIX, Call, Effect, Operation, Query, Reply

__all__ = ["DONE", "OPERATIONS", "approved_and_applied", "carry_out", "settled"]

_RUNNING = frozenset({"planned", "approved", "applying"})
DONE: dict[HTTPStatus, Any] = {HTTPStatus.OK: AppliedAnswer, HTTPStatus.ACCEPTED: AppliedAnswer | PlanAnswer}
"""What carrying out answers: how it ended, or 202 with the plan that waits for a person or goes on."""


async def carry_out(call: Call[Any, Any], request: PlanRequest) -> Reply:
    """Plan changes and apply them, or answer the plan that a person has to approve."""
    return await settled(call, await (await call.crm()).plan_changes(request))


async def settled(call: Call[Any, Any], answer: PlanAnswer) -> Reply:
    """Apply a plan that was made, or answer it where a person has to approve it."""
    if answer.plan.status == "nothing":
        return Reply(AppliedAnswer(plan=answer.plan, **_provenance(answer)))
    if answer.plan.approval.is_needed and not (call.is_person and answer.plan.approval.can_ask):
        return Reply(answer, status=HTTPStatus.ACCEPTED, headers=_place(answer.plan.plan_id))
    return await approved_and_applied(call, answer.plan)


async def approved_and_applied(call: Call[Any, Any], plan: PlanView) -> Reply:
    """Approve a plan for the person who asks, where nobody did yet, and apply it."""
    crm = await call.crm()
    if plan.approval.is_needed:
        await (await crm.approvals()).approve(plan.plan_id, means=Means.CONSOLE, shown=plan.digest)
    applied = await crm.apply_changes(plan.plan_id)
    is_running = applied.plan.status in _RUNNING
    return Reply(
        applied,
        status=HTTPStatus.ACCEPTED if is_running else HTTPStatus.OK,
        headers=_place(plan.plan_id) if is_running else {},
    )


def _provenance(answer: PlanAnswer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in ("as_of", "zone", "source", "resolved", "notes")}


def _place(plan_id: str) -> dict[str, str]:
    return {"Location": f"{PREFIX}/changes/{plan_id}"}


async def _list(call: Call[ChangesQuery, Any]) -> Reply:
    query = call.query
    answer = await (await call.crm()).list_changes(ChangesRequest(limit=query.limit, cursor=query.cursor))
    following = call.elsewhere(cursor=answer.next) if answer.next else ""
    return Reply(answer, headers={"Link": f'<{following}>; rel="next"'} if following else {})


async def _show(call: Call[ChangesQuery, Any]) -> Reply:
    query = call.query
    asked = ChangesRequest(plan_id=call.path["plan"], limit=query.limit, cursor=query.cursor, only_open=query.only_open)
    return Reply(await (await call.crm()).list_changes(asked))


async def _plan(call: Call[PlanQuery, PlanBody]) -> Reply:
    if not call.body.operations and call.body.selection is None:
        raise InvalidInputError("nothing to change was given", hint="Give operations or a selection.")
    answer = await (await call.crm()).plan_changes(call.body.request(call.query.rows))
    if answer.plan.status == "nothing":
        return Reply(answer)
    is_waiting = answer.plan.approval.is_needed
    status = HTTPStatus.ACCEPTED if is_waiting else HTTPStatus.CREATED
    return Reply(answer, status=status, headers=_place(answer.plan.plan_id))


async def _apply(call: Call[Query, Any]) -> Reply:
    crm, plan_id = await call.crm(), call.path["plan"]
    found = (await crm.list_changes(ChangesRequest(plan_id=plan_id, limit=1))).plan
    if found is None:
        raise LookupError("one plan was asked for and none was told")
    if found.approval.is_needed and not (call.is_person and found.approval.can_ask):
        where = f" {found.approval.link}" if found.approval.link else ""
        raise NotApprovedError(
            "no person has approved this plan, so nothing was written",
            hint=f"A person approves it in the console{where}, or at a terminal: {found.approval.command}.",
            plan_id=plan_id,
        )
    return await approved_and_applied(call, found)


async def _approve(call: Call[Query, ApproveBody]) -> Reply:
    approvals = await (await call.crm()).approvals()
    return Reply(
        await approvals.approve(
            call.path["plan"],
            means=Means.CONSOLE,
            shown=call.body.digest,
            typed_count=call.body.typed_count,
        )
    )


async def _reject(call: Call[Query, RejectBody]) -> Reply:
    approvals = await (await call.crm()).approvals()
    return Reply(await approvals.reject(call.path["plan"], reason=call.body.reason))


async def _stop(call: Call[Query, Any]) -> Reply:
    approvals = await (await call.crm()).approvals()
    await approvals.stop(call.path["plan"])
    return Reply(await approvals.show(call.path["plan"], rows=0))


async def _undo(call: Call[Query, Any]) -> Reply:
    answer = await (await call.crm()).undo_changes(call.path["plan"])
    if answer.plan.status == "nothing":
        return Reply(answer)
    is_waiting = answer.plan.approval.is_needed
    status = HTTPStatus.ACCEPTED if is_waiting else HTTPStatus.CREATED
    return Reply(answer, status=status, headers=_place(answer.plan.plan_id))


_TAG = "Changes"
_PLAN = {"plan": "The plan's id."}
_PLANNED: dict[HTTPStatus, Any] = {
    HTTPStatus.CREATED: PlanAnswer,
    HTTPStatus.ACCEPTED: PlanAnswer,
    HTTPStatus.OK: PlanAnswer,
}

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    Operation(
        id="list_changes",
        method="GET",
        path="/changes",
        tag=_TAG,
        summary="List what was planned and changed",
        description="Newest first, with how each plan ended.",
        query=ChangesQuery,
        answers={HTTPStatus.OK: ChangesAnswer},
        act=_list,
    ),
    Operation(
        id="plan_changes",
        method="POST",
        path="/changes",
        tag=_TAG,
        summary="Plan changes of many records",
        description="Answers the exact difference and writes nothing. 202 where a person has to approve it.",
        query=PlanQuery,
        body=PlanBody,
        example={
            "selection": {
                "type": "deals",
                "where": ["dealstage:eq:contractsent"],
                "properties": {"hs_next_step": "Call back"},
            }
        },
        answers=_PLANNED,
        effect=Effect.WRITE,
        act=_plan,
    ),
    Operation(
        id="get_changes",
        method="GET",
        path="/changes/{plan}",
        tag=_TAG,
        summary="Look at a plan",
        description="Its groups, rows, outcomes, and how it can be approved.",
        parts=_PLAN,
        query=ChangesQuery,
        answers={HTTPStatus.OK: ChangesAnswer},
        act=_show,
    ),
    Operation(
        id="apply_changes",
        method="POST",
        path="/changes/{plan}/apply",
        tag=_TAG,
        summary="Apply an approved plan",
        description="Once, however often it is asked; 202 while it goes on. A plan that nobody approved is refused.",
        parts=_PLAN,
        query=Query,
        answers={HTTPStatus.OK: AppliedAnswer, HTTPStatus.ACCEPTED: AppliedAnswer},
        effect=Effect.WRITE,
        act=_apply,
    ),
    Operation(
        id="undo_changes",
        method="POST",
        path="/changes/{plan}/undo",
        tag=_TAG,
        summary="Plan the way back of a plan",
        description="Answers the inverse plan, which is applied as any other.",
        parts=_PLAN,
        query=Query,
        answers=_PLANNED,
        effect=Effect.WRITE,
        act=_undo,
    ),
    Operation(
        id="approve_changes",
        method="POST",
        path="/changes/{plan}/approve",
        tag=_TAG,
        summary="Approve a plan",
        parts=_PLAN,
        query=Query,
        body=ApproveBody,
        example={"digest": "…", "typed_count": 312},
        answers={HTTPStatus.OK: PlanView},
        effect=Effect.PERSON,
        act=_approve,
    ),
    Operation(
        id="reject_changes",
        method="POST",
        path="/changes/{plan}/reject",
        tag=_TAG,
        summary="Reject a plan",
        parts=_PLAN,
        query=Query,
        body=RejectBody,
        example={"reason": "Not this quarter"},
        answers={HTTPStatus.OK: PlanView},
        effect=Effect.PERSON,
        act=_reject,
    ),
    Operation(
        id="stop_changes",
        method="POST",
        path="/changes/{plan}/stop",
        tag=_TAG,
        summary="Stop a plan that is being applied before its next chunk",
        parts=_PLAN,
        query=Query,
        answers={HTTPStatus.OK: PlanView},
        effect=Effect.PERSON,
        act=_stop,
    ),
)
