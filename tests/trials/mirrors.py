"""The trials of the mirror: five processes on one file, and a process killed again and again while it reads."""

import asyncio
import json
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2

from hubspot_skill.domain.names import CONTACTS
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.counters import Counter, readings
from hubspot_skill.foundation.databases import open_sqlite
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Priority
from hubspot_skill.mirror.cursors import add_cursors, read_cursors
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.mirror.store import open_mirror
from hubspot_skill.service.sync.listing import Listing, PauseGate
from hubspot_skill.service.sync.source import read_structure
from hubspot_skill.service.sync.syncer import Syncer
from tests.hubspot.stub import connected
from tests.mirror.scene import AMPLE
from tests.service.test_sync import held, truth
from tests.trials.mirror_children import KEY, NAME

__all__ = ["five_on_one", "kills", "latency"]


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


async def latency(folder: Path, base_url: str, *, window_s: float, delay_s: float = 0.2) -> Mapping[str, Any]:
    """Read contacts for so long from a portal of a professional account that answers late; idle first, then beside people.

    Tells the share of the list and of the search limit that was used, the refusals, and the slowest of twenty reads of
    a person, alone and beside the sync.
    """
    async with httpx2.AsyncClient(base_url=f"{base_url}/_sandbox") as control:
        await control.put("/rates", json={"name": "private_app_pro"})
        await control.post("/faults", json={"fault": {"kind": "slow", "seconds": delay_s}})
        clock = SystemClock()
        database = await open_sqlite(folder / "private" / "mirror.db", KEY, clock=clock)
        mirror = await open_mirror(database, NAME)
        async with connected(base_url) as hubspot:
            lease = Lease(mirror, "trial")
            await lease.take()
            source = await read_structure(hubspot.at(Priority.BACKGROUND), lease)
            await lease.write(lambda connection: add_cursors(connection, source.objects))
            await asyncio.sleep(10)  # a whole window of the limit, as between two runs
            idle = await _reads(hubspot)
            await asyncio.sleep(10)
            listing = asyncio.create_task(Listing(source, lease, clock, PauseGate()).run(["contact"]))
            await asyncio.sleep(10)
            await control.delete("/calls")
            beside, _ = await asyncio.gather(_reads(hubspot), asyncio.sleep(window_s))
            calls = (await control.get("/calls")).json()["by_route"]
            is_over = listing.done()
            listing.cancel()
            await asyncio.wait({listing})
        refused = readings(Counter.RATE_REFUSALS)
        await database.close()
    searches = sum(count for route, count in calls.items() if route.endswith("/search"))
    lists = sum(count for route, count in calls.items() if not route.endswith("/search"))
    return {
        "list_share": round(lists / (19 * window_s), 2),
        "search_share": round(searches / (5 * window_s), 2),
        "refused": sum(refused.values()),
        "p95_idle_ms": round(idle * 1000),
        "p95_beside_ms": round(beside * 1000),
        "ended_early": is_over,
    }


async def _reads(hubspot: HubSpot) -> float:
    """Read one contact twenty times, as a person would; gives the second slowest."""
    took: list[float] = []
    loop = asyncio.get_running_loop()
    for _ in range(20):
        began_s = loop.time()
        await hubspot.objects.list(CONTACTS, properties=(), limit=1)
        took.append(loop.time() - began_s)
    return sorted(took)[-2]
