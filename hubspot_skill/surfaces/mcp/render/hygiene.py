"""Duplicates and doubtful values: answers that are tables with a handle."""

from __future__ import annotations

from mcp.types import CallToolResult

from hubspot_skill.service.hygiene.answers import DuplicatesAnswer, QualityAnswer
from hubspot_skill.service.hygiene.findings import Coverage
from hubspot_skill.surfaces.mcp.models.hygiene import CoverageContent, DuplicatesContent, QualityContent
from hubspot_skill.surfaces.mcp.render.lines import columns, joined, provenance, rows, source_line, table
from hubspot_skill.surfaces.mcp.results import result

__all__ = ["duplicates", "quality"]


def duplicates(answer: DuplicatesAnswer) -> CallToolResult:
    """Give the result of a search for duplicates."""
    content = DuplicatesContent(
        **provenance(answer),
        columns=columns(answer.table),
        rows=rows(answer.table),
        returned=answer.returned,
        groups=answer.groups,
        sure=answer.sure,
        records=answer.records,
        next=answer.next,
        coverage=_coverage(answer.coverage),
        findings=answer.findings,
    )
    found = f"{answer.groups} groups of duplicate {answer.type} ({answer.sure} sure), {answer.records} records"
    line = source_line(
        answer,
        found,
        f"{answer.returned} groups shown" if answer.returned < answer.groups else "",
        _read(answer.coverage),
        f"findings {answer.findings}" if answer.groups else "",
        f"next {answer.next}" if answer.next else "",
    )
    return result(content, joined(answer, line, *table(answer.table)))


def quality(answer: QualityAnswer) -> CallToolResult:
    """Give the result of a question about data quality."""
    content = QualityContent(
        **provenance(answer),
        columns=columns(answer.table),
        rows=rows(answer.table),
        returned=len(answer.table.rows),
        clean=answer.clean,
        coverage=_coverage(answer.coverage),
        findings=answer.findings,
    )
    handle = f"findings {answer.findings}" if answer.table.rows else ""
    line = source_line(answer, f"{answer.clean} {answer.type} without doubt", _read(answer.coverage), handle)
    return result(content, joined(answer, line, *table(answer.table)))


def _coverage(found: Coverage) -> CoverageContent:
    return CoverageContent(read=found.read, total=found.total, whole=found.is_whole, requests=found.requests)


def _read(found: Coverage) -> str:
    return f"read {found.read} of {found.total} in {found.requests} requests"
