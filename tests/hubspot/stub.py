"""A raw HTTP stub on a loopback port: what a real server never sends, and calls counted one by one.

The sandbox is the pretend HubSpot; this is for the wire itself: cut answers, resets, silence, bombs, odd headers.
A test gives a function from the request to what is done on the wire; keep-alive works as a real server's.
"""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import LimitSettings
from hubspot_skill.hubspot.settings import AdapterSettings
from hubspot_skill.hubspot.tokens import StaticToken
from hubspot_skill.hubspot.transport import Transport

__all__ = ["Received", "Stub", "connected", "cut", "hang", "raw", "reply", "reset", "serving"]

TOKEN = "pat-na1-demo"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Act = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Stub:
    """A running stub: its address and every request that it has read."""

    base_url: str = ""
    received: list[Received] = field(default_factory=list)
    connections: int = 0


def raw(data: bytes) -> Act:
    """Write these bytes as they are."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return act


def reply(
    status: int = 200,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json;charset=utf-8",
    delay_s: float = 0.0,
) -> Act:
    """Answer with JSON (or with bytes as they are)."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} Stub", f"content-length: {len(content)}", f"content-type: {content_type}"]
    head += [f"{name}: {value}" for name, value in (headers or {}).items()]
    data = "\r\n".join(head).encode() + b"\r\n\r\n" + content

    async def act(writer: asyncio.StreamWriter) -> None:
        if delay_s:
            await asyncio.sleep(delay_s)
        writer.write(data)
        await writer.drain()

    return act


async def hang(writer: asyncio.StreamWriter) -> None:
    """Say nothing until the connection is closed."""
    await asyncio.get_running_loop().create_future()


async def reset(writer: asyncio.StreamWriter) -> None:
    """Reset the connection (RST) without an answer."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def cut(writer: asyncio.StreamWriter) -> None:
    """Send half an answer and close."""
    writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"id": "1", ')
    await writer.drain()
    writer.close()


@asynccontextmanager
async def serving(decide: Callable[[Received], Act]) -> AsyncIterator[Stub]:
    """Serve while the block runs; `decide` says for each request what happens on the wire."""
    stub = Stub()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        stub.connections += 1
        try:
            while not writer.transport.is_closing():
                request = await _read(reader)
                if request is None:
                    return
                stub.received.append(request)
                await decide(request)(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    stub.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield stub
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.gather(*tasks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Received | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)


@asynccontextmanager
async def connected(
    base_url: str, *, clock: Clock | None = None, limits: LimitSettings | None = None, **settings: Any
) -> AsyncIterator[HubSpot]:
    """Give an adapter that calls this address; chance is fixed, so pauses before retries are known."""
    chosen = AdapterSettings(api_base_url=base_url, limits=limits or LimitSettings(), **settings)
    hubspot = HubSpot(
        tokens=StaticToken(Secret(TOKEN)),
        transport=Transport(chosen),
        settings=chosen,
        clock=clock or SystemClock(),
        chance=lambda: 0.0,
    )
    try:
        yield hubspot
    finally:
        await hubspot.aclose()
