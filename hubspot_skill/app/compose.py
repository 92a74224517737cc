"""Builds the rooms over the HubSpot accounts of this process, from its settings.

Nothing is opened or asked before the first call: a chat client that only lists the tools pays for nothing else. With
nothing connected the server runs all the same, and every tool answers how to connect.

Where the accounts are, the first of these: the sandbox inside this process (`HUBSPOT_ENVIRONMENT=sandbox` without an
app), the one account of a token in the environment, else the accounts in the vault. Never several of these at once, so
that pretend and real data, or two people's accounts, do not mix by accident.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from hubspot_skill import __version__
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import Settings
from hubspot_skill.domain.errors import Candidate, NotConnectedError, PlaceError, UnknownNameError
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.log import get_logger
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.surfaces.cli.actions import SandboxChoice
from hubspot_skill.surfaces.mcp.server import build_server
from hubspot_skill.surfaces.mcp.settings import McpSettings, toolsets

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from hubspot_skill.app.auditing import AccountTrail, AuditLog
    from hubspot_skill.app.databases import Databases
    from hubspot_skill.app.doorway import Doorway
    from hubspot_skill.app.embedded import EmbeddedSandbox
    from hubspot_skill.app.keeper import Keeper
    from hubspot_skill.app.keys import Keys
    from hubspot_skill.app.mirrors import MirrorOf, Mirrors
    from hubspot_skill.app.portal_clock import PortalClock
    from hubspot_skill.app.readiness import Readiness
    from hubspot_skill.app.sharing import Sharing
    from hubspot_skill.hubspot.client import HubSpot
    from hubspot_skill.hubspot.settings import AdapterSettings
    from hubspot_skill.hubspot.shared_limits import SharedLimits
    from hubspot_skill.hubspot.tokens import TokenSource
    from hubspot_skill.hubspot.transport import Transport
    from hubspot_skill.mirror.store import MirrorName
    from hubspot_skill.service.accounts import Entry
    from hubspot_skill.service.audit_trail import AuditTrail
    from hubspot_skill.service.changes.desk import Journal, JournalOpener
    from hubspot_skill.service.crm import Crm
    from hubspot_skill.service.export.exporting import Exporter
    from hubspot_skill.surfaces.web.ports import AccountName

__all__ = ["HOW_TO_CONNECT", "Accounts", "Opened", "adapter_settings", "mcp_server", "mcp_settings"]

FREE_PORT = 0
"""The embedded sandbox of one chat takes any port: nobody else is meant to find it."""

HOW_TO_CONNECT = (
    "Connect one with `hubspot-skill login` (an OAuth app: HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET), or start the"
    " server with HUBSPOT_ACCESS_TOKEN set to a service key or private-app token, or try it with"
    " HUBSPOT_ENVIRONMENT=sandbox; then `hubspot-skill doctor` checks it."
)
SANDBOX_ALIAS = "sandbox"
USABLE = frozenset({"active", "needs_reauth"})
"""How an account stands that a person may open: one that needs a sign-in again says so on its pages."""
_log = get_logger(__name__)
TOKEN_ALIAS = "environment"  # noqa: S105 - the name of an account


class Accounts:
    """The accounts of this process: each opened at its first call, shared by all of them, closed at the end."""

    def __init__(
        self,
        settings: Settings,
        places: Places,
        *,
        clock: Clock | None = None,
        environment: MutableMapping[str, str] | None = None,
        keeps_fresh: bool = False,
    ) -> None:
        """Name the settings; `environment` is where the vault's key may lie (the process's own by default).

        `keeps_fresh` is True for a server, which keeps the local copies of its accounts up to date in the background.
        """
        self._keeps_fresh = keeps_fresh
        self.settings = settings
        self._places = places
        self._machine = clock or SystemClock()
        self._environment = os.environ if environment is None else environment
        self._opening = asyncio.Lock()
        self._opened: dict[str, Opened] = {}
        self._sandbox: EmbeddedSandbox | None = None
        self._transport: Transport | None = None
        self._keys: Keys | None = None
        self._databases: Databases | None = None
        self._audit: AuditLog | None = None
        self._keeper: Keeper | None = None
        self._sharing: Sharing | None = None
        self._mirrors: Mirrors | None = None
        self._readiness: Readiness | None = None
        self._journal: Journal | None = None
        self.page_of: Callable[[str], Awaitable[str]] | None = None

    async def crm(self, account: str = "") -> Crm:
        """Give the use cases over an account, by its name, HubSpot id or domain; empty: the default or only one.

        Raises:
            NotConnectedError: no account is connected.
            UnknownNameError: none is called that.
            AmbiguousNameError: there are several and none is the default.
        """
        opened = await self.opened(account)
        if opened.clock is not None:
            await opened.clock.renew(opened.transport)
        opened.mirror.used()
        return opened.crm

    async def names(self) -> tuple[AccountName, ...]:
        """Name the accounts that can be used, the default first, then by name.

        Raises:
            NotConnectedError: no account is connected.
        """
        from hubspot_skill.surfaces.web.ports import AccountName

        if not self.settings.uses_vault:
            return (AccountName(self._only_alias, is_default=True),)
        if not self.keeper.exists and self.settings.client_id is None:
            raise NotConnectedError("no HubSpot account is connected to this server", hint=HOW_TO_CONNECT)
        kept = [a for a in await (await self.keeper.opened()).book.accounts() if a.status in USABLE]
        named = [AccountName(a.alias, is_default=a.is_default or len(kept) == 1, domain=a.hub_domain) for a in kept]
        return tuple(sorted(named, key=lambda name: (not name.is_default, name.alias)))

    async def opened(self, account: str = "") -> Opened:
        """Give an account's parts, opened once however many ask at the same time; see `crm`."""
        async with self._opening:
            if self.settings.uses_vault:
                return await self._of_vault(account)
            alias = self._only_alias
            if alias not in self._opened:
                self._opened[alias] = await self._only(alias)
            return self._only_if_meant(alias, account)

    @property
    def readiness(self) -> Readiness:
        """How this process does; one for all who watch, so that watching costs little."""
        if self._readiness is None:
            from hubspot_skill.app.readiness import Readiness

            self._readiness = Readiness(self, self._machine)
        return self._readiness

    @property
    def keys(self) -> Keys:
        """The master keys of this process, found when something encrypted is first opened."""
        if self._keys is None:
            from hubspot_skill.app.keys import Keys

            self._keys = Keys(self.settings, self._places, self._environment)
        return self._keys

    @property
    def databases(self) -> Databases:
        """The stores of this process beside the vault: encrypted files, or PostgreSQL."""
        if self._databases is None:
            from hubspot_skill.app.databases import Databases

            self._databases = Databases(self.settings, self._places, self.keys, clock=self._machine)
        return self._databases

    @property
    def audit(self) -> AuditLog:
        """The audit of this installation."""
        if self._audit is None:
            from hubspot_skill.app.auditing import AuditLog
            from hubspot_skill.app.keeper import TENANT

            self._audit = AuditLog(self.databases, TENANT, clock=self._machine)
        return self._audit

    @property
    def mirrors(self) -> Mirrors:
        """The local copies of the accounts."""
        if self._mirrors is None:
            from hubspot_skill.app.mirrors import Mirrors

            self._mirrors = Mirrors(self.databases, keeps_fresh=self._keeps_fresh)
        return self._mirrors

    @property
    def keeper(self) -> Keeper:
        """The vault of this process."""
        if self._keeper is None:
            from hubspot_skill.app.keeper import Keeper

            self._keeper = Keeper(
                self.settings,
                self._places,
                adapter_settings(self.settings, self.settings.api_base_url),
                self._shared_transport(),
                keys=self.keys,
                audit=self.audit,
                clock=self._machine,
                mirrors=self.mirrors,
            )
        return self._keeper

    async def trail(self) -> AuditTrail:
        """Give the audit of this installation, to read.

        Raises:
            SettingsError, PlaceError, VaultRefusedError, StoreError: as `Databases.open`.
        """
        from hubspot_skill.app.auditing import AuditLog
        from hubspot_skill.app.keeper import TENANT
        from hubspot_skill.service.audit_trail import AuditTrail

        return AuditTrail(await AuditLog(self.databases, TENANT, clock=self._machine).opened(), TENANT)

    async def journal(self) -> Journal:
        """Give the journal of changes of this installation, opened at the first change.

        Raises:
            SettingsError, PlaceError, VaultRefusedError, StoreError: as `Databases.open`.
        """
        from hubspot_skill.app.auditing import PRINCIPAL
        from hubspot_skill.app.databases import Store
        from hubspot_skill.app.keeper import TENANT
        from hubspot_skill.changes.sealing import JournalKeys
        from hubspot_skill.changes.store import PlanStore
        from hubspot_skill.service.changes.desk import Journal

        if self._journal is None:
            store = await self.databases.open(Store.CHANGES)
            self._journal = Journal(
                store=PlanStore(store.database, JournalKeys(store.ring)),
                tenant=TENANT,
                principal=PRINCIPAL,
                note=self.audit.note_change,
                page=self._page_of,
                by_terminal=self.settings.terminal_approval,
            )
        return self._journal

    async def _page_of(self, plan_id: str) -> str:
        return "" if self.page_of is None else await self.page_of(plan_id)

    async def start(self) -> None:
        """Prove at the start of a server what several hosts share: the key, the schemas, the tenants kept apart.

        Does nothing where everything is kept on this machine; that is opened at the first need.

        Raises:
            SettingsError: there is no key.
            VaultRefusedError: the key is another one.
            StoreError: the database fails, is older or newer than this program, or would not keep tenants apart.
        """
        if self.settings.database_url is None:
            return
        from hubspot_skill.app.databases import PER_ACCOUNT, Store

        for store in Store:
            if store not in PER_ACCOUNT:
                await self.databases.open(store)
        if self.settings.uses_vault:
            await self.keeper.opened()

    def with_key(self, token: Secret) -> HubSpot:
        """Give the account of a key that is not kept yet, as this key sees it."""
        from hubspot_skill.hubspot.client import HubSpot
        from hubspot_skill.hubspot.tokens import StaticToken

        adapter = adapter_settings(self.settings, self.settings.api_base_url, with_app=False)
        return HubSpot(
            tokens=StaticToken(token), transport=self._shared_transport(), settings=adapter, clock=self._machine
        )

    def daily_left(self) -> dict[str, int]:
        """Give the calls left today of each account opened here, where HubSpot said, by the vault's id of the account."""
        quotas = {name: opened.hubspot.quota.daily_remaining for name, opened in self._opened.items()}
        return {name: left for name, left in quotas.items() if left is not None}

    async def aclose(self) -> None:
        """Close what was opened; plans that are being applied stop at the end of their present chunk."""
        for opened in self._opened.values():
            await opened.crm.aclose()
        self._opened.clear()
        if self._mirrors is not None:
            await self._mirrors.aclose()
        if self._sharing is not None:
            await self._sharing.aclose()
        if self._keeper is not None:
            await self._keeper.aclose()
        if self._audit is not None:
            await self._audit.aclose()
        if self._databases is not None:
            await self._databases.aclose()
        if self._transport is not None:
            await self._transport.aclose()
        if self._sandbox is not None:
            await self._sandbox.aclose()

    @property
    def _only_alias(self) -> str:
        """What the one account by the settings is called."""
        return SANDBOX_ALIAS if self.settings.environment == "sandbox" else TOKEN_ALIAS

    async def _of_vault(self, account: str) -> Opened:
        if not self.keeper.exists and self.settings.client_id is None:
            raise NotConnectedError("no HubSpot account is connected to this server", hint=HOW_TO_CONNECT)
        vault = await self.keeper.opened()
        found = await vault.find(account or None)
        opened = self._opened.get(found.connection_id)
        if opened is None:
            from hubspot_skill.app.mirrors import mirror_name

            adapter = adapter_settings(self.settings, self.settings.api_base_url, with_app=not vault.is_key(found))
            tokens, entry = vault.tokens(found), vault.entry(found)
            limits = (await self._together()).limits(app_id=found.app_id, hub_id=str(found.hub_id), adapter=adapter)
            opened = Opened(
                self.settings,
                adapter,
                tokens,
                self._shared_transport(),
                self._machine,
                self.journal,
                self._exporter(found.connection_id),
                self.mirrors,
                mirror_name=mirror_name(found.connection_id, str(found.hub_id), found.scopes),
                limits=limits,
                entry=entry,
                trail=self._trail(found.connection_id),
            )
            self._opened[found.connection_id] = opened
        return opened

    async def _only(self, alias: str) -> Opened:
        from hubspot_skill.hubspot.tokens import StaticToken

        base_url, token = self.settings.api_base_url, self.settings.access_token
        if alias == SANDBOX_ALIAS:
            from hubspot_skill.app.embedded import start_sandbox

            self._sandbox = await start_sandbox(SandboxChoice(port=FREE_PORT), self._places)
            base_url, token = self._sandbox.base_url, Secret(self._sandbox.token)
        if token is None:
            raise NotConnectedError("no HubSpot account is connected to this server", hint=HOW_TO_CONNECT)
        adapter = adapter_settings(self.settings, base_url, with_app=False)
        limits = None if alias == SANDBOX_ALIAS else await self._limits_of_token(token, adapter)
        trail = None if adapter.is_sandbox else self._trail(TOKEN_ALIAS, reads=self.settings.database_url is not None)
        return Opened(
            self.settings,
            adapter,
            StaticToken(token),
            self._shared_transport(adapter),
            self._machine,
            self.journal,
            self._exporter(alias),
            self.mirrors,
            limits=limits,
            trail=trail,
        )

    def _trail(self, account: str, *, reads: bool = True) -> AccountTrail:
        """Give the audit of an account's use cases.

        Of a token in the environment only writes are kept, unless a database is shared: reading with it stores nothing.
        """
        from hubspot_skill.app.auditing import AccountTrail

        return AccountTrail(self.audit, account, reads=reads)

    async def _limits_of_token(self, token: Secret, adapter: AdapterSettings) -> SharedLimits | None:
        """Share with other processes of the same token; None where nothing can be written, which a token does not need."""
        name = f"{adapter.api_base_url} {token.reveal()}"
        try:
            return (await self._together()).limits(app_id=name, hub_id=name, adapter=adapter)
        except PlaceError as error:
            _log.warning("limits_not_shared", error=error.message)
            return None

    def _exporter(self, connection: str) -> Exporter:
        """Give what exports an account, by its id in the vault or its name here; nothing is made before the first export."""
        from hubspot_skill.service.export.exporting import Exporter
        from hubspot_skill.service.export.shelf import Shelf

        async def noted(action: str, outcome: str) -> None:
            await self.audit.note(action, outcome, connection)

        return Exporter(Shelf(self._places.exports), noted)

    def _only_if_meant(self, alias: str, account: str) -> Opened:
        if account.strip().casefold() not in {"", alias}:
            raise UnknownNameError(
                f"no connected account is called {quote(account)}",
                hint="Leave `account` out: one account is connected here.",
                candidates=[Candidate(alias, alias)],
            )
        return self._opened[alias]

    async def _together(self) -> Sharing:
        if self._sharing is None:
            from hubspot_skill.app.keeper import TENANT
            from hubspot_skill.app.sharing import Sharing

            is_shared = self.settings.database_url is not None
            shared = Sharing.of_store(self.databases, TENANT, self._machine) if is_shared else None
            self._sharing = await shared if shared else Sharing.of_file(self._places, self._machine)
        return self._sharing

    def _shared_transport(self, adapter: AdapterSettings | None = None) -> Transport:
        if self._transport is None:
            from hubspot_skill.hubspot.transport import Transport

            chosen = adapter or adapter_settings(self.settings, self.settings.api_base_url)
            self._transport = Transport(chosen)
        return self._transport


