"""Opens the vault of this process: finds its keys, its database and, where an OAuth app is set, the way to refresh.

Opened at the first need and once, however many ask: a chat client that only lists tools pays nothing, and a process with
a token in its environment never makes a vault at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, final

from hubspot_skill.domain.errors import HubSpotSkillError, NotConnectedError
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.settings import HUBSPOT_API

if TYPE_CHECKING:
    from hubspot_skill.app.auditing import AuditLog
    from hubspot_skill.app.keys import Keys
    from hubspot_skill.app.mirrors import Mirrors
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.hubspot.oauth import AppEndpoint
    from hubspot_skill.hubspot.settings import AdapterSettings
    from hubspot_skill.hubspot.tokens import TokenSource
    from hubspot_skill.hubspot.transport import Transport
    from hubspot_skill.service.accounts import AccountBook, Entry
    from hubspot_skill.service.connections import Connections, OAuthAppSettings
    from hubspot_skill.vault.custody import FoundKeys
    from hubspot_skill.vault.endpoint import AppAt
    from hubspot_skill.vault.refresh import Refresher
    from hubspot_skill.vault.store import Connection, ConnectionStore
    from hubspot_skill.vault.vault import Vault

__all__ = ["TENANT", "Keeper", "OpenVault", "has_vault"]

TENANT = "local"
"""The one tenant until team sign-in is built."""
REVOKE_EVERY_S = 3_600.0
"""How often HubSpot is told again what it could not be told."""
SEEN_WITHIN_S = 1.0
"""How soon a process sees what another one changed of an account (SECURITY-DESIGN section 5)."""
_MOST_LOOKED_UP = 100
HUBSPOT_AUTHORIZE = "https://app.hubspot.com/oauth/authorize"


@final
class OpenVault:
    """The vault's parts, joined; the adapter's transport is the process's own and is not closed here.

    `book` is what can be done with the accounts; `connections` the same and connecting more, where an OAuth app is set.
    """

    def __init__(
        self,
        vault: Vault,
        keys: FoundKeys,
        settings: Settings,
        adapter: AdapterSettings,
        transport: Transport,
        clock: Clock,
        audit: AuditLog,
        purge: Callable[[Connection], Awaitable[None]],
    ) -> None:
        from hubspot_skill.access.policy import Policy
        from hubspot_skill.hubspot.oauth import AppEndpoint
        from hubspot_skill.service.accounts import AccountBook
        from hubspot_skill.service.connections import Connections
        from hubspot_skill.service.scopes import scope_plan
        from hubspot_skill.vault.endpoint import AppAt

        self.vault = vault
        self.keys = keys
        self.audit = audit
        self.environment = "sandbox" if adapter.is_sandbox else "production"
        self.endpoint: AppEndpoint | None = None
        self.app: AppAt | None = None
        self.connections: Connections | None = None
        self.book: AccountBook
        self._clock = clock
        self._sources: dict[str, TokenSource] = {}
        self._looked_up: dict[str | None, tuple[int, float, Connection]] = {}
        self._refresher: Refresher | None = None
        self._revoking: asyncio.Task[None] | None = None
        plan = scope_plan(Policy(read_only=settings.read_only, toolsets=settings.toolsets))
        if adapter.app is None:
            self.book = AccountBook(
                store=vault.store, tokens=self._refreshed, plan=plan, tenant=TENANT, environment=self.environment
            )
            self.book.audit, self.book.purge = audit.note, purge
            return
        self.endpoint = AppEndpoint(transport, adapter.app, version=adapter.api_version)
        self.app = AppAt(adapter.app.client_id, self.environment)
        self._refresher = vault.refresher(self.endpoint, of=self.app)
        self.connections = Connections(
            store=vault.store,
            endpoint=self.endpoint,
            tokens=self._refreshed,
            app=_public_app(settings, adapter),
            plan=plan,
            clock=clock,
            tenant=TENANT,
        )
        self.book = self.connections
        self.book.audit, self.book.purge = audit.note, purge

    @property
    def store(self) -> ConnectionStore:
        """The rows of the accounts."""
        return self.vault.store

    def is_key(self, connection: Connection) -> bool:
        """Tell whether a connection is by a key without expiry, not through an OAuth app."""
        from hubspot_skill.vault.store import Credential

        return connection.credential is Credential.STATIC

    def entry(self, connection: Connection) -> Entry:
        """Give a connection's place in the book of all accounts."""
        from hubspot_skill.service.accounts import Entry

        return Entry(self.book, connection.connection_id)

    def tokens(self, connection: Connection) -> TokenSource:
        """Give the access tokens of a connection, the same source for everyone in this process."""
        if not self.is_key(connection):
            if self.app is not None and connection.app_id != self.app.app_id:
                raise NotConnectedError(
                    f"the HubSpot account {quote(connection.alias)} is connected through another OAuth app than the one"
                    " that is set here",
                    hint="Set HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET as when it was connected, or connect it again.",
                )
            return self._refreshed(connection.connection_id)
        source = self._sources.get(connection.connection_id)
        if source is None:
            source = self._sources[connection.connection_id] = self.vault.stored_token(TENANT, connection)
        return source

    def _refreshed(self, connection_id: str) -> TokenSource:
        from hubspot_skill.vault.refresh import ConnectionTokens

        if self._refresher is None:
            raise NotConnectedError(
                "this account is connected through an OAuth app, and no app is set here",
                hint="Set HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET as when it was connected.",
            )
        source = self._sources.get(connection_id)
        if source is None:
            source = ConnectionTokens(self._refresher, TENANT, connection_id, clock=self._clock)
            self._sources[connection_id] = source
        return source

    async def find(self, account: str | None) -> Connection:
        """Give the account that is meant, one that can be used; see `ConnectionStore.find`.

        Raises:
            NotConnectedError: it was disconnected or switched off.
        """
        from hubspot_skill.vault.store import Status

        found = await self._look_up(account)
        if found.status in (Status.REVOKED, Status.DISABLED):
            raise NotConnectedError(
                f"the HubSpot account {quote(found.alias)} is disconnected or switched off",
                hint="Connect it again: hubspot-skill login",
            )
        return found

    async def _look_up(self, account: str | None) -> Connection:
        """Find an account, by what was read less than a second ago where this process changed nothing since.

        So a tool call with a fresh token asks no database; what another process changes is seen within that second.
        """
        now_s, writes = self._clock.monotonic(), self.vault.database.writes
        kept = self._looked_up.get(account)
        if kept is not None and kept[0] == writes and now_s - kept[1] < SEEN_WITHIN_S:
            return kept[2]
        found = await self.vault.store.find(TENANT, account, self.environment)
        if len(self._looked_up) >= _MOST_LOOKED_UP:
            self._looked_up.clear()
        self._looked_up[account] = (writes, now_s, found)
        return found

    async def start(self) -> None:
        """Take up what an earlier process did not finish: refreshes, and revocations, which go on beside all else."""
        if self._refresher is not None and self.endpoint is not None:
            await self._refresher.recover(TENANT)
            self._revoking = asyncio.create_task(self._keep_revoking(self.endpoint))

    async def _keep_revoking(self, endpoint: AppEndpoint) -> None:
        while True:
            with contextlib.suppress(HubSpotSkillError):  # a vault that fails is told by whoever needs it
                await self.vault.retry_revoking(TENANT, endpoint, of=self.app)
            await self._clock.sleep(REVOKE_EVERY_S)

    async def aclose(self) -> None:
        """Finish what is under way, and close the database; the audit is closed with the other stores."""
        if self._revoking is not None:
            self._revoking.cancel()
            await asyncio.wait({self._revoking})
        await self.vault.close()


