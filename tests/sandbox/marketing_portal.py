"""A portal with two campaigns, two marketing e-mails and three lists, small enough to count by hand."""

from dataclasses import replace
from datetime import UTC, datetime

from hubspot_skill.sandbox.seed import (
    CampaignAmountSeed,
    CampaignAssetSeed,
    CampaignDealSeed,
    CampaignSeed,
    CampaignTouchSeed,
    EmailCountsSeed,
    ListSeed,
    MarketingEmailSeed,
    PortalSeed,
)
from tests.sandbox.engine_portal import BEGIN_MS, contact, portal, record

SPRING = "0a5b6c7d-1111-4222-8333-944455556666"
AUTUMN = "0a5b6c7d-2222-4222-8333-944455556666"


def at(text: str) -> int:
    """Return the milliseconds of a moment in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def spring() -> CampaignSeed:
    """Return the campaign that has everything: visits, touches, deals, assets, money."""
    return CampaignSeed(
        SPRING,
        {
            "hs_name": "Spring Launch",
            "hs_start_date": "2026-03-01",
            "hs_end_date": "2026-05-31",
            "hs_campaign_status": "completed",
            "hs_notes": "",
            "hs_owner": "501",
            "hs_utm": "spring-launch",
        },
        at("2026-02-20T10:00:00"),
        at("2026-06-01T10:00:00"),
        assets=(
            CampaignAssetSeed("MARKETING_EMAIL", "9001", "Spring news"),
            CampaignAssetSeed("LANDING_PAGE", "77", "Spring page", {"views": 1200, "submissions": 40}),
            CampaignAssetSeed("FORM", "f-1", "Spring form", {"submissions": 40}),
        ),
        budget=(
            CampaignAmountSeed(1, "Ads", "8000.50", 0, "paid search", at("2026-02-20T10:00:00"), BEGIN_MS),
            CampaignAmountSeed(2, "Print", "1000", 1, "", at("2026-02-21T10:00:00"), BEGIN_MS),
        ),
        spend=(CampaignAmountSeed(3, "Ads in March", "3000.25", 0, "", at("2026-03-31T10:00:00"), BEGIN_MS),),
        sessions={"2026-03-01": 100, "2026-03-02": 50, "2026-05-31": 7},
        touches=(
            CampaignTouchSeed(11, at("2026-03-02T03:00:00"), is_first_touch=True, is_last_touch=False),
            CampaignTouchSeed(11, at("2026-04-02T12:00:00"), is_first_touch=False, is_last_touch=True),
            CampaignTouchSeed(12, at("2026-03-02T12:00:00"), is_first_touch=True, is_last_touch=True),
            CampaignTouchSeed(13, at("2026-05-01T12:00:00"), is_first_touch=False, is_last_touch=False),
            CampaignTouchSeed(99, at("2026-05-01T12:00:00"), is_first_touch=True, is_last_touch=True),
        ),
        deals=(
            CampaignDealSeed(31, "1000", BEGIN_MS, BEGIN_MS, {"LINEAR": "0.5", "FIRST_INTERACTION": "1"}),
            CampaignDealSeed(32, "300", BEGIN_MS, None, {"LINEAR": "0.25"}),
            CampaignDealSeed(98, "9999", BEGIN_MS, BEGIN_MS, {"LINEAR": "1"}),
        ),
    )


def emails() -> list[MarketingEmailSeed]:
    """Return one e-mail that was sent in two hours, and a draft."""
    sent = MarketingEmailSeed(
        "9001",
        "Spring news",
        "It is spring",
        "BATCH_EMAIL",
        "PUBLISHED",
        "Ada Berg",
        "ada@demo.example",
        "en",
        at("2026-02-25T10:00:00"),
        at("2026-03-03T10:00:00"),
        at("2026-03-03T10:00:00"),
        SPRING,
        counts=(
            EmailCountsSeed(at("2026-03-03T10:00:00"), {"sent": 200, "delivered": 190, "bounce": 10, "open": 50}),
            EmailCountsSeed(at("2026-03-04T03:00:00"), {"open": 45, "click": 19, "unsubscribed": 2}),
        ),
        opens_by_device={"computer": 60, "mobile": 34, "unknown": 1},
        clicks_by_device={"computer": 19},
    )
    draft = MarketingEmailSeed(
        "9002",
        "Autumn news",
        "It is autumn",
        "BATCH_EMAIL",
        "DRAFT",
        "Bo Lind",
        "bo@demo.example",
        "de",
        at("2026-09-01T10:00:00"),
        at("2026-09-02T10:00:00"),
        None,
    )
    trashed = replace(draft, id="9003", name="Old news", archived=True)
    return [sent, draft, trashed]


def lists() -> list[ListSeed]:
    """Return a static list, an active one with a filter, and one of companies."""
    made = at("2026-01-05T08:00:00")
    members = ((12, made + 2000), (13, made + 1000), (11, made + 3000), (99, made))
    branch = {"filterBranchType": "OR", "filterBranches": [], "filters": []}
    return [
        ListSeed(1, "Newsletter", "0-1", "MANUAL", made, made, 77, members),
        ListSeed(2, "Newsletter readers", "0-1", "DYNAMIC", made, made, 77, ((11, made),), branch),
        ListSeed(3, "Key accounts", "0-2", "SNAPSHOT", made, made, 78, ((21, made),)),
    ]


def marketing_portal(**changes: object) -> PortalSeed:
    """Return the portal; contact 99 and deal 98 of its campaign do not exist any more."""
    records = (
        contact(11, email="a@x.example", age_days=300),
        contact(12, email="b@x.example", age_days=300),
        contact(13, email="c@x.example", age_days=300),
        record("companies", 21, name="Acme", domain="acme.example", age_days=300),
        record(
            "deals",
            31,
            dealname="Won",
            amount="1000",
            pipeline="default",
            dealstage="closedwon",
            closedate="2026-05-10T12:00:00.000Z",
            age_days=250,
        ),
        record("deals", 32, dealname="Open", amount="300", pipeline="default", dealstage="contractsent", age_days=200),
    )
    autumn = CampaignSeed(AUTUMN, {"hs_name": "autumn gifts"}, at("2026-08-01T00:00:00"), at("2026-08-01T00:00:00"))
    seed = portal(records=records)
    parts: dict[str, object] = {
        "campaigns": [spring(), autumn],
        "marketing_emails": emails(),
        "lists": lists(),
    }
    return replace(seed, **{**parts, **changes})
