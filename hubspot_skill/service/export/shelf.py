"""The private folder of exported files: names that cannot lead elsewhere, whole files only, a day's bound, a week's keeping."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from hubspot_skill.domain.errors import InvalidInputError, NotFoundError
from hubspot_skill.domain.text import quote
from hubspot_skill.foundation.private_files import (
    append_private_line,
    open_private_file,
    private_directory,
    read_private_file,
)
from hubspot_skill.service.export.formats import ExportFormat

__all__ = ["Draft", "Kept", "Shelf", "ShelfLimits"]

KEPT_FOR = timedelta(days=7)
_MOST_LEDGER_BYTES = 1024 * 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,80}\.(csv|jsonl|xlsx|parquet)")
_UNFIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ShelfLimits:
    """What one export may hold and what all of a day may, in rows, bytes and number."""

    rows: int = 1_000_000
    bytes: int = 512 * 1024 * 1024
    day_exports: int = 200
    day_rows: int = 3_000_000
    day_bytes: int = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on the shelf."""

    name: str
    path: Path
    format: ExportFormat
    size_bytes: int
    sha256: str


@dataclass(slots=True)
class Draft:
    """A file that is being written, and the rows that were counted so far."""

    name: str
    file: IO[bytes]
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of exports; it is made at the first one."""

    folder: Path
    limits: ShelfLimits = ShelfLimits()

    @contextmanager
    def draft(self, topic: str, format: ExportFormat, now: datetime) -> Generator[Draft]:
        """Write a new file; it is there under its name after the block, and nothing is left where the block fails.

        Raises:
            InvalidInputError: the day's exports are used up, or the file becomes too large.
            PlaceError: the folder cannot be used.
        """
        private_directory(self.folder)
        self._clear(now)
        self._require_room(now)
        stem = _UNFIT.sub("-", topic.lower()).strip("-")[:40] or "export"
        name = f"{stem}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}.{format.value}"
        beside = self.folder / f".{name}.part"
        try:
            with open_private_file(beside) as file:
                draft = Draft(name, file)
                yield draft
            self._require_size(draft.rows, beside.stat().st_size)
            self._note(now, draft.rows, beside.stat().st_size)
            beside.replace(self.folder / name)
        finally:
            beside.unlink(missing_ok=True)

    def found(self, name: str) -> Kept:
        """Give a file by its name.

        Raises:
            NotFoundError: there is none of that name.
        """
        path = self.folder / name
        if not _NAME.fullmatch(name) or not path.is_file() or path.is_symlink():
            raise NotFoundError(
                f"there is no export {quote(name)}", hint=f"Files are deleted after {KEPT_FOR.days} days; export again."
            )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Kept(name, path, ExportFormat(path.suffix[1:]), path.stat().st_size, digest)

    def names(self) -> tuple[str, ...]:
        """Give the names of all files, by name."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name)))

    def check(self, rows: int, size_bytes: int) -> None:
        """Refuse a file that grows too large, while it is written."""
        self._require_size(rows, size_bytes)

    def _require_size(self, rows: int, size_bytes: int) -> None:
        if rows > self.limits.rows or size_bytes > self.limits.bytes:
            raise InvalidInputError(
                f"the export has {rows} rows and {size_bytes} bytes: expected at most {self.limits.rows} rows and"
                f" {self.limits.bytes} bytes",
                hint="Narrow the search, or take fewer fields; nothing was kept.",
            )

    def _require_room(self, now: datetime) -> None:
        used = [line.split() for line in self._ledger(now).splitlines()]
        rows, size = (sum(int(line[place]) for line in used if len(line) == 2) for place in (0, 1))
        most = self.limits
        if len(used) >= most.day_exports or rows >= most.day_rows or size >= most.day_bytes:
            raise InvalidInputError(
                f"today's exports are used up: {len(used)} files, {rows} rows and {size} bytes, expected fewer than"
                f" {most.day_exports}, {most.day_rows} and {most.day_bytes}",
                hint="The day ends at midnight UTC.",
            )

    def _ledger(self, now: datetime) -> str:
        file = self._ledger_file(now)
        return read_private_file(file, most_bytes=_MOST_LEDGER_BYTES).decode() if file.exists() else ""

    def _note(self, now: datetime, rows: int, size_bytes: int) -> None:
        append_private_line(self._ledger_file(now), f"{rows} {size_bytes}")

    def _ledger_file(self, now: datetime) -> Path:
        return self.folder / f".used-{now:%Y-%m-%d}"

    def _clear(self, now: datetime) -> None:
        """Delete what is older than a week, and what a broken export left."""
        edge = (now - KEPT_FOR).timestamp()
        for path in self.folder.iterdir():
            is_ours = _NAME.fullmatch(path.name) or path.name.startswith(".used-") or path.name.endswith(".part")
            if is_ours and path.stat(follow_symlinks=False).st_mtime < edge:
                path.unlink(missing_ok=True)
