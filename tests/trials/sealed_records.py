"""Trial V3: changes sealed records and their places in every way, and counts what still opens."""

import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.foundation.crypto import KeyVersions, context_bytes, seal, unseal

__all__ = ["Mutated", "mutate_records"]

FIELD_STARTS = (0, 13, 45, 77, 89)
"""Where header, salt, commitment, nonce and ciphertext begin."""

PLACES = tuple(
    (kind, (tenant, connection, "4100001", hub, "production", str(generation)))
    for kind in ("access", "refresh", "alt")
    for tenant in ("local", "other")
    for connection, hub in (("c1", "111"), ("c2", "222"))
    for generation in (1, 2)
)


@dataclass(frozen=True, slots=True)
class Row:
    """A record, where it belongs and the key that is taken for it."""

    kind: str
    place: tuple[str, ...]
    key: bytes
    record: bytes


@dataclass(slots=True)
class Mutated:
    """How many changed records were tried, how many opened, and how the others were refused."""

    tried: int = 0
    opened: int = 0
    errors: set[tuple[str, str]] = field(default_factory=set)
    raised_in: set[str] = field(default_factory=set)


def byte_changed(row: Row, other: Row, chance: random.Random, turn: int) -> Row:
    """Change one byte; the turns go through all of them."""
    at = turn % len(row.record)
    changed = bytes((row.record[at] ^ chance.randrange(1, 256),))
    return replace(row, record=row.record[:at] + changed + row.record[at + 1 :])


def cut(row: Row, other: Row, chance: random.Random, turn: int) -> Row:
    """Cut the record anywhere."""
    return replace(row, record=row.record[: chance.randrange(len(row.record))])


def lengthened(row: Row, other: Row, chance: random.Random, turn: int) -> Row:
    """Write more bytes after the record."""
    return replace(row, record=row.record + chance.randbytes(chance.randrange(1, 300)))


def moved(row: Row, other: Row, chance: random.Random, turn: int) -> Row:
    """Change one field of the place: tenant, connection, app, account, environment or generation."""
    at = chance.randrange(len(row.place))
    return replace(row, place=(*row.place[:at], row.place[at] + chance.choice("01 x"), *row.place[at + 1 :]))


def swapped(row: Row, other: Row, chance: random.Random, turn: int) -> Row:
    """Put another row's whole record here, or, of the same place, another key version's header."""
    if (other.kind, other.place) == (row.kind, row.place):
        return replace(row, record=other.record[:13] + row.record[13:])
    return replace(row, record=other.record, key=other.key)


def field_swapped(row: Row, other: Row, chance: random.Random, turn: int) -> Row:
    """Put one field of another row's record into this one."""
    start, end = chance.choice([*zip(FIELD_STARTS, (*FIELD_STARTS[1:], None), strict=True)])
    tail = b"" if end is None else row.record[end:]
    return replace(row, record=row.record[:start] + other.record[start:end] + tail)


def other_key(row: Row, other: Row, chance: random.Random, turn: int) -> Row:
    """Open with another key version's key."""
    return replace(row, key=other.key)


MUTATIONS: tuple[Callable[[Row, Row, random.Random, int], Row], ...] = (
    byte_changed,
    cut,
    lengthened,
    moved,
    swapped,
    field_swapped,
    other_key,
)


def mutate_records(*, mutations: int, seed: int) -> Mutated:
    """Change one thing at a time and try to open what came of it."""
    chance = random.Random(seed)
    keys = {KeyVersions(master, tenant): chance.randbytes(32) for master in (1, 2) for tenant in (1, 2)}
    rows = [
        Row(kind, place, key, seal(chance.randbytes(634), key, versions, kind, context_bytes(place)))
        for kind, place in PLACES
        for versions, key in keys.items()
    ]
    result = Mutated()
    while result.tried < mutations:
        turn, which = divmod(result.tried, len(MUTATIONS))
        row = chance.choice(rows)
        mutation = MUTATIONS[which](row, chance.choice(rows), chance, turn)
        if mutation != row:
            _try(mutation, result)
    return result


def _try(row: Row, result: Mutated) -> None:
    result.tried += 1
    try:
        unseal(row.record, lambda _: row.key, row.kind, context_bytes(row.place))
    except HubSpotSkillError as refused:
        result.errors.add((refused.code, refused.message))
        result.raised_in.add(traceback.extract_tb(refused.__traceback__)[-1].name)
    else:
        result.opened += 1
