"""A question as JSON values, as every surface takes it, read into a `Question`.

Metrics are ids or `{"agg", "of", "object"}`; dimensions are names (`owner`, `month`, `close_at:week`) or
`{"dim", "grain", "top"}`; conditions are `[field, operator, value…]`, `{"any": […]}` or `{"not": […]}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal, cast

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Aggregate, AnyOf, By, Given, Grain, Having, NoneOf, Op, Test
from hubspot_skill.domain.text import quote

__all__ = ["conditions", "dimensions", "havings", "measures"]

_AGGREGATES = ("count", "sum", "avg", "median", "min", "max", "distinct")
_OPS = {
    "=": Op.IS,
    "==": Op.IS,
    "eq": Op.IS,
    "!=": Op.IS_NOT,
    "neq": Op.IS_NOT,
    "gt": Op.GT,
    "gte": Op.GTE,
    "lt": Op.LT,
    "lte": Op.LTE,
    "during": Op.WITHIN,
    "has_value": Op.IS_SET,
    "no_value": Op.NOT_SET,
}
_GRAINS = ", ".join(sorted(g.value for g in Grain))


def measures(values: Sequence[object]) -> tuple[str | Aggregate, ...]:
    """Read metrics.

    Raises:
        InvalidInputError: one is neither a name nor an aggregate.
    """
    return tuple(_measure(v) for v in values)


def dimensions(values: Sequence[object]) -> tuple[By, ...]:
    """Read dimensions.

    Raises:
        InvalidInputError: one is neither a name nor an object of dim, grain and top.
    """
    return tuple(_dimension(v) for v in values)


def conditions(values: Sequence[object]) -> tuple[Test | AnyOf | NoneOf, ...]:
    """Read conditions.

    Raises:
        InvalidInputError: one has another form, or an operator that is not known.
    """
    return tuple(_condition(v) for v in values)


def havings(values: Sequence[object]) -> tuple[Having, ...]:
    """Read conditions on figures.

    Raises:
        InvalidInputError: one is not a metric, an operator and a number.
    """
    return tuple(_having(v) for v in values)


def _wrong(field: str, found: object, expected: str) -> InvalidInputError:
    return InvalidInputError(f"{field} holds {quote(str(found), most=80)}: expected {expected}", field=field)


def _mapping(value: object) -> Mapping[str, object] | None:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def _sequence(value: object) -> Sequence[object] | None:
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else None


def _measure(value: object) -> str | Aggregate:
    if isinstance(value, str):
        return value
    found = _mapping(value)
    if found is not None and set(found) <= {"agg", "of", "object"} and found.get("agg") in _AGGREGATES:
        agg = cast('Literal["count", "sum", "avg", "median", "min", "max", "distinct"]', found["agg"])
        return Aggregate(agg, str(found.get("of") or ""), str(found.get("object") or "deals"))
    raise _wrong("metrics", value, f'a metric, or {{"agg": one of {", ".join(_AGGREGATES)}, "of": property}}')


def _dimension(value: object) -> By:
    if isinstance(value, str):
        return By(value)
    found = _mapping(value)
    if found is not None and set(found) <= {"dim", "grain", "top"} and isinstance(name := found.get("dim"), str):
        grain, top = found.get("grain"), found.get("top")
        is_grain = grain is None or grain in {g.value for g in Grain}
        if is_grain and (top is None or (isinstance(top, int) and 1 <= top <= 500)):
            return By(name, None if grain is None else Grain(grain), top)
    raise _wrong("by", value, f'a dimension, or {{"dim": name, "grain": one of {_GRAINS}, "top": 1 to 500}}')


def _condition(value: object) -> Test | AnyOf | NoneOf:
    found = _mapping(value)
    if found is not None and len(found) == 1:
        ((kind, inner),) = found.items()
        tests = _sequence(inner)
        if kind in ("any", "not") and tests:
            several = [tests] if isinstance(tests[0], str) else tests
            read = tuple(_test(t) for t in several)
            return AnyOf(read) if kind == "any" else NoneOf(read)
    return _test(value)


def _test(value: object) -> Test:
    found = _sequence(value)
    if found is not None and len(found) >= 2 and isinstance(found[0], str) and isinstance(found[1], str):
        name = found[1].strip().casefold().replace(" ", "_")
        op = _OPS.get(name) or next((o for o in Op if o.value == name), None)
        if op is not None:
            given: list[Given] = []
            for item in found[2:]:
                several = _sequence(item)
                given += [_given(i) for i in (several if several is not None else [item])]
            return Test(found[0], op, tuple(given))
    raise _wrong("where", value, f"[field, operator, value] with an operator of {', '.join(o.value for o in Op)}")


def _given(value: object) -> Given:
    if value is None or isinstance(value, str | int | float | bool | Decimal):
        return value
    raise _wrong("where", value, "a text, number or truth as value")


def _having(value: object) -> Having:
    test = _test(value)
    try:
        (number,) = test.values
        return Having(test.field, test.op, Decimal(str(number)))
    except (InvalidOperation, ValueError) as error:
        raise _wrong("having", value, "[metric, operator, number]") from error
