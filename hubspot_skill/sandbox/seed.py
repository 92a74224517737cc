"""The values a portal is made from: what a data source says, and the engine turns into a HubSpot account.

Two sources write these values (the generator and the CSV folder) and one reader loads them into the store, so this
module is the whole contract between data and engine.

What is in a record's `properties`, and what is not:

- Keys are HubSpot's internal names, values its outgoing strings: `"1500"`, `"true"`, `"A;B"`, dates `"2026-11-23"`,
  date-times `"2026-11-23T09:15:00.000Z"`. A property without a value is left out, never `""`.
- Left out because the engine derives them: `hs_object_id`, `hs_createdate`, `lastmodifieddate`, `hs_lastmodifieddate`,
  `createdate` (except of a deal whose create date was set by a person and so differs from `created_ms`), everything
  whose `PropertySeed.calculated` is true: a deal's flags, probability, projected and home-currency amounts, stage
  dates and days, `num_associated_*`, `num_notes`, `notes_last_contacted`, lifecycle dates, and so on.
- Kept although read-only, because nothing else in the sandbox could know them: `hs_analytics_*`, form conversions,
  e-mail counters, `hs_merged_object_ids` (the losers of a merge, `;` between; they are no records of their own).

Rules for the rest:

- A property without a `SeedChange` has one version: its current value at the record's `created_ms`.
- A property with changes has them all, oldest first, and the last one is the current value (`""` where it is now empty).
- A link of a primary type (1, 5, 25 …) stands for the unlabelled one too; the engine adds that and both reverses.
- An archived record was archived at its `updated_ms`.
- Ids are unique per object type, and not ordered by creation time unless a source says so.
- Times in `*_ms` are milliseconds since 1970 in UTC. Amounts are decimal strings in the named currency.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

__all__ = [
    "AccountSeed",
    "AssociationTypeSeed",
    "CampaignAmountSeed",
    "CampaignAssetSeed",
    "CampaignDealSeed",
    "CampaignSeed",
    "CampaignTouchSeed",
    "CustomSchemaSeed",
    "EmailCountsSeed",
    "ExchangeRateSeed",
    "ListSeed",
    "MarketingEmailSeed",
    "OptionSeed",
    "OwnerSeed",
    "PipelineSeed",
    "PortalSeed",
    "PropertyGroupSeed",
    "PropertySeed",
    "Replay",
    "SeedChange",
    "SeedLink",
    "SeedRecord",
    "StageSeed",
    "TeamSeed",
]

T = TypeVar("T")


class Replay(Generic[T]):
    """A stream that can be read again from its start: every `iter()` calls the maker anew, nothing is kept."""

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        """Keep the maker; nothing is generated yet."""
        self._make = make

    def __iter__(self) -> Iterator[T]:
        """Start the stream from its beginning."""
        return self._make()


@dataclass(frozen=True, slots=True)
class SeedRecord:
    """One CRM record; `object_type` is `contacts` … `emails`, or `2-N` for the custom type."""

    object_type: str
    id: int
    properties: dict[str, str]
    created_ms: int
    updated_ms: int
    archived: bool = False


@dataclass(frozen=True, slots=True)
class SeedChange:
    """One version in a property's history; `source_type` is HubSpot's (`CRM_UI`, `IMPORT`, `INTEGRATION` …)."""

    object_type: str
    id: int
    property: str
    value: str
    at_ms: int
    source_type: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class SeedLink:
    """One association in one direction; the engine stores the reverse by `AssociationTypeSeed.inverse_id`."""

    from_type: str
    from_id: int
    to_type: str
    to_id: int
    type_id: int


@dataclass(frozen=True, slots=True)
class ExchangeRateSeed:
    """What one unit of `from_currency` is worth in the account's own currency from `effective_ms` on."""

    from_currency: str
    to_currency: str
    rate: str
    effective_ms: int


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """What account-info, introspection and the currencies endpoint say of one account.

    `products` names what was bought: `marketing_pro`, `sales_pro`, `service_pro`, `enterprise` (custom objects, events).
    The campaign scopes cannot be granted without `marketing_pro`. `user_id` is the owner of the sandbox's tokens.
    """

    portal_id: int
    name: str
    account_type: str
    time_zone: str
    company_currency: str
    additional_currencies: tuple[str, ...]
    ui_domain: str
    hublet: str
    hub_domain: str
    created_ms: int
    user_id: int
    user_email: str
    products: frozenset[str]
    exchange_rates: tuple[ExchangeRateSeed, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionSeed:
    """One option of an enumeration: `value` is internal, `label` is what people see."""

    label: str
    value: str
    display_order: int
    hidden: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class PropertyGroupSeed:
    """One group that properties are shown under."""

    name: str
    label: str
    display_order: int


@dataclass(frozen=True, slots=True)
class PropertySeed:
    """One property definition.

    `calculated` means that the engine derives the value, `read_only_value` that clients cannot write it;
    `currency_property_name` names the property that holds the currency of an amount.
    """

    name: str
    label: str
    type: str
    field_type: str
    group_name: str
    description: str = ""
    options: tuple[OptionSeed, ...] = ()
    display_order: int = -1
    calculated: bool = False
    read_only_value: bool = False
    read_only_options: bool = False
    has_unique_value: bool = False
    hidden: bool = False
    external_options: bool = False
    form_field: bool = False
    hubspot_defined: bool = True
    referenced_object_type: str | None = None
    currency_property_name: str | None = None
    show_currency_symbol: bool = False
    data_sensitivity: str = "non_sensitive"
    created_ms: int = 0
    updated_ms: int = 0


@dataclass(frozen=True, slots=True)
class StageSeed:
    """One stage; `metadata` values are strings (`isClosed`, `probability` of deals; `ticketState`, `isClosed` of tickets)."""

    id: str
    label: str
    display_order: int
    metadata: Mapping[str, str]
    created_ms: int
    updated_ms: int
    write_permissions: str = "CRM_PERMISSIONS_ENFORCEMENT"


@dataclass(frozen=True, slots=True)
class PipelineSeed:
    """One pipeline with its stages in display order."""

    id: str
    label: str
    display_order: int
    stages: tuple[StageSeed, ...]
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class TeamSeed:
    """One team as an owner carries it; `primary` is about this owner."""

    id: str
    name: str
    primary: bool


@dataclass(frozen=True, slots=True)
class OwnerSeed:
    """One owner; `archived` ones are deactivated users whom records may still name. `user_id` is kept for those, too."""

    id: int
    user_id: int | None
    email: str
    first_name: str
    last_name: str
    teams: tuple[TeamSeed, ...]
    created_ms: int
    updated_ms: int
    type: str = "PERSON"
    archived: bool = False


@dataclass(frozen=True, slots=True)
class AssociationTypeSeed:
    """One association type in one direction; `label` is none for the unlabelled one, `primary` allows one per record.

    `inverse_id` is the type id of the same association seen from the other side.
    """

    from_type: str
    to_type: str
    type_id: int
    inverse_id: int
    name: str
    category: str = "HUBSPOT_DEFINED"
    label: str | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class CustomSchemaSeed:
    """The account's own object type; its properties are in `PortalSeed.properties[object_type_id]`."""

    object_type_id: str
    name: str
    fully_qualified_name: str
    label_singular: str
    label_plural: str
    primary_display_property: str
    secondary_display_properties: tuple[str, ...]
    required_properties: tuple[str, ...]
    searchable_properties: tuple[str, ...]
    associated_object_types: tuple[str, ...]
    created_ms: int
    updated_ms: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class CampaignAssetSeed:
    """One asset of a campaign; `metrics` are its numbers for the campaign's whole run."""

    asset_type: str
    asset_id: str
    name: str
    metrics: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class CampaignAmountSeed:
    """One budget or spend item, in the campaign's currency."""

    id: int
    name: str
    amount: str
    order: int
    description: str
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class CampaignTouchSeed:
    """One contact's touch of a campaign; every touched contact is influenced, some were won or last seen by it."""

    contact_id: int
    at_ms: int
    is_first_touch: bool
    is_last_touch: bool


@dataclass(frozen=True, slots=True)
class CampaignDealSeed:
    """One deal that a campaign had part in; `amount` is in the account's currency, `shares` by attribution model in 0 … 1.

    Only deals that were won have revenue: `closed_won_ms` is none for the others.
    """

    deal_id: int
    amount: str
    created_ms: int
    closed_won_ms: int | None
    shares: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CampaignSeed:
    """One marketing campaign; `sessions` maps a day (`YYYY-MM-DD`) to its visits."""

    id: str
    properties: Mapping[str, str]
    created_ms: int
    updated_ms: int
    assets: tuple[CampaignAssetSeed, ...] = ()
    budget: tuple[CampaignAmountSeed, ...] = ()
    spend: tuple[CampaignAmountSeed, ...] = ()
    sessions: Mapping[str, int] = field(default_factory=dict[str, int])
    touches: tuple[CampaignTouchSeed, ...] = ()
    deals: tuple[CampaignDealSeed, ...] = ()


@dataclass(frozen=True, slots=True)
class EmailCountsSeed:
    """What happened to one marketing e-mail in the hour that begins at `at_ms`, by counter name (`sent`, `open` …)."""

    at_ms: int
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MarketingEmailSeed:
    """One marketing e-mail; `counts` are its statistics by hour, and their sum is the whole; ratios are derived."""

    id: str
    name: str
    subject: str
    type: str
    state: str
    from_name: str
    reply_to: str
    language: str
    created_ms: int
    updated_ms: int
    publish_ms: int | None
    campaign_id: str | None = None
    archived: bool = False
    counts: tuple[EmailCountsSeed, ...] = ()
    opens_by_device: Mapping[str, int] = field(default_factory=dict[str, int])
    clicks_by_device: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class ListSeed:
    """One list (segment) of records of one type; `members` pairs a record id with the time it joined."""

    list_id: int
    name: str
    object_type_id: str
    processing_type: str
    created_ms: int
    updated_ms: int
    created_by_id: int
    members: tuple[tuple[int, int], ...]
    filter_branch: Mapping[str, object] | None = None
    processing_status: str = "COMPLETE"


@dataclass(frozen=True)
class PortalSeed:
    """Everything of one account; the three last are large streams that can be read again from their start.

    `properties`, `property_groups` and `pipelines` are keyed by object type. `now` is the portal's clock at start.
    """

    name: str
    account: AccountSeed
    properties: dict[str, list[PropertySeed]]
    property_groups: dict[str, list[PropertyGroupSeed]]
    pipelines: dict[str, list[PipelineSeed]]
    owners: list[OwnerSeed]
    association_types: list[AssociationTypeSeed]
    custom_schema: CustomSchemaSeed | None
    campaigns: list[CampaignSeed]
    marketing_emails: list[MarketingEmailSeed]
    lists: list[ListSeed]
    now: datetime
    records: Iterable[SeedRecord]
    changes: Iterable[SeedChange]
    links: Iterable[SeedLink]
