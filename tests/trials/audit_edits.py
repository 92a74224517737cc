"""Trial V10: edits a chain of audit rows in every way that keeps it plausible, and counts what is not found."""

import random

from hubspot_skill.access.audit import Head, Row, Verdict, follow

__all__ = ["edit_chain"]


def edit_chain(key: bytes, tenant: str, chain: list[Row], *, edits: int, seed: int) -> list[list[Row]]:
    """Give the edited chains that still verify, each against the anchored head of the whole one."""
    chance = random.Random(seed)
    head = [Head(chain[-1].seq, chain[-1].digest)]
    start = Verdict(0, Head(0, bytes(32)))
    missed: list[list[Row]] = []
    tried = 0
    while tried < edits:
        edited = _edited(chain, chance)
        if edited == chain:
            continue
        tried += 1
        verdict = follow(key, tenant, start, edited, head)
        if verdict.holds and verdict.head == head[0]:
            missed.append(edited)
    return missed


def _edited(chain: list[Row], chance: random.Random) -> list[Row]:
    rows = list(chain)
    at, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    row = rows[at]
    match chance.randrange(8):
        case 0:
            rows[at] = row._replace(body=_scratched(row.body, chance))
        case 1:
            rows[at] = row._replace(at=row.at + chance.choice((-1, 1)) * chance.randrange(1, 10**6))
        case 2:
            rows[at] = row._replace(digest=chance.randbytes(32))
        case 3:
            del rows[at]
        case 4:
            del rows[chance.randrange(len(rows)) :]
        case 5:
            del rows[at]
            rows = [r._replace(seq=n) for n, r in enumerate(rows, start=1)]
        case 6:
            rows[at], rows[other] = row._replace(seq=rows[other].seq), rows[other]._replace(seq=row.seq)
            rows.sort()
        case _:
            rows.insert(at, rows[other])
            rows = [r._replace(seq=n) for n, r in enumerate(rows, start=1)]
    return rows


def _scratched(body: str, chance: random.Random) -> str:
    at = chance.randrange(len(body))
    return body[:at] + chr((ord(body[at]) + chance.randrange(1, 90)) % 128) + body[at + 1 :]
