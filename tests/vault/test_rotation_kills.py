"""Keys that rotate while other processes read and refresh, and any of them is killed.

The time limit is for a machine that is busy with other things; alone, each of these takes a few seconds.
"""

from pathlib import Path

import pytest

from tests.trials.rotating import Counts, rotate_under_kills

COUNTS = Counts(accounts=40, tenants=2, kills=5, phases=1, readers=2, refreshers=1, between_kills_s=0.1)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_killed_rotations_fail_no_read_and_end_on_the_newest_keys_alone(kind: str, tmp_path: Path) -> None:
    """Trial V4."""
    turned = await rotate_under_kills(kind, tmp_path, COUNTS, seed=1)
    assert (turned.kills, turned.failed_reads, turned.unopened, turned.on_older_keys) == (5, 0, 0, 0)
    assert turned.rotators_killed > 0
    assert turned.reads > 0
    assert turned.rotations >= COUNTS.tenants
