"""Fills a new store from a portal's streams of records, changes and links.

Its own module because it is the one place where speed by the hundred thousand counts, and because it settles what a
seed leaves to the engine: reverse directions, the unlabelled type beside a primary one, ids that lost a merge.
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from hubspot_skill.sandbox.moments import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hubspot_skill.sandbox.seed import PortalSeed, SeedChange, SeedLink, SeedRecord
    from hubspot_skill.sandbox.store import Store

__all__ = ["load_streams"]

_BATCH = 5_000


def load_streams(store: Store, seed: PortalSeed) -> None:
    """Read every stream of a portal into its store, in one transaction."""
    archived = _load_records(store, seed.records)
    _load_changes(store, seed.changes)
    _load_links(store, seed.links, archived)
    store.take_up_counters()


def _load_records(store: Store, records: Iterable[SeedRecord]) -> set[tuple[int, int]]:
    archived: set[tuple[int, int]] = set()
    waiting: dict[str, list[SeedRecord]] = {}
    for record in records:
        held = waiting.setdefault(record.object_type, [])
        held.append(record)
        if len(held) == _BATCH:
            archived |= _flush(store, record.object_type, held)
            held.clear()
    for name, held in waiting.items():
        archived |= _flush(store, name, held)
    return archived


def _flush(store: Store, name: str, records: list[SeedRecord]) -> set[tuple[int, int]]:
    object_type = store.definitions.types.named(name)
    created = store.definitions.properties[name].get("createdate")
    dated_by_hand = created is not None and not created.calculated
    names = list(dict.fromkeys(key for record in records for key in record.properties))
    if dated_by_hand and "createdate" not in names:
        names.append("createdate")
    store.add_columns(object_type, names)
    for kind in ("r", "a"):
        rows = [
            _row(record, names, dated_by_hand=dated_by_hand) for record in records if record.archived == (kind == "a")
        ]
        listed = ", ".join(["_id", "_created", "_updated", "_archived", *(f'"{name}"' for name in names)])
        marks = ", ".join("?" * (len(names) + 4))
        suffix = f"{kind}_{object_type.code}".replace("-", "m")
        store.connection.executemany(f"INSERT INTO {suffix} ({listed}) VALUES ({marks})", rows)
    losers = [
        (object_type.code, int(loser), record.id)
        for record in records
        if "hs_merged_object_ids" in record.properties
        for loser in record.properties["hs_merged_object_ids"].split(";")
        if loser
    ]
    store.connection.executemany("INSERT OR REPLACE INTO merged VALUES (?, ?, ?)", losers)
    return {(object_type.code, record.id) for record in records if record.archived}


def _row(record: SeedRecord, names: list[str], *, dated_by_hand: bool) -> tuple[object, ...]:
    properties = record.properties
    if dated_by_hand and "createdate" not in properties:
        properties = {**properties, "createdate": iso(record.created_ms)}
    archived_ms = record.updated_ms if record.archived else None
    return (record.id, record.created_ms, record.updated_ms, archived_ms, *map(properties.get, names))


def _load_changes(store: Store, changes: Iterable[SeedChange]) -> None:
    codes = {each.name: each.code for each in store.definitions.types.all}
    rows = (
        (codes[c.object_type], c.id, c.property, c.at_ms, seq, c.value, c.source_type, c.user_id)
        for seq, c in enumerate(changes, 1)
    )
    _insert_sorted(store, "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _load_links(store: Store, links: Iterable[SeedLink], archived: set[tuple[int, int]]) -> None:
    codes = {each.name: each.code for each in store.definitions.types.all}
    _insert_sorted(
        store, "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)", _link_rows(store, links, codes, archived)
    )


def _link_rows(
    store: Store, links: Iterable[SeedLink], codes: dict[str, int], archived: set[tuple[int, int]]
) -> Iterator[tuple[object, ...]]:
    expanded: dict[tuple[str, str, int], tuple[int, int, tuple[tuple[int, int], ...]]] = {}
    for link in links:
        key = (link.from_type, link.to_type, link.type_id)
        if key not in expanded:
            expanded[key] = (codes[link.from_type], codes[link.to_type], _both_ways(store, link))
        left, right, pairs = expanded[key]
        if (left, link.from_id) in archived or (right, link.to_id) in archived:
            continue
        for there, back in pairs:
            yield (left, link.from_id, right, link.to_id, there)
            yield (right, link.to_id, left, link.from_id, back)


def _both_ways(store: Store, link: SeedLink) -> tuple[tuple[int, int], ...]:
    """Return the type ids, there and back, that one seeded link stands for."""
    found = store.definitions.link_type(link.from_type, link.to_type, link.type_id)
    if found is None:
        raise ValueError(f"association type {link.type_id} from {link.from_type} to {link.to_type} is not defined")
    own = (found.type_id, found.inverse_id)
    plain = store.definitions.unlabelled(link.from_type, link.to_type)
    if not found.primary or plain is None:
        return (own,)
    return (own, (plain.type_id, plain.inverse_id))


def _insert_sorted(store: Store, statement: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Insert rows chunk by chunk in key order, which a table without row ids takes several times faster.

    The key is the rows' first five columns, and no two different rows share it: whole rows can be compared.
    """
    while chunk := sorted(islice(rows, 200_000)):
        store.connection.executemany(statement, chunk)
