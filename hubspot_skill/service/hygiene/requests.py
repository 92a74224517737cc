"""What the questions and plans of hygiene are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubspot_skill.service.requests import Given

__all__ = ["MOST_REQUESTS", "CleanupRequest", "DuplicatesRequest", "QualityRequest"]

MOST_REQUESTS = 200
"""What one question may cost at most, unless the mirror answers it for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesRequest:
    """Find duplicates of a type, by some kinds of evidence (none: all); `cursor` continues the groups that were found."""

    type: str
    by: tuple[str, ...] = ()
    limit: int = 20
    cursor: str = ""
    requests: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRequest:
    """Judge the values of a type's records; no `properties` are the type's usual ones."""

    type: str
    properties: tuple[str, ...] = ()
    stale_days: int = 180
    requests: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupRequest:
    """Make a plan of findings.

    Duplicates: `groups` by their numbers (none: all sure ones) are merged into the record to keep. Quality: the records of
    one `doubt` get `values`, or are archived.
    """

    findings: str
    groups: tuple[int, ...] = ()
    doubt: str = ""
    values: Mapping[str, Given] = field(default_factory=dict[str, Given])
    archives: bool = False
    rows: int = 5
