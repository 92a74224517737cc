"""The audit chain: what is written stays, and what was changed is found."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from hubspot_skill.access import audit
from hubspot_skill.access.audit import AUDIT_SCHEMA, AUDIT_TABLES, Audit, Entry, Head, Row
from hubspot_skill.domain.errors import StoreError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.databases import Database
from hubspot_skill.foundation.migrations import prove_isolation
from tests.database_fixture import KINDS, new_database, opened
from tests.manual_clock import ManualClock
from tests.trials.audit_edits import edit_chain

KEY = bytes(range(32))
READ = Entry("local", "chat", "search", "done", connection="c1", objects=("101", "102"))


@dataclass(slots=True)
class Kept:
    """An audit and the database that it is in."""

    audit: Audit
    database: Database
    place: Path | str


@pytest.fixture(params=KINDS)
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    async with new_database(request.param, tmp_path, [AUDIT_SCHEMA]) as (database, place):
        yield Kept(Audit(database, KEY), database, place)


async def tamper(kept: Kept, *statements: str) -> None:
    """Do what somebody with the file could: take the triggers away and change rows."""
    for statement in ("drop trigger audit_row_kept", "drop trigger audit_row_stays", *statements):
        await kept.database.write("local", lambda c, s=statement: c.execute(text(s)))


async def test_rows_follow_each_other_and_the_chain_holds(kept: Kept) -> None:
    first = await kept.audit.add("local", [READ, READ])
    second = await kept.audit.add("local", [READ])
    assert (first.seq, second.seq) == (2, 3)
    verdict = await kept.audit.verify("local", anchors=[first, second])
    assert (verdict.holds, verdict.rows, verdict.head) == (True, 3, second)
    assert await kept.audit.head("local") == second


async def test_objects_are_kept_as_digests_that_can_be_searched_for(kept: Kept) -> None:
    await kept.audit.add("local", [READ])
    [(seq, _, body)] = await kept.audit.entries("local")
    assert (seq, json.loads(body)["objects"]) == (1, [kept.audit.object_digest("101"), kept.audit.object_digest("102")])
    assert '"101"' not in body
    assert Audit(kept.database, bytes(32)).object_digest("101") != kept.audit.object_digest("101")


async def test_many_writers_make_one_chain(kept: Kept) -> None:
    other = await opened(kept.place, clock=SystemClock())
    audits = (kept.audit, Audit(other, KEY))
    await asyncio.gather(*(audits[n % 2].add("local", [READ]) for n in range(40)))
    verdict = await kept.audit.verify("local")
    assert (verdict.holds, verdict.rows) == (True, 40)
    await other.close()


async def test_tenants_have_chains_of_their_own(kept: Kept) -> None:
    await kept.audit.add("local", [READ])
    await kept.audit.add("other", [READ, READ])
    assert [(await kept.audit.verify(t)).rows for t in ("local", "other", "third")] == [1, 2, 0]
    await prove_isolation(kept.database, AUDIT_TABLES)


async def test_the_program_itself_cannot_change_or_delete_a_row(kept: Kept) -> None:
    await kept.audit.add("local", [READ])
    for statement in (update(audit.rows).values(body="x"), delete(audit.rows)):
        with pytest.raises((StoreError, IntegrityError)):
            await kept.database.write("local", lambda c, s=statement: c.execute(s))
    assert (await kept.audit.verify("local")).rows == 1


@pytest.mark.parametrize("kept", ["sqlite"], indirect=True)
async def test_four_thousand_edits_of_a_chain_are_all_found(kept: Kept) -> None:
    """Trial V10; once, as the rows are the same in both databases."""
    await kept.audit.add("local", [READ] * 40)
    query = "select seq, at, body, digest from audit_row order by seq"

    async def work(connection: object) -> list[Row]:
        return [Row(*row) for row in await connection.execute(text(query))]

    chain = await kept.database.read("local", work)
    assert edit_chain(KEY, "local", chain, edits=4000, seed=10) == []


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("update audit_row set body = replace(body, 'done', 'none') where seq = 3", 3),
        ("update audit_row set at = at + 1 where seq = 5", 5),
        ("delete from audit_row where seq = 2", 2),
        ("delete from audit_row where seq = 1", 1),
        ("update audit_row set seq = 99 where seq = 6", 6),
        ("insert into audit_row select tenant_id, 7, at, body, digest from audit_row where seq = 6", 7),
        ("insert into audit_checkpoint select tenant_id, seq, digest, digest from audit_row where seq = 4", 0),
    ],
)
async def test_an_edit_behind_the_programs_back_is_found_at_its_place(
    tmp_path: Path, statement: str, broken_at: int
) -> None:
    async with new_database("sqlite", tmp_path, [AUDIT_SCHEMA]) as (database, place):
        made = Kept(Audit(database, KEY), database, place)
        await made.audit.add("local", [READ] * 6)
        await tamper(made, statement)
        assert (await made.audit.verify("local")).broken_at == broken_at


async def test_a_chain_that_was_cut_or_rolled_back_is_found_by_an_anchored_head(tmp_path: Path) -> None:
    """Trial V10: yesterday's file is whole in itself."""
    async with new_database("sqlite", tmp_path, [AUDIT_SCHEMA]) as (database, place):
        assert isinstance(place, Path)
        chain = Audit(database, KEY)
        await chain.add("local", [READ] * 3)
    yesterday = tmp_path / "yesterday.db"
    shutil.copy(place, yesterday)
    today = Audit(await opened(place, clock=SystemClock()), KEY)
    head = await today.add("local", [READ] * 2)
    await today._database.close()
    shutil.copy(yesterday, place)
    database = await opened(place, clock=SystemClock())
    back = Audit(database, KEY)
    assert (await back.verify("local")).holds
    assert (await back.verify("local", anchors=[head])).broken_at == 4
    await back.add("local", [READ] * 3)
    verdict = await back.verify("local", anchors=[head])
    assert (verdict.broken_at, verdict.reason) == (5, "the chain is another than the one anchored")
    await database.close()


async def test_another_key_does_not_verify(kept: Kept) -> None:
    await kept.audit.add("local", [READ])
    assert (await Audit(kept.database, bytes(32)).verify("local")).broken_at == 1


async def test_old_rows_go_behind_a_checkpoint_and_the_rest_still_holds(tmp_path: Path) -> None:
    clock = ManualClock()
    async with new_database("sqlite", tmp_path, [AUDIT_SCHEMA], clock=clock) as (database, _):
        chain = Audit(database, KEY)
        await chain.add("local", [READ] * 5)
        await clock.advance(3600)
        head = await chain.add("local", [READ] * 2)
        moment = clock.now() - timedelta(seconds=10)
        assert [await chain.forget_before("local", moment) for _ in range(2)] == [5, 0]
        verdict = await chain.verify("local", anchors=[head])
        assert (verdict.holds, verdict.rows, verdict.head.seq) == (True, 2, 7)
        assert await chain.forget_before("local", clock.now() + timedelta(seconds=1)) == 2
        assert await chain.head("local") == head
        assert (await chain.add("local", [READ])).seq == 8
        assert (await chain.verify("local")).holds


async def test_an_empty_chain_holds_and_is_not_the_one_that_was_anchored(kept: Kept) -> None:
    assert (await kept.audit.verify("local")).holds
    assert (await kept.audit.verify("local", anchors=[Head(1, bytes(32))])).broken_at == 1
