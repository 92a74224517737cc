"""Writes the SQL of a deal's flags and money, for the deal itself and for the contacts and companies that sum up deals."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

from hubspot_skill.sandbox.moments import iso

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hubspot_skill.sandbox.seed import AccountSeed, PipelineSeed, StageSeed

__all__ = ["DealSql", "quoted", "stage_state"]


def quoted(text: str) -> str:
    """Return a text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def stage_state(stage: StageSeed) -> Literal["open", "won", "lost"]:
    """Return what a deal in a stage is: closed with probability 1 is won, closed otherwise is lost (facts 9) [S][D]."""
    if stage.metadata.get("isClosed", "false").lower() != "true":
        return "open"
    return "won" if float(stage.metadata.get("probability", "0")) == 1.0 else "lost"


class DealSql:
    """Expressions over the row of a deal that a query calls `alias`."""

    def __init__(
        self,
        alias: str,
        stages: Mapping[str, tuple[PipelineSeed, StageSeed]],
        account: AccountSeed,
        columns: Collection[str],
    ) -> None:
        """Take the stages as they are now; `columns` are those that the deals' table has."""
        self._alias = alias
        self._columns = columns
        self._account = account
        self._stages = [stage for _, stage in stages.values()]
        self.won = self._in_state("won")
        self.lost = self._in_state("lost")
        self.closed = f"({self.won} OR {self.lost})"
        self.open = f"NOT {self.closed}"

    def stored(self, name: str) -> str:
        """Return the column of a stored property, NULL while no deal has one."""
        return f'{self._alias}."{name}"' if name in self._columns else "NULL"

    def number(self, name: str) -> str:
        """Return a stored number as a number."""
        return f"CAST({self.stored(name)} AS REAL)"

    def home(self, name: str) -> str:
        """Return a stored amount in the account's currency."""
        return f"({self.number(name)} * {self.rate()})"

    def rate(self) -> str:
        """Return what one unit of the deal's currency is worth in the account's, NULL if nobody has said."""
        currency = self.stored("deal_currency_code")
        moment = f"CASE WHEN {self.closed} THEN coalesce({self.stored('closedate')}, :now_iso) ELSE :now_iso END"
        rates = sorted(self._account.exchange_rates, key=lambda rate: (rate.from_currency, rate.effective_ms))
        whens = ""
        for code, each in groupby(rates, key=lambda rate: rate.from_currency):
            dated = list(each)
            newest_first = " ".join(
                f"WHEN {moment} >= {quoted(iso(rate.effective_ms))} THEN {float(rate.rate)!r}"
                for rate in reversed(dated)
            )
            whens += f" WHEN {quoted(code)} THEN CASE {newest_first} ELSE {float(dated[0].rate)!r} END"
        own = quoted(self._account.company_currency)
        return f"(CASE coalesce({currency}, {own}) WHEN {own} THEN 1.0{whens} END)"

    def column(self, name: str) -> tuple[str, Literal["enum", "real", "iso"]] | None:
        """Return expression and kind of one of the deal's computed properties, or None if it is none."""
        flags = {"hs_is_closed": self.closed, "hs_is_closed_won": self.won, "hs_is_closed_lost": self.lost}
        if name in flags:
            return f"(CASE WHEN {flags[name]} THEN 'true' ELSE 'false' END)", "enum"
        counts = {
            "hs_is_open_count": self.open,
            "hs_closed_won_count": self.won,
            "hs_is_closed_count": self.closed,
            "hs_is_closed_won_count": self.won,
        }
        if name in counts:
            return f"(CASE WHEN {counts[name]} THEN 1 ELSE 0 END)", "real"
        if name == "hs_closed_won_date":
            return f"(CASE WHEN {self.won} THEN {self.stored('closedate')} END)", "iso"
        money = self._money(name)
        return None if money is None else (money, "real")

    def _money(self, name: str) -> str | None:
        amount, home, chance = self.number("amount"), self.home("amount"), self._probability()
        days = f"(julianday({self.stored('closedate')}) - julianday({self.stored('createdate')}))"
        expressions = {
            "hs_deal_stage_probability": chance,
            "hs_projected_amount": f"({amount} * {chance})",
            "hs_projected_amount_in_home_currency": f"({home} * {chance})",
            "hs_forecast_amount": f"({home} * {self.number('hs_forecast_probability')})",
            "hs_closed_amount": f"(CASE WHEN {self.won} THEN {amount} ELSE 0 END)",
            "hs_closed_amount_in_home_currency": f"(CASE WHEN {self.won} THEN {home} ELSE 0 END)",
            "hs_open_amount_in_home_currency": f"(CASE WHEN {self.open} THEN {home} ELSE 0 END)",
            "amount_in_home_currency": home,
            "hs_exchange_rate": self.rate(),
            "days_to_close": f"max(0, CAST({days} AS INTEGER))",
            "hs_days_to_close_raw": f"max(0.0, {days})",
        }
        return expressions.get(name)

    def _probability(self) -> str:
        whens = " ".join(
            f"WHEN {quoted(stage.id)} THEN {float(stage.metadata['probability'])!r}"
            for stage in self._stages
            if "probability" in stage.metadata
        )
        return f"(CASE {self.stored('dealstage')} {whens} END)" if whens else "NULL"

    def _in_state(self, state: str) -> str:
        ids = ", ".join(quoted(stage.id) for stage in self._stages if stage_state(stage) == state)
        return f"(coalesce({self.stored('dealstage')}, '') IN ({ids}))"
