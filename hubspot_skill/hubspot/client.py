"""One HubSpot account as the rooms above see it: families of typed calls over one shared line.

`at` gives the same account for another class of caller, with another share of the limits and another deadline.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.account import AccountCalls
from hubspot_skill.hubspot.associations import Associations
from hubspot_skill.hubspot.budget import LimitStore, MemoryLimits
from hubspot_skill.hubspot.calls import Caller, Line
from hubspot_skill.hubspot.campaigns import Campaigns
from hubspot_skill.hubspot.limits import Priority, Quota
from hubspot_skill.hubspot.marketing import Lists, MarketingEmails
from hubspot_skill.hubspot.objects import Objects
from hubspot_skill.hubspot.schema import SchemaCalls
from hubspot_skill.hubspot.settings import AdapterSettings
from hubspot_skill.hubspot.tokens import TokenSource
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.hubspot.wire.paths import Paths

__all__ = ["HubSpot"]


class HubSpot:
    """One account: its records, schema, associations, campaigns, e-mails, lists and its own facts.

    Every call raises only errors of `domain.errors` and ends before its deadline, counted for each request alone.
    """

    def __init__(
        self,
        *,
        tokens: TokenSource,
        transport: Transport,
        settings: AdapterSettings,
        clock: Clock,
        limits: LimitStore | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Join the parts; without a shared store of limits they are kept in this process."""
        store = limits if limits is not None else MemoryLimits(settings.limits, clock)
        line = Line(tokens=tokens, transport=transport, limits=store, clock=clock, chance=chance)
        self._settings = settings
        self._assemble(Caller(line), Paths(settings.api_version))

    def _assemble(self, caller: Caller, paths: Paths) -> None:
        self._caller = caller
        self._paths = paths
        self.objects = Objects(caller, paths)
        self.schema = SchemaCalls(caller, paths)
        self.associations = Associations(caller, paths)
        self.accounts = AccountCalls(caller, paths, self._settings.app)
        self.campaigns = Campaigns(caller, paths)
        self.emails = MarketingEmails(caller, paths)
        self.lists = Lists(caller, paths)

    def at(self, priority: Priority, *, deadline_s: float | None = None) -> HubSpot:
        """Give the same account for another class of caller; without `deadline_s` the class's own."""
        other = object.__new__(HubSpot)
        other._settings = self._settings
        seconds = priority.deadline_s if deadline_s is None else deadline_s
        other._assemble(Caller(self._caller.line, priority, seconds), self._paths)
        return other

    @property
    def is_sandbox(self) -> bool:
        """True where what answers is no real HubSpot."""
        return self._settings.is_sandbox

    @property
    def quota(self) -> Quota:
        """The limits as HubSpot last told them."""
        return self._caller.line.limits.quota

    async def aclose(self) -> None:
        """Close the connections (which accounts of one transport share)."""
        await self._caller.line.transport.aclose()
