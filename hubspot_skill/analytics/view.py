"""The records of one object as a query sees them: live ones, as they are now or were on a past day.

Names of columns are the mirror's. Money is one expression for all metrics: whole minor units of the report's currency,
null where a record has no amount in it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    case,
    cast,
    func,
    or_,
)

from hubspot_skill.analytics.calendar import Interval, bucket_of, day_number, instant_ms, local_day
from hubspot_skill.analytics.catalogue import Catalogue
from hubspot_skill.analytics.joined import Columns, passage, reach, touch
from hubspot_skill.analytics.query import Query
from hubspot_skill.domain.money import minor_digits
from hubspot_skill.domain.report import Grain
from hubspot_skill.mirror import tables

__all__ = ["View", "is_filled"]

_RECORD_OF = {"reach": tables.contact, "touch": tables.activity, "passage": tables.deal}
"""Facts that are joins, and the records that they are of."""

_MILLION = 1_000_000


def is_filled(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say that a text is there and not empty."""
    return and_(column.is_not(None), column != "")


class View:
    """One fact table for one query."""

    def __init__(self, object: str, query: Query, catalogue: Catalogue) -> None:
        self.object = object
        self.query = query
        self.catalogue = catalogue
        self.labels: dict[tuple[str, str], str] = {}
        """How texts that were folded into groups are written, by dimension and folded text; filled while folding."""
        self.now_ms = instant_ms(query.now)
        day = local_day(self.now_ms, query.zone)
        self.today = Interval.of_days(day, day, query.zone)
        self.has_unknown_stages = bool(catalogue.unknown_stages) or query.is_past
        self._joined: Columns = {}
        self.table: FromClause = self._table()

    def c(self, name: str) -> ColumnElement[Any]:
        """Give a column: of the visit where it has one and visits are counted, else of the record."""
        if self.object == "stay":
            return tables.stage_stay.c[name] if name in tables.stage_stay.c else tables.deal.c[name]
        if self.object in _RECORD_OF:
            return self._joined[name] if name in self._joined else _RECORD_OF[self.object].c[name]
        return self.table.c[name]

    def _table(self) -> FromClause:
        match self.object:
            case "stay":
                return tables.stage_stay.join(tables.deal, tables.deal.c.id == tables.stage_stay.c.deal_id)
            case "reach":
                table, self._joined = reach(self.catalogue)
                return table
            case "passage":
                table, self._joined = passage(is_strict=self.query.mode == "strict")
                return table
            case "touch":
                table, self._joined = touch()
                return table
            case "activity":
                return tables.activity
            case _:
                return tables.OBJECT_TABLES[self.object]

    @property
    def live(self) -> ColumnElement[bool]:
        """Say that a record is live: neither archived nor merged into another."""
        return and_(self.c("archived") == 0, self.c("merged_into").is_(None))

    @property
    def today_ms(self) -> int:
        """The moment at which today began in the account's zone."""
        return self.today.start_ms or 0

    @property
    def today_number(self) -> int:
        """Today as days since 1970-01-01."""
        return day_number(local_day(self.now_ms, self.query.zone))

    @property
    def running(self) -> Interval:
        """From the beginning of the running bucket up to now: of the cut by close date, else of the period or month."""
        today = local_day(self.now_ms, self.query.zone)
        period = self.query.period
        grain = next((c.grain or Grain.MONTH for c in self.query.cuts if c.dimension == "close_at"), None)
        if grain is None and period is not None and period.first is not None:
            first = period.first
        else:
            first = bucket_of(today, grain or Grain.MONTH, self.query.fiscal_start)[0]
        begin = Interval.of_days(first, None, self.query.zone)
        return Interval(first, today, begin.start_ms, self.now_ms + 1)

    def day_ms(self, days: int) -> int:
        """Give the moment at which the day begins that is so many days from today."""
        day = local_day(self.now_ms, self.query.zone) + timedelta(days=days)
        return Interval.of_days(day, day, self.query.zone).start_ms or 0

    @property
    def amount(self) -> ColumnElement[int]:
        """The amount of a deal in the report's currency, minor units."""
        return self.money("amount")

    def money(self, name: str) -> ColumnElement[int]:
        """Give a money column of deals in the report's currency: HubSpot's home amount, else ours, else null."""
        home, asked = self.catalogue.currency, self.query.currency
        own, currency = self.c(name), self.c("currency")
        if asked and asked != home:
            return case((currency == asked, own))
        is_home = or_(currency.is_(None), currency == "", currency == home)
        converted = [
            (currency == code, _converted(own, self.c("rate_millionths"), rate, code, home))
            for code, rate in sorted(self.catalogue.rates.items())
            if code != home
        ]
        ours = case((is_home, own), *converted)
        return func.coalesce(self.c("amount_home"), ours) if name == "amount" else ours

    @property
    def is_converted(self) -> ColumnElement[bool]:
        """Say that HubSpot gave no home amount of a deal in another currency and ours was taken."""
        currency = self.c("currency")
        foreign = and_(is_filled(currency), currency != self.catalogue.currency)
        return and_(self.c("amount_home").is_(None), self.c("amount").is_not(None), foreign)


def _converted(
    own: ColumnElement[int], own_rate: ColumnElement[int], rate: int, code: str, home: str
) -> ColumnElement[int]:
    """Give minor units of another currency in those of home, halves away from zero; the deal's own rate comes first."""
    shift = minor_digits(home) - minor_digits(code)
    product = cast(func.abs(own), BigInteger) * cast(func.coalesce(own_rate, rate), BigInteger) * 10 ** max(shift, 0)
    divisor = _MILLION * 10 ** max(-shift, 0)
    sign = case((own < 0, -1), else_=1)
    return ((2 * product + divisor) // (2 * divisor)) * sign
