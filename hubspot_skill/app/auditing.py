"""Keeps the audit of this installation: one of its stores, in a file of its own beside the vault or in PostgreSQL.

Entries are kept for 400 days. Opening a file forgets older ones, behind a checkpoint that keeps the chain verifiable; in
PostgreSQL, where this program's role may only add rows, the owner's `hubspot-skill vault migrate` does.

The chain's key comes of the store's own key, which is random, never changes and is sealed again when the master key is
changed: so a chain outlives every rotation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, final

from hubspot_skill.access.policy import Action
from hubspot_skill.app.databases import Databases, Store
from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.log import get_logger

if TYPE_CHECKING:
    from hubspot_skill.access.audit import Audit, Entry
    from hubspot_skill.service.changes.desk import Noted

__all__ = ["BATCH", "KEPT", "PRINCIPAL", "AccountTrail", "AuditLog", "chain_key", "entry"]

KEPT = timedelta(days=400)
"""How long an entry is kept (SECURITY-DESIGN section 10)."""

PRINCIPAL = "local"
"""The one principal until team sign-in is built."""

BATCH = 100
WAIT_S = 1.0
MOST_WAITING = 10_000
MOST_OBJECTS = 100
ROWS_A_HEAD = 1_000
"""How often the chain's head is written to the log, where a cut-off chain can be found out by it."""

_log = get_logger(__name__)


@final
class AuditLog:
    """The audit of one tenant, opened at the first entry and closed with the other stores.

    Entries that may wait are kept together, at most `BATCH` or a second of them; whatever is kept at once takes those that
    wait with it, so the chain has all in their order. Those that cannot be kept are told in the log and go on waiting, up to
    `MOST_WAITING`, after which the oldest are dropped, and counted there too.
    """

    def __init__(self, databases: Databases, tenant: str, *, clock: Clock) -> None:
        self._databases = databases
        self._tenant = tenant
        self._clock = clock
        self._opening = asyncio.Lock()
        self._keeping = asyncio.Lock()
        self._opened: Audit | None = None
        self._waiting: list[Entry] = []
        self._keeper: asyncio.Task[None] | None = None
        self._is_full = asyncio.Event()
        self._is_closing = False

    async def note(self, action: str, outcome: str, connection_id: str) -> None:
        """Keep that something was done with a connection.

        Raises:
            StoreError: it could not be kept; what it tells of must not be done.
        """
        await self.at_once(entry(action, outcome, connection_id))

    async def at_once(self, made: Entry) -> None:
        """Keep an entry, and those that wait, before going on.

        Raises:
            StoreError: it could not be kept; what it tells of must not be done.
        """
        await self._keep(made)

    def later(self, made: Entry) -> None:
        """Keep an entry within a second."""
        self._waiting.append(made)
        if len(self._waiting) >= BATCH:
            self._is_full.set()
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.ensure_future(self._keep_waiting())

    async def note_change(self, noted: Noted) -> None:
        """Keep that something was done with a plan of changes.

        Raises:
            StoreError: it could not be kept; what it tells of must not be done.
        """
        from hubspot_skill.access.audit import Entry

        made = Entry(
            noted.person or PRINCIPAL,
            "",
            noted.action,
            noted.outcome,
            connection=noted.account_id,
            plan=noted.plan_id,
            objects=noted.objects,
        )
        await self.at_once(made)

    async def opened(self) -> Audit:
        """Give the audit, made where there is none yet.

        Raises:
            VaultRefusedError: the master keys do not open it.
        """
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
            return self._opened

    async def aclose(self) -> None:
        """Keep what waits."""
        self._is_closing = True
        self._is_full.set()
        if self._keeper is not None:
            await self._keeper

    async def _keep_waiting(self) -> None:
        """Keep what waits when there is a batch of it, or in a second, until nothing does."""
        while self._waiting:
            if not self._is_closing:
                await self._fill()
            try:
                await self._keep()
            except HubSpotSkillError as error:
                dropped = max(0, len(self._waiting) - MOST_WAITING)
                del self._waiting[:dropped]
                _log.error("audit_not_kept", code=error.code, error=error.message, count=dropped)
                return

    async def _fill(self) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep(WAIT_S))
        filling = asyncio.ensure_future(self._is_full.wait())
        try:
            await asyncio.wait((sleeping, filling), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            filling.cancel()
        self._is_full.clear()

    async def _keep(self, *made: Entry) -> None:
        """Keep what waits and these, in one transaction, one after the other."""
        async with self._keeping:
            audit = await self.opened()
            waiting = self._waiting[:]
            entries = [*waiting, *made]
            if not entries:
                return
            head = await audit.add(self._tenant, entries)
            del self._waiting[: len(waiting)]
            if head.seq // ROWS_A_HEAD != (head.seq - len(entries)) // ROWS_A_HEAD:
                _log.info("audit_head", count=head.seq, reason=_in_parts(str(head)))

    async def _open(self) -> Audit:
        from hubspot_skill.access.audit import Audit

        store = await self._databases.open(Store.AUDIT)
        audit = Audit(store.database, chain_key(store.key))
        if not self._databases.is_shared:
            await audit.forget_before(self._tenant, self._clock.now() - KEPT)
        return audit


@final
class AccountTrail:
    """The audit as one account's use cases see it (`service.trail.Trail`); without `reads` only writes are kept."""

    def __init__(self, log: AuditLog, account: str, *, reads: bool = True) -> None:
        self._log = log
        self._account = account
        self._reads = reads

    def later(self, action: Action, outcome: str, objects: Sequence[str]) -> None:
        """Keep an entry within a second."""
        if self._reads or action.is_write:
            self._log.later(entry(action, outcome, self._account, objects))

    async def at_once(self, action: Action, outcome: str, objects: Sequence[str]) -> None:
        """Keep an entry before going on."""
        await self._log.at_once(entry(action, outcome, self._account, objects))


def entry(action: str, outcome: str, account: str, objects: Sequence[str] = ()) -> Entry:
    """Make an entry of the one local principal; at most `MOST_OBJECTS` of its objects are named."""
    from hubspot_skill.access.audit import Entry

    return Entry(PRINCIPAL, "", action, outcome, connection=account, objects=tuple(objects[:MOST_OBJECTS]))


def _in_parts(head: str) -> str:
    """Write a head so that the log's net does not take its digest for a secret."""
    return " ".join(head[at : at + 16] for at in range(0, len(head), 16))


def chain_key(key: bytes) -> bytes:
    """Give the key of the audit's chain by its store's key."""
    from hubspot_skill.foundation.crypto import mac

    return mac(key, b"audit")
