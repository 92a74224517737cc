"""One account's mirror as reports see it: fresh enough where that can be had within a second, else told how old.

A report is computed only when every object that it counts was read whole at least once. Before that the first sync is
given some seconds; if it is not over then, the caller is told how far it is, and no figure at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hubspot_skill.analytics.catalogue import Catalogue, load
from hubspot_skill.domain.errors import InvalidInputError, MirrorFillingError
from hubspot_skill.foundation.clock import Clock

if TYPE_CHECKING:
    from hubspot_skill.mirror.store import Mirror
    from hubspot_skill.service.sync.syncer import LocalCopy, SyncState

__all__ = ["Ready", "ReportDesk"]

REFRESH_S = 1.0
FIRST_SYNC_S = 15.0
CATALOGUE_S = 30.0


@dataclass(frozen=True, slots=True)
class Ready:
    """A mirror that can be reported from: what it knows of the account, and since when it is that true."""

    mirror: Mirror
    catalogue: Catalogue
    as_of: datetime
    age_s: float


class ReportDesk:
    """Where reports of one account are made; `copy` None where this program keeps no local copy of it."""

    def __init__(self, copy: LocalCopy | None, clock: Clock) -> None:
        self._copy = copy
        self._clock = clock
        self._catalogue: tuple[Catalogue, object, float] | None = None

    async def ready(self, objects: Sequence[str], *, max_age_s: float) -> Ready:
        """Give the mirror with these objects whole, at most that old if a second is enough for it.

        Raises:
            InvalidInputError: no local copy is kept here.
            MirrorFillingError: the first reading of an object is not over.
        """
        if self._copy is None:
            raise InvalidInputError(
                "reports are computed from a local copy of the account, and none is kept here",
                hint="Counts can be had by a search with count_only.",
            )
        syncer = await self._copy.syncer()
        state = await syncer.refresh(max_age_s=max_age_s, budget_s=REFRESH_S)
        if not _is_whole(state, objects):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_SYNC_S):
                    await syncer.complete()
            state = await syncer.state()
        if not _is_whole(state, objects):
            raise _filling(state, objects)
        moments = [o.as_of for o in state.objects if o.object in objects and o.as_of is not None]
        as_of = min(moments)
        age_s = max(0.0, (self._clock.now() - as_of).total_seconds())
        return Ready(syncer.mirror, await self._known(syncer.mirror, tuple(moments)), as_of, age_s)

    async def _known(self, mirror: Mirror, state: object) -> Catalogue:
        """Give the catalogue, read again when the mirror moved on or half a minute has passed."""
        now = self._clock.monotonic()
        if self._catalogue is not None:
            catalogue, its_state, read_at = self._catalogue
            if its_state == state and now - read_at < CATALOGUE_S:
                return catalogue
        catalogue = await load(mirror)
        self._catalogue = (catalogue, state, now)
        return catalogue


def _is_whole(state: SyncState, objects: Sequence[str]) -> bool:
    whole = {o.object for o in state.objects if o.as_of is not None}
    return state.links_left == 0 and all(o in whole for o in objects)


def _filling(state: SyncState, objects: Sequence[str]) -> MirrorFillingError:
    parts = [
        f"{o.done} of {o.total if o.total is not None else 'an unknown number of'} {o.object} records"
        for o in state.objects
        if o.object in objects and o.as_of is None
    ]
    told = ", ".join(parts) or f"{state.links_left} kinds of links are left"
    paused = " Sync is paused: hubspot-skill sync resumes it." if state.is_paused else ""
    return MirrorFillingError(
        f"the local copy of the account is still being read for the first time ({told}), so no figure would be exact",
        hint=f"Ask again in a minute; counts of one filter can be had now by a search with count_only.{paused}",
        retry_after_s=60.0,
    )
