"""The site's door on this machine: sessions, one-time links, and who opens which for whom.

A server that serves the site makes its own links. A chat client's process, which serves nothing, opens the site on the
redirect address's port while somebody has to connect, and closes it afterwards; where another process has that port, it
asks that one for a link with the console's key. So wherever a person is told to click, something answers.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, final
from urllib.parse import urlsplit

from hubspot_skill.access.sessions import LINK_S, Attempts, Sessions
from hubspot_skill.app.other_door import OtherDoor
from hubspot_skill.app.places import Places, console_key
from hubspot_skill.app.settings import Settings
from hubspot_skill.domain.errors import PlaceError, SettingsError
from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.surfaces.web.site import Site

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Receive, Scope, Send

    from hubspot_skill.app.compose import Accounts
    from hubspot_skill.service.accounts import ConnectedAccount
    from hubspot_skill.service.connections import Connections

__all__ = ["NO_APP", "START", "Doorway", "loopback_of", "site_of"]

_log = get_logger(__name__)

NO_APP = (
    "Set HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET of an OAuth app of your own (the README says how to make one),"
    " or use a service key in HUBSPOT_ACCESS_TOKEN."
)
START = "/api/hubspot/oauth/start"
_QUIET_S = 1.0
_LAST_PAGE_S = 5.0
_OPEN_S = 2 * LINK_S
"""As long as a link works, and as a sign-in may take that began by it in the end."""


def site_of(settings: Settings) -> Site:
    """Give the site that the redirect address is of."""
    parts = urlsplit(settings.redirect_uri)
    return Site(f"{parts.scheme}://{parts.netloc}")


def loopback_of(site: Site) -> tuple[str, ...]:
    """Give the addresses of this machine that a browser may try for the site's host.

    `localhost` is both: which one a browser tries first differs between systems.
    """
    host = urlsplit(site.origin).hostname or ""
    if host == "localhost":
        return ("127.0.0.1", "::1")
    if host in {"127.0.0.1", "::1"}:
        return (host,)
    raise SettingsError(
        f"HUBSPOT_REDIRECT_URI leads to {host[:80]}: expected localhost, for a sign-in on this machine",
        hint="Use http://localhost:8765/api/hubspot/oauth/callback, registered in the app to the letter.",
    )


@final
class Doorway:
    """The sessions and links of this process, and the site that honours them."""

    def __init__(
        self,
        settings: Settings,
        places: Places,
        accounts: Accounts,
        *,
        clock: Clock | None = None,
        site: Site | None = None,
    ) -> None:
        """Name the parts; `site` is given where the site lies elsewhere than HubSpot sends people back to."""
        self._settings = settings
        self._places = places
        self._accounts = accounts
        self._clock = clock or SystemClock()
        self.site = site or site_of(settings)
        self._is_beside = site is not None
        self.sessions = Sessions(self._clock)
        self._open_task: asyncio.Task[None] | None = None
        self._open_until = 0.0
        self._opening = asyncio.Lock()
        self._is_served = False
        self._asked = asyncio.Event()
        self._connecting = (0, "")
        self._told: list[Callable[[ConnectedAccount], None]] = []

    @property
    def other(self) -> OtherDoor:
        """The server that has the site's port, where this process could not take it."""
        return OtherDoor(self.site, console_key(self._places))

    @property
    def is_served(self) -> bool:
        """True while this process honours its own links."""
        return self._is_served

    def at(self, port: int) -> Doorway:
        """Give the door of a server on this port: this one where HubSpot sends people back to it, else one beside."""
        if self._settings.uses_vault and (urlsplit(self.site.origin).port or 80) == port:
            return self
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        site = Site(f"http://{host}:{port}")
        return Doorway(self._settings, self._places, self._accounts, clock=self._clock, site=site)

    def application(self) -> Starlette:
        """Build the site; from now on this process honours its own links."""
        from hubspot_skill.surfaces.web.app import web_app

        self._is_served = True
        if self._accounts.page_of is None:
            self._accounts.page_of = self._page_of
        return web_app(
            self.site,
            sessions=self.sessions,
            attempts=Attempts(self._clock),
            connections=self.connections,
            book=self._accounts,
            key=console_key(self._places),
            connecting=lambda: self._connecting,
        )

    def rest(self) -> Starlette:
        """Build the REST surface beside the site, at its port."""
        from hubspot_skill.app.rest_door import rest_of

        return rest_of(self._accounts, self._places, site=self.site, sessions=self.sessions, clock=self._clock)

    async def _page_of(self, plan_id: str) -> str:
        """Give the address of a plan's page; it opens for who has a session there, and holds no power itself."""
        return f"{self.site.origin}/changes/{plan_id}"

    async def opened_page(self, plan_id: str) -> str:
        """Give the address of a plan's page from a process that serves nothing: the site opens for a while, as for a sign-in.

        Empty where another program has the port.
        """
        try:
            async with self._opening:
                self._open_until = self._clock.monotonic() + _OPEN_S
                if not self._is_served:
                    await self._open_for_a_while()
        except PlaceError:
            if not await self.other.link(only_connect=True, next_page=START):
                return ""
        except SettingsError as error:
            _log.warning("no_page", code=error.code)
            return ""
        return await self._page_of(plan_id)

    async def connections(self) -> Connections:
        """Give the use cases of connecting.

        Raises:
            SettingsError: no OAuth app is set, or a token in the environment stands for the account.
        """
        if not self._settings.uses_vault:
            raise SettingsError(
                "this server works on one account by its settings, so none can be connected here",
                hint="Start it without HUBSPOT_ACCESS_TOKEN and HUBSPOT_ENVIRONMENT=sandbox to connect accounts.",
            )
        if self._is_beside:
            raise SettingsError(
                f"HubSpot would send you back to {site_of(self._settings).origin}, and this server is at {self.site.origin}",
                hint="Set HUBSPOT_REDIRECT_URI to this address, registered in the app to the letter, or use the port of it.",
            )
        found = (await self._accounts.keeper.opened()).connections
        if found is None:
            raise SettingsError("no OAuth app is set, so no account can be connected in the browser", hint=NO_APP)
        found.on_connected = self._connected
        return found

    def link(self, *, only_connect: bool = False, next_page: str = START) -> str:
        """Make a one-time link to this process's own site."""
        from hubspot_skill.surfaces.web.links import link_to

        return link_to(self.site, self.sessions.new_link(only_connect=only_connect), next_page)

    async def offer(self) -> str:
        """Give a link where a person can connect an account now, empty where there can be none.

        The link may be shown in a chat: its session can connect accounts and nothing else.
        """
        if not self._settings.uses_vault or self._settings.client_id is None:
            return ""
        try:
            return await self._offered()
        except (PlaceError, SettingsError) as error:
            _log.warning("no_link", code=error.code)
            return ""

    async def _offered(self) -> str:
        try:
            async with self._opening:
                self._open_until = self._clock.monotonic() + _OPEN_S
                if not self._is_served:
                    await self._open_for_a_while()
            return self.link(only_connect=True)
        except PlaceError:
            return await self.other.link(only_connect=True, next_page=START)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """Serve the site on the redirect address's port while the block runs, and until its last page was fetched.

        Raises:
            PlaceError: the port is taken.
        """
        from hubspot_skill.app.listening import listen_all, serving

        port = urlsplit(self.site.origin).port or 80
        with listen_all(loopback_of(self.site), port, option="HUBSPOT_REDIRECT_URI") as listeners:
            async with serving(self._counted(self.application()), *listeners):
                try:
                    yield
                    await self._until_quiet()
                finally:
                    self._is_served = False

    async def next_account(self) -> ConnectedAccount:
        """Wait until somebody has connected an account here."""
        future: asyncio.Future[ConnectedAccount] = asyncio.get_running_loop().create_future()

        def tell(account: ConnectedAccount) -> None:
            if not future.done():
                future.set_result(account)

        self._told.append(tell)
        try:
            return await future
        finally:
            self._told.remove(tell)

    async def aclose(self) -> None:
        """Close the site if it is open for a while."""
        if self._open_task is not None:
            self._open_task.cancel()
            await asyncio.wait({self._open_task})

    async def _open_for_a_while(self) -> None:
        """Serve the site until an account is connected, or until long enough after the last link.

        Raises:
            PlaceError: the port is taken.
            SettingsError: the redirect address is none of this machine's.
        """
        is_open = asyncio.Event()

        async def serve() -> None:
            async with self.opened():
                is_open.set()
                while (left_s := self._open_until - self._clock.monotonic()) > 0:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self.next_account(), left_s)
                        return

        opening = self._open_task = asyncio.create_task(serve())
        opened = asyncio.create_task(is_open.wait())
        try:
            await asyncio.wait({opening, opened}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            opened.cancel()
        if not is_open.is_set():
            opening.result()

    def _counted(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            await app(scope, receive, send)
            self._asked.set()

        return counted

    async def _until_quiet(self) -> None:
        """Stay for the page that the browser is sent to after connecting, and what belongs to it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_PAGE_S):
                while True:
                    self._asked.clear()
                    await asyncio.wait_for(self._asked.wait(), _QUIET_S)

    def _connected(self, account: ConnectedAccount) -> None:
        self._connecting = (self._connecting[0] + 1, account.alias)
        for tell in tuple(self._told):
            tell(account)
