"""The HubSpot accounts that are kept here: listing, naming, choosing the default, adding a key, letting go.

Its own module because keys (service keys, tokens of private apps) need no OAuth app: everything here works without one.
Only accounts of the HubSpot that this server talks to are seen, so that pretend and real ones do not mix.

Disconnecting puts the tokens out of use here first, so that nothing can use them, whatever HubSpot then answers, and
destroys the local copy of the account. The
refresh token alone is kept, sealed, until HubSpot has been told to end it, for seven days at most; the vault's
`retry_revoking` tries again. HubSpot's revocation ends the refresh token only: access tokens that were issued live on
for up to 30 minutes, and the app stays installed unless it is removed (FACTS 2.4). A key cannot be revoked from here at
all: it works until it is deleted in HubSpot.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hubspot_skill.domain.errors import AppRefusedError, HubSpotError, HubSpotSkillError, ReconnectError
from hubspot_skill.domain.text import clean
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.hubspot.tokens import TokenSource
from hubspot_skill.service.scopes import APP_SCOPE, Scope, ScopePlan, where_to_add
from hubspot_skill.vault.store import Connected, Connection, ConnectionStore, Credential, Status

__all__ = ["AccountBook", "ConnectedAccount", "Disconnected", "Entry"]

_log = get_logger(__name__)

KEY_APP = "service-key"
"""What stands for an app where an account is connected by a key: one such connection an account."""


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """One connected account for people: its name, HubSpot's words for it, and how it stands.

    `state` is a sentence; `needs_person` is True where only a person can mend it, and `fix` says how; `missing` are
    scopes that were not granted, where HubSpot told which were.
    """

    connection_id: str
    alias: str
    hub_id: str
    hub_domain: str
    is_default: bool
    is_key: bool
    status: str
    state: str
    needs_person: bool
    missing: tuple[Scope, ...]
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """What letting go did: the tokens are always out of use here; the rest is HubSpot's part.

    Where HubSpot could not be told (`is_revoked` is False and it is no key), that is tried again.
    """

    alias: str
    is_revoked: bool
    is_uninstalled: bool
    advice: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One account's place in the book that it stands in with others."""

    book: AccountBook
    connection_id: str


AuditNote = Callable[[str, str, str], Awaitable[None]]
"""Keeps what was done: the action, its outcome, and the connection's id."""


async def _no_copy(connection: Connection) -> None:
    """Destroy nothing, where no local copy is kept."""


async def _no_audit(action: str, outcome: str, connection_id: str) -> None:
    """Keep nothing, where no audit is."""


