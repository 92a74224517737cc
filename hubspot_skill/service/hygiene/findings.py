"""Keeps what was found, so that a plan can be made of it by a handle: in this process, for half an hour, a few at a time.

A handle is no authority: the plan that is made of it is checked, shown and approved like any other.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hubspot_skill.domain.errors import NotFoundError
from hubspot_skill.domain.names import ObjectType, RecordId
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.clock import Clock
from hubspot_skill.service.hygiene.matching import Group

__all__ = ["Coverage", "Findings", "KeptFindings"]

_KEPT_S = 1800.0
_MOST = 20
_HANDLE_BYTES = 6


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was looked at: `read` of `total` records, for so many HubSpot requests, true at `as_of`."""

    read: int
    total: int
    requests: int
    as_of: datetime

    @property
    def is_whole(self) -> bool:
        """True where every record was looked at."""
        return self.read >= self.total


@dataclass(frozen=True, slots=True)
class Findings:
    """What one question found of one type: groups of one and the same record, or ids by doubt."""

    type: ObjectType
    coverage: Coverage
    groups: tuple[Group, ...] = ()
    doubts: Mapping[str, tuple[RecordId, ...]] = field(default_factory=dict[str, tuple[RecordId, ...]])


class KeptFindings:
    """The findings of one account in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[Findings, float]] = {}

    def keep(self, findings: Findings) -> str:
        """Keep findings and give their handle."""
        now_s = self._clock.monotonic()
        self._kept = {h: (f, at_s) for h, (f, at_s) in self._kept.items() if now_s - at_s < _KEPT_S}
        while len(self._kept) >= _MOST:
            self._kept.pop(next(iter(self._kept)))
        handle = secrets.token_hex(_HANDLE_BYTES)
        self._kept[handle] = (findings, now_s)
        return handle

    def get(self, handle: str) -> Findings:
        """Give the findings of a handle.

        Raises:
            NotFoundError: there are none, or they are older than half an hour.
        """
        found = self._kept.get(handle.strip())
        if found is None or self._clock.monotonic() - found[1] >= _KEPT_S:
            raise NotFoundError(
                f"there are no findings {quote(handle)}: they are kept for half an hour by the server that found them",
                hint="Ask hubspot_find_duplicates or hubspot_data_quality again.",
            )
        return found[0]
