"""Keeps the audit of this installation: one of its stores, in a file of its own beside the vault or in PostgreSQL.

Entries are kept for 400 days. Opening a file forgets older ones, behind a checkpoint that keeps the chain verifiable; in
PostgreSQL, where this program's role may only add rows, the owner's `hubspot-skill vault migrate` does.

The chain's key comes of the store's own key, which is random, never changes and is sealed again when the master key is
changed: so a chain outlives every rotation.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, final

from hubspot_skill.app.databases import Databases, Store
from hubspot_skill.foundation.clock import Clock

if TYPE_CHECKING:
    from hubspot_skill.access.audit import Audit
    from hubspot_skill.service.changes.desk import Noted

__all__ = ["KEPT", "PRINCIPAL", "AuditLog", "chain_key"]

KEPT = timedelta(days=400)
"""How long an entry is kept (SECURITY-DESIGN section 10)."""

PRINCIPAL = "local"
"""The one principal until team sign-in is built."""


@final
class AuditLog:
    """The audit of one tenant, opened at the first entry and closed with the other stores."""

    def __init__(self, databases: Databases, tenant: str, *, clock: Clock) -> None:
        self._databases = databases
        self._tenant = tenant
        self._clock = clock
        self._opening = asyncio.Lock()
        self._opened: Audit | None = None

    async def note(self, action: str, outcome: str, connection_id: str) -> None:
        """Keep that something was done with a connection.

        Raises:
            StoreError: it could not be kept; what it tells of must not be done.
        """
        from hubspot_skill.access.audit import Entry

        entry = Entry(PRINCIPAL, "", action, outcome, connection=connection_id)
        await (await self.opened()).add(self._tenant, [entry])

    async def note_change(self, noted: Noted) -> None:
        """Keep that something was done with a plan of changes.

        Raises:
            StoreError: it could not be kept; what it tells of must not be done.
        """
        from hubspot_skill.access.audit import Entry

        entry = Entry(
            noted.person or PRINCIPAL,
            "",
            noted.action,
            noted.outcome,
            connection=noted.account_id,
            plan=noted.plan_id,
            objects=noted.objects,
        )
        await (await self.opened()).add(self._tenant, [entry])

    async def opened(self) -> Audit:
        """Give the audit, made where there is none yet.

        Raises:
            VaultRefusedError: the master keys do not open it.
        """
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
            return self._opened

    async def _open(self) -> Audit:
        from hubspot_skill.access.audit import Audit

        store = await self._databases.open(Store.AUDIT)
        audit = Audit(store.database, chain_key(store.key))
        if not self._databases.is_shared:
            await audit.forget_before(self._tenant, self._clock.now() - KEPT)
        return audit


def chain_key(key: bytes) -> bytes:
    """Give the key of the audit's chain by its store's key."""
    from hubspot_skill.foundation.crypto import mac

    return mac(key, b"audit")
