"""Reads the bytes of a CSV file as rows of cells with their lines; pure.

UTF-8 (with or without its mark) and UTF-16 with its mark are told by their bytes; anything else is read as Windows-1252, as
spreadsheets write it, and said so. The delimiter is the one of comma, semicolon, tab and bar that cuts the header into most
columns. Quoting is RFC 4180.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.text import quote

__all__ = ["MOST_BYTES", "MOST_ROWS", "CsvFile", "CsvRow", "read_csv"]

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 100_000
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MOST_CELL = 128 * 1024


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the line of the file on which it begins, its cells, and what is wrong with its form, if anything."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file as it was read; `delimiter` is the word for it. Blank lines are no rows."""

    header: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    encoding: str
    delimiter: str


def read_csv(data: bytes) -> CsvFile:
    """Read a file.

    Raises:
        InvalidInputError: it is no text, has no header or rows, too many, or a quotation that never ends.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInputError(
            f"the file has {len(data) // 1024 // 1024} MiB: expected at most {MOST_BYTES // 1024 // 1024}",
            hint="Split it.",
            field="file",
        )
    text, encoding = _decoded(data)
    if "\0" in text:
        raise InvalidInputError(
            "the file holds zero bytes, so it is no CSV text", hint="Save it as CSV, UTF-8.", field="file"
        )
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda mark: len(_cut(first, mark)))
    lines = _rows(text, delimiter)
    if not lines:
        raise InvalidInputError("the file is empty: expected a header and rows", field="file")
    header = tuple(cell.strip() for cell in lines[0].cells)
    _check_header(header, len(lines) - 1)
    width = len(header)
    rows = tuple(_checked(row, width) for row in lines[1:])
    return CsvFile(header, rows, encoding, _DELIMITERS[delimiter])


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), "UTF-16" if encoding == "utf-16" else "UTF-8"
            except UnicodeDecodeError as error:
                raise InvalidInputError(f"the file says it is {encoding} and is not", field="file") from error
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "Windows-1252"


def _rows(text: str, delimiter: str) -> list[CsvRow]:
    """Cut a text into rows that are not blank, with the line on which each begins."""
    csv.field_size_limit(_MOST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[CsvRow] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(CsvRow(begins, tuple(cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInputError(
            f"the row that begins on line {begins} cannot be read: {quote(str(error))}",
            hint="Look at its quotation marks: one inside a cell is doubled.",
            field="file",
        ) from error
    return found


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(iter(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return []


def _check_header(header: tuple[str, ...], rows: int) -> None:
    empty = next((place for place, name in enumerate(header, 1) if not name), None)
    if empty is not None:
        raise InvalidInputError(f"column {empty} of the header has no name", field="file")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise InvalidInputError(f"the header names {quote(twice)} twice", hint="Give each its own name.", field="file")
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidInputError(f"the file has {rows} rows: expected 1 to {MOST_ROWS}", field="file")


def _checked(row: CsvRow, width: int) -> CsvRow:
    found = len(row.cells)
    if found > width and not any(cell.strip() for cell in row.cells[width:]):
        return CsvRow(row.line, row.cells[:width])
    if found != width:
        return CsvRow(row.line, row.cells, f"it has {found} cells: the header has {width}")
    return row
