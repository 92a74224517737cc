"""Every metric with its whole definition, for pages and documents that list them."""

from __future__ import annotations

from hubspot_skill.analytics.registry import definitions
from hubspot_skill.domain.report import Definition

__all__ = ["all_metrics"]


def all_metrics() -> tuple[Definition, ...]:
    """Give the definitions, in the registry's order."""
    return definitions()
