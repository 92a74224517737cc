"""The server over standard input and output, as a chat client starts it. Standard output belongs to MCP alone."""

from __future__ import annotations

from typing import Any

from mcp.server import MCPServer

__all__ = ["serve_stdio"]


async def serve_stdio(server: MCPServer[Any]) -> None:
    """Serve one client until it closes our standard input."""
    await server.run_stdio_async()
