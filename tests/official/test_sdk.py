"""`hubspot-sdk` 0.1.0a9, HubSpot's Python client of the 2026-03 paths, works against the sandbox over the wire.

The client checks every answer against its own models (`_strict_response_validation`), so a missing or misspelt field fails here.
One gap is the models' own: they say that a property's value is a text, where HubSpot sends null for an empty one (facts 5.1 [L]). A case
that meets it is proven to have met nothing else, and runs once more without the check.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hubspot_sdk import APIResponseValidationError, HubSpot

from hubspot_skill.sandbox.app import Sandbox
from tests.official.operations import Operation, sdk_operations
from tests.official.scene import TOKEN, Scene, serving
from tests.official.sdk_cases import CASES, FAMILIES, NOT_COVERED

OPERATIONS = {operation.name: operation for operation in sdk_operations(FAMILIES)}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Sandbox, str]]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def strict(running: tuple[Sandbox, str]) -> Iterator[HubSpot]:
    with HubSpot(
        access_token=TOKEN, base_url=running[1], max_retries=0, timeout=5, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture(scope="module")
def lenient(running: tuple[Sandbox, str]) -> Iterator[HubSpot]:
    with HubSpot(access_token=TOKEN, base_url=running[1], max_retries=0, timeout=5) as client:
        yield client


def _scene(running: tuple[Sandbox, str], client: HubSpot) -> Scene:
    sandbox, base_url = running
    sandbox.reset()
    return Scene(client, sandbox, base_url)


def _is_empty_property(problem: Mapping[str, Any]) -> bool:
    return "properties" in problem["loc"] and problem["type"] == "string_type" and problem["input"] is None


def _reasons(name: str) -> list[str]:
    return [pattern for pattern in NOT_COVERED if re.match(pattern, name)]


def test_every_operation_of_our_families_is_exercised_or_left_out_for_a_reason() -> None:
    forgotten = {name for name in OPERATIONS if name not in CASES and not _reasons(name)}
    both = {name for name in CASES if _reasons(name)}
    assert (forgotten, both) == (set(), set())


def test_no_case_and_no_reason_is_about_nothing() -> None:
    assert CASES.keys() <= OPERATIONS.keys()
    assert [pattern for pattern in NOT_COVERED if not any(re.match(pattern, name) for name in OPERATIONS)] == []


@pytest.mark.promise("official-clients")
@pytest.mark.parametrize("operation", [OPERATIONS[name] for name in CASES if name in OPERATIONS], ids=lambda o: o.name)
def test_the_client_understands_what_the_sandbox_answers(running, strict, lenient, operation: Operation) -> None:
    scene = _scene(running, strict)
    try:
        CASES[operation.name](scene)
    except APIResponseValidationError as refused:
        problems = refused.__cause__.errors()
        assert [problem for problem in problems if not _is_empty_property(problem)] == []
        scene = _scene(running, lenient)
        CASES[operation.name](scene)
    assert scene.saw(operation)
