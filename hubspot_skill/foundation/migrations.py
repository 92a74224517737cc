"""Brings a database to the schema that this program knows, in numbered steps, and refuses one that is newer.

Every store has a name (`vault`, `audit`) and its own count of steps; a step runs whole or not at all, whichever
process comes first. Tables are SQLAlchemy Core tables, so one description serves both databases; what only one of
them has (triggers, policies, grants) is text of that step.

On PostgreSQL the tables belong to whoever migrates, and the program runs as another role that owns nothing: `migrate`
with the owner's address grants it what it needs, `prove_isolation` refuses to start when row-level security would not
hold for it. A table with a `tenant_id` column gets the policy: only rows of the transaction's own tenant exist.

Source: PostgreSQL 18 documentation, "Row Security Policies" (an owner is exempt without FORCE), read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable

from hubspot_skill.domain.errors import SettingsError, StoreError
from hubspot_skill.foundation.databases import Database, DatabaseKind

__all__ = ["Migration", "StoreSchema", "migrate", "prove_isolation", "require_current", "require_role"]

_versions = Table("schema_version", MetaData(), Column("store", Text, primary_key=True), Column("version", Integer))
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_MIGRATING_LOCK = 0x48535631


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: tables to make, then text for one of the two databases. In `postgresql`, {role} is the program's."""

    tables: tuple[Table, ...] = ()
    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreSchema:
    """All steps of one store, first to last; a step that was released never changes."""

    store: str
    migrations: tuple[Migration, ...]


async def migrate(database: Database, schema: StoreSchema, *, role: str | None = None) -> int:
    """Run the steps that are missing and give how many ran.

    On PostgreSQL, `role` is the one that the program runs as.

    Raises:
        StoreError: the database is of a newer program, or a step failed and was undone.
        SettingsError: the role's name is not plain.
    """
    if database.kind is DatabaseKind.POSTGRESQL and (role is None or not _ROLE.fullmatch(role)):
        raise SettingsError(
            f'the database role is "{(role or "")[:63]}": expected a name of small letters, digits and underscores'
        )

    if await database.read(None, lambda connection: _found(connection, schema)) == len(schema.migrations):
        return 0

    async def work(connection: AsyncConnection) -> int:
        if database.kind is DatabaseKind.POSTGRESQL:
            await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING_LOCK)))
        await connection.execute(CreateTable(_versions, if_not_exists=True))
        if database.kind is DatabaseKind.POSTGRESQL:
            await connection.execute(text(f"grant select on schema_version to {role}"))
        done = await _version(connection, schema)
        for step in schema.migrations[done:]:
            await _run(connection, database.kind, step, role)
        await _note(connection, schema, done)
        return len(schema.migrations) - done

    try:
        return await database.write(None, work)
    except IntegrityError as error:
        raise StoreError(f"a step of the {schema.store} schema broke a rule of the database") from error


async def require_role(database: Database, role: str) -> None:
    """Refuse to prepare a PostgreSQL database for a role that the server does not have.

    Raises:
        SettingsError: there is no such role, or it is the one that asks.
    """

    async def work(connection: AsyncConnection) -> tuple[bool, str]:
        found = await connection.scalar(text("select true from pg_roles where rolname = :role"), {"role": role})
        return bool(found), str(await connection.scalar(text("select current_user")))

    exists, asking = await database.read(None, work)
    if asking == role:
        raise SettingsError(
            f'the owner and the program are one role, "{role[:63]}": expected the program\'s role to own nothing',
            hint="Make a plain role for the program: create role hubspot_skill login password '...'",
        )
    if not exists:
        raise SettingsError(
            f'the database server has no role "{role[:63]}"',
            hint=f"Make it: create role {role[:63]} login password '...'",
        )


