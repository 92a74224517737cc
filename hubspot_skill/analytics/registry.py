"""All metrics by id, and the everyday words that name them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hubspot_skill.analytics.metric import Metric
from hubspot_skill.analytics.metrics import companies, deals_now, forecast, funnel, outcomes, people, quality, touches
from hubspot_skill.domain.report import Definition

__all__ = ["ALIASES", "METRICS", "definitions"]

_FAMILIES = (
    deals_now.METRICS,
    outcomes.METRICS,
    forecast.METRICS,
    funnel.METRICS,
    people.METRICS,
    companies.METRICS,
    touches.METRICS,
    quality.METRICS,
)

METRICS: Mapping[str, Metric] = MappingProxyType({m.id: m for family in _FAMILIES for m in family})
"""Every metric of the catalogue, in the order it is listed."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "pipeline": "open_pipeline",
        "pipeline_value": "open_pipeline",
        "open_value": "open_pipeline",
        "weighted": "weighted_pipeline",
        "forecast": "forecast_weighted",
        "closed": "won_revenue",
        "bookings": "won_revenue",
        "sales": "won_revenue",
        "revenue": "won_revenue",
        "close_rate": "win_rate",
        "winrate": "win_rate",
        "velocity": "sales_velocity",
        "deal_velocity": "sales_velocity",
        "sales_cycle": "sales_cycle_days",
        "cycle": "sales_cycle_days",
        "time_to_close": "sales_cycle_days",
        "deal_size": "avg_deal_size",
        "average_deal_size": "avg_deal_size",
        "conversion": "stage_conversion",
        "conversion_rate": "stage_conversion",
        "funnel": "stage_entered",
        "arr": "new_arr",
        "mrr": "new_mrr",
        "tcv": "new_tcv",
        "overdue": "overdue_open",
        "stalled": "stalled_deals",
        "coverage": "pipeline_coverage",
        "attainment": "goal_attainment",
        "slipped": "slipped_deals",
        "reopened": "reopened_deals",
        "deals": "deal_count",
        "contacts": "contact_count",
        "lifecycle": "lifecycle_reached",
        "unworked": "unworked_contacts",
        "companies": "company_count",
        "activity": "activities",
        "touches": "touches_per_won",
        "duplicates": "quality_duplicate_emails",
    }
)
"""What people call a metric, written like an id."""


def definitions() -> tuple[Definition, ...]:
    """Give what every metric means."""
    return tuple(m.definition for m in METRICS.values())
