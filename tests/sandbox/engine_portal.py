"""A tiny portal written by hand, for the tests of the sandbox's engine."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx2

from hubspot_skill.sandbox.catalogue import standard_groups, standard_properties, with_own
from hubspot_skill.sandbox.catalogue.associations import association_types, custom_association_types
from hubspot_skill.sandbox.catalogue.custom_objects import SUBSCRIPTIONS, subscription_properties, subscription_schema
from hubspot_skill.sandbox.catalogue.pipelines import deal_pipeline, default_deal_pipeline, default_ticket_pipeline
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.seed import (
    AccountSeed,
    ExchangeRateSeed,
    OwnerSeed,
    PortalSeed,
    PropertyGroupSeed,
    PropertySeed,
    SeedChange,
    SeedLink,
    SeedRecord,
    TeamSeed,
)
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.sandbox_fixture import running_sandbox

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOW_MS = 1_795_424_400_000
DAY = 86_400_000
BEGIN_MS = NOW_MS - 400 * DAY

ACCOUNT = AccountSeed(
    portal_id=4242,
    name="Demo",
    account_type="STANDARD",
    time_zone="America/New_York",
    company_currency="USD",
    additional_currencies=("EUR",),
    ui_domain="app.hubspot.com",
    hublet="na1",
    hub_domain="demo.example",
    created_ms=BEGIN_MS,
    user_id=77,
    user_email="ada@demo.example",
    products=frozenset({"sales_pro", "marketing_pro", "enterprise"}),
    exchange_rates=(
        ExchangeRateSeed("EUR", "USD", "1.1", BEGIN_MS),
        ExchangeRateSeed("EUR", "USD", "1.2", NOW_MS - 30 * DAY),
    ),
)

OWNERS = [
    OwnerSeed(501, 77, "ada@demo.example", "Ada", "Berg", (TeamSeed("1", "North", True),), BEGIN_MS, BEGIN_MS),
    OwnerSeed(502, 78, "bo@demo.example", "Bo", "Lind", (), BEGIN_MS, BEGIN_MS),
    OwnerSeed(503, 79, "gone@demo.example", "Cy", "Past", (), BEGIN_MS, BEGIN_MS, archived=True),
]

OWN_PROPERTIES = {
    "contacts": [
        PropertySeed("nickname", "Nickname", "string", "text", "contactinformation", hubspot_defined=False),
        PropertySeed("birthday", "Birthday", "date", "date", "contactinformation", hubspot_defined=False),
    ],
    "companies": [
        PropertySeed(
            "erp_number",
            "ERP number",
            "string",
            "text",
            "companyinformation",
            has_unique_value=True,
            hubspot_defined=False,
        ),
    ],
}


def contact(record_id: int, *, age_days: int = 100, archived: bool = False, **properties: str) -> SeedRecord:
    """Return a contact made some days ago."""
    made_ms = NOW_MS - age_days * DAY
    return SeedRecord("contacts", record_id, properties, made_ms, made_ms, archived)


def record(object_type: str, record_id: int, *, age_days: int = 100, **properties: str) -> SeedRecord:
    """Return a record of any type made some days ago."""
    made_ms = NOW_MS - age_days * DAY
    return SeedRecord(object_type, record_id, properties, made_ms, made_ms)


@cache
def _schema() -> PortalSeed:
    pipelines = {
        "deals": [
            default_deal_pipeline(BEGIN_MS),
            deal_pipeline(
                "900",
                "Renewals",
                (("901", "Due", "0.5"), ("902", "Renewed", "1.0"), ("903", "Lost", "0.0")),
                order=1,
                created_ms=BEGIN_MS,
            ),
        ],
        "tickets": [default_ticket_pipeline(BEGIN_MS)],
    }
    own = {**OWN_PROPERTIES, SUBSCRIPTIONS: subscription_properties(("USD", "EUR"))}
    return PortalSeed(
        name="demo",
        account=ACCOUNT,
        properties=with_own(standard_properties(pipelines, ("USD", "EUR")), own, created_ms=BEGIN_MS),
        property_groups={
            **standard_groups(),
            SUBSCRIPTIONS: [PropertyGroupSeed("subscription_information", "Subscription", 0)],
        },
        pipelines=pipelines,
        owners=OWNERS,
        association_types=[
            *association_types((("contacts", "companies", 101, 102, "Advisor", "Advised by"),)),
            *custom_association_types(SUBSCRIPTIONS, "subscription", 300),
        ],
        custom_schema=subscription_schema(ACCOUNT.portal_id, BEGIN_MS),
        campaigns=[],
        marketing_emails=[],
        lists=[],
        now=NOW,
        records=(),
        changes=(),
        links=(),
    )


def portal(
    *,
    records: Sequence[SeedRecord] = (),
    changes: Sequence[SeedChange] = (),
    links: Sequence[SeedLink] = (),
    name: str = "demo",
    account: AccountSeed = ACCOUNT,
) -> PortalSeed:
    """Return a portal with the standard schema, one further deal pipeline, one own type and the given records."""
    return replace(
        _schema(),
        records=list(records),
        changes=list(changes),
        links=list(links),
        campaigns=[],
        name=name,
        account=account,
    )


@dataclass(frozen=True, slots=True)
class Caller:
    """A plain HTTP client of one running sandbox, with its clock at hand."""

    http: httpx2.Client
    clock: SandboxClock
    sandbox: Any

    def get(self, path: str, **query: Any) -> httpx2.Response:
        """Send a GET."""
        return self.http.get(path, params=query)

    def post(self, path: str, body: Any) -> httpx2.Response:
        """Send a POST of JSON."""
        return self.http.post(path, json=body)

    def put(self, path: str, body: Any = None) -> httpx2.Response:
        """Send a PUT of JSON, or of nothing."""
        return self.http.put(path, json=body) if body is not None else self.http.put(path)

    def patch(self, path: str, body: Any, **query: Any) -> httpx2.Response:
        """Send a PATCH of JSON."""
        return self.http.patch(path, json=body, params=query)

    def delete(self, path: str, **query: Any) -> httpx2.Response:
        """Send a DELETE."""
        return self.http.delete(path, params=query)

    def search(self, object_type: str, body: Mapping[str, Any], version: str = "2026-03") -> httpx2.Response:
        """Send a search."""
        return self.post(f"/crm/objects/{version}/{object_type}/search", body)

    def found(self, object_type: str, *filters: Mapping[str, Any], **body: Any) -> list[str]:
        """Return the ids that a search of one filter group finds."""
        groups = [{"filters": list(filters)}] if filters else []
        response = self.search(object_type, {"filterGroups": groups, "limit": 100, **body})
        assert response.status_code == 200, response.text
        return [each["id"] for each in response.json()["results"]]


@contextmanager
def calling(
    *portals: PortalSeed, settings: SandboxSettings | None = None, token: str = "pat-na1-demo"
) -> Iterator[Caller]:
    """Serve a sandbox with a standing clock and give a client that carries a token; loopback needs no certificates."""
    clock = SandboxClock(NOW, running=False)
    with (
        running_sandbox(portals or (portal(),), clock=clock, settings=settings) as served,
        httpx2.Client(
            base_url=served.base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=5.0,
            trust_env=False,
            verify=False,
        ) as http,
    ):
        yield Caller(http, clock, served.sandbox)


def renamed(seed: PortalSeed, name: str, portal_id: int) -> PortalSeed:
    """Return the same portal under another name and id."""
    return replace(seed, name=name, account=replace(seed.account, portal_id=portal_id, name=name))
