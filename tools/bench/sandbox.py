"""The sandbox at size: how long it takes to start, to start again, to search, and how much memory it holds."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from tools.bench.figures import Figure
from tools.bench.programs import RunningSandbox, running_sandbox

__all__ = ["measure"]

CONTACTS = 100_000
BIG_CONTACTS = 520_000
GIGABYTE = 1024**3
TYPES = ("contacts", "companies", "deals", "tickets", "notes", "calls", "tasks", "meetings", "emails")


def measure(*, big: bool) -> list[Figure]:
    """Measure a portal of 100,000 contacts, and with `big` one of a million records."""
    options = ("--portal", "demo", "--rates", "none", "--size", str(CONTACTS))
    with TemporaryDirectory() as folder:
        with running_sandbox(*options, data_dir=Path(folder)) as first:
            totals = {type: _total(first, type) for type in ("contacts", "deals")}
        with running_sandbox(*options, data_dir=Path(folder)) as again:
            searches = [_timed_search(again, number) for number in range(20)]
    figures = [
        Figure("sandbox: 100,000 contacts, first start", first.started_in_s, 20, unit="s", details=dict(totals)),
        Figure("sandbox: 100,000 contacts, start from its file", again.started_in_s, 3, unit="s"),
        Figure(
            "sandbox: filtered search among 100,000, the slowest of 20",
            max(took_ms for took_ms, _ in searches),
            100,
            unit="ms",
            details={
                "median_ms": round(statistics.median(took_ms for took_ms, _ in searches), 1),
                "median_matches": statistics.median(matches for _, matches in searches),
            },
        ),
    ]
    return figures + (_measure_big() if big else [])


def _measure_big() -> list[Figure]:
    with running_sandbox("--portal", "demo", "--rates", "none", "--size", str(BIG_CONTACTS)) as sandbox:
        records = sum(_total(sandbox, type) for type in TYPES)
        _timed_search(sandbox, 1)
        peak = sandbox.peak_bytes() / GIGABYTE
    return [
        Figure("sandbox: memory of a million records", peak, 4, unit="GB", details={"records": records}),
        Figure("sandbox: records of the big portal", records, 1_000_000, unit="", at_least=True),
    ]


def _search(sandbox: RunningSandbox, type: str, body: dict[str, object]) -> dict[str, int]:
    headers = {"content-type": "application/json", "authorization": "Bearer pat-na1-demo"}
    address = f"{sandbox.base_url}/crm/v3/objects/{type}/search"
    with urlopen(Request(address, data=json.dumps(body).encode(), headers=headers), timeout=60) as answer:
        return json.load(answer)


def _total(sandbox: RunningSandbox, type: str) -> int:
    return _search(sandbox, type, {"limit": 1})["total"]


def _timed_search(sandbox: RunningSandbox, number: int) -> tuple[float, int]:
    """Give the milliseconds and the matches of one search of two conditions, sorted, each with other values."""
    stages = ("subscriber", "lead", "opportunity", "customer")
    conditions = [
        {"propertyName": "lifecyclestage", "operator": "EQ", "value": stages[number % len(stages)]},
        {"propertyName": "createdate", "operator": "GTE", "value": f"2025-{number % 12 + 1:02d}-01"},
    ]
    body: dict[str, object] = {
        "filterGroups": [{"filters": conditions}],
        "sorts": [{"propertyName": "createdate", "direction": "DESCENDING"}],
        "properties": ["email", "firstname", "lastname", "lifecyclestage"],
        "limit": 100,
    }
    started_s = time.perf_counter()
    matches = _search(sandbox, "contacts", body)["total"]
    return (time.perf_counter() - started_s) * 1000, matches
