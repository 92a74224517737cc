"""Serves a sandbox on a loopback port: the choice of portals, their data, the clock and the rate policy in one value.

Nothing is printed here; the caller learns through `ready` where the sandbox listens and by which tokens it is reached.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import uvicorn

from hubspot_skill.sandbox.app import Sandbox
from hubspot_skill.sandbox.cache import cached_portal
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.csv_folder import load_folder
from hubspot_skill.sandbox.generate import DEFAULT_SIZE, PORTALS, generate
from hubspot_skill.sandbox.rates import POLICIES
from hubspot_skill.sandbox.transport import CuttableProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from hubspot_skill.sandbox.seed import PortalSeed

__all__ = ["Running", "SandboxOptions", "open_sandbox", "serve"]

HOST = "127.0.0.1"
"""The only address that a sandbox listens on: its tokens are public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """What sandbox to serve.

    `port` 0 takes a free one. `portals` names generated ones; empty means all of them, or none beside a folder of
    `data`, which always comes first. `size` is the number of contacts of the first generated portal where it stands
    first; the others have the default size at most. Without `now` the clock starts at the real time, or for a folder on the
    day after its last date; it runs in either case. `rates` names a policy of `rates.POLICIES` for
    private apps; OAuth apps are then held to theirs. Without `cache_dir` every start generates anew.
    """

    port: int = 0
    portals: tuple[str, ...] = ()
    size: int = DEFAULT_SIZE
    seed: int = 1
    data: Path | None = None
    mapping: Path | None = None
    now: datetime | None = None
    rates: str = "private_app_pro"
    cache_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that listens: its address, and the token with every scope of each portal, the first portal first."""

    base_url: str
    tokens: Mapping[str, str]
    sandbox: Sandbox

    @property
    def portals(self) -> tuple[str, ...]:
        """The names of the portals, the one of `pat-na1-demo` first."""
        return tuple(self.sandbox.portals)


def open_sandbox(options: SandboxOptions) -> Sandbox:
    """Return the sandbox that the options describe, its portals loaded.

    Raises: ValueError for options that fit nothing, or data that cannot be read, with the file, line and column.
    """
    if options.rates not in POLICIES:
        raise ValueError(f"there is no rate policy {options.rates!r}; there are: {', '.join(POLICIES)}")
    if options.mapping is not None and options.data is None:
        raise ValueError(f"a mapping ({options.mapping}) says how to read a folder of data, but no folder was given")
    sources: list[PortalSeed | Path] = []
    now = options.now
    if options.data is not None:
        folder = load_folder(options.data, mapping=options.mapping, now=now)
        sources.append(folder)
        now = folder.now
    now = now or datetime.now(UTC)
    names = options.portals or (() if options.data else PORTALS)
    for order, name in enumerate(names):
        size = options.size if order == 0 else min(options.size, DEFAULT_SIZE)
        sources.append(_generated(options, name, size, now))
    oauth_policy = None if options.rates == "none" else POLICIES["oauth_app"]
    return Sandbox(sources, clock=SandboxClock(now), policy=POLICIES[options.rates], oauth_policy=oauth_policy)


async def serve(options: SandboxOptions, *, ready: Callable[[Running], None] | None = None) -> None:
    """Serve a sandbox until the task is cancelled; `ready` is called once it listens.

    Raises: ValueError as `open_sandbox` does, OSError for a port that is taken.
    """
    with _listener(options.port) as listener:
        sandbox = await asyncio.to_thread(open_sandbox, options)
        port: int = listener.getsockname()[1]
        tokens = {name: f"pat-na1-{name}" for name in sandbox.portals}
        running = Running(f"http://{HOST}:{port}", {**tokens, next(iter(tokens)): "pat-na1-demo"}, sandbox)
        config = uvicorn.Config(
            sandbox.app,
            http=CuttableProtocol,
            log_level="warning",
            lifespan="off",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        server = _Server(config, lambda: ready(running) if ready else None)
        serving = asyncio.ensure_future(server.serve([listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            server.should_exit = True
            await serving
            raise
        finally:
            sandbox.close()


class _Server(uvicorn.Server):
    """A server that tells when it listens, and leaves signals to its caller."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as failure:
        listener.close()
        said = f"the sandbox cannot listen on port {port} of {HOST}: {failure.strerror}; choose another with --port"
        raise OSError(failure.errno, said) from failure
    return listener


def _generated(options: SandboxOptions, name: str, size: int, now: datetime) -> PortalSeed | Path:
    if options.cache_dir is None:
        return generate(name, size=size, seed=options.seed, now=now)
    return cached_portal(options.cache_dir, name, size=size, seed=options.seed, now=now)
