"""Opens databases, the same way for everyone: encrypted SQLite in a file, or PostgreSQL for several hosts.

A `Database` runs one function per transaction, and nothing else. Reading and writing are told apart, every
transaction names its tenant, and a caller that is cancelled leaves no transaction open and none half done: the
function runs in a task of its own, which goes on to its commit.

SQLite: the library is the one inside the `sqlcipher3` wheel, under aiosqlite and SQLAlchemy Core. Pages are
encrypted with a 32-byte key given raw; WAL, `BEGIN IMMEDIATE` for writes, `synchronous=FULL`, `secure_delete`,
`trusted_schema=OFF`, no memory map. Older libraries than 3.51.3 are refused (sqlite.org/wal.html#walresetbug, read
2026-11-23). A new file is made beside its place and linked in whole, so several first starts cannot collide.
PostgreSQL: asyncpg. The tenant is set inside each transaction and row-level security does the rest; `migrations`
proves at start that it is in force.

Times in tables are whole milliseconds since 1970. `now_ms` is the expression for the present: the program's clock on
SQLite, where all processes share one machine, and the server's clock on PostgreSQL, where they do not.

Sources: SQLCipher API (zetetic.net/sqlcipher/sqlcipher-api, read 2026-11-23); SQLAlchemy 2.1 aiosqlite dialect.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, final

import aiosqlite
from sqlalchemy import BigInteger, ColumnElement, bindparam, event, literal_column, text
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from hubspot_skill.domain.errors import PlaceError, SettingsError, StoreError
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.private_files import private_directory, private_file, sync_directory

__all__ = [
    "Database",
    "DatabaseKind",
    "copy_sqlite",
    "now_ms_of",
    "open_postgres",
    "open_sqlite",
    "prove_unused_sqlite",
]

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

_sqlcipher: Any = importlib.import_module("sqlcipher3.dbapi2")  # a C extension without types
_SqlcipherError: type[Exception] = _sqlcipher.Error
_OLDEST_SQLITE = (3, 51, 3)
_BUSY_TIMEOUT_S = 10.0
_ALONE_TIMEOUT_S = 1.0
_POOL_SIZE = 4
_POOL_TIMEOUT_S = 15.0
_READS = "reads"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DatabaseKind(StrEnum):
    """The two databases that the product runs on."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


def now_ms_of(clock: Clock) -> int:
    """Give a clock's present moment in milliseconds since 1970."""
    return int((clock.now() - _EPOCH).total_seconds() * 1000)


@final
class Database:
    """One open database; make it with `open_sqlite` or `open_postgres`, and close it.

    `writes` counts the writes begun here, so that who keeps what it read knows when this process may have changed it.
    """

    def __init__(self, engine: AsyncEngine, kind: DatabaseKind, clock: Clock) -> None:
        self.kind = kind
        self.writes = 0
        self._engine = engine
        self._reading = engine.execution_options(**{_READS: True})
        self._clock = clock
        self._running: set[asyncio.Task[Any]] = set()

    async def read(self, tenant: str | None, work: Work[T]) -> T:
        """Run a function that only reads, in one transaction, seeing one tenant (None: only what belongs to none).

        Raises:
            StoreError: the database failed.
        """
        return await self._run(self._reading, tenant, work)

    async def write(self, tenant: str | None, work: Work[T]) -> T:
        """Run a function in one transaction that is committed whole when it returns and undone when it raises.

        A cancelled caller does not stop it. The function must not wait for anything but the database.

        Raises:
            StoreError: the database failed; nothing was written.
            sqlalchemy.exc.IntegrityError: a uniqueness rule forbids it, for the store above to name.
        """
        self.writes += 1
        try:
            return await self._run(self._engine, tenant, work)
        finally:
            self.writes += 1

    def now_ms(self) -> ColumnElement[int]:
        """Give the expression of the present moment, in milliseconds since 1970."""
        if self.kind is DatabaseKind.POSTGRESQL:
            return literal_column("(extract(epoch from clock_timestamp()) * 1000)::bigint", BigInteger)
        return bindparam(None, now_ms_of(self._clock), BigInteger)

    async def close(self) -> None:
        """Let running transactions end, then close every connection."""
        while self._running:
            await asyncio.wait(self._running)
        await self._engine.dispose()

    async def _run(self, engine: AsyncEngine, tenant: str | None, work: Work[T]) -> T:
        task = asyncio.create_task(self._transact(engine, tenant, work))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that was cancelled no longer asks; asyncio would report it as lost

    async def _transact(self, engine: AsyncEngine, tenant: str | None, work: Work[T]) -> T:
        try:
            async with engine.begin() as connection:
                if tenant is not None and self.kind is DatabaseKind.POSTGRESQL:
                    await connection.execute(_SET_TENANT, {"tenant": tenant})
                return await work(connection)
        except IntegrityError:
            raise
        except (SQLAlchemyError, _SqlcipherError, OSError) as error:
            raise _store_failed(self.kind, error) from error


