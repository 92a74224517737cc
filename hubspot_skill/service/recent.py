"""Records that were written here in the last minutes, which HubSpot's search may not find yet.

HubSpot's search lags behind writes by seconds (up to about 30 reported). Without this, a company created a moment ago
could not be named by its domain or name, and the same company could be created twice. It is a help within one process
and no promise: what another process or person wrote is seen when HubSpot's search sees it.
"""

from __future__ import annotations

from collections import OrderedDict

from hubspot_skill.domain.names import ObjectType, RecordId
from hubspot_skill.domain.records import Record
from hubspot_skill.foundation.clock import Clock

__all__ = ["KEPT_S", "Recent"]

KEPT_S = 120.0
_MOST = 500


class Recent:
    """The newest written records of one account, kept for two minutes, with the values that name them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: OrderedDict[tuple[str, RecordId], tuple[Record, float]] = OrderedDict()

    def keep(self, record: Record) -> None:
        """Keep a record as it was just written."""
        key = (record.type.name, record.id)
        self._records.pop(key, None)
        self._records[key] = (record, self._clock.monotonic())
        while len(self._records) > _MOST:
            self._records.popitem(last=False)

    def of(self, type: ObjectType) -> tuple[Record, ...]:
        """Give the kept records of a type, newest last."""
        least = self._clock.monotonic() - KEPT_S
        return tuple(record for (name, _), (record, at) in self._records.items() if name == type.name and at >= least)
