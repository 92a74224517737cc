"""Failures as a model can act on them: what happened, how to mend it, what was meant, and whether anything was written.

A failure is a tool result with `isError` and one line of JSON as text. Only errors of `domain.errors` carry their own
words; everything else is a bug of this program, whose words go to the log under a number and never to the client.
Candidates' labels come from the CRM: they are cleaned, cut and marked as untrusted.
"""

from __future__ import annotations

import json
import logging
import secrets
from datetime import datetime

from mcp.types import CallToolResult, TextContent

from hubspot_skill.domain.errors import Candidate, HubSpotSkillError, Wrote
from hubspot_skill.domain.text import clean

__all__ = ["MAX_CANDIDATES", "bug", "described", "refusal"]

_log = logging.getLogger(__name__)

MAX_CANDIDATES = 10
_MAX_LABEL = 80
_MAX_SENTENCE = 600

_DETAILS = (
    "field",
    "existing_id",
    "plan_id",
    "properties",
    "expired",
    "scopes",
    "resets_at",
    "retry_after_s",
    "policy",
    "status",
    "reason",
)


def described(error: HubSpotSkillError) -> dict[str, object]:
    """Give a domain error as plain JSON values; what is empty is left out."""
    body: dict[str, object] = {"error": error.code, "message": clean(error.message, most=_MAX_SENTENCE)}
    if error.hint:
        body["hint"] = clean(error.hint, most=_MAX_SENTENCE)
    for name in _DETAILS:
        value = getattr(error, name, None)
        if value:
            body[name] = _plain(value)
    if error.candidates:
        body["candidates"] = [_candidate(c) for c in error.candidates[:MAX_CANDIDATES]]
        body["untrusted_text"] = True
    body["wrote"] = error.wrote
    if error.correlation_id:
        body["correlation_id"] = clean(error.correlation_id, most=_MAX_LABEL)
    return body


def refusal(error: HubSpotSkillError) -> CallToolResult:
    """Give the tool result that tells a domain error."""
    return _result(described(error))


def bug(tool: str, *, wrote: Wrote) -> CallToolResult:
    """Log the exception being handled and give a tool result that tells nothing of it but where to look."""
    number = secrets.token_hex(4)
    _log.exception("tool_crashed tool=%s number=%s", tool, number)
    return _result(
        {
            "error": "internal",
            "message": f"{tool} failed because of a fault in this server, not in the call",
            "hint": f"The server's log names the cause under {number}; the call may be tried once more."
            if wrote == "nothing"
            else f"Read the record before trying again; the server's log names the cause under {number}.",
            "wrote": wrote,
        }
    )


def _result(body: dict[str, object]) -> CallToolResult:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _candidate(candidate: Candidate) -> dict[str, str]:
    known = {"id": candidate.id, "label": candidate.label, "detail": candidate.detail}
    return {name: clean(value, most=_MAX_LABEL) for name, value in known.items() if value}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, tuple):
        return [clean(str(item), most=_MAX_LABEL) for item in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - the attributes named above hold text
    if isinstance(value, str):
        return clean(value, most=_MAX_LABEL)
    return value
