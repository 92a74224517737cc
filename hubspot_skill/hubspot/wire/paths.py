"""Spells HubSpot's paths for one dated API version, the only place that does.

Paths follow developers.hubspot.com/docs/api-reference/latest (read 2026-11-23); 2026-03 and 2026-09 differ in the
version alone for everything here. Every name and id that goes into a path is checked, so none can climb out of its
place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.text import clean

__all__ = ["MAX_URL", "TOKEN_INFO", "Paths", "query"]

# HubSpot's edge answers 414 somewhere between 8 and 16 KB (PostHog/posthog#31617); this leaves room for the host.
MAX_URL = 7_500

# Names the scopes and user of a service key or private-app token, given in the body (used by its own CLI; not dated).
TOKEN_INFO = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105 - an address

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def query(path: str, **parameters: str | int | bool | Sequence[str] | None) -> str:
    """Add parameters to a path: None is left out, a sequence becomes commas, truth is spelled as JSON does."""
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if value is None or value == ():
            continue
        if isinstance(value, bool):
            pairs.append((name, "true" if value else "false"))
        elif isinstance(value, (str, int)):
            pairs.append((name, str(value)))
        else:
            pairs.append((name, ",".join(value)))
    return f"{path}?{urlencode(pairs, safe=',')}" if pairs else path


class Paths:
    """The paths of one API version."""

    def __init__(self, version: str) -> None:
        self._objects = f"/crm/objects/{version}"
        self._associations = f"/crm/associations/{version}"
        self._properties = f"/crm/properties/{version}"
        self._pipelines = f"/crm/pipelines/{version}"
        self.owners = f"/crm/owners/{version}"
        self.custom_types = f"/crm-object-schemas/{version}/schemas"
        self.account = f"/account-info/{version}/details"
        self.introspect = f"/oauth/{version}/token/introspect"
        self.campaigns = f"/marketing/campaigns/{version}"
        self.emails = f"/marketing/emails/{version}"
        self.email_statistics = f"{self.emails}/statistics/list"
        self._lists = f"/crm/lists/{version}"
        self.list_search = f"{self._lists}/search"
        self._currencies = f"/settings/currencies/{version}"
        self.exchange_rates = f"{self._currencies}/exchange-rates/current"

    def records(self, type: ObjectType, action: str = "") -> str:
        """The path of a type's records, or of an action on them such as `search` or `batch/read`."""
        path = f"{self._objects}/{_name(type.name)}"
        return f"{path}/{action}" if action else path

    def record(self, type: ObjectType, id: str) -> str:
        """The path of one record by id or by a unique value."""
        return f"{self._objects}/{_name(type.name)}/{_segment(id)}"

    def page(
        self,
        type: ObjectType,
        properties: Sequence[PropertyName],
        *,
        limit: int,
        after: str | None,
        archived: bool,
        associations: Sequence[ObjectType],
    ) -> str:
        """The path and query of one page of a type's records."""
        return query(
            self.records(type),
            limit=limit,
            after=after,
            properties=properties,
            associations=[other.name for other in associations] or None,
            archived=True if archived else None,
        )

    def one(
        self,
        type: ObjectType,
        id: str,
        properties: Sequence[PropertyName],
        *,
        id_property: PropertyName | None,
        associations: Sequence[ObjectType],
        history: Sequence[PropertyName],
    ) -> str:
        """The path and query of one record."""
        return query(
            self.record(type, id),
            idProperty=id_property,
            properties=properties,
            propertiesWithHistory=list(history) or None,
            associations=[other.name for other in associations] or None,
        )

    def links(self, from_type: ObjectType, from_id: str, to_type: ObjectType) -> str:
        """The path of one record's associations to a type."""
        return f"{self.record(from_type, from_id)}/associations/{_name(to_type.name)}"

    def link(self, from_type: ObjectType, from_id: str, to_type: ObjectType, to_id: str, *, default: bool) -> str:
        """The path of one association; `default` for the unlabelled kind."""
        middle = "associations/default" if default else "associations"
        return f"{self.record(from_type, from_id)}/{middle}/{_name(to_type.name)}/{_segment(to_id)}"

    def associations(self, from_type: ObjectType, to_type: ObjectType, action: str) -> str:
        """The path of an action between two types, such as `batch/read` or `labels`."""
        return f"{self._associations}/{_name(from_type.name)}/{_name(to_type.name)}/{action}"

    def properties(self, type: ObjectType, name: str = "") -> str:
        """The path of a type's property definitions, or of one of them."""
        path = f"{self._properties}/{_name(type.name)}"
        return f"{path}/{_segment(name)}" if name else path

    def groups(self, type: ObjectType, name: str = "") -> str:
        """The path of a type's property groups, or of one of them."""
        path = f"{self._properties}/{_name(type.name)}/groups"
        return f"{path}/{_segment(name)}" if name else path

    def pipelines(self, type: ObjectType, id: str = "") -> str:
        """The path of a type's pipelines, or of one of them."""
        path = f"{self._pipelines}/{_name(type.name)}"
        return f"{path}/{_segment(id)}" if id else path

    def stages(self, type: ObjectType, pipeline_id: str, id: str = "") -> str:
        """The path of a pipeline's stages, or of one of them."""
        path = f"{self.pipelines(type, pipeline_id)}/stages"
        return f"{path}/{_segment(id)}" if id else path

    def list(self, id: str, part: str = "") -> str:
        """The path of one list, or of a part of it such as `memberships`."""
        path = f"{self._lists}/{_segment(id)}"
        return f"{path}/{part}" if part else path

    def campaign(self, id: str, report: str = "") -> str:
        """The path of one campaign, or of a report on it such as `reports/metrics`."""
        path = f"{self.campaigns}/{_segment(id)}"
        return f"{path}/{report}" if report else path


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidInputError(f'"{clean(name, most=80)}" cannot be an object type', field="object_type")
    return name


def _segment(id: str) -> str:
    if id.isdigit() and id.isascii() and len(id) <= 20:
        return id
    if id in ("", ".", "..") or len(id) > 500 or not id.isprintable():
        raise InvalidInputError(f'"{clean(id, most=80)}" cannot be a record id or unique value', field="id")
    return quote(id, safe="@")
