"""The operations of the surface, one family a file; `all_operations` is the whole table, in the document's order."""

from __future__ import annotations

from typing import Any

from hubspot_skill.surfaces.rest.operations import Operation
from hubspot_skill.surfaces.rest.resources import analytics, campaigns, changes, data, reading, records, schema, server

__all__ = ["all_operations"]


def all_operations() -> tuple[Operation[Any, Any], ...]:
    """Give every operation that is served."""
    return (
        *records.OPERATIONS,
        *campaigns.OPERATIONS,
        *changes.OPERATIONS,
        *analytics.OPERATIONS,
        *data.OPERATIONS,
        *schema.OPERATIONS,
        *server.OPERATIONS,
        *reading.OPERATIONS,
    )
