"""Keeps one portal: its facts and, in plain SQLite, its records, their history and their associations."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from hubspot_skill.sandbox.seed import PortalSeed

__all__ = ["Store"]


class Store:
    """The state of one portal."""

    def __init__(self, facts: PortalSeed, connection: sqlite3.Connection) -> None:
        """Take over a connection whose tables are already there."""
        self.facts = facts
        self.connection = connection

    @classmethod
    def load(cls, seed: PortalSeed) -> Store:
        """Return a store in memory filled from what a portal is made of."""
        return cls(replace(seed, records=(), changes=(), links=()), sqlite3.connect(":memory:"))

    @classmethod
    def open(cls, path: Path) -> Store:
        """Return a store in memory filled from a database file, which stays as it is."""
        raise NotImplementedError(path)

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
