"""A plan of changes, and how it ended, as a model reads it."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from mcp.types import CallToolResult

from hubspot_skill.service.answers import Answer
from hubspot_skill.service.changes.answers import (
    AppliedAnswer,
    ChangeGroup,
    ChangeRow,
    ChangesAnswer,
    Outcomes,
    PlanAnswer,
    PlanView,
)
from hubspot_skill.surfaces.mcp.models.changes_answers import (
    ApprovalContent,
    ChangesContent,
    GroupContent,
    LeftOutContent,
    PlanContent,
    PlanLineContent,
    RowContent,
)
from hubspot_skill.surfaces.mcp.render.lines import joined, provenance, source_line
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["applied", "changes", "group_line", "planned"]

_DIGEST = 12
_EMPTY = "(empty)"


def planned(answer: PlanAnswer) -> CallToolResult:
    """Give the result of planning."""
    plan = answer.plan
    return result(
        _content(answer, plan),
        joined(
            answer,
            *_head(plan),
            *_rows(plan, "e.g. "),
            *_left_out(plan),
            *_terms(plan),
            _next_step(plan),
            source_line(answer),
        ),
    )


def applied(answer: AppliedAnswer) -> CallToolResult:
    """Give the result of applying."""
    plan = answer.plan
    return result(
        _content(answer, plan),
        joined(answer, *_head(plan, groups=False), *_rows(plan, ""), _after(plan), source_line(answer)),
    )


def changes(answer: ChangesAnswer) -> CallToolResult:
    """Give the list of plans, or one of them."""
    if answer.plan is not None:
        plan = answer.plan
        content = _content(answer, plan)
        told = content.model_dump(mode="json", exclude_defaults=True)
        shared = set(provenance(answer))
        structured = ChangesContent(
            **provenance(answer), plan={n: v for n, v in told.items() if n not in shared}, next=answer.next
        )
        more = f"next {answer.next}" if answer.next else ""
        lines = (*_head(plan), *_rows(plan, ""), *_left_out(plan), *_terms(plan), _next_step(plan))
        return result(structured, joined(answer, *lines, source_line(answer, more)))
    zone = ZoneInfo(answer.zone)
    content_lines = tuple(
        PlanLineContent(
            plan_id=p.plan_id,
            at=p.at.astimezone(zone).isoformat(timespec="minutes"),
            what=p.what,
            status=p.status,
            records=p.records,
            outcomes=_counts(p.outcomes),
            approved_by=p.approved_by,
            undo_of=p.undo_of,
        )
        for p in answer.plans
    )
    lines = [
        "\t".join(
            filter(
                None,
                (
                    p.plan_id,
                    p.at[:16],
                    p.status,
                    f"undo of {p.undo_of[:8]}: {p.what}" if p.undo_of else p.what,
                    _told(p.outcomes),
                    f"by {p.approved_by}" if p.approved_by else "",
                ),
            )
        )
        for p in content_lines
    ]
    more = f"next {answer.next}" if answer.next else ""
    return result(
        ChangesContent(**provenance(answer), plans=content_lines, next=answer.next),
        joined(answer, *(lines or ["No changes yet."]), source_line(answer, more)),
    )


def group_line(group: ChangeGroup) -> str:
    """Tell one way of changing in one line."""
    if group.name in ("archive", "remove"):
        return f"{group.label}: {group.count} {group.type}"
    if group.action == "create":
        return f"new {group.type}, {group.label}: {group.after} ({group.count})"
    if group.name in ("link", "merge"):
        verb = {"associate": "link to", "dissociate": "unlink from"}.get(group.action, group.label)
        return f"{verb} {group.after or group.before}: {group.count} {group.type}"
    return f"{group.label}: {group.before or _EMPTY} → {group.after or _EMPTY}: {group.count}"


def _content(answer: Answer, plan: PlanView) -> PlanContent:
    approval = plan.approval
    return PlanContent(
        **provenance(answer),
        plan_id=plan.plan_id,
        status=plan.status,
        reason=plan.reason,
        what=plan.what,
        records=plan.records,
        changes=tuple(
            GroupContent(action=g.action, type=g.type, field=g.name, before=g.before, after=g.after, count=g.count)
            for g in plan.groups
        )
        if not isinstance(answer, AppliedAnswer)
        else (),
        rows=tuple(
            RowContent(id=r.id, name=r.name, change=_change(r), outcome=r.outcome, message=r.message) for r in plan.rows
        ),
        next=plan.next,
        unchanged=plan.unchanged,
        left_out=tuple(LeftOutContent(id=o.id, name=o.name, reason=o.reason) for o in plan.left_out)
        if not isinstance(answer, AppliedAnswer)
        else (),
        left_out_total=plan.left_out_total,
        requests=plan.requests,
        cannot_be_undone=plan.limits,
        digest=plan.digest[:_DIGEST],
        expires_at=_until(answer, plan),
        approval=ApprovalContent(
            needed=approval.is_needed,
            by=" by ".join(filter(None, (approval.by, approval.means)))
            if approval.by != approval.means
            else approval.by,
            client_can_ask=approval.can_ask,
            page=approval.link,
            command=approval.command,
        )
        if plan.plan_id
        else None,
        outcomes=_counts(plan.outcomes) if plan.status not in ("planned", "approved", "nothing") else {},
        undo_of=plan.undo_of,
    )


def _head(plan: PlanView, *, groups: bool = True) -> Iterable[str]:
    if not plan.plan_id:
        yield (
            f"nothing to change; {plan.unchanged} hold these values already" if plan.unchanged else "nothing to change"
        )
        return
    undo = f", undo of {plan.undo_of}" if plan.undo_of else ""
    yield f"plan {plan.plan_id}{undo}, {_status(plan)}: {plan.what}"
    if plan.status not in ("planned", "approved"):
        yield _told(_counts(plan.outcomes))
    if groups:
        yield from (group_line(g) for g in plan.groups)


def _status(plan: PlanView) -> str:
    said = {"planned": "not applied", "approved": "approved, not applied", "ended": "applied", "stopped": "stopped"}
    reason = f" ({plan.reason})" if plan.reason else ""
    return said.get(plan.status, plan.status) + reason


def _rows(plan: PlanView, mark: str) -> Iterable[str]:
    for row in plan.rows:
        told = [row.id, row.name, _change(row), row.outcome, row.message]
        yield mark + " | ".join(filter(None, told))


def _change(row: ChangeRow) -> str:
    if row.action in ("archive", "remove", "merge", "associate", "dissociate"):
        return ", ".join(f"{c.label} {c.after or c.before}".strip() for c in row.changes)
    if row.action == "create":
        return ", ".join(f"{c.label}: {c.after}" for c in row.changes[:6])
    return ", ".join(f"{c.label}: {c.before or _EMPTY} → {c.after or _EMPTY}" for c in row.changes)


def _left_out(plan: PlanView) -> Iterable[str]:
    if plan.unchanged and plan.plan_id:
        yield f"{plan.unchanged} hold these values already"
    if plan.left_out_total:
        shown = "; ".join(" ".join(filter(None, (o.id, o.name))) + f": {o.reason}" for o in plan.left_out)
        more = plan.left_out_total - len(plan.left_out)
        yield f"left out {plan.left_out_total}: {shown}" + (f"; and {more} more" if more > 0 else "")


def _terms(plan: PlanView) -> Iterable[str]:
    if not plan.plan_id:
        return
    yield from (f"note: {limit}" for limit in plan.limits)
    if plan.status in ("planned", "approved"):
        yield f"applying takes {plan.requests} HubSpot requests; valid for 15 minutes; digest {plan.digest[:_DIGEST]}"


def _next_step(plan: PlanView) -> str:
    approval = plan.approval
    if plan.status == "approved":
        return "No approval needed: hubspot_apply_changes with this plan_id writes it."
    if not approval.is_needed:
        return ""
    if approval.can_ask:
        return "Tell the user what changes; then hubspot_apply_changes asks them to approve."
    ways = " or ".join(filter(None, (approval.link, f"`{approval.command}`" if approval.command else "")))
    return (
        f"A person approves it at {ways}, typing the count; tell the user, and after that call hubspot_apply_changes."
    )


def _after(plan: PlanView) -> str:
    if plan.status == "applying":
        return "Still being applied: call hubspot_apply_changes again to wait for the end."
    if plan.status == "stopped":
        return "Call hubspot_apply_changes again to go on from there."
    if plan.outcomes.done and plan.status == "ended":
        return "hubspot_undo_changes with this plan_id plans the way back."
    return ""


def _counts(outcomes: Outcomes) -> dict[str, int]:
    told = {
        "done": outcomes.done,
        "skipped": outcomes.skipped,
        "failed": outcomes.failed,
        "unknown": outcomes.unknown,
        "waiting": outcomes.waiting,
    }
    return {name: count for name, count in told.items() if count}


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _until(answer: Answer, plan: PlanView) -> str:
    if plan.expires_at is None or plan.status not in ("planned", "approved"):
        return ""
    return plan.expires_at.astimezone(ZoneInfo(answer.zone)).isoformat(timespec="minutes")
