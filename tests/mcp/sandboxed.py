"""The whole way down: tools over use cases over the adapter over a sandbox on a loopback port."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mcp.server import MCPServer

from hubspot_skill.access.policy import Policy
from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import LimitSettings
from hubspot_skill.hubspot.settings import AdapterSettings
from hubspot_skill.hubspot.tokens import StaticToken
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.service.crm import Crm
from hubspot_skill.service.export.exporting import Exporter
from hubspot_skill.surfaces.mcp.server import build_server
from hubspot_skill.surfaces.mcp.settings import McpSettings
from tests.journal_fixture import TestJournal
from tests.mcp.conftest import VERSION
from tests.sandbox_fixture import Served

TOKEN = "pat-na1-demo"
UNLIMITED = LimitSettings(burst=100_000, search=100_000, associations=100_000)
"""No waiting for slots here: the limiter has its own trials."""


class PortalTime(SystemClock):
    """This machine's clock, but the date of the sandbox's portal."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def now(self) -> datetime:
        """Give the portal's now."""
        return self._served.sandbox.clock.now()


@asynccontextmanager
async def crm_over(
    served: Served,
    *,
    token: str = TOKEN,
    read_only: bool = False,
    is_hasty: bool = False,
    exporter: Exporter | None = None,
) -> AsyncIterator[Crm]:
    """Open the use cases over a served sandbox; hasty ones give up on a silent answer at once."""
    patience_s = {"connect_timeout_s": 0.3, "read_timeout_s": 0.15} if is_hasty else {}
    settings = AdapterSettings(api_base_url=served.base_url, limits=UNLIMITED, **patience_s)
    clock = PortalTime(served)
    hubspot = HubSpot(tokens=StaticToken(Secret(token)), transport=Transport(settings), settings=settings, clock=clock)
    journal = TestJournal()
    policy = Policy(read_only=read_only)
    copy = FolderCopy(hubspot, clock)
    crm = Crm(
        hubspot=hubspot,
        clock=clock,
        policy=policy,
        is_sandbox=True,
        journal=journal.open,
        exporter=exporter,
        copy=copy,
    )
    try:
        yield crm
    finally:
        await crm.aclose()
        await copy.aclose()
        await hubspot.aclose()
        await journal.aclose()


class FolderCopy:
    """Keeps a local copy in a folder of its own, made at the first need."""

    def __init__(self, hubspot: HubSpot, clock: Clock) -> None:
        self._hubspot, self._clock = hubspot, clock
        self._stack = AsyncExitStack()
        self._opening: asyncio.Task[Any] | None = None
        self._opened: Any = None

    @property
    def open_syncer(self) -> Any:
        """Its sync where it is open already."""
        return self._opened

    async def syncer(self) -> Any:
        """Give its sync; a caller that gives up does not break the opening off."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Any:
        from hubspot_skill.service.sync.syncer import Syncer
        from tests.mirror.scene import new_mirror

        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        mirror = await self._stack.enter_async_context(new_mirror("sqlite", folder, clock=self._clock))
        self._opened = Syncer(self._hubspot, mirror, self._clock, owner="test")
        return self._opened

    async def aclose(self) -> None:
        """Close and remove it."""
        if self._opening is not None:
            await asyncio.wait({self._opening})
        await self._stack.aclose()


@asynccontextmanager
async def server_over(
    served: Served,
    *,
    token: str = TOKEN,
    read_only: bool = False,
    is_hasty: bool = False,
    exporter: Exporter | None = None,
    **settings: Any,
) -> AsyncIterator[MCPServer[Any]]:
    """Build a server over a served sandbox."""
    async with crm_over(served, token=token, read_only=read_only, is_hasty=is_hasty, exporter=exporter) as crm:

        async def provider(account: str = "") -> Crm:
            return crm

        yield build_server(provider, settings=McpSettings(version=VERSION, read_only=read_only, **settings))
