"""The limits that all processes of this person on this machine keep together, in one small file.

Several chat clients start a server each, and HubSpot counts them as one; so do `call` and `serve`. The file names
accounts by keyed hashes only, and may be deleted at any time: then each process is careful for one window.
It serves the accounts of the vault. The one account of a token in the environment keeps its limits in memory: its id is
not known before it is asked, and a call through the file costs 1 ms more of processor time (measured 2026-11-23).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hubspot_skill.app.places import Places, console_key
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.crypto import mac
from hubspot_skill.foundation.shared_file import SharedFile
from hubspot_skill.hubspot.shared_limits import SharedLimits
from hubspot_skill.hubspot.shared_limits_rows import FileRows, RowNames

if TYPE_CHECKING:
    from hubspot_skill.hubspot.settings import AdapterSettings

__all__ = ["Sharing"]


@final
class Sharing:
    """The file of limits; `clock` is the machine's own, since its steady count is what the processes share."""

    def __init__(self, places: Places, clock: Clock) -> None:
        self._clock = clock
        self._rows = FileRows(SharedFile(places.limits), clock)
        self._key = mac(console_key(places).reveal().encode(), b"limits")
        self._given: list[SharedLimits] = []

    def limits(self, *, app_id: str, hub_id: str, adapter: AdapterSettings) -> SharedLimits:
        """Give the limits of an account; `app_id` is what has a burst limit of its own there."""
        names = RowNames.of(self._key, app_id=app_id, hub_id=hub_id)
        made = SharedLimits(self._rows, names, adapter.limits, self._clock)
        self._given.append(made)
        return made

    async def aclose(self) -> None:
        """Give back what this process holds, and close the file."""
        for limits in self._given:
            await limits.aclose()
        await self._rows.close()
