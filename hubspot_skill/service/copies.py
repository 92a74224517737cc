"""The use cases of the local copy: how fresh it is, make it fresh, compare it whole, and find records in it by words."""

from __future__ import annotations

import asyncio

from hubspot_skill.domain.errors import HubSpotSkillError, InvalidInputError
from hubspot_skill.domain.text import clean
from hubspot_skill.mirror.finding import find as find_in
from hubspot_skill.service.answers import FindAnswer, FoundRecord, SyncAnswer, SyncedObject
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.requests import FindRequest, SyncAction, SyncRequest
from hubspot_skill.service.sync.source import OBJECTS
from hubspot_skill.service.sync.syncer import Syncer, SyncState

__all__ = ["find", "sync", "syncer_of"]

FRESH_S = 0.0
FIND_MOST = 50
_TITLE = 120


async def sync(connection: Connection, request: SyncRequest) -> SyncAnswer:
    """Do what is asked about the local copy, and tell where it stands.

    Raises:
        InvalidInputError: no local copy is kept here.
    """
    syncer = await syncer_of(connection)
    error = ""
    if request.action is SyncAction.PAUSE or request.action is SyncAction.RESUME:
        await syncer.pause(paused=request.action is SyncAction.PAUSE)
    elif request.action is not SyncAction.STATUS:
        error = await _bring(syncer, request)
    scene = await connection.scene()
    return _told(scene, await syncer.state(), error)


async def find(connection: Connection, request: FindRequest) -> FindAnswer:
    """Find records of every type by words; nothing is asked of HubSpot.

    Raises:
        InvalidInputError: no local copy is kept here, or the limit is out of range.
    """
    if not 1 <= request.limit <= FIND_MOST:
        raise InvalidInputError(f"the limit is {request.limit}: expected 1 to {FIND_MOST}", field="limit")
    syncer = await syncer_of(connection)
    hits = await find_in(syncer.mirror, request.text, limit=request.limit, objects=request.types)
    state = await syncer.state()
    scene = await connection.scene()
    if not state.is_complete:
        scene.note("The local copy is still being read: not every record can be found yet.")
    found = tuple(
        FoundRecord(
            hit.object,
            str(hit.id),
            clean(hit.title, most=_TITLE) or str(hit.id),
            clean(hit.detail, most=_TITLE),
            scene.link(OBJECTS[hit.object], str(hit.id)),
        )
        for hit in hits
    )
    return FindAnswer(found=found, age_s=_age(scene, state), **scene.provenance())


async def syncer_of(connection: Connection) -> Syncer:
    """Give the sync of an account's local copy, opened at the first call.

    Raises:
        InvalidInputError: no local copy is kept here.
    """
    if connection.copy is None:
        raise InvalidInputError(
            "no local copy of the account is kept here", hint="Start the server with `hubspot-skill serve` or `mcp`."
        )
    return await connection.copy.syncer()


async def _bring(syncer: Syncer, request: SyncRequest) -> str:
    """Bring the copy up to date within the time; what is not done then goes on in the background of a server."""
    try:
        async with asyncio.timeout(request.budget_s):
            state = await syncer.state()
            if request.action is SyncAction.FULL or not state.is_complete:
                if not await syncer.complete(check=request.action is SyncAction.FULL):
                    await syncer.until_complete(budget_s=request.budget_s)
            else:
                await syncer.refresh(max_age_s=FRESH_S, budget_s=request.budget_s)
    except TimeoutError:
        return ""
    except HubSpotSkillError as error:
        return error.code
    return ""


def _told(scene: Scene, state: SyncState, error: str) -> SyncAnswer:
    if state.is_paused:
        scene.note("Sync is paused; what is here stays as it is until it is resumed.")
    if not state.is_complete:
        scene.note("Not everything was read yet: reports wait for it, counts come from HubSpot's search meanwhile.")
    return SyncAnswer(
        objects=tuple(
            SyncedObject(o.object, o.phase, o.done, o.total, o.as_of and o.as_of.astimezone(scene.account.zone))
            for o in state.objects
        ),
        copied_as_of=state.as_of and state.as_of.astimezone(scene.account.zone),
        age_s=_age(scene, state),
        links_left=state.links_left,
        is_complete=state.is_complete,
        is_paused=state.is_paused,
        is_here=state.is_leading,
        last_error=error or state.last_error or "",
        **scene.provenance(),
    )


def _age(scene: Scene, state: SyncState) -> float | None:
    return None if state.as_of is None else max(0.0, (scene.now - state.as_of).total_seconds())
