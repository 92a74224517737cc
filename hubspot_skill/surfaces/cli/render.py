"""Makes the text of the shell: refusals, tools, and the doctor's report."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import cast

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.surfaces.cli.actions import CheckResult, Schema, ToolView, Verdict

__all__ = ["WIDTH", "arguments", "refusal", "report", "tools"]

WIDTH = 110
_MARKS = {Verdict.OK: "ok  ", Verdict.NOTE: "note", Verdict.FAILED: "FAIL"}
_WROTE = {"some": "Something was written before it failed.", "unknown": "Whether HubSpot was changed is not known."}


def refusal(error: HubSpotSkillError) -> str:
    """Give an error as lines for a person: what happened, what may have been meant, the next step, what was written."""
    lines = [f"error: {error.message}"]
    if error.candidates:
        lines.append("candidates:")
        lines += [f"  {c.id}" + f"  {c.label}" * (c.label != c.id) + f"  {c.detail}".rstrip() for c in error.candidates]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    if error.wrote in _WROTE:
        lines.append(_WROTE[error.wrote])
    if error.correlation_id:
        lines.append(f"HubSpot's id of this call: {error.correlation_id}")
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
        lines.append(f"  {name}={_form(schema)}{need}")
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
