"""Two small accounts for the tests of the sandbox's edges: `demo` in Berlin with Marketing Hub Pro, `nordwind` in Chicago without."""

from datetime import UTC, datetime

from hubspot_skill.sandbox.seed import AccountSeed, OwnerSeed, PortalSeed

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CREATED_MS = 1_700_000_000_000

DEMO_TOKEN = "pat-na1-demo"
NORDWIND_TOKEN = "pat-na1-nordwind"


def bearer(token: str = DEMO_TOKEN) -> dict[str, str]:
    """Return the header that a private-app token is sent in."""
    return {"Authorization": f"Bearer {token}"}


def account(**changes: object) -> AccountSeed:
    """Return the facts of the demo account, with changes."""
    facts: dict[str, object] = {
        "portal_id": 8_100_100,
        "name": "Demo GmbH",
        "account_type": "STANDARD",
        "time_zone": "Europe/Berlin",
        "company_currency": "EUR",
        "additional_currencies": ("USD",),
        "ui_domain": "app-eu1.hubspot.com",
        "hublet": "eu1",
        "hub_domain": "demo.example",
        "created_ms": CREATED_MS,
        "user_id": 501,
        "user_email": "ada@demo.example",
        "products": frozenset({"marketing_pro", "sales_pro"}),
    }
    return AccountSeed(**{**facts, **changes})


NORDWIND = account(
    portal_id=8_200_200,
    name="Nordwind Inc.",
    time_zone="America/Chicago",
    company_currency="USD",
    additional_currencies=(),
    ui_domain="app.hubspot.com",
    hublet="na1",
    hub_domain="nordwind.example",
    user_id=601,
    user_email="bo@nordwind.example",
    products=frozenset({"sales_pro"}),
)


def portal(name: str = "demo", facts: AccountSeed | None = None, **changes: object) -> PortalSeed:
    """Return an account without records, with two owners."""
    parts: dict[str, object] = {
        "name": name,
        "account": facts or account(),
        "properties": {},
        "property_groups": {},
        "pipelines": {},
        "owners": [
            OwnerSeed(71, 501, "ada@demo.example", "Ada", "Lovelace", (), CREATED_MS, CREATED_MS),
            OwnerSeed(72, 502, "cy@demo.example", "Cy", "Young", (), CREATED_MS, CREATED_MS),
        ],
        "association_types": [],
        "custom_schema": None,
        "campaigns": [],
        "marketing_emails": [],
        "lists": [],
        "now": NOW,
        "records": (),
        "changes": (),
        "links": (),
    }
    return PortalSeed(**{**parts, **changes})


def portals() -> list[PortalSeed]:
    """Return both accounts."""
    return [portal(), portal("nordwind", NORDWIND)]
