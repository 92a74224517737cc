"""Owners by id, email, full name, or a first or last name that only one has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubspot_skill.domain.errors import AmbiguousNameError, Candidate, UnknownNameError
from hubspot_skill.domain.schema import Owner
from hubspot_skill.domain.text import quote
from hubspot_skill.service.words.nearest import candidate, fold, named, nearest

__all__ = ["ME", "NOBODY", "owner"]

ME = frozenset({"me", "myself"})
NOBODY = frozenset({"nobody", "no one", "none", "unassigned", "no owner"})


def owner(word: str, owners: Sequence[Owner]) -> Owner:
    """Give the one owner that a word names; deactivated ones are found too.

    Raises:
        UnknownNameError: nobody is called so; the nearest are the candidates.
        AmbiguousNameError: several are.
    """
    by_id = [o for o in owners if o.id == word.strip()]
    if by_id:
        return by_id[0]
    found = (
        named(word, owners, lambda o: (o.email,) if "@" in word else (o.name, o.email))
        or _by(word, owners, lambda o: o.first_name)
        or _by(word, owners, lambda o: o.last_name)
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousNameError(
            f"{len(found)} owners are called {quote(word)}",
            hint="Name the owner by id or email.",
            candidates=[_candidate(o) for o in found[:10]],
        )
    near = nearest(word, owners, lambda o: (o.name, o.email, o.first_name, o.last_name))
    raise UnknownNameError(
        f"no owner is called {quote(word)}",
        hint='hubspot_describe with topic "owners" lists them.',
        candidates=[_candidate(o) for o in near],
    )


def _by(word: str, owners: Sequence[Owner], name_of: Callable[[Owner], str]) -> tuple[Owner, ...]:
    return tuple(o for o in owners if name_of(o) and fold(name_of(o)) == fold(word))


def _candidate(owner: Owner) -> Candidate:
    return candidate(owner.id, owner.name, owner.email + ("" if owner.is_active else ", deactivated"))
