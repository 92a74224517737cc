"""The mirror at size: 100,000 contacts read into it beside HubSpot's own client that only reads them, and its memory.

Each side runs in a process of its own against the same sandbox without rate limits, with the same properties; memory is
what the process held at most beyond what it held with everything imported and the mirror open and empty.
"""

from __future__ import annotations

import asyncio
import json
import resource
import secrets
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.bench.figures import Figure
from tools.bench.programs import running_sandbox

__all__ = ["measure"]

CONTACTS = 100_000
TOKEN = "pat-na1-demo"
MEGABYTE = 1024**2


def measure() -> list[Figure]:
    """Measure sync, the plain read of the official client, a poll without changes, finding by words, and memory."""
    options = ("--portal", "demo", "--rates", "none", "--size", str(CONTACTS))
    with TemporaryDirectory() as folder, running_sandbox(*options, data_dir=Path(folder)) as sandbox:
        ours = _child("ours", sandbox.base_url)
        bare = _child("official", sandbox.base_url, json.dumps(ours["names"]))
    took = {"ours_s": round(ours["took_s"], 1), "official_s": round(bare["took_s"], 1), "records": ours["records"]}
    return [
        Figure(
            "mirror: 100,000 contacts, to the official client's read",
            ours["took_s"] / bare["took_s"],
            0.5,
            details=took,
        ),
        Figure(
            "mirror: records read, of those that the client read", ours["records"] / bare["records"], 1, at_least=True
        ),
        Figure("mirror: requests of a poll without changes, per object", ours["poll_calls"] / ours["objects"], 1),
        Figure("mirror: memory over the open, empty one", ours["memory_mb"], 40, unit="MB"),
        Figure("mirror: find by words among 100,000, slowest of 20", ours["find_ms"], 60, unit="ms"),
    ]


def _child(*words: str) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-m", "tools.bench.mirror", *words], check=True, capture_output=True, text=True
    )
    return json.loads(told.stdout)


async def _ours(base_url: str) -> dict[str, object]:
    from hubspot_skill.foundation.clock import SystemClock
    from hubspot_skill.foundation.databases import open_sqlite
    from hubspot_skill.foundation.secret import Secret
    from hubspot_skill.hubspot.client import HubSpot
    from hubspot_skill.hubspot.limits import LimitSettings
    from hubspot_skill.hubspot.settings import AdapterSettings
    from hubspot_skill.hubspot.tokens import StaticToken
    from hubspot_skill.hubspot.transport import Transport
    from hubspot_skill.mirror.cursors import add_cursors, read_cursors
    from hubspot_skill.mirror.finding import find
    from hubspot_skill.mirror.lease import Lease
    from hubspot_skill.mirror.store import MirrorName, open_mirror
    from hubspot_skill.service.sync.listing import Listing, PauseGate
    from hubspot_skill.service.sync.source import read_structure
    from hubspot_skill.service.sync.tail import Changed, poll

    clock = SystemClock()
    adapter = AdapterSettings(
        api_base_url=base_url, limits=LimitSettings(burst=100_000, search=100_000, associations=100_000)
    )
    transport = Transport(adapter)
    hubspot = HubSpot(tokens=StaticToken(Secret(TOKEN)), transport=transport, settings=adapter, clock=clock)
    with TemporaryDirectory() as folder:
        database = await open_sqlite(Path(folder) / "private" / "mirror.db", secrets.token_bytes(32), clock=clock)
        mirror = await open_mirror(database, MirrorName("local", "1", "bench"))
        lease = Lease(mirror, "bench")
        await lease.take()
        empty = _peak_bytes()
        started_s = time.perf_counter()
        source = await read_structure(hubspot, lease)
        await lease.write(lambda connection: add_cursors(connection, source.objects))
        await Listing(source, lease, clock, PauseGate()).run(["contact"])
        took_s = time.perf_counter() - started_s
        memory = _peak_bytes() - empty
        records = (await mirror.coverage())["contact"].held
        await poll(source, lease, clock, [(await read_cursors(mirror))["contact"]], Changed())
        before = _searches()
        await poll(source, lease, clock, [(await read_cursors(mirror))["contact"]], Changed())
        calls = _searches() - before
        found_ms = 0.0
        for word in (
            "an",
            "ma",
            "be",
            "ro",
            "tidewater",
            "o",
            "jo",
            "al",
            "com",
            "example",
            "li",
            "sa",
            "ka",
            "de",
            "el",
        ):
            began_s = time.perf_counter()
            await find(mirror, word, limit=6)
            found_ms = max(found_ms, (time.perf_counter() - began_s) * 1000)
        await database.close()
    await transport.aclose()
    return {
        "took_s": took_s,
        "records": records,
        "memory_mb": memory / MEGABYTE,
        "names": [prop.name for prop in source.properties["contact"]],
        "poll_calls": calls,
        "objects": 1,
        "find_ms": found_ms,
    }


def _searches() -> float:
    from hubspot_skill.foundation.counters import Counter, readings

    return sum(readings(Counter.HUBSPOT_CALLS).values())


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _official(base_url: str, names: str) -> dict[str, object]:
    from hubspot import HubSpot

    client = HubSpot(access_token=TOKEN, host=base_url, base_url=base_url)
    started_s = time.perf_counter()
    records = 0
    after = None
    while True:
        page = client.crm.contacts.basic_api.get_page(limit=100, after=after, properties=json.loads(names))
        records += len(page.results)
        if page.paging is None:
            break
        after = page.paging.next.after
    return {"took_s": time.perf_counter() - started_s, "records": records}


if __name__ == "__main__":
    side, *rest = sys.argv[1:]
    print(json.dumps(asyncio.run(_ours(*rest)) if side == "ours" else _official(*rest)))
