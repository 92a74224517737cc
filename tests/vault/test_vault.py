"""The whole vault: opening it with the right key or not at all, rotation, backup, disconnecting."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hubspot_skill.domain.errors import (
    AppRefusedError,
    HubSpotSkillError,
    NotConnectedError,
    PlaceError,
    ReconnectError,
    StoreError,
    UnavailableError,
    VaultRefusedError,
)
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.endpoint import AppAt
from hubspot_skill.vault.file_keys import file_key_place
from hubspot_skill.vault.refresh_rows import RefreshRows
from hubspot_skill.vault.store import Connected, Status
from hubspot_skill.vault.vault import Revoked, Rotated, Vault, migrate_vault, open_vault
from tests.database_fixture import APP_ROLE, KINDS, new_postgres_url, owner_url
from tests.manual_clock import ManualClock
from tests.vault.test_store import ACME

CLOCK = SystemClock()


class Revocations:
    """HubSpot's revocation, which can be out of order."""

    def __init__(self) -> None:
        self.revoked: list[str] = []
        self.is_down = False
        self.refusals: dict[str, HubSpotSkillError] = {}

    async def refresh(self, refresh_token: Secret) -> None:
        raise AssertionError("nothing is refreshed here")

    async def is_alive(self, refresh_token: Secret) -> bool:
        raise AssertionError("nothing is asked here")

    async def revoke(self, refresh_token: Secret) -> None:
        if self.is_down:
            raise UnavailableError("down")
        if refresh_token.reveal() in self.refusals:
            raise self.refusals[refresh_token.reveal()]
        self.revoked.append(refresh_token.reveal())


async def new_place(kind: str, folder: Path) -> Path | str:
    if kind == "sqlite":
        return folder / "private" / "vault.db"
    url = await new_postgres_url()
    await migrate_vault(owner_url(url), APP_ROLE, clock=CLOCK)
    return url


@pytest.fixture
def master() -> MasterKey:
    return MasterKey.generate()


@pytest.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    return await new_place(request.param, tmp_path)


@pytest.fixture
async def vault(place: Path | str, master: MasterKey) -> AsyncIterator[Vault]:
    opened = await open_vault(place, KeyRing([master]), clock=CLOCK)
    yield opened
    await opened.close()


def account(number: int) -> Connected:
    return replace(ACME, hub_id=number, hub_domain=f"d{number}.example", refresh_token=Secret(f"na1-refresh-{number}"))


async def test_a_vault_opens_again_with_everything_in_it(vault: Vault, place: Path | str, master: MasterKey) -> None:
    kept = await vault.store.connect("local", ACME)
    again = await open_vault(place, KeyRing([master]), clock=CLOCK)
    assert await again.store.find("local") == kept
    await again.close()


async def test_another_key_opens_nothing_and_changes_no_byte(vault: Vault, place: Path | str) -> None:
    """Trial V5: found before the first write."""
    await vault.store.connect("local", ACME)
    await vault.close()
    before = {f: f.read_bytes() for f in place.parent.iterdir()} if isinstance(place, Path) else {}
    with pytest.raises(VaultRefusedError):
        await open_vault(place, KeyRing([MasterKey.generate()]), clock=CLOCK)
    if isinstance(place, Path):
        assert {f: f.read_bytes() for f in place.parent.iterdir()} == before


async def test_a_shared_vault_that_nobody_has_migrated_is_refused() -> None:
    with pytest.raises(StoreError, match="step 0"):
        await open_vault(await new_postgres_url(), KeyRing([MasterKey.generate()]), clock=CLOCK)


async def test_a_shared_vault_is_not_opened_as_its_owner(master: MasterKey) -> None:
    place = await new_place("postgresql", Path())
    with pytest.raises(StoreError, match="superuser"):
        await open_vault(owner_url(place), KeyRing([master]), clock=CLOCK)


async def test_many_starts_at_once_open_one_new_vault(tmp_path: Path, master: MasterKey) -> None:
    for kind in KINDS:
        where = await new_place(kind, tmp_path)
        vaults = await asyncio.gather(*(open_vault(where, KeyRing([master]), clock=CLOCK) for _ in range(6)))
        await asyncio.gather(*(v.store.connect("local", account(n)) for n, v in enumerate(vaults)))
        assert len(await vaults[0].store.all("local")) == 6
        for opened in vaults:
            await opened.close()


