"""A person's browser in front of the connection pages, with a real vault behind them and the sandbox as HubSpot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware

from hubspot_skill.access.policy import Policy
from hubspot_skill.access.sessions import Attempts, Sessions
from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.hubspot.settings import AdapterSettings, AppCredentials
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.service.connections import Connections, OAuthAppSettings
from hubspot_skill.service.scopes import scope_plan
from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH, START_PATH, connect_routes
from hubspot_skill.surfaces.web.entrance import entrance_routes
from hubspot_skill.surfaces.web.guard import Guard
from hubspot_skill.surfaces.web.pages import Pages
from hubspot_skill.surfaces.web.site import Site
from hubspot_skill.vault.refresh import ConnectionTokens, Refresher
from hubspot_skill.vault.refresh_rows import RefreshRows
from hubspot_skill.vault.sealing import Sealer
from hubspot_skill.vault.store import ConnectionStore
from hubspot_skill.vault.tables import VAULT_SCHEMA
from tests.database_fixture import new_database
from tests.sandbox_fixture import Served

__all__ = ["ORIGIN", "TENANT", "Browser", "Desk", "open_desk"]

ORIGIN = "http://localhost:8765"
TENANT = "local"
PAGE = {"Accept": "text/html"}


class Browser:
    """One browser: its cookies for our site, and what it does at HubSpot's page."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self.ours = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(desk.app), base_url=ORIGIN, headers=PAGE, cookies=httpx2.Cookies()
        )

    async def enter(self) -> None:
        """Open a one-time link."""
        answer = await self.ours.get("/enter", params={"k": self._desk.sessions.new_link()})
        assert answer.status_code == 303

    async def post(self, path: str, **form: str) -> httpx2.Response:
        """Post a form of one of our pages, with the token that the page would carry."""
        session_id = self.ours.cookies.get("hs_session_8765", "")
        session = self._desk.sessions.find(session_id)
        data = {"csrf": session.csrf if session else "", **form}
        return await self.ours.post(path, data=data, headers={"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"})

    async def begin(self, hub_id: str = "") -> str:
        """Press the button of our page, and give HubSpot's address."""
        answer = await self.post(START_PATH, hub_id=hub_id)
        assert answer.status_code == 200
        return answer.json()["location"]

    async def decide(self, address: str, portal: str, decision: str = "allow") -> str:
        """Choose at HubSpot's page, and give the address that HubSpot sends the browser back to."""
        async with httpx2.AsyncClient(timeout=5) as hubspot:
            answer = await hubspot.post(address, data={"decision": decision, "portal": portal})
        assert answer.status_code == 302
        return answer.headers["location"]

    async def come_back(self, address: str) -> httpx2.Response:
        """Follow HubSpot's redirect to our callback."""
        assert address.startswith(f"{ORIGIN}/api/hubspot/oauth/callback?")
        return await self.ours.get(address)

    async def connect(self, portal: str) -> httpx2.Response:
        """Connect an account through the whole flow."""
        return await self.come_back(await self.decide(await self.begin(), portal))

    async def accounts(self) -> list[dict[str, object]]:
        """Read the list of accounts as a program does."""
        answer = await self.ours.get(ACCOUNTS_PATH, headers={"Accept": "application/json"})
        return answer.json()["accounts"]


@dataclass(slots=True)
class Desk:
    """The site, the vault's store and the sandbox, joined as the program joins them."""

    app: Starlette
    sessions: Sessions
    connections: Connections
    store: ConnectionStore
    refresher: Refresher
    served: Served

    def browser(self) -> Browser:
        """Give a new browser."""
        return Browser(self)


def state_of(address: str) -> str:
    """Give the state in an address."""
    return parse_qs(urlsplit(address).query)["state"][0]


@asynccontextmanager
async def open_desk(
    served: Served, folder: Path, kind: str = "sqlite", clock: Clock | None = None
) -> AsyncIterator[Desk]:
    """Open the pages over an empty vault and this sandbox."""
    clock = clock or SystemClock()
    app_credentials = AppCredentials(DEFAULT_APP.client_id, Secret(DEFAULT_APP.client_secret))
    settings = AdapterSettings(api_base_url=served.base_url, app=app_credentials)
    transport = Transport(settings)
    async with new_database(kind, folder, [VAULT_SCHEMA]) as (database, _):
        sealer = Sealer(database, KeyRing([MasterKey.generate()]))
        store = ConnectionStore(database, sealer)
        endpoint = AppEndpoint(transport, app_credentials, version=settings.api_version)
        refresher = Refresher(RefreshRows(database, sealer, owner="test", lease_s=30), endpoint, clock=clock)
        connections = Connections(
            store=store,
            endpoint=endpoint,
            tokens=lambda connection_id: ConnectionTokens(refresher, TENANT, connection_id, clock=clock),
            app=OAuthAppSettings(
                client_id=DEFAULT_APP.client_id,
                redirect_uri=min(DEFAULT_APP.redirect_uris),
                authorize_url=f"{served.base_url}/oauth/authorize",
                is_sandbox=True,
            ),
            plan=scope_plan(Policy()),
            clock=clock,
            tenant=TENANT,
        )

        async def provided() -> Connections:
            return connections

        site, pages, sessions, attempts = Site(ORIGIN), Pages(), Sessions(clock), Attempts(clock)
        app = Starlette(
            routes=[
                *entrance_routes(site, sessions, attempts, pages, home=ACCOUNTS_PATH),
                *connect_routes(site, provided, attempts, pages),
            ],
            middleware=[Middleware(Guard, site=site, sessions=sessions, pages=pages)],
        )
        try:
            yield Desk(app, sessions, connections, store, refresher, served)
        finally:
            await refresher.close()
            await transport.aclose()
