"""What belongs to a campaign: its assets, its budget and what was spent.

Odd and kept: an asset's metrics are in the answer only if both dates are given, and not every type of asset can be attached [D].
The metrics of a marketing e-mail are counted from its statistics in those days; of any other asset only the whole run is known, which is
answered when the days overlap the campaign's, and zeros when they do not.
Unverified: attaching what is attached already and detaching what is not answer 204 [U].
Sources: FACTS 10.1; the types that can be attached from HubSpot's reference of the asset endpoint, read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from hubspot_skill.sandbox.call import Call, answer, no_content
from hubspot_skill.sandbox.campaign_documents import (
    Amount,
    Asset,
    Campaign,
    campaigns_of,
    currency_of,
    find_campaign,
    seed_of,
    total_of,
)
from hubspot_skill.sandbox.marketing_paging import Span, asked_span, day_of, page_of
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from hubspot_skill.sandbox.call import Portal

__all__ = ["ENDPOINTS", "assets_by_type"]

READ, WRITE = "marketing.campaigns.read", "marketing.campaigns.write"
PAGE_DEFAULT, PAGE_MAX = 10, 100

ATTACHABLE = frozenset(
    {
        "AD_CAMPAIGN",
        "BLOG_POST",
        "CALL",
        "CASE_STUDY",
        "CTA",
        "EMAIL",
        "EXTERNAL_WEB_URL",
        "FEEDBACK_SURVEY",
        "FILE_MANAGER_FILE",
        "FORM",
        "KNOWLEDGE_ARTICLE",
        "LANDING_PAGE",
        "MARKETING_EMAIL",
        "MARKETING_EVENT",
        "MARKETING_SMS",
        "MEETING_EVENT",
        "OBJECT_LIST",
        "PLAYBOOK",
        "PODCAST_EPISODE",
        "SALES_DOCUMENT",
        "SEQUENCE",
        "SITE_PAGE",
        "SOCIAL_BROADCAST",
        "VIDEO",
        "WEB_INTERACTIVE",
        "WORKFLOW",
    }
)
READ_ONLY_TYPES = frozenset({"AUTOMATION_PLATFORM_FLOW", "EMAIL_CAMPAIGN", "SOCIAL_POST"})
"""Types that campaigns have in HubSpot's own tool and that its API does not attach [U]."""


def list_assets(call: Call) -> Response:
    """Answer a page of a campaign's assets of one type."""
    call.require(READ)
    campaign, asset_type = find_campaign(call), _asset_type(call)
    found = [asset for asset in campaign.assets if asset.type == asset_type]
    page, paging = page_of(call, found, PAGE_DEFAULT, PAGE_MAX)
    span = asked_span(call)
    return answer({"results": [_plain_asset(call.portal, campaign, asset, span) for asset in page], **paging})


def attach(call: Call) -> Response:
    """Attach an asset to a campaign."""
    call.require(WRITE)
    campaign, asset_type = find_campaign(call), _asset_type(call)
    if asset_type not in ATTACHABLE:
        raise Refusal.validation(f"Assets of type {asset_type} can not be attached by the API")
    kept = _without(campaign, asset_type, call.params["asset"])
    asset = Asset(asset_type, call.params["asset"], _asset_name(call.portal, asset_type, call.params["asset"]))
    _keep(call.portal, replace(campaign, assets=(*kept, asset)))
    return no_content()


def detach(call: Call) -> Response:
    """Detach an asset from a campaign."""
    call.require(WRITE)
    campaign, asset_type = find_campaign(call), _asset_type(call)
    _keep(call.portal, replace(campaign, assets=_without(campaign, asset_type, call.params["asset"])))
    return no_content()


def assets_by_type(portal: Portal, campaign: Campaign, span: Span | None) -> dict[str, object]:
    """Return a campaign's assets as its own record shows them: by type, with metrics if a span is given."""
    types = dict.fromkeys(asset.type for asset in campaign.assets)
    return {
        asset_type: {
            "results": [
                _plain_asset(portal, campaign, asset, span) for asset in campaign.assets if asset.type == asset_type
            ]
        }
        for asset_type in types
    }


