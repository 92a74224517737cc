"""Builds the rooms over the one HubSpot account of this process, from its settings.

Nothing is opened or asked before the first call: a chat client that only lists the tools pays for nothing else. With
nothing connected the server runs all the same, and every tool answers how to connect.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hubspot_skill import __version__
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import Settings
from hubspot_skill.domain.errors import NotConnectedError
from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.cli.actions import SandboxChoice
from hubspot_skill.surfaces.mcp.server import build_server
from hubspot_skill.surfaces.mcp.settings import McpSettings, toolsets

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from hubspot_skill.app.embedded import EmbeddedSandbox
    from hubspot_skill.app.portal_clock import PortalClock
    from hubspot_skill.hubspot.client import HubSpot
    from hubspot_skill.hubspot.settings import AdapterSettings
    from hubspot_skill.hubspot.transport import Transport
    from hubspot_skill.service.crm import Crm

__all__ = ["HOW_TO_CONNECT", "Account", "Opened", "mcp_server", "mcp_settings"]

FREE_PORT = 0
"""The embedded sandbox of one chat takes any port: nobody else is meant to find it."""

HOW_TO_CONNECT = (
    "Start the server with HUBSPOT_ACCESS_TOKEN set to a service key or private-app token of the account"
    " (HubSpot: Settings, Integrations), or with HUBSPOT_ENVIRONMENT=sandbox to try it without one;"
    " then `hubspot-skill doctor` checks it."
)


class Account:
    """The account of this process: opened at the first call, shared by all of them, closed at the end."""

    def __init__(self, settings: Settings, places: Places, *, clock: Clock | None = None) -> None:
        self._settings = settings
        self._places = places
        self._machine = clock or SystemClock()
        self._opening = asyncio.Lock()
        self._opened: Opened | None = None

    async def crm(self) -> Crm:
        """Give the use cases over the account.

        Raises:
            NotConnectedError: no token is set.
        """
        opened = await self.opened()
        if opened.clock is not None:
            await opened.clock.renew(opened.transport)
        return opened.crm

    async def opened(self) -> Opened:
        """Give the account's parts, opened once however many ask at the same time."""
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
            return self._opened

    async def aclose(self) -> None:
        """Close what was opened."""
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None

    async def _open(self) -> Opened:
        if self._settings.environment == "sandbox":
            from hubspot_skill.app.embedded import start_sandbox

            sandbox = await start_sandbox(SandboxChoice(port=FREE_PORT), self._places)
            return Opened(self._settings, sandbox.base_url, Secret(sandbox.token), self._machine, sandbox)
        if self._settings.access_token is None:
            raise NotConnectedError("no HubSpot account is connected to this server", hint=HOW_TO_CONNECT)
        return Opened(self._settings, self._settings.api_base_url, self._settings.access_token, self._machine, None)


class Opened:
    """The parts of an opened account; `clock` is None where the machine's own serves."""

    def __init__(
        self,
        settings: Settings,
        base_url: str | None,
        token: Secret,
        machine: Clock,
        sandbox: EmbeddedSandbox | None,
    ) -> None:
        from hubspot_skill.access.policy import Policy
        from hubspot_skill.app.portal_clock import PortalClock
        from hubspot_skill.hubspot.client import HubSpot
        from hubspot_skill.hubspot.tokens import StaticToken
        from hubspot_skill.hubspot.transport import Transport
        from hubspot_skill.service.crm import Crm

        self.adapter: AdapterSettings = _adapter_settings(settings, base_url)
        self.transport: Transport = Transport(self.adapter)
        self.clock: PortalClock | None = PortalClock(machine) if self.adapter.is_sandbox else None
        clock = self.clock or machine
        self.hubspot: HubSpot = HubSpot(
            tokens=StaticToken(token), transport=self.transport, settings=self.adapter, clock=clock
        )
        policy = Policy(read_only=settings.read_only, toolsets=settings.toolsets)
        self.crm: Crm = Crm(hubspot=self.hubspot, clock=clock, policy=policy, is_sandbox=self.adapter.is_sandbox)
        self._sandbox = sandbox

    async def aclose(self) -> None:
        """Close the connections, and end the sandbox if it is ours."""
        await self.hubspot.aclose()
        if self._sandbox is not None:
            await self._sandbox.aclose()


def _adapter_settings(settings: Settings, base_url: str | None) -> AdapterSettings:
    """Give the adapter's settings for an address (None: HubSpot's own)."""
    from hubspot_skill.hubspot.settings import HUBSPOT_API, AdapterSettings

    return AdapterSettings(api_base_url=base_url or HUBSPOT_API, api_version=settings.api_version)


def mcp_settings(settings: Settings) -> McpSettings:
    """Give what the MCP surface has to know."""
    return McpSettings(version=__version__, read_only=settings.read_only, toolsets=toolsets(settings.toolsets))


def mcp_server(settings: Settings, account: Account) -> MCPServer[Any]:
    """Build the MCP server over an account."""
    return build_server(account.crm, settings=mcp_settings(settings))
