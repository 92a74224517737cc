"""Serves MCP over HTTP on this machine: what `hubspot-skill serve` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill import __version__
from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.listening import listen, serving, stop_asked
from hubspot_skill.app.places import Places, bearer_token
from hubspot_skill.app.settings import Settings
from hubspot_skill.surfaces.cli.actions import Shown
from hubspot_skill.surfaces.mcp.http import check_bind, http_app, loopback

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = ["PORT_OPTION", "address", "application", "serve"]

PORT_OPTION = "--port or HUBSPOT_SKILL_PORT"


async def serve(settings: Settings, places: Places, port: int | None, shown: Shown) -> None:
    """Serve until somebody asks to stop."""
    check_bind(settings.host)
    chosen = port or settings.port
    with listen(settings.host, chosen, option=PORT_OPTION) as listener:
        accounts = Accounts(settings, places)
        try:
            async with stop_asked() as stop, serving(application(settings, places, accounts, chosen), listener):
                shown(f"MCP over HTTP at {address(settings, chosen)}, for clients that send the token in")
                shown(f"  {places.token_file}")
                shown("Stop with Ctrl-C.")
                await stop.wait()
        finally:
            await accounts.aclose()


def application(settings: Settings, places: Places, accounts: Accounts, port: int) -> Starlette:
    """Build the HTTP application of a server on this machine."""
    http = loopback(port, bearer_token(places))
    return http_app(mcp_server(settings, accounts), http, version=__version__)


def address(settings: Settings, port: int) -> str:
    """Give the address of the MCP endpoint."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}/mcp"
