"""Keeps one portal: its facts, its definitions and, in plain SQLite, its records, their history and their associations.

Its own module because only here tables are made and changed; families read through SQL of their own.

Tables of an object type with code N (`ObjectType.code`, minus written as `m`): `r_N` holds the live records, `a_N` the archived
ones, `l_N` the earlier states that a lagging search index still shows. All three have the same columns: `_id`, `_created` and
`_updated` (ms), `_archived` (ms, null while live), and one column of text per property that some record has ever had, added
when it is first written: a catalogue of hundreds costs nothing, and a filtered search scans few bytes. Archived records stand
apart so that no query on live ones has to look past them.

`changes` keeps every version of a property that has changed since its record was made; a property without rows there has one
version, the current value at `_created`. `links` keeps both directions of every association. `merged` leads from the id of a
record that lost a merge to the winner.

The database of a running sandbox is in memory. A file is a copy of it, made by `save` and read by `open`.
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pydantic import TypeAdapter

from hubspot_skill.sandbox.definitions import Definitions
from hubspot_skill.sandbox.seed import PortalSeed
from hubspot_skill.sandbox.sql_functions import FUNCTIONS
from hubspot_skill.sandbox.store_load import load_streams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["FORMAT", "Store", "table"]

FORMAT = 1
"""The version of the tables; a file of another version is refused."""

_SHARED_TABLES = """
CREATE TABLE facts (format INTEGER NOT NULL, seed BLOB NOT NULL);
CREATE TABLE changes (
    type INTEGER NOT NULL, id INTEGER NOT NULL, property TEXT NOT NULL, at_ms INTEGER NOT NULL, seq INTEGER NOT NULL,
    value TEXT NOT NULL, source TEXT NOT NULL, user_id INTEGER,
    PRIMARY KEY (type, id, property, at_ms, seq)
) WITHOUT ROWID;
CREATE TABLE links (
    from_type INTEGER NOT NULL, from_id INTEGER NOT NULL, to_type INTEGER NOT NULL, to_id INTEGER NOT NULL,
    type_id INTEGER NOT NULL,
    PRIMARY KEY (from_type, from_id, to_type, to_id, type_id)
) WITHOUT ROWID;
CREATE TABLE merged (
    type INTEGER NOT NULL, loser INTEGER NOT NULL, winner INTEGER NOT NULL, PRIMARY KEY (type, loser)
) WITHOUT ROWID;
"""

_INDEXED = {
    "contacts": ("email", "lifecyclestage", "hubspot_owner_id"),
    "companies": ("domain", "lifecyclestage", "hubspot_owner_id"),
    "deals": ("dealstage", "pipeline", "hubspot_owner_id"),
}
"""Properties that nearly every search filters by; the index also holds `_created`, by which it sorts."""

_ANY_CASE = frozenset({"email", "domain"})
"""Indexed properties that are looked up without regard to case; unique ones are, too."""


class Store:
    """The state of one portal; every statement is in effect at once, so a caller checks everything before it changes anything.

    `columns_added` moves whenever a type's records get a property that none of them had before.
    """

    def __init__(self, facts: PortalSeed, connection: sqlite3.Connection) -> None:
        """Take over a connection whose shared tables are there."""
        self.facts = facts
        self.connection = connection
        self.definitions = Definitions.of(facts)
        self.columns_added = 0
        self._columns: dict[str, set[str]] = {}
        self._next_ids: dict[str, int] = {}
        self._next_change = 1
        for object_type in self.definitions.types.all:
            rows = connection.execute(f"SELECT name FROM pragma_table_info('{table('r', object_type)}')")
            self._columns[object_type.name] = {name for (name,) in rows if not name.startswith("_")}

    @classmethod
    def load(cls, seed: PortalSeed) -> Store:
        """Return a store in memory filled from what a portal is made of."""
        facts = replace(seed, records=(), changes=(), links=())
        connection = _connected()
        connection.executescript(_SHARED_TABLES)
        connection.execute("INSERT INTO facts VALUES (?, ?)", (FORMAT, _FACTS.dump_json(facts, warnings=False)))
        store = cls._with_tables(facts, connection)
        connection.execute("BEGIN")
        load_streams(store, seed)
        store.make_indexes()
        connection.execute("COMMIT")
        return store

    @classmethod
    def open(cls, path: Path) -> Store:
        """Return a store in memory filled from a file that `save` made, which stays as it is.

        Raises: ValueError for a file of another format.
        """
        source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        connection = _connected()
        try:
            source.backup(connection)
        finally:
            source.close()
        found = cast("tuple[int, bytes]", connection.execute("SELECT format, seed FROM facts").fetchone())
        if found[0] != FORMAT:
            raise ValueError(
                f"{path} holds a portal of format {found[0]}, expected {FORMAT}; delete it to make it anew"
            )
        facts = replace(_FACTS.validate_json(found[1]), records=(), changes=(), links=())
        store = cls(facts, connection)
        store.take_up_counters()
        return store

    def save(self, path: Path) -> None:
        """Write the portal as it was loaded, with all records as they are now, to a new file."""
        target = sqlite3.connect(path)
        try:
            self.connection.backup(target)
        finally:
            target.close()

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def rows(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return what a query finds."""
        return self.connection.execute(sql, cast("Mapping[str, str]", parameters)).fetchall()

    def value(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> object:
        """Return the first column of the first row, or None."""
        row = cast(
            "tuple[object, ...] | None",
            self.connection.execute(sql, cast("Mapping[str, str]", parameters)).fetchone(),
        )
        return None if row is None else row[0]

    def has_column(self, object_type: ObjectType, name: str) -> bool:
        """Tell whether any record of a type has ever had a value of a property."""
        return name in self._columns[object_type.name]

    def columns(self, object_type: ObjectType) -> set[str]:
        """Return the names of the properties that records of a type have ever had."""
        return self._columns[object_type.name]

    def add_columns(self, object_type: ObjectType, names: Iterable[str]) -> None:
        """Make room for properties that no record of a type had so far."""
        known = self._columns[object_type.name]
        for name in names:
            if name in known:
                continue
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                raise ValueError(
                    f"{name!r} of {object_type.name} is no property name: lower-case letters, digits, underscores"
                )
            for kind in ("r", "a", "l"):
                self.connection.execute(f'ALTER TABLE {table(kind, object_type)} ADD COLUMN "{name}" TEXT')
            known.add(name)
            self.columns_added += 1

    def new_id(self, object_type: ObjectType) -> int:
        """Return an id that no record of a type has had."""
        found = self._next_ids[object_type.name]
        self._next_ids[object_type.name] = found + 1
        return found

    def insert(self, object_type: ObjectType, record_id: int, values: Mapping[str, str], at_ms: int) -> None:
        """Add a live record."""
        self.add_columns(object_type, values)
        names = ["_id", "_created", "_updated", *values]
        marks = ", ".join("?" * len(names))
        listed = ", ".join(f'"{name}"' for name in names)
        self.connection.execute(
            f"INSERT INTO {table('r', object_type)} ({listed}) VALUES ({marks})",
            (record_id, at_ms, at_ms, *values.values()),
        )

    def update(self, object_type: ObjectType, record_id: int, values: Mapping[str, str | None], at_ms: int) -> None:
        """Change properties of a live record; None empties one."""
        self.add_columns(object_type, values)
        settings = ", ".join(['"_updated" = ?', *(f'"{name}" = ?' for name in values)])
        self.connection.execute(
            f"UPDATE {table('r', object_type)} SET {settings} WHERE _id = ?",
            (at_ms, *values.values(), record_id),
        )

    def note_change(
        self,
        object_type: ObjectType,
        record_id: int,
        name: str,
        value: str,
        at_ms: int,
        source: str,
        user_id: int | None,
    ) -> None:
        """Add a version to a property's history."""
        self._next_change += 1
        self.connection.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (object_type.code, record_id, name, at_ms, self._next_change, value, source, user_id),
        )

    def archive(self, object_type: ObjectType, record_id: int, at_ms: int) -> None:
        """Move a live record to the archived ones; its associations are gone."""
        names = ", ".join(f'"{name}"' for name in self._columns[object_type.name])
        comma = ", " if names else ""
        live, archived = table("r", object_type), table("a", object_type)
        self.connection.execute(
            f"INSERT INTO {archived} (_id, _created, _updated, _archived{comma}{names}) "
            f"SELECT _id, _created, ?, ?{comma}{names} FROM {live} WHERE _id = ?",
            (at_ms, at_ms, record_id),
        )
        self.forget(object_type, record_id)

    def forget(self, object_type: ObjectType, record_id: int) -> None:
        """Take a record out of the live ones, with its associations; its history stays."""
        code = object_type.code
        self.connection.execute(f"DELETE FROM {table('r', object_type)} WHERE _id = ?", (record_id,))
        reverse = self.rows(
            "SELECT to_type, to_id, from_id, type_id FROM links WHERE from_type = ? AND from_id = ?", (code, record_id)
        )
        self.connection.executemany(
            "DELETE FROM links WHERE from_type = ? AND from_id = ? AND to_type = ? AND to_id = ?",
            [(to_type, to_id, code, record_id) for to_type, to_id, _, _ in reverse],
        )
        self.connection.execute("DELETE FROM links WHERE from_type = ? AND from_id = ?", (code, record_id))

    def keep_for_search(self, object_type: ObjectType, record_id: int, until_ms: int) -> None:
        """Let a lagging search index go on showing a record as it is now, or as not there, until a moment."""
        names = ", ".join(["_id", "_created", "_updated", *(f'"{name}"' for name in self._columns[object_type.name])])
        lagging, live = table("l", object_type), table("r", object_type)
        added = self.connection.execute(
            f"INSERT INTO {lagging} (_until, _absent, {names}) SELECT ?, 0, {names} FROM {live} WHERE _id = ?",
            (until_ms, record_id),
        )
        if added.rowcount == 0:
            self.connection.execute(
                f"INSERT INTO {lagging} (_until, _absent, _id) VALUES (?, 1, ?)",
                (until_ms, record_id),
            )

    def drop_lagging(self, object_type: ObjectType, now_ms: int) -> bool:
        """Forget the states that the search index has caught up with; tell whether any are left."""
        lagging = table("l", object_type)
        self.connection.execute(f"DELETE FROM {lagging} WHERE _until <= ?", (now_ms,))
        return self.value(f"SELECT 1 FROM {lagging} LIMIT 1") is not None

    def winner(self, object_type: ObjectType, record_id: int) -> int:
        """Return the id of the record that an id leads to after merges; itself if it was in none."""
        while True:
            found = self.value("SELECT winner FROM merged WHERE type = ? AND loser = ?", (object_type.code, record_id))
            if not isinstance(found, int):
                return record_id
            record_id = found

    def take_up_counters(self) -> None:
        """Set the counters of new ids past everything that the tables hold."""
        for each in self.definitions.types.all:
            largest = self.value(
                f"SELECT max(coalesce((SELECT max(_id) FROM {table('r', each)}), 0), "
                f"coalesce((SELECT max(_id) FROM {table('a', each)}), 0), "
                "coalesce((SELECT max(loser) FROM merged WHERE type = ?), 0))",
                (each.code,),
            )
            self._next_ids[each.name] = max(cast("int", largest), 1000) + 1
        self._next_change = cast("int", self.value("SELECT coalesce(max(seq), 0) FROM changes")) + 1

    def make_indexes(self) -> None:
        """Add the indexes that writes and frequent searches live on."""
        for each in self.definitions.types.all:
            live = table("r", each)
            self.connection.execute(f"CREATE INDEX {live}_created ON {live} (_created, _id)")
            unique = [name for name, p in self.definitions.properties[each.name].items() if p.has_unique_value]
            for name in dict.fromkeys((*_INDEXED.get(each.name, ()), *unique)):
                self.make_index(each, name, any_case=name in unique or name in _ANY_CASE)
        contacts = self.definitions.types.named("contacts")
        self.add_columns(contacts, ("hs_additional_emails",))
        self.connection.execute(
            f"CREATE INDEX r_more_emails ON {table('r', contacts)} (hs_additional_emails) "
            "WHERE hs_additional_emails IS NOT NULL"
        )

    def make_index(self, object_type: ObjectType, name: str, *, any_case: bool) -> None:
        """Add the index of a property, for looking it up exactly or without regard to case."""
        self.add_columns(object_type, (name,))
        live, collation = table("r", object_type), " COLLATE NOCASE" if any_case else ""
        self.connection.execute(f'CREATE INDEX IF NOT EXISTS {live}_{name} ON {live} ("{name}"{collation}, _created)')

    @classmethod
    def _with_tables(cls, facts: PortalSeed, connection: sqlite3.Connection) -> Store:
        system = "_id INTEGER PRIMARY KEY, _created INTEGER NOT NULL, _updated INTEGER NOT NULL, _archived INTEGER"
        for each in Definitions.of(facts).types.all:
            connection.execute(f"CREATE TABLE {table('r', each)} ({system})")
            connection.execute(f"CREATE TABLE {table('a', each)} ({system})")
            connection.execute(
                f"CREATE TABLE {table('l', each)} (_seq INTEGER PRIMARY KEY, _until INTEGER NOT NULL, "
                "_absent INTEGER NOT NULL, _id INTEGER NOT NULL, _created INTEGER, _updated INTEGER, _archived INTEGER)"
            )
        return cls(facts, connection)


def table(kind: str, object_type: ObjectType) -> str:
    """Return the name of a type's table of live (`r`), archived (`a`) or lagging (`l`) records."""
    return f"{kind}_{object_type.code}".replace("-", "m")


_FACTS = TypeAdapter(PortalSeed)


def _connected() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False, cached_statements=512, isolation_level=None)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA journal_mode = OFF")
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
    return connection
