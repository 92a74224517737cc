"""The program's own server, site and tools together on a free port, before a sandbox that knows its address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.listening import listen, serving
from hubspot_skill.app.places import Places, bearer_token
from hubspot_skill.app.serve import application, with_site
from hubspot_skill.app.settings import read_settings
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from tests.sandbox_fixture import Served

__all__ = ["House", "open_house"]


@dataclass(frozen=True, slots=True)
class House:
    """A running server: its address, its parts, and the sandbox behind it."""

    origin: str
    places: Places
    accounts: Accounts
    doorway: Doorway
    served: Served

    @property
    def known(self) -> dict[str, str]:
        """The header of a client that has the token."""
        return {"Authorization": f"Bearer {bearer_token(self.places).reveal()}"}

    async def connect(self, portal: str) -> None:
        """Connect an account as the pages do, without a browser."""
        connections = await self.doorway.connections()
        begun = connections.begin("somebody")
        async with httpx2.AsyncClient(timeout=5) as http:
            back = await http.post(begun.address, data={"decision": "allow", "portal": portal})
        query = parse_qs(urlsplit(back.headers["location"]).query)
        await connections.complete("somebody", begun.nonce, state=query["state"][0], code=query["code"][0], error="")

    async def watch(self, path: str) -> httpx2.Response:
        """Ask what a watcher asks."""
        async with httpx2.AsyncClient(headers=self.known, timeout=5) as http:
            return await http.get(f"{self.origin}{path}")

    async def call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        """Call a tool as a chat client does, over HTTP."""
        async with (
            httpx2.AsyncClient(headers=self.known) as http,
            Client(streamable_http_client(f"{self.origin}/mcp", http_client=http)) as client,
        ):
            return await client.call_tool(tool, arguments)


@asynccontextmanager
async def open_house(served: Served, folder: Path) -> AsyncIterator[House]:
    """Serve everything on this machine while the block runs."""
    places = Places(config=folder / "config", data=folder / "data")
    with listen("127.0.0.1", 0, option="nothing") as listener:
        port = listener.getsockname()[1]
        origin = f"http://localhost:{port}"
        redirect = f"{origin}/api/hubspot/oauth/callback"
        served.sandbox.tokens.register(replace(DEFAULT_APP, redirect_uris=frozenset({redirect})))
        settings = read_settings(
            {
                "HUBSPOT_CLIENT_ID": DEFAULT_APP.client_id,
                "HUBSPOT_CLIENT_SECRET": DEFAULT_APP.client_secret,
                "HUBSPOT_REDIRECT_URI": redirect,
                "HUBSPOT_SKILL_API_BASE_URL": served.base_url,
            }
        )
        accounts = Accounts(settings, places, environment={})
        doorway = Doorway(settings, places, accounts)
        app = with_site(application(settings, places, accounts, port, doorway), doorway.at(port))
        try:
            async with serving(app, listener):
                yield House(origin, places, accounts, doorway, served)
        finally:
            await doorway.aclose()
            await accounts.aclose()
