"""The structured content of results: lists as columns and rows, everything else as short objects, nothing empty.

A field that is absent is empty. Cells hold what JSON can hold; an empty cell is "". `source` says whose data it is,
`as_of` when it was true in the account's zone, `resolved` how words of the call were understood, `untrusted_text` that
values were written by whoever can write into the CRM.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, WithJsonSchema

__all__ = [
    "AccessContent",
    "AccountContent",
    "ActivityContent",
    "BriefContent",
    "CampaignContent",
    "CampaignsContent",
    "ChangeContent",
    "ColumnContent",
    "CompanyContent",
    "Content",
    "DescribeContent",
    "Frozen",
    "GetContent",
    "HistoryContent",
    "KeptAccountContent",
    "LinkedContent",
    "ListContent",
    "RecordContent",
    "RelatedContent",
    "Rows",
    "SearchContent",
    "TableContent",
    "UnderstoodContent",
    "UserContent",
    "WhoAmIContent",
    "WriteContent",
]

Cell = Annotated[
    str | int | float | bool, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]})
]
Rows = Annotated[tuple[tuple[Cell, ...], ...], WithJsonSchema({"type": "array", "items": {"type": "array"}})]
Values = Annotated[dict[str, Cell], WithJsonSchema({"type": "object"})]
Texts = tuple[str, ...]


class Frozen(BaseModel):
    """A part of structured content."""

    model_config = ConfigDict(frozen=True)


class UnderstoodContent(Frozen):
    """What a word of the call was understood as; `said` is absent where it is the name itself."""

    what: str
    said: str = ""
    meant: str
    id: str = ""


class Content(Frozen):
    """What every result carries."""

    source: Literal["sandbox", "hubspot"]
    as_of: str
    resolved: Annotated[
        tuple[UnderstoodContent, ...], WithJsonSchema({"type": "array", "items": {"type": "object"}})
    ] = ()
    notes: Texts = ()
    untrusted_text: Literal[True]


class ColumnContent(Frozen):
    """One column of a table: a property's name and type, its label where that says more, and a money's currency."""

    name: str
    type: str
    label: str = ""
    currency: str = ""


class TableContent(Frozen):
    """Rows under columns."""

    columns: tuple[ColumnContent, ...] = ()
    rows: Rows = ()
    returned: int


class SearchContent(Content, TableContent):
    """One page of a search; `link` opens a row in HubSpot once {id} is filled in."""

    total: int
    next: str = ""
    link: str = ""


class DescribeContent(Content, TableContent):
    """Part of the account's schema."""

    total: int


class RelatedContent(Frozen):
    """The records of one type linked to a record: rows of id, name and link label."""

    type: str
    total: int
    rows: Rows
    more: bool = False


class HistoryContent(Frozen):
    """A property's values, newest first: rows of at, value, source and by."""

    name: str
    rows: Rows


class RecordContent(Frozen):
    """One record; `values` by property name as people see them, `raw` internal values where they differ."""

    type: str
    id: str
    name: str
    link: str
    values: Values = {}
    raw: Annotated[dict[str, str], WithJsonSchema({"type": "object"})] = {}
    related: tuple[RelatedContent, ...] = ()
    history: tuple[HistoryContent, ...] = ()


class GetContent(Content):
    """The records found, in the order asked for, and what was not found.

    A few are told in full (`records`). Many of one type are `rows` under `columns`, opened by `link` with {id} filled
    in; `linked` has rows of id, type, linked id, name and label, `past` rows of id, property, at, value, source and by.
    """

    records: tuple[RecordContent, ...] = ()
    columns: Texts = ()
    rows: Rows = ()
    link: str = ""
    linked: Rows = ()
    past: Rows = ()
    missing: Texts = ()


class ActivityContent(Frozen):
    """One activity in a brief."""

    kind: str
    at: str
    title: str = ""


class CompanyContent(Frozen):
    """A company in a brief, with the label of its link."""

    id: str
    name: str
    label: str = ""


class ListContent(Frozen):
    """A short list in a brief: rows under columns; `more` counts what was left out."""

    columns: Texts
    rows: Rows
    more: int = 0


class BriefContent(Content):
    """What matters about one record; `more` counts what was left out of a list, `open_value` adds all open deals."""

    record: Annotated[RecordContent, WithJsonSchema({"type": "object"})]
    companies: tuple[CompanyContent, ...] = ()
    people: Annotated[ListContent | None, WithJsonSchema({"type": "object"})] = None
    open_deals: ListContent | None = None
    open_value: Cell = ""
    currency: str = ""
    last_activity: ActivityContent | None = None
    next_activity: Annotated[ActivityContent | None, WithJsonSchema({"type": "object"})] = None


class CampaignContent(Frozen):
    """One campaign with its results."""

    id: str
    name: str
    values: Values = {}
    metrics: Values = {}
    revenue: Values = {}
    budget: Values = {}


class CampaignsContent(Content, TableContent):
    """Campaigns as a table, or one of them with its results."""

    total: int | None = None
    next: str = ""
    campaign: CampaignContent | None = None


class ChangeContent(Frozen):
    """One value before and after; absent is empty."""

    field: str
    before: Cell = ""
    after: Cell = ""


class LinkedContent(Frozen):
    """A record that was linked."""

    type: str
    id: str
    name: str
    label: str = ""


class WriteContent(Content):
    """What a write did; `dry_run` answers would_create or would_update without an id or a change in HubSpot."""

    action: Literal["created", "updated", "unchanged", "found", "would_create", "would_update"]
    type: str
    name: str
    id: str = ""
    link: str = ""
    changes: tuple[ChangeContent, ...] = ()
    linked: Annotated[tuple[LinkedContent, ...], WithJsonSchema({"type": "array", "items": {"type": "object"}})] = ()
    change_id: str = ""


class AccountContent(Frozen):
    """The connected account."""

    id: str
    name: str = ""
    kind: str
    zone: str
    currency: str
    other_currencies: Texts = ()
    link: str


class KeptAccountContent(Frozen):
    """One of the connected accounts, by the name that `account` takes; `meant` is the one answered for."""

    name: str
    id: str
    domain: str = ""
    default: bool = False
    meant: bool = False
    state: str
    missing_scopes: Texts = ()
    fix: str = ""


class UserContent(Frozen):
    """Whoever the token stands for."""

    owner_id: str
    name: str
    email: str
    teams: Texts = ()


class AccessContent(Frozen):
    """What may be done with one family of data: yes, no or unknown."""

    family: str
    read: Literal["yes", "no", "unknown"]
    write: Literal["yes", "no", "unknown"]
    missing_scopes: Texts = ()
    fix: str = ""


class WhoAmIContent(Content):
    """The account, the user, what is allowed and how many calls are left."""

    account: AccountContent
    user: UserContent | None = None
    user_unknown_because: str = ""
    access: tuple[AccessContent, ...]
    quota: Annotated[dict[str, int], WithJsonSchema({"type": "object"})] = {}
    read_only: bool
    toolsets: Texts
    accounts: Annotated[
        tuple[KeptAccountContent, ...], WithJsonSchema({"type": "array", "items": {"type": "object"}})
    ] = ()
    copy_age_s: Annotated[int | None, WithJsonSchema({"type": "integer"})] = None
