"""`hubspot-api-client` 12.0.0, HubSpot's own Python client of the v3 and v4 paths, works against the sandbox over the wire."""

import re
from collections.abc import Iterator

import pytest
from hubspot import HubSpot

from hubspot_skill.sandbox.app import Sandbox
from tests.official.api_client_cases import CASES, FAMILIES, NOT_COVERED
from tests.official.operations import Operation, api_client_operations
from tests.official.scene import TOKEN, Scene, serving

OPERATIONS = {operation.name: operation for operation in api_client_operations(FAMILIES)}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Sandbox, str]]:
    with serving() as served:
        yield served


@pytest.fixture
def scene(running: tuple[Sandbox, str]) -> Scene:
    sandbox, base_url = running
    sandbox.reset()
    return Scene(HubSpot(access_token=TOKEN, host=base_url, base_url=base_url), sandbox, base_url)


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
def test_the_client_understands_what_the_sandbox_answers(scene: Scene, operation: Operation) -> None:
    CASES[operation.name](scene)
    assert scene.saw(operation)
