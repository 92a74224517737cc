"""The switches of the sandbox: every behaviour that nobody has verified, and the few sizes that a user may want to change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["ConditionalRule", "SandboxSettings"]


@dataclass(frozen=True, slots=True)
class ConditionalRule:
    """An account's rule: a record whose `property` is `value` needs `required` too."""

    object_type: str
    property: str
    value: str
    required: str


def _required() -> Mapping[str, tuple[str, ...]]:
    return {"deals": ("dealname", "dealstage")}


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """How the sandbox answers where HubSpot's own behaviour is unverified or is a setting of the account."""

    search_lag_ms: int = 0
    """How long a write stays invisible to search, by the sandbox's clock; HubSpot's lag is seconds [C]."""
    max_uri_bytes: int = 16_000
    """Longer request targets answer 414; HubSpot's bound is somewhere in 8 to 16 KB [C]."""
    page_limit_with_history: int = 50
    """Largest page of a list with `propertiesWithHistory` [U]."""
    history_per_contact_property: int = 45
    """Newest values that a contact's property history returns [U]."""
    history_per_property: int = 20
    """Newest values that another type's property history returns [U]."""
    unknown_filter_property: Literal["refuse", "no_match"] = "refuse"
    """What a search filter on a property that does not exist does: 400, or nothing matches [U]."""
    negative_filters_match_empty: bool = True
    """Whether NEQ, NOT_IN and NOT_CONTAINS_TOKEN match records where the property is empty [U]."""
    between_includes_ends: bool = True
    """Whether BETWEEN includes both of its ends [U]."""
    query_matches: Literal["substring", "token_prefix"] = "substring"
    """How a word of the search `query` must occur in a searchable property [U]."""
    archived_email_is_free: bool = True
    """Whether a new contact may take the address of an archived one [U]."""
    unknown_id_in_batch_update: Literal["refuse", "absent"] = "refuse"
    """What a batch update does with a number that is no record: a bad input, or silently left out [U]."""
    merge_makes_new_id: bool = False
    """Whether a merge answers with a record of a new id instead of the primary's [U]."""
    dated_object_associations: Literal["typed", "plain"] = "typed"
    """What `?associations=` gives on an object read in 2026-09: `toObjectId` with types, or the older id with type [D]."""
    closedate_on_create: Literal["none", "month_end"] = "none"
    """What a deal created without a close date gets [U]."""
    auto_associate_by_domain: bool = False
    """Whether a new contact is joined to the company of its email's domain, as an account setting does [D]."""
    enforce_required_on_create: bool = True
    """Whether 2026-09 enforces the required properties of 5.2 on every write path [D]."""
    required_on_create: Mapping[str, tuple[str, ...]] = field(default_factory=_required)
    """The account's record-creation settings: properties that a new record needs, by type [D]."""
    conditional_rules: tuple[ConditionalRule, ...] = ()
    """The account's conditional rules, which 2026-09 enforces [D]."""
    lifecycle_moves_forward_only: bool = True
    """Whether a write of an earlier lifecycle stage is silently dropped [D]; that it is dropped and not refused is [U]."""
    closedate_on_close: bool = True
    """Whether moving a deal to a closed stage sets its close date, unless the same write does [U]."""
    first_company_is_primary: bool = True
    """Whether the first company that a record is joined to becomes its primary one; so in the app, by the API [U]."""
    default_lifecyclestage: str = "lead"
    """The lifecycle stage that the account gives to a new contact or company; empty for none [D]."""
    normalise_dates: bool = True
    """Whether 2026-09 moves a date off midnight to its day with a warning, where older versions answer INVALID_DATE [D]."""
    refresh_rotation: Literal["off", "on", "grace"] = "off"
    """Whether a refresh answers with the same refresh token [L], a new one, or a new one while the old still works a while [U]."""
    refresh_grace_s: int = 60
    """How long the old refresh token still works with `grace` [U]."""
    access_token_lifetime_s: int = 1800
    """How long an access token works [D]."""
    code_lifetime_s: int = 60
    """How long an authorization code may be redeemed [U]."""
    denial_error: str = "access_denied"
    """The `error` that comes back when a person refuses on the authorize page [U]."""
    refresh_ends_old_access_token: bool = False
    """Whether a refresh ends the access token issued before it [U]."""
    uninstall_ends_access_tokens: bool = True
    """Whether taking an app out of an account ends its access tokens at once [U]."""
    json_token_requests: bool = True
    """Lenient: whether the token endpoint takes a JSON body too, as one official client sends it against the documentation [T]."""
    unknown_campaign_property: Literal["ignore", "refuse"] = "ignore"
    """What asking for an unknown campaign property does: left out, or 400 [U]."""
    campaign_status_upper_case: bool = False
    """Whether `hs_campaign_status` is spelt in capitals [U]."""
