"""`hubspot-skill serve` and `mcp` as a person starts them: what they say, whom they answer, how they end."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.app.programs import ENTRY, FIVE_S, START_LIMIT_S, Running, environ, free_ports, started


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one person."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Running]:
    """A server with no account behind it."""
    port, _ = free_ports()
    with started(home, "serve", "--port", port) as running:
        yield running


def _address(server: Running) -> str:
    return server.said.partition("MCP over HTTP at ")[2].partition(",")[0]


@pytest.mark.promise("http-guarded")
async def test_the_server_answers_who_has_the_token_of_the_file_that_it_names(server: Running) -> None:
    token = Path(server.said.splitlines()[1].strip()).read_text().strip()
    headers = {"authorization": f"Bearer {token}"}

    async with (
        httpx2.AsyncClient(headers=headers) as known,
        Client(streamable_http_client(_address(server), http_client=known)) as client,
    ):
        answer = await client.call_tool("hubspot_whoami", {})
    async with httpx2.AsyncClient() as stranger:
        refused = await stranger.post(_address(server), json={})
        health = await stranger.get(_address(server).replace("/mcp", "/health"))

    assert answer.is_error
    assert "not_connected" in answer.content[0].text  # pyright: ignore[reportAttributeAccessIssue]
    assert (refused.status_code, health.status_code) == (401, 200)
    assert token not in server.said


def test_a_taken_port_is_an_error_that_names_the_setting(server: Running, home: Path) -> None:
    port = _address(server).rpartition(":")[2].partition("/")[0]

    done = subprocess.run(
        [ENTRY, "serve"],
        env=environ(home) | {"HUBSPOT_SKILL_PORT": port},
        capture_output=True,
        text=True,
        timeout=START_LIMIT_S,
    )

    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "HUBSPOT_SKILL_PORT" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_cleanly_when_asked(home: Path, number: signal.Signals) -> None:
    port, _ = free_ports()
    with started(home, "serve", "--port", port) as running:
        assert running.stop(number) == 0
    socket.create_server(("127.0.0.1", int(port))).close()


def test_mcp_ends_when_its_client_closes_its_input_and_when_interrupted(home: Path) -> None:
    for interrupt in (False, True):
        with subprocess.Popen(
            [ENTRY, "mcp"],
            env=environ(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
            process.stdin.flush()
            process.stdout.readline()
            if interrupt:
                process.send_signal(signal.SIGINT)
            else:
                process.stdin.close()
            code = process.wait(FIVE_S)
            assert process.stderr is not None
            assert (code, process.stderr.read()) == (0, "")
