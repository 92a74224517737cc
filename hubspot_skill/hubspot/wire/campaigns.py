"""Reads campaigns and their reports (developers.hubspot.com, campaigns, read 2026-11-23)."""

from __future__ import annotations

from decimal import Decimal

from hubspot_skill.domain.marketing import (
    AttributionModel,
    Campaign,
    CampaignBudget,
    CampaignMetrics,
    CampaignPage,
    CampaignRevenue,
)
from hubspot_skill.hubspot.wire.records import next_after
from hubspot_skill.hubspot.wire.shapes import decimal_of, instant, integer, mapping, optional_text, results, text

__all__ = ["read_budget", "read_campaign", "read_campaigns", "read_metrics", "read_revenue"]


def read_campaigns(value: object) -> CampaignPage:
    """Read one page of campaigns."""
    fields = mapping(value, "the answer")
    total = fields.get("total")
    return CampaignPage(
        campaigns=tuple(read_campaign(item) for item in results(fields)),
        total=total if isinstance(total, int) else None,
        next_after=next_after(fields),
    )


def read_campaign(value: object) -> Campaign:
    """Read one campaign."""
    fields = mapping(value, "the campaign")
    given = fields.get("properties")
    values = mapping(given, "the campaign's properties") if given is not None else {}
    return Campaign(
        id=text(fields.get("id"), "a campaign's id"),
        properties={name: optional_text(found) or None for name, found in values.items()},
        created_at=instant(fields.get("createdAt")),
        updated_at=instant(fields.get("updatedAt")),
    )


def read_metrics(value: object) -> CampaignMetrics:
    """Read the counts of a campaign's attribution report."""
    fields = mapping(value, "the answer")
    return CampaignMetrics(
        sessions=integer(fields.get("sessions")),
        new_contacts_first_touch=integer(fields.get("newContactsFirstTouch")),
        new_contacts_last_touch=integer(fields.get("newContactsLastTouch")),
        influenced_contacts=integer(fields.get("influencedContacts")),
    )


def read_revenue(value: object, model: AttributionModel) -> CampaignRevenue:
    """Read a campaign's credited revenue."""
    fields = mapping(value, "the answer")
    return CampaignRevenue(
        model=model,
        contacts=integer(fields.get("contactsNumber")),
        deals=integer(fields.get("dealsNumber")),
        deal_amount=decimal_of(fields.get("dealAmount")) or Decimal(0),
        revenue=decimal_of(fields.get("revenueAmount")) or Decimal(0),
        currency=optional_text(fields.get("currencyCode")),
    )


def read_budget(value: object) -> CampaignBudget:
    """Read a campaign's planned and spent money; what is left is computed where HubSpot does not say."""
    fields = mapping(value, "the answer")
    budget = decimal_of(fields.get("budgetTotal")) or Decimal(0)
    spent = decimal_of(fields.get("spendTotal")) or Decimal(0)
    remaining = decimal_of(fields.get("remainingBudget"))
    return CampaignBudget(
        budget=budget,
        spent=spent,
        remaining=budget - spent if remaining is None else remaining,
        currency=optional_text(fields.get("currencyCode")),
    )
