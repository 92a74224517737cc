"""What a write did or would do."""

from __future__ import annotations

from mcp.types import CallToolResult

from hubspot_skill.service.answers import FieldChange, LinkedRecord, WriteAction, WriteAnswer
from hubspot_skill.surfaces.mcp.models.answers import ChangeContent, LinkedContent, WriteContent
from hubspot_skill.surfaces.mcp.render.lines import cell, joined, one_of, provenance, source_line, word
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["written"]

_SENTENCES = {
    WriteAction.CREATED: "created",
    WriteAction.UPDATED: "updated",
    WriteAction.UNCHANGED: "unchanged, nothing written:",
    WriteAction.FOUND: "found, nothing written:",
    WriteAction.WOULD_CREATE: "dry run, nothing written; would create",
    WriteAction.WOULD_UPDATE: "dry run, nothing written; would update",
}


def written(answer: WriteAnswer) -> CallToolResult:
    """Give the result of a write."""
    content = WriteContent(
        **provenance(answer),
        action=answer.action.value,
        type=answer.type,
        name=answer.name,
        id=answer.id,
        link=answer.link,
        changes=tuple(ChangeContent(field=c.name, before=cell(c.before), after=cell(c.after)) for c in answer.changes),
        change_id=answer.change_id,
        linked=tuple(LinkedContent(type=r.type, id=r.id, name=r.name, label=r.label) for r in answer.linked),
    )
    what = " ".join(filter(None, (_SENTENCES[answer.action], one_of(answer.type), answer.id, answer.name, answer.link)))
    return result(
        content,
        joined(
            answer,
            what,
            *(_change(c) for c in answer.changes),
            *(_link(r) for r in answer.linked),
            source_line(answer, f"change_id {answer.change_id}" if answer.change_id else ""),
        ),
    )


def _change(change: FieldChange) -> str:
    after = word(change.after) or "(empty)"
    if change.before in (None, ""):
        return f"{change.name}: {after}"
    return f"{change.name}: {word(change.before)} → {after}"


def _link(record: LinkedRecord) -> str:
    label = f" as {record.label}" if record.label else ""
    return f"linked to {one_of(record.type)} {record.id} {record.name}{label}"
