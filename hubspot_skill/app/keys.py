"""Finds the master keys of this process once, by the rules of custody, for everything here that is kept encrypted.

The vault is one of several stores (`databases` names the others), so its keys are found apart from it: an account by a
token in the environment, and the sandbox inside this process, keep a journal and a mirror without ever making a vault.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from hubspot_skill.app.places import Places
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.foundation.secret import Secret
    from hubspot_skill.vault.custody import CustodySettings, FoundKeys

__all__ = ["Keys"]


@final
class Keys:
    """The master keys, found at the first need; `environment` is where one may lie, and where it is taken out of."""

    def __init__(self, settings: Settings, places: Places, environment: MutableMapping[str, str]) -> None:
        self._settings = settings
        self._places = places
        self._environment = environment
        self._given: dict[str, Secret] = {}
        self._finding = asyncio.Lock()
        self._found: FoundKeys | None = None

    async def found(self) -> FoundKeys:
        """Give the keys; where nothing is kept yet on this machine, and nothing is shared, one is made.

        Raises:
            SettingsError: there is no key, or what is given is none.
            PlaceError: a key file is missing, or others could read it.
        """
        from hubspot_skill.vault.custody import find_keys

        async with self._finding:
            if self._found is None:
                self._found = await asyncio.to_thread(find_keys, self.custody(), self._taken())
            return self._found

    def custody(self) -> CustodySettings:
        """Give where keys are looked for; one may be made only where nothing was sealed by another before."""
        from hubspot_skill.vault.custody import CustodySettings, system_key_store

        return CustodySettings(
            configuration=self._places.config,
            key_file=self._settings.key_file,
            key_store=system_key_store(),
            may_create=self._settings.database_url is None and not self._places.has_stores,
        )

    def _taken(self) -> dict[str, str]:
        """Give the secrets that the environment held, taken out of it once; a search that failed needs them again."""
        from hubspot_skill.foundation.secret import Secret
        from hubspot_skill.vault.custody import KEY_VARIABLE, PASSPHRASE_VARIABLE

        for name in (KEY_VARIABLE, PASSPHRASE_VARIABLE):
            if found := self._environment.pop(name, "").strip():
                self._given[name] = Secret(found)
        return {name: secret.reveal() for name, secret in self._given.items()}
