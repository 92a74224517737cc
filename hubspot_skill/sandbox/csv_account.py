"""Makes the account of a CSV folder, apart from its records: owners, pipelines, properties and the account's own facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hubspot_skill.sandbox.catalogue import standard_groups, standard_properties, with_own
from hubspot_skill.sandbox.catalogue.kinds import choice, custom, day, flag, group, moment, number, options, text
from hubspot_skill.sandbox.catalogue.pipelines import (
    deal_pipeline,
    default_deal_pipeline,
    default_ticket_pipeline,
    ticket_pipeline,
)
from hubspot_skill.sandbox.csv_cells import Row, fill, refuse
from hubspot_skill.sandbox.csv_mapping import DataError, Mapping, OwnersPart, PipelinePart, PropertyPart
from hubspot_skill.sandbox.generate.draw import slug
from hubspot_skill.sandbox.seed import AccountSeed, OwnerSeed, PipelineSeed, PropertySeed, TeamSeed

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Facts", "read_facts"]

_FIRST_OWNER_ID = 60_001
_FIRST_USER_ID = 7_000_001
_FIRST_TEAM_ID = 9_001
_MAKERS = {"string": text, "number": number, "date": day, "datetime": moment, "bool": flag}


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is in an account before its records; `owner_ids` are by full name."""

    account: AccountSeed
    owners: list[OwnerSeed]
    owner_ids: dict[str, int]
    pipelines: dict[str, list[PipelineSeed]]
    properties: dict[str, list[PropertySeed]]


def read_facts(mapping: Mapping, files: dict[str, list[Row]], *, name: str, created_ms: int) -> Facts:
    """Return the facts of an account that began at `created_ms`.

    Raises: DataError for owners that are there twice, or properties and pipelines that cannot be.
    """
    owners = _owners(mapping.owners, files, f"{name}.example", created_ms) if mapping.owners else {}
    pipelines = _pipelines(mapping, created_ms)
    return Facts(
        account=_account(mapping, owners, created_ms),
        owners=list(owners.values()),
        owner_ids={full_name: owner.id for full_name, owner in owners.items()},
        pipelines=pipelines,
        properties=_properties(mapping, files, pipelines, created_ms),
    )


def _owners(part: OwnersPart, files: dict[str, list[Row]], domain: str, created_ms: int) -> dict[str, OwnerSeed]:
    team_ids: dict[str, str] = {}
    owners: dict[str, OwnerSeed] = {}
    for order, row in enumerate(files[part.file]):
        name = row.cells[part.name]
        if not name or name in owners:
            refuse(row, part.name, f"the owner {name!r} is there twice" if name else "the owner's name is empty")
        first, _, last = name.partition(" ")
        labels = [filled for team in part.teams if (filled := fill(team, row.cells))]
        for label in labels:
            team_ids.setdefault(label, str(_FIRST_TEAM_ID + len(team_ids)))
        owners[name] = OwnerSeed(
            id=_FIRST_OWNER_ID + order,
            user_id=_FIRST_USER_ID + order,
            email=row.cells[part.email] if part.email else f"{slug(name, '.')}@{domain}",
            first_name=first,
            last_name=last,
            teams=tuple(TeamSeed(team_ids[label], label, place == 0) for place, label in enumerate(labels)),
            created_ms=created_ms,
            updated_ms=created_ms,
        )
    return owners


def _account(mapping: Mapping, owners: dict[str, OwnerSeed], created_ms: int) -> AccountSeed:
    portal = mapping.portal
    me = portal.me or next(iter(owners), None)
    if me is not None and me not in owners:
        raise DataError(f"portal.me is {me!r}, who is not among the owners")
    owner = owners[me] if me is not None else None
    domain = f"{slug(portal.company)}.example"
    return AccountSeed(
        portal_id=portal.portal_id,
        name=portal.company,
        account_type="STANDARD",
        time_zone=portal.time_zone,
        company_currency=portal.currency,
        additional_currencies=(),
        ui_domain="app.hubspot.com",
        hublet="na1",
        hub_domain=domain,
        created_ms=created_ms,
        user_id=owner.user_id if owner and owner.user_id else _FIRST_USER_ID,
        user_email=owner.email if owner else f"admin@{domain}",
        products=frozenset({"sales_pro", "service_pro"}),
    )


def _pipelines(mapping: Mapping, created_ms: int) -> dict[str, list[PipelineSeed]]:
    deals = [_deal_pipeline(part, order, created_ms) for order, part in enumerate(mapping.pipelines.get("deals", ()))]
    tickets = [
        _ticket_pipeline(part, order, created_ms) for order, part in enumerate(mapping.pipelines.get("tickets", ()))
    ]
    return {
        "deals": deals or [default_deal_pipeline(created_ms)],
        "tickets": tickets or [default_ticket_pipeline(created_ms)],
    }


def _deal_pipeline(part: PipelinePart, order: int, created_ms: int) -> PipelineSeed:
    stages = [(stage.id, stage.label, _probability(part, stage.id, stage.probability)) for stage in part.stages]
    return deal_pipeline(part.id, part.label, stages, order=order, created_ms=created_ms)


def _probability(part: PipelinePart, stage: str, given: str | None) -> str:
    try:
        share = float(given or "")
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise DataError(
            f"stage {stage!r} of deal pipeline {part.id!r} has the probability {given!r}, expected 0.0 to 1.0"
        )
    return str(share)


def _ticket_pipeline(part: PipelinePart, order: int, created_ms: int) -> PipelineSeed:
    for stage in part.stages:
        if stage.state is None:
            raise DataError(f"stage {stage.id!r} of ticket pipeline {part.id!r} has no state, expected OPEN or CLOSED")
    stages = [(stage.id, stage.label, stage.state or "OPEN") for stage in part.stages]
    return ticket_pipeline(part.id, part.label, stages, order=order, created_ms=created_ms)


def _properties(
    mapping: Mapping, files: dict[str, list[Row]], pipelines: dict[str, list[PipelineSeed]], created_ms: int
) -> dict[str, list[PropertySeed]]:
    standard = standard_properties(pipelines, (mapping.portal.currency,))
    own: dict[str, list[PropertySeed]] = {}
    for object_type, parts in mapping.properties.items():
        _check_new(object_type, parts, {each.name for each in standard[object_type]})
        first_group = standard_groups()[object_type][0].name
        own[object_type] = group(first_group, *custom(*(_own_property(part, files) for part in parts)))
    return with_own(standard, own, created_ms=created_ms)


def _check_new(object_type: str, parts: Sequence[PropertyPart], taken: set[str]) -> None:
    for part in parts:
        if part.name in taken:
            raise DataError(
                f"the mapping adds {part.name!r} to {object_type}, which have a property of this name already"
            )
        taken.add(part.name)


def _own_property(part: PropertyPart, files: dict[str, list[Row]]) -> PropertySeed:
    if part.type != "enumeration":
        return replace(_MAKERS[part.type](part.name, part.label, part.description), has_unique_value=part.unique)
    values = list(part.options)
    if part.options_from:
        values += [row.cells[part.options_from.column] for row in files[part.options_from.file]]
    return choice(part.name, part.label, options(*dict.fromkeys(value for value in values if value)), part.description)
