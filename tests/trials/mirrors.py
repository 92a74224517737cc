"""The trials of the mirror: five processes on one file, and a process killed again and again while it reads."""

import asyncio
import json
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.databases import open_sqlite
from hubspot_skill.mirror.cursors import read_cursors
from hubspot_skill.mirror.store import open_mirror
from hubspot_skill.service.sync.syncer import Syncer
from tests.hubspot.stub import connected
from tests.mirror.scene import AMPLE
from tests.service.test_sync import held, truth
from tests.trials.mirror_children import KEY, NAME

__all__ = ["five_on_one", "kills"]


async def five_on_one(folder: Path, base_url: str, *, seconds: float, processes: int = 5) -> Mapping[str, Any]:
    """Run so many processes on one new file; tells who led, what failed, and whether the copy is whole."""
    file = folder / "private" / "mirror.db"
    children = [await _child(file, base_url, f"p{n}", seconds) for n in range(processes)]
    told = await asyncio.gather(*map(_told, children))
    led = sorted(found["led"] for found in told if found["led"])
    return {
        "leaders": len(led),
        "at_once": sum(1 for one, next in pairwise(led) if next[0] < one[1]),
        "failed": [found["failed"] for found in told if found["failed"]],
        "complete": all(found["complete"] for found in told),
        "reads": sum(found["reads"] for found in told),
    }


async def kills(folder: Path, base_url: str, *, times: int, after_s: float) -> Mapping[str, Any]:
    """Kill a process in the middle of its sync, so many times; then finish and compare with the portal."""
    file = folder / "private" / "mirror.db"
    lost = 0
    done = 0
    for number in range(times):
        child = await _child(file, base_url, f"k{number}", 600)
        await asyncio.sleep(after_s)
        child.kill()
        await child.wait()
        now = await _acknowledged(file)
        lost += now < done
        done = now
    clock = SystemClock()
    database = await open_sqlite(file, KEY, clock=clock)
    mirror = await open_mirror(database, NAME)
    async with connected(base_url, limits=AMPLE) as hubspot:
        syncer = Syncer(hubspot, mirror, clock, owner="last")
        while not await syncer.complete(check=True):
            await asyncio.sleep(0.5)
        equal = await held(mirror) == await truth(hubspot)
    await database.close()
    return {"kills": times, "lost": lost, "equal": equal}


async def _child(file: Path, base_url: str, owner: str, seconds: float) -> asyncio.subprocess.Process:
    words = (sys.executable, "-m", "tests.trials.mirror_children", str(file), base_url, owner, str(seconds))
    return await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)


async def _told(child: asyncio.subprocess.Process) -> dict[str, Any]:
    out, _ = await child.communicate()
    assert child.returncode == 0, child.returncode
    found: dict[str, Any] = json.loads(out)
    return found


async def _acknowledged(file: Path) -> int:
    """Count the records that the cursors say were written; 0 before there are any."""
    if not file.exists():
        return 0
    database = await open_sqlite(file, KEY, clock=SystemClock())
    try:
        mirror = await open_mirror(database, NAME)
        cursors = await read_cursors(mirror)
        rows = {name: state.held for name, state in (await mirror.coverage()).items()}
        for name, cursor in cursors.items():
            assert name not in rows or cursor.phase != "filling" or rows[name] >= cursor.done, (
                name,
                cursor,
                rows[name],
            )
        return sum(rows.values())
    finally:
        await database.close()
