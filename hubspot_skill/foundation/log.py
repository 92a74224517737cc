"""Writes events and values to stderr, as JSON lines, through an allow-list and a net for secrets.

Standard output belongs to MCP, so nothing is ever written there. A value passes only under a key that is listed here;
others are dropped and counted, so a new key is a decision. The net looks at what is left for things shaped like a
secret, masks them and counts: a count above zero is a fault of ours, and the test suite fails on it.
structlog is imported at the first event that is written, because a start that logs nothing should not pay for it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from hubspot_skill.foundation.secret import MASK

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

__all__ = ["ALLOWED_KEYS", "LogCounts", "Logger", "Value", "configure", "counts", "get_logger", "redact"]

Value = str | int | float | bool | None
Level = Literal["debug", "info", "warning", "error"]

LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}

ALLOWED_KEYS = frozenset(
    {
        "account",
        "address",
        "attempt",
        "budget",
        "code",
        "connection",
        "correlation_id",
        "count",
        "elapsed_ms",
        "endpoint",
        "error",
        "expires_in_s",
        "host",
        "is_revoked",
        "is_uninstalled",
        "path",
        "pause_s",
        "port",
        "priority",
        "reason",
        "status",
        "tool",
        "until",
        "version",
        "was_sent",
        "zone_known",
    }
)

# HubSpot's service keys and private-app tokens, bearer headers, JWTs, refresh tokens by hublet, long random text.
_SECRETS = re.compile(
    r"\bpat-[a-z0-9]{2,5}-[\w-]+"
    r"|\b[Bb]earer\s+\S+"
    r"|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"
    r"|\b(?:na|eu|ap)\d-[0-9a-f-]{20,}"
    r"|[A-Za-z0-9_+=-]{40,}"
)


@dataclass(frozen=True, slots=True)
class LogCounts:
    """What the two nets have caught in this process: keys dropped, values masked."""

    dropped_keys: int = 0
    masked_values: int = 0


_counts = LogCounts()
_least_level = LEVELS["warning"]


def counts() -> LogCounts:
    """Give what the nets have caught so far."""
    return _counts


def configure(level: Level) -> None:
    """Write events of this level and above; the default is warning."""
    global _least_level
    _least_level = LEVELS[level]


def redact(text: str) -> str:
    """Give text with everything that is shaped like a secret masked."""
    return _SECRETS.sub(MASK, text)


class Logger:
    """Writes events of one room: an event's name and its values."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def debug(self, event: str, **values: Value) -> None:
        """Write what only a developer wants."""
        self._write("debug", event, values)

    def info(self, event: str, **values: Value) -> None:
        """Write what an operator may want."""
        self._write("info", event, values)

    def warning(self, event: str, **values: Value) -> None:
        """Write what an operator should see."""
        self._write("warning", event, values)

    def error(self, event: str, **values: Value) -> None:
        """Write what an operator must act on."""
        self._write("error", event, values)

    def _write(self, level: Level, event: str, values: Mapping[str, Value]) -> None:
        if LEVELS[level] < _least_level:
            return
        _structlog().log(LEVELS[level], event, room=self._name, **_filtered(values))


@cache
def get_logger(name: str) -> Logger:
    """Give the logger of a room, by its module's name."""
    return Logger(name.removeprefix("hubspot_skill."))


def _filtered(values: Mapping[str, Value]) -> dict[str, Value]:
    """Keep the allowed keys and mask what looks like a secret, counting both."""
    global _counts
    kept: dict[str, Value] = {}
    dropped = masked = 0
    for key, value in values.items():
        if key not in ALLOWED_KEYS:
            dropped += 1
            continue
        safe = redact(value) if isinstance(value, str) else value
        masked += safe != value
        kept[key] = safe
    if dropped or masked:
        _counts = LogCounts(_counts.dropped_keys + dropped, _counts.masked_values + masked)
    return kept


class _StandardError:
    """Writes lines to whatever standard error is at that moment."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = msg


@cache
def _structlog() -> FilteringBoundLogger:
    import structlog

    return structlog.wrap_logger(
        _StandardError(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=True,
    )
