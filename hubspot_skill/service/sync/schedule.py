"""Says what sync has to do at a moment, from where every object stands. Pure; moments are milliseconds since 1970."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hubspot_skill.mirror.cursors import CHECKING, FILLED, Cursor

__all__ = ["DAY_MS", "TRAIL_EVERY_MS", "Due", "due"]

MINUTE_MS = 60_000
DAY_MS = 86_400_000
TRAIL_EVERY_MS = 15 * MINUTE_MS
CHECK_EVERY_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now: objects to list (first or again), pairs to link, archived records to read, and the night's work."""

    list: tuple[str, ...] = ()
    link: tuple[tuple[str, str], ...] = ()
    archived: tuple[str, ...] = ()
    nightly: bool = False


def due(
    objects: Iterable[str],
    pairs: Sequence[tuple[str, str]],
    cursors: Mapping[str, Cursor],
    *,
    now: int,
    nightly_at: int,
    check_asked_at: int,
) -> Due:
    """Give what is due; `nightly_at` is when the night's work was last done, `check_asked_at` when a person asked for a check."""
    found = [cursors[object] for object in objects]
    return Due(
        list=tuple(c.object for c in found if _is_list_due(c, now, check_asked_at)),
        link=tuple(pair for pair in pairs if cursors["-".join(pair)].phase != FILLED),
        archived=tuple(c.object for c in found if c.is_filled and now - c.archived_at >= DAY_MS),
        nightly=now - nightly_at >= DAY_MS and any(c.is_filled for c in found),
    )


def _is_list_due(cursor: Cursor, now: int, asked_at: int) -> bool:
    if not cursor.is_filled or cursor.phase == CHECKING:
        return True
    return now - cursor.listed_at >= CHECK_EVERY_MS or cursor.listed_at < asked_at
