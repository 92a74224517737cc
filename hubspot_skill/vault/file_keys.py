"""Keeps the key of an encrypted database file in a small file beside it, sealed with the master key.

The file's own key never changes, so a new master key only re-seals this record and the database stays open; a wrong
master key is found before a byte of the database is read. Without this record the database is lost: a backup takes
both.
"""

from __future__ import annotations

import os
from pathlib import Path

from hubspot_skill.domain.errors import PlaceError
from hubspot_skill.foundation.crypto import (
    KEY_BYTES,
    KeyRing,
    KeyVersions,
    Purpose,
    context_bytes,
    key_versions,
    seal,
    unseal,
)
from hubspot_skill.foundation.private_files import (
    create_private_file,
    private_directory,
    private_file,
    read_private_file,
    replace_private_file,
)

__all__ = ["file_key", "file_key_place", "reseal_file_key", "sealed_for"]

_KIND = "file"
_MOST_BYTES = 4096


def file_key_place(database: Path) -> Path:
    """Give the place of a database's sealed key."""
    return database.with_name(f"{database.name}.key")


def file_key(database: Path, ring: KeyRing) -> bytes:
    """Give the key of a database file, made if neither the file nor its key exists.

    Raises:
        VaultRefusedError: the ring does not open it.
        PlaceError: the database is there and its sealed key is not, or the files are not ours to use.
    """
    place = file_key_place(database)
    if not os.path.lexists(place):
        if os.path.lexists(database) and not os.path.lexists(place):  # asked again: another process may be making both
            raise PlaceError(
                f"{place} is missing: the database beside it cannot be opened without it",
                hint="Restore it from the backup that the database came from.",
            )
        private_directory(place.parent)
        create_private_file(place, sealed_for(database, os.urandom(KEY_BYTES), ring))
    private_file(place)
    return _opened(read_private_file(place, most_bytes=_MOST_BYTES), database, ring)


def reseal_file_key(database: Path, ring: KeyRing) -> bool:
    """Seal a database's key with the active master key; False when it is already."""
    place = file_key_place(database)
    record = read_private_file(place, most_bytes=_MOST_BYTES)
    if key_versions(record).master == ring.active.fingerprint:
        return False
    replace_private_file(place, sealed_for(database, _opened(record, database, ring), ring))
    return True


def sealed_for(database: Path, key: bytes, ring: KeyRing) -> bytes:
    """Give the sealed record of a key, to lie beside the database file of that name."""
    wrapping = ring.active.purpose_key(Purpose.FILE)
    return seal(key, wrapping, KeyVersions(ring.active.fingerprint, 0), _KIND, context_bytes((database.name,)))


def _opened(record: bytes, database: Path, ring: KeyRing) -> bytes:
    def wrapping(versions: KeyVersions) -> bytes | None:
        master = ring.find(versions.master)
        return None if master is None else master.purpose_key(Purpose.FILE)

    return unseal(record, wrapping, _KIND, context_bytes((database.name,)))
