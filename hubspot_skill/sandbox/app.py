"""Joins the families of endpoints, the portals and the edges into one ASGI application.

A request passes, outermost first: faults on request, the length of its address, its token, the rate policy, its handler.
Every answer carries a correlation id, an error carries it in its body too.

Handlers run on the event loop, one at a time: each is a few SQLite statements on a connection of its portal, so a portal
sees the whole of one request before the next, as the sandbox promises to no more than one process.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hubspot_skill.sandbox import (
    account,
    associations,
    associations_v3,
    authorize,
    batch,
    campaign_assets,
    campaign_reports,
    campaigns,
    control,
    email_statistics,
    lists,
    marketing_emails,
    oauth,
    objects,
    owners,
    pipelines,
    properties,
    schemas,
    search,
)
from hubspot_skill.sandbox.call import Call, Portal, TokenInfo, answer
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.faults import Faults, FaultsMiddleware
from hubspot_skill.sandbox.rates import POLICIES, RatePolicy, Rates, Spender
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint, Found, Routes
from hubspot_skill.sandbox.seed import PortalSeed
from hubspot_skill.sandbox.settings import SandboxSettings
from hubspot_skill.sandbox.store import Store
from hubspot_skill.sandbox.tokens import Tokens
from hubspot_skill.sandbox.traffic import Traffic, TrafficMiddleware

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["Endpoint", "Sandbox", "create_sandbox"]

FAMILIES: tuple[tuple[Endpoint, ...], ...] = (
    account.ENDPOINTS,
    associations.ENDPOINTS,
    associations_v3.ENDPOINTS,
    authorize.ENDPOINTS,
    batch.ENDPOINTS,
    campaign_assets.ENDPOINTS,
    campaign_reports.ENDPOINTS,
    campaigns.ENDPOINTS,
    control.ENDPOINTS,
    email_statistics.ENDPOINTS,
    lists.ENDPOINTS,
    marketing_emails.ENDPOINTS,
    oauth.ENDPOINTS,
    objects.ENDPOINTS,
    owners.ENDPOINTS,
    pipelines.ENDPOINTS,
    properties.ENDPOINTS,
    schemas.ENDPOINTS,
    search.ENDPOINTS,
)
"""The endpoints of every family; a new family is joined to the sandbox here and nowhere else."""

CORRELATION_HEADER = "x-hubspot-correlation-id"


class Sandbox:
    """A whole pretend HubSpot: its portals by name, its edges, and the application that answers for them."""

    def __init__(
        self,
        portals: Sequence[PortalSeed | Path],
        *,
        clock: SandboxClock | None = None,
        settings: SandboxSettings | None = None,
        policy: RatePolicy = POLICIES["none"],
        oauth_policy: RatePolicy | None = None,
    ) -> None:
        """Load every portal, from what it is made of or from a database file that holds it already.

        Without a clock, one runs from the first portal's own moment. OAuth apps are held to `policy` too, unless they have
        one of their own.
        """
        if not portals:
            raise ValueError("a sandbox needs at least one portal")
        self._sources = tuple(portals)
        stores = [_loaded(source) for source in self._sources]
        self.settings = settings or SandboxSettings()
        self.clock = clock or SandboxClock(stores[0].facts.now)
        self.portals = {store.facts.name: Portal(store, self.clock, self.settings) for store in stores}
        self.rates = Rates(self.clock, policy, oauth_policy=oauth_policy)
        self.routes = Routes(endpoint for family in FAMILIES for endpoint in family)
        self.tokens = Tokens(self.portals, self.clock)
        self.faults = Faults(self.tokens.uninstall)
        self.traffic = Traffic()
        self.app = Starlette(
            middleware=[
                Middleware(TrafficMiddleware, traffic=self.traffic),
                Middleware(FaultsMiddleware, faults=self.faults),
            ]
        )
        self.app.state.sandbox = self
        self.app.router.default = self._serve
        self._random = Random(0)  # noqa: S311 - correlation ids, not secrets

    def reset(self) -> None:
        """Return to the start: every portal's records and switches, the tokens, the counters; no fault is left.

        The clock keeps its moment.
        """
        for portal, source in zip(self.portals.values(), self._sources, strict=True):
            portal.store.close()
            portal.store = _loaded(source)
            portal.switches = self.settings
        self.tokens.clear()
        self.faults.clear()
        self.rates.clear()
        self.traffic.clear()

    def close(self) -> None:
        """Let go of every portal's database."""
        for portal in self.portals.values():
            portal.store.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive, send)
        correlation_id = str(UUID(int=self._random.getrandbits(128), version=4))
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            response = answer({**refusal.body, "correlationId": correlation_id}, refusal.status, refusal.headers)
        response.headers[CORRELATION_HEADER] = correlation_id
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        target_bytes = len(request.scope["raw_path"]) + len(request.scope["query_string"])
        if target_bytes > self.settings.max_uri_bytes:
            raise Refusal.plain(414, "URI Too Long")
        found = self.routes.find(request.method, request.scope["raw_path"].decode("ascii"))
        if found is None:
            raise Refusal.plain(404, "Unable to find a resource for this address")
        if found.endpoint.public:
            portal = next(iter(self.portals.values()))
            token = TokenInfo(portal.name, frozenset(), "private_app", app_id=0)
            return await _handled(Call(request, portal, found.version, token, found.params), found)
        token = self.tokens.resolve(request.headers.get("authorization"))
        portal = self.portals[token.portal]
        zone = ZoneInfo(portal.account.time_zone)
        verdict = self.rates.charge(
            Spender(token.app_id, portal.account.portal_id, token.kind, zone), found.endpoint.budget
        )
        if verdict.refusal is not None:
            raise with_headers(verdict.refusal, verdict.headers)
        try:
            response = await _handled(Call(request, portal, found.version, token, found.params), found)
        except Refusal as refusal:
            raise with_headers(refusal, verdict.headers) from refusal
        response.headers.update(verdict.headers)
        return response


def create_sandbox(
    portals: Sequence[PortalSeed | Path],
    *,
    clock: SandboxClock | None = None,
    settings: SandboxSettings | None = None,
    policy: RatePolicy = POLICIES["none"],
) -> Starlette:
    """Return the application of a new sandbox; the sandbox itself is its `state.sandbox`."""
    return Sandbox(portals, clock=clock, settings=settings, policy=policy).app


def with_headers(refusal: Refusal, headers: Mapping[str, str]) -> Refusal:
    """Return the same refusal with further headers."""
    return Refusal(refusal.status, refusal.body, {**headers, **refusal.headers})


def _loaded(source: PortalSeed | Path) -> Store:
    return Store.open(source) if isinstance(source, Path) else Store.load(source)


async def _handled(call: Call, found: Found) -> Response:
    outcome = found.endpoint.handler(call)
    return await outcome if inspect.isawaitable(outcome) else outcome
