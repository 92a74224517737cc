"""What figures can be grouped and filtered by.

A dimension is one column of a fact table, or is made in Python of what the database groups by anyway (a deal's stage
gives its state, an owner gives the team of today). `raw` is what the database groups by, `groups` what people see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Integer, case, cast, literal, select

from hubspot_skill.analytics.calendar import DAY_MS, Bucket, bucket_of, day_of_number, label_of, local_day, offsets
from hubspot_skill.analytics.catalogue import Catalogue
from hubspot_skill.analytics.query import Cut
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.money import minor_digits
from hubspot_skill.domain.report import Grain, Group
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.mirror import tables
from hubspot_skill.mirror.forms import Form

__all__ = ["AMOUNT_BANDS", "DIMENSIONS", "FACTS", "Dimension", "Kind", "dimension_of", "groups_of", "raw_of"]

Kind = Literal[
    "pipeline", "stage", "stage_group", "owner", "team", "option", "options", "instant", "day", "text", "company",
    "company_option", "record", "amount_band", "currency", "truth", "number", "id",
]  # fmt: skip

AMOUNT_BANDS = (0, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000)
"""Lower edges of the bands of amounts, in the major unit of the report's currency."""

_SHIFT = 40_000_000
"""Days added before a division, so that it rounds down before 1970 too."""
_LABEL = 80


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of one object: its column in the fact table, and the property (`named`) that names its options."""

    id: str
    label: str
    kind: Kind
    object: str = "deal"
    column: str = ""
    named: str = ""
    none: str = "none"
    form: Form | None = None

    @property
    def is_dated(self) -> bool:
        """True where it is cut by a grain."""
        return self.kind in ("instant", "day")

    @property
    def is_hidden(self) -> bool:
        """True where it is made of the stage, by which deals are grouped anyway."""
        return self.kind in ("pipeline", "stage", "stage_group")


def _deal(id: str, label: str, kind: Kind, column: str = "", property: str = "", none: str = "none") -> Dimension:
    return Dimension(id, label, kind, "deal", column, property, none)


def _contact(id: str, label: str, kind: Kind, column: str = "", property: str = "", none: str = "none") -> Dimension:
    return Dimension(id, label, kind, "contact", column, property, none)


def _company(id: str, label: str, kind: Kind, column: str = "", property: str = "", none: str = "none") -> Dimension:
    return Dimension(id, label, kind, "company", column, property, none)


def _activity(id: str, label: str, kind: Kind, column: str = "", property: str = "", none: str = "none") -> Dimension:
    return Dimension(id, label, kind, "activity", column, property, none)


_ALL = (
    _deal("pipeline", "Pipeline", "pipeline"),
    _deal("stage", "Stage", "stage"),
    _deal("stage_group", "Status", "stage_group"),
    _deal("owner", "Owner", "owner", "owner_id", none="no owner"),
    _deal("team", "Team", "team", "owner_id", none="no team"),
    _deal("deal_type", "Deal type", "option", "deal_type", "dealtype"),
    _deal("priority", "Priority", "option", "priority", "hs_priority"),
    _deal("source", "Source", "option", "source", "hs_analytics_source"),
    _deal("forecast_category", "Forecast category", "option", "forecast_category", "hs_manual_forecast_category"),
    _deal("loss_reason", "Loss reason", "text", "loss_reason", "closed_lost_reason", "not given"),
    _deal("currency", "Currency", "currency", "currency"),
    _deal("company", "Company", "company", "company_id", none="no company"),
    _deal("company_industry", "Company industry", "company_option", "industry", "industry", "no company or industry"),
    _deal("company_country", "Company country", "company_option", "country", "country", "no company or country"),
    _deal("amount_band", "Amount", "amount_band", none="no amount"),
    _deal("created_at", "Created", "instant", "created_at", "createdate", "no create date"),
    _deal("close_at", "Close date", "instant", "close_at", "closedate", "no close date"),
    _deal("won_date", "Won", "instant", "won_at", "hs_closed_won_date", "not won"),
    _deal("modified_at", "Modified", "instant", "modified_at", "hs_lastmodifieddate"),
    _deal("deal", "Deal", "record", "name"),
    _contact("lifecycle", "Lifecycle stage", "option", "lifecycle", "lifecyclestage"),
    _contact("lead_status", "Lead status", "option", "lead_status", "hs_lead_status"),
    _contact("owner", "Owner", "owner", "owner_id", none="no owner"),
    _contact("team", "Team", "team", "owner_id", none="no team"),
    _contact("source", "Source", "option", "source", "hs_analytics_source"),
    _contact("latest_source", "Latest source", "option", "latest_source", "hs_latest_source"),
    _contact("country", "Country", "text", "country", "country"),
    _contact("industry", "Industry", "text", "industry", "industry"),
    _contact("company", "Company", "company", "company_id", none="no company"),
    _contact("created_at", "Created", "instant", "created_at", "createdate", "no create date"),
    _contact("modified_at", "Modified", "instant", "modified_at", "lastmodifieddate"),
    _company("industry", "Industry", "option", "industry", "industry"),
    _company("type", "Type", "option", "type", "type"),
    _company("country", "Country", "text", "country", "country"),
    _company("owner", "Owner", "owner", "owner_id", none="no owner"),
    _company("team", "Team", "team", "owner_id", none="no team"),
    _company("lifecycle", "Lifecycle stage", "option", "lifecycle", "lifecyclestage"),
    _company("created_at", "Created", "instant", "created_at", "createdate", "no create date"),
    _company("company", "Company", "record", "name"),
    _activity("kind", "Kind", "text", "kind"),
    _activity("owner", "Owner", "owner", "owner_id", none="no owner"),
    _activity("team", "Team", "team", "owner_id", none="no team"),
    _activity("direction", "Direction", "text", "direction"),
    _activity("outcome", "Outcome", "text", "status"),
    _activity("at", "When", "instant", "at", "hs_timestamp"),
)

DIMENSIONS: Mapping[tuple[str, str], Dimension] = {(d.object, d.id): d for d in _ALL}

FACTS = {"stay": "deal", "passage": "deal", "reach": "contact", "touch": "activity"}
"""The records whose dimensions a fact has that is a join."""

_KINDS: dict[Form, Kind] = {
    Form.TEXT: "text",
    Form.OPTIONS: "options",
    Form.ID: "id",
    Form.INSTANT: "instant",
    Form.DAY: "day",
    Form.MONEY: "number",
    Form.HOME_MONEY: "number",
    Form.MILLIONTHS: "number",
    Form.WHOLE: "number",
    Form.NUMBER: "number",
    Form.TRUTH: "truth",
}


def dimension_of(object: str, cut_or_name: str, catalogue: Catalogue, *, is_property: bool = False) -> Dimension:
    """Give a dimension by its id, or that of a mirrored property.

    Raises:
        InvalidInputError: the object has no such dimension, or the mirror does not hold the property.
    """
    fact = FACTS.get(object, object)
    if not is_property:
        found = DIMENSIONS.get((fact, cut_or_name))
        if found is not None:
            return found
        known = ", ".join(d.id for d in _ALL if d.object == fact)
        raise InvalidInputError(
            f"{quote(cut_or_name)} is no dimension of {fact}s: expected {known}, or a property", field="by"
        )
    held = catalogue.held.get(fact, {}).get(cut_or_name)
    prop = catalogue.properties.get(fact, {}).get(cut_or_name)
    if held is None:
        raise InvalidInputError(
            f"the mirror does not hold the {fact} property {quote(cut_or_name)}",
            hint="Let it be mirrored: hubspot-skill sync with the property named.",
            field=cut_or_name,
        )
    label = clean(prop.label, most=_LABEL) if prop is not None else cut_or_name
    kind = _KINDS[held.form]
    if kind == "text" and prop is not None and prop.options:
        kind = "option"
    if prop is not None and prop.is_owner:
        kind = "owner"
    return Dimension(cut_or_name, label, kind, fact, "", cut_or_name, form=held.form)


def column_of(dimension: Dimension, view: View) -> ColumnElement[Any]:
    """Give the plain column of a dimension that has one."""
    if not dimension.column:
        return view.catalogue.held[dimension.object][dimension.named].column
    return view.c(dimension.column)


def raw_of(dimension: Dimension, view: View, years: tuple[int, int]) -> ColumnElement[Any]:
    """Give what the database groups by; `years` are those that the dated column's values lie in."""
    match dimension.kind:
        case "instant":
            return _day_number(column_of(dimension, view), view, years)
        case "amount_band":
            digits = minor_digits(view.query.currency or view.catalogue.currency)
            edges = [(view.amount < edge * 10**digits, place) for place, edge in enumerate(AMOUNT_BANDS)]
            return case((view.amount.is_(None), None), *edges, else_=len(AMOUNT_BANDS))
        case "company_option":
            company = tables.company
            return select(company.c[dimension.column]).where(company.c.id == view.c("company_id")).scalar_subquery()
        case "record":
            return view.c("id")
        case "number":
            return _decade(column_of(dimension, view), _unit(dimension, view))
        case _:
            return column_of(dimension, view)


