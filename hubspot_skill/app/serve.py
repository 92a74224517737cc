"""Serves MCP over HTTP on this machine: what `hubspot-skill serve` does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.routing import Route

from hubspot_skill import __version__
from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.listening import listen_all, serving, stop_asked
from hubspot_skill.app.places import Places, bearer_token
from hubspot_skill.app.rest_door import is_rest
from hubspot_skill.app.settings import Settings
from hubspot_skill.app.watching import watching_routes
from hubspot_skill.surfaces.cli.actions import Shown
from hubspot_skill.surfaces.mcp.http import check_bind, http_app, loopback

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["PORT_OPTION", "address", "application", "serve", "with_site"]

PORT_OPTION = "--port or HUBSPOT_SKILL_PORT"


async def serve(settings: Settings, places: Places, port: int | None, shown: Shown) -> None:
    """Serve until somebody asks to stop."""
    check_bind(settings.host)
    chosen = port or settings.port
    with listen_all(_hosts(settings, chosen), chosen, option=PORT_OPTION) as listeners:
        accounts = Accounts(settings, places, keeps_fresh=True)
        await _start(accounts)
        doorway = Doorway(settings, places, accounts)
        door = doorway.at(chosen)
        app = with_site(application(settings, places, accounts, chosen, doorway), door)
        try:
            async with stop_asked() as stop, serving(app, *listeners):
                shown(f"MCP over HTTP at {address(settings, chosen)}, for clients that send the token in")
                shown(f"  {places.token_file}")
                shown("Open the console (the link works once, for ten minutes):")
                shown(f"  {door.link(next_page='')}")
                shown("Stop with Ctrl-C.")
                await stop.wait()
        finally:
            await doorway.aclose()
            await accounts.aclose()


async def _start(accounts: Accounts) -> None:
    try:
        await accounts.start()
    except BaseException:
        await accounts.aclose()
        raise


def application(
    settings: Settings, places: Places, accounts: Accounts, port: int, doorway: Doorway | None = None
) -> Starlette:
    """Build the MCP application of a server on this machine."""
    http = loopback(port, bearer_token(places))
    server = mcp_server(settings, accounts, doorway)
    return http_app(server, http, version=__version__, watching=watching_routes(accounts))


def with_site(mcp: Starlette, door: Doorway) -> ASGIApp:
    """Join the site behind a door, and REST beside it, to the MCP application."""
    site, rest = door.application(), door.rest()
    own = frozenset(route.path for route in mcp.routes if isinstance(route, Route))

    async def joined(scope: Scope, receive: Receive, send: Send) -> None:
        is_mcp = scope["type"] != "http" or scope["path"] in own
        await (mcp if is_mcp else rest if is_rest(scope["path"]) else site)(scope, receive, send)

    return joined


def _has_site(settings: Settings, port: int) -> bool:
    return settings.uses_vault and (urlsplit(settings.redirect_uri).port or 80) == port


def _hosts(settings: Settings, port: int) -> tuple[str, ...]:
    """Give the addresses to listen on: the one set, and where people are sent back to `localhost` both loopbacks."""
    own = "127.0.0.1" if settings.host == "localhost" else settings.host
    is_local = urlsplit(settings.redirect_uri).hostname == "localhost" and _has_site(settings, port)
    return (own, *(host for host in ("127.0.0.1", "::1") if is_local and host != own))


def address(settings: Settings, port: int) -> str:
    """Give the address of the MCP endpoint."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}/mcp"
