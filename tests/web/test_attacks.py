"""What an attacker tries at the site: more power than a link gives, locking people out, and filling the memory."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hubspot_skill.access.sessions import ATTEMPTS
from hubspot_skill.domain.errors import NotConnectedError
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH, START_PATH
from hubspot_skill.vault.store import Status
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.web.desk import TENANT, Browser, Desk, open_desk
from tests.web.test_guard import Visit


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


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    ],
)
async def test_a_foreign_page_can_neither_use_a_link_nor_lock_its_person_out(
    desk: Desk, headers: dict[str, str]
) -> None:
    """Twenty images of a page elsewhere would otherwise count as twenty guesses of the person's own address."""
    browser = desk.browser()
    link = desk.sessions.new_link()
    for guess in (link, *["guess"] * 2 * ATTEMPTS):
        answer = await browser.ours.get("/enter", params={"k": guess}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert (await browser.ours.get("/enter", params={"k": link})).status_code == 303


async def test_a_link_that_is_clicked_in_a_chat_in_the_browser_works(desk: Desk) -> None:
    browser = desk.browser()
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = await browser.ours.get("/enter", params={"k": desk.sessions.new_link()}, headers=headers)
    assert answer.status_code == 303


async def test_looking_at_a_link_without_opening_it_leaves_it_whole(desk: Desk) -> None:
    browser = desk.browser()
    link = desk.sessions.new_link()
    looked = await browser.ours.head("/enter", params={"k": link})
    assert (looked.status_code, "set-cookie" in looked.headers) == (405, False)
    assert (await browser.ours.get("/enter", params={"k": link})).status_code == 303


async def test_a_form_of_more_fields_than_any_page_has_is_refused_and_not_a_fault(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    answer = await browser.post(START_PATH, **{f"f{number}": "x" for number in range(600)})
    assert answer.status_code == 400
    assert "fields" in answer.text


async def test_on_https_taking_a_cookie_back_is_a_cookie_that_browsers_accept() -> None:
    """A `__Host-` cookie is only taken, also to delete it, when it is Secure (RFC 6265bis, 4.1.3)."""
    visit = Visit("https://crm.example")
    headers = {"Origin": "https://crm.example", "X-CSRF-Token": await visit.enter()}
    left = await visit.browser.post("/leave", headers=headers)
    [taken] = left.headers.get_list("set-cookie")
    assert taken.startswith('__Host-hs_session=""')
    assert "Secure" in taken
    assert "HttpOnly" in taken


REVOKE = "/oauth/2026-09/token/revoke$"


async def test_a_revocation_that_hubspot_does_not_take_waits_with_the_account_out_of_use(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    await browser.connect("demo")
    [account] = await desk.store.all(TENANT)
    desk.served.sandbox.faults.add(Rule(kinds.Status(503), route=REVOKE))
    answer = await browser.post(f"{ACCOUNTS_PATH}/{account.alias}/disconnect")
    page = await browser.ours.get(answer.headers["location"])
    assert "could not be told" in page.text
    assert "revoked at HubSpot" not in page.text.partition("<section")[0]
    [waiting] = await desk.store.to_revoke(TENANT)
    assert waiting.status is Status.REVOKED
    with pytest.raises(NotConnectedError):
        await desk.refresher.token(TENANT, account.connection_id)
    desk.served.sandbox.faults.clear()
    found = await desk.store.token_to_revoke(TENANT, account.connection_id)
    assert found is not None
    assert len(desk.served.sandbox.tokens.living_grants()) == 1


async def test_a_grant_whose_account_could_not_be_asked_for_is_ended_and_not_left_alive(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    desk.served.sandbox.faults.add(Rule(kinds.Status(503), route="/oauth/2026-09/token/introspect$"))
    assert (await browser.connect("demo")).status_code == 502
    assert await desk.store.all(TENANT) == ()
    assert desk.served.sandbox.tokens.living_grants() == ()


async def test_the_page_of_accounts_says_nothing_that_its_address_makes_up(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    made_up = {"connected": "Call 555 0100 now", "disconnected": "Your vault! Call 555 0100"}
    page = await browser.ours.get(ACCOUNTS_PATH, params=made_up)
    assert "555" not in page.text
