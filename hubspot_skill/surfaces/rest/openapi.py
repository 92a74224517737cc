"""The OpenAPI 3.1 document, made from the operations that are served.

Schemas are pydantic's own of the models that check and answer, put together once so that each stands under one name.
Every operation tells every status that can come back; a status's example is a whole problem, one for each code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

from hubspot_skill.surfaces.rest.models.answers import Problem
from hubspot_skill.surfaces.rest.operations import JSON, PREFIX, Effect, Operation, adapter_of
from hubspot_skill.surfaces.rest.problems import DOCS_PATH, FORMS, MEDIA_TYPE

__all__ = ["document"]

_REF = "#/components/schemas/{model}"
_NO_BODY = frozenset(
    {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.PRECONDITION_FAILED}
)
_ABOUT = (
    "HubSpot's CRM in people's words: stages, owners, companies and periods are named, not numbered; lists give exact"
    " totals; writes are checked before they are sent. Scripts send the token of the HTTP door as a bearer token."
)
_Schemas = Mapping[Any, Any]
"""Schemas by operation and use: `("list_deals", "query")`, `("list_deals", 200)`."""


def document(operations: Sequence[Operation[Any, Any]], *, version: str, server: str = "") -> dict[str, Any]:
    """Give the document as plain JSON values; `server` is the origin where it is served."""
    schemas, components = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(f"{PREFIX}{operation.path}", {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "HubSpot Skill",
            "version": version,
            "summary": "HubSpot for any client",
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": server or "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(o.tag for o in operations)],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {_response_name(status): _response(status) for status in _statuses()},
            "headers": {
                "ETag": {"description": "The state of what was read, for If-None-Match.", "schema": {"type": "string"}},
                "Link": {"description": "The next page, where there is one.", "schema": {"type": "string"}},
                "Location": {"description": "Where the new record is.", "schema": {"type": "string"}},
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of the file that `hubspot-skill serve` names when it starts.",
                }
            },
        },
    }


def _schemas(operations: Iterable[Operation[Any, Any]]) -> tuple[_Schemas, dict[str, Any]]:
    """Give the schema of each query, body and answer, by operation and use, and the components they lead to."""
    inputs: list[tuple[Any, Any, TypeAdapter[Any]]] = [("problem", "serialization", adapter_of(Problem))]
    for operation in operations:
        inputs.append(((operation.id, "query"), "validation", adapter_of(operation.query)))
        if operation.body is not None:
            inputs.append(((operation.id, "body"), "validation", adapter_of(operation.body)))
        inputs += [
            ((operation.id, int(status)), "serialization", adapter_of(model))
            for status, model in operation.answers.items()
            if model is not None
        ]
    found, shared = TypeAdapter.json_schemas(inputs, ref_template=_REF)
    schemas: dict[Any, Any] = {key: schema for (key, _), schema in found.items()}
    components: dict[str, Any] = dict(shared.get("$defs", {}))
    queries = {_name_of(schemas[(o.id, "query")]) for o in operations}
    kept = {name: schema for name, schema in components.items() if name not in queries}
    whole = {**schemas, "queries": {name: components[name] for name in queries if name in components}}
    return whole, dict(sorted(kept.items()))


def _name_of(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _operation(operation: Operation[Any, Any], schemas: _Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": _parameters(operation, schemas),
        "responses": _responses(operation, schemas),
    }
    if operation.description:
        told["description"] = operation.description
    if operation.body is not None:
        told["requestBody"] = _request_body(operation, schemas[(operation.id, "body")])
    if operation.is_open:
        told["security"] = []
    if operation.effect is Effect.PERSON:
        told["description"] = f"{operation.description} For the console's session, not for scripts.".strip()
    return told


def _parameters(operation: Operation[Any, Any], schemas: _Schemas) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": said,
            "schema": {"type": "string", "minLength": 1, "maxLength": 300},
        }
        for name, said in operation.parts.items()
    ]
    schema = schemas[(operation.id, "query")]
    query = schemas["queries"].get(_name_of(schema), schema)
    for name, inner in query["properties"].items():
        plain = _plain({key: value for key, value in inner.items() if key not in {"title", "explode", "description"}})
        parameter: dict[str, Any] = {"name": name, "in": "query", "schema": plain}
        if "description" in inner:
            parameter["description"] = inner["description"]
        if plain.get("type") == "array":
            parameter |= {"style": "form", "explode": inner.get("explode", True)}
        if name in query.get("required", ()):
            parameter["required"] = True
        found.append(parameter)
    if operation.takes_if_match:
        said = "The ETag of the record as it was read: nothing is written if it has changed since."
        found.append({"name": "If-Match", "in": "header", "description": said, "schema": {"type": "string"}})
    return found


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a parameter's schema without null, which an address cannot hold."""
    branches = [b for b in schema.get("anyOf", []) if b.get("type") != "null"]
    if len(branches) == 1:
        schema = {**branches[0], **{key: value for key, value in schema.items() if key != "anyOf"}}
    return {key: value for key, value in schema.items() if (key, value) != ("default", None)}


def _request_body(operation: Operation[Any, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    taken: Mapping[str, Any] = schema
    if operation.takes_many:
        taken = {"oneOf": [schema, {"type": "array", "items": schema, "minItems": 1, "maxItems": 200}]}
    content: dict[str, Any] = {"schema": taken}
    if operation.example is not None:
        content["example"] = operation.example
    return {"required": True, "content": {JSON: content}}


def _responses(operation: Operation[Any, Any], schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, model in operation.answers.items():
        response: dict[str, Any] = {"description": status.phrase}
        if model is not None:
            schema = schemas[(operation.id, int(status))]
            response["content"] = {operation.media_type: {"schema": schema}}
        headers = _headers_of(operation, status)
        if headers:
            response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
        found[str(int(status))] = response
    if operation.effect is Effect.READ and HTTPStatus.OK in operation.answers:
        found["304"] = {"description": "Not changed since the tag in If-None-Match."}
    for status in _statuses():
        key = str(int(status))
        has_body = operation.body is not None or status not in _NO_BODY
        if key not in found and has_body:
            found[key] = {"$ref": f"#/components/responses/{_response_name(status)}"}
        elif status in operation.answers and has_body:
            found[key]["content"][MEDIA_TYPE] = {"schema": {"$ref": _REF.format(model="Problem")}}
    return dict(sorted(found.items()))


def _headers_of(operation: Operation[Any, Any], status: HTTPStatus) -> list[str]:
    if status is HTTPStatus.CREATED:
        return ["Location"]
    if operation.effect is Effect.READ and status is HTTPStatus.OK:
        return ["ETag", "Link"] if operation.id.startswith("list_") else ["ETag"]
    return []


def _statuses() -> list[HTTPStatus]:
    return sorted({form.status for form in FORMS.values()})


def _response_name(status: HTTPStatus) -> str:
    return f"Problem{int(status)}"


def _response(status: HTTPStatus) -> dict[str, Any]:
    """Give the response of a status that tells an error, with an example for each code that has it."""
    of_it = {code: form for code, form in FORMS.items() if form.status is status}
    examples = {
        code: {
            "summary": form.title,
            "value": {
                "type": f"{DOCS_PATH}#{code}",
                "title": form.title,
                "status": int(status),
                "code": code,
                "detail": form.example,
            },
        }
        for code, form in of_it.items()
    }
    return {
        "description": f"{status.phrase}: {', '.join(of_it)}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}, "examples": examples}},
    }