_SET_TENANT = text("select set_config('app.tenant', :tenant, true)")


async def copy_sqlite(source: Path, target: Path, key: bytes) -> None:
    """Copy an encrypted file as it is at one moment, while others use it; the copy has the same key.

    Raises:
        PlaceError: there is a file at the target already, or its folder is not ours to use.
        StoreError: the copy failed; nothing is left of it.
    """
    await asyncio.to_thread(_copy, source, target, key)


async def prove_unused_sqlite(path: Path, key: bytes) -> None:
    """Refuse a file that any process has open, this one too; what its log still held is then in the file itself.

    Raises:
        PlaceError: it is open somewhere.
        StoreError: the file does not open with this key.
    """
    await asyncio.to_thread(_prove_unused, path, key)


async def open_sqlite(path: Path, key: bytes, *, clock: Clock) -> Database:
    """Open an encrypted file, made if it is missing, in a folder that only its owner can enter.

    `key` is 32 bytes and encrypts the file's pages.

    Raises:
        PlaceError: the file or folder is not ours to use, or the SQLite library is too old.
        StoreError: the file does not open with this key.
    """
    await asyncio.to_thread(_prepare, path, key)

    async def connect() -> aiosqlite.Connection:
        connection = aiosqlite.Connection(lambda: _connect(path, key), iter_chunk_size=64)
        connection._thread.daemon = True  # pyright: ignore[reportPrivateUsage] - as SQLAlchemy does for its own
        return await connection

    engine = create_async_engine(
        "sqlite+aiosqlite://",
        module=_driver(),
        async_creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=_POOL_SIZE,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_S,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "begin", _begin)
    database = Database(engine, DatabaseKind.SQLITE, clock)
    try:
        await database.read(None, _look)
    except BaseException:
        await asyncio.shield(asyncio.ensure_future(database.close()))  # whoever gave up leaves no connection behind
        raise
    return database


