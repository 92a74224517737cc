"""Which HubSpot scopes this server asks for, and what each allows, in words.

Required are those without which the core tools fail for everyone; optional those that an account may be unable to
grant, because they come with a product it did not buy. A read-only server asks for no scope that writes.
Source: developers.hubspot.com, scopes (read 2026-11-23); FACTS 2.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hubspot_skill.access.policy import Policy

__all__ = ["APP_SCOPE", "Scope", "ScopePlan", "scope_plan", "where_to_add"]

APP_SCOPE = "oauth"
"""The scope that every app must have and no key can."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope by HubSpot's name, and what it allows, as the end of "this program may"."""

    name: str
    allows: str


@dataclass(frozen=True, slots=True)
class ScopePlan:
    """The scopes to ask for: all of `required`, and those of `optional` that the account has."""

    required: tuple[Scope, ...]
    optional: tuple[Scope, ...]

    def missing(self, granted: Iterable[str]) -> tuple[Scope, ...]:
        """Give the scopes of the plan that were not granted, the required ones first."""
        have = frozenset(granted)
        return tuple(scope for scope in (*self.required, *self.optional) if scope.name not in have)


_READ = (
    Scope(APP_SCOPE, "tell which account and user it is connected to"),
    Scope("crm.objects.contacts.read", "read contacts and their notes, calls, meetings and tasks"),
    Scope("crm.objects.companies.read", "read companies"),
    Scope("crm.objects.deals.read", "read deals and pipelines"),
    Scope("crm.objects.owners.read", "read who owns a record"),
)
_WRITE = (
    Scope("crm.objects.contacts.write", "create and change contacts, and log notes, calls, meetings and tasks"),
    Scope("crm.objects.companies.write", "create and change companies"),
    Scope("crm.objects.deals.write", "create and change deals"),
)
_OPTIONAL = (
    Scope("tickets", "read tickets"),
    Scope("crm.objects.custom.read", "read the account's own object types"),
    Scope("crm.schemas.custom.read", "read what the account's own object types look like"),
    Scope("sales-email-read", "read the text of logged emails"),
    Scope("marketing.campaigns.read", "read campaigns and their results"),
    Scope("marketing.email.read", "read marketing emails and their statistics"),
    Scope("crm.lists.read", "read lists and who is in them"),
    Scope("marketing.campaigns.revenue.read", "read the revenue of campaigns"),
)


def scope_plan(policy: Policy) -> ScopePlan:
    """Give the scopes that a server of this policy asks for."""
    return ScopePlan(required=_READ if policy.read_only else (*_READ, *_WRITE), optional=_OPTIONAL)


def where_to_add(scopes: Sequence[str], *, is_app: bool) -> str:
    """Say where in HubSpot missing scopes are added, and what to do after; an app's accounts must agree again."""
    named = ", ".join(scopes)
    if is_app:
        return f"Add {named} to your app (its developer project in HubSpot, Auth), then connect the account again."
    return f"Add {named} to the key in HubSpot: Settings, Integrations, Service keys (or Legacy apps)."
