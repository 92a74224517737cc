"""Turns the filters of a search into SQL, refusing what HubSpot refuses.

Its own module because it is pure: columns and JSON in, a condition and its parameters out.

Sources: facts 5.3. Comparison ignores case except for enumerations; tokens are whole words with `*` as wildcard [D]. Values of
IN and NOT_IN on a text property must be in lower case to match [D]. [U] rules have a switch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from hubspot_skill.sandbox.computed import Column
from hubspot_skill.sandbox.moments import iso, parsed_moment
from hubspot_skill.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from hubspot_skill.sandbox.settings import SandboxSettings

__all__ = ["Condition", "Filters", "checked_groups"]

_GROUPS, _FILTERS, _TOTAL = 5, 6, 18
_COMPARED = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_OPERATORS = (
    *("EQ", "NEQ", *_COMPARED, "BETWEEN", "IN", "NOT_IN"),
    *("HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"),
)


@dataclass(slots=True)
class Condition:
    """A SQL condition with its named parameters, which grows while filters are added to it."""

    parameters: dict[str, object] = field(default_factory=dict[str, object])

    def bind(self, value: object) -> str:
        """Add a parameter and return its mark."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"


def checked_groups(body: dict[str, object]) -> list[list[dict[str, object]]]:
    """Return the filter groups of a search body: groups are alternatives, the filters of a group must all hold.

    Misspelt keys are ignored, as HubSpot does [C].

    Raises: Refusal 400 for too many groups or filters [D], for a filter without name or operator [C].
    """
    groups = [_objects(group.get("filters"), "filters") for group in _objects(body.get("filterGroups"), "filterGroups")]
    top = _objects(body.get("filters"), "filters")
    if top:
        groups.append(top)
    if len(groups) > _GROUPS:
        raise Refusal.validation(f"The maximum number of filter groups is {_GROUPS}, found {len(groups)}")
    for filters in groups:
        if len(filters) > _FILTERS:
            raise Refusal.validation(f"The maximum number of filters in a group is {_FILTERS}, found {len(filters)}")
    total = sum(map(len, groups))
    if total > _TOTAL:
        raise Refusal.validation(f"The maximum number of filters is {_TOTAL}, found {total}")
    return groups