async def test_both_rotations_run_under_readers_and_free_the_vault_from_old_keys(
    vault: Vault, place: Path | str, master: MasterKey
) -> None:
    """Trial V4, its core: no read fails while keys change, and the old ones are not needed afterwards."""
    ids = [(await vault.store.connect("local", account(n))).connection_id for n in range(20)]
    new = MasterKey.generate()
    rotating = await open_vault(place, KeyRing([new, master]), clock=CLOCK)
    serving = await open_vault(place, KeyRing([new, master]), clock=CLOCK)
    done = asyncio.Event()
    reads = 0

    async def read_on() -> None:
        nonlocal reads
        while not done.is_set():
            for number, connection_id in enumerate(ids):
                token = await serving.store.refresh_token("local", connection_id)
                assert token == Secret(f"na1-refresh-{number}")
                reads += 1

    readers = [asyncio.create_task(read_on()) for _ in range(2)]
    tenant = await rotating.rotate_tenant("local")
    rotated = await rotating.rotate_master()
    done.set()
    await asyncio.gather(*readers)
    assert reads >= 20
    assert (tenant.accounts, tenant.retired) == (20, 1)
    assert rotated == Rotated(files=int(isinstance(place, Path)), tenant_keys=0)
    assert await rotating.rotate_master() == Rotated()
    await rotating.close()
    await serving.close()
    alone = await open_vault(place, KeyRing([new]), clock=CLOCK)
    status = await alone.status("local")
    assert status.wrapped_by == {new.fingerprint: 1}
    assert status.sealed_with == {2: 40}
    await alone.close()


async def test_a_master_rotation_alone_rewraps_the_tenant_keys(
    vault: Vault, place: Path | str, master: MasterKey
) -> None:
    await vault.store.connect("local", ACME)
    new = MasterKey.generate()
    rotating = await open_vault(place, KeyRing([new, master]), clock=CLOCK)
    assert (await rotating.rotate_master()).tenant_keys == 1
    await rotating.close()


async def test_a_rotation_that_was_broken_off_is_finished(vault: Vault) -> None:
    for number in range(5):
        await vault.store.connect("local", account(number))
    await vault.sealer.add_key("local")
    await vault.store.reseal("local", most=2)
    assert (await vault.status("local")).sealed_with == {1: 6, 2: 4}
    assert await vault.rotate_tenant("local", with_new_key=False) == Rotated(accounts=3, retired=1)
    assert await vault.rotate_tenant("local", with_new_key=False) == Rotated()


async def test_a_backup_made_while_writing_opens_elsewhere_with_the_key(tmp_path: Path, master: MasterKey) -> None:
    """Trial O4, its core."""
    vault = await open_vault(tmp_path / "private" / "vault.db", KeyRing([master]), clock=CLOCK)
    await vault.store.connect("local", account(1))
    writing = asyncio.gather(*(vault.store.connect("local", account(n)) for n in range(2, 30)))
    target = tmp_path / "elsewhere" / "copy.db"
    await vault.back_up(target)
    await writing
    with pytest.raises(PlaceError):
        await vault.back_up(target)
    await vault.close()
    assert {f.name for f in target.parent.iterdir()} == {"copy.db", "copy.db.key"}
    copy = await open_vault(target, KeyRing([master]), clock=CLOCK)
    accounts = await copy.store.all("local")
    assert 1 <= len(accounts) <= 29
    for kept in accounts:
        token = await copy.store.refresh_token("local", kept.connection_id)
        assert token == Secret(f"na1-refresh-{kept.hub_id}")
    await copy.close()
    file_key_place(target).unlink()
    with pytest.raises(PlaceError):
        await open_vault(target, KeyRing([master]), clock=CLOCK)


async def test_a_disconnected_account_is_out_of_use_at_once_and_revoked(vault: Vault) -> None:
    hubspot = Revocations()
    kept = await vault.store.connect("local", account(1))
    assert await vault.disconnect("local", kept, hubspot)
    assert hubspot.revoked == ["na1-refresh-1"]
    status = await vault.status("local")
    assert (status.connections, status.sealed_with, status.to_revoke) == ({Status.REVOKED: 1}, {}, 0)


