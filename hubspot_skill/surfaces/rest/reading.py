"""The page to read the OpenAPI document: made from the document itself, without a script, under the same policy."""

from __future__ import annotations

import functools
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hubspot_skill.surfaces.rest.operations import JSON, PREFIX

__all__ = ["page", "style"]

_PACKAGE = "hubspot_skill.surfaces.rest"
_SIGNED = '"Authorization: Bearer $TOKEN"'
_SAMPLES = {"id": "1001", "type": "tickets", "alias": "acme"}


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    place: str
    kind: str
    said: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[_Parameter]
    body: str
    answers: Sequence[tuple[str, str, str]]
    problems: str
    curl: str


@functools.cache
def style() -> str:
    """Give the page's style sheet."""
    from importlib.resources import files

    return files(_PACKAGE).joinpath("static/docs.css").read_text("utf-8")


def page(document: Mapping[str, Any], origin: str) -> str:
    """Give the page of a document that is served at an origin."""
    groups: dict[str, list[_Entry]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups[operation["tags"][0]].append(_entry(path, method.upper(), operation, document, origin))
    responses = document["components"]["responses"].values()
    problems = [
        (code, example["value"]["status"], example["summary"], example["value"]["detail"])
        for response in responses
        for code, example in response["content"]["application/problem+json"]["examples"].items()
    ]
    schemas = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return _template().render(
        info=document["info"], groups=groups, problems=problems, schemas=schemas, prefix=PREFIX, origin=origin
    )


@functools.cache
def _template() -> Any:
    templates = Environment(
        loader=PackageLoader(_PACKAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return templates.get_template("docs.html")


def _entry(path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any], origin: str) -> _Entry:
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
    told = {s: r for s, r in operation["responses"].items() if "$ref" not in r}
    return _Entry(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        parameters=[_parameter(p) for p in operation["parameters"]],
        body=_kind(body["schema"]) if body else "",
        answers=[(status, r["description"], _answer(r)) for status, r in told.items()],
        problems=", ".join(status for status in operation["responses"] if status not in told),
        curl=_curl(path, method, operation, body.get("example"), origin),
    )


def _parameter(parameter: Mapping[str, Any]) -> _Parameter:
    return _Parameter(
        parameter["name"],
        parameter["in"],
        _kind(parameter["schema"]),
        parameter.get("description", ""),
        parameter.get("required", False),
    )


def _answer(response: Mapping[str, Any]) -> str:
    content = response.get("content", {})
    return ", ".join(_kind(inner["schema"]) if kind == JSON else kind for kind, inner in content.items())


def _kind(schema: Mapping[str, Any]) -> str:
    """Give a schema in a few words: a component's name, a type, or its choices."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "enum" in schema or "const" in schema:
        return " | ".join(str(v) for v in schema.get("enum", [schema.get("const")]))
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_kind(s) for s in schema[word]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return schema.get("type", "any")


def _schema(name: str, schema: Mapping[str, Any]) -> tuple[str, str, Sequence[tuple[str, str, str]]]:
    fields = [
        (field, _kind(inner), inner.get("description", "")) for field, inner in schema.get("properties", {}).items()
    ]
    return name, schema.get("description", "") or _kind(schema), fields


def _curl(path: str, method: str, operation: Mapping[str, Any], example: object, origin: str) -> str:
    for name, sample in _SAMPLES.items():
        path = path.replace(f"{{{name}}}", sample)
    words = ["curl"]
    if method != "GET":
        words += ["-X", method]
    if operation.get("security") != []:
        words += ["-H", _SIGNED]
    if example is not None:
        words += ["-H", '"Content-Type: application/json"', "-d", shlex.quote(json.dumps(example))]
    return " ".join([*words, f"{origin}{path}"])
