"""The console over one account by its token, as `serve` with HUBSPOT_ACCESS_TOKEN serves it, and a client signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.listening import listen, serving
from hubspot_skill.app.places import Places
from hubspot_skill.app.serve import application, with_site
from hubspot_skill.app.settings import read_settings
from tests.sandbox_fixture import Served

__all__ = ["TOKEN", "Counter", "open_counter"]

TOKEN = "pat-na1-demo"


@dataclass(frozen=True, slots=True)
class Counter:
    """A running console: its address, its door, and a client that came in by a link; `base` is the account's address."""

    origin: str
    door: Doorway
    accounts: Accounts
    served: Served
    http: httpx2.AsyncClient
    base: str

    async def see(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page of the account."""
        return await self.http.get(f"{self.base}{path}", headers={"Accept": "text/html", **headers})

    async def send(self, path: str, form: Mapping[str, str | list[str]], *, script: bool = False) -> httpx2.Response:
        """Send a form of a page of the account, by itself or by the page's script."""
        token = re.search(r'name="csrf" content="([^"]+)"', (await self.see("/recent")).text)
        assert token
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        if script:
            headers |= {"HX-Request": "true"}
        return await self.http.post(f"{self.base}{path}", data={"csrf": token[1], **form}, headers=headers)


@asynccontextmanager
async def open_counter(served: Served, folder: Path, **settings: str) -> AsyncIterator[Counter]:
    """Serve the console on this machine while the block runs."""
    places = Places(config=folder / "config", data=folder / "data")
    environ = {"HUBSPOT_SKILL_API_BASE_URL": served.base_url, "HUBSPOT_ACCESS_TOKEN": TOKEN, **settings}
    chosen = read_settings(environ)
    with listen("127.0.0.1", 0, option="nothing") as listener:
        port = listener.getsockname()[1]
        accounts = Accounts(chosen, places, environment={})
        door = Doorway(chosen, places, accounts).at(port)
        app = with_site(application(chosen, places, accounts, port), door)
        try:
            async with serving(app, listener), httpx2.AsyncClient(timeout=15) as http:
                entered = await http.get(door.link(next_page="/"), follow_redirects=True)
                assert entered.status_code == 200, entered.text
                yield Counter(door.site.origin, door, accounts, served, http, str(entered.url).rstrip("/"))
        finally:
            await door.aclose()
            await accounts.aclose()
