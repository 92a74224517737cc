"""A chat with nothing connected: the link, the whole way through a browser, and the same call again, in both eras."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.server import MCPServer
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ElicitRequestURLParams, ElicitResult

from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from tests.app.browser import visit
from tests.app.connecting import with_app
from tests.app.programs import FIVE_S, environ
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox

Era = Literal["auto", "legacy"]
LINK = re.compile(r"http://localhost:\d+/enter\?k=[\w%&=.-]+")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture(params=["auto", "legacy"], ids=["2026-07-28", "2025-11-25"])
def era(request: pytest.FixtureRequest) -> Era:
    """Which protocol era a client speaks."""
    return request.param


@dataclass(frozen=True)
class Chat:
    """What a chat client starts: the server, and the doorway through which people connect accounts to it."""

    server: MCPServer[Any]
    doorway: Doorway


@pytest.fixture
async def chat(served: Served, tmp_path: Path) -> AsyncIterator[Chat]:
    """A server as a chat client starts it, with an app and no account."""
    async with opened(served, tmp_path) as made:
        yield made


@pytest.fixture
def server(chat: Chat) -> MCPServer[Any]:
    """The server alone."""
    return chat.server


@asynccontextmanager
async def opened(served: Served, home: Path, **more: str) -> AsyncIterator[Chat]:
    settings = read_settings(with_app(served, home) | more)
    places = Places(config=home / "config", data=home / "data")
    accounts = Accounts(settings, places, environment={})
    doorway = Doorway(settings, places, accounts)
    try:
        yield Chat(mcp_server(settings, accounts, doorway), doorway)
    finally:
        await doorway.aclose()
        await accounts.aclose()


@dataclass
class Person:
    """Whoever sits before a chat client that opens addresses: agrees at HubSpot, or declines to open."""

    portal: str = "demo"
    declines: bool = False
    asked: int = 0

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        assert isinstance(params, ElicitRequestURLParams)
        self.asked += 1
        if self.declines:
            return ElicitResult(action="decline")
        await go(params.url, self.portal)
        return ElicitResult(action="accept")


async def go(link: str, portal: str = "demo") -> None:
    page = await asyncio.wait_for(asyncio.to_thread(visit, link, portal), FIVE_S)
    assert "is connected" in page.text


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if part.type == "text")


async def test_a_client_that_opens_no_addresses_gets_the_link_and_the_same_call_works_after_it(
    server: MCPServer[Any], era: Era
) -> None:
    async with Client(server, mode=era) as client:
        before = await client.call_tool("hubspot_whoami", {})
        link = LINK.search(text_of(before))
        assert before.is_error
        assert link is not None
        await go(link[0])
        after = await client.call_tool("hubspot_whoami", {})
        assert not after.is_error, text_of(after)
        assert "account=demo.example: 8100100 demo.example (meant here). Connected." in text_of(after)


async def test_a_client_of_today_opens_the_link_and_the_call_goes_on(server: MCPServer[Any]) -> None:
    person = Person()
    async with Client(server, elicitation_callback=person) as client:
        result = await client.call_tool("hubspot_whoami", {})
    assert not result.is_error, text_of(result)
    assert person.asked == 1


async def test_a_client_of_2025_gets_the_link_in_the_error_of_the_protocol(server: MCPServer[Any]) -> None:
    async with Client(server, mode="legacy", elicitation_callback=Person()) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("hubspot_whoami", {})
        [asked] = caught.value.error.data["elicitations"]
        await go(asked["url"])
        assert not (await client.call_tool("hubspot_whoami", {})).is_error


async def test_a_person_who_declines_is_not_asked_again_by_the_same_call(server: MCPServer[Any]) -> None:
    person = Person(declines=True)
    async with Client(server, elicitation_callback=person) as client:
        result = await client.call_tool("hubspot_whoami", {})
    assert result.is_error
    assert "did not connect" in text_of(result)
    assert person.asked == 1


async def test_two_accounts_and_no_default_are_asked_back_and_each_answers_by_its_name(chat: Chat, era: Era) -> None:
    for portal in ("demo", "nordwind"):
        await go(await chat.doorway.offer(), portal)
    async with Client(chat.server, mode=era) as client:
        asked = await client.call_tool("hubspot_whoami", {})
        refusal = json.loads(text_of(asked))
        assert asked.is_error
        assert refusal["error"] == "ambiguous_name"
        names = {candidate["id"]: candidate["label"] for candidate in refusal["candidates"]}
        assert set(names) == {"demo.example", "nordwind.example"}
        for name in names:
            answered = await client.call_tool("hubspot_whoami", {"account": name})
            assert answered.structured_content is not None
            [meant] = [a["name"] for a in answered.structured_content["accounts"] if a.get("meant")]
            assert meant == name


async def test_a_server_with_a_token_in_its_environment_offers_no_link(
    served: Served, tmp_path: Path, era: Era
) -> None:
    """A token in the environment stands for the account: connecting another there would have no effect."""
    async with (
        opened(served, tmp_path, HUBSPOT_ACCESS_TOKEN="pat-na1-nobody") as made,
        Client(made.server, mode=era) as client,
    ):
        assert LINK.search(text_of(await client.call_tool("hubspot_whoami", {}))) is None


async def test_a_chat_over_standard_input_and_output_connects_an_account_the_same_way(
    served: Served, tmp_path: Path, era: Era
) -> None:
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "hubspot_skill", "mcp"],
        env=environ(tmp_path) | with_app(served, tmp_path),
    )
    async with Client(program, mode=era) as client:
        link = LINK.search(text_of(await client.call_tool("hubspot_search_contacts", {"limit": 1})))
        assert link is not None
        await go(link[0])
        after = await client.call_tool("hubspot_search_contacts", {"limit": 1})
        assert not after.is_error, text_of(after)
