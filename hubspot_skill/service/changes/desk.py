"""The journal of changes as one account uses it: where plans are kept, who plans, and what applies them.

`Journal` is given by whoever composes the program; it is the same for all accounts of an installation. `Desk` joins it to one
account: the account's name in the journal is where it is and its portal, so that the vault's and a token's connection to
one portal share one journal, one turn and one policy, and pretend and real data never do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.client import HubSpot

if TYPE_CHECKING:
    from hubspot_skill.changes.applying import Applier
    from hubspot_skill.changes.store import PlanStore

__all__ = ["WAIT_S", "Desk", "DeskOf", "Journal", "JournalOpener", "Noted", "account_name"]


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that was done with a plan, for the audit; `objects` are record ids, which it keeps as digests."""

    action: str
    outcome: str
    account_id: str
    plan_id: str
    person: str = ""
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journal:
    """The installation's journal.

    `note` keeps an audit entry, before what it tells of is sent. `page` gives the address of a plan's page, empty where no
    page is served; it opens for whoever is signed in there, and holds no power itself. `by_terminal`: plans may be approved
    at a terminal.
    """

    store: PlanStore
    tenant: str
    principal: str
    note: Callable[[Noted], Awaitable[None]]
    page: Callable[[str], Awaitable[str]]
    by_terminal: bool = True


WAIT_S = 25.0
"""How long a caller waits for a plan before it is told how it stands; below the time of a tool's call."""

JournalOpener = Callable[[], Awaitable[Journal]]


def account_name(source: str, portal_id: str) -> str:
    """Give an account's name in the journal."""
    return f"{source}:{portal_id}"


@dataclass(frozen=True, slots=True)
class Desk:
    """The journal at one account; `applier` applies plans there for this process."""

    journal: Journal
    account_id: str
    applier: Applier

    async def note(self, action: str, outcome: str, plan_id: str, objects: tuple[str, ...] = ()) -> None:
        """Keep an audit entry about a plan of this account."""
        await self.journal.note(Noted(action, outcome, self.account_id, plan_id, objects=objects))


class DeskOf:
    """One account's desk, opened at the first change: most chats only read."""

    def __init__(self, opener: JournalOpener, clock: Clock) -> None:
        self._opener = opener
        self._clock = clock
        self._opening = asyncio.Lock()
        self._desk: Desk | None = None

    async def open(self, hubspot: HubSpot, account_id: str) -> Desk:
        """Give the desk; at the first time, what a process that died left half done is read and settled before.

        Raises:
            StoreError, SettingsError, VaultRefusedError: the journal cannot be opened.
        """
        async with self._opening:
            if self._desk is None:
                from hubspot_skill.changes.applying import Applier

                journal = await self._opener()
                applier = Applier(
                    journal.store, hubspot, tenant=journal.tenant, account_id=account_id, clock=self._clock
                )
                if await journal.store.is_unsettled(journal.tenant, account_id):
                    await applier.recover()
                self._desk = Desk(journal, account_id, applier)
            return self._desk

    async def aclose(self) -> None:
        """Let what is being applied end with its present chunk."""
        if self._desk is not None:
            await self._desk.applier.stop()
