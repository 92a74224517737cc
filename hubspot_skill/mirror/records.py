"""Writes batches of records into the mirror: rows, their changes, stays in stages, and the full-text index.

For inside one transaction of `Mirror.write`. A record that HubSpot changed earlier than the one held is dropped. A
change of a tracked property against what was held is kept in `change` with the source `seen`.

`is_certain` is True where the records come from HubSpot's own store (a list, a read by id, the answer to a write) and
False where they come from the search index, which lags: then a record that is held as archived stays so until it was
changed after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.mirror.forms import Form, cell
from hubspot_skill.mirror.rows import Row, RowMaker, merged_ids
from hubspot_skill.mirror.shape import FIND_TYPES, find_of_postgres, twin
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import (
    OBJECT_TABLES,
    TRACKED,
    assoc,
    change,
    contact,
    deal,
    lifecycle_entry,
    stage_stay,
)

__all__ = ["FIND_BITS", "Upserted", "archive", "purge", "put", "upsert"]

IDS_A_STATEMENT = 5_000
FIND_BITS = 55


@dataclass(frozen=True, slots=True)
class Upserted:
    """What came of a batch: ids that were new or changed, how many were held already, ids lost to a merge."""

    fresh: tuple[int, ...] = ()
    known: int = 0
    merged: tuple[int, ...] = ()


async def upsert(
    connection: AsyncConnection,
    mirror: Mirror,
    maker: RowMaker,
    records: Sequence[Record],
    *,
    generation: int,
    is_certain: bool = True,
) -> Upserted:
    """Write records of one object; later ones of the same id win only if HubSpot changed them later."""
    rows: dict[int, Row] = {}
    for row in maker.rows(records, generation):
        held = rows.get(row["id"])
        if held is None or row["modified_at"] >= held["modified_at"]:
            rows[row["id"]] = row
    if not rows:
        return Upserted()
    before = await _before(connection, maker.object, list(rows))
    fresh = [row for id, row in rows.items() if id not in before or before[id]["modified_at"] < row["modified_at"]]
    same = [row for id, row in rows.items() if id in before and before[id]["modified_at"] == row["modified_at"]]
    if not is_certain:
        same = [row for row in same if not before[row["id"]]["archived"]]
    table = OBJECT_TABLES[maker.object]
    written = [*fresh, *same] if is_certain else fresh
    if written:
        await put(connection, mirror, table, written, keep=("merged_into",))
    by_id = {int(record.id): record for record in records if record.id.isdigit()}
    noted = _diffs(maker.object, fresh, before)
    if noted:
        await put(connection, mirror, change, noted)
    await _index(
        connection, mirror, maker, [*fresh, *(row for row in same if before[row["id"]]["archived"] != row["archived"])]
    )
    await _stays(connection, mirror, maker, [by_id[row["id"]] for row in written if row["id"] in by_id])
    merged = await _merge(connection, mirror, maker.object, [by_id[row["id"]] for row in written if row["id"] in by_id])
    return Upserted(tuple(row["id"] for row in fresh), len(rows) - len(fresh), merged)


async def archive(connection: AsyncConnection, mirror: Mirror, object: str, ids: Iterable[int]) -> None:
    """Mark records as archived and take them out of the full-text index."""
    table = OBJECT_TABLES[object]
    for part in _parts(ids):
        await connection.execute(update(table).where(*_of(table, object), table.c.id.in_(part)).values(archived=1))
        await _unlink(connection, object, part)
        await _unfind(connection, mirror, object, part)


async def purge(connection: AsyncConnection, mirror: Mirror, object: str, ids: Iterable[int]) -> None:
    """Remove records with everything that is known of them: row, history, stays, links, full text."""
    table = OBJECT_TABLES[object]
    for part in _parts(ids):
        await connection.execute(delete(table).where(*_of(table, object), table.c.id.in_(part)))
        await connection.execute(delete(change).where(change.c.object == object, change.c.id.in_(part)))
        await _unlink(connection, object, part)
        if object == "deal":
            await connection.execute(delete(stage_stay).where(stage_stay.c.deal_id.in_(part)))
        if object == "contact":
            await connection.execute(delete(lifecycle_entry).where(lifecycle_entry.c.contact_id.in_(part)))
        await _unfind(connection, mirror, object, part)


async def put(
    connection: AsyncConnection, mirror: Mirror, table: Table, rows: Sequence[Row], *, keep: Sequence[str] = ()
) -> None:
    """Insert rows, or replace those of the same key; columns that rows do not name, and those of `keep`, stay as they are."""
    if not rows:
        return
    names = tuple(rows[0])
    statement = _upsert_statement(table, names, tuple(keep), mirror.is_postgres)
    if mirror.is_postgres:
        await connection.execute(statement, list(rows))
        return
    # Past SQLAlchemy's own way with many rows, which costs as much again as the database does.
    words, order = _sqlite_text(table, names, tuple(keep))
    await connection.exec_driver_sql(words, [tuple(map(row.__getitem__, order)) for row in rows])


@lru_cache(maxsize=256)
def _upsert_statement(table: Table, names: tuple[str, ...], keep: tuple[str, ...], is_postgres: bool) -> Any:
    keys = [column.name for column in table.primary_key.columns]
    target = twin(table) if is_postgres else table
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    if is_postgres:
        made: Any = postgresql.insert(target).values({name: values[name] for name in names})
        on = ["tenant_id", *keys]
    else:
        extended = _extended(target, names)
        made = sqlite.insert(extended).values(values)
        on = keys
    changed = {name: made.excluded[name] for name in names if name not in keys and name not in keep}
    if not changed:
        return made.on_conflict_do_nothing(index_elements=on)
    where = made.excluded.modified_at >= target.c.modified_at if "modified_at" in names else None
    return made.on_conflict_do_update(index_elements=on, set_=changed, where=where)


@lru_cache(maxsize=256)
def _sqlite_text(table: Table, names: tuple[str, ...], keep: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Give the statement with a question mark for each name, and the order of the names."""
    compiled = _upsert_statement(table, names, keep, False).compile(dialect=sqlite.dialect())
    return str(compiled), tuple(compiled.positiontup or ())


