"""Several real processes on one vault: one refresh between them, and none lost when they are killed.

The time limit is for a machine that is busy with other things; alone, each of these takes a few seconds.
"""

from pathlib import Path

import pytest

from tests.trials.refreshing import Rotation, kill_while_refreshing, stampede

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize(("kind", "processes"), [("sqlite", 64), ("postgresql", 16)])
async def test_many_processes_at_one_ended_token_refresh_it_once(kind: str, processes: int, tmp_path: Path) -> None:
    """Trial R1; on PostgreSQL with fewer processes here, since sixty-four connections take their time to be made."""
    result = await stampede(kind, tmp_path, rounds=10, processes=processes)
    assert result.refreshes == [1] * 10
    assert (result.failed, result.different) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "rotation", "kills"),
    [
        ("sqlite", "off", 10),
        ("sqlite", "grace", 10),
        ("sqlite", "on", 15),
        ("postgresql", "grace", 5),
        ("postgresql", "on", 10),
    ],
)
async def test_a_killed_refresh_loses_nothing_or_tells_it(
    kind: str, rotation: Rotation, kills: int, tmp_path: Path
) -> None:
    """Trial V1: a provider that rotates strictly can lose a grant to a kill, and then it is told."""
    result = await kill_while_refreshing(kind, tmp_path, rotation, kills=kills, seed=kills)
    assert result.kills == result.kept + result.lost_and_told
    assert result.refreshed >= kills
    assert result.in_the_middle > 0
    assert (result.lost_silently, result.acknowledged_missing, result.damage) == (0, 0, "")
    if rotation != "on":
        assert result.lost_and_told == 0
