"""What an attacker tries at the site: more power than a link gives, locking people out, and filling the memory."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.web.desk import TENANT, Browser, Desk, open_desk


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def desk(served: Served, tmp_path: Path) -> AsyncIterator[Desk]:
    served.sandbox.reset()
    async with open_desk(served, tmp_path) as opened:
        yield opened


async def entered_from_a_chat(desk: Desk) -> Browser:
    browser = desk.browser()
    await browser.ours.get("/enter", params={"k": desk.sessions.new_link(only_connect=True)})
    return browser


@pytest.mark.parametrize("prefix", ["/api/hubspot", ""])
@pytest.mark.parametrize("action", ["name", "default", "disconnect"])
async def test_a_link_from_a_chat_changes_no_account_that_is_connected(desk: Desk, prefix: str, action: str) -> None:
    person, chat = desk.browser(), await entered_from_a_chat(desk)
    await person.enter()
    await person.connect("demo")
    await person.connect("nordwind")
    before = await desk.store.all(TENANT)
    answer = await chat.post(f"{prefix}/oauth/accounts/{before[0].alias}/{action}", alias="mine")
    assert answer.status_code == 403
    assert "only connect" in answer.text
    assert await desk.store.all(TENANT) == before
    assert len(desk.served.sandbox.tokens.living_grants()) == 2


async def test_a_link_from_a_chat_connects_an_account_and_its_page_offers_nothing_more(desk: Desk) -> None:
    chat = await entered_from_a_chat(desk)
    assert (await chat.connect("demo")).status_code == 303
    page = (await chat.ours.get(ACCOUNTS_PATH)).text
    assert "Connect again" in page
    for offered in ("/disconnect", "/default", "/name"):
        assert offered not in page
