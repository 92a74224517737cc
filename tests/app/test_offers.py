"""Offering a link in a chat: one site however many tools ask at once, and an answer also where there can be none."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings


@asynccontextmanager
async def doorway_at(redirect_uri: str, home: Path) -> AsyncIterator[Doorway]:
    """Give the doorway of a chat client's process."""
    settings = read_settings(
        {"HUBSPOT_CLIENT_ID": "app", "HUBSPOT_CLIENT_SECRET": "s", "HUBSPOT_REDIRECT_URI": redirect_uri}
    )
    places = Places(home / "config", home / "data")
    accounts = Accounts(settings, places, environment={})
    doorway = Doorway(settings, places, accounts)
    try:
        yield doorway
    finally:
        await doorway.aclose()
        await accounts.aclose()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


async def test_tools_that_ask_at_once_open_one_site_that_closes_with_the_program(tmp_path: Path) -> None:
    port = free_port()
    before = asyncio.all_tasks()
    async with doorway_at(f"http://localhost:{port}/api/hubspot/oauth/callback", tmp_path) as doorway:
        async with asyncio.timeout(5):
            links = await asyncio.gather(*(doorway.offer() for _ in range(5)))
        assert len(set(links)) == 5
        async with httpx2.AsyncClient() as browser:
            assert [(await browser.get(link)).status_code for link in links] == [303] * 5
    with socket.create_server(("127.0.0.1", port)):
        pass
    assert asyncio.all_tasks() == before


async def test_an_address_of_another_machine_gives_no_link_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with doorway_at("https://crm.example/api/hubspot/oauth/callback", tmp_path) as doorway:
        async with asyncio.timeout(5):
            assert await doorway.offer() == ""


async def test_a_key_file_that_others_can_read_gives_no_link_and_no_fault(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(mode=0o700)
    (tmp_path / "config" / "console-key").write_text("k" * 43)
    (tmp_path / "config" / "console-key").chmod(0o644)
    async with doorway_at(f"http://localhost:{free_port()}/api/hubspot/oauth/callback", tmp_path) as doorway:
        async with asyncio.timeout(5):
            assert await doorway.offer() == ""
