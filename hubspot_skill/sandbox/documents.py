"""Keeps things of a portal that are no CRM records, campaigns and marketing e-mails, as JSON documents in the portal's database.

The table is made from the portal's facts when it is first needed, so a cached portal file need not hold it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import TypeAdapter

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

__all__ = ["Documents"]

T = TypeVar("T")

_TABLE = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID
"""


class Documents(Generic[T]):
    """All documents of one kind, in the order in which they were made."""

    def __init__(self, connection: sqlite3.Connection, kind: str, made_of: TypeAdapter[T]) -> None:
        """Keep documents of `kind` in this database; they are frozen values of one type."""
        self._connection = connection
        self._kind = kind
        self._adapter = made_of

    def begin(self, seeds: Iterable[tuple[str, T]]) -> None:
        """Fill in what the portal starts with, unless that was done before."""
        self._connection.execute(_TABLE)
        marker = f"{self._kind} are there"
        if self._connection.execute("SELECT 1 FROM documents WHERE kind = ?", (marker,)).fetchone() is None:
            self._connection.execute("INSERT INTO documents VALUES (?, '', 0, '')", (marker,))
            for identifier, document in seeds:
                self.put(identifier, document)
            self._connection.commit()

    def get(self, identifier: str) -> T | None:
        """Return a document, or None."""
        row = self._connection.execute(
            "SELECT body FROM documents WHERE kind = ? AND id = ?", (self._kind, identifier)
        ).fetchone()
        return None if row is None else self._adapter.validate_json(row[0])

    def all(self) -> list[T]:
        """Return all documents, oldest first."""
        rows = self._connection.execute("SELECT body FROM documents WHERE kind = ? ORDER BY seq", (self._kind,))
        return [self._adapter.validate_json(body) for (body,) in rows]

    def put(self, identifier: str, document: T) -> None:
        """Keep a new document, or a new state of an old one."""
        self._connection.execute(
            """
            INSERT INTO documents
            VALUES (:kind, :id, (SELECT coalesce(max(seq), 0) + 1 FROM documents WHERE kind = :kind), :body)
            ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
            """,
            {"kind": self._kind, "id": identifier, "body": self._adapter.dump_json(document)},
        )

    def remove(self, identifier: str) -> None:
        """Forget a document; one that is not there is no error."""
        self._connection.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (self._kind, identifier))

    def commit(self) -> None:
        """Make what was put and removed lasting."""
        self._connection.commit()
