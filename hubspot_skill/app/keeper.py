"""Opens the vault of this process: finds its keys, its database and, where an OAuth app is set, the way to refresh.

Opened at the first need and once, however many ask: a chat client that only lists tools pays nothing, and a process with
a token in its environment never makes a vault at all.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, final

from hubspot_skill.domain.errors import NotConnectedError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.settings import HUBSPOT_API

if TYPE_CHECKING:
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.foundation.databases import Database
    from hubspot_skill.hubspot.oauth import AppEndpoint
    from hubspot_skill.hubspot.settings import AdapterSettings
    from hubspot_skill.hubspot.tokens import TokenSource
    from hubspot_skill.hubspot.transport import Transport
    from hubspot_skill.service.connections import Connections, OAuthAppSettings
    from hubspot_skill.vault.custody import FoundKeys
    from hubspot_skill.vault.refresh import Refresher
    from hubspot_skill.vault.sealing import Sealer
    from hubspot_skill.vault.store import Connection, ConnectionStore

__all__ = ["TENANT", "Keeper", "OpenVault"]

TENANT = "local"
"""The one tenant until team sign-in is built."""
HUBSPOT_AUTHORIZE = "https://app.hubspot.com/oauth/authorize"


@final
class OpenVault:
    """The vault's parts, joined; the adapter's transport is the process's own and is not closed here."""

    def __init__(
        self,
        database: Database,
        keys: FoundKeys,
        settings: Settings,
        adapter: AdapterSettings,
        transport: Transport,
        clock: Clock,
    ) -> None:
        from hubspot_skill.access.policy import Policy
        from hubspot_skill.hubspot.oauth import AppEndpoint
        from hubspot_skill.service.connections import Connections
        from hubspot_skill.service.scopes import scope_plan
        from hubspot_skill.vault.refresh import Refresher, RefreshSettings
        from hubspot_skill.vault.refresh_rows import RefreshRows
        from hubspot_skill.vault.sealing import Sealer
        from hubspot_skill.vault.store import ConnectionStore

        self.database = database
        self.keys = keys
        self.sealer: Sealer = Sealer(database, keys.ring)
        self.store: ConnectionStore = ConnectionStore(database, self.sealer)
        self._clock = clock
        self._sources: dict[str, TokenSource] = {}
        self._endpoint: AppEndpoint | None = None
        self._refresher: Refresher | None = None
        self.connections: Connections | None = None
        if adapter.app is None:
            return
        self._endpoint = AppEndpoint(transport, adapter.app, version=adapter.api_version)
        spans = RefreshSettings()
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        rows = RefreshRows(database, self.sealer, owner=owner, lease_s=spans.lease_s)
        self._refresher = Refresher(rows, self._endpoint, clock=clock, settings=spans)
        self.connections = Connections(
            store=self.store,
            endpoint=self._endpoint,
            tokens=self._refreshed,
            app=_public_app(settings, adapter),
            plan=scope_plan(Policy(read_only=settings.read_only, toolsets=settings.toolsets)),
            clock=clock,
            tenant=TENANT,
        )

    def tokens(self, connection: Connection) -> TokenSource:
        """Give the access tokens of a connection, the same source for everyone in this process."""
        return self._refreshed(connection.connection_id)

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
        """Give the account that is meant; see `ConnectionStore.find`."""
        return await self.store.find(TENANT, account)

    async def start(self) -> None:
        """Prove the keys, and take up refreshes that an earlier process did not finish."""
        await self.sealer.prove_ring()
        if self._refresher is not None:
            await self._refresher.recover(TENANT)

    async def aclose(self) -> None:
        """Finish what is under way, and close the database."""
        if self._refresher is not None:
            await self._refresher.close()
        await self.database.close()


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
        clock: Clock,
        environment: MutableMapping[str, str],
    ) -> None:
        """Name the parts; `environment` is where a key may lie, and where it is taken out of."""
        self._settings = settings
        self._places = places
        self._adapter = adapter
        self._transport = transport
        self._clock = clock
        self._environment = environment
        self._opening = asyncio.Lock()
        self._opened: OpenVault | None = None

    @property
    def exists(self) -> bool:
        """True where a vault was made before, here or by another process."""
        return self._places.vault.exists()

    async def opened(self) -> OpenVault:
        """Give the vault, made with its key on the first start on this machine.

        Raises:
            SettingsError: its key is none.
            PlaceError: its files are not ours to use.
            VaultRefusedError: its key is another one.
        """
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
            return self._opened

    async def aclose(self) -> None:
        """Close the vault if it was opened."""
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None

    async def _open(self) -> OpenVault:
        from hubspot_skill.foundation.databases import open_sqlite
        from hubspot_skill.foundation.migrations import migrate
        from hubspot_skill.vault.custody import CustodySettings, find_keys, system_key_store
        from hubspot_skill.vault.file_keys import file_key
        from hubspot_skill.vault.tables import VAULT_SCHEMA

        custody = CustodySettings(
            configuration=self._places.config,
            key_file=self._settings.key_file,
            key_store=system_key_store(),
            may_create=True,
        )
        keys = await asyncio.to_thread(find_keys, custody, self._environment)
        key = await asyncio.to_thread(file_key, self._places.vault, keys.ring)
        database = await open_sqlite(self._places.vault, key, clock=self._clock)
        try:
            await migrate(database, VAULT_SCHEMA)
            vault = OpenVault(database, keys, self._settings, self._adapter, self._transport, self._clock)
            await vault.start()
        except BaseException:
            await database.close()
            raise
        return vault


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
