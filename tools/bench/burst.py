"""A burst of reads under an enforced limit: all succeed, and the sandbox never has to refuse one."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from urllib.request import Request, urlopen

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.domain.names import CONTACTS
from hubspot_skill.hubspot.limits import LimitSettings, Priority
from tools.bench.adapter import PROPERTIES, adapter
from tools.bench.figures import Figure
from tools.bench.programs import running_sandbox

__all__ = ["measure"]

READS = 300
DEADLINE_S = 60


def measure() -> list[Figure]:
    """Read 300 records at once from a sandbox that enforces 190 calls per 10 s."""
    with running_sandbox("--portal", "demo", "--rates", "private_app_pro") as sandbox:
        failures, took_s = asyncio.run(_burst(sandbox.base_url))
        calls = _calls(sandbox.base_url)
    statuses = Counter(call["status"] for call in calls)
    details = {"took_s": round(took_s, 1), "calls": len(calls)}
    return [
        Figure(f"burst: {READS} reads under 190 per 10 s, failures", failures, 0, unit="", details=details),
        Figure(f"burst: {READS} reads under 190 per 10 s, answers 429", statuses[429], 0, unit=""),
        Figure(f"burst: {READS} reads, calls that the sandbox saw", len(calls), READS, unit="", at_least=True),
    ]


async def _burst(base_url: str) -> tuple[int, float]:
    async with adapter(base_url, limits=LimitSettings()) as hubspot:
        known = (await hubspot.objects.list(CONTACTS, properties=PROPERTIES[:1], limit=100)).records
        patient = hubspot.at(Priority.INTERACTIVE, deadline_s=DEADLINE_S)
        started_s = time.perf_counter()

        async def read(number: int) -> bool:
            try:
                await patient.objects.read(CONTACTS, known[number % len(known)].id, properties=PROPERTIES[:1])
            except HubSpotSkillError:
                return False
            return True

        outcomes = await asyncio.gather(*(read(number) for number in range(READS)))
        return outcomes.count(False), time.perf_counter() - started_s


def _calls(base_url: str) -> list[dict[str, int]]:
    path = "%5E/crm/objects/.*/contacts/%5Cd%2B"
    with urlopen(Request(f"{base_url}/_sandbox/calls?limit=10000&path={path}"), timeout=5) as answer:
        return json.load(answer)["calls"]