def _unit(dimension: Dimension, view: View) -> int:
    if dimension.form is Form.MILLIONTHS:
        return 1_000_000
    if dimension.form in (Form.MONEY, Form.HOME_MONEY):
        return 10 ** minor_digits(view.catalogue.currency)
    return 1


def _decade(column: ColumnElement[Any], unit: int) -> ColumnElement[int]:
    """Give the number of a value's band: 0 below 0, 1 for 0 up to 1, 2 up to 10, and so on by powers of ten."""
    edges = [(column < 0, 0), *((column < unit * 10**power, power + 1) for power in range(10))]
    return case((column.is_(None), None), *edges, else_=11)


def _day_number(column: ColumnElement[int], view: View, years: tuple[int, int]) -> ColumnElement[int]:
    pieces = offsets(view.query.zone, *years)
    shift = _SHIFT * DAY_MS
    if len(pieces) == 1:
        local = column + literal(pieces[0][1] + shift, BigInteger)
    else:
        *before, last = pieces
        offset = case(*((column < until, ms + shift) for until, ms in before), else_=last[1] + shift)
        local = column + cast(offset, BigInteger)
    return cast(local // DAY_MS, Integer) - _SHIFT


def groups_of(dimension: Dimension, raw: Any, cut: Cut, view: View) -> tuple[Group, ...]:
    """Give the group, or for several options the groups, of what the database grouped by."""
    catalogue = view.catalogue
    match dimension.kind:
        case "instant" | "day":
            return (_nothing(dimension),) if raw is None else (bucket_group(day_of_number(int(raw)), cut, view),)
        case "owner":
            return (owner_group(catalogue, raw, dimension.none),)
        case "team":
            return (_team(catalogue, raw, dimension.none),)
        case "option" | "company_option":
            return (_option(dimension, raw, catalogue),)
        case "options":
            values = [v for v in str(raw or "").split(";") if v]
            return tuple(_option(dimension, v, catalogue) for v in values) or (_nothing(dimension),)
        case "amount_band":
            return (_nothing(dimension) if raw is None else _band(int(raw), view),)
        case "number":
            return (_nothing(dimension) if raw is None else _decade_group(int(raw)),)
        case "truth":
            return (_nothing(dimension) if raw is None else Group(str(int(raw)), "yes" if raw else "no"),)
        case "currency":
            code = str(raw or catalogue.currency)
            return (Group(code, code),)
        case "text":
            text = clean(str(raw or ""))
            if not text:
                return (_nothing(dimension),)
            folded = text.casefold()
            known = view.labels.get((dimension.id, folded))
            view.labels[dimension.id, folded] = text if known is None else min(known, text)
            return (Group(folded, folded),)
        case _:
            return (_nothing(dimension) if raw is None else Group(str(raw), str(raw)),)


def _nothing(dimension: Dimension) -> Group:
    return Group("", dimension.none)


def bucket_group(day: Any, cut: Cut, view: View) -> Group:
    """Give the bucket of a day, marked where it still runs, has not begun, or is cut by the period."""
    grain = cut.grain or Grain.MONTH
    return group_of_bucket(bucket_of(day, grain, view.query.fiscal_start), grain, view)


def group_of_bucket(bucket: Bucket, grain: Grain, view: View) -> Group:
    """Give a bucket as a group."""
    today = local_day(view.now_ms, view.query.zone)
    period = view.query.period
    is_cut = period is not None and (
        (period.first is not None and bucket[0] < period.first) or (period.last is not None and bucket[1] > period.last)
    )
    label = label_of(bucket, grain, view.query.fiscal_start)
    runs = bucket[0] <= today <= bucket[1]
    return Group(label, label, bucket[0], bucket[1], is_partial=is_cut or runs, is_future=bucket[0] > today)


def owner_group(catalogue: Catalogue, raw: Any, none: str) -> Group:
    """Give an owner as a group; one that is unknown keeps the id."""
    if raw is None or raw == "":
        return Group("", none)
    owner = catalogue.owners.get(str(raw))
    if owner is None:
        return Group(str(raw), f"owner {raw}")
    name = clean(owner.name, most=_LABEL)
    return Group(owner.id, name if owner.is_active else f"{name} (deactivated)")


def _team(catalogue: Catalogue, raw: Any, none: str) -> Group:
    owner = catalogue.owners.get(str(raw)) if raw is not None else None
    teams = owner.teams if owner is not None else ()
    found = next((t for t in teams if t.is_primary), teams[0] if teams else None)
    return Group("", none) if found is None else Group(found.id, clean(found.name, most=_LABEL) or found.id)


def _option(dimension: Dimension, raw: Any, catalogue: Catalogue) -> Group:
    value = str(raw or "")
    if not value:
        if dimension.id == "forecast_category":
            return Group("PIPELINE", _label("deal", dimension.named, "PIPELINE", catalogue))
        return _nothing(dimension)
    owner = "company" if dimension.kind == "company_option" else dimension.object
    return Group(value, _label(owner, dimension.named, value, catalogue))


def _label(object: str, property: str, value: str, catalogue: Catalogue) -> str:
    prop = catalogue.properties.get(object, {}).get(property)
    options = prop.options if prop is not None else ()
    return clean(next((o.label for o in options if o.value == value), value), most=_LABEL)


def _band(place: int, view: View) -> Group:
    if place == 0:
        return Group("0", "below 0")
    if place == len(AMOUNT_BANDS):
        return Group(str(place), f"{AMOUNT_BANDS[-1]:,} and more")
    return Group(str(place), f"{AMOUNT_BANDS[place - 1]:,} to under {AMOUNT_BANDS[place]:,}")


def _decade_group(place: int) -> Group:
    if place == 0:
        return Group("0", "below 0")
    low = 0 if place == 1 else Decimal(10) ** (place - 2)
    return Group(str(place), f"{low:,} and more" if place == 11 else f"{low:,} to under {Decimal(10) ** (place - 1):,}")
