"""What the questions of hygiene answer."""

from __future__ import annotations

from dataclasses import dataclass

from hubspot_skill.service.answers import Answer, Table
from hubspot_skill.service.hygiene.findings import Coverage

__all__ = ["DuplicatesAnswer", "QualityAnswer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesAnswer(Answer):
    """Groups of one and the same record: a row for each record, the one to keep first in its group.

    `groups` and `records` count everything that was found, `sure` the groups that an email or a domain tells; the table shows
    `returned` groups, `next` continues. `findings` is what a plan takes up.
    """

    type: str
    table: Table
    groups: int
    sure: int
    records: int
    returned: int
    next: str
    coverage: Coverage
    findings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAnswer(Answer):
    """Doubts, a row for each that was found: its key, how many records, their share in percent, some of their ids."""

    type: str
    table: Table
    clean: int
    coverage: Coverage
    findings: str
