"""Opening the vault of a process: with the key that was given, also when the first try fails or is broken off."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hubspot_skill.app.compose import Accounts
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from hubspot_skill.domain.errors import PlaceError
from hubspot_skill.vault.custody import KEY_VARIABLE

KEY = base64.b64encode(bytes(range(32))).decode()


@asynccontextmanager
async def accounts_with_key(home: Path) -> AsyncIterator[tuple[Accounts, dict[str, str]]]:
    """Give the accounts of a process whose environment holds the vault's key."""
    environment = {KEY_VARIABLE: KEY}
    accounts = Accounts(read_settings({}), Places(home / "config", home / "data"), environment=environment)
    try:
        yield accounts, environment
    finally:
        await accounts.aclose()


async def test_a_first_start_that_failed_does_not_make_another_key_than_the_one_given(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    in_the_way = tmp_path / "data" / "vault"
    in_the_way.write_text("no folder")
    async with accounts_with_key(tmp_path) as (accounts, environment):
        with pytest.raises(PlaceError):
            await accounts.keeper.opened()
        in_the_way.unlink()
        vault = await accounts.keeper.opened()
        assert vault.keys.where == f"environment variable {KEY_VARIABLE}"
        assert environment == {}
    assert not (tmp_path / "config" / "vault.key").exists()


async def test_a_caller_that_goes_away_does_not_break_the_opening_off_for_others(tmp_path: Path) -> None:
    async with accounts_with_key(tmp_path) as (accounts, _):
        first = asyncio.create_task(accounts.keeper.opened())
        await asyncio.sleep(0)
        second = asyncio.create_task(accounts.keeper.opened())
        await asyncio.sleep(0)
        first.cancel()
        vault = await asyncio.wait_for(second, 5)
        assert vault.keys.where == f"environment variable {KEY_VARIABLE}"
        assert await accounts.keeper.opened() is vault
