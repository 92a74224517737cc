"""A campaign as the sandbox keeps it, its properties, and who may see it.

What a client can write is a document of the portal; who was touched and which deals it had part in are facts of the portal's seed.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from hubspot_skill.sandbox.documents import Documents
from hubspot_skill.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hubspot_skill.sandbox.call import Call, Portal
    from hubspot_skill.sandbox.seed import CampaignAmountSeed, CampaignSeed

__all__ = [
    "READ_ONLY",
    "STATUSES",
    "Amount",
    "Asset",
    "Campaign",
    "campaigns_of",
    "currency_of",
    "find_campaign",
    "is_known_property",
    "properties_of",
    "seed_of",
    "total_of",
]

STATUSES = ("planned", "in_progress", "active", "paused", "completed")
READ_ONLY = frozenset(
    {"hs_budget_items_sum_amount", "hs_spend_items_sum_amount", "hs_object_id", "hs_created_by_user_id"}
)
_PROPERTIES = READ_ONLY | {
    "hs_audience",
    "hs_campaign_status",
    "hs_color_hex",
    "hs_currency_code",
    "hs_end_date",
    "hs_goal",
    "hs_name",
    "hs_notes",
    "hs_owner",
    "hs_start_date",
    "hs_utm",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """Something attached to a campaign; `metrics` are of its whole run."""

    type: str
    id: str
    name: str
    metrics: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Amount:
    """One budget or spend item, in the campaign's currency."""

    id: int
    name: str
    amount: Decimal
    order: int
    description: str
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign as a client can change it."""

    id: str
    properties: dict[str, str]
    created_ms: int
    updated_ms: int
    assets: tuple[Asset, ...] = ()
    budget: tuple[Amount, ...] = ()
    spend: tuple[Amount, ...] = ()


_CAMPAIGN = TypeAdapter(Campaign)


def campaigns_of(portal: Portal) -> Documents[Campaign]:
    """Return the portal's campaigns."""
    documents = Documents(portal.store.connection, "campaign", _CAMPAIGN)
    documents.begin((seed.id, _from_seed(seed)) for seed in portal.facts.campaigns)
    return documents


def find_campaign(call: Call) -> Campaign:
    """Return the campaign that the path names.

    Raises: Refusal 404.
    """
    found = campaigns_of(call.portal).get(call.params["campaign"])
    if found is None:
        raise Refusal.plain(404, f"Campaign with id {call.params['campaign']} not found", "OBJECT_NOT_FOUND")
    return found


def seed_of(portal: Portal, campaign: Campaign) -> CampaignSeed | None:
    """Return what the portal knows of a campaign from its start: visits, touches, deals; none for a new one."""
    return next((seed for seed in portal.facts.campaigns if seed.id == campaign.id), None)


def properties_of(portal: Portal, campaign: Campaign) -> dict[str, str]:
    """Return all properties, with those that are computed."""
    values = {
        **campaign.properties,
        "hs_object_id": campaign.properties.get("hs_object_id") or _object_id(campaign),
        "hs_created_by_user_id": campaign.properties.get("hs_created_by_user_id") or str(portal.account.user_id),
        "hs_budget_items_sum_amount": _text(total_of(campaign.budget)),
        "hs_spend_items_sum_amount": _text(total_of(campaign.spend)),
    }
    status = values.get("hs_campaign_status")
    if status:
        upper = portal.switches.campaign_status_upper_case
        values["hs_campaign_status"] = status.upper() if upper else status.lower()
    return values


def is_known_property(name: str) -> bool:
    """Tell whether campaigns have a property of this name."""
    return name in _PROPERTIES


def total_of(amounts: Iterable[Amount]) -> Decimal | None:
    """Return the sum of the amounts, none if there are none."""
    found = [item.amount for item in amounts]
    return sum(found, Decimal(0)) if found else None


def currency_of(portal: Portal, campaign: Campaign) -> str:
    """Return the currency of a campaign's amounts, the account's own unless it has another."""
    return campaign.properties.get("hs_currency_code") or portal.account.company_currency


def _from_seed(seed: CampaignSeed) -> Campaign:
    return Campaign(
        seed.id,
        dict(seed.properties),
        seed.created_ms,
        seed.updated_ms,
        tuple(Asset(asset.asset_type, asset.asset_id, asset.name, dict(asset.metrics)) for asset in seed.assets),
        tuple(_amount(item) for item in seed.budget),
        tuple(_amount(item) for item in seed.spend),
    )


def _amount(seed: CampaignAmountSeed) -> Amount:
    return Amount(
        seed.id, seed.name, Decimal(seed.amount), seed.order, seed.description, seed.created_ms, seed.updated_ms
    )


def _object_id(campaign: Campaign) -> str:
    return str(10_000_000_000 + zlib.crc32(campaign.id.encode()))


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount, "f")
