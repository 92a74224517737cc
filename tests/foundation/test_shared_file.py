"""A shared file keeps values that processes change in turn, is its owner's alone, and mends itself when it is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubspot_skill.domain.errors import StoreError
from hubspot_skill.foundation.private_files import MODES_ARE_CHECKED
from hubspot_skill.foundation.shared_file import SharedFile


def plus_one(value: bytes | None) -> tuple[bytes, int]:
    number = int(value or b"0") + 1
    return str(number).encode(), number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "counts.db"


@pytest.fixture
async def file(path: Path) -> AsyncIterator[SharedFile]:
    opened = SharedFile(path)
    yield opened
    await opened.close()


async def test_changes_through_several_openings_all_count(file: SharedFile, path: Path) -> None:
    other = SharedFile(path)
    await asyncio.gather(*(one.change("n", plus_one) for one in (file, other) for _ in range(50)))
    assert await other.change("n", plus_one) == 101
    assert await other.change("m", plus_one) == 1
    await other.close()


async def test_a_change_that_raises_leaves_the_value(file: SharedFile) -> None:
    def fail(value: bytes | None) -> tuple[bytes, int]:
        raise LookupError("no")

    await file.change("n", plus_one)
    with pytest.raises(LookupError):
        await file.change("n", fail)
    assert await file.change("n", plus_one) == 2


async def test_a_damaged_file_starts_again_from_nothing(file: SharedFile, path: Path) -> None:
    await file.change("n", plus_one)
    path.write_bytes(b"noise" * 2000)
    assert [await file.change("n", plus_one) for _ in range(2)] == [1, 2]


async def test_an_emptied_file_fails_once_and_then_starts_again(file: SharedFile, path: Path) -> None:
    await file.change("n", plus_one)
    path.write_bytes(b"")
    with pytest.raises(StoreError):
        await file.change("n", plus_one)
    assert await file.change("n", plus_one) == 1


@pytest.mark.skipif(not MODES_ARE_CHECKED, reason="modes are a POSIX notion")
async def test_the_file_and_its_folder_are_their_owners_alone(file: SharedFile, path: Path) -> None:
    await file.change("n", plus_one)
    assert [place.stat().st_mode & 0o777 for place in (path.parent, path)] == [0o700, 0o600]


async def test_a_symbolic_link_is_refused(file: SharedFile, path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    (tmp_path / "real").touch(mode=0o600)
    path.symlink_to(tmp_path / "real")
    with pytest.raises(StoreError):
        await file.change("n", plus_one)
