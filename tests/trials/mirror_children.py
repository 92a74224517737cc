"""Processes for the trials of the mirror: each opens the same file and syncs, or is killed while it does."""

import asyncio
import json
import sys
from pathlib import Path

from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.databases import open_sqlite
from hubspot_skill.mirror.store import MirrorName, open_mirror
from hubspot_skill.service.sync.syncer import Syncer
from tests.hubspot.stub import connected
from tests.mirror.scene import AMPLE

KEY = bytes(range(32))
NAME = MirrorName("local", "4242", "trial")


async def sync(file: str, base_url: str, owner: str, seconds: float) -> dict[str, object]:
    """Run the sync of a server for so long, and tell whether it ever led, and what failed."""
    clock = SystemClock()
    database = await open_sqlite(Path(file), KEY, clock=clock)
    mirror = await open_mirror(database, NAME)
    async with connected(base_url, limits=AMPLE) as hubspot:
        syncer = Syncer(hubspot, mirror, clock, owner=owner)
        running = asyncio.create_task(syncer.run())
        led: list[float] = []
        reads = 0
        end = clock.monotonic() + seconds
        while clock.monotonic() < end and not running.done():
            before_s = clock.monotonic()
            state = await syncer.state()
            led += [before_s] if state.is_leading else []
            reads += 1
            await asyncio.sleep(0.05)
        failed = repr(running.exception()) if running.done() and not running.cancelled() else ""
        running.cancel()
        await asyncio.wait({running})
        state = await syncer.state()
    await database.close()
    return {
        "led": [min(led), max(led)] if led else [],
        "reads": reads,
        "failed": failed or state.last_error or "",
        "complete": state.is_complete,
    }


if __name__ == "__main__":
    file, base_url, owner, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(sync(file, base_url, owner, float(seconds)))), flush=True)
