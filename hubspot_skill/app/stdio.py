"""Serves MCP over standard input and output: what `hubspot-skill mcp` does."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Mapping

from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.places import default_places
from hubspot_skill.app.settings import Settings, read_settings
from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.surfaces.mcp.stdio import serve_stdio

__all__ = ["serve", "start"]


def start(environ: Mapping[str, str] | None = None) -> int:
    """Serve until the client closes our input, and give the exit code; settings are told on standard error."""
    try:
        settings = read_settings(os.environ if environ is None else environ)
        asyncio.run(serve(settings))
    except HubSpotSkillError as error:
        from hubspot_skill.surfaces.cli.render import refusal

        print(refusal(error), file=sys.stderr)  # noqa: T201 - the start of a program without a shell around it
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


async def serve(settings: Settings) -> None:
    """Serve one client over standard input and output.

    What was built at the start lives to the end, so garbage is looked for only in what comes after.
    """
    accounts = Accounts(settings, default_places(settings.data_dir))
    server = mcp_server(settings, accounts)
    gc.freeze()
    gc.enable()
    try:
        await serve_stdio(server)
    finally:
        await accounts.aclose()
