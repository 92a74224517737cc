"""Connecting HubSpot accounts through an OAuth app.

A sign-in is pinned to the browser that began it (`flights`) and, where an account is connected again, to that account:
HubSpot's page lets a person choose another one, and what was chosen is only known from introspection. A wrong one is
revoked at once and nothing is kept. HubSpot's own words never reach the person: refusals are told by code.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from hubspot_skill.domain.errors import HubSpotSkillError, SignInRefusedError, TokenRefusedError
from hubspot_skill.domain.text import quote as quote_text
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint, Tokens
from hubspot_skill.hubspot.tokens import TokenSource
from hubspot_skill.service.accounts import AccountBook, ConnectedAccount
from hubspot_skill.service.flights import Flight, Flights
from hubspot_skill.service.scopes import ScopePlan
from hubspot_skill.vault.store import Connected, Connection, ConnectionStore

__all__ = ["Begun", "Connections", "OAuthAppSettings"]

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OAuthAppSettings:
    """The app's public side: its id, where HubSpot sends people back, and HubSpot's page where they agree."""

    client_id: str
    redirect_uri: str
    authorize_url: str
    use_pkce: bool = True
    is_sandbox: bool = False

    @property
    def environment(self) -> str:
        """What the vault calls the HubSpot that this app is of."""
        return "sandbox" if self.is_sandbox else "production"


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun: HubSpot's address to open, and the nonce for a cookie of the same browser."""

    address: str = field(repr=False)
    nonce: str = field(repr=False)


