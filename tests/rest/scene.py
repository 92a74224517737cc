"""The REST surface over the small company's CRM: a script with the token, and a page of the console."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette

from hubspot_skill.access.sessions import Sessions
from hubspot_skill.domain.errors import NotFoundError, UnknownNameError
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.foundation.traffic import Limits
from hubspot_skill.service.accounts import AccountBook
from hubspot_skill.service.crm import Crm
from hubspot_skill.surfaces.rest.app import PREFIX, rest_app
from hubspot_skill.surfaces.rest.ports import Desk, Door
from hubspot_skill.surfaces.web.pages import masked, unmasked
from tests.manual_clock import ManualClock
from tests.service.scene import NOW, Office

PORT = 8765
HOST = f"localhost:{PORT}"
ORIGIN = f"http://{HOST}"
TOKEN = "t0ken-of-this-test"
SIGNED = {"Authorization": f"Bearer {TOKEN}"}
COOKIE = f"hs_session_{PORT}"
UNHURRIED = Limits(per_minute=1_000_000, burst=1_000_000, at_once=1_000, at_once_together=1_000)


@dataclass(slots=True)
class Counter:
    """The surface, and who stands before it."""

    app: Starlette
    office: Office
    sessions: Sessions
    clock: ManualClock
    is_ready: bool = True
    script: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.script = self.client(SIGNED)

    def client(self, headers: Mapping[str, str] | None = None) -> httpx2.AsyncClient:
        """Give a client with these headers."""
        transport = httpx2.ASGITransport(self.app)
        return httpx2.AsyncClient(transport=transport, base_url=f"{ORIGIN}{PREFIX}", headers=headers or {})

    def person(self, *, only_connect: bool = False, **changed: str | None) -> httpx2.AsyncClient:
        """Give a page of a new session of the console; a header changed to None is left out."""
        entered = self.sessions.enter(self.sessions.new_link(only_connect=only_connect))
        assert entered is not None
        headers = {
            "Cookie": f"{COOKIE}={entered.id}",
            "X-CSRF-Token": masked(entered.session.csrf),
            "Origin": ORIGIN,
            "Sec-Fetch-Site": "same-origin",
        }
        given = {**headers, **{name.replace("_", "-"): value for name, value in changed.items()}}
        return self.client({name: value for name, value in given.items() if value is not None})


@asynccontextmanager
async def counter_over(office: Office, *, limits: Limits = UNHURRIED) -> AsyncIterator[Counter]:
    """Build the surface over the use cases."""
    clock = ManualClock(NOW)
    sessions = Sessions(clock)

    async def crm(account: str) -> Crm:
        if account not in {"", "acme"}:
            raise UnknownNameError(f'no connected account is called "{account[:40]}"')
        return office.crm

    async def book() -> AccountBook:
        raise NotFoundError("this server keeps no accounts: it works on one by its settings")

    async def ready() -> tuple[bool, dict[str, Any]]:
        part = {"ok": found.is_ready, "found": "it answers" if found.is_ready else "unreachable"}
        return found.is_ready, {"ready": found.is_ready, "parts": {"hubspot": part}}

    door = Door(
        hosts=(HOST,),
        origins=(ORIGIN,),
        token=Secret(TOKEN),
        session=sessions.find,
        cookie=COOKIE,
        unmasked=unmasked,
        clock=clock,
    )
    app = rest_app(Desk(crm=crm, book=book, ready=ready, version="0.1.0"), door, limits=limits)
    found = Counter(app, office, sessions, clock)
    async with found.script:
        yield found
