"""Campaigns and what they brought, as HubSpot's campaign reports answer them. Money is Decimal with its currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

__all__ = ["AttributionModel", "Campaign", "CampaignBudget", "CampaignMetrics", "CampaignPage", "CampaignRevenue"]


class AttributionModel(StrEnum):
    """HubSpot's ways of crediting revenue to a campaign (campaign revenue report, read 2026-11-23)."""

    LINEAR = "LINEAR"
    FIRST_INTERACTION = "FIRST_INTERACTION"
    LAST_INTERACTION = "LAST_INTERACTION"
    FULL_PATH = "FULL_PATH"
    U_SHAPED = "U_SHAPED"
    W_SHAPED = "W_SHAPED"
    TIME_DECAY = "TIME_DECAY"
    J_SHAPED = "J_SHAPED"
    INVERSE_J_SHAPED = "INVERSE_J_SHAPED"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One marketing campaign; `id` is a GUID; property values are text as HubSpot sends them."""

    id: str
    properties: Mapping[str, str | None]
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """Campaigns with the count of all; `next_after` is opaque."""

    campaigns: tuple[Campaign, ...]
    total: int | None
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignMetrics:
    """Counts of a campaign's attribution report over a period. Contacts may be in several campaigns: never add up."""

    sessions: int
    new_contacts_first_touch: int
    new_contacts_last_touch: int
    influenced_contacts: int


@dataclass(frozen=True, slots=True)
class CampaignRevenue:
    """Revenue credited to a campaign under one attribution model."""

    model: AttributionModel
    contacts: int
    deals: int
    deal_amount: Decimal
    revenue: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class CampaignBudget:
    """A campaign's planned and spent money."""

    budget: Decimal
    spent: Decimal
    remaining: Decimal
    currency: str | None
