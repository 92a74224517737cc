"""A server without an account, and a client of it in both protocol eras."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal, NoReturn

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.types import CallToolResult

from hubspot_skill.domain.errors import NotConnectedError
from hubspot_skill.surfaces.mcp.server import build_server, shown_tools
from hubspot_skill.surfaces.mcp.settings import McpSettings

VERSION = "0.1.0"
CORE_TOOLS = len(shown_tools(McpSettings(version=VERSION)))
Era = Literal["auto", "legacy"]


async def nobody(account: str = "") -> NoReturn:
    """Give no account, as before anybody has connected one."""
    raise NotConnectedError("no HubSpot account is connected", hint="Run `hubspot-skill login`.")


@pytest.fixture(params=["auto", "legacy"], ids=["2026-07-28", "2025-11-25"])
def era(request: pytest.FixtureRequest) -> Era:
    """Which protocol era a client speaks."""
    return request.param


@pytest.fixture
def unconnected() -> MCPServer[Any]:
    """A server with every core tool and no account behind it."""
    return build_server(nobody, settings=McpSettings(version=VERSION))


@asynccontextmanager
async def client_of(server: MCPServer[Any], era: Era = "auto") -> AsyncIterator[Client]:
    """Open a client of a server in memory."""
    async with Client(server, mode=era) as client:
        yield client


def told(result: CallToolResult) -> dict[str, Any]:
    """Give what a failed call says."""
    assert result.is_error, result.content
    assert result.structured_content is None
    return json.loads(text_of(result))


def text_of(result: CallToolResult) -> str:
    """Give a result's text."""
    (content,) = result.content
    assert content.type == "text"
    return content.text
