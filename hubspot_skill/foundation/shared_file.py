"""Keeps small values in one plain file that several processes of one machine change in turn, quickly.

For what may be lost at any moment (the limiter's counts): nothing is synced to the disk, and a file that is damaged
is thrown away and made anew, empty. It is never a place for anything secret or lasting; `databases` is.

One value is read and replaced in one `BEGIN IMMEDIATE` transaction on a thread of its own, off the event loop. A file
that was deleted or replaced by another is noticed at the next change, by its inode, and opened anew. A rollback
journal that is kept (`PERSIST`) rather than a WAL: a killed process leaves it to the next one to undo, there is no
shared-memory file to go astray, and every transaction writes anyway (measured: 0.07 ms a change, 8 processes).
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, final

from hubspot_skill.domain.errors import PlaceError, StoreError
from hubspot_skill.foundation.private_files import private_directory, private_file

__all__ = ["SharedFile"]

T = TypeVar("T")

_sqlite: Any = importlib.import_module("sqlcipher3.dbapi2")  # a C extension without types
_SqliteError: type[Exception] = _sqlite.Error
_OperationalError: type[Exception] = _sqlite.OperationalError
_BUSY_TIMEOUT_S = 2.0
_TABLE = "create table if not exists held (name text primary key, value blob not null) without rowid"
_READ = "select value from held where name = ?"
_WRITE = "insert into held values (?, ?) on conflict (name) do update set value = excluded.value"


@final
class SharedFile:
    """One open file; it is made when it is missing, at the first change and ever after."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: Any = None
        self._inode = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="shared-file")

    async def change(self, name: str, work: Callable[[bytes | None], tuple[bytes, T]]) -> T:
        """Replace a value by what `work` makes of it (None: there is none), and give what else `work` gives.

        `work` runs on the file's thread while every other process waits: it must be short and wait for nothing.
        What it takes from the clock is the moment of the change.

        Raises:
            StoreError: the file cannot be used now; the value is as it was.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._change, name, work)

    async def close(self) -> None:
        """Close the file once changes under way are done."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._forget)
        self._thread.shutdown(wait=False)

    def _change(self, name: str, work: Callable[[bytes | None], tuple[bytes, T]]) -> T:
        try:
            return self._transact(name, work)
        except _SqliteError as error:
            if isinstance(error, _OperationalError):
                raise _failed(error) from error
            self._discard()
        except (OSError, PlaceError) as error:
            raise _failed(error) from error
        try:
            return self._transact(name, work)
        except (_SqliteError, OSError, PlaceError) as error:
            raise _failed(error) from error

    def _transact(self, name: str, work: Callable[[bytes | None], tuple[bytes, T]]) -> T:
        try:
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(_READ, (name,)).fetchone()
            value, answer = work(row[0] if row and isinstance(row[0], bytes) else None)
            connection.execute(_WRITE, (name, value))
            connection.execute("COMMIT")
        except BaseException:
            self._forget()
            raise
        return answer

    def _opened(self) -> Any:
        """Give the connection to the file that has the name now."""
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            inode = 0
        if self._connection is not None and inode == self._inode:
            return self._connection
        self._forget()
        if not inode:
            self._create()
        private_file(self._path)
        self._inode = self._path.stat().st_ino
        self._connection = _connect(self._path)
        return self._connection

    def _create(self) -> None:
        """Make the file under another name, then give it its name if that is still free."""
        private_directory(self._path.parent)
        made = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            _connect(made).close()
            with contextlib.suppress(FileExistsError):
                os.link(made, self._path)
        finally:
            made.unlink()
            _journal(made).unlink(missing_ok=True)

    def _discard(self) -> None:
        """Throw the damaged file away, unless another process has put a new one in its place."""
        with contextlib.suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
                _journal(self._path).unlink(missing_ok=True)

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(_SqliteError):
                connection.close()


def _connect(path: Path) -> Any:
    connection = _sqlite.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_TIMEOUT_S,
    )
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = PERSIST").fetchall()
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(_TABLE)
    except BaseException:
        connection.close()
        raise
    return connection


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def _failed(error: Exception) -> StoreError:
    return StoreError(
        f"the shared file of limits failed ({getattr(error, 'sqlite_errorname', None) or type(error).__name__})",
        hint="It may be deleted at any time; check that its folder can be written.",
    )
