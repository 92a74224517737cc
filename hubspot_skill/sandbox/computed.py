"""Gives every property of a type as a SQL expression, so that stored and computed ones are read and searched alike.

Computed properties are derived whenever they are read, never stored: moving a stage's probability, moving a record or letting time
pass changes them at once, as facts 14.5 asks. Expressions speak of the record as `t` and know the moment as `:now` (ms) and
`:now_iso`.

Definitions (facts 8 names the properties; how HubSpot computes them is documented only in words [D], details are [U]):

- won: a closed stage of probability 1; lost: another closed stage; open: the rest.
- home currency: amount times the account's rate, of the close date once closed, of now while open.
- entered: the last time that the value was set; a value that never changed was entered when the record was made.
- contacted: calls, emails and meetings up to now; next activity: the earliest call, meeting or unfinished task to come.
- days to close: whole days from create date to close date; of a contact or company to its first won deal's.
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hubspot_skill.sandbox.deal_sql import DealSql
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.stage_sql import StageSql
from hubspot_skill.sandbox.store import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from hubspot_skill.sandbox.object_types import ObjectType
    from hubspot_skill.sandbox.store import Store

__all__ = ["Column", "Columns", "Kind", "shown"]

Kind = Literal["text", "enum", "number", "real", "ms", "iso", "day"]
"""What an expression yields: text of several sorts, or a number (`real`) or milliseconds (`ms`) still to be written."""

_CONTACTED = ("calls", "emails", "meetings")
_NOTED = ("calls", "emails", "meetings", "notes", "tasks")
_TO_COME = ("calls", "meetings", "tasks")


@dataclass(frozen=True, slots=True)
class Column:
    """One property as SQL: the expression over `t` and what it yields."""

    sql: str
    kind: Kind


class Columns:
    """The properties of one type of one store, worked out when first asked for and again when definitions change."""

    def __init__(self, store: Store, object_type: ObjectType) -> None:
        """Start without any column; each is made when asked for."""
        self._store = store
        self._type = object_type
        self._made: dict[str, Column] = {}
        self._made_for: tuple[int, int] = (-1, -1)

    def of(self, name: str) -> Column | None:
        """Return a property's column, or None if the type has no such property."""
        state = (self._store.definitions.revision, self._store.columns_added)
        if state != self._made_for:
            self._made.clear()
            self._made_for = state
        if name not in self._made:
            found = self._make(name)
            if found is None:
                return None
            self._made[name] = found
        return self._made[name]

    def _make(self, name: str) -> Column | None:
        derived = self._system(name) or self._derived(name)
        if derived is not None:
            return derived
        definition = self._store.definitions.properties[self._type.name].get(name)
        if definition is None:
            return None
        kinds: dict[str, Kind] = {
            "number": "number",
            "datetime": "iso",
            "date": "day",
            "enumeration": "enum",
            "bool": "enum",
        }
        return Column(self._stored(name), kinds.get(definition.type, "text"))

    def _stored(self, name: str) -> str:
        return f't."{name}"' if self._store.has_column(self._type, name) else "NULL"

    def _system(self, name: str) -> Column | None:
        if name == "hs_object_id":
            return Column("t._id", "real")
        if name == self._type.modified:
            return Column("t._updated", "ms")
        definition = self._store.definitions.properties[self._type.name].get(name)
        if definition is None or not definition.calculated:
            return None
        if name in {"createdate", "hs_createdate"}:
            return Column("t._created", "ms")
        if name == "hs_ticket_id":
            return Column("t._id", "real")
        return None

    def _derived(self, name: str) -> Column | None:
        known = name in self._store.definitions.properties[self._type.name]
        if self._type.stage_of is not None:
            stages = StageSql(self._type, self._stored(self._type.stage_of))
            found = stages.column(name, self._stage_values())
            if found is not None:
                return Column(*found)
        if not known:
            return None
        makers: dict[str, Callable[[str], Column | None]] = {
            "contacts": self._of_contact,
            "companies": self._of_company,
            "deals": self._of_deal,
        }
        maker = makers.get(self._type.name)
        found = maker(name) if maker is not None else None
        return found or self._of_activity(name) or self._of_any(name)

    def _stage_values(self) -> set[str]:
        if self._type.pipeline is not None:
            return set(self._store.definitions.stages(self._type))
        definition = self._store.definitions.properties[self._type.name].get(self._type.stage_of or "")
        return set() if definition is None else {option.value for option in definition.options}

    def _deals(self, alias: str) -> DealSql:
        deals = self._store.definitions.types.named("deals")
        return DealSql(
            alias, self._store.definitions.stages(deals), self._store.facts.account, self._store.columns(deals)
        )

    def _of_any(self, name: str) -> Column | None:
        if name == "hubspot_owner_assigneddate":
            return Column(StageSql(self._type, self._stored("hubspot_owner_id"), "hubspot_owner_id").last_set(), "ms")
        if name == "notes_last_contacted" or name == "hs_last_sales_activity_timestamp":
            return Column(self._activity("max", _CONTACTED, "<="), "iso")
        if name == "notes_last_updated":
            return Column(self._activity("max", _NOTED, "<="), "iso")
        if name == "notes_next_activity_date":
            return Column(self._activity("min", _TO_COME, ">"), "iso")
        if name == "num_notes":
            return Column(self._count(_NOTED), "real")
        if name == "num_contacted_notes":
            return Column(self._count(_CONTACTED), "real")
        phones = {
            "hs_searchable_calculated_phone_number": "phone",
            "hs_searchable_calculated_mobile_number": "mobilephone",
        }
        if name in phones:
            return Column(f"national_number({self._stored(phones[name])})", "text")
        if name in {"num_associated_contacts", "num_associated_deals"}:
            return Column(self._count((name.removeprefix("num_associated_"),)), "real")
        return None

    def _of_contact(self, name: str) -> Column | None:
        first, last, email = self._stored("firstname"), self._stored("lastname"), self._stored("email")
        full = f"nullif(trim(coalesce({first}, '') || ' ' || coalesce({last}, '')), '')"
        match name:
            case "hs_full_name_or_email":
                return Column(f"coalesce({full}, {email})", "text")
            case "hs_email_domain":
                return Column(
                    f"CASE WHEN instr({email}, '@') THEN substr({email}, instr({email}, '@') + 1) END", "text"
                )
            case "hs_is_contact":
                return Column("'true'", "enum")
            case "hs_is_unworked":
                contacted = self._activity("max", _CONTACTED, "<=")
                return Column(f"CASE WHEN {contacted} IS NULL THEN 'true' ELSE 'false' END", "enum")
            case "associatedcompanyid":
                return Column(self._linked(1), "real")
            case _:
                return self._of_customer(name)

    def _of_company(self, name: str) -> Column | None:
        contacts = self._store.definitions.types.named("contacts")
        match name:
            case "hs_parent_company_id":
                return Column(self._linked(14), "real")
            case "hs_num_child_companies":
                return Column(f"(SELECT count(*) FROM links WHERE {self._from_here()} AND type_id = 13)", "real")
            case "first_contact_createdate":
                made = f"SELECT min(c._created) FROM links l JOIN {table('r', contacts)} c ON c._id = l.to_id"
                return Column(f"({made} WHERE {self._from_here('l.')} AND l.to_type = {contacts.code})", "ms")
            case "hs_num_open_deals":
                deal = self._deals("d")
                return Column(self._over_deals(f"count(CASE WHEN {deal.open} THEN 1 END)"), "real")
            case "hs_total_deal_value":
                deal = self._deals("d")
                return Column(self._over_deals(f"sum(CASE WHEN {deal.open} THEN {deal.home('amount')} END)"), "real")
            case _:
                return self._of_customer(name)

    def _of_customer(self, name: str) -> Column | None:
        """Give what contacts and companies alike sum up from their deals."""
        deal = self._deals("d")
        match name:
            case "total_revenue":
                return Column(self._over_deals(f"sum(CASE WHEN {deal.won} THEN {deal.home('amount')} END)"), "real")
            case "recent_deal_amount":
                latest = f"AND {deal.won} ORDER BY {deal.stored('closedate')} DESC LIMIT 1"
                return Column(self._over_deals(deal.home("amount"), latest), "real")
            case "recent_deal_close_date":
                return Column(self._over_deals(f"max(CASE WHEN {deal.won} THEN {deal.stored('closedate')} END)"), "iso")
            case "first_deal_created_date":
                return Column(self._over_deals(f"min({deal.stored('createdate')})"), "iso")
            case "days_to_close":
                first = self._over_deals(f"min(CASE WHEN {deal.won} THEN julianday({deal.stored('closedate')}) END)")
                return Column(f"max(0, CAST({first} - (t._created / 86400000.0 + 2440587.5) AS INTEGER))", "real")
            case _:
                return None

    def _of_deal(self, name: str) -> Column | None:
        if name == "hs_primary_associated_company":
            return Column(self._linked(5), "real")
        found = self._deals("t").column(name)
        return None if found is None else Column(*found)

    def _of_activity(self, name: str) -> Column | None:
        match name:
            case "hs_body_preview":
                bodies = {"notes": "hs_note_body", "tasks": "hs_task_body", "calls": "hs_call_body"}
                more = {"meetings": "hs_meeting_body", "emails": "hs_email_text"}
                body = {**bodies, **more}.get(self._type.name)
                return None if body is None else Column(f"preview({self._stored(body)})", "text")
            case "hs_email_from_email":
                return Column(self._header("$.from.email"), "text")
            case "hs_email_to_email":
                return Column(self._header("$.to[0].email"), "text")
            case _:
                return None

    def _header(self, path: str) -> str:
        headers = self._stored("hs_email_headers")
        return f"CASE WHEN json_valid({headers}) THEN json_extract({headers}, '{path}') END"

    def _from_here(self, prefix: str = "") -> str:
        return f"{prefix}from_type = {self._type.code} AND {prefix}from_id = t._id"

    def _linked(self, type_id: int) -> str:
        return f"(SELECT to_id FROM links WHERE {self._from_here()} AND type_id = {type_id} LIMIT 1)"

    def _count(self, names: tuple[str, ...]) -> str:
        codes = ", ".join(str(self._store.definitions.types.named(name).code) for name in names)
        counted = "DISTINCT to_id" if len(names) == 1 else "*"
        return f"(SELECT count({counted}) FROM links WHERE {self._from_here()} AND to_type IN ({codes}))"

    def _over_deals(self, aggregate: str, more: str = "") -> str:
        deals = self._store.definitions.types.named("deals")
        here = f"from_type = {self._type.code} AND from_id = t._id AND to_type = {deals.code}"
        linked = f"d._id IN (SELECT to_id FROM links WHERE {here})"
        return f"(SELECT {aggregate} FROM {table('r', deals)} d WHERE {linked} {more})"

    def _activity(self, aggregate: str, names: tuple[str, ...], compare: str) -> str:
        whens: list[str] = []
        codes: list[int] = []
        for name in names:
            kind = self._store.definitions.types.named(name)
            if not self._store.has_column(kind, "hs_timestamp"):
                continue
            undone = name == "tasks" and compare == ">" and self._store.has_column(kind, "hs_task_status")
            more = " AND coalesce(a.hs_task_status, '') <> 'COMPLETED'" if undone else ""
            found = f"SELECT a.hs_timestamp FROM {table('r', kind)} a WHERE a._id = l.to_id"
            whens.append(f"WHEN {kind.code} THEN ({found} AND a.hs_timestamp {compare} :now_iso{more})")
            codes.append(kind.code)
        if not whens:
            return "NULL"
        times = f"CASE l.to_type {' '.join(whens)} END"
        # A range is one step in the index where a list is one for each type; other types fall through the CASE.
        activities = f"{self._from_here('l.')} AND l.to_type BETWEEN {min(codes)} AND {max(codes)}"
        return f"(SELECT {aggregate}({times}) FROM links l WHERE {activities})"


def shown(value: object, kind: Kind) -> str | None:
    """Return a column's value as HubSpot sends it: always a string, None for empty [L]."""
    if value is None or value == "":
        return None
    if kind == "ms" and isinstance(value, int):
        return iso(value)
    if isinstance(value, float):
        rounded = round(value, 10)
        return str(int(rounded)) if rounded.is_integer() else f"{rounded:.10f}".rstrip("0")
    return str(value)