def read_totals(call: Call) -> Response:
    """Answer what was planned, what was spent and what is left, with all items."""
    call.require(READ)
    campaign = find_campaign(call)
    budget, spend = total_of(campaign.budget), total_of(campaign.spend)
    remaining = None if budget is None else budget - (spend or Decimal(0))
    totals = {"budgetTotal": budget, "spendTotal": spend, "remainingBudget": remaining}
    return answer(
        {
            "currencyCode": currency_of(call.portal, campaign),
            "budgetItems": [_plain_amount(item) for item in campaign.budget],
            "spendItems": [_plain_amount(item) for item in campaign.spend],
            **{name: float(total) for name, total in totals.items() if total is not None},
        }
    )


async def add_amount(call: Call) -> Response:
    """Add a budget or spend item."""
    call.require(WRITE)
    campaign, kind = find_campaign(call), _kind(call)
    items = _items(campaign, kind)
    now = call.portal.now_ms()
    identifier = max((item.id for item in (*campaign.budget, *campaign.spend)), default=0) + 1
    item = _changed(Amount(identifier, "", Decimal(0), len(items), "", now, now), await call.body())
    _keep_items(call.portal, campaign, kind, (*items, item))
    return answer(_plain_amount(item), 201)


def read_amount(call: Call) -> Response:
    """Answer one budget or spend item."""
    call.require(READ)
    return answer(_plain_amount(_found_amount(call, find_campaign(call))))


async def change_amount(call: Call) -> Response:
    """Put a budget or spend item; name, amount and order are all required."""
    call.require(WRITE)
    campaign, kind = find_campaign(call), _kind(call)
    old = _found_amount(call, campaign)
    changed = replace(_changed(old, await call.body()), updated_ms=call.portal.now_ms())
    items = tuple(changed if item.id == old.id else item for item in _items(campaign, kind))
    _keep_items(call.portal, campaign, kind, items)
    return answer(_plain_amount(changed))


def remove_amount(call: Call) -> Response:
    """Remove a budget or spend item."""
    call.require(WRITE)
    campaign, kind = find_campaign(call), _kind(call)
    old = _found_amount(call, campaign)
    _keep_items(call.portal, campaign, kind, tuple(item for item in _items(campaign, kind) if item.id != old.id))
    return no_content()


def _endpoint(method: str, path: str, handler: Callable[[Call], Awaitable[Response] | Response]) -> Endpoint:
    path = f"/{{campaign}}{path}"
    return Endpoint(method, "marketing/campaigns", path, handler, legacy=("/marketing/v3/campaigns",))


ENDPOINTS: tuple[Endpoint, ...] = (
    _endpoint("GET", "/assets/{type}", list_assets),
    _endpoint("PUT", "/assets/{type}/{asset}", attach),
    _endpoint("DELETE", "/assets/{type}/{asset}", detach),
    _endpoint("GET", "/budget/totals", read_totals),
    *(
        endpoint
        for kind in ("budget", "spend")
        for endpoint in (
            _endpoint("POST", f"/{kind}", add_amount),
            _endpoint("GET", f"/{kind}/{{item}}", read_amount),
            _endpoint("PUT", f"/{kind}/{{item}}", change_amount),
            _endpoint("DELETE", f"/{kind}/{{item}}", remove_amount),
        )
    ),
)


def _asset_type(call: Call) -> str:
    asset_type = call.params["type"]
    if asset_type not in ATTACHABLE | READ_ONLY_TYPES:
        known = ", ".join(sorted(ATTACHABLE | READ_ONLY_TYPES))
        raise Refusal.validation(f"{asset_type} is not a type of asset; types are {known}")
    return asset_type


def _without(campaign: Campaign, asset_type: str, asset_id: str) -> tuple[Asset, ...]:
    return tuple(asset for asset in campaign.assets if (asset.type, asset.id) != (asset_type, asset_id))


