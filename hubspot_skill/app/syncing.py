"""What `hubspot-skill sync` does: brings the local copy of an account up to date and tells how far it is meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hubspot_skill.service.requests import SyncAction, SyncRequest

if TYPE_CHECKING:
    from hubspot_skill.app.compose import Accounts
    from hubspot_skill.service.answers import SyncAnswer
    from hubspot_skill.surfaces.cli.actions import SyncChoice, SyncWatch

__all__ = ["sync"]

LOOK_S = 0.25
NO_END_S = 7 * 86_400.0


async def sync(accounts: Accounts, choice: SyncChoice, watch: SyncWatch) -> SyncAnswer:
    """Do what was chosen, to its end, and give where the copy stands then."""
    crm = await accounts.crm(choice.account)
    working = asyncio.create_task(crm.sync(SyncRequest(choice.action, budget_s=NO_END_S)))
    try:
        while not working.done():
            await asyncio.wait({working}, timeout=LOOK_S)
            if choice.action in (SyncAction.REFRESH, SyncAction.FULL):
                watch(await crm.sync(SyncRequest(SyncAction.STATUS)))
        return await working
    finally:
        working.cancel()
