"""Backing up an installation, and restoring it elsewhere."""

import stat
from pathlib import Path

import pytest

from hubspot_skill.app.backing_up import back_up
from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.domain.errors import NotConnectedError, PlaceError, SettingsError
from tests.trials.backing_up import back_up_while_writing


@pytest.mark.promise("backup-restores")
async def test_a_backup_made_while_writing_works_elsewhere_with_the_key_from_elsewhere(tmp_path: Path) -> None:
    """Trial O4 at P counts."""
    ended = await back_up_while_writing(tmp_path, backups=4, accounts=5)
    assert (ended.backups, ended.unusable, ended.broken_audits) == (4, 0, 0)
    assert min(ended.connections, ended.audit_rows, ended.journal_records) > 0
    made = list((tmp_path / "backups").rglob("*"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in made if file.is_file()} == {0o600}
    assert not [file for file in made if file.name == "vault.key"]


async def test_a_backup_is_refused_where_something_is_already_or_nothing_is_kept(tmp_path: Path) -> None:
    settings, places = read_settings({}), Places(tmp_path / "config", tmp_path / "data")
    with pytest.raises(NotConnectedError):
        await back_up(settings, places, {}, tmp_path / "copy")
    process = Accounts(settings, places, environment={})
    await process.audit.note("start", "done", "")
    await process.aclose()
    await back_up(settings, places, {}, tmp_path / "copy")
    with pytest.raises(PlaceError, match="exists already"):
        await back_up(settings, places, {}, tmp_path / "copy")


async def test_a_restored_copy_does_not_make_a_key_of_its_own(tmp_path: Path) -> None:
    settings, places = read_settings({}), Places(tmp_path / "config", tmp_path / "data")
    process = Accounts(settings, places, environment={})
    await process.audit.note("start", "done", "")
    await process.aclose()
    await back_up(settings, places, {}, tmp_path / "elsewhere" / "data")
    there = Accounts(settings, Places(tmp_path / "other", tmp_path / "elsewhere" / "data"), environment={})
    with pytest.raises(SettingsError, match="has no key"):
        await there.audit.opened()
    await there.aclose()
