"""Reads CSV files into rows and cells into values; whatever does not fit is refused with its file, line and column.

Its own module because it knows nothing of portals: files are UTF-8 with one header line, cells are stripped of outer white space.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NoReturn

from hubspot_skill.sandbox.csv_mapping import DataError, placeholders

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Row", "day_of", "fill", "number_of", "read_folder", "refuse", "yes_or_no"]

_YES_NO = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file; `line` is where it ends, an empty cell is an empty text."""

    file: str
    line: int
    cells: Mapping[str, str]


def read_folder(folder: Path) -> dict[str, tuple[list[str], list[Row]]]:
    """Return the header and the rows of every `*.csv` in a folder, by file name.

    Raises: DataError for a folder that is none, or a file that is not such CSV.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder")
    return {path.name: _read_file(path) for path in sorted(folder.glob("*.csv"))}


def _read_file(path: Path) -> tuple[list[str], list[Row]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as failure:
        raise DataError(f"the file is not UTF-8: {failure.reason} at byte {failure.start}", file=path.name) from failure
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, ())]
        rows = [_row(path.name, reader.line_num, header, cells) for cells in reader if cells]
    except csv.Error as failure:
        raise DataError(f"the file is not CSV: {failure}", file=path.name, line=reader.line_num) from failure
    for name in header:
        if header.count(name) > 1:
            raise DataError("the header has this column twice", file=path.name, line=1, column=name)
    return header, rows


def _row(file: str, line: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise DataError(f"{len(cells)} cells, expected {len(header)} ({', '.join(header)})", file=file, line=line)
    return Row(file, line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})


def fill(template: str, cells: Mapping[str, str]) -> str:
    """Return a template with its columns filled in, or nothing if one of them is empty."""
    return template.format_map(cells) if all(cells[name] for name in placeholders(template)) else ""


def number_of(row: Row, column: str | None, told: str, times: int | None) -> str:
    """Return a number as text, multiplied if asked; without a factor it stays as it was written."""
    try:
        value = Decimal(told)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        refuse(row, column, f"{told!r} is not a number, expected digits with a point for decimals")
    return told if times is None else f"{(value * times).normalize():f}"


def day_of(row: Row, column: str | None, style: str | None, told: str) -> date:
    """Return a date written in ISO or in the given style of `strptime`."""
    try:
        if style is None:
            return date.fromisoformat(told)
        return datetime.strptime(told, style).date()  # noqa: DTZ007 - a date without a time has no zone
    except ValueError:
        refuse(row, column, f"{told!r} is not a date, expected {'YYYY-MM-DD' if style is None else style}")


def yes_or_no(row: Row, column: str | None, told: str) -> str:
    """Return `true` or `false`."""
    return _YES_NO.get(told.lower()) or refuse(row, column, f"{told!r} is neither yes nor no")


def refuse(row: Row, column: str | None, said: str) -> NoReturn:
    """Raise the error that names a cell."""
    raise DataError(said, file=row.file, line=row.line, column=column)
