"""The limits that all processes of this installation keep together, in one small file or a table of PostgreSQL.

Several chat clients start a server each, and HubSpot counts them as one; so do `call` and `serve`. Accounts are named by
keyed hashes only, and the file may be deleted at any time: then each process is careful for one window.
It serves the accounts of the vault, and the one account of a token in the environment: that one shares with processes of
the same token, since the account's id is not known before it is asked, so its search limit (which HubSpot counts for the
whole account) is not shared with other tokens of that account. The sandbox inside one process shares with nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from hubspot_skill.app.databases import Databases, Store
from hubspot_skill.app.places import Places, console_key
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.foundation.crypto import mac
from hubspot_skill.foundation.shared_file import SharedFile
from hubspot_skill.hubspot.shared_limits import SharedLimits
from hubspot_skill.hubspot.shared_limits_rows import FileRows, RowNames

if TYPE_CHECKING:
    from hubspot_skill.hubspot.settings import AdapterSettings
    from hubspot_skill.hubspot.shared_limits_table import TableRows

__all__ = ["Sharing"]

_NAMES = b"limits"


@final
class Sharing:
    """The rows of limits; make it with `of_file` or `of_store`."""

    def __init__(self, rows: FileRows | TableRows, key: bytes, clock: Clock) -> None:
        """Name the rows; `key` is what accounts are named by, and `clock` the machine's own.

        Processes of one machine share the clock's steady count.
        """
        self._rows = rows
        self._key = key
        self._clock = clock
        self._given: list[SharedLimits] = []

    @classmethod
    def of_file(cls, places: Places, clock: Clock) -> Sharing:
        """Share with this person's processes on this machine."""
        key = mac(console_key(places).reveal().encode(), _NAMES)
        return cls(FileRows(SharedFile(places.limits), clock), key, clock)

    @classmethod
    async def of_store(cls, databases: Databases, tenant: str, clock: Clock) -> Sharing:
        """Share with the processes of every host that uses this PostgreSQL database."""
        from hubspot_skill.hubspot.shared_limits_table import TableRows

        store = await databases.open(Store.LIMITS)
        return cls(TableRows(store.database, tenant, clock), mac(store.key, _NAMES), clock)

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