async def require_current(database: Database, schema: StoreSchema) -> None:
    """Refuse a database that this program's steps have not all run on.

    Raises:
        StoreError: it is older or newer than this program.
    """

    found = await database.read(None, lambda connection: _found(connection, schema))
    if found < len(schema.migrations):
        raise StoreError(
            f"the {schema.store} schema is at step {found}: expected {len(schema.migrations)}",
            hint="Let its owner bring it up to date: hubspot-skill vault migrate",
        )


async def prove_isolation(database: Database, tables: Sequence[Table]) -> None:
    """Refuse a PostgreSQL role or table for which rows of one tenant would not be hidden from another.

    Raises:
        StoreError: with everything that is wrong.
    """
    if database.kind is not DatabaseKind.POSTGRESQL:
        return

    async def work(connection: AsyncConnection) -> list[str]:
        return await _holes(connection, [t for t in tables if "tenant_id" in t.c])

    holes = await database.read(None, work)
    if holes:
        raise StoreError(
            f"row-level security would not hold: {'; '.join(holes)}",
            hint="Run the program as a plain role that owns no table, and migrate as another.",
        )


async def _found(connection: AsyncConnection, schema: StoreSchema) -> int:
    exists = await connection.run_sync(lambda c: c.dialect.has_table(c, _versions.name))
    return await _version(connection, schema) if exists else 0


async def _version(connection: AsyncConnection, schema: StoreSchema) -> int:
    found = await connection.scalar(select(_versions.c.version).where(_versions.c.store == schema.store)) or 0
    if found > len(schema.migrations):
        raise StoreError(
            f"the {schema.store} schema is at step {found}: this program knows {len(schema.migrations)}",
            hint="A newer hubspot-skill has used this database; install that version or newer.",
        )
    return found


async def _note(connection: AsyncConnection, schema: StoreSchema, done: int) -> None:
    current = len(schema.migrations)
    if done == current:
        return
    changed = await connection.execute(
        update(_versions).where(_versions.c.store == schema.store).values(version=current)
    )
    if changed.rowcount == 0:
        await connection.execute(insert(_versions).values(store=schema.store, version=current))


async def _run(connection: AsyncConnection, kind: DatabaseKind, step: Migration, role: str | None) -> None:
    for table in step.tables:
        await connection.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda i: str(i.name)):
            await connection.execute(CreateIndex(index))
        if kind is DatabaseKind.POSTGRESQL and "tenant_id" in table.c:
            for statement in _POLICY:
                await connection.execute(text(statement.format(table=table.name)))
    for statement in step.sqlite if kind is DatabaseKind.SQLITE else step.postgresql:
        await connection.exec_driver_sql(statement.replace("{role}", role or ""))


_POLICY = (
    "alter table {table} enable row level security",
    "alter table {table} force row level security",
    "create policy own_tenant on {table} using (tenant_id = current_setting('app.tenant', true))"
    " with check (tenant_id = current_setting('app.tenant', true))",
)


async def _holes(connection: AsyncConnection, tables: Sequence[Table]) -> list[str]:
    holes: list[str] = []
    role = (
        await connection.execute(
            text("select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        )
    ).one()
    if role.rolsuper:
        holes.append(f"role {role.rolname} is a superuser")
    if role.rolbypassrls:
        holes.append(f"role {role.rolname} may bypass it")
    for table in tables:
        facts = (
            await connection.execute(
                text(
                    "select relrowsecurity, relforcerowsecurity, pg_has_role(current_user, relowner, 'member') as owns"
                    " from pg_class where oid = to_regclass(:name)"
                ),
                {"name": table.name},
            )
        ).one_or_none()
        if facts is None:
            holes.append(f"table {table.name} is missing")
            continue
        if not (facts.relrowsecurity and facts.relforcerowsecurity):
            holes.append(f"table {table.name} does not force it")
        if facts.owns:
            holes.append(f"role {role.rolname} owns table {table.name}")
        if await connection.scalar(select(func.count()).select_from(table)):
            holes.append(f"table {table.name} shows rows without a tenant")
    return holes
