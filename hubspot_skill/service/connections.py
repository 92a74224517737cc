"""Connecting HubSpot accounts through an OAuth app, listing them, and letting go of them again.

A sign-in is pinned to the browser that began it (`flights`) and, where an account is connected again, to that account:
HubSpot's page lets a person choose another one, and what was chosen is only known from introspection. A wrong one is
revoked at once and nothing is kept. HubSpot's own words never reach the person: refusals are told by code.

Disconnecting deletes the tokens here first, so that nothing can use them, whatever HubSpot then answers; a revocation
that could not be delivered is said, and the note how to finish it by hand. HubSpot's revocation ends the refresh token
only: access tokens that were issued live on for up to 30 minutes, and the app stays installed unless it is removed
(FACTS 2.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from hubspot_skill.domain.errors import (
    AppRefusedError,
    HubSpotError,
    HubSpotSkillError,
    ReconnectError,
    SignInRefusedError,
    TokenRefusedError,
)
from hubspot_skill.domain.text import clean
from hubspot_skill.domain.text import quote as quote_text
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint, Tokens
from hubspot_skill.hubspot.tokens import TokenSource
from hubspot_skill.service.flights import Flight, Flights
from hubspot_skill.service.scopes import Scope, ScopePlan
from hubspot_skill.vault.store import Connected, Connection, ConnectionStore, Credential, Status

__all__ = ["Begun", "ConnectedAccount", "Connections", "Disconnected", "OAuthAppSettings"]

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

    address: str
    nonce: str


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """One connected account for people: its name, HubSpot's words for it, and how it stands.

    `state` is a sentence; `needs_person` is True where only a new sign-in helps; `missing` are scopes not granted.
    """

    alias: str
    hub_id: str
    hub_domain: str
    is_default: bool
    status: str
    state: str
    needs_person: bool
    missing: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class Disconnected:
    """What letting go did: the tokens are always gone here; `is_revoked` and `is_uninstalled` are HubSpot's part."""

    alias: str
    is_revoked: bool
    is_uninstalled: bool
    advice: str = ""


class Connections:
    """The use cases of connecting accounts, over the vault and one OAuth app."""

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
        self.plan = plan
        self._store = store
        self._endpoint = endpoint
        self._tokens = tokens
        self._app = app
        self._clock = clock
        self._tenant = tenant
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
        facts = await self._endpoint.describe(tokens.access_token, is_refresh_token=False)
        if facts is None:
            raise SignInRefusedError(
                "HubSpot gave a token and then did not know it, so nothing was connected",
                reason="code_refused",
                hint="Begin again from the connection page.",
            )
        if flight.hub_id and str(facts.hub_id) != flight.hub_id:
            await self._let_go(tokens.refresh_token)
            raise SignInRefusedError(
                f"account {facts.hub_id} was chosen at HubSpot, but account {flight.hub_id} was to be connected again",
                reason="account_switched",
                hint="Begin again and choose the same account, or connect the other one as a new account.",
            )
        kept = await self._store.connect(
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
        _log.info("account_connected", connection=kept.connection_id)
        account = self._shown(kept)
        if self.on_connected is not None:
            self.on_connected(account)
        return account

    async def accounts(self) -> tuple[ConnectedAccount, ...]:
        """List the accounts that are or were connected, by name."""
        return tuple(self._shown(account) for account in await self._store.all(self._tenant))

    async def rename(self, account: str, alias: str) -> None:
        """Give an account another name.

        Raises:
            UnknownNameError: there is no such account.
            AlreadyExistsError: another one has that name.
            InvalidInputError: the name has another form.
        """
        found = await self._store.find(self._tenant, account)
        await self._store.rename(self._tenant, found.connection_id, alias)

    async def make_default(self, account: str) -> None:
        """Make an account the one that is meant when none is named.

        Raises:
            UnknownNameError: there is no such account.
        """
        found = await self._store.find(self._tenant, account)
        await self._store.make_default(self._tenant, found.connection_id)

    async def disconnect(self, account: str, *, uninstall: bool = False) -> Disconnected:
        """Delete an account's tokens here and revoke them at HubSpot; with `uninstall` take the app out there too.

        Raises:
            UnknownNameError: there is no such account.
        """
        found = await self._store.find(self._tenant, account)
        is_uninstalled = uninstall and await self._uninstall(found)
        refresh_token = await self._store.refresh_token(self._tenant, found.connection_id)
        await self._store.drop_tokens(self._tenant, found.connection_id)
        is_revoked = refresh_token is None or await self._let_go(refresh_token)
        await self._store.forget(self._tenant, found.connection_id)
        _log.info(
            "account_disconnected",
            connection=found.connection_id,
            is_revoked=is_revoked,
            is_uninstalled=is_uninstalled,
        )
        return Disconnected(
            found.alias,
            is_revoked,
            is_uninstalled,
            advice=""
            if is_revoked and is_uninstalled is uninstall
            else "HubSpot could not be told. Remove the app there: Settings, Integrations, Connected apps.",
        )

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

    async def _let_go(self, refresh_token: Secret) -> bool:
        try:
            await self._endpoint.revoke(refresh_token)
        except (HubSpotError, AppRefusedError, ReconnectError) as error:
            _log.warning("revoke_failed", code=error.code)
            return False
        return True

    async def _uninstall(self, account: Connection) -> bool:
        try:
            await self._endpoint.uninstall(await self._tokens(account.connection_id).access_token())
        except HubSpotSkillError as error:
            _log.warning("uninstall_failed", code=error.code)
            return False
        return True

    def _shown(self, account: Connection) -> ConnectedAccount:
        is_oauth = account.credential is Credential.OAUTH
        return ConnectedAccount(
            alias=account.alias,
            hub_id=str(account.hub_id),
            hub_domain=clean(account.hub_domain, most=80),
            is_default=account.is_default,
            status=account.status.value,
            state=_STATES[account.status],
            needs_person=account.status is Status.NEEDS_REAUTH,
            missing=self.plan.missing(account.scopes) if is_oauth else (),
        )


_STATES = {
    Status.ACTIVE: "Connected.",
    Status.NEEDS_REAUTH: "HubSpot no longer honours this connection: connect it again.",
    Status.REVOKED: "Disconnected: its tokens are deleted.",
    Status.DISABLED: "Switched off by the operator.",
}


def _denied(error: str) -> SignInRefusedError:
    if error in {"", "access_denied"}:
        message = "the sign-in was refused at HubSpot, so nothing was connected"
    else:
        message = f"HubSpot ended the sign-in with {quote_text(error, most=40)}, so nothing was connected"
    return SignInRefusedError(message, reason="denied", hint="Begin again, and choose Connect app at HubSpot.")
