"""The REST surface over the accounts of this process: who may ask, and where its answers come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hubspot_skill import __version__
from hubspot_skill.app.places import Places, bearer_token
from hubspot_skill.domain.errors import NotConnectedError, NotFoundError
from hubspot_skill.foundation.clock import Clock

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from hubspot_skill.access.sessions import Sessions
    from hubspot_skill.app.compose import Accounts
    from hubspot_skill.service.accounts import AccountBook
    from hubspot_skill.surfaces.web.site import Site

__all__ = ["is_rest", "rest_of"]

_PREFIX = "/api/"
_PAGES = "/api/hubspot/oauth/"
"""Where the pages of connecting are registered at HubSpot: they belong to the site."""


def is_rest(path: str) -> bool:
    """Tell whether an address belongs to the REST surface."""
    return path.startswith(_PREFIX) and not path.startswith(_PAGES)


def rest_of(accounts: Accounts, places: Places, *, site: Site, sessions: Sessions, clock: Clock) -> Starlette:
    """Build the surface for a server on this machine's loopback, at the site's port."""
    from hubspot_skill.surfaces.rest.app import rest_app
    from hubspot_skill.surfaces.rest.ports import Desk, Door
    from hubspot_skill.surfaces.web.pages import unmasked

    async def book() -> AccountBook:
        if not accounts.settings.uses_vault:
            raise NotFoundError(
                "this server keeps no accounts: it works on one by its settings",
                hint="/api/hubspot/account tells how that one does.",
            )
        if not accounts.keeper.exists and accounts.settings.client_id is None:
            raise NotConnectedError("no HubSpot account was ever connected to this server")
        return (await accounts.keeper.opened()).book

    async def ready() -> tuple[bool, Mapping[str, object]]:
        found = await accounts.readiness.look()
        return found.is_ready, found.as_json()

    hosts = (site.host, *site.same)
    door = Door(
        hosts=hosts,
        origins=tuple(f"http://{host}" for host in hosts),
        token=bearer_token(places),
        session=sessions.find,
        cookie=site.cookie_name("session"),
        unmasked=unmasked,
        clock=clock,
    )
    return rest_app(Desk(crm=accounts.crm, book=book, ready=ready, version=__version__), door)
