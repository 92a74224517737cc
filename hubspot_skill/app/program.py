"""What the commands of the shell have done here: reads the settings, builds the rooms, runs one thing.

Each command imports what it needs when it runs: `--help` and `call` need no HTTP server, `sandbox` needs no MCP.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from hubspot_skill.app.places import Places, default_places
from hubspot_skill.app.settings import Settings, read_settings
from hubspot_skill.surfaces.cli.actions import (
    ArgumentsOf,
    CheckResult,
    DemoChoice,
    SandboxChoice,
    Shown,
    ToolAnswer,
    ToolView,
)

if TYPE_CHECKING:
    from hubspot_skill.app.compose import Accounts

__all__ = ["Program"]

Given = TypeVar("Given")


class Program:
    """The actions of the shell, over one environment (the process's own by default)."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def mcp(self) -> None:
        """Serve MCP over standard input and output until the client goes."""
        from hubspot_skill.app import stdio

        asyncio.run(stdio.serve(read_settings(self._environ)))

    def serve(self, port: int | None, shown: Shown) -> None:
        """Serve MCP over HTTP on this machine until somebody asks to stop."""
        from hubspot_skill.app import serve

        settings, places = self._read()
        asyncio.run(serve.serve(settings, places, port, shown))

    def sandbox(self, choice: SandboxChoice, shown: Shown) -> None:
        """Serve the pretend HubSpot alone until somebody asks to stop."""
        from hubspot_skill.app import embedded

        _, places = self._read()
        asyncio.run(embedded.serve_alone(choice, places, shown))

    def demo(self, choice: DemoChoice, shown: Shown) -> None:
        """Serve the sandbox and a server over it until somebody asks to stop."""
        from hubspot_skill.app import demo

        settings, places = self._read()
        asyncio.run(demo.demo(settings, places, choice, shown))

    def tools(self) -> Sequence[ToolView]:
        """Give the tools of this server."""
        from hubspot_skill.app import toolbox

        return self._with_account(toolbox.list_tools)

    def call(self, tool: str, arguments_of: ArgumentsOf) -> ToolAnswer:
        """Call one tool as a chat client would."""
        from hubspot_skill.app import toolbox

        return self._with_account(lambda settings, accounts: toolbox.call_tool(settings, accounts, tool, arguments_of))

    def doctor(self) -> Sequence[CheckResult]:
        """Check the settings, the way to HubSpot and the token."""
        from hubspot_skill.app import doctor

        return asyncio.run(doctor.examine(self._environ))

    def _read(self) -> tuple[Settings, Places]:
        settings = read_settings(self._environ)
        return settings, default_places(settings.data_dir)

    def _with_account(self, act: Callable[[Settings, Accounts], Awaitable[Given]]) -> Given:
        from hubspot_skill.app.compose import Accounts

        settings, places = self._read()

        async def run() -> Given:
            accounts = Accounts(settings, places)
            try:
                return await act(settings, accounts)
            finally:
                await accounts.aclose()

        return asyncio.run(run())
