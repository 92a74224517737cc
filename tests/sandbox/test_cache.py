"""The cache of generated portals: one file per portal, size, seed, day and code, made once, whole or not at all."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hubspot_skill.sandbox.cache import KEPT, cached_portal, code_fingerprint, portal_file
from hubspot_skill.sandbox.generate import generate
from hubspot_skill.sandbox.store import Store

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def content(store: Store) -> str:
    return "\n".join(store.connection.iterdump())


def test_cached_portal_is_the_generated_one(tmp_path: Path) -> None:
    made = Store.load(generate("nordwind", size=120, seed=3, now=NOW))
    kept = Store.open(cached_portal(tmp_path, "nordwind", size=120, seed=3, now=NOW))

    assert content(kept) == content(made)
    assert kept.facts.account == made.facts.account
    assert kept.facts.properties == made.facts.properties
    kept.close()
    made.close()


def test_second_call_on_the_same_day_uses_the_file_as_it_is(tmp_path: Path) -> None:
    path = cached_portal(tmp_path, "demo", size=100, seed=1, now=NOW)
    written = path.stat().st_mtime_ns

    assert cached_portal(tmp_path, "demo", size=100, seed=1, now=NOW + timedelta(hours=3)) == path
    assert path.stat().st_mtime_ns == written


def test_directory_is_made_and_holds_nothing_but_the_file(tmp_path: Path) -> None:
    path = cached_portal(tmp_path / "deep" / "down", "demo", size=100, seed=1, now=NOW)

    assert list(path.parent.iterdir()) == [path]


def test_only_the_newest_days_stay_and_other_portals_sizes_and_seeds_are_left_alone(tmp_path: Path) -> None:
    others = [
        cached_portal(tmp_path, "nordwind", size=100, seed=1, now=NOW),
        cached_portal(tmp_path, "demo", size=110, seed=1, now=NOW),
        cached_portal(tmp_path, "demo", size=100, seed=11, now=NOW),
    ]
    days = [cached_portal(tmp_path, "demo", size=100, seed=1, now=NOW + timedelta(days=day)) for day in range(KEPT + 2)]

    assert [path.exists() for path in days] == [False, False] + [True] * KEPT
    assert all(other.exists() for other in others)


def test_file_is_named_after_everything_that_its_content_depends_on(tmp_path: Path) -> None:
    names = {
        portal_file(tmp_path, portal, size=size, seed=seed, now=now).name
        for portal in ("demo", "nordwind")
        for size in (100, 200)
        for seed in (1, 2)
        for now in (NOW, NOW + timedelta(days=1))
    }

    assert len(names) == 16
    assert all(code_fingerprint() in name for name in names)


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """Let the system refuse larger files, as a full disk does."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_failure_while_writing_leaves_no_file_behind(tmp_path: Path) -> None:
    with files_no_larger_than(100_000), pytest.raises(sqlite3.OperationalError):
        cached_portal(tmp_path, "demo", size=100, seed=1, now=NOW)

    assert [path.name for path in tmp_path.iterdir()] == []


def test_portal_that_cannot_be_generated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="acme"):
        cached_portal(tmp_path, "acme", size=100, seed=1, now=NOW)