class Connections(AccountBook):
    """The accounts, and the use cases of connecting more through one OAuth app."""

    def __init__(
        self,
        *,
        store: ConnectionStore,
        endpoint: AppEndpoint,
        tokens: Callable[[str], TokenSource],
        app: OAuthAppSettings,
        plan: ScopePlan,
        clock: Clock,
        tenant: str,
    ) -> None:
        """Join the parts; `tokens` gives the access tokens of a connection by its id."""
        super().__init__(
            store=store, tokens=tokens, plan=plan, tenant=tenant, environment=app.environment, endpoint=endpoint
        )
        self._endpoint = endpoint
        self._app = app
        self._clock = clock
        self._flights = Flights(clock)
        self.on_connected: Callable[[ConnectedAccount], None] | None = None

    @property
    def client_id(self) -> str:
        """The app's id, which is no secret."""
        return self._app.client_id

    @property
    def authorize_url(self) -> str:
        """HubSpot's page where people agree."""
        return self._app.authorize_url

    @property
    def is_sandbox(self) -> bool:
        """True where what answers is no real HubSpot."""
        return self._app.is_sandbox

    def begin(self, session: str, *, hub_id: str = "") -> Begun:
        """Begin a sign-in in this session, for this account or (empty) for any."""
        departure = self._flights.depart(session, hub_id=hub_id)
        query = {
            "client_id": self._app.client_id,
            "redirect_uri": self._app.redirect_uri,
            "scope": " ".join(scope.name for scope in self.plan.required),
            "optional_scope": " ".join(scope.name for scope in self.plan.optional),
            "state": departure.state,
        }
        if self._app.use_pkce:
            query |= {"code_challenge": departure.challenge, "code_challenge_method": "S256"}
        address = self._app.authorize_url
        if hub_id.isdigit():
            address = address.replace("/oauth/authorize", f"/oauth/{hub_id}/authorize")
        return Begun(f"{address}?{urlencode(query, quote_via=quote)}", departure.nonce)

    async def complete(self, session: str, nonce: str, *, state: str, code: str, error: str = "") -> ConnectedAccount:
        """Take what came back from HubSpot and keep the account, or keep nothing.

        Raises:
            SignInRefusedError: by its reason: the state or browser is not ours, the person refused, HubSpot does not
                take the code, or another account came back than the one to be connected again.
            AppRefusedError: the app's id, secret or redirect address is wrong.
            HubSpotError: HubSpot failed or could not be reached.
        """
        flight = self._flights.land(session, state, nonce)
        if error or not code:
            raise _denied(error)
        asked = self._clock.monotonic()
        tokens = await self._exchange(Secret(code), flight)
        try:
            kept = await self._keep(tokens, flight, asked)
        except BaseException:
            with contextlib.suppress(HubSpotSkillError):
                await self._abandon(tokens.refresh_token)
            raise
        await self.audit("account.connect", "done", kept.connection_id)
        _log.info("account_connected", connection=kept.connection_id)
        account = self._shown(kept)
        if self.on_connected is not None:
            self.on_connected(account)
        return account

    async def _keep(self, tokens: Tokens, flight: Flight, asked: float) -> Connection:
        facts = await self._endpoint.describe(tokens.access_token, is_refresh_token=False)
        if facts is None:
            raise SignInRefusedError(
                "HubSpot gave a token and then did not know it, so nothing was connected",
                reason="code_refused",
                hint="Begin again from the connection page.",
            )
        if flight.hub_id and str(facts.hub_id) != flight.hub_id:
            raise SignInRefusedError(
                f"account {facts.hub_id} was chosen at HubSpot, but account {flight.hub_id} was to be connected again",
                reason="account_switched",
                hint="Begin again and choose the same account, or connect the other one as a new account.",
            )
        await self._end_earlier(tokens.refresh_token, facts.hub_id)
        return await self._store.connect(
            self._tenant,
            Connected(
                app_id=self._app.client_id,
                hub_id=facts.hub_id,
                hub_domain=facts.hub_domain,
                environment=self._app.environment,
                scopes=facts.scopes,
                access_token=tokens.access_token,
                refresh_token=tokens.refresh_token,
                access_lifetime_s=tokens.expires_in_s - (self._clock.monotonic() - asked),
            ),
        )

    async def _end_earlier(self, refresh_token: Secret, hub_id: int) -> None:
        """End the grant that this account was connected by, where HubSpot gave another token than before.

        Whether HubSpot then also ends the new one is not documented, so that is asked before anything is kept.
        A grant that cannot be ended now is no reason to refuse: its token leaves the vault all the same.

        Raises:
            SignInRefusedError: HubSpot ended both.
        """
        for account in await self._store.all(self._tenant, self._app.environment):
            if (account.app_id, account.hub_id) != (self._app.client_id, hub_id):
                continue
            earlier = await self._store.refresh_token(self._tenant, account.connection_id)
            if earlier is None or earlier == refresh_token or not await self._let_go(earlier):
                return
            if not await self._endpoint.is_alive(refresh_token):
                raise SignInRefusedError(
                    "HubSpot ended the new sign-in together with the one before, so nothing was connected",
                    reason="code_refused",
                    hint="Begin again from the connection page.",
                )

    async def _abandon(self, refresh_token: Secret) -> None:
        """End a grant that is not kept, unless an account that is connected lives on this very token.

        HubSpot may give the token that it gave before for the same account (FACTS 2.3).
        """
        for account in await self._store.all(self._tenant, self._app.environment):
            if await self._store.refresh_token(self._tenant, account.connection_id) == refresh_token:
                return
        await self._let_go(refresh_token)

    async def _exchange(self, code: Secret, flight: Flight) -> Tokens:
        verifier = flight.verifier if self._app.use_pkce else None
        try:
            return await self._endpoint.exchange(code, redirect_uri=self._app.redirect_uri, code_verifier=verifier)
        except TokenRefusedError as error:
            raise SignInRefusedError(
                "HubSpot does not take the code that it sent: it was used already or is too old",
                reason="code_refused",
                hint="Begin again from the connection page.",
            ) from error


def _denied(error: str) -> SignInRefusedError:
    if error in {"", "access_denied"}:
        message = "the sign-in was refused at HubSpot, so nothing was connected"
    else:
        message = f"HubSpot ended the sign-in with {quote_text(error, most=40)}, so nothing was connected"
    return SignInRefusedError(message, reason="denied", hint="Begin again, and choose Connect app at HubSpot.")
