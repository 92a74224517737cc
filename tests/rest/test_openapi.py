"""The OpenAPI document and the served routes say the same; trial F2 asks everything in it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from starlette.routing import Route

from hubspot_skill.surfaces.rest.app import PREFIX
from hubspot_skill.surfaces.rest.models.answers import Problem
from hubspot_skill.surfaces.rest.operations import Effect
from hubspot_skill.surfaces.rest.problems import FORMS
from hubspot_skill.surfaces.rest.resources import all_operations
from tests.rest.scene import Counter

METHODS = {"get", "post", "put", "patch", "delete"}


async def _document(counter: Counter) -> dict[str, Any]:
    return (await counter.script.get("/openapi.json")).json()


async def test_the_document_names_every_route_with_its_methods_and_no_other(counter: Counter) -> None:
    document = await _document(counter)
    routes = {route.path for route in counter.app.routes if isinstance(route, Route)}
    assert set(document["paths"]) == routes
    told = {(p, m) for p, methods in document["paths"].items() for m in methods}
    for path in routes:
        sample = path.replace("{id}", "1").replace("{type}", "tickets").replace("{alias}", "acme")
        sample = sample.replace("{plan}", "1").replace("{name}", "a.csv").replace("{metric}", "open_deals")
        allow = (await counter.script.options(sample.removeprefix(PREFIX))).headers["allow"]
        taken = {m.lower() for m in allow.split(", ")} & METHODS
        assert taken == {m for p, m in told if p == path}, path


async def test_the_document_is_valid_and_every_reference_in_it_leads_somewhere(counter: Counter) -> None:
    document = await _document(counter)
    text = json.dumps(document)
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert f'"#/components/schemas/{name}"' in text, f"{name} is used nowhere"
    references = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    for reference in references:
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    assert document["openapi"].startswith("3.1")
    ids = [o["operationId"] for methods in document["paths"].values() for o in methods.values()]
    assert len(ids) == len(set(ids)) == len(all_operations())


async def test_every_operation_tells_every_error_and_each_code_has_an_example(counter: Counter) -> None:
    document = await _document(counter)
    examples = {
        code: example["value"]
        for response in document["components"]["responses"].values()
        for code, example in response["content"]["application/problem+json"]["examples"].items()
    }
    assert set(examples) == set(FORMS)
    for code, value in examples.items():
        assert Problem.model_validate(value).code == code
    for methods in document["paths"].values():
        for operation in methods.values():
            assert {"400", "401", "403", "404", "409", "422", "429", "500", "502", "503", "504"} <= set(
                operation["responses"]
            )


@pytest.mark.parametrize(
    "operation",
    [o for o in all_operations() if o.example and o.effect is Effect.WRITE and o.id != "sync"],
    ids=lambda o: o.id,
)
async def test_every_example_body_is_one_that_is_taken(counter: Counter, operation: Any) -> None:
    named = {"campaigns": "Spring launch", "pipelines": "default"}
    places = {"id": {"contacts": "2001", "companies": "1001", "deals": "3001", "objects": "4001", **named}}
    family = operation.path.split("/")[1]
    path = operation.path.replace("{type}", "tickets").replace("{id}", places["id"].get(family, "1"))
    body = json.loads(json.dumps(operation.example).replace("acme.com", "1001").replace('"me"', '"501"'))
    answer = await counter.script.request(operation.method, path, json=body)
    assert answer.status_code in operation.answers, answer.text


async def test_the_page_shows_every_operation_and_problem_without_a_script(counter: Counter) -> None:
    page = (await counter.script.get("/docs")).text
    for operation in all_operations():
        assert f'id="{operation.id}"' in page
    for code in FORMS:
        assert f'<tr id="{code}">' in page
    assert "<script" not in page
    assert "style=" not in page
    assert "http://localhost:8765/api/hubspot/deals" in page
