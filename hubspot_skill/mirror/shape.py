"""Makes the mirror's tables on either database, and tells one shape from another.

On PostgreSQL each table is copied with `tenant_id` as the first part of its key and of every index, filled in from the
transaction's tenant; `find` is a table with a text-search vector. On SQLite `find` is an FTS5 table without content:
its row number is the type's number times 2^55 plus the record's id, so that a search can be bounded to one type.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import BigInteger, Column, Index, MetaData, PrimaryKeyConstraint, SmallInteger, Table, Text, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.schema import CreateIndex, CreateTable

from hubspot_skill.foundation.migrations import Migration, StoreSchema
from hubspot_skill.mirror.tables import ACTIVITY_KINDS, OBJECT_TABLES, TABLES

__all__ = [
    "FIND_TYPES",
    "POSTGRES_SCHEMA",
    "POSTGRES_TABLES",
    "SHAPE",
    "SQLITE_SCHEMA",
    "find_of_postgres",
    "twin",
]

FIND_TYPES: dict[str, int] = {
    "contact": 1,
    "company": 2,
    "deal": 3,
    "ticket": 4,
    **{k: 5 + n for n, k in enumerate(ACTIVITY_KINDS)},
}
"""The number of each object name in the full-text index."""

_FIND = (
    "create virtual table mirror_find using fts5("
    "body, content='', contentless_delete=1, detail=none, prefix='1 2 3', tokenize=\"unicode61 remove_diacritics 2\")"
)
_RECORDS = frozenset(OBJECT_TABLES.values())
_metadata = MetaData()


def _twin(table: Table) -> Table:
    """Copy a table for PostgreSQL."""
    keys = [column.name for column in table.primary_key.columns]
    copied = [Column(c.name, c.type, nullable=c.nullable, info=c.info, autoincrement=False) for c in table.columns]
    if table in _RECORDS:
        copied.append(Column("other", JSONB, nullable=False, server_default=text("'{}'")))
    tenant = Column("tenant_id", Text, nullable=False, server_default=text("current_setting('app.tenant', true)"))
    made = Table(table.name, _metadata, tenant, *copied, PrimaryKeyConstraint("tenant_id", *keys))
    for index in table.indexes:
        where = index.dialect_options["postgresql"]["where"]
        Index(index.name, made.c.tenant_id, *(made.c[c.name] for c in index.columns), postgresql_where=where)
    return made


_TWINS = {table: _twin(table) for table in TABLES}

find_of_postgres = Table(
    "mirror_find",
    _metadata,
    Column("tenant_id", Text, nullable=False, server_default=text("current_setting('app.tenant', true)")),
    Column("type", SmallInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("body", TSVECTOR, nullable=False),
    PrimaryKeyConstraint("tenant_id", "type", "id"),
)
Index("mirror_find_body", find_of_postgres.c.body, postgresql_using="gin")

POSTGRES_TABLES: tuple[Table, ...] = (*_TWINS.values(), find_of_postgres)


def twin(table: Table) -> Table:
    """Give PostgreSQL's own form of a table, for statements that name its key."""
    return _TWINS[table]


SQLITE_SCHEMA = StoreSchema("mirror", (Migration(TABLES, sqlite=(_FIND,)),))
POSTGRES_SCHEMA = StoreSchema(
    "mirror",
    (
        Migration(
            POSTGRES_TABLES,
            postgresql=tuple(
                f"grant select, insert, update, delete on {table.name} to {{role}}" for table in POSTGRES_TABLES
            ),
        ),
    ),
)


def _shape() -> str:
    """Tell this shape from every other: a digest of the statements that make it."""
    dialect = sqlite.dialect()
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in TABLES]
    indexes = [index for table in TABLES for index in table.indexes]
    made += sorted(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes)
    return hashlib.sha256("".join((*made, _FIND)).encode()).hexdigest()[:16]


SHAPE = _shape()
"""The name of the shape that this program makes."""
