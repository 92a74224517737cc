"""Asks the person before a plan is applied, in their chat client's own dialogue, in both protocol eras.

Only what the account's rules leave to that dialogue (up to 50 records): more is approved on the plan's page or at a terminal. The
question is written here, from the kept plan, with every value of the CRM quoted; the answer is the person's, given to their
client, and no argument of a tool can stand for it. A client that cannot ask is never a yes: the tool then answers the way
to the page and the command. The state between question and answer is the plan's digest, sealed by the SDK for this very call,
so an answer to another plan, or to another version of it, approves nothing.
Sources: MCP 2025-11-25 and 2026-07-28, elicitation; mcp 2.3.0, read 2026-11-28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context
from mcp.types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import is_version_at_least

from hubspot_skill.domain.errors import NotApprovedError
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.surfaces.mcp.models.changes import ApplyChanges

if TYPE_CHECKING:
    from hubspot_skill.service.changes.answers import ChangeGroup, PlanView
    from hubspot_skill.service.changes.approving import Approvals
    from hubspot_skill.service.crm import Crm

__all__ = ["ask_before", "question_of"]

_QUESTION = "approve"
_MODERN = "2026-07-28"
_MOST_GROUPS = 12
_MOST_ROWS = 5
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {_QUESTION: {"type": "boolean", "title": "Apply these changes"}},
    "required": [_QUESTION],
}


async def ask_before(crm: Crm, call: ApplyChanges, context: Context[Any]) -> InputRequiredResult | None:
    """Ask for approval where the plan waits for one and the client can ask; None lets the tool go on.

    Raises:
        NotApprovedError: the person said no, or closed the question.
        NotFoundError: there is no such plan.
    """
    approvals = await crm.approvals()
    plan = await approvals.show(call.plan_id, rows=_MOST_ROWS)
    if not (plan.approval.is_needed and plan.approval.can_ask and _can_ask(context)):
        return None
    asked = ElicitRequestFormParams(message=question_of(plan), requested_schema=_FORM)
    if not is_version_at_least(context.protocol_version or "", _MODERN):
        session = context.request_context.session
        answer = await session.elicit_form(asked.message, asked.requested_schema, related_request_id=context.request_id)
        await _answered(approvals, plan, answer, shown=plan.digest)
        return None
    given = (context.input_responses or {}).get(_QUESTION)
    if not isinstance(given, ElicitResult) or context.request_state != plan.digest:
        return InputRequiredResult(
            result_type="input_required",
            input_requests={_QUESTION: ElicitRequest(method="elicitation/create", params=asked)},
            request_state=plan.digest,
        )
    await _answered(approvals, plan, given, shown=plan.digest)
    return None


def question_of(plan: PlanView) -> str:
    """Give the question to a person: what would change, counted, with values quoted, and what cannot be undone."""
    groups = [_group(g) for g in plan.groups[:_MOST_GROUPS]]
    more = len(plan.groups) - len(groups)
    lines = [
        f"Write to HubSpot, account {quote(plan.account)}? {_records(plan)}: {clean(plan.what, most=200)}.",
        *groups,
        f"and {more} more kinds of change" if more > 0 else "",
        _examples(plan),
        *(f"Mind: {limit}." for limit in plan.limits),
        f"It undoes the plan {plan.undo_of[:8]}." if plan.undo_of else "",
    ]
    return "\n".join(filter(None, lines))


async def _answered(approvals: Approvals, plan: PlanView, answer: ElicitResult, *, shown: str) -> None:
    from hubspot_skill.service.changes.approving import Means

    if answer.action == "accept" and (answer.content or {}).get(_QUESTION) is True:
        await approvals.approve(plan.plan_id, means=Means.ELICITATION, shown=shown)
        return
    if answer.action == "cancel":
        raise NotApprovedError(
            "the user closed the question without an answer, so nothing was written",
            hint="Ask them what they want; hubspot_apply_changes asks again.",
            plan_id=plan.plan_id,
        )
    await approvals.reject(plan.plan_id)
    raise NotApprovedError(
        "the user did not approve this plan, so nothing was written",
        hint="Ask them what should be different, then plan again.",
        plan_id=plan.plan_id,
    )


def _can_ask(context: Context[Any]) -> bool:
    """Tell whether the client can show a form: it says so, or says only that it can ask, which means a form."""
    capabilities = context.client_capabilities
    if capabilities is None or capabilities.elicitation is None:
        return False
    return capabilities.elicitation.form is not None or capabilities.elicitation.url is None


def _records(plan: PlanView) -> str:
    return "1 record" if plan.records == 1 else f"{plan.records} records"


def _group(group: ChangeGroup) -> str:
    if group.name in ("archive", "remove"):
        return f"{group.label}: {group.count} {group.type}"
    before, after = (quote(v) if v else "empty" for v in (group.before, group.after))
    if group.name in ("link", "merge"):
        verb = {"associate": "link to", "dissociate": "unlink from"}.get(group.action, "link")
        return f"{verb} {after if group.after else before}: {group.count} {group.type}"
    return f"{clean(group.label, most=80)}: {before} → {after} ({group.count})"


def _examples(plan: PlanView) -> str:
    named = [f"{quote(row.name)} {row.id}".strip() for row in plan.rows if row.name or row.id]
    more = plan.steps - len(named)
    return f"Records: {', '.join(named)}" + (f" and {more} more" if more > 0 else "") if named else ""
