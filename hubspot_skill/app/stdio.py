"""Serves MCP over standard input and output: what `hubspot-skill mcp` does."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Mapping

from hubspot_skill.app.compose import Accounts, mcp_server
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.listening import stop_asked
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
    return 0


async def serve(settings: Settings) -> None:
    """Serve one client over standard input and output, until it closes our input or somebody asks to stop.

    What was built at the start lives to the end, so garbage is looked for only in what comes after.
    """
    places = default_places(settings.data_dir)
    accounts = Accounts(settings, places, keeps_fresh=True)
    doorway = Doorway(settings, places, accounts)
    accounts.page_of = doorway.opened_page
    server = mcp_server(settings, accounts, doorway)
    gc.freeze()
    gc.enable()
    async with stop_asked() as stop:
        serving = asyncio.create_task(serve_stdio(server))
        asked = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await doorway.aclose()
            await accounts.aclose()
        if stop.is_set():
            # A thread of the SDK waits for standard input; nothing but input wakes it, and an exit would wait for it.
            os._exit(0)
        asked.cancel()
        await serving
