"""One program, asked in four ways: by chat (MCP), REST, shell and console. Each surface plugs in as an `Asker`."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import httpx2

from hubspot_skill.app import toolbox
from hubspot_skill.surfaces.cli.arguments import parse_pairs
from tests.sandbox_fixture import Served
from tests.web.house import House, open_house

__all__ = ["ASKERS", "Asker", "Chat", "Console", "Rest", "Shell", "open_program"]


class Asker(Protocol):
    """A surface that answers the scenarios' questions; each gives plain values that can be compared."""

    async def count(self, type: str, **filters: str) -> int:
        """Count the records of a type that filters leave."""
        ...

    async def metric(self, metric: str, period: str = "") -> Decimal:
        """Give one metric's total."""
        ...


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat client over HTTP."""

    house: House

    async def count(self, type: str, **filters: str) -> int:
        found = await self._call(f"hubspot_search_{type}", {"count_only": True, **filters})
        return int(found["total"])

    async def metric(self, metric: str, period: str = "") -> Decimal:
        asked: dict[str, Any] = {"metrics": [metric]}
        if period:
            asked["period"] = {"range": period}
        return _figure(await self._call("hubspot_report", asked))

    async def _call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result = await self.house.call(tool, arguments)
        assert not result.is_error, result.content
        assert result.structured_content is not None
        return result.structured_content


@dataclass(frozen=True, slots=True)
class Rest:
    """A script with the token."""

    house: House

    async def count(self, type: str, **filters: str) -> int:
        return int((await self._get(f"/{type}", {"count_only": "true", **filters}))["total"])

    async def metric(self, metric: str, period: str = "") -> Decimal:
        body = await self._get(f"/analytics/{metric}", {"period": period} if period else {})
        return Decimal(str(body["report"]["totals"][0]))

    async def _get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        async with httpx2.AsyncClient(headers=self.house.known, timeout=60) as script:
            answer = await script.get(f"{self.house.origin}/api/hubspot{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass(frozen=True, slots=True)
class Shell:
    """`hubspot-skill call` in a shell: the same words, parsed as a shell gives them."""

    house: House

    async def count(self, type: str, **filters: str) -> int:
        pairs = [f"{name}={value}" for name, value in filters.items()]
        return int((await self._call(f"hubspot_search_{type}", "count_only=true", *pairs))["total"])

    async def metric(self, metric: str, period: str = "") -> Decimal:
        more = [f"period={json.dumps({'range': period})}"] if period else []
        return _figure(await self._call("hubspot_report", f"metrics={json.dumps([metric])}", *more))

    async def _call(self, tool: str, *pairs: str) -> dict[str, Any]:
        answer = await toolbox.call_tool(
            self.house.accounts.settings, self.house.accounts, tool, lambda schema: parse_pairs(pairs, schema)
        )
        assert not answer.is_error, answer.text
        assert isinstance(answer.structured, dict)
        return answer.structured


@dataclass(frozen=True, slots=True)
class Console:
    """A person's browser: what the pages show."""

    house: House

    async def count(self, type: str, **filters: str) -> int:
        assert not filters, "the console filters by its own grammar"
        page = await self._page(f"/a/{await self._account()}/{type}")
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        found = re.search(r"([\d,]+) (?:of ([\d,]+) )?" + type, text)
        assert found is not None, text[:2000]
        return int((found.group(2) or found.group(1)).replace(",", ""))

    async def _account(self) -> str:
        return (await self.house.accounts.names())[0].alias

    async def _page(self, path: str) -> str:
        async with httpx2.AsyncClient(timeout=60, follow_redirects=True, headers={"Accept": "text/html"}) as browser:
            await browser.get(self.house.doorway.link(next_page=path))
            answer = await browser.get(f"{self.house.origin}{path}")
        assert answer.status_code == 200
        return answer.text


ASKERS: dict[str, type[Chat | Rest | Shell]] = {"chat": Chat, "rest": Rest, "shell": Shell}
"""The surfaces that every scenario is asked over; the console joins where it shows the same question."""


@asynccontextmanager
async def open_program(served: Served, folder: Path) -> AsyncIterator[House]:
    """Serve the whole program over a sandbox, one account connected and its local copy filled."""
    served.sandbox.reset()
    async with open_house(served, folder) as house:
        await house.connect("demo")
        async with httpx2.AsyncClient(headers=house.known, timeout=60) as script:
            for _ in range(5):
                filled = await script.post(f"{house.origin}/api/hubspot/sync", json={"action": "refresh"})
                assert filled.status_code == 200, filled.text
                if filled.json()["is_complete"]:
                    break
        yield house


def _figure(content: dict[str, Any]) -> Decimal:
    return Decimal(str(content["totals"][0]))
