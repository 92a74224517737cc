"""One connected account as the use cases see it: the adapter, the directory, the clock, the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from hubspot_skill.access.policy import Policy
from hubspot_skill.domain.names import ObjectType
from hubspot_skill.domain.schema import Account, Owner
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Priority
from hubspot_skill.service.access_probe import probe
from hubspot_skill.service.answers import Access, Resolved, Source
from hubspot_skill.service.cells import KeptLabels, Labels
from hubspot_skill.service.changes.desk import DeskOf, JournalOpener
from hubspot_skill.service.directory import Directory, Kept
from hubspot_skill.service.hygiene.findings import KeptFindings
from hubspot_skill.service.interpreter import Interpreter
from hubspot_skill.service.recent import Recent
from hubspot_skill.service.references import References
from hubspot_skill.service.turns import Turns

if TYPE_CHECKING:
    from hubspot_skill.service.accounts import Entry
    from hubspot_skill.service.changes.desk import Desk
    from hubspot_skill.service.sync.syncer import LocalCopy

__all__ = ["Connection", "Provenance", "Scene"]


class Provenance(TypedDict):
    """The fields that every answer shares."""

    as_of: datetime
    zone: str
    source: Source
    resolved: tuple[Resolved, ...]
    notes: tuple[str, ...]


class Scene:
    """One request over a connection: its account, its interpreter, and the notes that its answer will carry.

    `hubspot` reads; `writing` is the same account in the class of callers that write.
    """

    def __init__(self, connection: Connection, account: Account) -> None:
        self.hubspot = connection.hubspot
        self.writing = connection.hubspot.at(Priority.WRITE)
        self.directory = connection.directory
        self.account = account
        self.now = connection.clock.now().astimezone(account.zone)
        self.words = Interpreter(connection.directory, now=self.now, zone=account.zone)
        self.recent = connection.recent
        self.references = References(connection.hubspot, self.words, connection.recent)
        self._labels = connection.labels
        self._desk = connection.desk
        self._told: dict[str, Labels] = {}
        self._source: Source = connection.source
        self._notes: list[str] = []

    def note(self, sentence: str) -> None:
        """Keep a sentence for the reader, once."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def provenance(self) -> Provenance:
        """Give what every answer shares, as it stands now."""
        return Provenance(
            as_of=self.now,
            zone=self.account.zone.key,
            source=self._source,
            resolved=self.words.resolved,
            notes=tuple(self._notes),
        )

    async def owners(self) -> tuple[Owner, ...]:
        """Give the owners for showing names; none, with a note, where the token may not read them."""
        found = await self.directory.readable_owners()
        if found is None:
            self.note("Owners are shown as ids: the token lacks the scope crm.objects.owners.read.")
        return found or ()

    async def labels(self, type: ObjectType) -> Labels:
        """Give what owners, stages and pipelines are called, for showing records of a type.

        Known after the first call: a write asks before it writes, so that its answer cannot fail on this.
        """
        if type.name not in self._told:
            await self.directory.warm(type)
            owners, pipelines = await self.owners(), await self.directory.pipelines(type)
            self._told[type.name] = self._labels(self.account.zone, owners, pipelines)
        return self._told[type.name]

    async def desk(self) -> Desk:
        """Give the journal of changes at this account, opened at the first change."""
        from hubspot_skill.service.changes.desk import account_name

        return await self._desk.open(self.hubspot, account_name(self._source, self.account.portal_id))

    def link(self, type: ObjectType, id: str) -> str:
        """Give the address of a record in HubSpot."""
        return self.account.link(type.type_id, id)


@dataclass(frozen=True, slots=True)
class Connection:
    """What every use case works with.

    `access` is what was found out by trying (see `whoami`), `recent` what was just written, `turns` lets creates of one
    record pass one by one, `findings` is what was found by questions of hygiene, `desk` its journal of changes, `entry` is
    the account's place among those of the vault, None where it is the only one; `copy` is its local copy, None where none
    is kept.
    """

    hubspot: HubSpot
    directory: Directory
    clock: Clock
    policy: Policy
    source: Source
    access: Kept[tuple[Access, ...]]
    recent: Recent
    labels: KeptLabels
    turns: Turns
    findings: KeptFindings
    desk: DeskOf
    entry: Entry | None = None
    copy: LocalCopy | None = None

    @classmethod
    def to(
        cls,
        hubspot: HubSpot,
        clock: Clock,
        policy: Policy,
        *,
        is_sandbox: bool,
        journal: JournalOpener,
        entry: Entry | None = None,
        copy: LocalCopy | None = None,
    ) -> Connection:
        """Connect the use cases to an account; nothing is asked of HubSpot yet."""
        return cls(
            hubspot=hubspot,
            directory=Directory(hubspot, clock),
            clock=clock,
            policy=policy,
            source="sandbox" if is_sandbox else "hubspot",
            access=Kept(lambda: probe(hubspot), clock),
            recent=Recent(clock),
            labels=KeptLabels(),
            turns=Turns(),
            findings=KeptFindings(clock),
            desk=DeskOf(journal, clock),
            entry=entry,
            copy=copy,
        )

    async def scene(self) -> Scene:
        """Begin one request: the account is known (and kept), now is its now."""
        return Scene(self, await self.directory.account())