async def open_postgres(url: str, *, clock: Clock) -> Database:
    """Open a PostgreSQL database by its address, `postgresql://role:password@host/name`.

    Raises:
        SettingsError: it is no such address, or the `postgres` extra is not installed.
        StoreError: the server cannot be reached or does not let this role in.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("the database address does not parse: expected postgresql://role@host/name") from None
    if parsed.drivername.partition("+")[0] not in ("postgresql", "postgres"):
        raise SettingsError(f'the database address begins with "{parsed.drivername[:20]}": expected postgresql')
    query = {"ssl" if name == "sslmode" else name: value for name, value in parsed.query.items()}
    try:
        engine = create_async_engine(
            parsed.set(drivername="postgresql+asyncpg", query=query),
            pool_size=_POOL_SIZE,
            max_overflow=0,
            pool_timeout=_POOL_TIMEOUT_S,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"timeout": 5.0, "command_timeout": _BUSY_TIMEOUT_S},
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            "a PostgreSQL address is set, but its driver is not installed",
            hint='Install it: pip install "hubspot-skill[postgres]"',
        ) from error
    database = Database(engine, DatabaseKind.POSTGRESQL, clock)
    try:
        await database.read(None, _look)
    except BaseException:
        await asyncio.shield(asyncio.ensure_future(database.close()))  # whoever gave up leaves no connection behind
        raise
    return database


def _prepare(path: Path, key: bytes) -> None:
    """Make what is missing and keep what is there to its owner."""
    if _sqlcipher.sqlite_version_info < _OLDEST_SQLITE:
        raise PlaceError(
            f"the sqlcipher3 package brings SQLite {_sqlcipher.sqlite_version}: expected 3.51.3 or newer",
            hint="Update it: pip install --upgrade sqlcipher3",
        )
    private_directory(path.parent)
    if not os.path.lexists(path):
        _create(path, key)
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        if os.path.lexists(file):
            private_file(file)


async def _look(connection: AsyncConnection) -> None:
    await connection.execute(text("select 1"))


def _begin(connection: Connection) -> None:
    """Take the write lock at once for a write: a lock that is upgraded later fails where it should wait."""
    reads = connection.get_execution_options().get(_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _connect(path: Path, key: bytes, *, is_new: bool = False, busy_timeout_s: float = _BUSY_TIMEOUT_S) -> Any:
    connection = _sqlcipher.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=busy_timeout_s,
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        if not is_new:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


_PRAGMAS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "mmap_size = 0",
)


def _copy(source: Path, target: Path, key: bytes) -> None:
    private_directory(target.parent)
    if os.path.lexists(target):
        raise PlaceError(f"{target} exists already", hint="Name a new file for the copy.")
    made = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        reading = _connect(source, key)
        writing = _connect(made, key, is_new=True)
        try:
            reading.backup(writing)
            if (found := writing.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                raise StoreError(f"the copy of {source} is damaged: {found[:200]}")
        finally:
            writing.close()
            reading.close()
        os.link(made, target)
    except (_SqlcipherError, OSError) as error:
        raise _store_failed(DatabaseKind.SQLITE, error) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            made.with_name(made.name + suffix).unlink(missing_ok=True)
    sync_directory(target.parent)


def _prove_unused(path: Path, key: bytes) -> None:
    """Leave WAL and enter it again, which SQLite allows only to the one connection that a file has."""
    connection = None
    try:
        connection = _connect(path, key, busy_timeout_s=_ALONE_TIMEOUT_S)
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    except _SqlcipherError as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise PlaceError(
                f"another program has {path} open", hint="Stop the programs that use it (chat clients, serve) first."
            ) from error
        raise _store_failed(DatabaseKind.SQLITE, error) from error
    finally:
        if connection is not None:
            connection.close()


def _create(path: Path, key: bytes) -> None:
    """Make the file under another name with its first page written and WAL on, then give it its name if it is free."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        connection = _connect(made, key)
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            connection.execute("PRAGMA application_id = 1213420628")
        finally:
            connection.close()
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
    except (_SqlcipherError, OSError) as error:
        raise _store_failed(DatabaseKind.SQLITE, error) from error
    finally:
        for suffix in ("", "-wal", "-shm"):
            made.with_name(made.name + suffix).unlink(missing_ok=True)
    sync_directory(path.parent)


def _driver() -> AsyncAdapt_aiosqlite_dbapi:
    """Give SQLAlchemy aiosqlite with the errors and version of the library that it really drives here."""
    names = ("DatabaseError", "Error", "IntegrityError", "NotSupportedError", "OperationalError", "ProgrammingError")
    versions = ("sqlite_version", "sqlite_version_info")
    face: Any = SimpleNamespace(
        **{name: getattr(_sqlcipher, name) for name in (*names, *versions)},
        Connection=aiosqlite.Connection,
        connect=aiosqlite.connect,
        __version__=aiosqlite.__version__,
    )
    return AsyncAdapt_aiosqlite_dbapi(face, _sqlcipher)


def _store_failed(kind: DatabaseKind, error: Exception) -> StoreError:
    """Name the failure without the driver's text, which may quote a statement's values."""
    reason = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    state = getattr(reason, "sqlstate", None) or getattr(reason, "sqlite_errorname", None) or type(reason).__name__
    return StoreError(
        f"the {kind} database failed ({state})",
        hint="Check the disk, the database server and the vault key: hubspot-skill doctor",
    )
