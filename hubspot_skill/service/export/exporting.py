"""The use case of an export: read page by page, write row by row, count, audit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.domain.report import Report
from hubspot_skill.domain.search import Search, Sort
from hubspot_skill.hubspot.client import HubSpot
from hubspot_skill.hubspot.limits import Priority
from hubspot_skill.service.answers import Column
from hubspot_skill.service.columns import Columns, choose
from hubspot_skill.service.conditions import Conditions, groups_of
from hubspot_skill.service.connection import Connection, Scene
from hubspot_skill.service.export.asked import ExportAnswer, ExportRequest, Noted, Progress
from hubspot_skill.service.export.formats import ExportFormat, Row, writer
from hubspot_skill.service.export.reports import report_sheet
from hubspot_skill.service.export.shelf import KEPT_FOR, Draft, Shelf

__all__ = ["Exporter"]

_PAGE = 200
"""HubSpot's page of a search, after each of which rows are written and progress is told."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is written: how the file is called, what its rows are, and how many there were at the start."""

    name: str
    what: str
    columns: tuple[Column, ...]
    total: int
    pages: AsyncIterator[Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Exporter:
    """Exports of one account onto its shelf; `noted` keeps each in the audit, begun and ended."""

    shelf: Shelf
    noted: Noted

    async def export(
        self, connection: Connection, request: ExportRequest, progress: Progress | None = None
    ) -> ExportAnswer:
        """Write all that a search matches to a new file; 1 request and 1 per 200 records.

        Raises:
            InvalidInputError: more rows than asked for or allowed, the day's exports are used up, or Parquet is missing.
            UnknownNameError, AmbiguousNameError: a word of the search names nothing, or several things.
        """
        scene = await connection.scene()
        type, search, columns = await _prepared(scene, request)
        reading = scene.hubspot.at(Priority.BACKGROUND)
        total = await reading.objects.count(search)
        most = min(request.most_rows, self.shelf.limits.rows)
        if total > most:
            raise InvalidInputError(
                f"{total} {type.name} match: expected at most {most} for one export",
                hint="Narrow the search, raise the number of rows, or split it, as by created.",
                field="most_rows",
            )
        headings, row_of = columns.sheet(await scene.labels(type), scene.account)
        pages = _rows(reading, search, columns, row_of)
        sheet = _Sheet(request.name or type.name, type.name, headings, total, pages)
        return await self._kept(scene, sheet, request.format, request.most_rows, progress)

    async def export_report(self, connection: Connection, report: Report, format: ExportFormat) -> ExportAnswer:
        """Write the rows of a report to a new file, with its totals last where it has groups; no request.

        Raises:
            InvalidInputError: the day's exports are used up, or Parquet is missing.
        """
        scene = await connection.scene()
        headings, rows = report_sheet(report)
        sheet = _Sheet(report.title, "rows of the report", headings, len(rows), _one_page(rows))
        return await self._kept(scene, sheet, format, self.shelf.limits.rows, None)

    async def _kept(
        self, scene: Scene, sheet: _Sheet, format: ExportFormat, most_rows: int, progress: Progress | None
    ) -> ExportAnswer:
        """Write a sheet to the shelf, noted in the audit before and after."""
        await self.noted("export_begun", "ok")
        try:
            with self.shelf.draft(sheet.name, format, scene.now.astimezone(UTC)) as draft:
                await self._write(draft, sheet, format, most_rows, progress)
            kept = self.shelf.found(draft.name)
        except BaseException:
            # Cancelled calls too: whoever reads the audit must not take a begun export for one that is kept.
            await self.noted("export", "failed")
            raise
        await self.noted("export", "ok")
        if draft.rows != sheet.total:
            scene.note(f"{sheet.total} matched at the start, {draft.rows} were there when they were read.")
        return ExportAnswer(
            what=sheet.what,
            name=kept.name,
            path=str(kept.path),
            format=kept.format,
            columns=sheet.columns,
            rows=draft.rows,
            size_bytes=kept.size_bytes,
            sha256=kept.sha256,
            deleted_after=(scene.now + KEPT_FOR).date().isoformat(),
            **scene.provenance(),
        )

    async def _write(
        self, draft: Draft, sheet: _Sheet, format: ExportFormat, most_rows: int, progress: Progress | None
    ) -> None:
        out = writer(format, draft.file, sheet.columns, scratch=self.shelf.folder)
        try:
            async for page in sheet.pages:
                draft.rows += len(page)
                if draft.rows > most_rows:
                    raise InvalidInputError(
                        f"more than {most_rows} rows were there by the time they were read",
                        hint="Raise the number of rows; nothing was kept.",
                        field="most_rows",
                    )
                out.write(page)
                self.shelf.check(draft.rows, draft.file.tell())
                if progress is not None:
                    await progress(draft.rows, max(sheet.total, draft.rows))
        finally:
            # Also where it failed: some forms hold files of their own until they are told that this is all.
            out.finish()


async def _prepared(scene: Scene, request: ExportRequest) -> tuple[ObjectType, Search, Columns]:
    asked = request.search
    type = await scene.directory.type(asked.type)
    book, pipelines = await scene.directory.book(type), await scene.directory.pipelines(type)
    columns = choose(book, asked.fields, pipelines, scene.account)
    clauses = await Conditions(scene, book).clauses(asked.filters, asked.where)
    sort = Sort(PropertyName("hs_object_id"))
    return type, Search(type, groups_of(clauses), asked.text.strip(), sort, _PAGE), columns


async def _rows(
    hubspot: HubSpot, search: Search, columns: Columns, row_of: Callable[[Record], Row]
) -> AsyncIterator[list[Row]]:
    page: list[Row] = []
    async for record in hubspot.objects.search_all(search, properties=columns.requested):
        page.append(row_of(record))
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


async def _one_page(rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    yield rows
