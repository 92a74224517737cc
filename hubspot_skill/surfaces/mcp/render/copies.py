"""Where the local copy of an account stands."""

from __future__ import annotations

from mcp.types import CallToolResult

from hubspot_skill.service.answers import SyncAnswer
from hubspot_skill.surfaces.mcp.models.copies import SyncContent
from hubspot_skill.surfaces.mcp.render.lines import joined, provenance, source_line
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["sync"]

_COLUMNS = ("object", "phase", "done", "total", "as_of")


def sync(answer: SyncAnswer) -> CallToolResult:
    """Give the result of a question about the local copy."""
    rows = tuple(
        (
            o.object,
            o.phase,
            o.done,
            o.total if o.total is not None else "",
            o.as_of.isoformat(timespec="seconds") if o.as_of else "",
        )
        for o in answer.objects
    )
    copied = answer.copied_as_of.isoformat(timespec="seconds") if answer.copied_as_of else ""
    content = SyncContent(
        **provenance(answer),
        columns=_COLUMNS,
        rows=rows,
        copied_as_of=copied,
        age_s=round(answer.age_s or 0),
        complete=answer.is_complete,
        paused=answer.is_paused,
        links_left=answer.links_left,
        last_error=answer.last_error,
    )
    whole = f"complete, as of {copied} ({content.age_s} s ago)" if answer.is_complete else "not complete yet"
    state = f"local copy {whole}" + (f"; {answer.links_left} kinds of links left" if answer.links_left else "")
    failed = f"last error: {answer.last_error}" if answer.last_error else ""
    lines = ["\t".join(_COLUMNS), *("\t".join(str(value) for value in row) for row in rows)] if rows else []
    return result(content, joined(answer, source_line(answer, state), *lines, failed))
