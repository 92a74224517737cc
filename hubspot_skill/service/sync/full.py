"""Reads everything of an account into its mirror in one go, as the command line and tests do."""

from __future__ import annotations

import secrets

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.service.sync.syncer import Syncer

__all__ = ["fill"]


async def fill(hubspot: HubSpot, mirror: Mirror, clock: Clock) -> None:
    """Read structure, every record (archived ones too), every link and the history of deals.

    Where another process leads it does nothing: that process reads.
    """
    await Syncer(hubspot, mirror, clock, owner=secrets.token_hex(8)).complete()
