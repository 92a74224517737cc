"""A small CRM in a running sandbox, and the adapter connected to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import LimitSettings
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.seed import CampaignAmountSeed, CampaignSeed, PortalSeed, SeedChange, SeedLink
from hubspot_skill.sandbox.traffic import Seen
from tests.hubspot.stub import connected
from tests.sandbox.engine_portal import DAY, NOW, NOW_MS, contact, portal, record
from tests.sandbox_fixture import Served, running_sandbox

AMPLE = LimitSettings(burst=10_000, search=10_000, associations=10_000)

ADA, GRACE, GONE = "2001", "2002", "2003"
ACME, GLOBEX = "1001", "1002"
FAIR = "7f0d2c3a-0000-4000-8000-000000000001"
RENEWAL, PILOT = "3001", "3002"


def small_crm() -> PortalSeed:
    """Give the portal that the tests of this folder know by heart."""
    seed = portal(
        records=[
            record("companies", 1001, age_days=300, name="Acme", domain="acme.com", numberofemployees="250"),
            record("companies", 1002, age_days=200, name="Globex", domain="globex.example"),
            contact(2001, age_days=250, firstname="Ada", lastname="Berg", email="ada@acme.com", birthday="1990-05-06"),
            contact(2002, age_days=120, firstname="Grace", lastname="Hopper", email="grace@globex.example"),
            contact(2003, age_days=90, archived=True, firstname="Gone", email="gone@acme.com"),
            record(
                "deals",
                3001,
                dealname="Renewal",
                pipeline="default",
                dealstage="closedwon",
                amount="1200.50",
                closedate="2026-11-20T10:00:00.000Z",
                hubspot_owner_id="501",
                deal_currency_code="USD",
            ),
            record("deals", 3002, dealname="Pilot", pipeline="900", dealstage="901", deal_currency_code="EUR"),
        ],
        changes=[
            SeedChange("deals", 3001, "dealstage", "appointmentscheduled", NOW_MS - 50 * DAY, "CRM_UI", 77),
            SeedChange("deals", 3001, "dealstage", "closedwon", NOW_MS - 3 * DAY, "CRM_UI", 77),
        ],
        links=[
            SeedLink("contacts", 2001, "companies", 1001, 1),
            SeedLink("deals", 3001, "contacts", 2001, 3),
            SeedLink("deals", 3001, "companies", 1001, 5),
        ],
    )
    goals = {"hs_name": "Autumn fair", "hs_campaign_status": "active"}
    budget = (CampaignAmountSeed(1, "Ads", "1000.00", 0, "", NOW_MS, NOW_MS),)
    spend = (CampaignAmountSeed(2, "Ads so far", "250.50", 0, "", NOW_MS, NOW_MS),)
    seed.campaigns.append(
        CampaignSeed(FAIR, goals, NOW_MS, NOW_MS, budget=budget, spend=spend, sessions={"2026-11-10": 42})
    )
    return seed


@contextmanager
def serving_small_crm() -> Iterator[Served]:
    """Serve the portal anew, with a clock that stands."""
    with running_sandbox([small_crm()], clock=SandboxClock(NOW, running=False)) as running:
        yield running


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with serving_small_crm() as served:
        yield served


@pytest.fixture
def served(running: Served) -> Iterator[Served]:
    """The running portal as it was at first: what a test has written is undone after it."""
    yield running
    if any(_writes(seen) for seen in running.sandbox.traffic.calls()):
        running.sandbox.reset()
    running.sandbox.faults.clear()
    running.sandbox.tokens.clear()
    running.sandbox.traffic.clear()


def _writes(seen: Seen) -> bool:
    return seen.method != "GET" and not seen.path.endswith(("/search", "/batch/read", "/access-token-info"))


@pytest.fixture
async def hubspot(served: Served) -> AsyncIterator[HubSpot]:
    async with connected(served.base_url, limits=AMPLE) as adapter:
        yield adapter
