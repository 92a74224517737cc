"""A journal of changes of its own for every account that a test connects, and what it told the audit."""

import asyncio
import tempfile
from pathlib import Path

from hubspot_skill.changes.sealing import JournalKeys
from hubspot_skill.changes.store import PlanStore
from hubspot_skill.changes.tables import CHANGES_SCHEMA
from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.databases import Database, open_sqlite
from hubspot_skill.foundation.migrations import migrate
from hubspot_skill.service.changes.desk import Journal, Noted

KEY = bytes(range(32))


class TestJournal:
    """Opens a journal in a folder of its own at the first change, as a program does; closed at the end."""

    __test__ = False

    def __init__(self, *, clock: Clock | None = None, by_terminal: bool = True, page: str = "") -> None:
        self.noted: list[Noted] = []
        self._clock = clock or SystemClock()
        self._by_terminal = by_terminal
        self._page = page
        self._folder = tempfile.TemporaryDirectory(prefix="journal-")
        self._opening: asyncio.Task[Journal] | None = None
        self._database: Database | None = None

    async def open(self) -> Journal:
        """Give the journal; a caller that gives up does not break the opening off."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Journal:
        self._database = await open_sqlite(Path(self._folder.name) / "changes.db", KEY, clock=self._clock)
        await migrate(self._database, CHANGES_SCHEMA)
        store = PlanStore(self._database, JournalKeys(KeyRing([MasterKey(KEY)])))
        return Journal(store, "local", "local", self._note, self._page_of, self._by_terminal)

    async def aclose(self) -> None:
        """Close it, and remove its folder."""
        if self._opening is not None:
            await asyncio.wait({self._opening})
        if self._database is not None:
            await self._database.close()
        self._folder.cleanup()

    async def _note(self, noted: Noted) -> None:
        self.noted.append(noted)

    async def _page_of(self, plan_id: str) -> str:
        return f"{self._page}/changes/{plan_id}" if self._page else ""
