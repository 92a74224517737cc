"""A real Chromium in front of the real site, with axe to look for barriers and a record of what the browser complains of."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tools.npm import FOLDER, ensure_packages

__all__ = ["WIDTHS", "Look", "Window", "browsing", "needs_chromium", "window"]

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
WIDTHS = (360, 1280)
LIMIT_MS = 15_000
"""How long a step may take: a browser shares two cores with every other test of a run."""
Look = Literal["light", "dark"]


def needs_chromium() -> None:
    """Skip the test where there is no browser, and bring axe where it is not there yet."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}: install Debian's chromium, or name another in CHROMIUM")
    try:
        ensure_packages()
    except (OSError, subprocess.SubprocessError) as failed:
        pytest.skip(f"axe cannot be installed from npm: {failed}")


@cache
def axe() -> str:
    """Give axe's own script."""
    return AXE.read_text(encoding="utf-8")


@dataclass(slots=True)
class Window:
    """One person's browser: a page, and everything that it complained of."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def show(self, *, width: int, look: Look) -> None:
        """Make the window that wide, as on a phone or a desk, in a light or dark theme."""
        await self.page.set_viewport_size({"width": width, "height": 800})
        await self.page.emulate_media(color_scheme=look)

    async def barriers(self) -> list[str]:
        """Give what axe finds on the page as it is, one line for each rule and place."""
        found: dict[str, Any] = await self.page.evaluate(
            f"async (rules) => {{ {axe()}; return await axe.run({{runOnly: {{type: 'tag', values: rules}}}}) }}",
            list(RULES),
        )
        return [
            f"{rule['id']}: {' '.join(node['target'])}: {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    async def hidden_width(self) -> int:
        """Give how many pixels of the page lie beyond the window's right edge."""
        return int(await self.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth"))


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """Run Chromium, with a profile of its own, while the block runs."""
    expect.set_options(timeout=LIMIT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=30_000)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(browser: Browser) -> AsyncIterator[Window]:
    """Open a window without history or cookies."""
    context = await browser.new_context()
    context.set_default_timeout(LIMIT_MS)
    page = await context.new_page()
    opened = Window(context, page)

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            opened.complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    try:
        yield opened
    finally:
        await context.close()
