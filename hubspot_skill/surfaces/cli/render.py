"""Makes the text of the shell: refusals, tools, and the doctor's report."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic_core import from_json

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.surfaces.cli.actions import CheckResult, Schema, ToolView, Verdict

__all__ = ["WIDTH", "arguments", "refusal", "report", "tool_refusal", "tools"]

WIDTH = 110
_MARKS = {Verdict.OK: "ok  ", Verdict.NOTE: "note", Verdict.FAILED: "FAIL"}
_WROTE = {"some": "Something was written before it failed.", "unknown": "Whether HubSpot was changed is not known."}


def refusal(error: HubSpotSkillError) -> str:
    """Give an error as lines for a person: what happened, what may have been meant, the next step, what was written."""
    candidates = [(c.id, c.label, c.detail) for c in error.candidates]
    return _refusal(error.message, candidates, error.hint, error.wrote, error.correlation_id)


def tool_refusal(text: str) -> str:
    """Give a tool's refusal, which is one JSON object, as the same lines; any other text as it is."""
    try:
        told = from_json(text)
    except ValueError:
        return f"error: {text}"
    if not isinstance(told, dict):
        return f"error: {text}"
    body = cast("Mapping[str, str]", told)
    found = cast("Sequence[Mapping[str, str]]", body.get("candidates", ()))
    candidates = [(c.get("id", ""), c.get("label", ""), c.get("detail", "")) for c in found]
    return _refusal(
        body.get("message", text), candidates, body.get("hint", ""), body.get("wrote", ""), body.get("correlation_id")
    )


def _refusal(
    message: str, candidates: Sequence[tuple[str, str, str]], hint: str, wrote: str, correlation_id: str | None
) -> str:
    lines = [f"error: {message}"]
    if candidates:
        lines.append("candidates:")
    for id, label, detail in candidates:
        lines.append("  ".join(["", id, *([label] if label != id else []), *([detail] if detail else [])]))
    if hint:
        lines.append(f"hint: {hint}")
    if wrote in _WROTE:
        lines.append(_WROTE[wrote])
    if correlation_id:
        lines.append(f"HubSpot's id of this call: {correlation_id}")
    return "\n".join(lines)


def tools(views: Sequence[ToolView]) -> str:
    """Give the tools, one a line: whether it reads or writes, its name, and its first sentence."""
    wide = max((len(view.name) for view in views), default=0)
    return "\n".join(
        f"{'writes' if view.writes else 'reads ':<8}{view.name:<{wide}}  {_first_sentence(view.description)}"
        for view in views
    )


def arguments(view: ToolView) -> str:
    """Give what a tool does and every argument that it takes."""
    properties = cast("Mapping[str, Schema]", view.arguments.get("properties", {}))
    required = cast("Sequence[str]", view.arguments.get("required", ()))
    lines = [view.name, *textwrap.wrap(view.description, WIDTH), ""]
    for name, schema in properties.items():
        need = " (required)" if name in required else ""
        lines.append(f"  {name}={_form(schema)}{_bounds(schema)}{need}")
        lines += textwrap.wrap(
            str(schema.get("description", "")), WIDTH, initial_indent="      ", subsequent_indent="      "
        )
    return "\n".join(lines)


def report(results: Sequence[CheckResult]) -> str:
    """Give the doctor's checks, one a line, each with its next step where there is one."""
    wide = max(len(result.name) for result in results)
    lines: list[str] = []
    for result in results:
        lines.append(f"{_MARKS[result.verdict]}  {result.name:<{wide}}  {result.found}")
        if result.hint:
            lines.append(f"      {'':<{wide}}  → {result.hint}")
    failed = sum(result.verdict is Verdict.FAILED for result in results)
    lines.append("")
    lines.append(f"{failed} of {len(results)} checks failed." if failed else "All checks passed.")
    return "\n".join(lines)


def _first_sentence(text: str) -> str:
    line = " ".join(text.split())
    end = line.find(". ")
    return line if end < 0 else line[: end + 1]


def _form(schema: Schema) -> str:
    """Give the form of a value in a word or its choices."""
    choices = schema.get("enum")
    if isinstance(choices, list):
        return "|".join(str(choice) for choice in cast("list[object]", choices))
    forms = schema.get("anyOf", schema.get("oneOf"))
    if isinstance(forms, list):
        return " or ".join(dict.fromkeys(_form(form) for form in cast("list[Schema]", forms)))
    kind = schema.get("type")
    if kind == "array":
        return f"{_form(cast('Schema', schema.get('items', {})))},…"
    words = {"string": "TEXT", "integer": "N", "number": "NUMBER", "boolean": "true|false", "object": "JSON"}
    return words.get(str(kind), str(kind or "JSON"))


def _bounds(schema: Schema) -> str:
    """Give the range and the default of a value, where there are any."""
    told: list[str] = []
    if "minimum" in schema and "maximum" in schema:
        told.append(f"{schema['minimum']} to {schema['maximum']}")
    if "maxItems" in schema:
        told.append(f"at most {schema['maxItems']}")
    if "default" in schema:
        told.append(f"default {schema['default']}")
    return f" ({', '.join(told)})" if told else ""
