"""Sheets of cells as CSV, JSON Lines, XLSX and Parquet, written row by row to an open file.

A `Sheet` is what is written: columns, and cells as `answers` tells them. Empty is an empty field in CSV and XLSX, null in JSONL
and Parquet. The first line of CSV and XLSX are the columns' labels with a money's currency; JSONL and Parquet have the names.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Protocol

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.answers import Cell, Column

__all__ = ["ExportFormat", "Row", "Writer", "guarded", "writer"]

Row = Sequence[Cell]
XLSX_ROWS = 1_048_575
"""What one sheet of a workbook holds beside its heading."""
PARQUET_ROWS = 10_000
"""Rows of one row group, which is what is held in memory."""
# Two libraries without types are imported by name where they are needed, and are Any from there on.
_RISKY = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_NUMERIC = frozenset({"number", "money", "count", "ratio", "days", "money_per_day"})
_LONGEST_CELL = 32_767


class ExportFormat(StrEnum):
    """The forms of a file; its value is the ending of its name."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """What a file of this form is to a browser or a chat client."""
        return {
            "csv": "text/csv",
            "jsonl": "application/x-ndjson",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "parquet": "application/vnd.apache.parquet",
        }[self.value]

    @property
    def is_text(self) -> bool:
        """Tell whether the file is text in UTF-8."""
        return self in {ExportFormat.CSV, ExportFormat.JSONL}


class Writer(Protocol):
    """Writes rows under columns."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows, each as long as the columns."""
        ...

    def finish(self) -> None:
        """Write what is left, so that the file is whole."""
        ...


def writer(format: ExportFormat, file: IO[bytes], columns: Sequence[Column], *, scratch: Path) -> Writer:
    """Give the writer of a form onto an open file; `scratch` is a private folder for what is written twice.

    Raises:
        InvalidInputError: Parquet is asked for and is not installed.
    """
    match format:
        case ExportFormat.CSV:
            return _Csv(file, columns)
        case ExportFormat.JSONL:
            return _Jsonl(file, columns)
        case ExportFormat.XLSX:
            return _Xlsx(file, columns, scratch)
        case ExportFormat.PARQUET:
            return _Parquet(file, columns)


def guarded(value: str) -> str:
    """Give a text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe before it."""
    return f"'{value}" if _RISKY.match(value) else value


def _heading(column: Column) -> str:
    label = column.label or column.name
    return f"{label} ({column.currency})" if column.currency else label


def _plain(value: Cell, *, is_number: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if is_number and _NUMBER.fullmatch(value) else guarded(value)
    return format(Decimal(str(value)), "f") if isinstance(value, float) else str(value)


class _Csv:
    """RFC 4180 in UTF-8 with a mark at its beginning, by which Excel knows it."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self._file = file
        self._is_number = [column.type in _NUMERIC for column in columns]
        file.write(b"\xef\xbb\xbf")
        self._put([[guarded(_heading(column)) for column in columns]])

    def write(self, rows: Sequence[Row]) -> None:
        self._put([[_plain(v, is_number=n) for v, n in zip(row, self._is_number, strict=True)] for row in rows])

    def finish(self) -> None:
        self._file.flush()

    def _put(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode())


class _Jsonl:
    """One object a line, with every column in every object."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self._file = file
        self._names = [column.name for column in columns]

    def write(self, rows: Sequence[Row]) -> None:
        lines = [json.dumps(dict(zip(self._names, row, strict=True)), ensure_ascii=False) for row in rows]
        self._file.write("".join(f"{line}\n" for line in lines).encode())

    def finish(self) -> None:
        self._file.flush()


class _Xlsx:
    """One sheet with a fixed heading, written row by row so that memory does not grow with it."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column], scratch: Path) -> None:
        xlsxwriter: Any = import_module("xlsxwriter")
        options: dict[str, Any] = {"constant_memory": True, "tmpdir": str(scratch)}
        options |= {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book: Any = xlsxwriter.Workbook(file, options)
        self._sheet: Any = self._book.add_worksheet("Export")
        bold = self._book.add_format({"bold": True})
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, _heading(column)[:_LONGEST_CELL], bold)
        self._sheet.freeze_panes(1, 0)
        self._at = 0

    def write(self, rows: Sequence[Row]) -> None:
        if self._at + len(rows) > XLSX_ROWS:
            raise InvalidInputError(
                f"a workbook holds {XLSX_ROWS} rows: expected fewer",
                hint="Take csv, jsonl or parquet, or narrow the search.",
            )
        for row in rows:
            self._at += 1
            for place, value in enumerate(row):
                self._put(place, value)

    def finish(self) -> None:
        self._book.close()

    def _put(self, place: int, value: Cell) -> None:
        if isinstance(value, bool):
            self._sheet.write_boolean(self._at, place, value)
        elif isinstance(value, int | float):
            self._sheet.write_number(self._at, place, value)
        elif value is not None:
            self._sheet.write_string(self._at, place, value[:_LONGEST_CELL])


class _Parquet:
    """Numbers as doubles or, where one would be rounded, as text; everything else as text or truth."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        try:
            pyarrow: Any = import_module("pyarrow")
            parquet: Any = import_module("pyarrow.parquet")
        except ImportError as missing:
            raise InvalidInputError(
                "Parquet is not installed here",
                hint='Whoever runs the server can add it: pip install "hubspot-skill[parquet]"; or take csv, jsonl or xlsx.',
                field="format",
            ) from missing
        self._arrow: Any = pyarrow
        self._names = [column.name for column in columns]
        kinds: dict[str, Any] = {"bool": pyarrow.bool_(), "count": pyarrow.int64()}
        self._kinds: list[Any] = [
            kinds.get(column.type, pyarrow.float64() if column.type in _NUMERIC else pyarrow.string())
            for column in columns
        ]
        self._schema: Any = pyarrow.schema(list(zip(self._names, self._kinds, strict=True)))
        self._writer: Any = parquet.ParquetWriter(file, self._schema)
        self._rows: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        self._rows += rows
        if len(self._rows) >= PARQUET_ROWS:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        arrays = [
            self._arrow.array([self._typed(row[place], kind) for row in self._rows], kind)
            for place, kind in enumerate(self._kinds)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []

    def _typed(self, value: Cell, kind: Any) -> Cell:
        if value is None or isinstance(value, bool) or kind == self._arrow.int64():
            return value
        if kind == self._arrow.float64():
            return float(value)
        return value if isinstance(value, str) else _plain(value, is_number=True)
