"""An account with deals, contacts and companies in a running sandbox, a journal of either kind, and plans made in one line."""

import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from hubspot_skill.changes.applying import Applied, Applier, ApplySettings
from hubspot_skill.changes.checks import TypeSchema
from hubspot_skill.changes.operations import Operation
from hubspot_skill.changes.planning import REFERENCE, Draft, draft_plan
from hubspot_skill.changes.policy import ChangeClass, Means
from hubspot_skill.changes.sealing import JournalKeys
from hubspot_skill.changes.store import PlanRow, PlanStatus, PlanStore
from hubspot_skill.changes.tables import CHANGES_SCHEMA
from hubspot_skill.changes.undoing import draft_undo
from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType, PropertyName
from hubspot_skill.foundation.clock import Clock, SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.databases import Database
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import LimitSettings
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.seed import PortalSeed, PropertySeed, SeedLink
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.database_fixture import new_database
from tests.hubspot.stub import connected
from tests.sandbox.engine_portal import NOW, contact, portal, record
from tests.sandbox_fixture import Served, running_sandbox

AMPLE = LimitSettings(burst=100_000, search=100_000, associations=100_000)
TENANT, ACCOUNT, ANNA = "local", "account-1", "anna"
FIRST_DEAL, FIRST_CONTACT, ACME, GLOBEX = 30_000, 20_000, 1001, 1002
REQUIRED = {"deals": ("dealname", "dealstage"), "contacts": (), "companies": ("name",)}
KEY = MasterKey(bytes(range(32)))


def name(text: str) -> PropertyName:
    """Spell a property's name."""
    return PropertyName(text)


def values(**given: str) -> dict[PropertyName, str]:
    """Spell values by property."""
    return {PropertyName(n): v for n, v in given.items()}


Reference = Literal["unique", "plain", "none"]
"""What reference property the types of a portal have."""


def crm(*, deals: int = 0, contacts: int = 0, reference: Reference = "unique") -> PortalSeed:
    """Give a portal with that many open deals and contacts."""
    seed = portal(
        records=[
            record("companies", ACME, name="Acme", domain="acme.com"),
            record("companies", GLOBEX, name="Globex", domain="globex.example"),
            *(
                record(
                    "deals",
                    FIRST_DEAL + i,
                    dealname=f"Deal {i}",
                    pipeline="default",
                    dealstage="appointmentscheduled",
                    amount=f"{100 + i}.5",
                )
                for i in range(deals)
            ),
            *(
                contact(FIRST_CONTACT + i, firstname=f"C{i}", email=f"c{i}@acme.com", lifecyclestage="lead")
                for i in range(contacts)
            ),
        ],
        links=[SeedLink("contacts", FIRST_CONTACT, "companies", ACME, 1)] if contacts else [],
    )
    if reference == "none":
        return seed
    groups = {"deals": "dealinformation", "contacts": "contactinformation", "companies": "companyinformation"}
    own = {
        kind: [
            *found,
            *(
                [
                    PropertySeed(
                        REFERENCE,
                        "Reference",
                        "string",
                        "text",
                        groups[kind],
                        has_unique_value=reference == "unique",
                        hubspot_defined=False,
                    )
                ]
                if kind in groups
                else []
            ),
        ]
        for kind, found in seed.properties.items()
    }
    return replace(seed, properties=own)


@contextmanager
def served(seed: PortalSeed, settings: SandboxSettings | None = None) -> Iterator[Served]:
    """Serve a portal whose clock stands."""
    with running_sandbox([seed], clock=SandboxClock(NOW, running=False), settings=settings) as running:
        yield running