@final
class Keeper:
    """The vault of this process, opened once."""

    def __init__(
        self,
        settings: Settings,
        places: Places,
        adapter: AdapterSettings,
        transport: Transport,
        *,
        keys: Keys,
        audit: AuditLog,
        clock: Clock,
        mirrors: Mirrors,
    ) -> None:
        """Name the parts; `audit` is this process's, `mirrors` what is destroyed with a connection."""
        self.keys = keys
        self._settings = settings
        self._places = places
        self._adapter = adapter
        self._transport = transport
        self._clock = clock
        self._audit = audit
        self._mirrors = mirrors
        self._opening: asyncio.Task[OpenVault] | None = None

    @property
    def exists(self) -> bool:
        """True where a vault was made before, here or by another process."""
        return has_vault(self._settings, self._places)

    async def opened(self) -> OpenVault:
        """Give the vault, made with its key on the first start on this machine.

        Raises:
            SettingsError: its key is none.
            PlaceError: its files are not ours to use.
            VaultRefusedError: its key is another one.
        """
        if self._opening is None or _has_failed(self._opening):
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def aclose(self) -> None:
        """Close the vault if it was opened; an opening that is under way is broken off."""
        opening, self._opening = self._opening, None
        if opening is None:
            return
        opening.cancel()
        await asyncio.wait({opening})
        if not _has_failed(opening):
            await opening.result().aclose()

    async def _open(self) -> OpenVault:
        from hubspot_skill.vault.vault import open_vault

        keys = await self.keys.found()
        url = self._settings.database_url
        vault = await open_vault(self._places.vault if url is None else url.reveal(), keys.ring, clock=self._clock)
        opened = OpenVault(
            vault, keys, self._settings, self._adapter, self._transport, self._clock, self._audit, self._purge
        )
        try:
            await opened.start()
        except BaseException:
            await opened.aclose()
            raise
        return opened

    async def _purge(self, connection: Connection) -> None:
        """Destroy the local copy of an account that was disconnected."""
        from hubspot_skill.app.mirrors import mirror_name

        await self._mirrors.purge(mirror_name(connection.connection_id, str(connection.hub_id), connection.scopes))


def has_vault(settings: Settings, places: Places) -> bool:
    """Tell whether there is a vault: the file on this machine, or the shared database, which is there before it is used."""
    return settings.database_url is not None or places.vault.exists()


def _has_failed(opening: asyncio.Task[OpenVault]) -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)


def _public_app(settings: Settings, adapter: AdapterSettings) -> OAuthAppSettings:
    from hubspot_skill.service.connections import OAuthAppSettings

    base = adapter.api_base_url
    return OAuthAppSettings(
        client_id=settings.client_id or "",
        redirect_uri=settings.redirect_uri,
        authorize_url=HUBSPOT_AUTHORIZE if base == HUBSPOT_API else f"{base}/oauth/authorize",
        use_pkce=settings.use_pkce,
        is_sandbox=adapter.is_sandbox,
    )
