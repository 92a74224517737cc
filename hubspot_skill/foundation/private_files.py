"""Keeps files and folders to their owner: made 0600 and 0700, repaired when looser, refused when not ours.

Ownership, modes and symbolic links are POSIX notions. Where a platform lacks them (Windows), only existence and kind
are checked; `MODES_ARE_CHECKED` says which it is, so that a status page can tell.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Generator
from pathlib import Path
from typing import IO

from hubspot_skill.domain.errors import PlaceError

__all__ = [
    "MODES_ARE_CHECKED",
    "append_private_line",
    "create_private_file",
    "in_turn",
    "open_private_file",
    "private_directory",
    "private_file",
    "read_private_file",
    "replace_private_file",
    "sync_directory",
]

MODES_ARE_CHECKED = os.name == "posix"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def private_directory(path: Path) -> None:
    """Make a folder that only its owner can enter, or make an existing one so.

    Raises:
        PlaceError: it is a symbolic link, no folder, of another owner, or cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise _unusable(path, "folder", error) from error
    _keep_to_owner(path, found, "folder", 0o700, is_right_kind=stat.S_ISDIR(found.st_mode))


def private_file(path: Path) -> None:
    """Make an existing file readable by its owner alone.

    Raises:
        PlaceError: it is missing, a symbolic link, no plain file, or of another owner.
    """
    try:
        found = path.lstat()
    except OSError as error:
        raise _unusable(path, "file", error) from error
    _keep_to_owner(path, found, "file", 0o600, is_right_kind=stat.S_ISREG(found.st_mode))


def create_private_file(path: Path, content: bytes) -> bool:
    """Write a new file whole or not at all; False when one of that name is there already, which stays as it is."""
    made = _write_beside(path, content)
    try:
        os.link(made, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise _unusable(path, "file", error) from error
    finally:
        made.unlink()
    sync_directory(path.parent)
    return True


def replace_private_file(path: Path, content: bytes) -> None:
    """Put a new file in the place of an old one, at once and whole."""
    made = _write_beside(path, content)
    try:
        made.replace(path)
    except OSError as error:
        made.unlink()
        raise _unusable(path, "file", error) from error
    sync_directory(path.parent)


def open_private_file(path: Path) -> IO[bytes]:
    """Open a new file for writing that only its owner can read; the caller closes it.

    Raises:
        PlaceError: one of that name is there, or the folder cannot be used.
    """
    try:
        return os.fdopen(os.open(path, _NEW, 0o600), "w+b")
    except OSError as error:
        raise _unusable(path, "file", error) from error


def append_private_line(path: Path, line: str) -> None:
    """Add a line to a file that only its owner can read, made where there is none; lines of several processes stay whole."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unusable(path, "file", error) from error


def read_private_file(path: Path, *, most_bytes: int) -> bytes:
    """Give the bytes of a file that only its owner, or the system for its owner, can read.

    A file of root is taken as one handed over by the system, if nobody else can read it. Nothing is repaired: a
    secret that others could read may be known to them.

    Raises:
        PlaceError: it is missing, a symbolic link, readable by others, of another owner, or longer than that.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _unusable(path, "file", error) from error
    try:
        _require_private(path, os.fstat(descriptor))
        content = os.read(descriptor, most_bytes + 1)
    except OSError as error:
        raise _unusable(path, "file", error) from error
    finally:
        os.close(descriptor)
    if len(content) > most_bytes:
        raise PlaceError(f"the file {path} is longer than {most_bytes} bytes")
    return content


@contextlib.contextmanager
def in_turn(path: Path) -> Generator[None]:
    """Let one process at a time run the block; the lock is of a small file at `path`, which stays, and ends with a process.

    Raises:
        PlaceError: the file cannot be made or locked.
    """
    private_directory(path.parent)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise _unusable(path, "file", error) from error
    try:
        try:
            _lock(descriptor)
        except OSError as error:
            raise _unusable(path, "file", error) from error
        yield
    finally:
        os.close(descriptor)  # and with it the lock


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def sync_directory(path: Path) -> None:
    """Make new names in a folder survive a power cut, where the platform can."""
    if not MODES_ARE_CHECKED:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise PlaceError(f"{path} is not a plain file")
    if not MODES_ARE_CHECKED:
        return
    if found.st_uid not in (os.getuid(), 0):
        raise PlaceError(f"the file {path} belongs to user {found.st_uid}: expected {os.getuid()} or root")
    if found.st_mode & _OTHERS:
        raise PlaceError(
            f"others can use {path} (mode {stat.S_IMODE(found.st_mode):04o}): expected 0400 or 0600",
            hint=f"Keep it to yourself: chmod 600 {path}",
        )


def _keep_to_owner(path: Path, found: os.stat_result, kind: str, mode: int, *, is_right_kind: bool) -> None:
    if stat.S_ISLNK(found.st_mode) or not is_right_kind:
        raise PlaceError(
            f"{path} is a symbolic link or no {kind}: expected a {kind} of our own",
            hint=f"Name the real {kind} in the settings, or move what is there away.",
        )
    if not MODES_ARE_CHECKED:
        return
    if found.st_uid != os.getuid():
        raise PlaceError(f"the {kind} {path} belongs to user {found.st_uid}: expected {os.getuid()}")
    if found.st_mode & _OTHERS:
        path.chmod(mode)


def _write_beside(path: Path, content: bytes) -> Path:
    """Write a new file next to `path`, down to the disk, and give its name."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(made, _NEW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise _unusable(path, "file", error) from error
    return made


def _unusable(path: Path, kind: str, error: OSError) -> PlaceError:
    return PlaceError(f"the {kind} {path} cannot be used: {error.strerror or type(error).__name__}")
