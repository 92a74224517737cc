"""The console in a real browser: the journeys of issue 6, by mouse and by keys, and every page looked at by axe."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import get_args

import pytest
from playwright.async_api import Browser, Page, expect

from hubspot_skill.sandbox.clock import SandboxClock
from tests.sandbox.engine_portal import NOW
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import ADA, RENEWAL, fresh, office
from tests.web.chromium import WIDTHS, Look, Window, browsing, needs_chromium, window
from tests.web.counter import Counter, open_counter

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([office()], clock=SandboxClock(NOW, running=False)) as running:
        yield running


@pytest.fixture
async def counter(served: Served, tmp_path: Path) -> AsyncIterator[Counter]:
    fresh(served)
    async with open_counter(served, tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    needs_chromium()
    async with browsing() as running:
        yield running


@pytest.fixture
async def person(browser: Browser, counter: Counter) -> AsyncIterator[Window]:
    """A person who came in by the link that the program printed."""
    async with window(browser) as opened:
        await opened.show(width=1280, look="light")
        await opened.page.goto(counter.door.link(next_page="/"))
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Home")
        yield opened


def faults(person: Window) -> list[str]:
    """Give what the browser complained of, apart from its own line on a form that was refused."""
    return [told for told in person.complaints if "status of 422" not in told and "status of 409" not in told]


async def fill(page: Page, **values: str) -> None:
    """Fill fields of the open dialog by their labels."""
    for label, value in values.items():
        await page.locator("dialog[open]").get_by_label(label.replace("_", " ")).fill(value)


async def test_a_person_finds_creates_edits_and_undoes_and_is_told_what_is_wrong(
    person: Window, counter: Counter
) -> None:
    page = person.page
    await page.get_by_role("navigation", name="Places").get_by_role("link", name="Contacts").click()
    await page.get_by_role("searchbox", name="Search contacts").fill("ada")
    await expect(page.get_by_role("row")).to_have_count(2)
    await expect(page).to_have_url(re.compile(r"[?&]q=ada"))

    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="New contact").click()
    dialog = page.locator("dialog[open]")
    await fill(page, First_Name="Mary", Email="no address")
    await dialog.get_by_role("button", name="Create contact").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("is not an email address")
    await expect(dialog.get_by_role("alert")).to_be_focused()
    await expect(dialog.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    await fill(page, Email="mary@globex.example", Last_Name="Somerville")
    await dialog.get_by_role("button", name="Create contact").click()
    await expect(page.locator("main h1")).to_have_text("Mary Somerville")
    await expect(page.locator(".toast")).to_contain_text("Created contact Mary Somerville.")

    await page.get_by_role("link", name="Edit Job Title").click()
    await page.get_by_role("textbox", name="Job Title").fill("Astronomer")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("Job Title: empty → Astronomer.")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".toast")).to_contain_text("Undone.")
    await expect(page.locator(".facts")).not_to_contain_text("Astronomer")
    assert faults(person) == []


async def test_a_deal_is_dragged_moved_by_keys_and_by_the_dialog_and_put_back(person: Window, counter: Counter) -> None:
    page = person.page
    await page.goto(f"{counter.base}/deals/board")
    card, columns = page.locator(f"#d-{RENEWAL}"), page.locator(".column[data-ends='']")
    names = await columns.evaluate_all("all => all.map((one) => one.dataset.stage)")
    was = await card.evaluate("card => card.closest('.column').dataset.stage")
    to = names[names.index(was) - 1]

    await card.drag_to(page.locator(f".column[data-stage='{to}'] ol"))
    await expect(page.locator(f".column[data-stage='{to}'] #d-{RENEWAL}")).to_be_visible()
    await expect(page.locator("#said")).to_contain_text("Moved Acme renewal to")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(f".column[data-stage='{was}'] #d-{RENEWAL}")).to_be_visible()

    button = page.locator(f"#m-{RENEWAL}")
    await button.focus()
    await page.keyboard.press("Shift+ArrowLeft")
    await expect(page.locator(f".column[data-stage='{was}'] #d-{RENEWAL}")).to_have_count(0)
    await expect(button).to_be_focused()

    await page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    await expect(dialog.get_by_role("heading")).to_have_text("Move Acme renewal")
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    assert faults(person) == []


async def test_the_palette_finds_by_keys_alone(person: Window, counter: Counter) -> None:
    page = person.page
    await page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    await expect(palette.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("lovelace")
    await expect(palette.get_by_role("link", name="Ada Lovelace")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("main h1")).to_have_text("Ada Lovelace")
    assert faults(person) == []


async def test_a_filter_is_added_by_keys_and_taken_away(person: Window, counter: Counter) -> None:
    page = person.page
    await page.goto(f"{counter.base}/contacts")
    await page.keyboard.press("f")
    dialog = page.locator("dialog[open]")
    await dialog.get_by_label("Property").select_option("lifecyclestage")
    await dialog.get_by_label("Value").select_option("customer")
    await dialog.get_by_role("button", name="Filter").click()
    await expect(page.get_by_role("link", name="Lifecycle Stage is Customer", exact=True)).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="Remove: Lifecycle Stage is Customer").click()
    await expect(page.locator("tbody tr")).not_to_have_count(1)
    assert faults(person) == []


async def test_without_scripts_a_record_is_found_edited_and_moved(browser: Browser, counter: Counter) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(counter.door.link(next_page="/"))
    await page.goto(f"{counter.base}/contacts?q=ada")
    await page.get_by_role("link", name="Ada Lovelace").click()
    await page.get_by_role("link", name="Edit Job Title").click()
    await page.get_by_role("textbox", name="Job Title").fill("Countess")
    await page.get_by_role("button", name="Save").click()
    assert "Job Title: CTO → Countess." in await page.content()
    await page.goto(f"{counter.base}/deals/{RENEWAL}")
    await page.get_by_role("link", name="Move").click()
    await page.get_by_role("button", name="Presentation").or_(page.locator(".stage-list button:enabled")).first.click()
    assert "Moved Acme renewal to" in await page.content()
    await context.close()


PAGES = (
    "/", "/contacts", "/contacts?q=nobody+here", f"/contacts/{ADA}", f"/contacts/{ADA}?tab=properties",
    f"/contacts/{ADA}?tab=history", "/contacts/new", "/contacts/filter?property=lifecyclestage", "/contacts/columns",
    "/deals", "/deals/board", f"/deals/{RENEWAL}/move", "/campaigns", "/search?q=acme", "/help", "/recent", "/contacts/999",
)  # fmt: skip


@pytest.mark.parametrize(("look", "width"), list(zip(get_args(Look), WIDTHS, strict=True)))
async def test_every_page_is_free_of_barriers_and_fits_a_phone(
    person: Window, counter: Counter, look: Look, width: int
) -> None:
    """One theme at a phone's width, the other at a desk's: what breaks by theme is colour, by width the layout."""
    wrong: list[str] = []
    await person.show(width=width, look=look)
    for path in PAGES:
        await person.page.goto(f"{counter.base}{path}")
        where = f"{path}, {look}, {width} px"
        wrong += [f"{where}: {barrier}" for barrier in await person.barriers()]
        hidden = await person.hidden_width()
        wrong += [f"{where}: {hidden} px lie beyond the right edge"] if hidden > 0 else []
    assert wrong == []
    assert [told for told in person.complaints if "status of 404" not in told] == []
