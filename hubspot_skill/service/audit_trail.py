"""The audit as a person reads it: newest first, filtered, and whether the chain holds.

Entries hold no text of customers. Filters look at what an entry says in the clear; the objects of an action stand there
as keyed digests, so that a record's id finds the entries that touched it and tells nobody else anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from hubspot_skill.access.audit import Audit

__all__ = ["AuditFilter", "AuditLine", "AuditPage", "AuditState", "AuditTrail"]

_BATCH = 500
_MOST_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One thing that was done or refused; `connection` is the account's id in the journal or the vault."""

    seq: int
    at: datetime
    principal: str
    client: str
    action: str
    outcome: str
    connection: str = ""
    plan: str = ""
    objects: int = 0


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to keep of the entries; empty keeps all. `record` is a record's id, `word` stands in action or outcome."""

    word: str = ""
    plan: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first; `before` continues with older ones, 0 at the end. `looked_at` counts entries read."""

    lines: tuple[AuditLine, ...]
    before: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class AuditState:
    """Whether the chain holds: how many rows were read, its head to write down elsewhere, and where it breaks."""

    holds: bool
    rows: int
    head: str
    broken_at: int | None
    reason: str


class AuditTrail:
    """The audit of one tenant."""

    def __init__(self, audit: Audit, tenant: str) -> None:
        self._audit = audit
        self._tenant = tenant

    async def page(self, wanted: AuditFilter, *, before: int = 0, most: int = 50) -> AuditPage:
        """Give the newest entries before a place (0: the end) that fit; looks at no more than 20,000."""
        last = (await self._audit.head(self._tenant)).seq
        end = min(before - 1, last) if before else last
        digest = self._audit.object_digest(wanted.record) if wanted.record else ""
        found: list[AuditLine] = []
        looked_at = 0
        while end > 0 and len(found) < most and looked_at < _MOST_LOOKED_AT:
            begin = max(end - _BATCH, 0)
            rows = await self._audit.entries(self._tenant, after=begin, most=end - begin)
            for seq, at, body in reversed([row for row in rows if row[0] <= end]):
                looked_at += 1
                line = _line(seq, at, body, wanted, digest)
                if line is not None:
                    found.append(line)
                if len(found) == most:
                    return AuditPage(tuple(found), seq if seq > 1 else 0, looked_at)
            if not rows:
                break
            end = begin
        return AuditPage(tuple(found), end if end > 0 and looked_at >= _MOST_LOOKED_AT else 0, looked_at)

    async def verify(self) -> AuditState:
        """Read the chain from its beginning and say whether it holds."""
        found = await self._audit.verify(self._tenant)
        return AuditState(found.holds, found.rows, str(found.head), found.broken_at, found.reason)


def _line(seq: int, at: datetime, body: str, wanted: AuditFilter, digest: str) -> AuditLine | None:
    said: dict[str, object] = json.loads(body)
    objects = said.get("objects")
    digests: list[object] = objects if isinstance(objects, list) else []  # pyright: ignore[reportUnknownVariableType] - texts that this program kept
    action, outcome, plan = (str(said.get(name, "")) for name in ("action", "outcome", "plan"))
    is_wanted = (
        wanted.word.casefold() in f"{action} {outcome}".casefold()
        and (not wanted.plan or plan == wanted.plan)
        and (not digest or digest in digests)
    )
    if not is_wanted:
        return None
    principal, client, connection = (str(said.get(name, "")) for name in ("principal", "client", "connection"))
    return AuditLine(seq, at, principal, client, action, outcome, connection, plan, len(digests))
