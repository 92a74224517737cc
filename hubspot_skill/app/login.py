"""Connects an account from a terminal: opens the browser on our page, and waits until HubSpot has sent it back.

This process serves the page itself, on the redirect address's port. Where a server of ours has that port already, it is
asked for a link and, until the account is there, what was connected meanwhile; both keep accounts in the same vault.

A browser that is told what to open has it in its command line, which other users of the machine may read. So the link works
once and may only connect an account, which takes somebody signed in at HubSpot; whoever used it first shows at once, since
the person's own browser is then refused and this command names what was connected. A page in a file of our own that leads on
would hide the link, but browsers in a sandbox (snap, flatpak) cannot open files of hidden folders.
"""

from __future__ import annotations

import asyncio
import threading
import webbrowser
from collections.abc import Coroutine, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.doorway import NO_APP, START, Doorway
from hubspot_skill.app.listening import stop_asked
from hubspot_skill.domain.errors import NotConnectedError, PlaceError, SettingsError
from hubspot_skill.surfaces.cli.accounts import connected
from hubspot_skill.surfaces.cli.actions import LoginChoice, Shown

if TYPE_CHECKING:
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.service.accounts import ConnectedAccount
    from hubspot_skill.service.connections import Connections

__all__ = ["WAIT_S", "check_can_keep", "login"]

Given = TypeVar("Given")

WAIT_S = 600.0
_ASK_EVERY_S = 0.5
_AGAIN = "Run it again when you are ready: hubspot-skill login"


@dataclass(frozen=True, slots=True)
class _Visit:
    """What a sign-in is for: the page where it begins, and the name that the account is to have (empty: its own)."""

    page: str
    alias: str


async def login(
    settings: Settings, places: Places, environment: MutableMapping[str, str], choice: LoginChoice, shown: Shown
) -> None:
    """Connect one account, or say why none was.

    Raises:
        SettingsError: this environment names its account already, or no OAuth app.
        PlaceError: another program has the port.
        NotConnectedError: nobody connected one in time, or it was stopped.
        UnknownNameError, InvalidInputError, AlreadyExistsError: the names given do not fit.
    """
    check_can_keep(settings)
    if settings.client_id is None:
        raise SettingsError("no OAuth app is set, so no account can be connected in the browser", hint=NO_APP)
    accounts = Accounts(settings, places, environment=environment)
    doorway = Doorway(settings, places, accounts)
    try:
        connections = await doorway.connections()
        # The browser inherits the environment; the vault has taken its key out when it was opened just now.
        environment.pop("HUBSPOT_CLIENT_SECRET", None)
        visit = await _visit(connections, choice)
        async with stop_asked() as stop:
            try:
                async with doorway.opened():
                    _open(doorway.link(only_connect=True, next_page=visit.page), choice, shown)
                    account = await _first_of(doorway.next_account(), stop)
                    await _tell(connections, account, visit, shown)
            except PlaceError as taken:
                alias = await _elsewhere(doorway, taken, visit, choice, stop, shown)
                await _tell(connections, await connections.account(alias), visit, shown)
    finally:
        await doorway.aclose()
        await accounts.aclose()


def check_can_keep(settings: Settings) -> None:
    """Check that accounts are kept in the vault here.

    Raises:
        SettingsError: the environment names the one account.
    """
    if settings.environment == "sandbox":
        raise SettingsError(
            "HUBSPOT_ENVIRONMENT is sandbox, so this program works on its own pretend account and keeps no others",
            hint="Remove HUBSPOT_ENVIRONMENT to connect HubSpot accounts.",
        )
    if settings.access_token is not None:
        raise SettingsError(
            "HUBSPOT_ACCESS_TOKEN is set, so this program works on the account of that token and keeps no others",
            hint="Remove HUBSPOT_ACCESS_TOKEN; to keep its token too: hubspot-skill accounts add-token",
        )


async def _visit(connections: Connections, choice: LoginChoice) -> _Visit:
    again = await connections.account(choice.account) if choice.account else None
    if choice.alias:
        await connections.check_name(choice.alias, besides=again.connection_id if again else "")
    return _Visit(f"{START}?{urlencode({'hub_id': again.hub_id})}" if again else START, choice.alias)


def _open(link: str, choice: LoginChoice, shown: Shown) -> None:
    """Show the link and open it; in a thread, because some browsers hold their caller until they are closed."""
    shown("Open this in your browser" + (", if it does not open by itself:" if choice.opens_browser else ":"))
    shown(f"  {link}")
    shown("The link works once, on this machine. Waiting up to ten minutes; Ctrl-C stops.")
    if choice.opens_browser:
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


async def _elsewhere(
    doorway: Doorway, taken: PlaceError, visit: _Visit, choice: LoginChoice, stop: asyncio.Event, shown: Shown
) -> str:
    """Have a server of ours that has the port connect the account, and give its name."""
    other = doorway.other
    before = await other.connecting()
    link = await other.link(only_connect=True, next_page=visit.page) if before else ""
    if before is None or not link:
        raise PlaceError(
            f"{taken.message}; what listens there is no server of this program, or one with another configuration",
            hint="Stop it, or register another address in your app and set HUBSPOT_REDIRECT_URI to it.",
        ) from taken
    _open(link, choice, shown)

    async def wait() -> str:
        while True:
            await asyncio.sleep(_ASK_EVERY_S)
            now = await other.connecting()
            if now is None or now.count < before.count:
                raise NotConnectedError("the server that showed the page has ended, so no account was connected")
            if now.count > before.count:
                return now.alias

    return await _first_of(wait(), stop)


async def _first_of(waiting: Coroutine[object, object, Given], stop: asyncio.Event) -> Given:
    task, stopped = asyncio.create_task(waiting), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
    finally:
        task.cancel()
        stopped.cancel()
    if stop.is_set():
        raise NotConnectedError("the sign-in was stopped, so no account was connected", hint=_AGAIN)
    raise NotConnectedError("nobody connected an account within ten minutes", hint=_AGAIN)


async def _tell(connections: Connections, account: ConnectedAccount, visit: _Visit, shown: Shown) -> None:
    if visit.alias and visit.alias != account.alias:
        await connections.rename(account.alias, visit.alias)
        account = await connections.account(visit.alias)
    shown(connected(account))
