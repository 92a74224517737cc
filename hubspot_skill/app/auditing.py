"""Opens the audit of this machine: an encrypted file of its own beside the vault, under the same master keys.

Entries are kept for 400 days; opening the file forgets older ones, behind a checkpoint that keeps the chain verifiable.

The chain's key comes of the file's own key, which is random, never changes and is sealed again when the master key is
changed: so a chain outlives every rotation.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, final

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.crypto import KeyRing, mac

if TYPE_CHECKING:
    from hubspot_skill.access.audit import Audit
    from hubspot_skill.app.places import Places
    from hubspot_skill.foundation.databases import Database

__all__ = ["KEPT", "PRINCIPAL", "AuditFile"]

KEPT = timedelta(days=400)
"""How long an entry is kept (SECURITY-DESIGN section 10)."""

PRINCIPAL = "local"
"""The one principal until team sign-in is built."""


@final
class AuditFile:
    """The audit of one tenant, opened at the first entry."""

    def __init__(self, places: Places, ring: KeyRing, tenant: str, *, clock: Clock) -> None:
        self._place = places.audit
        self._ring = ring
        self._tenant = tenant
        self._clock = clock
        self._opening = asyncio.Lock()
        self._opened: tuple[Database, Audit] | None = None

    async def note(self, action: str, outcome: str, connection_id: str) -> None:
        """Keep that something was done with a connection.

        Raises:
            StoreError: it could not be kept; what it tells of must not be done.
        """
        from hubspot_skill.access.audit import Entry

        entry = Entry(PRINCIPAL, "", action, outcome, connection=connection_id)
        await (await self.opened()).add(self._tenant, [entry])

    async def opened(self) -> Audit:
        """Give the audit, made where there is none yet.

        Raises:
            VaultRefusedError: the master keys do not open it.
        """
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
            return self._opened[1]

    async def reseal(self) -> bool:
        """Seal the file's key with the active master key; False when it is already, or there is no file."""
        from hubspot_skill.vault.file_keys import reseal_file_key

        return self._place.exists() and await asyncio.to_thread(reseal_file_key, self._place, self._ring)

    async def aclose(self) -> None:
        """Close it if it was opened."""
        if self._opened is not None:
            await self._opened[0].close()
            self._opened = None

    async def _open(self) -> tuple[Database, Audit]:
        from hubspot_skill.access.audit import AUDIT_SCHEMA, Audit
        from hubspot_skill.foundation.databases import open_sqlite
        from hubspot_skill.foundation.migrations import migrate
        from hubspot_skill.vault.file_keys import file_key

        key = await asyncio.to_thread(file_key, self._place, self._ring)
        database = await open_sqlite(self._place, key, clock=self._clock)
        try:
            await migrate(database, AUDIT_SCHEMA)
            audit = Audit(database, mac(key, b"audit"))
            await audit.forget_before(self._tenant, self._clock.now() - KEPT)
        except BaseException:
            await database.close()
            raise
        return database, audit
