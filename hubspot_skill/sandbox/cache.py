"""Keeps generated portals as database files, so that the same portal starts again at once.

A file is named after everything that its content depends on: portal, size, seed, the day, and a fingerprint of this room's
code. So nothing is ever checked or refreshed: the right name is the right content. Of the files that differ only by day and code the
newest three stay, since a sandbox that still runs reads its own again when it is reset. Files appear whole or not at all.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hubspot_skill.sandbox.generate import generate
from hubspot_skill.sandbox.store import Store

__all__ = ["KEPT", "cached_portal", "code_fingerprint", "portal_file"]

KEPT = 3
"""How many files of the same portal, size and seed stay, of other days and other code."""


def cached_portal(cache_dir: Path, portal: str, *, size: int, seed: int, now: datetime) -> Path:
    """Return the database file of a generated portal, made now if there is none yet.

    Raises: ValueError for a portal that cannot be generated, OSError where the directory cannot be written.
    """
    path = portal_file(cache_dir, portal, size=size, seed=seed, now=now)
    if path.exists():
        return path
    cache_dir.mkdir(parents=True, exist_ok=True)
    store = Store.load(generate(portal, size=size, seed=seed, now=now))
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".part", dir=cache_dir)
    os.close(handle)
    part = Path(name)
    try:
        store.save(part)
        part.replace(path)
    finally:
        store.close()
        part.unlink(missing_ok=True)
    _delete_old(cache_dir, portal, size, seed)
    return path


def portal_file(cache_dir: Path, portal: str, *, size: int, seed: int, now: datetime) -> Path:
    """Return where a portal's file is or would be."""
    day = now.astimezone(UTC).date().isoformat()
    return cache_dir / f"{_stem(portal, size, seed)}{day}-{code_fingerprint()}.sqlite"


@cache
def code_fingerprint() -> str:
    """Return twelve hexadecimal digits that change whenever a file of this room does."""
    room = Path(__file__).parent
    summed = hashlib.sha256()
    for path in sorted(room.rglob("*.py")):
        summed.update(path.relative_to(room).as_posix().encode())
        summed.update(path.read_bytes())
    return summed.hexdigest()[:12]


def _stem(portal: str, size: int, seed: int) -> str:
    return f"{portal}-{size}-seed{seed}-"


def _delete_old(cache_dir: Path, portal: str, size: int, seed: int) -> None:
    files = sorted(cache_dir.glob(f"{_stem(portal, size, seed)}*.sqlite"), key=_written, reverse=True)
    for old in files[KEPT:]:
        with suppress(OSError):
            old.unlink()


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
