"""What was just done, told once on the next page and kept a while under "Recent".

Kept in memory per session: after a restart there is nothing recent, and the journal is the record.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

__all__ = ["Notice", "Notices"]

KEPT = 10
MOST_SESSIONS = 200


@dataclass(slots=True)
class Notice:
    """One sentence, where it leads, and how it is undone; `undo` is the address of a form that posts."""

    text: str
    href: str = ""
    undo: str = ""
    is_new: bool = True


class Notices:
    """The notices of every session, by the session's public name and the account."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], deque[Notice]] = {}

    def add(self, session: str, account: str, notice: Notice) -> None:
        """Keep a notice, and forget the oldest."""
        key = (session, account)
        kept = self._kept.pop(key, None) or deque[Notice](maxlen=KEPT)
        kept.appendleft(notice)
        self._kept[key] = kept
        while len(self._kept) > MOST_SESSIONS:
            del self._kept[next(iter(self._kept))]

    def fresh(self, session: str, account: str) -> list[Notice]:
        """Give what was not shown yet, newest last, and count it as shown."""
        found = [notice for notice in self._kept.get((session, account), ()) if notice.is_new]
        for notice in found:
            notice.is_new = False
        return found[:3][::-1]

    def recent(self, session: str, account: str) -> list[Notice]:
        """Give all that is kept, newest first."""
        return list(self._kept.get((session, account), ()))