async def test_what_hubspot_cannot_be_told_is_tried_again_and_dropped_after_a_week(
    tmp_path: Path, master: MasterKey
) -> None:
    clock = ManualClock()
    vault = await open_vault(tmp_path / "private" / "vault.db", KeyRing([master]), clock=clock)
    hubspot = Revocations()
    for number in range(20):
        await vault.store.connect("local", account(number))
    hubspot.is_down = True
    assert await vault.revoke_all("local", hubspot) == Revoked(0, 20)
    assert (await vault.status("local")).sealed_with == {1: 20}
    refresher = vault.refresher(hubspot)
    for kept in await vault.store.all("local"):
        with pytest.raises(HubSpotSkillError):
            await vault.tokens(refresher, "local", kept).access_token()
    await clock.advance(86_400 * 6)
    assert await vault.retry_revoking("local", hubspot) == Revoked(0, 20)
    await clock.advance(86_401)
    assert await vault.retry_revoking("local", hubspot) == Revoked(20, 0)
    assert (await vault.status("local")).sealed_with == {}
    assert hubspot.revoked == []
    await vault.close()


async def test_revoking_all_ends_every_account(vault: Vault) -> None:
    hubspot = Revocations()
    for number in range(20):
        await vault.store.connect("local", account(number))
    assert await vault.revoke_all("local", hubspot) == Revoked(20, 0)
    assert sorted(hubspot.revoked) == sorted(f"na1-refresh-{n}" for n in range(20))
    assert await vault.revoke_all("local", hubspot) == Revoked(0, 0)


async def test_an_endpoint_is_sent_no_token_of_another_app_or_another_hubspot(vault: Vault) -> None:
    """A process over the sandbox shares the vault with one over HubSpot; neither may see the other's tokens."""
    hubspot = Revocations()
    mine = await vault.store.connect("local", account(1))
    others = [
        await vault.store.connect("local", replace(account(2), environment="production")),
        await vault.store.connect("local", replace(account(3), app_id="another")),
    ]
    of = AppAt(mine.app_id, mine.environment)
    refresher = vault.refresher(hubspot, of=of)
    for other in others:
        rows = RefreshRows(vault.database, vault.sealer, owner="gone", lease_s=0)
        assert await rows.take_lease("local", other.connection_id, other.generation) is not None
        with pytest.raises(NotConnectedError):
            await refresher.token("local", other.connection_id, stale=other.generation)
    assert await refresher.recover("local") == 0
    assert await vault.revoke_all("local", hubspot, of=of) == Revoked(1, 2)
    assert hubspot.revoked == ["na1-refresh-1"]


async def test_an_account_connected_again_while_its_old_token_waits_is_left_alone(vault: Vault) -> None:
    hubspot = Revocations()
    hubspot.is_down = True
    kept = await vault.store.connect("local", account(1))
    assert not await vault.disconnect("local", kept, hubspot)
    [waiting] = await vault.store.to_revoke("local")
    again = await vault.store.connect("local", account(1))
    await vault.store.drop_revoked("local", waiting.connection_id, waiting.generation)
    assert await vault.store.token_to_revoke("local", again.connection_id) is None
    assert await vault.store.refresh_token("local", again.connection_id) == Secret("na1-refresh-1")
    hubspot.is_down = False
    assert await vault.retry_revoking("local", hubspot) == Revoked(0, 0)
    assert hubspot.revoked == []


@pytest.mark.parametrize(("refusal", "told"), [(ReconnectError("gone"), 2), (AppRefusedError("secret"), 1)])
async def test_one_refused_revocation_does_not_stop_the_others(
    vault: Vault, refusal: HubSpotSkillError, told: int
) -> None:
    """A token that HubSpot has ended is done with; one that our app may not end now waits."""
    hubspot = Revocations()
    hubspot.refusals["na1-refresh-1"] = refusal
    for number in (1, 2):
        await vault.store.connect("local", account(number))
    assert await vault.revoke_all("local", hubspot) == Revoked(told, 2 - told)
    assert hubspot.revoked == ["na1-refresh-2"]
