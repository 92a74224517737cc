"""Serving a sandbox: which portals, which clock, which tokens, and what cannot be served."""

import asyncio
import json
import socket
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hubspot_skill.sandbox.app import Sandbox
from hubspot_skill.sandbox.serve import Running, SandboxOptions, open_sandbox, serve

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SMALL = SandboxOptions(size=100, now=NOW, portals=("demo",))

FOLDER_MAPPING = """
[portal]
name = "shop"
currency = "EUR"
time_zone = "Europe/Berlin"

[[records]]
type = "contacts"
file = "people.csv"
created = "since"

[records.properties]
email = "mail"
lastname = "name"
"""


@asynccontextmanager
async def serving(options: SandboxOptions) -> AsyncIterator[Running]:
    listening: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(serve(options, ready=listening.set_result))
    await asyncio.wait({task, listening}, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield listening.result()
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asyncio.shield(task), 5)


async def get(running: Running, path: str, token: str) -> dict[str, Any]:
    def fetch() -> dict[str, Any]:
        request = urllib.request.Request(running.base_url + path, headers={"authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    return await asyncio.to_thread(fetch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("name,mail,since\nWeber,a@shop.example,2024-02-28\n")
    (tmp_path / "mapping.toml").write_text(FOLDER_MAPPING)
    return tmp_path


async def test_sandbox_answers_on_loopback_with_the_tokens_it_names() -> None:
    async with serving(SandboxOptions(size=100, now=NOW)) as running:
        accounts = {
            name: await get(running, "/account-info/2026-09/details", token) for name, token in running.tokens.items()
        }

    assert running.base_url.startswith("http://127.0.0.1:")
    assert running.tokens == {"demo": "pat-na1-demo", "nordwind": "pat-na1-nordwind"}
    assert running.portals == ("demo", "nordwind")
    assert {name: (account["companyCurrency"], account["timeZone"]) for name, account in accounts.items()} == {
        "demo": ("USD", "America/New_York"),
        "nordwind": ("EUR", "Europe/Berlin"),
    }


async def test_cancelling_frees_the_port() -> None:
    async with serving(SMALL) as running:
        port = int(running.base_url.rsplit(":", 1)[1])

    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


async def test_taken_port_is_refused_and_named_with_the_option() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(OSError, match=rf"port {port} of 127\.0\.0\.1.*--port"):
            await serve(SandboxOptions(port=port, size=100, now=NOW))


def contacts(sandbox: Sandbox, portal: str) -> int:
    store = sandbox.portals[portal].store
    code = store.definitions.types.named("contacts").code
    return sum(int(str(store.value(f"SELECT count(*) FROM {kind}_{code}"))) for kind in ("r", "a"))


def test_size_is_that_of_the_first_portal_and_the_others_stay_small() -> None:
    sandbox = open_sandbox(SandboxOptions(size=700, now=NOW))

    assert {name: contacts(sandbox, name) for name in sandbox.portals} == {"demo": 700, "nordwind": 600}
    sandbox.close()


def test_portals_can_be_chosen_and_the_first_is_the_one_of_the_demo_token() -> None:
    sandbox = open_sandbox(SandboxOptions(size=100, now=NOW, portals=("nordwind",)))

    assert list(sandbox.portals) == ["nordwind"]
    assert sandbox.tokens.resolve("Bearer pat-na1-demo").portal == "nordwind"
    sandbox.close()


def test_folder_of_data_comes_alone_and_sets_the_clock(folder: Path) -> None:
    sandbox = open_sandbox(SandboxOptions(data=folder))

    assert list(sandbox.portals) == ["shop"]
    assert sandbox.clock.now().date().isoformat() == "2024-02-29"
    sandbox.close()


def test_generated_portals_beside_a_folder_live_on_the_folders_clock(folder: Path) -> None:
    sandbox = open_sandbox(SandboxOptions(data=folder, portals=("demo",), size=100))

    assert list(sandbox.portals) == ["shop", "demo"]
    assert sandbox.portals["demo"].store.facts.now.date().isoformat() == "2024-02-29"
    sandbox.close()


def test_given_time_is_the_clocks_start() -> None:
    sandbox = open_sandbox(SMALL)

    assert 0 <= (sandbox.clock.now() - NOW).total_seconds() < 5
    sandbox.close()


def test_cache_directory_is_used(tmp_path: Path) -> None:
    options = SandboxOptions(size=100, now=NOW, portals=("demo",), cache_dir=tmp_path)
    for _ in range(2):
        open_sandbox(options).close()

    assert len(list(tmp_path.iterdir())) == 1


def test_rate_policy_is_enforced_unless_it_is_none() -> None:
    strict, free = (
        open_sandbox(SandboxOptions(size=100, now=NOW, portals=("demo",), rates=rates))
        for rates in ("private_app_pro", "none")
    )

    assert strict.rates.policy("private_app").burst == 190
    assert free.rates.policy("private_app").burst is None
    strict.close()
    free.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (SandboxOptions(portals=("acme",)), "'acme'.*demo, nordwind"),
        (SandboxOptions(rates="generous"), "'generous'.*private_app_pro"),
        (SandboxOptions(size=5), "size 5"),
        (SandboxOptions(mapping=Path("m.toml")), r"m\.toml.*no folder"),
        (SandboxOptions(data=Path("/nowhere/at/all")), "/nowhere/at/all is not a folder"),
    ],
)
def test_options_that_fit_nothing_are_refused_with_the_reason(options: SandboxOptions, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        open_sandbox(options)
