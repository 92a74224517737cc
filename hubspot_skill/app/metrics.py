"""What this process has counted, in the form that Prometheus reads.

Read when it is asked for: nothing else of the program imports `prometheus_client`, which would cost its start.
An account appears only as a short hash of its random id, so that two can be told apart and none be recognised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, final

from hubspot_skill import __version__
from hubspot_skill.foundation import log
from hubspot_skill.foundation.counters import Counter, readings

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["exposition", "hashed"]

_PREFIX = "hubspot_skill_"


def exposition(daily_left: Mapping[str, int]) -> tuple[bytes, str]:
    """Give all counters as text with its content type; `daily_left` are the calls left today, by hashed account."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(daily_left))
    return generate_latest(registry), CONTENT_TYPE_LATEST


def hashed(account_id: str) -> str:
    """Give the name of an account for a watcher."""
    return hashlib.sha256(account_id.encode()).hexdigest()[:12]


@final
class _Collector:
    """Makes the families anew at each reading."""

    def __init__(self, daily_left: Mapping[str, int]) -> None:
        self._daily_left = daily_left

    def collect(self) -> Iterator[Metric]:
        """Give one family after the other."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

        yield InfoMetricFamily(f"{_PREFIX}build", "The program's version.", value={"version": __version__})
        for counter in Counter:
            family = CounterMetricFamily(_PREFIX + counter.title, counter.help, labels=counter.labels)
            for labels, value in sorted(readings(counter).items()):
                family.add_metric(labels, value)
            yield family
        nets = log.counts()
        yield CounterMetricFamily(
            f"{_PREFIX}secrets_masked", "Values shaped like a secret that the log's net caught.", nets.masked_values
        )
        yield CounterMetricFamily(
            f"{_PREFIX}log_keys_dropped", "Values under a key that the log does not allow.", nets.dropped_keys
        )
        left = GaugeMetricFamily(
            f"{_PREFIX}daily_calls_left", "Calls left today, as HubSpot last said.", labels=("account",)
        )
        for account, value in sorted(self._daily_left.items()):
            left.add_metric((account,), value)
        yield left
