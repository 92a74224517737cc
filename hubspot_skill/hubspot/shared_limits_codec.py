"""Writes the shared value of a limit as JSON and reads it back; what does not read is no value. Pure.

Account ids are only in the row's name, as keyed hashes: the value holds numbers and random names.
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from hubspot_skill.hubspot.limits import MOST_TOLD, LogState, Priority, Quota
from hubspot_skill.hubspot.shared_limits_line import LineState, Member

__all__ = ["decode", "encode"]

_CLASSES = tuple(Priority)
_Count = Annotated[int, Field(ge=0, le=MOST_TOLD)]
_Name = Annotated[str, Field(max_length=64)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Seconds = _Finite | None
_Number = int | None


class _Stored(BaseModel):
    """The value as it is written; classes are numbers in the order of `Priority`, a moment that never was is null."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: Literal[1] = 1
    birth: _Name
    told: _Count
    window: Annotated[float, Field(gt=0, le=3600)]
    cooling: Annotated[
        list[tuple[_Finite, Annotated[int, Field(ge=0, lt=len(_CLASSES))], _Count]], Field(max_length=MOST_TOLD)
    ]
    members: dict[_Name, tuple[_Finite, _Count, _Count, _Count]]
    seen: tuple[_Seconds, _Seconds, _Seconds]
    serial: int
    foreign: tuple[int, _Seconds]
    cut: tuple[_Number, _Seconds, _Seconds]
    paused: _Seconds
    changed: _Finite
    wall: _Finite
    cautious: bool
    parked: _Seconds
    closed: dict[_Name, _Finite]
    quota: tuple[_Number, _Number, _Number, _Number]


def encode(state: LineState) -> bytes:
    """Give the bytes of a value."""
    log, quota = state.log, state.quota
    runs = [(key, sum(1 for _ in run)) for key, run in groupby(log.cooling)]
    return to_json(
        {
            "v": 1,
            "birth": state.birth,
            "told": log.told,
            "window": log.window_s,
            "cooling": [(until_s, _CLASSES.index(priority), count) for (until_s, priority), count in runs],
            "members": {
                name: (member.lease_until_s, *(member.in_flight[priority] for priority in _CLASSES))
                for name, member in state.members.items()
            },
            "seen": [_finite(log.seen[priority]) for priority in _CLASSES],
            "serial": log.serial,
            "foreign": (log.foreign, _finite(log.foreign_until_s)),
            "cut": (log.cut_to, _finite(log.cut_at_s), _finite(log.next_raise_s)),
            "paused": _finite(log.paused_until_s),
            "changed": state.changed_s,
            "wall": state.wall_ahead_s,
            "cautious": state.is_cautious,
            "parked": _finite(state.parked_until_s),
            "closed": dict(state.closed_until_s),
            "quota": (quota.burst_most, quota.burst_remaining, quota.daily_most, quota.daily_remaining),
        }
    )


def decode(value: bytes) -> LineState | None:
    """Read a value; None when it is damaged or of another format."""
    try:
        stored = _Stored.model_validate_json(value)
    except ValidationError:
        return None
    members = {
        name: Member(lease_until_s, dict(zip(_CLASSES, counts, strict=True)))
        for name, (lease_until_s, *counts) in stored.members.items()
    }
    log = LogState(
        told=stored.told,
        window_s=stored.window,
        cooling=tuple((until_s, _CLASSES[number]) for until_s, number, count in stored.cooling for _ in range(count)),
        in_flight={p: sum(m.in_flight[p] for m in members.values()) for p in _CLASSES},
        seen={p: _or(s, -math.inf) for p, s in zip(_CLASSES, stored.seen, strict=True)},
        serial=stored.serial,
        foreign=stored.foreign[0],
        foreign_until_s=_or(stored.foreign[1], -math.inf),
        cut_to=stored.cut[0],
        cut_at_s=_or(stored.cut[1], -math.inf),
        next_raise_s=_or(stored.cut[2], math.inf),
        paused_until_s=_or(stored.paused, -math.inf),
    )
    return LineState(
        birth=stored.birth,
        log=log,
        members=members,
        changed_s=stored.changed,
        wall_ahead_s=stored.wall,
        is_cautious=stored.cautious,
        parked_until_s=_or(stored.parked, -math.inf),
        closed_until_s=stored.closed,
        quota=Quota(*stored.quota),
    )


def _finite(moment_s: float) -> float | None:
    return None if math.isinf(moment_s) else moment_s


def _or(moment_s: float | None, never_s: float) -> float:
    return never_s if moment_s is None else moment_s
