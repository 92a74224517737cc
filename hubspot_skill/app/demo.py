"""The first run: a sandbox and a server over it on this machine, how to connect a chat client, and one real answer.

The ports are fixed, so a configuration that was pasted once works again whenever the demo runs; chat, shell and HTTP
all see the one portal of the running demo.
"""

from __future__ import annotations

import shlex

from hubspot_skill.app import toolbox
from hubspot_skill.app.clients import Configuration, entry_point, over_http, over_stdio
from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.doorway import Doorway
from hubspot_skill.app.embedded import EmbeddedSandbox, start_sandbox
from hubspot_skill.app.listening import listen, serving, stop_asked
from hubspot_skill.app.places import Places, bearer_token
from hubspot_skill.app.serve import PORT_OPTION, address, application, with_site
from hubspot_skill.app.settings import Settings
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.service.requests import SyncRequest
from hubspot_skill.surfaces.cli.actions import DemoChoice, Shown, ToolAnswer
from hubspot_skill.surfaces.cli.arguments import parse_pairs

__all__ = ["QUESTION", "demo"]

SANDBOX_PORT_OPTION = "--sandbox-port"
QUESTION = ("Which are the five largest deals won?", "hubspot_search_deals", "status=won", "sort=-amount", "limit=5")
"""What the demo asks by itself: the question, the tool, and its arguments as a shell would give them."""


async def demo(settings: Settings, places: Places, choice: DemoChoice, shown: Shown) -> None:
    """Serve the sandbox and the server until somebody asks to stop."""
    port = choice.port or settings.port
    with listen(settings.host, port, option=PORT_OPTION) as listener:
        async with stop_asked() as stop:
            shown("Starting a pretend HubSpot (the first time makes its data, which takes some seconds) …")
            sandbox = await start_sandbox(choice.sandbox, places, option=SANDBOX_PORT_OPTION)
            accounts = Accounts(_over(settings, sandbox), places, keeps_fresh=True)
            door = Doorway(_over(settings, sandbox), places, accounts).at(port)
            try:
                async with serving(with_site(application(settings, places, accounts, port), door), listener):
                    _tell(settings, places, sandbox, port, shown)
                    # Whoever opens the console next finds its figures: the local copy is filled from here on.
                    await (await accounts.crm()).sync(SyncRequest())
                    await _answer(_over(settings, sandbox), accounts, sandbox, shown)
                    shown("\nOpen the console in a browser (the link works once, for ten minutes):")
                    shown(f"  {door.link(next_page='')}")
                    shown("\nEverything here is pretend data. Stop with Ctrl-C.")
                    await stop.wait()
            finally:
                await accounts.aclose()
                await sandbox.aclose()


def _over(settings: Settings, sandbox: EmbeddedSandbox) -> Settings:
    """Give the same settings for the sandbox's account, whatever account they named."""
    place = {"environment": "production", "api_base_url": sandbox.base_url, "access_token": Secret(sandbox.token)}
    return settings.model_copy(update=place)


def _env(sandbox: EmbeddedSandbox) -> dict[str, str]:
    return {"HUBSPOT_SKILL_API_BASE_URL": sandbox.base_url, "HUBSPOT_ACCESS_TOKEN": sandbox.token}


def _tell(settings: Settings, places: Places, sandbox: EmbeddedSandbox, port: int, shown: Shown) -> None:
    portals = sandbox.running.portals
    also = f"; also {', '.join(portals[1:])}" if portals[1:] else ""
    now = sandbox.running.sandbox.clock.now()
    shown(f"\nSandbox  {sandbox.base_url}  (portal {portals[0]}{also}; its clock says {now:%Y-%m-%d %H:%M} UTC)")
    shown(f"Server   {address(settings, port)}  (MCP over HTTP)")
    shown("\nConnect a chat client: paste one of these.")
    for configuration in over_stdio(entry_point(), _env(sandbox)):
        _paste(configuration, shown)
    shown("\nOr over HTTP, to the server of this demo:")
    for configuration in over_http(address(settings, port), bearer_token(places)):
        _paste(configuration, shown)


def _paste(configuration: Configuration, shown: Shown) -> None:
    shown(f"\n# {configuration.client}: {configuration.place}")
    shown(configuration.text)


async def _answer(settings: Settings, accounts: Accounts, sandbox: EmbeddedSandbox, shown: Shown) -> None:
    question, tool, *pairs = QUESTION
    answer: ToolAnswer = await toolbox.call_tool(settings, accounts, tool, lambda schema: parse_pairs(pairs, schema))
    env = " ".join(f"{name}={value}" for name, value in _env(sandbox).items())
    shown(f"\nOr from a shell. {question}")
    shown(f"$ {env} {shlex.join([*entry_point(), 'call', tool, *pairs])}")
    shown(answer.text)
