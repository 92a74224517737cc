"""Writes what an account looks like: its facts, pipelines with stages, owners with teams, properties with options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.schema import Account, Owner, Pipeline, Property
from hubspot_skill.mirror.records import put
from hubspot_skill.mirror.store import Mirror
from hubspot_skill.mirror.tables import definition, meta, option, owner, owner_team, pipeline, stage, team

__all__ = ["put_account", "put_meta", "put_owners", "put_pipelines", "put_properties"]


async def put_meta(connection: AsyncConnection, mirror: Mirror, values: Mapping[str, str]) -> None:
    """Set notes of the mirror."""
    await put(connection, mirror, meta, [{"key": key, "value": value} for key, value in values.items()])


async def put_account(connection: AsyncConnection, mirror: Mirror, account: Account) -> None:
    """Keep the account's id, zone and currencies."""
    await put_meta(
        connection,
        mirror,
        {
            "portal": account.portal_id,
            "zone": account.zone.key,
            "currency": account.currency,
            "currencies": " ".join(account.additional_currencies),
            "ui_domain": account.ui_domain,
        },
    )


async def put_pipelines(connection: AsyncConnection, mirror: Mirror, object: str, found: Sequence[Pipeline]) -> None:
    """Make these the pipelines of an object."""
    await connection.execute(delete(pipeline).where(pipeline.c.object == object))
    await connection.execute(delete(stage).where(stage.c.object == object))
    rows = [{"object": object, "id": p.id, "label": p.label, "order": p.order} for p in found]
    await put(connection, mirror, pipeline, rows)
    stages = [
        {
            "object": object,
            "pipeline": p.id,
            "id": s.id,
            "label": s.label,
            "order": s.order,
            "is_closed": int(s.is_closed),
            "is_won": int(s.is_won),
            "prob_millionths": None if s.probability is None else round(s.probability * 1_000_000),
        }
        for p in found
        for s in p.stages
    ]
    await put(connection, mirror, stage, stages)


async def put_owners(connection: AsyncConnection, mirror: Mirror, found: Sequence[Owner]) -> None:
    """Make these the owners and teams; an owner with several teams has one primary."""
    for table in (owner, team, owner_team):
        await connection.execute(delete(table))
    known = {o.id: o for o in found if o.id.isdigit()}
    primary = {
        id: next((t.id for t in o.teams if t.is_primary), o.teams[0].id if o.teams else None) for id, o in known.items()
    }
    await put(
        connection,
        mirror,
        owner,
        [
            {
                "id": int(id),
                "name": o.name,
                "email": o.email,
                "user_id": int(o.user_id) if o.user_id and o.user_id.isdigit() else None,
                "is_active": int(o.is_active),
                "team_id": primary[id],
            }
            for id, o in known.items()
        ],
    )
    teams = {t.id: t.name for o in known.values() for t in o.teams}
    await put(connection, mirror, team, [{"id": id, "name": name} for id, name in teams.items()])
    members = {
        (int(id), t.id): {"owner_id": int(id), "team_id": t.id, "is_primary": int(t.id == primary[id])}
        for id, o in known.items()
        for t in o.teams
    }
    await put(connection, mirror, owner_team, list(members.values()))


async def put_properties(connection: AsyncConnection, mirror: Mirror, object: str, found: Sequence[Property]) -> None:
    """Make these the properties and options of an object; which are chosen stays as it is."""
    names = {prop.name for prop in found}
    held = set((await connection.execute(select(definition.c.name).where(definition.c.object == object))).scalars())
    for name in held - names:
        await connection.execute(delete(definition).where(definition.c.object == object, definition.c.name == name))
    await put(
        connection,
        mirror,
        definition,
        [
            {"object": object, "name": p.name, "label": p.label, "type": "owner" if p.is_owner else p.type.value}
            for p in found
        ],
    )
    await connection.execute(delete(option).where(option.c.object == object))
    options = {
        (p.name, o.value): {"object": object, "property": p.name, "value": o.value, "label": o.label, "order": order}
        for p in found
        for order, o in enumerate(p.options)
    }
    await put(connection, mirror, option, list(options.values()))
