"""What came of a campaign: visits, contacts, deals and revenue, counted from the portal's records.

- `sessions` are the visits of the days asked for; the touches are those of contacts that still exist, by the moment of the touch.
- A deal counts for a campaign while it exists. `dealsNumber` and `dealAmount` are over deals created in the days asked for,
  `revenueAmount` over deals won that were closed in them; each deal gives its amount in the account's currency times the share that the
  attribution model grants the campaign. `contactsNumber` counts the touched contacts.
- So a deal that is won, changed or archived changes the report, as it does in HubSpot; which date HubSpot takes is unverified [U].

Days are the account's. Sources: FACTS 10.1.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.campaign_documents import find_campaign, seed_of
from hubspot_skill.sandbox.marketing_paging import Span, page_of, report_span
from hubspot_skill.sandbox.moments import moment_ms
from hubspot_skill.sandbox.reading import Selection, read_records
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from hubspot_skill.sandbox.call import Portal
    from hubspot_skill.sandbox.seed import CampaignDealSeed, CampaignTouchSeed

__all__ = ["ENDPOINTS", "MODELS"]

MODELS = (
    "LINEAR",
    "FIRST_INTERACTION",
    "LAST_INTERACTION",
    "FULL_PATH",
    "U_SHAPED",
    "W_SHAPED",
    "TIME_DECAY",
    "J_SHAPED",
    "INVERSE_J_SHAPED",
)
PAGE_DEFAULT, PAGE_MAX = 100, 100
_DEAL = Selection(("amount_in_home_currency", "createdate", "closedate", "hs_is_closed_won"))


def read_metrics(call: Call) -> Response:
    """Answer visits, new and influenced contacts of a campaign."""
    call.require("marketing.campaigns.read")
    campaign, span = find_campaign(call), report_span(call)
    seed = seed_of(call.portal, campaign)
    touches = _touches(call.portal, seed.touches if seed is not None else (), span)
    first, last = span.first.isoformat(), span.last.isoformat()
    visits = (count for day, count in seed.sessions.items() if first <= day <= last) if seed is not None else ()
    return answer(
        {
            "sessions": sum(visits),
            "newContactsFirstTouch": len({touch.contact_id for touch in touches if touch.is_first_touch}),
            "newContactsLastTouch": len({touch.contact_id for touch in touches if touch.is_last_touch}),
            "influencedContacts": len({touch.contact_id for touch in touches}),
        }
    )


def read_revenue(call: Call) -> Response:
    """Answer what deals and revenue a campaign is credited with by one attribution model."""
    call.require("marketing.campaigns.revenue.read")
    campaign, span = find_campaign(call), report_span(call)
    model = call.query("attributionModel") or "LINEAR"
    if model not in MODELS:
        raise Refusal.validation(f"attributionModel must be one of {', '.join(MODELS)}, found {model}")
    seed = seed_of(call.portal, campaign)
    deals = _deals(call.portal, seed.deals if seed is not None else ())
    touches = _touches(call.portal, seed.touches if seed is not None else (), span)
    created = [(part, deal) for part, deal in deals if span.has(_at(deal, "createdate"))]
    won = [
        (part, deal) for part, deal in deals if deal["hs_is_closed_won"] == "true" and span.has(_at(deal, "closedate"))
    ]
    return answer(
        {
            "contactsNumber": len({touch.contact_id for touch in touches}),
            "dealsNumber": len(created),
            "dealAmount": _credit(created, model),
            "revenueAmount": _credit(won, model),
            "currencyCode": call.portal.account.company_currency,
        }
    )


def list_contacts(call: Call) -> Response:
    """Answer a page of the ids of the contacts that a campaign touched first, last or at all."""
    call.require("marketing.campaigns.read")
    campaign, span = find_campaign(call), report_span(call)
    seed = seed_of(call.portal, campaign)
    touches = _touches(call.portal, seed.touches if seed is not None else (), span)
    match call.params["contact_type"]:
        case "contactFirstTouch":
            touches = [touch for touch in touches if touch.is_first_touch]
        case "contactLastTouch":
            touches = [touch for touch in touches if touch.is_last_touch]
        case "influencedContacts":
            pass
        case other:
            known = "contactFirstTouch, contactLastTouch, influencedContacts"
            raise Refusal.validation(f"{other} is not a type of contacts; types are {known}")
    ids = sorted({touch.contact_id for touch in touches})
    page, paging = page_of(call, ids, PAGE_DEFAULT, PAGE_MAX)
    return answer({"results": [{"id": str(contact_id)} for contact_id in page], **paging})


ENDPOINTS: tuple[Endpoint, ...] = tuple(
    Endpoint("GET", "marketing/campaigns", path, handler, legacy=("/marketing/v3/campaigns",))
    for path, handler in (
        ("/{campaign}/reports/metrics", read_metrics),
        ("/{campaign}/reports/revenue", read_revenue),
        ("/{campaign}/reports/contacts/{contact_type}", list_contacts),
    )
)


def _touches(portal: Portal, touches: Iterable[CampaignTouchSeed], span: Span) -> list[CampaignTouchSeed]:
    """Return the touches in the span whose contacts still exist."""
    found = [touch for touch in touches if span.has(touch.at_ms)]
    contacts = portal.store.definitions.types.named("contacts")
    marks = ", ".join(str(touch.contact_id) for touch in found)
    rows = portal.store.rows(f"SELECT _id FROM {table('r', contacts)} WHERE _id IN ({marks})")  # noqa: S608 - ids
    alive = {row[0] for row in rows}
    return [touch for touch in found if touch.contact_id in alive]


def _deals(portal: Portal, parts: Iterable[CampaignDealSeed]) -> list[tuple[CampaignDealSeed, dict[str, str | None]]]:
    """Return the parts in deals that still exist, each with what the deal is now."""
    by_id = {part.deal_id: part for part in parts}
    records = read_records(portal, portal.store.definitions.types.named("deals"), sorted(by_id), _DEAL)
    return [
        (by_id[deal_id], cast("dict[str, str | None]", record["properties"])) for deal_id, record in records.items()
    ]


def _at(deal: dict[str, str | None], name: str) -> int | None:
    text = deal.get(name)
    return moment_ms(text) if text else None


def _credit(deals: Iterable[tuple[CampaignDealSeed, dict[str, str | None]]], model: str) -> float:
    parts = (
        Decimal(deal.get("amount_in_home_currency") or 0) * Decimal(part.shares.get(model, "0")) for part, deal in deals
    )
    return float(round(sum(parts, Decimal(0)), 2))
