"""Listens on a port of this machine and serves an application there until somebody asks to stop.

The port is taken before anything else is built, so that a taken one is an error at once, which names the setting.
Ctrl-C and SIGTERM end a server in order and count as done, not as failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn

from hubspot_skill.domain.errors import PlaceError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["MAX_HEAD_BYTES", "listen", "listen_all", "serving", "stop_asked"]

GRACE_S = 2
MAX_HEAD_BYTES = 16 * 1024
_STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def listen(host: str, port: int, *, option: str) -> Generator[socket.socket]:
    """Give a socket that listens there, closed at the end; `option` names what sets the port.

    Raises:
        PlaceError: the port is taken or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise PlaceError(
            f"port {port} on {host} cannot be used: {os.strerror(error.errno) if error.errno else error}",
            hint=f"Stop the program that has it, or choose another port with {option}.",
        ) from error
    with listener:
        yield listener


@contextmanager
def listen_all(hosts: Sequence[str], port: int, *, option: str) -> Generator[tuple[socket.socket, ...]]:
    """Give sockets that listen at one port of several addresses of this machine; IPv6 only where there is any.

    Raises:
        PlaceError: as `listen`.
    """
    with ExitStack() as stack:
        first = stack.enter_context(listen(hosts[0], port, option=option))
        more = [
            stack.enter_context(listen(host, port, option=option))
            for host in hosts[1:]
            if ":" not in host or _has_ipv6()
        ]
        yield (first, *more)


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@asynccontextmanager
async def stop_asked() -> AsyncGenerator[asyncio.Event]:
    """Give an event that Ctrl-C and SIGTERM set, instead of their usual effect, while the block runs."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(*_: object) -> None:
        loop.call_soon_threadsafe(asked.set)

    before = {number: signal.signal(number, ask) for number in _STOPPING}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@asynccontextmanager
async def serving(app: ASGIApp, *listeners: socket.socket) -> AsyncGenerator[None]:
    """Serve an application on listening sockets while the block runs."""
    server = _Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=GRACE_S,
            http="h11",
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            # uvicorn believes X-Forwarded-For of loopback callers, and all of ours are: attempts are counted by address.
            proxy_headers=False,
            server_header=False,
        )
    )
    task = asyncio.create_task(server.serve(sockets=list(listeners)))
    try:
        started = asyncio.create_task(server.started_once.wait())
        await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if task.done():
            task.result()
            raise PlaceError("the HTTP server ended while it started")
        yield
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, and with an event for its start."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.started_once = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to whoever runs this server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell that it listens."""
        await super().startup(sockets)
        self.started_once.set()
