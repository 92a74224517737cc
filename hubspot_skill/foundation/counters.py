"""Counts what happens in this process, for whoever watches it: named counters with a few labels, nothing else.

Labels are words of this program (a tool, an endpoint class, an error code), never an account, a person or a record, so
what is counted may be shown. Counting costs a dictionary's entry; the form that a watcher reads is made when it asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import Enum

__all__ = ["Counter", "count", "readings"]


class Counter(Enum):
    """What is counted: the counter's name, what it counts, and the names of its labels."""

    TOOL_CALLS = (
        "tool_calls",
        "Calls of MCP tools by how they ended: ok, error, or asked (back).",
        ("tool", "outcome"),
    )
    HUBSPOT_CALLS = (
        "hubspot_calls",
        "Requests to HubSpot's API by class of endpoint and outcome: ok, or the error's code.",
        ("endpoint", "outcome"),
    )
    RATE_REFUSALS = ("hubspot_rate_refusals", "Answers 429 of HubSpot's API, by the limit that it named.", ("policy",))
    REFRESHES = ("token_refreshes", "Refreshes of an access token: ok, or the error's code.", ("outcome",))
    LIMIT_WAITS = ("limit_waits", "Calls that waited for a rate limit before they were sent.", ("budget",))
    LIMIT_WAITED_S = ("limit_waited_seconds", "Seconds that calls waited for a rate limit.", ("budget",))
    SYNC_RECORDS = ("sync_records", "Records that sync read into mirrors, by object.", ("object",))
    SYNC_RUNS = ("sync_runs", "Rounds of sync by how they ended: ok, or the error's code.", ("outcome",))
    LIMIT_STORE_ERRORS = ("limit_store_errors", "Failures and losses of the shared store of limits.", ("budget",))

    @property
    def title(self) -> str:
        """The counter's name, without prefix and unit."""
        return self.value[0]

    @property
    def help(self) -> str:
        """What it counts, in a sentence."""
        return self.value[1]

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of its labels."""
        return self.value[2]


_counts: defaultdict[tuple[Counter, tuple[str, ...]], float] = defaultdict(float)


def count(counter: Counter, *labels: str, by: float = 1) -> None:
    """Count something that happened; the labels in the counter's order."""
    _counts[counter, labels] += by


def readings(counter: Counter) -> Mapping[tuple[str, ...], float]:
    """Give a counter's values by its labels."""
    return {labels: value for (which, labels), value in tuple(_counts.items()) if which is counter}
