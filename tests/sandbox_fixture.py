"""Serves a sandbox over real HTTP on a free loopback port, for tests of any room."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from hubspot_skill.sandbox.app import Sandbox
from hubspot_skill.sandbox.seed import PortalSeed
from hubspot_skill.sandbox.transport import CuttableProtocol

__all__ = ["Served", "running_sandbox"]

START_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running sandbox: where it listens, and its parts to look into and to steer."""

    base_url: str
    sandbox: Sandbox


class _Server(uvicorn.Server):
    """A server that tells when it listens and stops at once when it is told to, without waiting for its next tick."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()
        self._told: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        self._told, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await self.on_tick(0)
        self.listening.set()
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections:
            await asyncio.sleep(0)

    def stop(self) -> None:
        self.should_exit = self.force_exit = True
        if self._told is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)


@contextmanager
def running_sandbox(portals: Sequence[PortalSeed | Path], **options: Any) -> Iterator[Served]:
    """Serve a new sandbox while the block runs; `options` are those of `Sandbox`."""
    sandbox = Sandbox(portals, **options)
    config = uvicorn.Config(
        sandbox.app,
        host="127.0.0.1",
        port=0,
        http=CuttableProtocol,
        log_level="warning",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        if not server.listening.wait(START_LIMIT_S):
            raise TimeoutError("the sandbox did not listen within five seconds")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(f"http://127.0.0.1:{port}", sandbox)
    finally:
        server.stop()
        thread.join(START_LIMIT_S)
        sandbox.close()