class Filters:
    """Writes single filters as SQL over one type's columns."""

    def __init__(
        self,
        column: Callable[[str], Column | None],
        association: Callable[[str], str | None],
        switches: SandboxSettings,
        condition: Condition,
    ) -> None:
        """Take the type's columns; `association` gives the SQL of the ids that `associations.{type}` stands for."""
        self._column = column
        self._association = association
        self._switches = switches
        self._condition = condition

    def sql(self, groups: list[list[dict[str, object]]]) -> str:
        """Return the condition of all groups together; no group means every record."""
        alternatives = ["(" + " AND ".join(self._one(each) for each in filters) + ")" for filters in groups if filters]
        return "(" + " OR ".join(alternatives) + ")" if alternatives and all(groups) else "1"

    def _one(self, given: dict[str, object]) -> str:
        name, operator = given.get("propertyName"), given.get("operator")
        if not isinstance(name, str) or not isinstance(operator, str):
            missing = ", ".join(key for key in ("propertyName", "operator") if not isinstance(given.get(key), str))
            raise Refusal.invalid_json(f"Some required fields were not set: [{missing}]")
        if operator not in _OPERATORS:
            raise Refusal.invalid_json(
                f'Cannot deserialize value of type `Operator` from String "{operator}": '
                f"not one of the values accepted: [{', '.join(_OPERATORS)}]"
            )
        if name.startswith("associations."):
            return self._of_association(name, operator, given)
        column = self._column(name)
        if column is None:
            if self._switches.unknown_filter_property == "refuse":
                raise Refusal.validation(f'There was a problem with the request: property "{name}" does not exist')
            return "0"
        return self._of_property(name, column, operator, given)

    def _of_property(self, name: str, column: Column, operator: str, given: dict[str, object]) -> str:
        sql = column.sql
        if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
            if operator == "NOT_HAS_PROPERTY" and ("value" in given or "values" in given):
                raise Refusal.validation(f"operator {operator} of property {name} takes no value")
            return f"{sql} IS NOT NULL" if operator == "HAS_PROPERTY" else f"{sql} IS NULL"
        if operator in {"IN", "NOT_IN"}:
            return self._negated(sql, self._in(name, column, given), negative=operator == "NOT_IN")
        value = _value(given, name, operator)
        if operator in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
            return self._negated(sql, self._token(sql, value), negative=operator == "NOT_CONTAINS_TOKEN")
        if operator in {"EQ", "NEQ"}:
            return self._negated(sql, self._equal(name, column, value), negative=operator == "NEQ")
        if operator == "BETWEEN":
            high = _value(given, name, operator, key="highValue")
            ends = ("<=", ">=") if self._switches.between_includes_ends else ("<", ">")
            low_sql = self._compared(name, column, ends[1], value)
            return f"({low_sql} AND {self._compared(name, column, ends[0], high)})"
        return self._compared(name, column, _COMPARED[operator], value)

    def _negated(self, sql: str, condition: str, *, negative: bool) -> str:
        if not negative:
            return condition
        if self._switches.negative_filters_match_empty:
            return f"({sql} IS NULL OR NOT {condition})"
        return f"({sql} IS NOT NULL AND NOT {condition})"

    def _equal(self, name: str, column: Column, value: str) -> str:
        if column.kind == "enum":
            return f"({column.sql} = {self._condition.bind(value)})"
        if column.kind == "text":
            return self._same_text(column.sql, value)
        return self._compared(name, column, "=", value)

    def _same_text(self, sql: str, value: str) -> str:
        mark = self._condition.bind(value.lower())
        if value.isascii():
            return f"({sql} = {mark} COLLATE NOCASE)"
        return f"(length({sql}) = {len(value)} AND fold({sql}) = {mark})"

    def _in(self, name: str, column: Column, given: dict[str, object]) -> str:
        values = given.get("values")
        if not isinstance(values, list) or not values:
            raise Refusal.validation(f"operator IN of property {name} requires values: a list with at least one value")
        texts = [_text(each) for each in cast("list[object]", values)]
        if column.kind == "text":
            marks = ", ".join(self._condition.bind(text) for text in texts)
            return f"(fold({column.sql}) IN ({marks}))"
        if column.kind == "enum":
            marks = ", ".join(self._condition.bind(text) for text in texts)
            return f"({column.sql} IN ({marks}))"
        return "(" + " OR ".join(self._compared(name, column, "=", text) for text in texts) + ")"

    def _compared(self, name: str, column: Column, sign: str, value: str) -> str:
        bind = self._condition.bind
        match column.kind:
            case "number":
                return f"(CAST({column.sql} AS REAL) {sign} {bind(_number(name, value))})"
            case "real":
                return f"({column.sql} {sign} {bind(_number(name, value))})"
            case "ms":
                return f"({column.sql} {sign} {bind(_moment(name, value))})"
            case "iso":
                return f"({column.sql} {sign} {bind(iso(_moment(name, value)))})"
            case "day":
                return f"({column.sql} {sign} {bind(iso(_moment(name, value))[:10])})"
            case _:
                return f"({column.sql} {sign} {bind(value)} COLLATE NOCASE)"

    def _token(self, sql: str, value: str) -> str:
        """Write a whole-word match; the longest literal piece narrows the rows down before words are looked at."""
        longest = max(re.split(r"[\s*]+", value), key=len)
        narrow = (
            f"{sql} LIKE {self._condition.bind(f'%{_like(longest)}%')} ESCAPE '\\' AND " if longest.isascii() else ""
        )
        return f"({narrow}has_token({sql}, {self._condition.bind(value.lower())}))"

    def _of_association(self, name: str, operator: str, given: dict[str, object]) -> str:
        ids = self._association(name.removeprefix("associations."))
        if ids is None:
            raise Refusal.validation(f'There was a problem with the request: "{name}" cannot be searched')
        if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
            return f"{'' if operator == 'HAS_PROPERTY' else 'NOT '}EXISTS ({ids})"
        if operator in {"IN", "NOT_IN"}:
            found = given.get("values")
            values = [_text(each) for each in cast("list[object]", found)] if isinstance(found, list) else []
        elif operator in {"EQ", "NEQ"}:
            values = [_value(given, name, operator)]
        else:
            raise Refusal.validation(f"operator {operator} is not supported for {name}")
        marks = ", ".join(self._condition.bind(_number(name, value)) for value in values)
        negative = "NOT " if operator in {"NEQ", "NOT_IN"} else ""
        return f"{negative}EXISTS ({ids} AND to_id IN ({marks}))"


def _objects(given: object, name: str) -> list[dict[str, object]]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refusal.invalid_json(f"Cannot deserialize value of type `array` of {name}")
    for each in cast("list[object]", given):
        if not isinstance(each, dict):
            raise Refusal.invalid_json(f"Cannot construct an entry of {name} from a value that is not an object")
    return cast("list[dict[str, object]]", given)


def _text(given: object) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given)


def _value(given: dict[str, object], name: str, operator: str, key: str = "value") -> str:
    found = given.get(key)
    if found is None or isinstance(found, list | dict):
        raise Refusal.validation(f"operator {operator} of property {name} requires {key}")
    return _text(found)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refusal.validation(f"value {text} of property {name} is not a number") from None


def _moment(name: str, text: str) -> int:
    found = parsed_moment(text)
    if found is None:
        raise Refusal.validation(f"value {text} of property {name} is not a date: milliseconds or ISO 8601")
    return found


def _like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
