"""Trial F4: malformed bodies are refused with a typed error, in bounded memory, and the server stays up."""

import json
import random
import sys
import tracemalloc
from collections.abc import Callable, Iterator

import anyio
import pytest

from hubspot_skill.foundation.json_bodies import MAX_BODY_DEPTH, MAX_BODY_KEYS, body_problem
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.foundation.traffic import Limits
from hubspot_skill.surfaces.mcp.http import loopback
from tests.mcp.conftest import CORE_TOOLS
from tests.mcp.test_http import AUTHORIZED, HEADERS, LIST, META, PORT, TOKEN, served

BODIES = 2_000
MOST_MEMORY_BYTES = 16 * 1024 * 1024

CALL = {
    "jsonrpc": "2.0",
    "id": 7,
    "method": "tools/call",
    "params": {"name": "hubspot_brief", "arguments": {"record": "ada@example.com"}, "_meta": META},
}
GOOD = json.dumps(CALL).encode()


def cut(chance: random.Random) -> bytes:
    return GOOD[: chance.randrange(len(GOOD))]


def flipped(chance: random.Random) -> bytes:
    """Change one structural byte, so that the text is no JSON, or no JSON-RPC."""
    places = [i for i, byte in enumerate(GOOD) if byte in b'{}[]:,"']
    place = chance.choice(places)
    return GOOD[:place] + bytes([chance.choice(b"\x00\x01;=~")]) + GOOD[place + 1 :]


def noise(chance: random.Random) -> bytes:
    return b"\xff" + chance.randbytes(chance.randrange(1, 400))


def deep(chance: random.Random) -> bytes:
    """Up to 100,000 levels, in lists or objects, closed or not."""
    levels = chance.choice([MAX_BODY_DEPTH + 1, 1_000, 100_000])
    opening, closing = chance.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return opening * levels + b"1" + closing * chance.choice([0, levels])


def large(chance: random.Random) -> bytes:
    return GOOD[:-1] + b',"padding":"' + b"x" * (300 * 1024) + b'"}'


def half_character(chance: random.Random) -> bytes:
    half = chance.choice([b"\\ud800", b"\\udfff", b"\\udc00\\ud800"])
    return GOOD.replace(b"ada@", b"ada" + half)


def not_finite(chance: random.Random) -> bytes:
    return GOOD.replace(b'"ada@example.com"', chance.choice([b"NaN", b"Infinity", b"-Infinity"]))


def twice(chance: random.Random) -> bytes:
    """The same key twice, at a depth of choice: two readers would see two calls."""
    first = chance.choice([b'"id": 7', b'"name": "hubspot_brief"', b'"record": "ada@example.com"'])
    return GOOD.replace(first, first + b", " + first.replace(b"ada", b"eve").replace(b"7", b"8"))


def wide(chance: random.Random) -> bytes:
    keys = {f"k{i}": i for i in range(MAX_BODY_KEYS + chance.randrange(1, 500))}
    return json.dumps(CALL | {"params": keys}).encode()


def not_rpc(chance: random.Random) -> bytes:
    values = [None, 1, "x", [], {}, [CALL], CALL | {"jsonrpc": "1.0"}, CALL | {"method": 5}, CALL | {"id": {"a": 1}}]
    return json.dumps(chance.choice(values)).encode()


SHAPES: tuple[Callable[[random.Random], bytes], ...] = (
    cut,
    flipped,
    noise,
    deep,
    large,
    half_character,
    not_finite,
    twice,
    wide,
    not_rpc,
)


def bodies(count: int, seed: int = 4) -> Iterator[bytes]:
    chance = random.Random(seed)
    for i in range(count):
        yield SHAPES[i % len(SHAPES)](chance)


async def test_two_thousand_malformed_bodies_get_typed_errors_in_bounded_memory(unconnected):
    unbounded = Limits(per_minute=1_000_000, burst=1_000_000)  # what is too much is asked in test_http
    async with served(unconnected, loopback(PORT, Secret(TOKEN), limits=unbounded)) as client:
        headers = HEADERS | AUTHORIZED | {"Mcp-Method": "tools/call", "Mcp-Name": "hubspot_brief"}
        legacy = {k: v for k, v in headers.items() if not k.startswith(("MCP-", "Mcp-"))}
        good = await client.post("/mcp", content=GOOD, headers=headers)
        assert json.loads(good.json()["result"]["content"][0]["text"])["error"] == "not_connected"
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        try:
            for i, body in enumerate(bodies(BODIES)):
                answer = await client.post("/mcp", content=body, headers=legacy if i % 2 else headers)
                assert 400 <= answer.status_code < 429, (body[:80], answer.text[:200])
                error = answer.json()["error"]
                assert isinstance(error["code"], int), body[:80]
                assert error["message"], body[:80]
                assert "Traceback" not in answer.text
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak - before <= MOST_MEMORY_BYTES
        assert (await client.post("/mcp", json=LIST, headers=HEADERS | AUTHORIZED)).status_code == 200


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a":1,"a":2}', "same key twice"),
        (b'{"a":NaN}', "NaN, which is not JSON"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"a":1', "not JSON"),
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "nested deeper than 24"),
        (b'{"a":' + b"1" * 5_000 + b"}", "not JSON"),
    ],
)
def test_the_reason_names_what_is_wrong_with_a_body(body, reason):
    assert reason in body_problem(body)


@pytest.mark.parametrize(
    "body",
    [GOOD, b'{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', b'"\\ud83d\\ude00"', b'{"a":"\\"["}', b"[[1],[2]]" + b" " * 9],
)
def test_what_means_one_thing_is_taken(body):
    assert body_problem(body) == ""


async def test_malformed_lines_on_standard_input_leave_the_server_answering(tmp_path):
    """Over stdio the SDK reads the lines; ours is that nothing of it ends the server."""
    program = (
        "import anyio\n"
        "from hubspot_skill.surfaces.mcp.server import build_server\n"
        "from hubspot_skill.surfaces.mcp.settings import McpSettings\n"
        "from hubspot_skill.surfaces.mcp.stdio import serve_stdio\n"
        "from tests.mcp.conftest import nobody\n"
        "anyio.run(serve_stdio, build_server(nobody, settings=McpSettings(version='0.1.0')))\n"
    )
    lines = [body.replace(b"\n", b" ").replace(b"\r", b" ") for body in bodies(200)]
    first = {
        "jsonrpc": "2.0",
        "id": "hello",
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    last = {"jsonrpc": "2.0", "id": "last", "method": "tools/list"}
    async with await anyio.open_process([sys.executable, "-c", program]) as process:
        assert process.stdin
        assert process.stdout
        answers = b""
        with anyio.fail_after(20):
            await process.stdin.send(json.dumps(first).encode() + b"\n")
            await process.stdin.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
            for line in [*lines, json.dumps(last).encode()]:
                await process.stdin.send(line + b"\n")
            while b'"last"' not in answers or not answers.endswith(b"\n"):
                answers += await process.stdout.receive()
        process.terminate()
    told = [json.loads(line) for line in answers.splitlines()]
    assert len(next(a for a in told if a.get("id") == "last")["result"]["tools"]) == CORE_TOOLS
