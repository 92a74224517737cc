"""`/health`, `/ready` and `/metrics` of a real server: who may ask, what is said, and what never is."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from hubspot_skill.app.keeper import TENANT
from hubspot_skill.app.readiness import KEPT_S, Readiness
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.vault.store import Status
from tests.manual_clock import ManualClock
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.web.house import House, open_house


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def house(served: Served, tmp_path: Path) -> AsyncIterator[House]:
    served.sandbox.reset()
    async with open_house(served, tmp_path) as opened:
        yield opened


async def test_a_server_with_an_account_is_ready_and_says_how_far_hubspot_is(house: House) -> None:
    await house.connect("demo")
    answer = await house.watch("/ready")
    told = answer.json()
    assert (answer.status_code, told["ready"]) == (200, True)
    assert list(told["parts"]) == ["vault", "token", "hubspot", "quota"]
    assert told["parts"]["hubspot"]["latency_ms"] > 0
    assert told["parts"]["token"]["usable"] == 1


async def test_with_nothing_connected_a_server_is_not_ready_and_says_how_to_connect(house: House) -> None:
    answer = await house.watch("/ready")
    assert answer.status_code == 503
    assert "hubspot-skill login" in answer.json()["parts"]["token"]["mend"]


async def test_an_account_that_hubspot_refuses_is_told_as_that_part_with_its_step(house: House) -> None:
    await house.connect("demo")
    house.served.sandbox.tokens.delete_account("demo")
    answer = await house.watch("/ready")
    parts = answer.json()["parts"]
    assert answer.status_code == 503
    assert [name for name, part in parts.items() if not part["ok"]] == ["hubspot"]
    assert parts["hubspot"]["mend"]


async def test_one_account_that_needs_its_person_leaves_the_server_ready_and_is_counted(house: House) -> None:
    await house.connect("demo")
    await house.connect("nordwind")
    vault = await house.accounts.keeper.opened()
    [gone] = [row for row in await vault.store.all(TENANT) if row.hub_domain == "nordwind.example"]
    await vault.store.set_status(TENANT, gone.connection_id, Status.NEEDS_REAUTH)
    told = (await house.watch("/ready")).json()
    assert told["ready"]
    assert (told["parts"]["token"]["usable"], told["parts"]["token"]["unusable"]) == (1, 1)
    assert told["parts"]["token"]["mend"]


async def test_watching_often_asks_hubspot_once_in_some_seconds(house: House) -> None:
    await house.connect("demo")
    clock = ManualClock()
    readiness = Readiness(house.accounts, clock)
    house.served.sandbox.traffic.clear()
    for _ in range(5):
        assert (await readiness.look()).is_ready
    assert house.served.sandbox.traffic.count("/account-info/") == 1
    await clock.advance(KEPT_S)
    assert (await readiness.look()).is_ready
    assert house.served.sandbox.traffic.count("/account-info/") == 2


async def test_calls_of_tools_and_of_hubspot_are_counted_by_how_they_ended(house: House) -> None:
    await house.connect("demo")
    before = _readings((await house.watch("/metrics")).text)
    await house.call("hubspot_search_deals", {"count_only": True})
    await house.call("hubspot_search_deals", {"count_only": True, "account": "nobody"})
    answer = await house.watch("/metrics")
    after = _readings(answer.text)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('hubspot_skill_tool_calls_total{outcome="ok",tool="hubspot_search_deals"}') == 1
    assert more('hubspot_skill_tool_calls_total{outcome="error",tool="hubspot_search_deals"}') == 1
    assert more('hubspot_skill_hubspot_calls_total{endpoint="search",outcome="ok"}') == 1
    assert after["hubspot_skill_secrets_masked_total"] == before["hubspot_skill_secrets_masked_total"]


async def test_neither_a_secret_nor_an_account_is_told_to_a_watcher(house: House) -> None:
    await house.connect("demo")
    await house.call("hubspot_whoami", {})
    vault = await house.accounts.keeper.opened()
    [account] = await vault.store.all(TENANT)
    token = await vault.tokens(account).access_token()
    hidden = (token.reveal(), account.alias, account.hub_domain, str(account.hub_id), account.connection_id)
    for path in ("/health", "/ready", "/metrics"):
        text = (await house.watch(path)).text
        assert [word for word in (*hidden, DEFAULT_APP.client_secret) if word in text] == []


@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/ready", 401), ("/metrics", 401)])
async def test_without_the_token_only_health_is_told_and_never_to_another_host(
    house: House, path: str, status: int
) -> None:
    async with httpx2.AsyncClient(timeout=5) as stranger:
        answer = await stranger.get(f"{house.origin}{path}")
        foreign = await stranger.get(f"{house.origin}{path}", headers={**house.known, "Host": "evil.example"})
    assert (answer.status_code, foreign.status_code) == (status, 421)
    assert "server" not in answer.headers


def _readings(text: str) -> dict[str, float]:
    found = re.findall(r"^(\S+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}
