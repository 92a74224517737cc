"""Charts on a page with a strict policy, in a real browser: they follow the theme, read well, and stop nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Route

from hubspot_skill.charts.palette import DARK, LIGHT, ROLES
from hubspot_skill.charts.svg import draw, spark
from hubspot_skill.charts.values import Bar, Bars
from tests.charts.samples import EUR, SAMPLES
from tests.web.chromium import browsing, needs_chromium, window

POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
LINKED = Bars(
    "Open pipeline by owner", EUR, (Bar("Ada", 40_000, "/deals?owner=1"), Bar("Bo", 20_000, "/deals?owner=2"))
)
ORIGIN = "http://charts.test"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    needs_chromium()
    async with browsing() as running:
        yield running


def _css() -> str:
    dark = "".join(f".{role}{{color:{DARK.color(role)}}}" for role in ROLES)
    return (
        f"body{{background:{LIGHT.surface};color:{LIGHT.text};margin:16px}}.chart{{max-width:100%;height:auto}}"
        f"@media (prefers-color-scheme:dark){{body{{background:{DARK.surface};color:{DARK.text}}}{dark}}}"
    )


def _page() -> str:
    small = [draw(chart, width=320, height=240) for chart in SAMPLES.values()]
    drawn = [*map(draw, SAMPLES.values()), draw(replace(LINKED)), *small, spark([1, 3, 2])]
    inner = "".join(f"<div>{chart}</div>" for chart in drawn)
    head = '<meta charset="utf-8"><title>Charts</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,">'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main><h1>Charts</h1>{inner}</main></body></html>'


async def _serve(route: Route) -> None:
    is_css = route.request.url.endswith(".css")
    await route.fulfill(
        body=_css() if is_css else _page(),
        content_type="text/css" if is_css else "text/html",
        headers={"content-security-policy": POLICY},
    )


@pytest.mark.timeout(240)
@pytest.mark.parametrize("look", ["light", "dark"])
async def test_charts_pass_the_policy_follow_the_theme_and_put_up_no_barrier(browser: Browser, look: str):
    async with window(browser) as person:
        await person.page.route(f"{ORIGIN}/**", _serve)
        await person.show(width=360, look=look)  # type: ignore[arg-type]
        await person.page.goto(f"{ORIGIN}/")

        color = await person.page.locator("svg .chart-accent").first.evaluate("e => getComputedStyle(e).color")
        theme = DARK if look == "dark" else LIGHT
        rgb = tuple(int(theme.accent[place : place + 2], 16) for place in (1, 3, 5))
        assert color == f"rgb{rgb}"
        assert await person.page.get_by_role("link", name="Ada: €40,000").get_attribute("href") == "/deals?owner=1"
        assert await person.page.get_by_role("img").count() == 2 * len(SAMPLES)
        assert await person.hidden_width() == 0
        assert person.complaints == []
        assert await person.barriers() == []