def _asset_name(portal: Portal, asset_type: str, asset_id: str) -> str:
    if asset_type == "MARKETING_EMAIL":
        return next((email.name for email in portal.facts.marketing_emails if email.id == asset_id), "")
    if asset_type == "OBJECT_LIST":
        return next((found.name for found in portal.facts.lists if str(found.list_id) == asset_id), "")
    return ""


def _plain_asset(portal: Portal, campaign: Campaign, asset: Asset, span: Span | None) -> dict[str, object]:
    plain: dict[str, object] = {"id": asset.id, "name": asset.name}
    return plain if span is None else {**plain, "metrics": _metrics(portal, campaign, asset, span)}


def _metrics(portal: Portal, campaign: Campaign, asset: Asset, span: Span) -> dict[str, int]:
    if asset.type == "MARKETING_EMAIL":
        email = next((email for email in portal.facts.marketing_emails if email.id == asset.id), None)
        counts = () if email is None else tuple(hour.counters for hour in email.counts if span.has(hour.at_ms))
        names = ("sent", "delivered", "open", "click")
        return {name: sum(counters.get(name, 0) for counters in counts) for name in names}
    first, last = _run_of(portal, campaign)
    overlaps = first <= span.last and span.first <= last
    return {name: value if overlaps else 0 for name, value in asset.metrics.items()}


def _run_of(portal: Portal, campaign: Campaign) -> tuple[date, date]:
    """Return the first and last day of a campaign, which are those of its visits where it has no dates of its own."""
    seed = seed_of(portal, campaign)
    visits = sorted(seed.sessions) if seed is not None else []
    made = day_of(portal, campaign.created_ms).isoformat()
    first = campaign.properties.get("hs_start_date") or (visits[0] if visits else made)
    last = campaign.properties.get("hs_end_date") or (visits[-1] if visits else first)
    return date.fromisoformat(first), date.fromisoformat(last)


def _keep(portal: Portal, campaign: Campaign) -> None:
    documents = campaigns_of(portal)
    documents.put(campaign.id, replace(campaign, updated_ms=portal.now_ms()))
    documents.commit()


def _kind(call: Call) -> str:
    return "budget" if "/budget" in call.request.url.path else "spend"


def _items(campaign: Campaign, kind: str) -> tuple[Amount, ...]:
    return campaign.budget if kind == "budget" else campaign.spend


def _keep_items(portal: Portal, campaign: Campaign, kind: str, items: tuple[Amount, ...]) -> None:
    _keep(portal, replace(campaign, budget=items) if kind == "budget" else replace(campaign, spend=items))


def _found_amount(call: Call, campaign: Campaign) -> Amount:
    kind = _kind(call)
    found = next((item for item in _items(campaign, kind) if str(item.id) == call.params["item"]), None)
    if found is None:
        raise Refusal.plain(404, f"{kind} item {call.params['item']} not found", "OBJECT_NOT_FOUND")
    return found


def _changed(item: Amount, body: dict[str, object]) -> Amount:
    name, amount, order = body.get("name"), body.get("amount"), body.get("order")
    if not isinstance(name, str) or not name.strip():
        raise Refusal.validation("name is required and must not be empty")
    if not isinstance(order, int) or isinstance(order, bool) or order < 0:
        raise Refusal.validation("order is required and must be a whole number, zero or more")
    description = body.get("description", item.description)
    if not isinstance(description, str):
        raise Refusal.validation("description must be a text")
    return replace(item, name=name, amount=_money(amount), order=order, description=description)


def _money(amount: object) -> Decimal:
    try:
        found = Decimal(str(amount)) if isinstance(amount, int | float | str) and not isinstance(amount, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or found < 0:
        raise Refusal.validation(f"amount is required and must be a number, zero or more, found {amount}")
    return found


def _plain_amount(item: Amount) -> dict[str, object]:
    return {
        "id": str(item.id),
        "name": item.name,
        "amount": float(item.amount),
        "order": item.order,
        "description": item.description,
        "createdAt": item.created_ms,
        "updatedAt": item.updated_ms,
    }
