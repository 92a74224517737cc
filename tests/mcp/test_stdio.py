"""The product over standard input and output, as a chat client starts it, in both protocol eras."""

import os
import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.mcp.conftest import CORE_TOOLS, Era, text_of


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder, so that the portal is generated once."""
    return tmp_path_factory.mktemp("data")


async def test_a_chat_client_starts_the_server_and_gets_a_brief(data_dir: Path, era: Era):
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "hubspot_skill", "mcp"],
        env={**os.environ, "HUBSPOT_ENVIRONMENT": "sandbox", "HUBSPOT_SKILL_DATA_DIR": str(data_dir)},
    )
    async with Client(program, mode=era) as client:
        assert len((await client.list_tools()).tools) == CORE_TOOLS
        brief = await client.call_tool("hubspot_brief", {"record": "maya.okafor@tidewater-robotics.example"})
        assert not brief.is_error
        assert "Tidewater Robotics" in text_of(brief)
        assert client.instructions is not None
