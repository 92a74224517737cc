"""What reports must know of an account beside its records: stages, owners, options, currencies, how complete it all is.

Read from the mirror in one transaction, so that labels and figures are of one moment and a report asks HubSpot nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.schema import Option, Owner, Pipeline, Property, PropertyType, Stage, Team
from hubspot_skill.mirror import tables
from hubspot_skill.mirror.store import HeldColumn, Mirror

__all__ = ["Catalogue", "Filled", "load"]

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Filled:
    """How far one object was read: HubSpot's count as last told, and as of when it is whole (None: never yet)."""

    total: int | None
    done: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One account as the mirror knows it; `stages` by pipeline and stage id, rates as millionths by currency.

    `unknown_stages` counts the live deals in stages that are in no pipeline any more; `history_from` is the earliest
    change of a deal that is known.
    """

    portal_id: str
    zone: ZoneInfo
    currency: str
    pipelines: tuple[Pipeline, ...]
    stages: Mapping[tuple[str, str], Stage]
    owners: Mapping[str, Owner]
    properties: Mapping[str, Mapping[str, Property]]
    held: Mapping[str, Mapping[str, HeldColumn]]
    rates: Mapping[str, int]
    filled: Mapping[str, Filled]
    unknown_stages: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    history_from: datetime | None = None

    def state(self, pipeline: str | None, stage: str | None) -> str:
        """Give open, won or lost by the pipeline's metadata; "unknown" where the stage was deleted."""
        found = self.stages.get((pipeline or "", stage or ""))
        if found is None:
            return UNKNOWN
        return "won" if found.is_won else "lost" if found.is_closed else "open"

    def as_of(self, objects: tuple[str, ...]) -> datetime | None:
        """Give the moment that all of these objects are at least as new as; None while one was never read whole."""
        moments = [self.filled[o].as_of if o in self.filled else None for o in objects]
        return None if None in moments or not moments else min(m for m in moments if m is not None)


async def load(mirror: Mirror) -> Catalogue:
    """Read the catalogue.

    Raises:
        InvalidInputError: the mirror does not know the account's zone, so that no day can be cut.
    """
    held = {name: await mirror.columns(name) for name in ("deal", "contact", "company")}
    return await mirror.read(lambda connection: _load(connection, mirror, held))


async def _load(connection: AsyncConnection, mirror: Mirror, held: Mapping[str, Mapping[str, HeldColumn]]) -> Catalogue:
    async def rows(query: Any) -> list[Row[Any]]:
        return list((await connection.execute(query)).all())

    notes = {r.key: r.value for r in await rows(select(tables.meta))}
    if not notes.get("zone"):
        raise InvalidInputError(
            "the mirror does not know the account's time zone, so no day or month can be cut",
            hint="Bring the mirror up to date: hubspot-skill sync.",
        )
    pipelines = _pipelines(await rows(select(tables.pipeline)), await rows(select(tables.stage)))
    deals = pipelines.get("deal", ())
    teams = {t.id: t.name for t in await rows(select(tables.team))}
    owners = _owners(await rows(select(tables.owner)), await rows(select(tables.owner_team)), teams)
    properties = _properties(await rows(select(tables.definition)), await rows(select(tables.option)))
    rates = {r.currency: r.to_home_millionths for r in await rows(select(tables.rate).order_by(tables.rate.c.at))}
    earliest = (await rows(select(func.min(tables.change.c.at)).where(tables.change.c.object == "deal")))[0][0]
    deal = tables.deal
    live = (deal.c.archived == 0, deal.c.merged_into.is_(None))
    pairs = (
        select(deal.c.pipeline, deal.c.stage, func.count().label("n"))
        .where(*live)
        .group_by(deal.c.pipeline, deal.c.stage)
    )
    known = {(p.id, s.id) for p in deals for s in p.stages}
    seen = {(r.pipeline or "", r.stage or ""): int(r.n) for r in await rows(pairs)}
    filled = {r.object: Filled(r.total, r.done, _moment(r.as_of)) for r in await rows(select(tables.cursor))}
    return Catalogue(
        portal_id=notes.get("portal", mirror.name.portal_id),
        zone=ZoneInfo(notes["zone"]),
        currency=notes.get("currency", ""),
        pipelines=deals,
        stages={(p.id, s.id): s for p in deals for s in p.stages},
        owners=owners,
        properties=properties,
        held=held,
        rates=rates,
        filled=filled,
        unknown_stages={pair: count for pair, count in seen.items() if pair not in known},
        history_from=_moment(earliest),
    )


def _moment(ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None


def _pipelines(pipelines: list[Row[Any]], stages: list[Row[Any]]) -> dict[str, tuple[Pipeline, ...]]:
    found: dict[str, tuple[Pipeline, ...]] = {}
    for row in sorted(pipelines, key=lambda r: (r.object, r.order, r.id)):
        own = [
            Stage(
                s.id,
                s.label,
                s.order,
                bool(s.is_closed),
                None if s.prob_millionths is None else s.prob_millionths / 1e6,
            )
            for s in sorted(stages, key=lambda s: (s.order, s.id))
            if s.object == row.object and s.pipeline == row.id
        ]
        found[row.object] = (*found.get(row.object, ()), Pipeline(row.id, row.label, row.order, tuple(own)))
    return found


def _owners(rows: list[Row[Any]], links: list[Row[Any]], teams: Mapping[str, str]) -> dict[str, Owner]:
    of: dict[int, list[Team]] = {}
    for link in links:
        of.setdefault(link.owner_id, []).append(Team(link.team_id, teams.get(link.team_id, ""), bool(link.is_primary)))
    return {
        str(r.id): Owner(
            str(r.id),
            r.email,
            r.name,
            "",
            None if r.user_id is None else str(r.user_id),
            bool(r.is_active),
            tuple(of.get(r.id, ())),
        )
        for r in rows
    }


_TYPES = {t.value: t for t in PropertyType}


def _properties(rows: list[Row[Any]], options: list[Row[Any]]) -> dict[str, dict[str, Property]]:
    of: dict[tuple[str, str], list[Option]] = {}
    for o in sorted(options, key=lambda o: o.order):
        of.setdefault((o.object, o.property), []).append(Option(o.value, o.label))
    found: dict[str, dict[str, Property]] = {}
    for r in rows:
        found.setdefault(r.object, {})[r.name] = Property(
            PropertyName(r.name),
            r.label,
            _TYPES.get(r.type, PropertyType.STRING),
            options=tuple(of.get((r.object, r.name), ())),
            is_owner=r.type == "owner",
            field_type="checkbox" if r.form == "options" else "",
        )
    return found
