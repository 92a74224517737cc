"""The operator's pages in a real browser: approve, reject, undo, policy, audit, disconnect; on a phone and at a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
from playwright.async_api import Browser, Page, expect

from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import office
from tests.web.chromium import WIDTHS, Look, Window, browsing, needs_chromium, window
from tests.web.house import House, open_house

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([office()]) as running:
        yield running


@pytest.fixture
async def house(served: Served, tmp_path: Path) -> AsyncIterator[House]:
    served.sandbox.reset()
    async with open_house(served, tmp_path) as opened:
        await opened.connect("demo")
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    needs_chromium()
    async with browsing() as running:
        yield running


async def _script(house: House, method: str, path: str, **sent: Any) -> dict[str, Any]:
    async with httpx2.AsyncClient(headers=house.known, timeout=20) as script:
        answer = await script.request(method, f"{house.origin}/api/hubspot{path}", **sent)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def _looked_at(person: Window, width: int) -> None:
    """Look at the page as it is in both themes: no barrier, nothing beyond the right edge."""
    for look in get_args(Look):
        await person.show(width=width, look=look)
        assert not (found := await person.barriers()), (person.page.url, look, found)
        assert await person.hidden_width() == 0, person.page.url


async def _ids(house: House, type: str, count: int) -> list[str]:
    listed = await _script(house, "GET", f"/{type}?limit={count}&sort=id")
    return [record["id"] for record in listed["results"]]


async def _approved(page: Page, button: str, done: str) -> None:
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("main")).to_contain_text(done)


@pytest.mark.promise("console-approves")
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_person_approves_takes_back_types_a_count_and_rejects(
    browser: Browser, house: House, width: int
) -> None:
    deals, contacts = await _ids(house, "deals", 2), await _ids(house, "contacts", 2)
    step = {"hs_next_step": "Call the sponsor"}
    update = (await _script(house, "PATCH", "/deals", json=[{"id": id, "properties": step} for id in deals]))["plan"]
    archive = (await _script(house, "DELETE", "/contacts", params={"ids": contacts}))["plan"]
    async with window(browser) as person:
        page = person.page
        await page.goto(house.doorway.link(next_page="/changes"))
        await expect(page.get_by_role("region", name="Waiting for you")).to_contain_text("Update 2 deals")
        await _looked_at(person, width)

        await page.goto(update["approval"]["link"])
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Update 2 deals")
        await _looked_at(person, width)
        await _approved(page, "Update 2 deals", "2 done")
        await _looked_at(person, width)

        await page.get_by_role("button", name="Undo").click()
        await expect(page.get_by_role("main")).to_contain_text("Takes back")
        await _approved(page, "Update 2 deals", "2 done")

        await page.goto(archive["approval"]["link"])
        await page.get_by_label("Type 2 to archive 2 contacts").fill("3")
        await page.get_by_role("button", name="Archive 2 contacts").click()
        await expect(page.get_by_role("alert")).to_contain_text("expected 2")
        await _looked_at(person, width)
        await page.get_by_label("Reason").fill("Still customers")
        await page.get_by_role("button", name="Reject").click()
        await expect(page.get_by_role("region", name="History", exact=True)).to_contain_text("rejected")
        assert [c for c in person.complaints if "422" not in c] == []
    read = await _script(house, "GET", f"/deals/{deals[0]}?fields=hs_next_step")
    assert read["properties"].get("hs_next_step") != "Call the sponsor"
    async with httpx2.AsyncClient(headers=house.known, timeout=20) as script:
        late = await script.post(f"{house.origin}/api/hubspot/changes/{archive['plan_id']}/apply")
    assert "Still customers" in late.json()["detail"]


@pytest.mark.promise("console-operates")
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_person_sets_the_policy_reads_the_audit_and_lets_the_account_go(
    browser: Browser, house: House, width: int
) -> None:
    async with window(browser) as person:
        page = person.page
        await page.goto(house.doorway.link(next_page="/settings"))
        await _looked_at(person, width)
        await page.get_by_label("Records a day, at most").fill("many")
        await page.get_by_role("button", name="Save the policy").click()
        await expect(page.get_by_role("alert")).to_contain_text("many is no whole number")
        await page.get_by_label("Records a day, at most").fill("500")
        await page.get_by_label("Everything with a person").check()
        await page.get_by_role("button", name="Save the policy").click()
        await expect(page.get_by_label("Everything with a person")).to_be_checked()
        await page.get_by_role("button", name="Switch all writing off").click()
        await expect(page.get_by_role("main")).to_contain_text("Writing to this account is switched off")
        await _looked_at(person, width)

        await page.goto(f"{house.origin}/audit")
        await expect(page.get_by_role("main")).to_contain_text("policy")
        await page.get_by_role("button", name="Verify the chain").click()
        await expect(page.get_by_role("main")).to_contain_text("The audit holds")
        await _looked_at(person, width)
        await page.get_by_label("Action or outcome").fill("nothing of this kind")
        await page.get_by_role("button", name="Filter").click()
        await expect(page.get_by_role("main")).to_contain_text("No entry fits")

        await page.goto(f"{house.origin}/connection")
        await expect(page.get_by_role("main")).to_contain_text("Connected to")
        await _looked_at(person, width)
        name = (await _script(house, "GET", "/tokens"))["results"][0]["alias"]
        typed = page.get_by_label(f"Type {name} to disconnect it")
        await typed.fill("something else")
        await page.get_by_role("button", name="Disconnect").click()
        await expect(page.get_by_role("alert")).to_contain_text(f"expected {name}")
        await typed.fill(name)
        await page.get_by_role("button", name="Disconnect").click()
        await expect(page).to_have_url(f"{house.origin}/oauth/accounts?disconnected=told")
        assert [c for c in person.complaints if "422" not in c] == []


async def test_pages_of_changes_need_a_session_and_a_token_of_their_own_page(house: House) -> None:
    deals = await _ids(house, "deals", 2)
    plan = (await _script(house, "PATCH", "/deals", json=[{"id": id, "properties": {"amount": 1}} for id in deals]))[
        "plan"
    ]
    async with httpx2.AsyncClient(timeout=20) as stranger:
        page = await stranger.get(plan["approval"]["link"])
        approve = await stranger.post(
            f"{house.origin}/a/demo/changes/{plan['plan_id']}/approve",
            data={"digest": plan["digest"]},
            headers={"Origin": house.origin, "Sec-Fetch-Site": "same-origin"},
        )
    assert (page.status_code, approve.status_code) == (401, 403)
    assert "digest" not in page.text
