"""What an export is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hubspot_skill.service.answers import Answer, Column
from hubspot_skill.service.export.formats import ExportFormat
from hubspot_skill.service.requests import SearchRequest

__all__ = ["ExportAnswer", "ExportRequest", "Noted", "Progress"]

Progress = Callable[[int, int], Awaitable[None]]
"""Is told the rows written and the rows there are, after each page."""
Noted = Callable[[str, str], Awaitable[None]]
"""Keeps in the audit what was exported and how it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """Write all that a search matches to a file.

    `search` says what; its `fields` are the columns, its `limit`, `sort` and `cursor` do not apply. `most_rows` refuses a larger
    result before anything is written. `name` begins the file's name.
    """

    search: SearchRequest
    format: ExportFormat = ExportFormat.CSV
    most_rows: int = 10_000
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAnswer(Answer):
    """The file that was written: its name on the shelf, where it is, and exactly how much is in it."""

    what: str
    name: str
    path: str
    format: ExportFormat
    columns: tuple[Column, ...]
    rows: int
    size_bytes: int
    sha256: str
    deleted_after: str
