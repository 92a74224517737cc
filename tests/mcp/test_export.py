"""The export through a chat client: the conversation gets an address and a count, a host the file."""

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import BlobResourceContents, ResourceLink, TextContent, TextResourceContents

from hubspot_skill.sandbox.generate import generate
from hubspot_skill.service.export.exporting import Exporter
from hubspot_skill.service.export.shelf import Shelf
from hubspot_skill.surfaces.mcp.settings import Toolset
from tests.mcp.conftest import Era, client_of
from tests.mcp.sandboxed import server_over
from tests.sandbox_fixture import Served, running_sandbox


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([generate("demo", size=300, now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))]) as running:
        yield running


async def _noted(action: str, outcome: str) -> None: ...


@pytest.fixture
async def client(served: Served, era: Era, tmp_path: Path) -> AsyncIterator[Client]:
    toolsets = (Toolset.CORE, Toolset.DATA)
    exporter = Exporter(Shelf(tmp_path / "exports"), _noted)
    opening = server_over(served, exporter=exporter, toolsets=toolsets, read_only=True)
    async with opening as server, client_of(server, era) as opened:
        yield opened


@pytest.mark.promise("export-outside")
async def test_an_export_answers_an_address_and_the_exact_count_and_no_row(client: Client):
    counted = await client.call_tool("hubspot_search_contacts", {"count_only": True})

    result = await client.call_tool("hubspot_export", {"type": "contacts", "fields": ["email"]})

    found = result.structured_content
    assert not result.is_error, result.content
    assert found["rows"] == counted.structured_content["total"]
    assert found["columns"] == ["id", "email"]
    text, link = result.content
    assert isinstance(text, TextContent)
    assert isinstance(link, ResourceLink)
    assert str(link.uri) == found["uri"]
    assert "@" not in text.text
    assert "@" in Path(found["path"]).read_text()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_a_host_reads_the_file_at_its_address(client: Client, format: str):
    result = await client.call_tool("hubspot_export", {"type": "deals", "fields": ["dealname"], "format": format})
    found = result.structured_content

    (content,) = (await client.read_resource(found["uri"])).contents

    on_disk = Path(found["path"]).read_bytes()
    if format == "csv":
        assert isinstance(content, TextResourceContents)
        assert content.text.encode() == on_disk
    else:
        assert isinstance(content, BlobResourceContents)
        assert base64.b64decode(content.blob) == on_disk
    assert content.mime_type == result.content[1].mime_type


@pytest.mark.parametrize("name", ["none.csv", "..%2F..%2Fetc%2Fpasswd.csv", ".used-2026-11-23.csv"])
async def test_an_address_of_nothing_is_not_found(client: Client, name: str):
    with pytest.raises(MCPError):
        await client.read_resource(f"hubspot://exports/{name}")


async def test_a_larger_result_is_refused_with_its_count(client: Client):
    result = await client.call_tool("hubspot_export", {"type": "contacts", "max_rows": 10})

    assert result.is_error
    assert "expected at most 10" in result.content[0].text
