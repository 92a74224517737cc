"""Metrics of any mirrored property: count, sum, avg, median, min, max or distinct."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from sqlalchemy import BigInteger, ColumnElement, cast, func

from hubspot_skill.analytics.catalogue import Catalogue
from hubspot_skill.analytics.metric import Bag, Base, Measure, Metric, Number, define, median_of, ratio
from hubspot_skill.analytics.view import View
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Aggregate, Definition, Unit
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.mirror.forms import Form
from hubspot_skill.mirror.store import HeldColumn

__all__ = ["metric_of", "name_of"]

_MILLION = 1_000_000
_UNITS = {Form.MONEY: Unit.MONEY, Form.HOME_MONEY: Unit.MONEY}
_ADDABLE = (Form.MONEY, Form.HOME_MONEY, Form.MILLIONTHS, Form.WHOLE, Form.NUMBER)


def name_of(aggregate: Aggregate) -> str:
    """Give what an ad-hoc measure is called in columns, `having` and `order`."""
    return f"{aggregate.agg}_{aggregate.of}" if aggregate.of else "count"


def metric_of(aggregate: Aggregate, catalogue: Catalogue) -> Metric:
    """Make the metric of an aggregate; `object` and `of` are names of the mirror.

    Raises:
        InvalidInputError: the mirror does not hold the property, or it cannot be added up.
    """
    object = aggregate.object
    if not aggregate.of:
        if aggregate.agg != "count":
            raise InvalidInputError(f"{aggregate.agg} needs a property: give it as `of`", field="metrics")
        count = Base(Measure("count", object=object))
        definition = _definition(aggregate, f"Count of {object}s", Unit.COUNT, f"number of live {object}s", "0")
        return Metric(definition, (count,), lambda bag: bag[count])
    held = catalogue.held.get(object, {}).get(aggregate.of)
    if held is None:
        raise InvalidInputError(
            f"the mirror does not hold the {object} property {quote(aggregate.of)}",
            hint="Let it be mirrored: hubspot-skill sync with the property named.",
            field="metrics",
        )
    if aggregate.agg not in ("count", "distinct") and held.form not in _ADDABLE:
        raise InvalidInputError(
            f"{aggregate.of} is no number: {aggregate.agg} needs one", hint="Take count or distinct.", field="metrics"
        )
    prop = catalogue.properties.get(object, {}).get(aggregate.of)
    name = clean(prop.label if prop else aggregate.of, most=60)
    return _of_column(aggregate, held, f"{aggregate.agg.capitalize()} of {name.lower()}")


def _of_column(aggregate: Aggregate, held: HeldColumn, label: str) -> Metric:
    object, of, agg = aggregate.object, aggregate.of, aggregate.agg

    def value(view: View) -> ColumnElement[int]:
        if held.form is Form.MONEY and of == "amount":
            return view.amount
        if held.form is Form.MONEY:
            return view.money(str(held.column.key))
        return cast(func.round(held.column * _MILLION), BigInteger) if held.form is Form.NUMBER else held.column

    scale = _MILLION if held.form in (Form.NUMBER, Form.MILLIONTHS) else 1
    there = Base(Measure(f"has_{of}", where=lambda v: value(v).is_not(None), object=object))
    empty = Base(Measure(f"no_{of}", where=lambda v: value(v).is_(None), object=object))
    total = Base(Measure(f"sum_{of}", value, object=object))
    every = Base(Measure(f"all_{of}", value, agg="values", object=object))
    formulas: dict[str, tuple[Base, Callable[[Bag], Number | None]]] = {
        "count": (there, lambda bag: bag[there]),
        "sum": (total, lambda bag: Fraction(bag[total], scale)),
        "avg": (total, lambda bag: ratio(bag[total], bag[there] * scale)),
        "median": (every, lambda bag: _scaled(median_of(bag.all_values(every)), scale)),
        "min": (every, lambda bag: _scaled(min(bag.all_values(every), default=None), scale)),
        "max": (every, lambda bag: _scaled(max(bag.all_values(every), default=None), scale)),
        "distinct": (every, lambda bag: len(bag.all_values(every))),
    }
    base, formula = formulas[agg]
    unit = Unit.COUNT if agg in ("count", "distinct") else _UNITS.get(held.form, Unit.NUMBER)
    nothing = "0" if agg in ("count", "distinct", "sum") else "none: no value"
    definition = _definition(aggregate, label, unit, f"{agg} of the property {of} over live {object}s", nothing)
    return Metric(definition, (base, there, empty), formula, {f"no_{of}": lambda bag: bag[empty]}, (there,))


def _scaled(value: Number | None, scale: int) -> Number | None:
    return None if value is None else Fraction(value) / scale


def _definition(aggregate: Aggregate, label: str, unit: Unit, meaning: str, empty: str) -> Definition:
    return define(
        name_of(aggregate),
        label,
        "any property",
        unit,
        definition=meaning,
        denominator="records with a value" if aggregate.agg == "avg" else "none",
        exclusions="archived and merged records; records without a value",
        empty=empty,
        object=f"{aggregate.object}s",
        period_on={"deal": "close_at", "activity": "at"}.get(aggregate.object, "created_at"),
    )
