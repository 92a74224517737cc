"""What every server of this program does at the wire: it names no software, believes no forwarded address, bounds heads."""

import asyncio
import socket

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hubspot_skill.app.listening import MAX_HEAD_BYTES, serving


async def _who(request: Request) -> Response:
    return PlainTextResponse(f"{request.client.host if request.client else ''} {request.url.scheme}")


def _app() -> Starlette:
    return Starlette(routes=[Route("/who", _who)])


async def test_a_caller_cannot_choose_the_address_that_its_attempts_are_counted_by() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    forged = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    async with serving(_app(), listener), httpx2.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/who", headers=forged)
    assert answer.text == "127.0.0.1 http"
    assert "server" not in answer.headers


async def test_a_head_over_the_limit_is_refused() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    async with serving(_app(), listener), asyncio.timeout(5):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"GET /who HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 2 * MAX_HEAD_BYTES)
        await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()
