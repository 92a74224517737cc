"""A vault's database of each kind, with its keys."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.databases import Database
from hubspot_skill.vault.sealing import Sealer
from hubspot_skill.vault.store import ConnectionStore
from hubspot_skill.vault.tables import VAULT_SCHEMA
from tests.database_fixture import KINDS, new_database, opened


@dataclass(slots=True)
class Opened:
    """A vault's parts and where it lies."""

    database: Database
    place: Path | str
    master: MasterKey
    sealer: Sealer
    store: ConnectionStore

    async def again(self, *keys: MasterKey) -> "Opened":
        """Open the same vault as another process would, with these master keys."""
        database = await opened(self.place, clock=SystemClock())
        sealer = Sealer(database, KeyRing(keys or (self.master,)))
        return Opened(database, self.place, self.master, sealer, ConnectionStore(database, sealer))


@pytest.fixture(params=KINDS)
async def vault(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Opened]:
    """Open an empty vault."""
    master = MasterKey.generate()
    async with new_database(request.param, tmp_path, [VAULT_SCHEMA]) as (database, place):
        sealer = Sealer(database, KeyRing([master]))
        await sealer.prove_ring()
        yield Opened(database, place, master, sealer, ConnectionStore(database, sealer))
