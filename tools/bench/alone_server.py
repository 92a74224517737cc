"""Our MCP server as it was before anything was kept: the account of one token, its limits in this process alone."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from hubspot_skill.app import stdio
from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.settings import read_settings
from hubspot_skill.foundation.secret import Secret

if TYPE_CHECKING:
    from hubspot_skill.hubspot.settings import AdapterSettings
    from hubspot_skill.hubspot.shared_limits import SharedLimits


class Alone(Accounts):
    """The account of the environment's token, which shares nothing."""

    async def _limits_of_token(self, token: Secret, adapter: AdapterSettings) -> SharedLimits | None:
        return None


if __name__ == "__main__":
    stdio.Accounts = Alone
    asyncio.run(stdio.serve(read_settings(os.environ)))
