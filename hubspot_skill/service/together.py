"""Several waits at once, ended together.

`asyncio.gather` leaves the others running when one fails, and a task group wraps the failure; a use case wants the
first failure itself and nothing left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hubspot_skill.domain.errors import HubSpotSkillError

__all__ = ["all_of", "both", "three"]

T = TypeVar("T")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")


async def all_of(waits: list[Coroutine[Any, Any, T]]) -> list[T]:
    """Wait for all and give their results in order; the first domain error ends the others and is raised."""
    if len(waits) == 1:
        return [await waits[0]]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(wait) for wait in waits]
    except BaseExceptionGroup as failures:
        domain, _ = failures.split(HubSpotSkillError)
        if domain is None:
            raise
        raise _first(domain) from None
    return [task.result() for task in tasks]


async def both(one: Coroutine[Any, Any, T1], two: Coroutine[Any, Any, T2]) -> tuple[T1, T2]:
    """Wait for two of different kinds, as `all_of`."""
    first: list[T1] = []
    second: list[T2] = []
    await all_of([_into(first, one), _into(second, two)])
    return first[0], second[0]


async def three(
    one: Coroutine[Any, Any, T1], two: Coroutine[Any, Any, T2], other: Coroutine[Any, Any, T3]
) -> tuple[T1, T2, T3]:
    """Wait for three of different kinds, as `all_of`."""
    third: list[T3] = []
    first_two, _ = await both(both(one, two), _into(third, other))
    return first_two[0], first_two[1], third[0]


async def _into(place: list[T], wait: Coroutine[Any, Any, T]) -> None:
    place.append(await wait)


def _first(failures: BaseExceptionGroup[HubSpotSkillError]) -> HubSpotSkillError:
    found = failures.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
