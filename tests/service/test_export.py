"""Whole results as files: exact, guarded, bounded, audited, and nothing left where it fails."""

import csv
import json
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError, UnknownNameError
from hubspot_skill.domain.report import Row, Unit
from hubspot_skill.service.answers import Column
from hubspot_skill.service.crm import Crm
from hubspot_skill.service.export.asked import ExportAnswer, ExportRequest
from hubspot_skill.service.export.exporting import Exporter
from hubspot_skill.service.export.formats import ExportFormat, guarded, writer
from hubspot_skill.service.export.reports import report_sheet
from hubspot_skill.service.export.shelf import Shelf, ShelfLimits
from hubspot_skill.service.requests import Compare, Condition, SearchRequest
from tests.charts.reports import category, column, measure, report
from tests.manual_clock import ManualClock
from tests.sandbox.engine_portal import NOW
from tests.sandbox_fixture import Served
from tests.service.scene import fresh, opened

DEALS = ExportRequest(search=SearchRequest(type="deals", fields=("dealname", "amount", "closedate", "owner")))
NO_LIMITS = ShelfLimits()


class Desk:
    """The use cases with a shelf of their own, and what the audit was told."""

    def __init__(self, crm: Crm, shelf: Shelf, noted: list[tuple[str, str]]) -> None:
        self.crm, self.shelf, self.noted = crm, shelf, noted


@pytest.fixture
async def desk(served_office: Served, tmp_path: Path) -> AsyncIterator[Callable[[ShelfLimits], Desk]]:
    fresh(served_office)
    async with opened(served_office) as office:

        def made(limits: ShelfLimits = NO_LIMITS) -> Desk:
            noted: list[tuple[str, str]] = []

            async def note(action: str, outcome: str) -> None:
                noted.append((action, outcome))

            shelf = Shelf(tmp_path / "exports", limits)
            crm = Crm(
                hubspot=office.hubspot,
                clock=ManualClock(NOW),
                policy=office.crm.policy,
                is_sandbox=True,
                journal=office.journal.open,
                exporter=Exporter(shelf, note),
            )
            return Desk(crm, shelf, noted)

        yield made


def _csv(answer: ExportAnswer) -> list[list[str]]:
    return list(csv.reader(Path(answer.path).read_text("utf-8-sig").splitlines()))


async def test_all_that_matches_is_in_the_file_with_names_exact_money_and_its_currency(desk: Any):
    here = desk()

    answer = await here.crm.export(DEALS)

    rows = _csv(answer)
    assert rows[0] == ["Id", "Deal Name", "Amount", "Close Date", "Deal owner", "Currency"]
    assert [row[1] for row in rows[1:]] == [
        "Acme renewal",
        "Acme pilot",
        "Acme first order",
        "Globex trial",
        "Globex rollout",
        "Initech renewal",
    ]
    assert [(row[2], row[5]) for row in rows[1:]] == [
        ("1500.5", "USD"),
        ("400", "USD"),
        ("900", "USD"),
        ("700", "USD"),
        ("1000", "EUR"),
        ("", "USD"),
    ]
    assert answer.rows == 6
    assert answer.size_bytes == Path(answer.path).stat().st_size
    assert here.noted == [("export_begun", "ok"), ("export", "ok")]


async def test_the_file_and_its_folder_are_the_owners_alone(desk: Any):
    answer = await desk().crm.export(DEALS)

    path = Path(answer.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir() if not p.name.startswith(".")] == [answer.name]


async def test_conditions_and_text_of_a_search_hold_for_an_export(desk: Any):
    search = replace(DEALS.search, where=(Condition("amount", Compare.GTE, 900),), text="acme")

    answer = await desk().crm.export(replace(DEALS, search=search))

    assert sorted(row[1] for row in _csv(answer)[1:]) == ["Acme first order", "Acme renewal"]


@pytest.mark.parametrize("format", [ExportFormat.JSONL, ExportFormat.XLSX, ExportFormat.PARQUET])
async def test_every_form_holds_the_same_rows_with_types(desk: Any, format: ExportFormat):
    answer = await desk().crm.export(replace(DEALS, format=format))

    path = Path(answer.path)
    if format is ExportFormat.JSONL:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    elif format is ExportFormat.XLSX:
        openpyxl = pytest.importorskip("openpyxl")
        found = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
        names = [c.name for c in answer.columns]
        rows = [dict(zip(names, row, strict=True)) for row in found[1:]]
    else:
        rows = pytest.importorskip("pyarrow.parquet").read_table(path).to_pylist()
    assert [row["amount"] for row in rows] == [1500.5, 400, 900, 700, 1000, None]
    assert rows[0]["dealname"] == "Acme renewal"
    assert rows[0]["id"] == "3001"
    assert answer.rows == len(rows) == 6