class AccountBook:
    """The accounts of a tenant at one HubSpot (`environment`); `endpoint` is None where no OAuth app is set."""

    def __init__(
        self,
        *,
        store: ConnectionStore,
        tokens: Callable[[str], TokenSource],
        plan: ScopePlan,
        tenant: str,
        environment: str,
        endpoint: AppEndpoint | None = None,
    ) -> None:
        """Join the parts; `tokens` gives the access tokens of a connection through an app by its id."""
        self.plan = plan
        self._store = store
        self._tokens = tokens
        self._tenant = tenant
        self._environment = environment
        self._revoker = endpoint
        self.audit: AuditNote = _no_audit
        self.purge: Callable[[Connection], Awaitable[None]] = _no_copy

    async def accounts(self) -> tuple[ConnectedAccount, ...]:
        """List the accounts that are or were connected, by name."""
        return tuple(self._shown(found) for found in await self._store.all(self._tenant, self._environment))

    async def account(self, account: str | None) -> ConnectedAccount:
        """Give the account of that name, HubSpot id or domain; without one, the default or only one.

        Raises:
            NotConnectedError, UnknownNameError, AmbiguousNameError: as `ConnectionStore.find`.
        """
        return self._shown(await self._find(account))

    async def add_key(self, hubspot: HubSpot, token: Secret, *, alias: str = "") -> ConnectedAccount:
        """Ask HubSpot what a key stands for, and keep it; `hubspot` is the account as this key sees it.

        The same account's earlier key is replaced and its name stays.

        Raises:
            TokenRefusedError: HubSpot does not accept the key; nothing is kept.
            AlreadyExistsError: another account has that name.
            InvalidInputError: the name has another form.
        """
        details = await hubspot.accounts.details()
        facts = await hubspot.accounts.introspect()
        kept = await self._store.connect(
            self._tenant,
            Connected(
                app_id=KEY_APP,
                hub_id=int(details.portal_id),
                hub_domain="",
                environment=self._environment,
                scopes=facts.scopes or (),
                access_token=token,
            ),
            alias=alias or await self._free_name(details.name, int(details.portal_id)),
        )
        await self.audit("account.add_key", "done", kept.connection_id)
        _log.info("account_connected", connection=kept.connection_id)
        return self._shown(kept)

    async def check_name(self, alias: str, *, besides: str = "") -> None:
        """Check that an account could have this name; `besides` is the connection that may have it already.

        Raises:
            AlreadyExistsError: another one has that name.
            InvalidInputError: the name has another form.
        """
        await self._store.check_alias(self._tenant, alias, besides=besides)

    async def rename(self, account: str, alias: str) -> None:
        """Give an account another name.

        Raises:
            UnknownNameError: there is no such account.
            AlreadyExistsError: another one has that name.
            InvalidInputError: the name has another form.
        """
        found = await self._find(account)
        await self._store.rename(self._tenant, found.connection_id, alias)
        await self.audit("account.rename", "done", found.connection_id)

    async def make_default(self, account: str) -> None:
        """Make an account the one that is meant when none is named.

        Raises:
            UnknownNameError: there is no such account.
        """
        found = await self._find(account)
        await self._store.make_default(self._tenant, found.connection_id)
        await self.audit("account.make_default", "done", found.connection_id)

    async def disconnect(self, account: str, *, uninstall: bool = False) -> Disconnected:
        """Put an account and its tokens out of use and revoke them at HubSpot; with `uninstall` take the app out too.

        Raises:
            UnknownNameError: there is no such account.
        """
        found = await self._find(account)
        is_key = found.credential is Credential.STATIC
        await self.audit("account.disconnect", "begun", found.connection_id)
        is_uninstalled = uninstall and not is_key and await self._uninstall(found)
        await self._store.keep_for_revoking(self._tenant, found.connection_id)
        await self.purge(found)
        is_revoked = not is_key and await self._revoke(found)
        if is_key or is_revoked:
            await self._store.forget(self._tenant, found.connection_id)
        await self.audit("account.disconnect", "revoked" if is_revoked else "not revoked", found.connection_id)
        _log.info(
            "account_disconnected",
            connection=found.connection_id,
            is_revoked=is_revoked,
            is_uninstalled=is_uninstalled,
        )
        if is_key:
            advice = "The key itself works until it is deleted in HubSpot: Settings, Integrations, Service keys."
        elif is_revoked and is_uninstalled is uninstall:
            advice = ""
        else:
            again = "" if is_revoked else " yet, and is told again for seven days"
            advice = (
                f"HubSpot could not be told{again}. Or remove the app there: Settings, Integrations, Connected apps."
            )
        return Disconnected(found.alias, is_revoked, is_uninstalled, advice, is_key)

    async def _find(self, account: str | None) -> Connection:
        return await self._store.find(self._tenant, account, self._environment)

    async def _free_name(self, name: str, hub_id: int) -> str | None:
        """Give a name for a new key from what the account is called; None where it has one or this one is taken."""
        accounts = await self._store.all(self._tenant)
        made = re.sub(r"[^a-z0-9._-]+", "-", name.casefold())[:30].strip("._-")
        is_known = any(a.app_id == KEY_APP and a.hub_id == hub_id for a in accounts)
        return None if is_known or not made or any(a.alias == made for a in accounts) else made

    async def _revoke(self, account: Connection) -> bool:
        """Tell HubSpot to end the refresh token of an account that is out of use, if its app is ours to speak for."""
        found = await self._store.token_to_revoke(self._tenant, account.connection_id)
        if found is None:
            return True
        return self._revoker is not None and account.app_id == self._revoker.client_id and await self._let_go(found[0])

    async def _let_go(self, refresh_token: Secret) -> bool:
        if self._revoker is None:
            return False
        try:
            await self._revoker.revoke(refresh_token)
        except ReconnectError:
            return True  # HubSpot has ended it already
        except (HubSpotError, AppRefusedError) as error:
            _log.warning("revoke_failed", code=error.code)
            return False
        return True

    async def _uninstall(self, account: Connection) -> bool:
        if self._revoker is None:
            return False
        try:
            await self._revoker.uninstall(await self._tokens(account.connection_id).access_token())
        except HubSpotSkillError as error:
            _log.warning("uninstall_failed", code=error.code)
            return False
        return True

    def _shown(self, account: Connection) -> ConnectedAccount:
        is_key = account.credential is Credential.STATIC
        missing = tuple(
            scope
            for scope in (self.plan.missing(account.scopes) if account.scopes else ())
            if not (is_key and scope.name == APP_SCOPE)
        )
        needs_person = account.status is Status.NEEDS_REAUTH
        fix = f"Connect it again: hubspot-skill login --account {account.alias}" if needs_person else ""
        if missing and not needs_person:
            fix = where_to_add([scope.name for scope in missing], is_app=not is_key)
        return ConnectedAccount(
            connection_id=account.connection_id,
            alias=account.alias,
            hub_id=str(account.hub_id),
            hub_domain=clean(account.hub_domain, most=80),
            is_default=account.is_default,
            is_key=is_key,
            status=account.status.value,
            state=_STATES[account.status],
            needs_person=needs_person,
            missing=missing,
            fix=fix,
        )


_STATES = {
    Status.ACTIVE: "Connected.",
    Status.NEEDS_REAUTH: "HubSpot no longer honours this connection: connect it again.",
    Status.REVOKED: "Disconnected: its tokens are deleted.",
    Status.DISABLED: "Switched off by the operator.",
}
