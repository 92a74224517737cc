"""Describes the mirror's tables; every column says its meaning and unit in its comment, and which property it holds.

Records: `contact`, `company`, `deal`, `ticket` and `activity` (five kinds in one). All share the last columns:
`modified_at`, `archived`, `merged_into`, `generation`. A record is *live* where archived = 0 and merged_into is null.
Around them: `assoc` (links), `stage_stay` (time in stages), `change` (history), `lifecycle_entry`; what the account looks
like: `pipeline`, `stage`, `owner`, `team`, `owner_team`, `definition` (of properties), `option`, `rate`, `goal`, `campaign`; and the
mirror's own: `meta`, `lease`, `cursor`. `find` (full text) is made by `shape`, for the two databases differ there.

Tables here have no tenant: on PostgreSQL `shape` makes them with one, and row-level security reads it.
Object names are singular everywhere: contact, company, deal, ticket, call, meeting, email, task, note.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, Table, Text, text

from hubspot_skill.mirror.forms import Form, Held, type_of

__all__ = [
    "ACTIVITY_KINDS",
    "OBJECT_TABLES",
    "TABLES",
    "TRACKED",
    "activity",
    "assoc",
    "campaign",
    "change",
    "company",
    "contact",
    "cursor",
    "deal",
    "definition",
    "goal",
    "lease",
    "lifecycle_entry",
    "meta",
    "option",
    "owner",
    "owner_team",
    "pipeline",
    "rate",
    "stage",
    "stage_stay",
    "team",
    "ticket",
]

_metadata = MetaData()

ACTIVITY_KINDS = ("call", "meeting", "email", "task", "note")
"""The object names that live in the table `activity`."""

TRACKED: dict[str, dict[str, str]] = {
    "deal": {
        "stage": "dealstage",
        "amount": "amount",
        "close_at": "closedate",
        "owner_id": "hubspot_owner_id",
        "forecast_category": "hs_manual_forecast_category",
        "pipeline": "pipeline",
    },
    "contact": {"lifecycle": "lifecyclestage"},
}
"""The columns whose every change is kept in `change`, and their properties."""


def _held(name: str, property: str, form: Form, comment: str) -> Column[Any]:
    return Column(name, type_of(form), comment=comment, info={"held": Held(property, form)})


def _own(name: str, comment: str, *, key: bool = False, whole: bool = True, empty: bool = False) -> Column[Any]:
    return Column(name, BigInteger if whole else Text, primary_key=key, nullable=empty, comment=comment)


def _record(name: str, *columns: Column[Any], key: tuple[Column[Any], ...] = ()) -> Table:
    return Table(
        f"mirror_{name}",
        _metadata,
        *key,
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, comment="the record's id"),
        *columns,
        _own("modified_at", "updatedAt of the record's envelope, ms"),
        Column("archived", SmallInteger, nullable=False, comment="1 where archived in HubSpot"),
        _own("merged_into", "id of the record that this one was merged into, else null", empty=True),
        _own("generation", "number of the last complete listing that met this record; for reconcile"),
    )


def _owner(property: str = "hubspot_owner_id") -> Column[Any]:
    return _held("owner_id", property, Form.ID, "owner's id; null: no owner; may be unknown to `owner`")


def _last_dates() -> tuple[Column[Any], ...]:
    return (
        _held("last_activity_at", "notes_last_updated", Form.INSTANT, "last activity, ms"),
        _held("last_contacted_at", "notes_last_contacted", Form.INSTANT, "last call, meeting, e-mail or chat, ms"),
        _held("next_activity_at", "notes_next_activity_date", Form.INSTANT, "next planned activity, ms"),
    )


contact = _record(
    "contact",
    _held("email", "email", Form.TEXT, "e-mail address, small letters"),
    _held("first_name", "firstname", Form.TEXT, "first name"),
    _held("last_name", "lastname", Form.TEXT, "last name"),
    _held("job_title", "jobtitle", Form.TEXT, "job title"),
    _held("phone", "phone", Form.TEXT, "phone number as typed"),
    _held("company_name", "company", Form.TEXT, "company as free text; the linked one is company_id"),
    _held("lifecycle", "lifecyclestage", Form.TEXT, "lifecycle stage, internal value"),
    _held("lead_status", "hs_lead_status", Form.TEXT, "lead status, internal value"),
    _owner(),
    _held("source", "hs_analytics_source", Form.TEXT, "original traffic source, internal value"),
    _held("latest_source", "hs_latest_source", Form.TEXT, "latest traffic source, internal value"),
    _held("country", "country", Form.TEXT, "country, free text"),
    _held("state", "state", Form.TEXT, "state or region, free text"),
    _held("city", "city", Form.TEXT, "city, free text"),
    _held("industry", "industry", Form.TEXT, "industry, free text on contacts"),
    _held("created_at", "createdate", Form.INSTANT, "createdate, ms; imports may back-date it"),
    *_last_dates(),
    _held("is_unworked", "hs_is_unworked", Form.TRUTH, "1: assigned and never contacted since"),
    _own("company_id", "primary company (association type 1), else null", empty=True),
)

company = _record(
    "company",
    _held("name", "name", Form.TEXT, "company name"),
    _held("domain", "domain", Form.TEXT, "web domain; not unique"),
    _held("phone", "phone", Form.TEXT, "phone number as typed"),
    _held("industry", "industry", Form.TEXT, "industry, internal value"),
    _held("type", "type", Form.TEXT, "prospect, partner, …, internal value"),
    _held("country", "country", Form.TEXT, "country, free text"),
    _held("state", "state", Form.TEXT, "state or region, free text"),
    _held("city", "city", Form.TEXT, "city, free text"),
    _owner(),
    _held("lifecycle", "lifecyclestage", Form.TEXT, "lifecycle stage, internal value"),
    _held("lead_status", "hs_lead_status", Form.TEXT, "lead status, internal value"),
    _held("employees", "numberofemployees", Form.WHOLE, "number of employees"),
    _held("revenue", "annualrevenue", Form.HOME_MONEY, "annual revenue, home minor units"),
    _held("source", "hs_analytics_source", Form.TEXT, "original traffic source, internal value"),
    _held("created_at", "createdate", Form.INSTANT, "createdate, ms"),
    *_last_dates(),
    _held("parent_id", "hs_parent_company_id", Form.ID, "parent company's id"),
)

deal = _record(
    "deal",
    _held("name", "dealname", Form.TEXT, "deal name"),
    _held("pipeline", "pipeline", Form.TEXT, "pipeline's id"),
    _held("stage", "dealstage", Form.TEXT, "stage's id; may be unknown to `stage` (deleted)"),
    _owner(),
    _held("team_id", "hubspot_team_id", Form.TEXT, "team on the record; the owner's team of today is owner_team"),
    _held(
        "amount", "amount", Form.MONEY, "amount, minor units of `currency` (of the home currency where that is null)"
    ),
    _held("currency", "deal_currency_code", Form.TEXT, "ISO 4217 code; null: home currency"),
    _held(
        "amount_home", "amount_in_home_currency", Form.HOME_MONEY, "HubSpot's amount in home minor units; may be null"
    ),
    _held("rate_millionths", "hs_exchange_rate", Form.MILLIONTHS, "HubSpot's rate to home on this deal, ×1,000,000"),
    _held("prob_millionths", "hs_deal_stage_probability", Form.MILLIONTHS, "probability of winning, 0–1,000,000"),
    _held(
        "projected_home",
        "hs_projected_amount_in_home_currency",
        Form.HOME_MONEY,
        "HubSpot's own weighted amount, home minor units; a check, never summed as ours",
    ),
    _held("forecast_amount", "hs_forecast_amount", Form.HOME_MONEY, "HubSpot's forecast amount, home minor units"),
    _held("forecast_category", "hs_manual_forecast_category", Form.TEXT, "OMIT, PIPELINE, …; null counts as PIPELINE"),
    _held("created_at", "createdate", Form.INSTANT, "createdate, ms; people and imports may back-date it"),
    _held("record_created_at", "hs_createdate", Form.INSTANT, "when the record came into being, ms"),
    _held("close_at", "closedate", Form.INSTANT, "close date, ms; expected while open, actual when closed"),
    _held("won_at", "hs_closed_won_date", Form.INSTANT, "when it was won, ms"),
    _held("stage_entered_at", "hs_v2_date_entered_current_stage", Form.INSTANT, "entry into the current stage, ms"),
    _held("is_closed", "hs_is_closed", Form.TRUTH, "HubSpot's flag; pipeline metadata beats it"),
    _held("is_won", "hs_is_closed_won", Form.TRUTH, "HubSpot's flag; pipeline metadata beats it"),
    _held("deal_type", "dealtype", Form.TEXT, "new or existing business, internal value"),
    _held("priority", "hs_priority", Form.TEXT, "priority, internal value"),
    _held("source", "hs_analytics_source", Form.TEXT, "original traffic source, internal value"),
    _held("latest_source", "hs_analytics_latest_source", Form.TEXT, "latest traffic source, internal value"),
    _held("loss_reason", "closed_lost_reason", Form.TEXT, "why it was lost, free text"),
    _held("won_reason", "closed_won_reason", Form.TEXT, "why it was won, free text"),
    _held("next_step", "hs_next_step", Form.TEXT, "next step, free text"),
    _held("days_to_close", "days_to_close", Form.WHOLE, "HubSpot's whole days from create to close; a check"),
    _held("arr", "hs_arr", Form.MONEY, "annual recurring revenue, minor units of `currency`"),
    _held("mrr", "hs_mrr", Form.MONEY, "monthly recurring revenue, minor units of `currency`"),
    _held("tcv", "hs_tcv", Form.MONEY, "total contract value, minor units of `currency`"),
    _held("acv", "hs_acv", Form.MONEY, "annual contract value, minor units of `currency`"),
    _held("contacts", "num_associated_contacts", Form.WHOLE, "HubSpot's count of associated contacts"),
    *_last_dates(),
    _own("company_id", "primary company (association type 5), else null", empty=True),
    _own(
        "history_at",
        "`change` and `stage_stay` hold its full history as of this modified_at; null: not yet",
        empty=True,
    ),
)

ticket = _record(
    "ticket",
    _held("subject", "subject", Form.TEXT, "ticket name"),
    _held("pipeline", "hs_pipeline", Form.TEXT, "pipeline's id"),
    _held("stage", "hs_pipeline_stage", Form.TEXT, "status' id"),
    _owner(),
    _held("priority", "hs_ticket_priority", Form.TEXT, "priority, internal value"),
    _held("category", "hs_ticket_category", Form.OPTIONS, "categories, `;a;b;`"),
    _held("source", "source_type", Form.TEXT, "channel, internal value"),
    _held("created_at", "createdate", Form.INSTANT, "createdate, ms"),
    _held("closed_at", "closed_date", Form.INSTANT, "close date, ms"),
    *_last_dates(),
)

activity = _record(
    "activity",
    _held("at", "hs_timestamp", Form.INSTANT, "when it happened or is due, ms"),
    _owner(),
    _held("team_id", "hubspot_team_id", Form.TEXT, "team on the record"),
    Column("title", Text, comment="title, subject, or the beginning of a note as plain text"),
    Column("direction", Text, comment="call: INBOUND, OUTBOUND; email: EMAIL (out), INCOMING_EMAIL, FORWARDED_EMAIL"),
    Column("status", Text, comment="hs_call_status, hs_meeting_outcome, hs_email_status, hs_task_status; notes: null"),
    Column("outcome", Text, comment="hs_call_disposition (an option's value) or hs_meeting_outcome"),
    Column("type", Text, comment="hs_activity_type of calls and meetings, hs_task_type of tasks"),
    _own("duration_ms", "hs_call_duration; meetings: end minus start, ms", empty=True),
    _own("completed_at", "hs_task_completion_date, ms; others null", empty=True),
    _held("created_at", "hs_createdate", Form.INSTANT, "when the record came into being, ms"),
    key=(Column("kind", Text, primary_key=True, comment="call, meeting, email, task or note"),),
)

OBJECT_TABLES: dict[str, Table] = {
    "contact": contact,
    "company": company,
    "deal": deal,
    "ticket": ticket,
    **dict.fromkeys(ACTIVITY_KINDS, activity),
}
"""The table that holds the records of an object name."""

assoc = Table(
    "mirror_assoc",
    _metadata,
    _own("from_type", "object name; of a pair always the same side, see service.sync", key=True, whole=False),
    _own("from_id", "record's id", key=True),
    _own("to_type", "object name", key=True, whole=False),
    _own("to_id", "record's id", key=True),
    _own("type_id", "HubSpot's number of the kind of link; of own labels its negative", key=True),
    sqlite_with_rowid=False,
)

stage_stay = Table(
    "mirror_stage_stay",
    _metadata,
    _own("stage", "stage's id", key=True, whole=False),
    _own("deal_id", "deal's id", key=True),
    _own("first_in", "first entry, ms"),
    _own("last_in", "latest entry, ms"),
    _own("last_out", "latest exit, ms; null while the deal is in it", empty=True),
    _own("ms_done", "time of all completed visits, ms"),
    _own("visits", "how often it was entered; 1 where only HubSpot's dates are known"),
    Column(
        "exact",
        SmallInteger,
        nullable=False,
        comment="1: from the full history; 0: from HubSpot's entry and exit dates",
    ),
    sqlite_with_rowid=False,
)

change = Table(
    "mirror_change",
    _metadata,
    _own("object", "object name", key=True, whole=False),
    _own("id", "record's id", key=True),
    _own("property", "property's internal name (see TRACKED)", key=True, whole=False),
    _own("at", "from when on the value holds, ms", key=True),
    _own("value", "HubSpot's text; null: emptied", whole=False, empty=True),
    _own("source", "history: HubSpot's own; seen: our comparison of two syncs (true moment is before)", whole=False),
    sqlite_with_rowid=False,
)

lifecycle_entry = Table(
    "mirror_lifecycle_entry",
    _metadata,
    _own("stage", "lifecycle stage's internal value", key=True, whole=False),
    _own("contact_id", "contact's id", key=True),
    _own("at", "latest entry, ms (hs_v2_date_entered_…, else hs_lifecyclestage_…_date)"),
    sqlite_with_rowid=False,
)

pipeline = Table(
    "mirror_pipeline",
    _metadata,
    _own("object", "deal or ticket", key=True, whole=False),
    _own("id", "pipeline's id", key=True, whole=False),
    _own("label", "name that people see", whole=False),
    _own("order", "display order"),
)

stage = Table(
    "mirror_stage",
    _metadata,
    _own("object", "deal or ticket", key=True, whole=False),
    _own("pipeline", "pipeline's id", key=True, whole=False),
    _own("id", "stage's id", key=True, whole=False),
    _own("label", "name that people see; not unique across pipelines", whole=False),
    _own("order", "display order, from 0"),
    Column("is_closed", SmallInteger, nullable=False, comment="1: closed by metadata"),
    Column("is_won", SmallInteger, nullable=False, comment="1: closed and probability 1"),
    _own("prob_millionths", "probability, 0–1,000,000; tickets: null", empty=True),
)

owner = Table(
    "mirror_owner",
    _metadata,
    _own("id", "owner's id, as in owner_id", key=True),
    _own("name", "full name, else e-mail, else id", whole=False),
    _own("email", "e-mail address", whole=False),
    _own("user_id", "user's number, another than the owner's", empty=True),
    Column("is_active", SmallInteger, nullable=False, comment="0: deactivated, records may still point to it"),
    _own("team_id", "primary team's id, null without", whole=False, empty=True),
)

team = Table(
    "mirror_team",
    _metadata,
    _own("id", "team's id", key=True, whole=False),
    _own("name", "team's name", whole=False),
)

owner_team = Table(
    "mirror_owner_team",
    _metadata,
    _own("owner_id", "owner's id", key=True),
    _own("team_id", "team's id", key=True, whole=False),
    Column("is_primary", SmallInteger, nullable=False, comment="1: the owner's primary team"),
)

definition = Table(
    "mirror_definition",
    _metadata,
    _own("object", "object name", key=True, whole=False),
    _own("name", "internal name", key=True, whole=False),
    _own("label", "name that people see", whole=False),
    _own("type", "HubSpot's data type, or owner for owner fields", whole=False),
    _own("form", "Form of its column where it was chosen, else null", whole=False, empty=True),
    _own("filled_at", "since when every record has its value, ms; null: not yet", empty=True),
)

option = Table(
    "mirror_option",
    _metadata,
    _own("object", "object name", key=True, whole=False),
    _own("property", "property's internal name", key=True, whole=False),
    _own("value", "internal value", key=True, whole=False),
    _own("label", "name that people see", whole=False),
    _own("order", "display order, from 0"),
)

rate = Table(
    "mirror_rate",
    _metadata,
    _own("currency", "ISO 4217 code", key=True, whole=False),
    _own("at", "from when on it holds, ms", key=True),
    _own("to_home_millionths", "home units for one unit of the currency, ×1,000,000"),
)

goal = Table(
    "mirror_goal",
    _metadata,
    _own("id", "goal's id (object 0-74)", key=True),
    _own("name", "goal's name", whole=False),
    _own("owner_id", "owner it is set for, else null", empty=True),
    _own("team_id", "team it is set for, else null", whole=False, empty=True),
    _own("pipeline", "pipelines it counts, `;a;b;`; null: all", whole=False, empty=True),
    _own("start_at", "beginning, ms"),
    _own("end_at", "end, ms, not included"),
    _own("target", "home minor units for revenue goals"),
    _own("kind", "what is counted, such as revenue", whole=False),
)

campaign = Table(
    "mirror_campaign",
    _metadata,
    _own("id", "campaign's id (a GUID)", key=True, whole=False),
    _own("name", "campaign's name", whole=False),
    _own("status", "planned, active, …, small letters", whole=False, empty=True),
    _own("start_at", "start date, ms", empty=True),
    _own("end_at", "end date, ms", empty=True),
    _own("owner_id", "owner's id", empty=True),
)

meta = Table(
    "mirror_meta",
    _metadata,
    _own("key", "shape, portal, zone, currency, scope, generation, paused, asked_at …", key=True, whole=False),
    _own("value", "text", whole=False),
)

lease = Table(
    "mirror_lease",
    _metadata,
    _own("name", "sync", key=True, whole=False),
    _own("owner", "process that holds it", whole=False),
    _own("until", "end, ms", whole=True),
    _own("epoch", "grows with each new owner; a writer with an older one is refused"),
)

cursor = Table(
    "mirror_cursor",
    _metadata,
    _own("object", "object name, or a pair `deal-company` for links", key=True, whole=False),
    _own("phase", "new, filling (first listing), filled, checking (a later listing)", whole=False),
    _own("spans", "id ranges still to list, as JSON; of a pair the last source id", whole=False),
    _own("modified_ms", "up to when changes were followed, ms; 0: never"),
    _own("trailed_ms", "up to when the second, late pass followed them, ms"),
    _own("generation", "number of the listing that is going on or was last complete; 0: none yet"),
    _own("total", "records that HubSpot counts, as last told", empty=True),
    _own("done", "records listed in this generation"),
    _own("as_of", "the mirror shows HubSpot as it was then, ms; 0: never complete"),
    _own("listed_at", "end of the last complete listing, ms; 0: never"),
    _own("archived_at", "end of the last reading of archived records, ms; 0: never"),
)

TABLES: tuple[Table, ...] = (
    contact,
    company,
    deal,
    ticket,
    activity,
    assoc,
    stage_stay,
    change,
    lifecycle_entry,
    pipeline,
    stage,
    owner,
    team,
    owner_team,
    definition,
    option,
    rate,
    goal,
    campaign,
    meta,
    lease,
    cursor,
)

_LIVE = "archived = 0 and merged_into is null"


def _index(name: str, table: Table, *columns: str, where: str | None = _LIVE) -> None:
    condition = None if where is None else text(where)
    Index(f"mirror_{name}", *(table.c[c] for c in columns), sqlite_where=condition, postgresql_where=condition)


_index(
    "deal_state", deal, "pipeline", "stage", "owner_id", "close_at", "amount_home", "prob_millionths", "created_at",
    "currency", "amount",
)  # fmt: skip
_index("deal_close", deal, "close_at", "pipeline", "stage", "owner_id", "created_at", "amount_home", "won_at")
_index("deal_created", deal, "created_at", "pipeline", "stage", "owner_id", "amount_home")
_index("deal_company", deal, "company_id", "pipeline", "stage", "amount_home")
_index("deal_modified", deal, "modified_at", where=None)
_index("contact_lifecycle", contact, "lifecycle", "country", "owner_id", "created_at")
_index("contact_created", contact, "created_at", "lifecycle", "source", "owner_id")
_index("contact_email", contact, "email", where=None)
_index("contact_company", contact, "company_id")
_index("company_industry", company, "industry", "country", "owner_id", "created_at")
_index("company_domain", company, "domain", where=None)
_index("activity_at", activity, "kind", "at", "owner_id", "status", "direction")
_index("assoc_back", assoc, "to_type", "to_id", "from_type", "from_id", where=None)
_index("stay_deal", stage_stay, "deal_id", where=None)
_index("change_at", change, "object", "property", "at", where=None)
