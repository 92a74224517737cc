"""What each use case is asked, in people's words.

Names of stages, pipelines, owners, companies, options and periods arrive as somebody would write them ("Closed Won",
"me", "this quarter"); the use cases turn them into ids and answer what they understood. An empty text, tuple or
mapping, and None, mean "not asked for". Every request is frozen and says nothing about HubSpot's wire.

Two ways to name a property: `fields` holds the names of typed tool arguments (`close_date`, `owner`, `stage`),
`properties` and `where` HubSpot's internal names or labels (`hs_next_step`, "Next step"). Both may be used together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from hubspot_skill.domain.marketing import AttributionModel

__all__ = [
    "ActivityKind",
    "ActivityRequest",
    "BriefRequest",
    "CampaignsRequest",
    "CompanyFilters",
    "Compare",
    "CompleteKind",
    "Condition",
    "ContactFilters",
    "CreateRequest",
    "DealFilters",
    "DealStatus",
    "DescribeRequest",
    "Filters",
    "FindRequest",
    "GetRequest",
    "Given",
    "IfExists",
    "LinkTo",
    "PipelineSummaryRequest",
    "RecordFilters",
    "RecordsBehindRequest",
    "SearchRequest",
    "SyncAction",
    "SyncRequest",
    "Topic",
    "UpdateRequest",
]

Given = str | int | float | bool | Decimal | None | Sequence[str]
"""A value as a caller gives it: text in people's words, a number, a truth, or several options; None clears."""


def _no_values() -> Mapping[str, Given]:
    return {}


class Compare(StrEnum):
    """How a condition compares. Dates take words: `eq` "last month" is the whole month, `lt` "today" is before it."""

    EQ = "eq"
    NEQ = "neq"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    HAS_VALUE = "has_value"
    NO_VALUE = "no_value"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on any property.

    `value` is a sequence of two for BETWEEN, of one or more for IN and NOT_IN, None for HAS_VALUE and NO_VALUE.
    CONTAINS looks for whole words, `*` stands for the rest of one.
    """

    property: str
    compare: Compare
    value: Given | Sequence[Given] = None


class DealStatus(StrEnum):
    """Where a deal stands, by the meaning of its stage."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilters:
    """What contacts to find. Several values of one filter are alternatives; different filters must all hold.

    `email` also takes a pattern (`*@acme.com`); `owner` also "me" and "nobody"; `company` and `deal` a name or id (a
    company also a domain) or "none" for those without; `created`, `modified` and `last_contacted` a day or a period in words, or "never".
    """

    email: tuple[str, ...] = ()
    lifecycle_stage: tuple[str, ...] = ()
    lead_status: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    company: str = ""
    deal: str = ""
    created: str = ""
    modified: str = ""
    last_contacted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFilters:
    """What companies to find; as `ContactFilters`."""

    domain: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    lifecycle_stage: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    contact: str = ""
    deal: str = ""
    created: str = ""
    modified: str = ""
    last_contacted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFilters:
    """What deals to find; as `ContactFilters`.

    `stage` is a name or id, within `pipeline` or across all; amounts are in the deal's own currency, both ends
    included.
    """

    status: DealStatus | None = None
    stage: tuple[str, ...] = ()
    pipeline: str = ""
    owner: tuple[str, ...] = ()
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    close_date: str = ""
    created: str = ""
    modified: str = ""
    company: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilters:
    """What records of any other type to find; `stage` and `pipeline` only where the type has pipelines (tickets)."""

    owner: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    pipeline: str = ""
    company: str = ""
    contact: str = ""
    deal: str = ""
    created: str = ""
    modified: str = ""


Filters = ContactFilters | CompanyFilters | DealFilters | RecordFilters


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """Find records of one type. Filters, `where` and `text` must all hold.

    `type` is a type's name, singular or id ("deals", "ticket", "2-123", a custom type's label). `sort` is a property,
    with "-" before it for the largest first; empty is newest first. `fields` are the columns, empty a lean default.
    `limit` 1 to 100. `cursor` is the `next` of the answer before, with all else unchanged.
    """

    type: str
    filters: Filters | None = None
    where: tuple[Condition, ...] = ()
    text: str = ""
    sort: str = ""
    fields: tuple[str, ...] = ()
    limit: int = 20
    cursor: str = ""
    count_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRequest:
    """Read records by id, record URL or unique key; at most 100.

    `type` may be empty where every entry of `records` is a URL or an email address. `key` names the unique property
    that `records` are values of (empty: told from their form). `associations` are object types; `history` properties.
    """

    records: tuple[str, ...]
    type: str = ""
    key: str = ""
    fields: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefRequest:
    """Tell what matters about one contact, company or deal, named by id, URL, email, domain or name.

    `type` may be empty for a URL, an email address or a domain. `max_tokens` bounds the answer's text.
    """

    record: str
    type: str = ""
    max_tokens: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeRequest:
    """Tell what the account's CRM looks like.

    `type` is needed for properties, pipelines and associations; `to_type` narrows associations; `query` searches by
    words (of names, labels, descriptions, options). A `query` that is one property's exact name gives all its options.
    """

    topic: Topic
    type: str = ""
    to_type: str = ""
    query: str = ""
    limit: int = 50