def _extended(table: Table, names: tuple[str, ...]) -> Table:
    """Give a table with the columns of chosen properties as well, which its description does not know."""
    from sqlalchemy import Column, MetaData

    more = [name for name in names if name not in table.c]
    if not more:
        return table
    made = table.to_metadata(MetaData())
    for name in more:
        made.append_column(Column(name))
    return made


def _of(table: Table, object: str) -> list[Any]:
    return [table.c.kind == object] if "kind" in table.c else []


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    return (every[start : start + IDS_A_STATEMENT] for start in range(0, len(every), IDS_A_STATEMENT))


async def _before(connection: AsyncConnection, object: str, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """Give what is held of records: when they were changed, whether archived, and their tracked columns."""
    table = OBJECT_TABLES[object]
    names = ("id", "modified_at", "archived", *TRACKED.get(object, ()))
    query = select(*(table.c[name] for name in dict.fromkeys(names))).where(*_of(table, object))
    found: dict[int, Mapping[str, Any]] = {}
    for part in _parts(ids):
        rows = (await connection.execute(query.where(table.c.id.in_(part)))).mappings()
        found.update((row["id"], dict(row)) for row in rows)
    return found


def _diffs(object: str, rows: Sequence[Row], before: Mapping[int, Mapping[str, Any]]) -> list[Row]:
    tracked = TRACKED.get(object)
    if not tracked:
        return []
    return [
        {
            "object": object,
            "id": row["id"],
            "property": prop,
            "at": row["modified_at"],
            "value": None if row[name] is None else str(row[name]),
            "source": "seen",
        }
        for row in rows
        if (held := before.get(row["id"])) is not None
        for name, prop in tracked.items()
        if held[name] != row[name]
    ]


async def _index(connection: AsyncConnection, mirror: Mirror, maker: RowMaker, rows: Sequence[Row]) -> None:
    """Bring the full text of changed rows up to date; an archived record is not found."""
    gone = [row["id"] for row in rows if row["archived"]]
    if gone:
        await _unlink(connection, maker.object, gone)
        await _unfind(connection, mirror, maker.object, gone)
    number = FIND_TYPES[maker.object]
    entries = [(row["id"], words) for row in rows if not row["archived"] and (words := maker.words(row))]
    if not entries:
        return
    if mirror.is_postgres:
        await connection.execute(_PG_FIND, [{"type": number, "id": id, "body": words} for id, words in entries])
        return
    shift = number << FIND_BITS
    await connection.execute(_FTS, [{"row": shift + id, "body": words} for id, words in entries if id < 1 << FIND_BITS])


_FTS = text("insert or replace into mirror_find(rowid, body) values (:row, :body)")
_PG_FIND = text(
    "insert into mirror_find(type, id, body) values (:type, :id, to_tsvector('simple', :body))"
    " on conflict (tenant_id, type, id) do update set body = excluded.body"
)


async def _unfind(connection: AsyncConnection, mirror: Mirror, object: str, ids: Sequence[int]) -> None:
    number = FIND_TYPES[object]
    if mirror.is_postgres:
        found = find_of_postgres
        await connection.execute(delete(found).where(found.c.type == number, found.c.id.in_(ids)))
        return
    shift = number << FIND_BITS
    rows = [{"row": shift + id} for id in ids if id < 1 << FIND_BITS]
    if rows:
        await connection.execute(text("delete from mirror_find where rowid = :row"), rows)


async def _stays(connection: AsyncConnection, mirror: Mirror, maker: RowMaker, records: Sequence[Record]) -> None:
    """Write time in stages from HubSpot's entry and exit dates; what the full history gave is not touched."""
    if not maker.stages or not records:
        return
    if maker.object == "deal":
        rows = [row for record in records for stage in maker.stages if (row := _stay(record, stage)) is not None]
        exact = set(
            (
                await connection.execute(
                    select(stage_stay.c.deal_id).where(
                        stage_stay.c.exact == 1, stage_stay.c.deal_id.in_([int(record.id) for record in records])
                    )
                )
            ).scalars()
        )
        await put(connection, mirror, stage_stay, [row for row in rows if row["deal_id"] not in exact])
    elif maker.object == "contact":
        rows = [row for record in records for stage in maker.stages if (row := _entry(record, stage)) is not None]
        await put(connection, mirror, lifecycle_entry, rows)


def _stay(record: Record, stage: str) -> Row | None:
    values = record.properties
    entered = cell(Form.INSTANT, values.get(PropertyName(f"hs_v2_date_entered_{stage}")), None)
    if not isinstance(entered, int):
        return None
    left = cell(Form.INSTANT, values.get(PropertyName(f"hs_v2_date_exited_{stage}")), None)
    out = left if isinstance(left, int) and left >= entered else None
    return {
        "stage": stage,
        "deal_id": int(record.id),
        "first_in": entered,
        "last_in": entered,
        "last_out": out,
        "ms_done": out - entered if out is not None else 0,
        "visits": 1,
        "exact": 0,
    }


def _entry(record: Record, stage: str) -> Row | None:
    values = record.properties
    for name in _entry_names(stage):
        if (found := values.get(name)) is not None and isinstance(entered := cell(Form.INSTANT, found, None), int):
            return {"stage": stage, "contact_id": int(record.id), "at": entered}
    return None


@lru_cache(maxsize=1024)
def _entry_names(stage: str) -> tuple[PropertyName, PropertyName]:
    return PropertyName(f"hs_v2_date_entered_{stage}"), PropertyName(f"hs_lifecyclestage_{stage}_date")


async def _merge(
    connection: AsyncConnection, mirror: Mirror, object: str, records: Sequence[Record]
) -> tuple[int, ...]:
    """Point the losers of merges to their winner; gives those that were not so marked before."""
    lost = {int(loser): int(record.id) for record in records for loser in merged_ids(record)}
    if not lost:
        return ()
    table = OBJECT_TABLES[object]
    held = await connection.execute(
        select(table.c.id, table.c.merged_into).where(*_of(table, object), table.c.id.in_(list(lost)))
    )
    fresh = [row.id for row in held if row.merged_into != lost[row.id]]
    for loser in fresh:
        await connection.execute(
            update(table).where(*_of(table, object), table.c.id == loser).values(merged_into=lost[loser])
        )
    await _relink(connection, mirror, object, lost)
    await _unfind(connection, mirror, object, fresh)
    return tuple(fresh)


async def _relink(connection: AsyncConnection, mirror: Mirror, object: str, lost: Mapping[int, int]) -> None:
    """Give the links of the losers of merges to their winners, as HubSpot does."""
    ids = list(lost)
    found = select(assoc).where(
        ((assoc.c.from_type == object) & assoc.c.from_id.in_(ids))
        | ((assoc.c.to_type == object) & assoc.c.to_id.in_(ids))
    )
    moved: list[Row] = []
    for row in (await connection.execute(found)).mappings():
        link = dict(row)
        for side in ("from", "to"):
            if link[f"{side}_type"] == object:
                link[f"{side}_id"] = lost.get(link[f"{side}_id"], link[f"{side}_id"])
        moved.append(link)
    primary = {loser: lost[loser] for loser in ids} if object == "company" else {}
    for loser, winner in primary.items():
        for holder in (contact, deal):
            await connection.execute(update(holder).where(holder.c.company_id == loser).values(company_id=winner))
    await _unlink(connection, object, ids)
    await put(connection, mirror, assoc, moved)


async def _unlink(connection: AsyncConnection, object: str, ids: Sequence[int]) -> None:
    """Remove every link of records, as HubSpot does when one is archived."""
    await connection.execute(delete(assoc).where(assoc.c.from_type == object, assoc.c.from_id.in_(ids)))
    await connection.execute(delete(assoc).where(assoc.c.to_type == object, assoc.c.to_id.in_(ids)))
    if object == "company":
        for holder in (contact, deal):
            await connection.execute(update(holder).where(holder.c.company_id.in_(ids)).values(company_id=None))
