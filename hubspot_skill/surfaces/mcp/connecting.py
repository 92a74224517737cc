"""Where nothing is connected: asks the person to open a link, in the way that their client knows.

A client that can open addresses (URL elicitation) is asked to: by an error in the protocol of 2025-11-25, by a result
that asks for input since 2026-07-28. Any other gets the link in the tool's error. The link's session can connect
accounts and nothing else, and works on this machine only, so it does no harm in a chat's history.
Accepting means that the browser was opened, not that the sign-in was finished: then the tool says to call it again.
Sources: MCP 2025-11-25 and 2026-07-28, elicitation; mcp 2.3.0, read 2026-11-23.
"""

from __future__ import annotations

import secrets
from typing import Any

from mcp.server.mcpserver import Context
from mcp.shared.exceptions import UrlElicitationRequiredError
from mcp.types import (
    CallToolResult,
    ElicitRequest,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import is_version_at_least

from hubspot_skill.domain.errors import HubSpotSkillError, NotConnectedError
from hubspot_skill.surfaces.mcp import failures

__all__ = ["answer"]

_QUESTION = "connect"
_MODERN = "2026-07-28"
_MESSAGE = "Connect your HubSpot account in the browser, then the tool can go on."


def answer(error: HubSpotSkillError, link: str, context: Context[Any]) -> CallToolResult | InputRequiredResult:
    """Ask for the link to be opened, or tell it.

    Raises:
        UrlElicitationRequiredError: the client of 2025-11-25 opens addresses that errors carry.
    """
    told = failures.refusal(
        NotConnectedError(error.message, hint=f"Ask the user to open {link} and call this tool again.")
    )
    capabilities = context.client_capabilities
    if not (capabilities and capabilities.elicitation and capabilities.elicitation.url is not None):
        return told
    asked = ElicitRequestURLParams(mode="url", message=_MESSAGE, url=link, elicitation_id=secrets.token_hex(16))
    if not is_version_at_least(context.protocol_version or "", _MODERN):
        raise UrlElicitationRequiredError([asked])
    given = (context.input_responses or {}).get(_QUESTION)
    if given is None:
        return InputRequiredResult(
            result_type="input_required",
            input_requests={_QUESTION: ElicitRequest(method="elicitation/create", params=asked)},
        )
    if isinstance(given, ElicitResult) and given.action != "accept":
        return failures.refusal(
            NotConnectedError("the user did not connect a HubSpot account", hint="Ask before trying again.")
        )
    return told
