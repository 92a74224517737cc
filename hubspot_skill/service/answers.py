"""What each use case answers, ready to be rendered: names instead of ids, cleaned text, and where it comes from.

A `Cell` is what JSON can hold. Money and numbers are exact: an int, a float that prints as the same decimal, else the
decimal as text. Days are `YYYY-MM-DD`; instants `YYYY-MM-DDTHH:MM` in the account's zone, and only the day where they
are its midnight.
Text is one line without hidden characters, cut with "…". An empty value is None in a table's row and absent in a list
of values. Every text that began in the CRM is somebody else's: `untrusted_text` says so to whoever reads the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from hubspot_skill.domain.marketing import CampaignBudget, CampaignMetrics, CampaignRevenue
from hubspot_skill.domain.report import PipelineSummary, Report

__all__ = [
    "Access",
    "AccountView",
    "ActivityLine",
    "Answer",
    "Brief",
    "CampaignView",
    "CampaignsAnswer",
    "Cell",
    "Column",
    "DealLine",
    "Description",
    "FieldChange",
    "FieldValue",
    "FindAnswer",
    "FoundRecord",
    "GetAnswer",
    "HistoryLine",
    "KeptAccountView",
    "LinkedRecord",
    "PersonLine",
    "PipelineSummaryAnswer",
    "PropertyHistory",
    "QuotaView",
    "RecordView",
    "RecordsBehind",
    "Related",
    "RelatedRecord",
    "ReportAnswer",
    "Resolved",
    "SearchAnswer",
    "Source",
    "SyncAnswer",
    "SyncedObject",
    "Table",
    "UserView",
    "WhoAmI",
    "WriteAction",
    "WriteAnswer",
]

Cell = str | int | float | bool | None
Source = Literal["sandbox", "hubspot"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a word of the request was understood as: `said` → `meant`, with the id or the exact period.

    `said` is empty where the word was the name itself.
    """

    what: str
    said: str
    meant: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What every answer carries: when it was true (in the account's zone), of what, and how words were understood.

    `zone` is the account's time zone, in which every day and time of the answer is told. `notes` are sentences of this
    program for the reader. `untrusted_text` is always True: values come from the CRM.
    """

    as_of: datetime
    zone: str
    source: Source
    resolved: tuple[Resolved, ...] = ()
    notes: tuple[str, ...] = ()
    untrusted_text: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Column:
    """One column: HubSpot's internal name, the label people see, its data type, and for money the one currency.

    `type` is text, number, money, bool, date, datetime, option, options, owner or record. `currency` is empty where
    the rows differ in currency (then a column deal_currency_code is beside it) or the column is no money.
    """

    name: str
    label: str
    type: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns, each row as long as `columns`."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer(Answer):
    """One page of a search. The first column is always `id`; `link` with `{id}` filled in opens a row in HubSpot.

    `total` counts all matches exactly. `next` continues ("" at the end). With `count_only` the table is empty.
    """

    type: str
    table: Table
    returned: int
    total: int
    next: str
    link: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of one record, shown as people see it; `raw` is the internal value where it differs (ids, options)."""

    name: str
    label: str
    value: Cell
    raw: str = ""


@dataclass(frozen=True, slots=True)
class RelatedRecord:
    """A linked record by id and name; `labels` are the link's labels, with "Primary" for a primary company."""

    id: str
    name: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """The records of one type linked to a record; `total` is exact unless `is_more`, then it is the least."""

    type: str
    records: tuple[RelatedRecord, ...]
    total: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One value a property had: since when, by what kind of source and by whom."""

    at: str
    value: Cell
    source: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class PropertyHistory:
    """A property's values, newest first; HubSpot keeps the newest 45 (contacts) or 20."""

    name: str
    label: str
    entries: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record with its values, links and history as asked for; empty values are left out; `updated_at` in UTC."""

    type: str
    id: str
    name: str
    link: str
    values: tuple[FieldValue, ...] = ()
    related: tuple[Related, ...] = ()
    history: tuple[PropertyHistory, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAnswer(Answer):
    """The records found, in the order asked for, and what was not found, as it was given."""

    records: tuple[RecordView, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A contact in a brief."""

    id: str
    name: str
    job_title: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DealLine:
    """A deal in a brief; `amount` in `currency`, `close` a day in the account's zone."""

    id: str
    name: str
    stage: str
    amount: Cell = None
    currency: str = ""
    close: str = ""
    owner: str = ""
    next_step: str = ""
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """An activity in a brief: a call, meeting, note, task or email, when, and its first words."""

    kind: str
    at: str
    title: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(Answer):
    """What matters about one contact, company or deal.

    `open_value` adds the open deals in the account's currency (`currency`), None where one cannot be converted or has
    no amount at all. The counts are exact; the lists are cut to the token budget (`*_more` count what was left out).
    """

    record: RecordView
    companies: tuple[RelatedRecord, ...] = ()
    people: tuple[PersonLine, ...] = ()
    people_more: int = 0
    open_deals: tuple[DealLine, ...] = ()
    open_deals_more: int = 0
    open_count: int = 0
    open_value: Cell = None
    currency: str = ""
    last_activity: ActivityLine | None = None
    next_activity: ActivityLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description(Answer):
    """A bounded table of what was asked; `total` counts all that match, `returned` what is shown."""

    topic: str
    type: str
    table: Table
    returned: int
    total: int


@dataclass(frozen=True, slots=True)
class CampaignView:
    """One campaign; results are None where they were not asked for."""

    id: str
    name: str
    values: tuple[FieldValue, ...]
    metrics: CampaignMetrics | None = None
    revenue: CampaignRevenue | None = None
    budget: CampaignBudget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsAnswer(Answer):
    """Campaigns as a table, or one with its results (`campaign`). `total` is None where HubSpot gave none."""

    table: Table
    returned: int
    total: int | None
    next: str
    campaign: CampaignView | None = None


class WriteAction(StrEnum):
    """What a write did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FOUND = "found"
    WOULD_CREATE = "would_create"
    WOULD_UPDATE = "would_update"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value before and after, shown as people see it; None is empty."""

    name: str
    label: str
    before: Cell
    after: Cell


@dataclass(frozen=True, slots=True)
class LinkedRecord:
    """A record that was linked: its type, id and name, and the link's label if it has one."""

    type: str
    id: str
    name: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAnswer(Answer):
    """What was written, from HubSpot's own answer to the write.

    `id` and `link` are empty for a create that was only tried (`WOULD_CREATE`). UNCHANGED and FOUND wrote nothing.
    `change_id` is the journalled plan by which the write is undone, empty where nothing was written.
    """

    action: WriteAction
    type: str
    id: str
    name: str
    link: str
    changes: tuple[FieldChange, ...] = ()
    linked: tuple[LinkedRecord, ...] = ()
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class AccountView:
    """The connected account."""

    portal_id: str
    name: str
    kind: str
    zone: str
    currency: str
    additional_currencies: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class KeptAccountView:
    """One of the connected accounts; `is_meant` is the one that this answer is of, `fix` the next step if any."""

    alias: str
    portal_id: str
    domain: str
    is_default: bool
    is_meant: bool
    state: str
    missing_scopes: tuple[str, ...] = ()
    fix: str = ""


@dataclass(frozen=True, slots=True)
class UserView:
    """Whoever the token stands for, as an owner of records; `teams` are names."""

    owner_id: str
    name: str
    email: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """What may be done with one family of the account's data: True, False, or None where it cannot be told.

    `missing_scopes` names what the token lacks for it, `fix` the next step.
    """

    family: str
    can_read: bool | None
    can_write: bool | None
    missing_scopes: tuple[str, ...] = ()
    fix: str = ""


@dataclass(frozen=True, slots=True)
class QuotaView:
    """Calls left, as HubSpot last said; None where it never did (OAuth tokens have no daily figure)."""

    burst_remaining: int | None
    burst_max: int | None
    daily_remaining: int | None
    daily_max: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoAmI(Answer):
    """The account, the user where HubSpot says who it is (`user_unknown_because` otherwise), and what is allowed.

    `accounts` are all that are connected, none where this server works on one account by its settings.
    """

    account: AccountView
    user: UserView | None
    user_unknown_because: str
    access: tuple[Access, ...]
    quota: QuotaView
    read_only: bool
    toolsets: tuple[str, ...]
    accounts: tuple[KeptAccountView, ...] = ()
    copy_age_s: float | None = None
    """How old the local copy is; None where none is open or it is not whole."""


@dataclass(frozen=True, slots=True)
class SyncedObject:
    """One object type of the local copy: records read of how many there are; `as_of` is empty until all were read."""

    object: str
    phase: str
    done: int
    total: int | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncAnswer(Answer):
    """Where the local copy of an account stands.

    `copied_as_of` is the moment that all of it is at least as new as, `age_s` the seconds since; None while something was
    never read whole. `links_left` counts kinds of links still to be read.
    """

    objects: tuple[SyncedObject, ...]
    copied_as_of: datetime | None
    age_s: float | None
    links_left: int
    is_complete: bool
    is_paused: bool
    is_here: bool
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """One record that some words were found in."""

    type: str
    id: str
    title: str
    detail: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAnswer(Answer):
    """Records of every type that hold all the words, grouped by type; from the local copy, `age_s` seconds old."""

    found: tuple[FoundRecord, ...]
    age_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswer(Answer):
    """A report: figures with everything a reader needs to trust them."""

    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSummaryAnswer(Answer):
    """Where a pipeline stands: stages, gaps, outcomes against the period before, and what needs attention."""

    summary: PipelineSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsBehind(Answer):
    """The ids of the records that a report's cell counts, ascending; `next` continues after the last."""

    object: str
    ids: tuple[str, ...]
    total: int
    next: str = ""
