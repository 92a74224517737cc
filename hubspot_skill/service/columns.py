"""Which properties a list shows, and its rows.

Each type has a lean default; a caller may choose. Properties that the account does not have are left out of a default.
A contact's "name" column is made of first and last name. Money of a deal is told in the deal's currency: one currency
for all rows is named in the column, several get a column of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.schema import Account, Pipeline, Property
from hubspot_skill.domain.text import clean
from hubspot_skill.service.answers import Cell, Column, Table
from hubspot_skill.service.cells import CELL_LENGTH, Labels, cell, column_type
from hubspot_skill.service.references import name_of
from hubspot_skill.service.words.properties import NAME, PropertyBook, pipeline_property

__all__ = ["MAX_FIELDS", "Columns", "choose", "default_fields", "money_currency", "record_value"]

MAX_FIELDS = 50
LONGEST_CELL = 32_767
"""What a cell of a spreadsheet holds."""
_DEFAULTS = {
    "contacts": ("name", "email", "company", "jobtitle", "lifecyclestage", "hubspot_owner_id"),
    "companies": ("name", "domain", "industry", "city", "country", "hubspot_owner_id"),
    "deals": ("dealname", "dealstage", "pipeline", "amount", "closedate", "hubspot_owner_id"),
    "tickets": ("subject", "hs_pipeline_stage", "hs_pipeline", "hs_ticket_priority", "createdate", "hubspot_owner_id"),
    "notes": ("hs_timestamp", "hs_note_body", "hubspot_owner_id"),
    "calls": ("hs_timestamp", "hs_call_title", "hs_call_direction", "hs_call_body", "hubspot_owner_id"),
    "meetings": ("hs_timestamp", "hs_meeting_title", "hs_meeting_outcome", "hs_meeting_body", "hubspot_owner_id"),
    "emails": ("hs_timestamp", "hs_email_subject", "hs_email_direction", "hubspot_owner_id"),
    "tasks": ("hs_timestamp", "hs_task_subject", "hs_task_status", "hs_task_priority", "hubspot_owner_id"),
}
_CURRENCY = PropertyName("deal_currency_code")
_HOME_MONEY = "_in_home_currency"
_DEAL_MONEY = frozenset(
    {"amount", "hs_projected_amount", "hs_closed_amount", "hs_acv", "hs_arr", "hs_mrr", "hs_tcv", "hs_predicted_amount"}
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The chosen columns of one type."""

    type: ObjectType
    shown: tuple[Property, ...]
    requested: tuple[Property, ...]

    def table(self, records: Sequence[Record], labels: Labels, account: Account) -> Table:
        """Give the records as rows, the id first."""
        has_money = any(_is_deal_money(self.type, p) for p in self.shown)
        currencies = {_currency_of(r, account) for r in records} if has_money else {account.currency}
        is_mixed = len(currencies) > 1 and all(p.name != _CURRENCY for p in self.shown)
        one = next(iter(currencies)) if len(currencies) == 1 else ""
        columns = [Column("id", "Id", "record"), *(_column(self.type, p, one, account) for p in self.shown)]
        if is_mixed:
            columns.append(Column(_CURRENCY, "Currency", "text"))
        rows: list[tuple[Cell, ...]] = []
        for record in records:
            cells = [record.id, *(record_value(record, p, labels) for p in self.shown)]
            rows.append((*cells, _currency_of(record, account)) if is_mixed else tuple(cells))
        return Table(tuple(columns), tuple(rows))

    def sheet(
        self, labels: Labels, account: Account
    ) -> tuple[tuple[Column, ...], Callable[[Record], tuple[Cell, ...]]]:
        """Give the columns of a file and what makes its rows; whole texts, and each deal's currency where there are several.

        Unlike `table` the columns do not hang on the records, since a file is begun before all are read.
        """
        has_money = any(_is_deal_money(self.type, p) for p in self.shown)
        is_mixed = has_money and bool(account.additional_currencies) and all(p.name != _CURRENCY for p in self.shown)
        one = "" if account.additional_currencies else account.currency
        columns = [Column("id", "Id", "record"), *(_column(self.type, p, one, account) for p in self.shown)]
        if is_mixed:
            columns.append(Column(_CURRENCY, "Currency", "text"))

        def row(record: Record) -> tuple[Cell, ...]:
            cells = (record.id, *(record_value(record, p, labels, most=LONGEST_CELL) for p in self.shown))
            return (*cells, _currency_of(record, account)) if is_mixed else cells

        return tuple(columns), row


def choose(book: PropertyBook, fields: Sequence[str], pipelines: Sequence[Pipeline], account: Account) -> Columns:
    """Give the columns that were asked for, or the type's default.

    Raises:
        InvalidInputError: more columns than a list may have.
        UnknownNameError: a column is no property of the type.
    """
    if len(fields) > MAX_FIELDS:
        raise InvalidInputError(f"{len(fields)} fields were asked for: expected at most {MAX_FIELDS}", field="fields")
    chosen = [book.column(f) for f in fields] if fields else default_fields(book, pipelines)
    shown = tuple(p for p in dict.fromkeys(chosen) if p.name != "hs_object_id")
    wanted: list[str] = [p.name for p in shown if p is not NAME]
    if NAME in shown:
        wanted += ["firstname", "lastname", "email"]
    if account.additional_currencies and any(_is_deal_money(book.type, p) for p in shown):
        wanted.append(_CURRENCY)
    return Columns(book.type, shown, book.having(list(dict.fromkeys(wanted))))


def default_fields(book: PropertyBook, pipelines: Sequence[Pipeline]) -> list[Property]:
    """Give the lean default columns of a type; the pipeline only where there are several."""
    names = _DEFAULTS.get(book.type.name) or (
        *book.type.title,
        "hs_pipeline_stage",
        "hubspot_owner_id",
        "hs_createdate",
    )
    skipped = pipeline_property(book.type) if len(pipelines) < 2 else ""
    is_contact = book.type.name == "contacts"
    found = [NAME if is_contact and n == "name" else book.get(n) for n in names if n != skipped]
    return [p for p in found if p is not None]


def record_value(record: Record, prop: Property, labels: Labels, *, most: int = CELL_LENGTH) -> Cell:
    """Give one value of a record as a cell; NAME is its full name."""
    if prop is NAME:
        return name_of(record)
    return cell(prop, record.properties.get(prop.name), labels, most=most)


def money_currency(type: ObjectType, prop: Property, record: Record, account: Account) -> str:
    """Give the currency of a money value of one record; empty where the property is no money."""
    if prop.name.endswith(_HOME_MONEY):
        return account.currency
    return _currency_of(record, account) if _is_deal_money(type, prop) else ""


def _is_deal_money(type: ObjectType, prop: Property) -> bool:
    return type.name == "deals" and prop.name in _DEAL_MONEY


def _currency_of(record: Record, account: Account) -> str:
    return str(record.properties.get(_CURRENCY) or account.currency)


def _column(type: ObjectType, prop: Property, currency: str, account: Account) -> Column:
    label = clean(prop.label, most=80)
    if prop.name.endswith(_HOME_MONEY):
        return Column(prop.name, label, "money", account.currency)
    if _is_deal_money(type, prop):
        return Column(prop.name, label, "money", currency)
    return Column(prop.name, label, column_type(prop))
