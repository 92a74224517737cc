"""What the shell's commands about accounts do: the account book of this environment's vault, opened for one command."""

from __future__ import annotations

from collections.abc import AsyncGenerator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.keeper import has_vault
from hubspot_skill.app.login import check_can_keep
from hubspot_skill.domain.errors import NotConnectedError

if TYPE_CHECKING:
    from hubspot_skill.app.keeper import OpenVault
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.foundation.secret import Secret
    from hubspot_skill.service.accounts import ConnectedAccount, Disconnected

__all__ = ["AccountsShell"]


class AccountsShell:
    """The accounts of one environment; `environment` is where the vault's key may lie."""

    def __init__(self, settings: Settings, places: Places, environment: MutableMapping[str, str]) -> None:
        self._settings = settings
        self._places = places
        self._environment = environment

    @asynccontextmanager
    async def opened(self, *, only_existing: bool = False) -> AsyncGenerator[tuple[Accounts, OpenVault]]:
        """Open the vault while the block runs; it is made where there is none, unless only an existing one will do.

        Raises:
            SettingsError: this environment keeps no accounts, or the vault's key is none.
            NotConnectedError: there is no vault yet.
        """
        check_can_keep(self._settings)
        if only_existing and not has_vault(self._settings, self._places):
            raise NotConnectedError(
                f"there is no vault yet at {self._places.vault}", hint="Connect an account first: hubspot-skill login"
            )
        accounts = Accounts(self._settings, self._places, environment=self._environment)
        try:
            yield accounts, await accounts.keeper.opened()
        finally:
            await accounts.aclose()

    async def list(self) -> Sequence[ConnectedAccount]:
        """List the accounts; where nothing was ever connected no vault is made."""
        check_can_keep(self._settings)
        if not has_vault(self._settings, self._places):
            return ()
        async with self.opened() as (_, vault):
            return await vault.book.accounts()

    async def add_key(self, token: Secret, alias: str) -> ConnectedAccount:
        """Check a key at HubSpot and keep it."""
        async with self.opened() as (accounts, vault):
            return await vault.book.add_key(accounts.with_key(token), token, alias=alias)

    async def rename(self, account: str, alias: str) -> None:
        """Give an account another name."""
        async with self.opened() as (_, vault):
            await vault.book.rename(account, alias)

    async def make_default(self, account: str) -> None:
        """Make an account the default."""
        async with self.opened() as (_, vault):
            await vault.book.make_default(account)

    async def disconnect(self, account: str, *, uninstall: bool) -> Disconnected:
        """Let go of an account."""
        async with self.opened() as (_, vault):
            return await vault.book.disconnect(account, uninstall=uninstall)
