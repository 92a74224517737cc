"""Several processes on one mirror: one writes, none fails; a killed one loses nothing that was written."""

from pathlib import Path

import pytest

from tests.hubspot.conftest import serving_small_crm
from tests.trials.mirrors import five_on_one, kills


@pytest.mark.promise("mirror-one-writer")
async def test_of_processes_on_one_mirror_one_leads_and_none_fails(tmp_path: Path) -> None:
    with serving_small_crm() as served:
        found = await five_on_one(tmp_path, served.base_url, seconds=6, processes=3)

    assert found["leaders"] >= 1
    assert found["at_once"] == 0
    assert found["failed"] == []


async def test_a_killed_sync_loses_nothing_and_ends_equal_to_the_portal(tmp_path: Path) -> None:
    with serving_small_crm() as served:
        found = await kills(tmp_path, served.base_url, times=2, after_s=2.0)

    assert found == {"kills": 2, "lost": 0, "equal": True}
