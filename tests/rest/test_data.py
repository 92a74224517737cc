"""The local copy over REST: sync, search, exports, every metric and the dashboard's bundle, by the whole program."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.sandbox_fixture import Served, running_sandbox
from tests.scenarios.surfaces import open_program
from tests.service.scene import ADA, office

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([office()]) as running:
        yield running


@pytest.fixture
async def script(served: Served, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with open_program(served, tmp_path) as house:
        base = f"{house.origin}/api/hubspot"
        async with httpx2.AsyncClient(headers=house.known, base_url=base, timeout=60) as client:
            yield client


async def _get(script: httpx2.AsyncClient, path: str, **params: Any) -> Any:
    answer = await script.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_copy_is_fresh_searched_reported_and_exported(script: httpx2.AsyncClient) -> None:
    state = await _get(script, "/sync")
    assert state["is_complete"] is True
    found = await _get(script, "/search", q="lovel")
    assert [(r["type"], r["id"]) for r in found["found"]] == [("contact", ADA)]
    metrics = await _get(script, "/analytics")
    assert {"open_pipeline", "won_revenue", "contact_count"} <= {m["id"] for m in metrics["results"]}
    for metric in metrics["results"][::8]:  # a script may ask 20 at once
        period = {"period": "this year"} if metric["needs_period"] else {}
        answer = await script.get(f"/analytics/{metric['id']}", params=period)
        assert answer.status_code in {200, 400, 422}, (metric["id"], answer.text)
        if answer.status_code != 200:
            assert answer.json()["hint"], metric["id"]
    bundle = await _get(script, "/analytics/dashboard", period="this year")
    assert bundle["now"]["report"]["totals"][0] == 4
    assert bundle["records"][0]["report"]["totals"] == [5]
    pipeline = await _get(script, "/analytics/pipeline", pipeline="default")
    assert pipeline["summary"]
    asked = await script.post("/analytics", json={"metrics": ["open_deals", "open_pipeline"], "by": ["stage"]})
    assert asked.status_code == 200, asked.text
    assert asked.json()["report"]["totals"][0] == 4
    wrong = await script.get("/analytics/open_piepline")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_name")

    made = await script.post("/exports", json={"type": "contacts", "fields": ["email"], "format": "csv"})
    assert (made.status_code, made.json()["rows"]) == (201, 5)
    file = await script.get(made.headers["location"].removeprefix("/api/hubspot"))
    assert file.content.decode("utf-8-sig").count("@") == 5
    assert (await script.get("/exports/none.csv")).status_code == 404
