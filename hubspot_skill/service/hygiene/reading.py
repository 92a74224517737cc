"""Reads the records of a type for a question about all of them, from wherever they are, and says how many it read.

From HubSpot itself a page of 100 costs a request, so a reading is bounded by requests and by time; what was not read is told.
The lists begin with the oldest records (by id). Source: HubSpot's CRM objects guide, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, final

from hubspot_skill.domain.names import ObjectType
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.search import Search
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.hubspot.client import HubSpot

__all__ = ["LiveRecords", "Reading", "RecordSource"]

_TIME_S = 20.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: `records` of `total`, in ascending id, for so many requests; `total` is exact when it was asked."""

    records: tuple[Record, ...]
    total: int
    requests: int

    @property
    def is_whole(self) -> bool:
        """True where nothing was left unread."""
        return len(self.records) >= self.total


class RecordSource(Protocol):
    """Where records are read."""

    async def read(self, type: ObjectType, properties: Sequence[Property]) -> Reading:
        """Give a type's records with these properties, as many as the source gives at once."""
        ...


@final
class LiveRecords:
    """HubSpot itself, bounded: at most so many requests, and no new one after 20 seconds."""

    def __init__(self, hubspot: HubSpot, clock: Clock, *, most_requests: int) -> None:
        self._hubspot = hubspot
        self._clock = clock
        self._most = most_requests

    async def read(self, type: ObjectType, properties: Sequence[Property]) -> Reading:
        """Give the records from the lowest id on; 1 request per 100, and 1 to count what is left, if any is."""
        until_s = self._clock.monotonic() + _TIME_S
        records: list[Record] = []
        after: str | None = None
        requests = 0
        while requests < self._most and (not requests or self._clock.monotonic() < until_s):
            page = await self._hubspot.objects.list(type, properties=properties, after=after)
            requests += 1
            records += page.records
            after = page.next_after
            if after is None:
                return Reading(tuple(records), len(records), requests)
        total = await self._hubspot.objects.count(Search(type))
        return Reading(tuple(records), max(total, len(records) + 1), requests + 1)
