"""Keeps what was done as a chain: each row carries a keyed digest of itself and of the row before.

A row that is changed, removed, added or moved breaks the chain, and only who has the audit key can mend it. Cutting
the end off, or putting yesterday's file back, leaves a chain that is whole but shorter: that is found by comparing it
with a `Head` that was written down elsewhere (the log, an outside place).

Rows hold no text of customers: the objects of an action are kept as keyed digests, so a row can be matched with a
record by who has the key and tells nobody else anything. Retention removes the oldest rows and leaves a checkpoint,
the digest that the first remaining row follows.

Why here: only `access` decides what a principal may do, so it also keeps what they did. On SQLite triggers refuse to
change or delete rows, except below a checkpoint; on PostgreSQL the program's role may add rows and nothing else, and
retention belongs to the owner.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, final

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.foundation.crypto import mac
from hubspot_skill.foundation.databases import Database, DatabaseKind
from hubspot_skill.foundation.migrations import Migration, StoreSchema

__all__ = ["AUDIT_SCHEMA", "AUDIT_TABLES", "Audit", "Entry", "Head", "Row", "Verdict", "follow"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START = bytes(32)
_BATCH = 1000

_metadata = MetaData()

rows = Table(
    "audit_row",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
checkpoints = Table(
    "audit_checkpoint",
    _metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("mark", LargeBinary, nullable=False),
)
AUDIT_TABLES = (rows, checkpoints)
AUDIT_SCHEMA = StoreSchema(
    "audit",
    (
        Migration(
            AUDIT_TABLES,
            sqlite=(
                "create trigger audit_row_kept before update on audit_row"
                " begin select raise(abort, 'audit rows are not changed'); end",
                "create trigger audit_row_stays before delete on audit_row"
                " when not exists (select 1 from audit_checkpoint c"
                " where c.tenant_id = old.tenant_id and c.seq >= old.seq)"
                " begin select raise(abort, 'audit rows are not deleted'); end",
                "create trigger audit_checkpoint_kept before update on audit_checkpoint"
                " begin select raise(abort, 'audit checkpoints are not changed'); end",
                "create trigger audit_checkpoint_stays before delete on audit_checkpoint"
                " begin select raise(abort, 'audit checkpoints are not deleted'); end",
            ),
            postgresql=("grant select, insert on audit_row, audit_checkpoint to {role}",),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, or refused. `objects` are ids; only their keyed digests are kept."""

    principal: str
    client: str
    action: str
    outcome: str
    connection: str = ""
    plan: str = ""
    correlation: str = ""
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain at one moment, to be written down elsewhere; `seq` 0 is an empty chain."""

    seq: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: the rows it read, its head, and the first place where the chain does not hold."""

    rows: int
    head: Head
    broken_at: int | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        """True where nothing was changed."""
        return self.broken_at is None


class Row(NamedTuple):
    """A row as it is kept; `at` in milliseconds since 1970."""

    seq: int
    at: int
    body: str
    digest: bytes


