"""The HTTP door: who may knock, what bodies are taken, and both protocol eras behind it."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from starlette.routing import Route

from hubspot_skill.domain.errors import NotConnectedError, SettingsError
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.foundation.traffic import Limits
from hubspot_skill.surfaces.mcp.http import MAX_BODY_BYTES, HttpSettings, check_bind, http_app, loopback
from hubspot_skill.surfaces.mcp.server import build_server
from hubspot_skill.surfaces.mcp.settings import McpSettings
from tests.mcp.conftest import CORE_TOOLS, VERSION, Era, told

PORT = 8765
TOKEN = "t0ken-of-this-test"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/list",
}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": META}}


@asynccontextmanager
async def served(server: MCPServer[Any], settings: HttpSettings | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve in this process without a socket; the client's own Host is one that is allowed."""
    app = http_app(server, settings or loopback(PORT, Secret(TOKEN)), version=VERSION)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=f"http://127.0.0.1:{PORT}") as client,
    ):
        yield client


HOSTS = {
    f"127.0.0.1:{PORT}": True,
    f"localhost:{PORT}": True,
    f"[::1]:{PORT}": True,
    f"LOCALHOST:{PORT}": False,
    "127.0.0.1": False,
    "127.0.0.1:1": False,
    "evil.example:8765": False,
    "localhost.evil.example:8765": False,
}
ORIGINS = {
    None: True,
    f"http://127.0.0.1:{PORT}": True,
    f"http://localhost:{PORT}": True,
    "https://evil.example": False,
    "null": False,
}


@pytest.mark.parametrize(("host", "origin"), list(itertools.product(HOSTS, ORIGINS)))
async def test_host_and_origin_decide_who_may_use_the_server(unconnected, host, origin):
    """Trial A5: 40 cases. A page that a name was rebound to reaches loopback, but not with our Host and Origin."""
    extra = {"Host": host} | ({"Origin": origin} if origin else {})
    async with served(unconnected) as client:
        answer = await client.post("/mcp", json=LIST, headers=HEADERS | AUTHORIZED | extra)
        health = await client.get("/health", headers=extra)
    expected = 421 if not HOSTS[host] else (403 if not ORIGINS[origin] else 200)
    assert (answer.status_code, health.status_code) == (expected, expected)
    if expected != 200:
        assert answer.json()["error"]["message"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "192.168.1.7", "example.com", ""])
def test_listening_where_others_can_reach_is_refused(host):
    """Trial A5: a server that others can reach needs a sign-in, which there is not yet."""
    with pytest.raises(SettingsError) as error:
        check_bind(host)
    assert "127.0.0.1" in error.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_listening_on_loopback_is_fine(host):
    check_bind(host)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer \xff",
    ],
)
async def test_without_the_right_token_nothing_is_served_but_health(unconnected, authorization):
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    async with served(unconnected) as client:
        for method in ("POST", "GET", "DELETE", "OPTIONS"):
            answer = await client.request(method, "/mcp", headers=[*HEADERS.items(), *headers.items()])
            assert answer.status_code == 401, method
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert TOKEN not in answer.text
        assert (await client.get("/health")).json() == {"status": "ok", "version": VERSION}
        assert (await client.get("/elsewhere", headers=AUTHORIZED)).status_code == 404


async def test_two_tokens_or_two_hosts_are_refused(unconnected):
    async with served(unconnected) as client:
        twice = [*HEADERS.items(), *AUTHORIZED.items(), ("Authorization", "Bearer x")]
        assert (await client.post("/mcp", json=LIST, headers=twice)).status_code == 401


async def test_a_body_above_256_kib_or_a_long_address_is_refused(unconnected):
    body = json.dumps(LIST | {"padding": "x" * MAX_BODY_BYTES}).encode()
    async with served(unconnected) as client:
        headers = HEADERS | AUTHORIZED
        assert (await client.post("/mcp", content=body, headers=headers)).status_code == 413
        assert (await client.post("/mcp?" + "x" * 3000, json=LIST, headers=headers)).status_code == 414
        assert (await client.post("/mcp", json=LIST, headers=headers)).status_code == 200


@asynccontextmanager
async def listening(server: MCPServer[Any]) -> AsyncIterator[str]:
    """Serve over a real socket and give the address."""
    import anyio

    config = uvicorn.Config(_placeholder, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=1)
    socket = config.bind_socket()
    port = socket.getsockname()[1]
    config.app = http_app(server, loopback(port, Secret(TOKEN)), version=VERSION)
    running = uvicorn.Server(config)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(running.serve, [socket])
        try:
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            running.should_exit = True


async def _placeholder(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError


async def test_the_sdk_client_lists_and_calls_over_a_real_socket_in_both_eras(unconnected, era: Era):
    async with (
        listening(unconnected) as url,
        httpx2.AsyncClient(headers=AUTHORIZED) as http,
        Client(streamable_http_client(url, http_client=http), mode=era) as client,
    ):
        assert len((await client.list_tools()).tools) == CORE_TOOLS
        assert told(await client.call_tool("hubspot_whoami", {}))["error"] == "not_connected"


async def test_a_caller_that_asks_too_often_is_told_when_to_come_again(unconnected):
    settings = loopback(PORT, Secret(TOKEN), limits=Limits(per_minute=6, burst=3))
    async with served(unconnected, settings) as client:
        answers = [await client.post("/mcp", json=LIST, headers=HEADERS | AUTHORIZED) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert "requests in a minute" in answers[-1].json()["error"]["message"]


@pytest.mark.parametrize(("limits", "status"), [(Limits(at_once=2), 429), (Limits(at_once=8, at_once_together=2), 503)])
async def test_too_much_at_once_is_refused_and_passes_when_the_others_have_ended(limits: Limits, status: int):
    release, running = asyncio.Event(), asyncio.Semaphore(0)

    async def slow(account: str) -> Any:
        running.release()
        await release.wait()
        raise NotConnectedError("no account")

    server = build_server(slow, settings=McpSettings(version=VERSION))
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"_meta": META, "name": "hubspot_whoami", "arguments": {}}}  # fmt: skip
    headers = HEADERS | AUTHORIZED | {"Mcp-Method": "tools/call", "Mcp-Name": "hubspot_whoami"}
    async with served(server, loopback(PORT, Secret(TOKEN), limits=limits)) as client, asyncio.timeout(10):
        waiting = [asyncio.ensure_future(client.post("/mcp", json=call, headers=headers)) for _ in range(2)]
        for _ in waiting:
            await running.acquire()
        refused = await client.post("/mcp", json=LIST, headers=HEADERS | AUTHORIZED)
        release.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200]
        again = await client.post("/mcp", json=LIST, headers=HEADERS | AUTHORIZED)
    assert (refused.status_code, refused.headers["retry-after"]) == (status, "1")
    assert again.status_code == 200


async def test_a_fault_of_our_own_is_told_as_one_with_the_headers_of_every_answer(unconnected):
    async def breaks(request: Any) -> Any:
        raise RuntimeError("secret words of a fault")

    app = http_app(
        unconnected, loopback(PORT, Secret(TOKEN)), version=VERSION, watching=[Route("/ready", breaks, methods=["GET"])]
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
        answer = await client.get("/ready", headers=AUTHORIZED)
    assert answer.status_code == 500
    assert "secret words" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