async def test_a_larger_result_than_asked_for_is_refused_with_its_count_before_anything_is_written(desk: Any):
    here = desk()

    with pytest.raises(InvalidInputError, match="6 deals match: expected at most 5"):
        await here.crm.export(replace(DEALS, most_rows=5))

    assert not here.shelf.folder.exists()
    assert here.noted == []


async def test_an_unknown_column_is_refused_with_the_nearest(desk: Any):
    with pytest.raises(UnknownNameError) as refused:
        await desk().crm.export(replace(DEALS, search=replace(DEALS.search, fields=("amuont",))))

    assert "amount" in [candidate.id for candidate in refused.value.candidates]


async def test_a_file_that_grows_too_large_leaves_nothing_and_is_noted_as_failed(desk: Any):
    here = desk(ShelfLimits(bytes=20))

    with pytest.raises(InvalidInputError, match="expected at most"):
        await here.crm.export(DEALS)

    assert here.shelf.names() == ()
    assert list(here.shelf.folder.iterdir()) == []
    assert here.noted[-1] == ("export", "failed")


@pytest.mark.parametrize("limits", [ShelfLimits(day_exports=1), ShelfLimits(day_rows=6), ShelfLimits(day_bytes=10)])
async def test_a_days_exports_are_bounded_in_number_rows_and_bytes(desk: Any, limits: ShelfLimits):
    here = desk(limits)
    await here.crm.export(DEALS)

    with pytest.raises(InvalidInputError, match="today's exports are used up"):
        await here.crm.export(DEALS)


async def test_progress_tells_the_rows_written_and_the_rows_there_are(desk: Any):
    told: list[tuple[int, int]] = []

    async def progress(done: int, total: int) -> None:
        told.append((done, total))

    await desk().crm.export(DEALS, progress)

    assert told == [(6, 6)]


async def test_a_file_is_found_by_its_name_and_by_no_way_around(desk: Any):
    here = desk()
    answer = await here.crm.export(DEALS)
    (here.shelf.folder / "link.csv").symlink_to("/etc/hostname")

    assert here.crm.exported(answer.name).sha256 == answer.sha256
    for name in ("../" + answer.name, "/etc/passwd", ".used-2026-11-23", "none.csv", "link.csv", ""):
        with pytest.raises(NotFoundError):
            here.crm.exported(name)


def test_files_are_deleted_after_a_week_at_the_next_export(tmp_path: Path):
    shelf = Shelf(tmp_path)
    now = datetime.now(UTC)
    with shelf.draft("Old deals", ExportFormat.CSV, now):
        pass
    assert len(shelf.names()) == 1

    with shelf.draft("new", ExportFormat.CSV, now + timedelta(days=8)) as draft:
        pass

    assert shelf.names() == (draft.name,)


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str):
    assert guarded(text) == f"'{text}"


def test_numbers_stay_numbers_and_plain_text_stays_itself(tmp_path: Path):
    columns = (Column("n", "=Number", "number"), Column("t", "Text", "text"))
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        out = writer(ExportFormat.CSV, file, columns, scratch=tmp_path)
        out.write([(-5, "-5"), ("-12345678901234567.89", 'a, "b"'), (1e-7, None), (True, "ünï")])
        out.finish()

    assert list(csv.reader(path.read_text("utf-8-sig").splitlines())) == [
        ["'=Number", "Text"],
        ["-5", "'-5"],
        ["-12345678901234567.89", 'a, "b"'],
        ["0.0000001", ""],
        ["true", "ünï"],
    ]


def test_a_report_is_a_sheet_with_its_totals_last():
    rows = (Row((category("Ada"),), (Decimal("10.50"), None)), Row((category("Bo"),), (Decimal(2), Decimal("0.25"))))
    found = report((column("owner"), measure(), measure("win_rate", Unit.RATIO)), rows)

    columns, cells = report_sheet(found)

    assert [(c.name, c.type, c.currency) for c in columns] == [
        ("owner", "text", ""),
        ("open_pipeline", "money", "EUR"),
        ("win_rate", "ratio", ""),
    ]
    assert cells == [("Ada", 10.5, None), ("Bo", 2, 0.25), ("total", 12.5, 0.25)]
