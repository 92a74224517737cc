"""The adapter beside bare `httpx2` calls and beside HubSpot's own Python client, all fed the same bytes."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2

from hubspot_skill.domain.names import CONTACTS, PropertyName
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.search import Search
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import LimitSettings
from hubspot_skill.hubspot.settings import AdapterSettings
from hubspot_skill.hubspot.tokens import StaticToken
from hubspot_skill.hubspot.transport import Transport
from tools.bench import canned_server
from tools.bench.figures import Figure, take_turns

__all__ = ["adapter", "measure", "measure_official"]

TYPES = {
    "text": PropertyType.STRING,
    "number": PropertyType.NUMBER,
    "datetime": PropertyType.DATETIME,
    "date": PropertyType.DATE,
    "bool": PropertyType.BOOL,
}
PROPERTIES = tuple(
    Property(PropertyName(name), name, TYPES[kind])
    for name, kind in zip(canned_server.NAMES, canned_server.KINDS, strict=True)
)
RECORD = f"/crm/objects/2026-09/contacts/1001?properties={','.join(canned_server.NAMES)}"
SEARCH = "/crm/objects/2026-09/contacts/search"
SEARCH_BODY = json.dumps({"limit": 100, "properties": canned_server.NAMES}).encode()
JSON = {"content-type": "application/json"}
AT_ONCE = 16
DELAY_MS = 50


@asynccontextmanager
async def adapter(base_url: str, *, limits: LimitSettings | None = None) -> AsyncIterator[HubSpot]:
    """Give the adapter over an address, by default with limits that never hold it back."""
    ample = LimitSettings(burst=10**6, search=10**6, associations=10**6)
    settings = AdapterSettings(api_base_url=base_url, limits=limits or ample)
    hubspot = HubSpot(
        tokens=StaticToken(Secret("pat-na1-demo")),
        transport=Transport(settings),
        settings=settings,
        clock=SystemClock(),
    )
    try:
        yield hubspot
    finally:
        await hubspot.aclose()


def measure() -> list[Figure]:
    """Measure get by id, a search page, and 16 calls at once."""
    with canned_server.running() as at_once, canned_server.running(delay_ms=DELAY_MS) as late:
        return asyncio.run(_measure(at_once, late))


def measure_official() -> list[Figure]:
    """Measure the search page beside HubSpot's own Python client."""
    with canned_server.running() as base_url:
        return asyncio.run(_measure_official(base_url))


async def _measure(at_once: str, late: str) -> list[Figure]:
    async with adapter(at_once) as ours, _bare(at_once) as bare:

        async def our_get() -> object:
            return await ours.objects.read(CONTACTS, "1001", properties=PROPERTIES)

        async def bare_get() -> object:
            return (await bare.get(RECORD)).content

        async def our_page() -> object:
            return await ours.objects.search(Search(CONTACTS, limit=100), properties=PROPERTIES)

        async def bare_page() -> object:
            return (await bare.post(SEARCH, content=SEARCH_BODY, headers=JSON)).content

        get = await take_turns(our_get, bare_get, calls=50, rounds=41)
        page = await take_turns(our_page, bare_page, calls=10, rounds=41)
    async with adapter(late) as ours, _bare(late) as bare:

        async def our_late() -> object:
            return await ours.objects.read(CONTACTS, "1001", properties=PROPERTIES)

        async def bare_late() -> object:
            return (await bare.get(RECORD)).content

        rates = await _rates(our_late, bare_late)
    return [
        Figure("adapter: get by id, time to a bare httpx2 call", get.ratio, 1.25, details=get.details()),
        Figure("adapter: page of 100 x 25 typed, time to the bare call", page.ratio, 2.0, details=page.details()),
        Figure(
            f"adapter: {AT_ONCE} at once at {DELAY_MS} ms, rate to bare httpx2",
            statistics.median(our / bare for our, bare in rates),
            0.92,
            at_least=True,
            details={
                "ours_per_s": round(statistics.median(our for our, _ in rates)),
                "bare_per_s": round(statistics.median(bare for _, bare in rates)),
            },
        ),
    ]


async def _rates(
    ours: Callable[[], Awaitable[object]], bare: Callable[[], Awaitable[object]]
) -> list[tuple[float, float]]:
    """Give calls per second of both, in turns."""
    for side in (ours, bare):
        await _rate(side, 2 * AT_ONCE)
    return [(await _rate(ours, 320), await _rate(bare, 320)) for _ in range(5)]


async def _rate(side: Callable[[], Awaitable[object]], calls: int) -> float:
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            await side()

    started_s = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return calls / (time.perf_counter() - started_s)


async def _measure_official(base_url: str) -> list[Figure]:
    from hubspot import HubSpot as OfficialClient
    from hubspot.crm.contacts import PublicObjectSearchRequest

    official = OfficialClient(access_token="pat-na1-demo", host=base_url, base_url=base_url)
    asked = PublicObjectSearchRequest(limit=100, properties=list(canned_server.NAMES))

    async def official_page() -> object:
        return official.crm.contacts.search_api.do_search(public_object_search_request=asked)

    async with adapter(base_url) as ours:

        async def our_page() -> object:
            return await ours.objects.search(Search(CONTACTS, limit=100), properties=PROPERTIES)

        turns = await take_turns(official_page, our_page, calls=10, rounds=7)
    details = {
        "official_us": round(statistics.median(turns.ours_us)),
        "ours_us": round(statistics.median(turns.bare_us)),
    }
    return [
        Figure(
            "adapter: page of 100 x 25, times faster than hubspot-api-client",
            turns.ratio,
            5.0,
            at_least=True,
            details=details,
        )
    ]


@asynccontextmanager
async def _bare(base_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": "Bearer pat-na1-demo"}
    async with httpx2.AsyncClient(base_url=base_url, trust_env=False, headers=headers) as client:
        yield client
