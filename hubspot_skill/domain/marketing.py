"""Campaigns and what they brought, marketing e-mails and what became of them, and lists, as HubSpot's campaign reports answer them. Money is Decimal with its currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "AttributionModel",
    "Campaign",
    "CampaignBudget",
    "CampaignMetrics",
    "CampaignPage",
    "CampaignRevenue",
    "EmailFigures",
    "EmailPage",
    "EmailStatistics",
    "ListPage",
    "MarketingEmail",
    "MemberPage",
    "RecordList",
]


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


@dataclass(frozen=True, slots=True)
class MarketingEmail:
    """One marketing e-mail as it stands in HubSpot; `published_at` is None for a draft."""

    id: str
    name: str
    subject: str
    state: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EmailPage:
    """Marketing e-mails with the count of all; `next_after` is opaque."""

    emails: tuple[MarketingEmail, ...]
    total: int | None
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class EmailFigures:
    """What became of one or several e-mails: HubSpot's counters, and its ratios in percent."""

    counters: Mapping[str, int]
    ratios: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class EmailStatistics:
    """The figures of all e-mails of a span of time together, and of each by its id."""

    together: EmailFigures
    each: Mapping[str, EmailFigures]


@dataclass(frozen=True, slots=True)
class RecordList:
    """One list (segment): `type_id` of its records, `processing` MANUAL, DYNAMIC or SNAPSHOT, `size` None where unsaid."""

    id: str
    name: str
    type_id: str
    processing: str
    size: int | None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """Lists with the count of all that match; `next_offset` None at the end."""

    lists: tuple[RecordList, ...]
    total: int
    next_offset: int | None = None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Record ids of a list in ascending order; `next_after` is opaque, `total` None where HubSpot gave none."""

    ids: tuple[str, ...]
    total: int | None
    next_after: str | None = None