class Opened:
    """The parts of an opened account.

    `clock` is None where the machine's own serves, `entry` where it is the only account; without `limits` those of this
    process alone are kept.
    """

    def __init__(
        self,
        settings: Settings,
        adapter: AdapterSettings,
        tokens: TokenSource,
        transport: Transport,
        machine: Clock,
        journal: JournalOpener,
        exporter: Exporter,
        mirrors: Mirrors,
        *,
        mirror_name: MirrorName | None = None,
        limits: SharedLimits | None = None,
        entry: Entry | None = None,
        trail: AccountTrail | None = None,
    ) -> None:
        from hubspot_skill.access.policy import Policy
        from hubspot_skill.app.portal_clock import PortalClock
        from hubspot_skill.hubspot.client import HubSpot
        from hubspot_skill.service.crm import Crm

        self.adapter: AdapterSettings = adapter
        self.tokens: TokenSource = tokens
        self.transport: Transport = transport
        self.limits: SharedLimits | None = limits
        self.clock: PortalClock | None = PortalClock(machine) if adapter.is_sandbox else None
        clock = self.clock or machine
        self.hubspot: HubSpot = HubSpot(
            tokens=tokens, transport=transport, settings=adapter, clock=clock, limits=limits
        )
        self.mirror: MirrorOf = mirrors.of(self.hubspot, tokens, clock, mirror_name, is_sandbox=adapter.is_sandbox)
        policy = Policy(read_only=settings.read_only, toolsets=settings.toolsets)
        self.crm: Crm = Crm(
            hubspot=self.hubspot,
            clock=clock,
            policy=policy,
            is_sandbox=adapter.is_sandbox,
            journal=journal,
            entry=entry,
            exporter=exporter,
            trail=trail,
            copy=self.mirror,
        )


def adapter_settings(settings: Settings, base_url: str | None, *, with_app: bool = True) -> AdapterSettings:
    """Give the adapter's settings for an address (None: HubSpot's own), with the OAuth app if one is set and wanted."""
    from hubspot_skill.hubspot.settings import HUBSPOT_API, AdapterSettings, AppCredentials

    app = None
    if with_app and settings.client_id is not None and settings.client_secret is not None:
        app = AppCredentials(settings.client_id, settings.client_secret)
    return AdapterSettings(api_base_url=base_url or HUBSPOT_API, api_version=settings.api_version, app=app)


def mcp_settings(settings: Settings) -> McpSettings:
    """Give what the MCP surface has to know."""
    return McpSettings(version=__version__, read_only=settings.read_only, toolsets=toolsets(settings.toolsets))


def mcp_server(settings: Settings, accounts: Accounts, doorway: Doorway | None = None) -> MCPServer[Any]:
    """Build the MCP server over the accounts; with a doorway it offers people a link to connect one."""
    offer = doorway.offer if doorway is not None else None
    return build_server(accounts.crm, settings=mcp_settings(settings), offer=offer)
