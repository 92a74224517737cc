"""Copies what this installation keeps, while it is in use, into a new folder: `vault backup`.

The copy has the layout of the data folder (`vault/vault.db`, `changes/changes.db`, `audit/audit.db`, each with its sealed
key beside it), so a restore is: put these folders into the data folder of a machine that has none, and give it the master
key, which the copy does not hold. Each file is one moment's state, the vault first and the audit last, so the audit may
tell of what came after the others' moment and never lacks what came before. Copies of records (the mirror) and limits are
left out: they are made anew. The folder appears whole or not at all.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from hubspot_skill.app.databases import Store
from hubspot_skill.app.keys import Keys
from hubspot_skill.app.places import Places
from hubspot_skill.domain.errors import NotConnectedError, PlaceError

if TYPE_CHECKING:
    from hubspot_skill.app.settings import Settings
    from hubspot_skill.surfaces.cli.actions import Facts

__all__ = ["back_up"]

_AFTER_THE_VAULT = (Store.CHANGES, Store.AUDIT)


async def back_up(settings: Settings, places: Places, environment: MutableMapping[str, str], target: Path) -> Facts:
    """Copy everything into a folder that is made for it.

    Raises:
        PlaceError: the folder is there already, or everything lies in PostgreSQL, which has its own backups.
        NotConnectedError: nothing is kept here yet.
        VaultRefusedError: the keys given do not open what is here.
        StoreError: a copy failed; nothing of it is left.
    """
    from hubspot_skill.foundation.private_files import private_directory, sync_directory
    from hubspot_skill.vault.vault import back_up_file

    if settings.database_url is not None:
        raise PlaceError(
            "everything is kept in PostgreSQL, which makes its own backups", hint="Use pg_dump or a replica."
        )
    files = _files(places, target)
    found = await Keys(settings, places, environment).found()
    made = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    private_directory(made)
    try:
        for file in files:
            await back_up_file(file, found.ring, made / file.parent.name / file.name)
        await asyncio.to_thread(made.rename, target)
    except OSError as error:
        raise PlaceError(f"the folder {target} cannot be made: {error.strerror}") from error
    finally:
        await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)
    await asyncio.to_thread(sync_directory, target.parent)
    return (
        ("copied to", f"{target}: {', '.join(file.parent.name for file in files)}, each with its sealed key"),
        ("opens with", f"the same key, which is not in it: {found.where}"),
        ("to restore", f"copy what is in it to {places.data} on a machine that has nothing there, and give it the key"),
    )


def _files(places: Places, target: Path) -> list[Path]:
    """Give what there is to copy, the vault first and the audit last."""
    if target.exists():
        raise PlaceError(f"{target} exists already", hint="Name a new folder for the backup.")
    every = (places.vault, *(places.store(store.value) for store in _AFTER_THE_VAULT))
    if files := [file for file in every if file.exists()]:
        return files
    raise NotConnectedError(
        f"nothing is kept in {places.data} yet", hint="Connect an account first: hubspot-skill login"
    )
