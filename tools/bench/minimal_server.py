"""A minimal MCP server to compare with: one tool, one `httpx2` request, nothing else. Its argument is the base address."""

from __future__ import annotations

import sys
from typing import Any

import httpx2
from mcp.server import MCPServer

server = MCPServer("minimal", log_level="WARNING")
client: httpx2.AsyncClient | None = None


@server.tool()
async def get_contact(contact_id: str) -> dict[str, Any]:
    """Give one contact."""
    global client
    if client is None:
        client = httpx2.AsyncClient(base_url=sys.argv[1], headers={"authorization": "Bearer pat-na1-demo"})
    answer = await client.get(f"/crm/v3/objects/contacts/{contact_id}")
    answer.raise_for_status()
    return answer.json()


if __name__ == "__main__":
    server.run()
