"""Writes the SQL of when a property took a value: dates of entering and leaving a stage, time spent in it.

Its own module because deals, tickets, lifecycle stages and owners share it. The history is the table `changes`; a property
without rows there has had its one value since the record was made (`store`). The older `hs_date_entered_` tells the first entry and
`hs_time_in_` all time spent, the newer `hs_v2_` ones tell the last entry and both times [C].
"""

# ruff: noqa: S608 - names of tables and columns come from definitions, never from a request; values are bound

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hubspot_skill.sandbox.object_types import ObjectType

__all__ = ["StageSql"]

_PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("hs_v2_date_entered_", "", "entered"),
    ("hs_v2_date_exited_", "", "exited"),
    ("hs_v2_latest_time_in_", "", "latest"),
    ("hs_v2_cumulative_time_in_", "", "cumulative"),
    ("hs_date_entered_", "", "first"),
    ("hs_date_exited_", "", "exited"),
    ("hs_time_in_", "", "cumulative"),
    ("hs_lifecyclestage_", "_date", "entered"),
)


class StageSql:
    """The SQL about one property of the record `t`; `current` is its column."""

    def __init__(self, object_type: ObjectType, current: str, name: str | None = None) -> None:
        """Take the property whose history is meant, by default the type's stage."""
        self._current = current
        self._type = object_type
        self._where = f"type = {object_type.code} AND id = t._id AND property = '{name or object_type.stage_of}'"

    def column(self, name: str, values: set[str]) -> tuple[str, Literal["ms", "real"]] | None:
        """Return expression and kind of a property named after one of the stages, or None if it is none."""
        if name == "hs_v2_date_entered_current_stage" and self._type.pipeline is not None:
            return self.last_set(), "ms"
        if name == "hs_v2_time_in_current_stage" and self._type.pipeline is not None:
            return f"(:now - {self.last_set()})", "real"
        for start, end, what in _PATTERNS:
            if not (name.startswith(start) and name.endswith(end)):
                continue
            stage = name[len(start) : len(name) - len(end)]
            if stage not in values:
                continue
            value = "'" + stage.replace("'", "''") + "'"
            if what in {"entered", "first"}:
                return self._entered(value, "max" if what == "entered" else "min"), "ms"
            if what == "exited":
                return self._exited(value), "ms"
            if what == "latest":
                return f"(coalesce({self._exited(value)}, :now) - {self._entered(value)})", "real"
            return self._cumulative(value), "real"
        return None

    def last_set(self) -> str:
        """Return the moment (ms) at which the property got the value that it has, NULL if it has none."""
        last = f"SELECT at_ms FROM changes WHERE {self._where} ORDER BY at_ms DESC, seq DESC LIMIT 1"
        return f"(CASE WHEN {self._current} IS NOT NULL THEN coalesce(({last}), t._created) END)"

    def _entered(self, value: str, which: str = "max") -> str:
        found = f"SELECT {which}(at_ms) FROM changes WHERE {self._where} AND value = {value}"
        return f"coalesce(({found}), CASE WHEN {self._current} = {value} THEN t._created END)"

    def _exited(self, value: str) -> str:
        last = f"SELECT max(seq) FROM changes WHERE {self._where} AND value = {value}"
        following = f"SELECT min(at_ms) FROM changes WHERE {self._where} AND seq > ({last})"
        return f"(CASE WHEN coalesce({self._current}, '') <> {value} THEN ({following}) END)"

    def _cumulative(self, value: str) -> str:
        spans = f"SELECT at_ms, value, lead(at_ms) OVER (ORDER BY at_ms, seq) AS until FROM changes WHERE {self._where}"
        total = f"SELECT sum(coalesce(until, :now) - at_ms) FROM ({spans}) WHERE value = {value}"
        return f"coalesce(({total}), CASE WHEN {self._current} = {value} THEN :now - t._created END)"
