"""The pages in a real browser: connecting, refusing, replaying, letting go, and how each page looks and reads."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import get_args

import pytest
from playwright.async_api import Browser, expect

from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH, START_PATH
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.web.chromium import WIDTHS, Look, Window, browsing, needs_chromium, window
from tests.web.house import House, open_house

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def house(served: Served, tmp_path: Path) -> AsyncIterator[House]:
    served.sandbox.reset()
    async with open_house(served, tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    needs_chromium()
    async with browsing() as running:
        yield running


@pytest.fixture
async def person(browser: Browser, house: House) -> AsyncIterator[Window]:
    """A person who came in by the link that the program printed."""
    async with window(browser) as opened:
        await opened.page.goto(house.doorway.link())
        await expect(opened.page).to_have_url(f"{house.origin}{START_PATH}")
        yield opened


async def agree(person: Window, portal: str) -> str:
    """Connect an account from our page over HubSpot's and back, and give the address that HubSpot sent us back to."""
    callbacks: list[str] = []
    person.page.on("request", lambda r: callbacks.append(r.url) if "/oauth/callback" in r.url else None)
    await person.page.get_by_role("button", name="Open HubSpot").click()
    await person.page.locator(f"input[name=portal][value={portal}]").check()
    await person.page.get_by_role("button", name="Connect app").click()
    await expect(person.page.get_by_role("status")).to_contain_text("is connected")
    return callbacks[-1]


async def test_a_person_connects_two_accounts_refuses_once_lets_one_go_and_the_tools_follow(
    person: Window, house: House
) -> None:
    page = person.page
    callback = await agree(person, "demo")
    assert "code=" not in page.url

    await page.goto(callback)
    await expect(page.get_by_role("main")).to_contain_text("used already")

    await page.goto(f"{house.origin}{START_PATH}")
    await page.get_by_role("button", name="Open HubSpot").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("main")).to_contain_text("refused at HubSpot, so nothing was connected")

    await page.goto(f"{house.origin}{START_PATH}")
    await agree(person, "nordwind")
    await expect(page.get_by_role("heading", level=2)).to_have_count(2)

    nordwind = page.get_by_role("region", name="nordwind")
    await nordwind.get_by_text("Rename").first.click()
    await nordwind.get_by_label("Name of this account").fill("chicago")
    await nordwind.get_by_role("button", name="Rename").click()
    chicago = page.get_by_role("region", name="chicago")
    await chicago.get_by_role("button", name="Make default").click()
    await expect(chicago.get_by_role("heading")).to_contain_text("default")

    default = await house.call("hubspot_whoami", {})
    other = await house.call("hubspot_search_deals", {"account": "demo.example", "count_only": True})
    assert (default.is_error, other.is_error) == (False, False)
    assert "account 8200200" in default.content[0].text  # pyright: ignore[reportAttributeAccessIssue]

    demo = page.get_by_role("region", name="demo")
    await demo.get_by_text("Disconnect").first.click()
    await expect(demo.get_by_text("This deletes the tokens here and revokes them at HubSpot")).to_be_visible()
    await demo.get_by_role("button", name="Disconnect demo").click()
    await expect(page.get_by_role("status")).to_contain_text("The account is disconnected")
    await expect(page.get_by_role("heading", level=2)).to_have_count(1)

    kept = await house.call("hubspot_search_deals", {"count_only": True})
    gone = await house.call("hubspot_search_deals", {"account": "demo.example", "count_only": True})
    assert (kept.is_error, gone.is_error) == (False, True)
    assert [grant.portal for grant in house.served.sandbox.tokens.living_grants()] == ["nordwind"]
    refused = "the server responded with a status of 403 (Forbidden)"
    assert person.complaints == [f"Failed to load resource: {refused}"] * 2


async def test_a_page_of_another_site_cannot_show_ours_in_a_frame(person: Window, house: House) -> None:
    """Trial A8, framed: a button of ours under a stranger's page would be pressed unseen."""
    page = person.page
    await page.goto(house.served.base_url)
    async with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        await page.set_content(f'<iframe src="{house.origin}{START_PATH}"></iframe>')
    await expect(page.frame_locator("iframe").get_by_role("button")).to_have_count(0)


async def examine(person: Window, name: str, folder: Path) -> list[str]:
    """Look at the page as it stands in each width and theme, and give what is wrong with it."""
    found: list[str] = []
    for look in get_args(Look):
        for width in WIDTHS:
            await person.show(width=width, look=look)
            await person.page.screenshot(path=folder / f"{name}-{look}-{width}.png", full_page=True)
            where = f"{name}, {look}, {width} px"
            found += [f"{where}: {barrier}" for barrier in await person.barriers()]
            hidden = await person.hidden_width()
            found += [f"{where}: {hidden} px lie beyond the right edge"] if hidden > 0 else []
    return found


async def test_every_page_is_free_of_barriers_and_fits_a_phone_in_both_themes(
    person: Window, house: House, tmp_path: Path
) -> None:
    page, wrong = person.page, []
    wrong += await examine(person, "connect", tmp_path)
    await page.goto(f"{house.origin}{ACCOUNTS_PATH}")
    wrong += await examine(person, "no-account", tmp_path)
    for portal in ("demo", "nordwind"):
        await page.goto(f"{house.origin}{START_PATH}")
        await agree(person, portal)
    await page.get_by_role("region", name="nordwind").get_by_text("Rename").first.click()
    await page.get_by_role("region", name="nordwind").get_by_text("Disconnect").first.click()
    wrong += await examine(person, "accounts", tmp_path)
    await page.goto(f"{house.origin}/api/hubspot/oauth/callback?state=none")
    wrong += await examine(person, "refused", tmp_path)
    await page.goto(f"{house.origin}{ACCOUNTS_PATH}")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading")).to_have_text("Signed out")
    wrong += await examine(person, "signed-out", tmp_path)
    await page.goto(f"{house.origin}{ACCOUNTS_PATH}")
    wrong += await examine(person, "no-session", tmp_path)
    assert wrong == []
    assert [told for told in person.complaints if "Failed to load resource" not in told] == []