@final
class Audit:
    """The audit chains of one database, one a tenant; `key` is for them alone."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    async def add(self, tenant: str, entries: Sequence[Entry]) -> Head:
        """Add entries in their order, in one transaction, and give the new head.

        Raises:
            StoreError: they could not be kept; what they tell of must not be done.
        """

        async def work(connection: AsyncConnection) -> Head:
            await self._take_turn(connection)
            now = await connection.scalar(select(self._database.now_ms()))
            head = await self._last(connection, tenant)
            values: list[dict[str, Any]] = []
            for entry in entries:
                body = self._body(entry)
                head = Head(
                    head.seq + 1, _digest(self._key, tenant, Row(head.seq + 1, now or 0, body, b""), head.digest)
                )
                values.append({"tenant_id": tenant, "seq": head.seq, "at": now, "body": body, "digest": head.digest})
            if values:
                await connection.execute(insert(rows), values)
            return head

        return await self._database.write(tenant, work)

    async def head(self, tenant: str) -> Head:
        """Give the last row's place and digest."""
        return await self._database.read(tenant, lambda connection: self._last(connection, tenant))

    async def verify(self, tenant: str, *, anchors: Iterable[Head] = ()) -> Verdict:
        """Read a chain from its beginning and say whether it holds, and whether it still has every anchored head."""
        first = await self._database.read(tenant, lambda connection: self._checkpoint(connection, tenant))
        if first is None:
            return Verdict(0, Head(0, _START), broken_at=0, reason="a checkpoint was not made with this key")
        verdict, wanted = Verdict(0, first), tuple(anchors)
        while batch := await self._read(tenant, verdict.head.seq):
            verdict = follow(self._key, tenant, verdict, batch, wanted)
            if not verdict.holds:
                return verdict
        if any(anchor.seq > verdict.head.seq for anchor in wanted):
            broken_at = verdict.head.seq + 1
            return Verdict(verdict.rows, verdict.head, broken_at, reason="the chain ends before an anchored row")
        return verdict

    async def forget_before(self, tenant: str, moment: datetime) -> int:
        """Remove rows that are older, behind a checkpoint that keeps the chain verifiable; give how many.

        On PostgreSQL this takes the owner of the tables.
        """
        before = int((moment - _EPOCH).total_seconds() * 1000)

        async def work(connection: AsyncConnection) -> int:
            mine = rows.c.tenant_id == tenant
            kept = await connection.scalar(select(func.min(rows.c.seq)).where(mine, rows.c.at >= before))
            older = mine if kept is None else mine & (rows.c.seq < kept)
            query = select(rows.c.seq, rows.c.digest).where(older).order_by(rows.c.seq.desc()).limit(1)
            last = (await connection.execute(query)).one_or_none()
            if last is None:
                return 0
            mark = self._mark(tenant, last.seq, last.digest)
            await connection.execute(
                insert(checkpoints).values(tenant_id=tenant, seq=last.seq, digest=last.digest, mark=mark)
            )
            return (await connection.execute(delete(rows).where(older))).rowcount

        return await self._database.write(tenant, work)

    def object_digest(self, object_id: str) -> str:
        """Give the form in which an object's id is kept, to search for it."""
        return mac(self._key, b"object", object_id.encode()).hex()[:32]

    async def entries(self, tenant: str, *, after: int = 0, most: int = 100) -> tuple[tuple[int, datetime, str], ...]:
        """Give rows after a place: number, moment, and the entry as JSON text."""
        batch = await self._read(tenant, after, most=most)
        return tuple((row.seq, _EPOCH + timedelta(milliseconds=row.at), row.body) for row in batch)

    def _body(self, entry: Entry) -> str:
        fields = {
            "principal": entry.principal,
            "client": entry.client,
            "action": entry.action,
            "outcome": entry.outcome,
            "connection": entry.connection,
            "plan": entry.plan,
            "correlation": entry.correlation,
            "objects": [self.object_digest(object_id) for object_id in entry.objects],
        }
        return json.dumps({name: value for name, value in fields.items() if value}, separators=(",", ":"))

    def _mark(self, tenant: str, seq: int, digest: bytes) -> bytes:
        return mac(self._key, b"checkpoint", tenant.encode(), str(seq).encode(), digest)

    async def _take_turn(self, connection: AsyncConnection) -> None:
        """Let one writer at a time find the end of the chain; on SQLite a write transaction is alone anyway."""
        if self._database.kind is DatabaseKind.POSTGRESQL:
            await connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('audit_row'))")

    async def _last(self, connection: AsyncConnection, tenant: str) -> Head:
        query = select(rows.c.seq, rows.c.digest).where(rows.c.tenant_id == tenant)
        row = (await connection.execute(query.order_by(rows.c.seq.desc()).limit(1))).one_or_none()
        if row is not None:
            return Head(row.seq, bytes(row.digest))
        return await self._checkpoint(connection, tenant) or Head(0, _START)

    async def _checkpoint(self, connection: AsyncConnection, tenant: str) -> Head | None:
        """Give where the chain begins, None when its checkpoint is not ours."""
        query = select(checkpoints).where(checkpoints.c.tenant_id == tenant).order_by(checkpoints.c.seq.desc())
        row = (await connection.execute(query.limit(1))).one_or_none()
        if row is None:
            return Head(0, _START)
        is_ours = self._mark(tenant, row.seq, bytes(row.digest)) == bytes(row.mark)
        return Head(row.seq, bytes(row.digest)) if is_ours else None

    async def _read(self, tenant: str, after: int, *, most: int = _BATCH) -> tuple[Row, ...]:
        query = select(rows).where(rows.c.tenant_id == tenant, rows.c.seq > after).order_by(rows.c.seq).limit(most)

        async def work(connection: AsyncConnection) -> tuple[Row, ...]:
            found = await connection.execute(query)
            return tuple(Row(row.seq, row.at, row.body, bytes(row.digest)) for row in found)

        return await self._database.read(tenant, work)


def follow(key: bytes, tenant: str, so_far: Verdict, batch: Sequence[Row], anchors: Sequence[Head]) -> Verdict:
    """Check rows that come after a verified head, and give the verdict up to the last of them."""
    head, count = so_far.head, so_far.rows
    wanted = {anchor.seq: anchor.digest for anchor in anchors}
    for row in batch:
        seq = head.seq + 1
        if row.seq != seq:
            return Verdict(count, head, broken_at=seq, reason="a row is missing")
        if _digest(key, tenant, row, head.digest) != row.digest:
            return Verdict(count, head, broken_at=seq, reason="a row was changed")
        if wanted.get(seq, row.digest) != row.digest:
            return Verdict(count, head, broken_at=seq, reason="the chain is another than the one anchored")
        head, count = Head(seq, row.digest), count + 1
    return Verdict(count, head)


def _digest(key: bytes, tenant: str, row: Row, before: bytes) -> bytes:
    return mac(key, b"row", tenant.encode(), str(row.seq).encode(), str(row.at).encode(), row.body.encode(), before)
