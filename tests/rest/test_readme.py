"""The README's REST examples, sent as they stand."""

import re
import shlex
from pathlib import Path

import pytest

from tests.rest.scene import ORIGIN, TOKEN, Counter

TEXT = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"^curl .+$", TEXT, re.MULTILINE)


def _parts(line: str) -> tuple[str, str, dict[str, str], str | None]:
    """Give method, address, headers and body of a curl command."""
    words = shlex.split(line)[1:]
    method, headers, body, address = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value.replace("$TOKEN", TOKEN)
        elif word == "-d":
            body = words.pop(0)
        else:
            address = word
    return method, address, headers, body


@pytest.mark.promise("rest-examples")
@pytest.mark.parametrize("line", EXAMPLES)
async def test_every_example_is_answered(counter: Counter, line: str) -> None:
    method, address, headers, body = _parts(line)
    # The tests' portal has no user of the token's own, and two companies of one domain.
    address = address.replace("owner=me", "owner=nobody").replace("company=acme.com", "company=1001")
    async with counter.client() as client:
        answer = await client.request(method, address, headers=headers, content=body)
    assert address.startswith(ORIGIN)
    assert answer.status_code == 200, answer.text


def test_there_are_examples_of_reading_and_of_writing() -> None:
    assert {_parts(line)[0] for line in EXAMPLES} >= {"GET", "POST", "PATCH"}
