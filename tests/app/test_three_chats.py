"""Three chat clients at once, each with a server process of its own, on one vault whose token has run out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.keeper import TENANT
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.vault.tables import connections
from tests.app.browser import visit
from tests.app.connecting import with_app
from tests.app.programs import ENTRY, START_LIMIT_S, environ
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


async def connected(settings: dict[str, str], home: Path) -> None:
    """Connect an account through the whole flow, then let its access token have run out long ago."""
    places = Places(config=home / "config" / "hubspot-skill", data=home / "data")
    accounts = Accounts(read_settings(settings), places, environment={})
    doorway = Doorway(read_settings(settings), places, accounts)
    try:
        async with doorway.opened():
            await asyncio.to_thread(visit, doorway.link(), "demo")

        async def run_out(connection: AsyncConnection) -> None:
            await connection.execute(update(connections).values(expires_at=0))

        await (await accounts.keeper.opened()).vault.database.write(TENANT, run_out)
    finally:
        await doorway.aclose()
        await accounts.aclose()


@pytest.mark.timeout(120)
async def test_three_chats_at_once_on_one_vault_all_work_with_one_refresh(served: Served, tmp_path: Path) -> None:
    settings = with_app(served, tmp_path)
    await connected(settings, tmp_path)
    before = served.sandbox.traffic.count("/oauth/.*/token$", "POST")
    server = StdioServerParameters(
        command=str(ENTRY),
        args=["mcp"],
        env={**environ(tmp_path), **settings, "HUBSPOT_SKILL_DATA_DIR": str(tmp_path / "data")},
    )

    async def chat() -> list[object]:
        async with asyncio.timeout(START_LIMIT_S * 2), Client(server) as client:
            told = [
                await client.call_tool("hubspot_whoami", {}),
                await client.call_tool("hubspot_search_contacts", {"count_only": True}),
            ]
            return [(result.is_error, (result.structured_content or {}).get("total")) for result in told]

    answers = await asyncio.gather(chat(), chat(), chat())

    assert answers[0] == answers[1] == answers[2]
    assert [is_error for is_error, _ in answers[0]] == [False, False]
    assert served.sandbox.traffic.count("/oauth/.*/token$", "POST") - before == 1
