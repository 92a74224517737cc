"""Where deals were moved to a moment ago: HubSpot's search does not know for some seconds."""

from __future__ import annotations

import time

__all__ = ["Moves"]

KEPT_S = 30.0
MOST = 500


class Moves:
    """The last moves of this process, by account and deal."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, float]] = {}

    def note(self, account: str, id: str, stage: str) -> None:
        """Keep where a deal was moved to."""
        self._kept.pop((account, id), None)
        self._kept[(account, id)] = (stage, time.monotonic())
        while len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def of(self, account: str) -> dict[str, str]:
        """Give the stages of what was moved in the last seconds."""
        since = time.monotonic() - KEPT_S
        return {id: stage for (its, id), (stage, at) in self._kept.items() if its == account and at > since}
