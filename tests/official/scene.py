"""A running sandbox for the official clients: one small portal with a record or two of every type."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from hubspot_skill.sandbox.app import Sandbox
from hubspot_skill.sandbox.catalogue.custom_objects import SUBSCRIPTIONS
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.seed import PortalSeed, SeedLink, SeedRecord
from hubspot_skill.sandbox.tokens import DEFAULT_APP, AccessToken
from tests.official.operations import Operation
from tests.sandbox.engine_portal import NOW, contact, portal, record
from tests.sandbox.marketing_portal import marketing_portal
from tests.sandbox_fixture import running_sandbox

__all__ = ["KINDS", "SUBSCRIPTIONS", "Kind", "Scene", "official_portal", "serving"]

TOKEN = "pat-na1-demo"


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of records: two ids that exist, what a new record has, what changes, and a filter that finds the first."""

    name: str
    ids: tuple[str, str]
    new: dict[str, str]
    change: tuple[str, str]
    finds: tuple[str, str]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("contacts", ("11", "12"), {"email": "new@x.example"}, ("firstname", "Changed"), ("email", "a@x.example")),
        Kind("companies", ("21", "22"), {"name": "New"}, ("city", "Oslo"), ("domain", "acme.example")),
        Kind(
            "deals",
            ("31", "32"),
            {"dealname": "New", "pipeline": "default", "dealstage": "contractsent"},
            ("amount", "42"),
            ("dealname", "Won"),
        ),
        Kind(
            "tickets",
            ("41", "42"),
            {"subject": "New", "hs_pipeline": "0", "hs_pipeline_stage": "1"},
            ("subject", "Changed"),
            ("subject", "Broken"),
        ),
        Kind(
            "notes",
            ("51", "52"),
            {"hs_timestamp": "2026-11-01T10:00:00.000Z", "hs_note_body": "New"},
            ("hs_note_body", "Changed"),
            ("hs_note_body", "First note"),
        ),
        Kind(
            "calls",
            ("61", "62"),
            {"hs_timestamp": "2026-11-01T10:00:00.000Z", "hs_call_title": "New"},
            ("hs_call_title", "Changed"),
            ("hs_call_title", "First call"),
        ),
        Kind(
            "tasks",
            ("71", "72"),
            {"hs_timestamp": "2026-11-01T10:00:00.000Z", "hs_task_subject": "New"},
            ("hs_task_subject", "Changed"),
            ("hs_task_subject", "First task"),
        ),
        Kind(
            "meetings",
            ("81", "82"),
            {"hs_timestamp": "2026-11-01T10:00:00.000Z", "hs_meeting_title": "New"},
            ("hs_meeting_title", "Changed"),
            ("hs_meeting_title", "First meeting"),
        ),
        Kind(
            "emails",
            ("91", "92"),
            {
                "hs_timestamp": "2026-11-01T10:00:00.000Z",
                "hs_email_direction": "EMAIL",
                "hs_email_subject": "New",
            },
            ("hs_email_subject", "Changed"),
            ("hs_email_subject", "First email"),
        ),
        Kind(
            SUBSCRIPTIONS,
            ("111", "112"),
            {"subscription_name": "New", "contract_number": "C-9"},
            ("seats", "12"),
            ("subscription_name", "First subscription"),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A client of the running sandbox, the sandbox itself and where it listens."""

    client: Any
    sandbox: Sandbox
    base_url: str

    def saw(self, operation: Operation) -> bool:
        """Tell whether the sandbox answered this call well."""
        return any(
            operation.was_called_as(call.method, call.path) and call.status is not None and call.status < 400
            for call in self.sandbox.traffic.calls()
        )

    def install(self, name: str = "demo") -> AccessToken:
        """Install the default app and return its tokens."""
        code = self.sandbox.tokens.mint_code(name)
        return self.sandbox.tokens.redeem(DEFAULT_APP, code, min(DEFAULT_APP.redirect_uris), None)


def official_portal() -> PortalSeed:
    """Return a portal with at least two records of every type."""
    seed = marketing_portal()
    firsts = {kind.name: dict([kind.finds]) for kind in KINDS.values()}
    more: list[SeedRecord] = [record("companies", 22, name="Beta", domain="beta.example")]
    for name in ("tickets", "notes", "calls", "tasks", "meetings", "emails", SUBSCRIPTIONS):
        kind = KINDS[name]
        first, second = (int(each) for each in kind.ids)
        more += [
            record(name, first, **{**kind.new, **firsts[name]}),
            record(name, second, **{**kind.new, kind.finds[0]: "Second", **_unique(name)}),
        ]
    many = [contact(1000 + number, email=f"many{number}@y.example", lastname=f"M{number:03}") for number in range(120)]
    links = [
        SeedLink("contacts", 11, "companies", 21, 1),
        SeedLink("deals", 31, "contacts", 11, 3),
        SeedLink("deals", 31, "companies", 21, 5),
        SeedLink("notes", 51, "contacts", 11, 202),
    ]
    return replace(seed, records=[*seed.records, *more, *many], links=links)


def _unique(name: str) -> dict[str, str]:
    return {"contract_number": "C-2"} if name == SUBSCRIPTIONS else {}


@contextmanager
def serving(*others: str) -> Iterator[tuple[Sandbox, str]]:
    """Serve the portal, and empty ones of these names beside it, with a standing clock."""
    empty = [
        replace(portal(name=name), account=replace(portal().account, portal_id=4343 + place))
        for place, name in enumerate(others)
    ]
    with running_sandbox([official_portal(), *empty], clock=SandboxClock(NOW, running=False)) as served:
        yield served.sandbox, served.base_url
