"""Reads the history of deals (stage, amount, close date, owner …) and makes time in stages exact from it.

Open deals come first, then closed ones, the newest change first. What is to be read follows from the mirror itself: a
deal whose `history_at` is older than its `modified_at`. HubSpot keeps the newest 20 values of a property, so what was
known from before the oldest of those stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.names import DEALS, PropertyName
from hubspot_skill.domain.records import HistoryEntry, Record
from hubspot_skill.mirror.forms import as_ms
from hubspot_skill.mirror.lease import Lease
from hubspot_skill.mirror.records import put
from hubspot_skill.mirror.rows import Row
from hubspot_skill.mirror.tables import TRACKED, change, deal, stage_stay
from hubspot_skill.service.sync.listing import PauseGate
from hubspot_skill.service.sync.source import Source

__all__ = ["fill_history", "stays"]

DEALS_A_REQUEST = 50
REQUESTS_AT_ONCE = 8
KEPT_BY_HUBSPOT = 20
_PROPERTIES = tuple(PropertyName(name) for name in TRACKED["deal"].values())
_STAGE = PropertyName("dealstage")


async def fill_history(source: Source, lease: Lease, gate: PauseGate) -> int:
    """Read the history of every deal that lacks it; 1 request per 50. Gives how many deals were read."""
    if "deal" not in source.makers:
        return 0
    wanting = (
        select(deal.c.id, deal.c.modified_at)
        .where(deal.c.archived == 0, deal.c.merged_into.is_(None))
        .where(or_(deal.c.history_at.is_(None), deal.c.history_at < deal.c.modified_at))
        .order_by(deal.c.is_closed, deal.c.modified_at.desc())
        .limit(DEALS_A_REQUEST * REQUESTS_AT_ONCE)
    )
    done = 0
    while True:
        gate.check()
        rows = await lease.mirror.execute(wanting)
        if not rows:
            return done
        modified = {row.id: row.modified_at for row in rows}
        ids = [str(id) for id in modified]
        parts = [ids[start : start + DEALS_A_REQUEST] for start in range(0, len(ids), DEALS_A_REQUEST)]
        found = await asyncio.gather(
            *(source.hubspot.objects.read_many(DEALS, part, properties=(), history=_PROPERTIES) for part in parts)
        )
        records = [record for part in found for record in part]
        await lease.write(lambda connection, rs=records, m=modified: _keep(connection, lease, rs, m))
        done += len(rows)


def stays(deal_id: int, history: Sequence[HistoryEntry]) -> list[Row]:
    """Give one row per stage that a deal was in, from the whole history of its stage (newest first)."""
    entries = sorted(history, key=lambda entry: entry.at)
    steps = [(entry.value, as_ms(entry.at)) for entry in entries]
    moves = [step for place, step in enumerate(steps) if place == 0 or steps[place - 1][0] != step[0]]
    rows: dict[str, Row] = {}
    for place, (stage, entered) in enumerate(moves):
        if not stage:
            continue
        left = moves[place + 1][1] if place + 1 < len(moves) else None
        row = rows.setdefault(
            stage,
            {"stage": stage, "deal_id": deal_id, "first_in": entered, "ms_done": 0, "visits": 0, "exact": 1},
        )
        row["last_in"], row["last_out"] = entered, left
        row["visits"] += 1
        row["ms_done"] += 0 if left is None else left - entered
    return list(rows.values())


async def _keep(connection: AsyncConnection, lease: Lease, records: Sequence[Record], modified: dict[int, int]) -> None:
    """Write the history of deals, and note of each that it is there; a deal that is gone is noted too."""
    mirror = lease.mirror
    changes: list[Row] = []
    stayed: list[Row] = []
    whole: list[int] = []
    for record in records:
        id = int(record.id)
        for name in _PROPERTIES:
            changes += _changes(id, name, record.history.get(name, ()))
        if (history := record.history.get(_STAGE, ())) and len(history) < KEPT_BY_HUBSPOT:
            whole.append(id)
            stayed += stays(id, history)
    await connection.execute(
        delete(change).where(change.c.object == "deal", change.c.id.in_(whole), change.c.source == "seen")
    )
    await put(connection, mirror, change, changes)
    await connection.execute(delete(stage_stay).where(stage_stay.c.deal_id.in_(whole)))
    await put(connection, mirror, stage_stay, stayed)
    noted = update(deal).where(deal.c.id == bindparam("row")).values(history_at=bindparam("moment"))
    await connection.execute(noted, [{"row": id, "moment": moment} for id, moment in modified.items()])


def _changes(id: int, name: PropertyName, history: Sequence[HistoryEntry]) -> list[Row]:
    return [
        {
            "object": "deal",
            "id": id,
            "property": name,
            "at": as_ms(entry.at),
            "value": entry.value or None,
            "source": "history",
        }
        for entry in history
    ]
