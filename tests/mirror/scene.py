"""Opens mirrors of both kinds, and fills one from a sandbox: for the tests of every room above the mirror."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import LimitSettings
from hubspot_skill.mirror.shape import POSTGRES_SCHEMA
from hubspot_skill.mirror.store import Mirror, MirrorName, open_mirror
from hubspot_skill.service.sync.full import fill
from tests.database_fixture import new_database
from tests.hubspot.stub import connected

__all__ = ["AMPLE", "NAME", "filled_mirror", "new_mirror"]

NAME = MirrorName("local", "4242", "all")
AMPLE = LimitSettings(burst=10_000, search=10_000, associations=10_000)


@asynccontextmanager
async def new_mirror(
    kind: str, folder: Path, *, clock: Clock | None = None, name: MirrorName = NAME
) -> AsyncIterator[Mirror]:
    """Open an empty mirror of that kind of database."""
    schemas = [POSTGRES_SCHEMA] if kind == "postgresql" else []
    async with new_database(kind, folder, schemas, clock=clock) as (database, _):
        yield await open_mirror(database, name)


@asynccontextmanager
async def filled_mirror(
    kind: str, folder: Path, base_url: str, *, clock: Clock | None = None
) -> AsyncIterator[tuple[Mirror, HubSpot]]:
    """Open a mirror and read everything of a running sandbox's first portal into it."""
    time = clock or SystemClock()
    async with new_mirror(kind, folder, clock=clock) as mirror, connected(base_url, limits=AMPLE) as hubspot:
        await fill(hubspot, mirror, time)
        yield mirror, hubspot
