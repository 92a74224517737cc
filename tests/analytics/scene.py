"""A mirror of the real data set, filled once for a module of tests and opened again by each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.mirror.store import Mirror, open_mirror
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.csv_folder import load_folder
from tests.database_fixture import opened
from tests.mirror.scene import NAME, filled_mirror
from tests.sandbox_fixture import running_sandbox

__all__ = ["FOLDER", "FilledPlace", "fill_real_data", "opened_mirror"]

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "crm-sales-opportunities"


@dataclass(frozen=True, slots=True)
class FilledPlace:
    """Where a filled mirror lies, and the present moment of the portal that it was filled from."""

    place: Path
    now: datetime


def fill_real_data(folder: Path) -> FilledPlace:
    """Serve the data set from a sandbox and read it all into a mirror."""
    seed = load_folder(FOLDER)

    async def fill() -> None:
        with running_sandbox([seed], clock=SandboxClock(seed.now, running=False)) as served:
            async with filled_mirror("sqlite", folder, served.base_url):
                pass

    asyncio.run(fill())
    return FilledPlace(folder / "private" / "store.db", seed.now)


@asynccontextmanager
async def opened_mirror(place: Path) -> AsyncIterator[Mirror]:
    """Open a filled mirror."""
    database = await opened(place, clock=SystemClock())
    try:
        yield await open_mirror(database, NAME)
    finally:
        await database.close()
