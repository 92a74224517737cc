"""Trial O4: copies an installation while processes write to it, and opens each copy elsewhere with a key from elsewhere."""

import asyncio
import itertools
import shutil
from dataclasses import dataclass
from pathlib import Path

from hubspot_skill.access.audit import Entry
from hubspot_skill.app.backing_up import back_up
from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.databases import Store
from hubspot_skill.app.keeper import TENANT
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.changes.proving import prove_journal
from hubspot_skill.changes.sealing import JournalKeys
from hubspot_skill.changes.steps import Step, StepKind
from hubspot_skill.changes.store import PlanStore
from hubspot_skill.domain.names import DEALS, PropertyName
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.store import Connected

__all__ = ["BackedUp", "back_up_while_writing"]


@dataclass(slots=True)
class BackedUp:
    """What the copies held: connections opened and not, audit rows, broken chains, journal records opened."""

    backups: int = 0
    connections: int = 0
    unusable: int = 0
    audit_rows: int = 0
    broken_audits: int = 0
    journal_records: int = 0


def _places(home: Path) -> Places:
    return Places(home / "config", home / "data")


def _account(number: int) -> Connected:
    return Connected(
        app_id="app",
        hub_id=number,
        hub_domain=f"firm{number}.example",
        environment="sandbox",
        scopes=("oauth",),
        access_token=Secret(f"access-{number}"),
        refresh_token=Secret(f"refresh-{number}"),
        access_lifetime_s=1800.0,
    )


async def back_up_while_writing(home: Path, *, backups: int, accounts: int) -> BackedUp:
    """Make copies while accounts are connected, the audit grows and plans are kept; restore and open each."""
    settings, ended = read_settings({}), BackedUp()
    process = Accounts(settings, _places(home), environment={})
    done = asyncio.Event()

    async def write() -> None:
        vault = await process.keeper.opened()
        journal = await process.databases.open(Store.CHANGES)
        plans = PlanStore(journal.database, JournalKeys(journal.ring))
        for number in itertools.count(1):
            await vault.store.connect(TENANT, _account(number % accounts + 1))
            await process.audit.at_once(Entry("local", "", "connect", "done", objects=(str(number),)))
            step = Step(0, StepKind.UPDATE, DEALS, id=str(number), after={PropertyName("amount"): "7"})
            await plans.add(TENANT, "account", "local", [step])
            if done.is_set():
                return

    try:
        (await process.keeper.opened()) and await process.audit.note("start", "done", "")
        writing = asyncio.ensure_future(write())
        for number in range(backups):
            target = home / "backups" / str(number)
            await back_up(settings, _places(home), {}, target)
            await _restore(target, home / "config" / "vault.key", home / f"elsewhere-{number}", ended)
        done.set()
        await writing
    finally:
        await process.aclose()
    return ended


async def _restore(copy: Path, key: Path, home: Path, ended: BackedUp) -> None:
    """Put a copy where another machine keeps its data, give the key by the environment, and use everything."""
    await asyncio.to_thread(shutil.copytree, copy, home / "data")
    restored = Accounts(read_settings({}), _places(home), environment={"HUBSPOT_SKILL_KEY": key.read_text().strip()})
    ended.backups += 1
    try:
        vault = await restored.keeper.opened()
        for kept in await vault.store.all(TENANT):
            token = await vault.store.refresh_token(TENANT, kept.connection_id)
            usable = token == Secret(f"refresh-{kept.hub_id}")
            ended.connections += usable
            ended.unusable += not usable
        verdict = await (await restored.audit.opened()).verify(TENANT)
        ended.audit_rows += verdict.rows
        ended.broken_audits += not verdict.holds
        if (home / "data" / "changes" / "changes.db").exists():
            journal = await restored.databases.open(Store.CHANGES)
            ended.journal_records += await prove_journal(journal.database, JournalKeys(journal.ring), TENANT)
    finally:
        await restored.aclose()