class Topic(StrEnum):
    """What can be described."""

    TYPES = "types"
    PROPERTIES = "properties"
    PIPELINES = "pipelines"
    OWNERS = "owners"
    ASSOCIATIONS = "associations"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsRequest:
    """List campaigns, or tell one with its results when `campaign` (id or name) is given.

    `name` filters by words, `status` by HubSpot's word (planned, in_progress, active, paused, completed), `during` keeps
    those that run within a period. `period` bounds metrics and revenue (empty: all time).
    """

    campaign: str = ""
    name: str = ""
    status: str = ""
    during: str = ""
    period: str = ""
    attribution: AttributionModel = AttributionModel.LINEAR
    limit: int = 20
    cursor: str = ""


class IfExists(StrEnum):
    """What a create does when a record with the same unique key is there already."""

    FAIL = "fail"
    RETURN = "return"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTo:
    """A record to link to: its type, the record by id, URL, name, email or domain, and the link's label if any."""

    type: str
    record: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """Create one contact, company or deal (or a record of another type) together with its links.

    `allow_duplicate` lets a record through that looks like an existing one by name, or a company of the same domain
    (HubSpot does not keep domains unique); never one with the same unique key. `dry_run` checks everything and writes nothing.
    """

    type: str
    fields: Mapping[str, Given] = field(default_factory=_no_values)
    properties: Mapping[str, Given] = field(default_factory=_no_values)
    links: tuple[LinkTo, ...] = ()
    if_exists: IfExists = IfExists.FAIL
    allow_duplicate: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRequest:
    """Change the given values of one record, named by id, URL or unique key; None or "" clears a value.

    `only_if` holds values that must be there just before the write, by typed or internal name; `if_updated_at` is when
    the record must have changed last. `associate` adds links.
    """

    type: str
    record: str
    fields: Mapping[str, Given] = field(default_factory=_no_values)
    properties: Mapping[str, Given] = field(default_factory=_no_values)
    associate: tuple[LinkTo, ...] = ()
    only_if: Mapping[str, Given] = field(default_factory=_no_values)
    if_updated_at: datetime | None = None
    dry_run: bool = False


class ActivityKind(StrEnum):
    """The activities that can be logged."""

    NOTE = "note"
    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    TASK = "task"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRequest:
    """Log one activity on one or more records.

    `text` is plain text (escaped for HubSpot, line breaks kept). `at` is when it happened or starts, in words or ISO,
    empty now; for a task `at` is when it is due. `outcome` is a call's or meeting's outcome or a task's status;
    `duration_minutes` a call's or meeting's length; `direction` a call's or email's; `priority` and `task_type` a
    task's. `owner` empty is whoever the token stands for, or nobody. A field of another kind is refused.
    """

    kind: ActivityKind
    records: tuple[LinkTo, ...]
    text: str = ""
    title: str = ""
    at: str = ""
    direction: str = ""
    outcome: str = ""
    duration_minutes: Decimal | None = None
    priority: str = ""
    task_type: str = ""
    owner: str = ""
    properties: Mapping[str, Given] = field(default_factory=_no_values)
    dry_run: bool = False


class CompleteKind(StrEnum):
    """What names can be completed."""

    OBJECT_TYPE = "object_type"
    PROPERTY = "property"
    STAGE = "stage"
    PIPELINE = "pipeline"
    OWNER = "owner"


class SyncAction(StrEnum):
    """What to do about the local copy of an account."""

    STATUS = "status"
    REFRESH = "refresh"
    FULL = "full"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What to do about the local copy; `budget_s` is how long to wait for it at most."""

    action: SyncAction = SyncAction.STATUS
    budget_s: float = 20.0


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Words to find in records of every type, each as the beginning of a word; `limit` a type, 1 to 50."""

    text: str
    limit: int = 6
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSummaryRequest:
    """Tell where a pipeline stands; empty: all of them. `period` is that of the outcomes, in words."""

    pipeline: str = ""
    owner: str = ""
    team: str = ""
    period: str = "this quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsBehindRequest:
    """Open a cell of a report: its handle, the measure's place from 0, the ids of the row's groups (none: the total)."""

    handle: str
    metric: int = 0
    groups: tuple[str, ...] = ()
    after: str = ""
    limit: int = 100