@dataclass(slots=True)
class Scene:
    """One principal at one account: plans, approves, applies and undoes."""

    served: Served
    hubspot: HubSpot
    store: PlanStore
    place: Path | str
    schemas: dict[str, TypeSchema]
    clock: Clock
    settings: ApplySettings
    applier: Applier = field(init=False)

    def __post_init__(self) -> None:
        self.applier = self.new_applier()

    def new_applier(self, **changes: Any) -> Applier:
        """Give an applier as another process would have it."""
        settings = replace(self.settings, **changes)
        return Applier(self.store, self.hubspot, tenant=TENANT, account_id=ACCOUNT, clock=self.clock, settings=settings)

    async def draft(self, operations: Sequence[Operation]) -> Draft:
        """Draft a plan."""
        return await draft_plan(
            self.hubspot, self.schemas, operations, new_reference=lambda: f"ref-{secrets.token_hex(8)}"
        )

    async def plan(self, *operations: Operation) -> PlanRow:
        """Draft and keep a plan."""
        return await self.store.add(TENANT, ACCOUNT, ANNA, (await self.draft(operations)).steps)

    async def approve(self, plan: PlanRow) -> PlanRow:
        """Approve a plan as the person at the console does, if no policy did."""
        if plan.status is PlanStatus.APPROVED:
            return plan
        count = plan.records if plan.change_class is ChangeClass.C3 else None
        return await self.store.approve(
            TENANT, plan.plan_id, person="Anna", means=Means.CONSOLE, shown=plan.digest, typed_count=count
        )

    async def apply(self, plan: PlanRow) -> Applied:
        """Apply an approved plan."""
        return await self.applier.apply(plan.plan_id, principal=ANNA)

    async def carry_out(self, *operations: Operation) -> Applied:
        """Plan, approve and apply."""
        return await self.apply(await self.approve(await self.plan(*operations)))

    async def undo(self, plan: PlanRow) -> tuple[Applied | None, Draft]:
        """Plan the way back, approve and apply it."""
        plan = await self.store.get(TENANT, plan.plan_id)
        applied = await self.store.steps(TENANT, plan.plan_id)
        draft = await draft_undo(self.hubspot, self.schemas, plan, applied, now=self.clock.now())
        if not draft.steps:
            return None, draft
        row = await self.store.add(TENANT, ACCOUNT, ANNA, draft.steps, undo_of=plan.plan_id)
        return await self.apply(await self.approve(row)), draft

    async def value(self, type: ObjectType, id: int | str, *names: str) -> tuple[str, ...]:
        """Give values as HubSpot has them."""
        props = [self.schemas[type.name].properties[name(n)] for n in names]
        found = await self.hubspot.objects.read(type, str(id), properties=props)
        return tuple(str(found.properties.get(name(n)) or "") for n in names)

    async def edit(self, type: ObjectType, id: int | str, **given: str) -> None:
        """Change a record as somebody else."""
        from hubspot_skill.domain.writes import Change

        await self.hubspot.objects.update(Change(type, str(id), values(**given)))


@asynccontextmanager
async def journal_of(
    kind: str, folder: Path, clock: Clock | None = None
) -> AsyncIterator[tuple[PlanStore, Path | str]]:
    """Open a new journal of either kind."""
    time = clock or SystemClock()
    async with new_database(kind, folder, [CHANGES_SCHEMA], clock=time) as (database, place):
        yield store_of(database), place


def store_of(database: Database) -> PlanStore:
    """Give the plans of an open journal."""
    return PlanStore(database, JournalKeys(KeyRing([KEY])))


@asynccontextmanager
async def scene(
    kind: str,
    folder: Path,
    running: Served,
    *,
    clock: Clock | None = None,
    settings: ApplySettings | None = None,
) -> AsyncIterator[Scene]:
    """Connect to a running account with a new journal."""
    time = clock or SystemClock()
    async with (
        connected(running.base_url, limits=AMPLE) as hubspot,
        journal_of(kind, folder, time) as (store, place),
    ):
        schemas = {t.name: await schema_of(hubspot, t) for t in (DEALS, CONTACTS, COMPANIES)}
        running.sandbox.traffic.clear()
        yield Scene(running, hubspot, store, place, schemas, time, settings or ApplySettings())


async def schema_of(hubspot: HubSpot, type: ObjectType) -> TypeSchema:
    """Read a type's schema."""
    properties = {p.name: p for p in await hubspot.schema.properties(type)}
    pipelines = await hubspot.schema.pipelines(type) if type is DEALS else ()
    return TypeSchema(type, properties, pipelines, tuple(name(n) for n in REQUIRED[type.name]))
