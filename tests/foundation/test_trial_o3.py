"""Trial O3: a kill in the middle of a migration loses nothing, and older code stays out of a newer database."""

from pathlib import Path

import pytest

from tests.database_fixture import KINDS
from tests.trials.migrating import kill_first_openings, kill_migrations

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_killed_migration_is_finished_at_the_next_start(kind: str, tmp_path: Path) -> None:
    ended = await kill_migrations(kind, tmp_path, kills=6, seed=3)
    assert (ended.kills, ended.resumed, ended.lost, ended.let_in) == (6, 6, 0, 0)
    assert ended.in_the_middle > 0


async def test_a_vault_whose_making_was_killed_opens_at_the_next_start(tmp_path: Path) -> None:
    ended = await kill_first_openings(tmp_path, kills=8, seed=3)
    assert (ended.kills, ended.resumed, ended.lost) == (8, 8, 0)
