"""Notes every use case in the audit: reads some at a time, writes before they are sent.

Which records an action was about is told by their ids, as asked for and as found; the audit keeps keyed digests of them
and no text of the CRM. A search, a report or a sync is noted without the records that it found.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from hubspot_skill.access.policy import Action
from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.service.answers import Brief, GetAnswer, WriteAnswer
from hubspot_skill.service.requests import ActivityRequest, BriefRequest, GetRequest, UpdateRequest

__all__ = ["Noted", "Trail", "noting"]

_BEGUN = "begun"
_DONE = "done"
_BROKEN_OFF = "broken_off"


class Trail(Protocol):
    """The audit as one account's use cases see it."""

    def later(self, action: Action, outcome: str, objects: Sequence[str]) -> None:
        """Keep an entry within a second or so."""
        ...

    async def at_once(self, action: Action, outcome: str, objects: Sequence[str]) -> None:
        """Keep an entry before going on.

        Raises:
            StoreError: it could not be kept; what it tells of must not be done.
        """
        ...


@dataclass(slots=True)
class Noted:
    """What an action turned out to be about; filled by `found` before the block ends."""

    objects: list[str] = field(default_factory=list[str])

    def found(self, answer: object) -> None:
        """Add the records of an answer."""
        self.objects += _of_answer(answer)


@asynccontextmanager
async def noting(trail: Trail | None, action: Action, request: object) -> AsyncGenerator[Noted]:
    """Note an action and how it ended while the block runs; without a trail nothing is noted.

    Raises:
        StoreError: a write could not be noted, so the block did not run.
    """
    noted = Noted()
    if trail is None:
        yield noted
        return
    named = _of_request(request)
    if action.is_write and not getattr(request, "dry_run", False):
        await trail.at_once(action, _BEGUN, named)
    outcome = _BROKEN_OFF
    try:
        yield noted
        outcome = _DONE
    except HubSpotSkillError as error:
        outcome = error.code
        raise
    finally:
        trail.later(action, outcome, noted.objects or named)


def _of_request(request: object) -> list[str]:
    match request:
        case GetRequest(records=records, type=kind):
            return [_named(kind, record) for record in records]
        case BriefRequest(record=record, type=kind) | UpdateRequest(record=record, type=kind):
            return [_named(kind, record)]
        case ActivityRequest(records=links):
            return [_named(link.type, link.record) for link in links]
        case _:
            return []


def _of_answer(answer: object) -> list[str]:
    match answer:
        case GetAnswer(records=records):
            return [_named(record.type, record.id) for record in records]
        case Brief(record=record):
            return [_named(record.type, record.id)]
        case WriteAnswer(type=kind, id=record_id) if record_id:
            return [_named(kind, record_id)]
        case _:
            return []


def _named(kind: str, record: str) -> str:
    return f"{kind}/{record}"
