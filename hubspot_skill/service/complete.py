"""Names that begin as somebody typed: object types, properties, stages, pipelines, owners."""

from __future__ import annotations

from collections.abc import Mapping

from hubspot_skill.domain.errors import UnknownNameError
from hubspot_skill.domain.names import DEALS, STANDARD_TYPES, ObjectType
from hubspot_skill.domain.text import clean
from hubspot_skill.service.connection import Connection
from hubspot_skill.service.directory import Directory
from hubspot_skill.service.requests import CompleteKind
from hubspot_skill.service.words import stages
from hubspot_skill.service.words.nearest import fold

__all__ = ["MAX_NAMES", "complete"]

MAX_NAMES = 100
"""Names that one completion may hold (MCP specification, completion/complete, read 2026-11-23)."""


async def complete(
    connection: Connection, kind: CompleteKind, prefix: str, context: Mapping[str, str]
) -> tuple[str, ...]:
    """Give names that begin with the prefix, then those that hold it, at most 100.

    `context` holds what was already filled in: `type` (or `object_type`) and `pipeline`.
    """
    names = await _names(connection.directory, kind, context)
    wanted = fold(prefix)
    unique = list(dict.fromkeys(clean(n) for n in names if n))
    first = sorted(n for n in unique if fold(n).startswith(wanted))
    then = sorted(n for n in unique if wanted in fold(n) and not fold(n).startswith(wanted))
    return tuple((first + then)[:MAX_NAMES])


async def _names(directory: Directory, kind: CompleteKind, context: Mapping[str, str]) -> list[str]:
    if kind is CompleteKind.OBJECT_TYPE:
        return [t.name for t in STANDARD_TYPES] + [t.name for t in await directory.custom_types()]
    if kind is CompleteKind.OWNER:
        return ["me", *(o.name for o in await directory.owners() if o.is_active)]
    type = await _type(directory, context)
    if type is None:
        return []
    if kind is CompleteKind.PROPERTY:
        return [p.name for p in (await directory.book(type)).properties if not p.is_hidden]
    pipelines = await directory.pipelines(type)
    if kind is CompleteKind.PIPELINE:
        return [p.label for p in pipelines]
    if context.get("pipeline"):
        try:
            pipelines = (stages.pipeline(context["pipeline"], pipelines),)
        except UnknownNameError:
            return []
    return [s.label for p in pipelines for s in p.stages]


async def _type(directory: Directory, context: Mapping[str, str]) -> ObjectType | None:
    word = context.get("type") or context.get("object_type")
    if not word:
        return DEALS
    try:
        return await directory.type(word)
    except UnknownNameError:
        return None
