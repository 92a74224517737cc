"""Connected accounts: sealed, found by name, and apart from those of other tenants."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from hubspot_skill.domain.errors import (
    AlreadyExistsError,
    AmbiguousNameError,
    InvalidInputError,
    NotConnectedError,
    StoreError,
    UnknownNameError,
    VaultRefusedError,
)
from hubspot_skill.foundation.crypto import MasterKey
from hubspot_skill.foundation.migrations import prove_isolation
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.vault.sealing import Kind
from hubspot_skill.vault.store import Connected, Credential, Status, binding_of
from hubspot_skill.vault.tables import VAULT_TABLES, canaries, connections, tenant_keys
from tests.vault.conftest import Opened

ACME = Connected(
    app_id="4100001",
    hub_id=111,
    hub_domain="www.acme.example",
    environment="sandbox",
    scopes=("crm.objects.contacts.read", "oauth"),
    access_token=Secret("access-of-acme"),
    refresh_token=Secret("na1-refresh-of-acme"),
    access_lifetime_s=1800,
)
GLOBEX = replace(ACME, hub_id=222, hub_domain="globex.example", access_token=Secret("access-of-globex"))


async def row_of(vault: Opened, tenant: str, connection_id: str) -> Any:
    query = select(connections).where(connections.c.tenant_id == tenant, connections.c.connection_id == connection_id)

    async def work(connection: Any) -> Any:
        return (await connection.execute(query)).one()

    return await vault.database.read(tenant, work)


async def test_an_account_is_kept_with_its_facts_and_its_tokens_sealed(vault: Opened) -> None:
    kept = await vault.store.connect("local", ACME)
    assert (kept.alias, kept.hub_id, kept.status, kept.credential, kept.generation, kept.scopes) == (
        "acme.example",
        111,
        Status.ACTIVE,
        Credential.OAUTH,
        1,
        ("crm.objects.contacts.read", "oauth"),
    )
    assert kept.expires_at is not None
    assert (kept.expires_at - kept.created_at).total_seconds() == 1800
    row = await row_of(vault, "local", kept.connection_id)
    assert b"acme" not in row.access_blob + row.refresh_blob
    assert await vault.store.refresh_token("local", kept.connection_id) == Secret("na1-refresh-of-acme")


async def test_a_token_without_expiry_is_kept_without_a_refresh_token(vault: Opened) -> None:
    pasted = replace(ACME, app_id="", refresh_token=None, access_lifetime_s=None)
    kept = await vault.store.connect("local", pasted, alias="Private App")
    assert (kept.alias, kept.credential, kept.expires_at) == ("private app", Credential.STATIC, None)
    assert await vault.store.refresh_token("local", kept.connection_id) is None


async def test_connecting_the_same_account_again_renews_its_row_and_keeps_its_name(vault: Opened) -> None:
    first = await vault.store.connect("local", ACME, alias="main")
    await vault.store.set_status("local", first.connection_id, Status.NEEDS_REAUTH)
    again = await vault.store.connect("local", replace(ACME, refresh_token=Secret("na1-second")))
    assert (again.connection_id, again.alias, again.status, again.generation) == (
        first.connection_id,
        "main",
        Status.ACTIVE,
        2,
    )
    assert await vault.store.refresh_token("local", again.connection_id) == Secret("na1-second")


async def test_an_account_is_found_by_name_id_and_domain(vault: Opened) -> None:
    acme = await vault.store.connect("local", ACME, alias="Main")
    await vault.store.connect("local", GLOBEX)
    for name in ("main", " MAIN ", "111", "www.ACME.example"):
        assert (await vault.store.find("local", name)).connection_id == acme.connection_id
    with pytest.raises(UnknownNameError) as unknown:
        await vault.store.find("local", "initech")
    assert [c.id for c in unknown.value.candidates] == ["globex.example", "main"]


async def test_without_a_name_only_the_one_account_or_the_default_is_meant(vault: Opened) -> None:
    with pytest.raises(NotConnectedError):
        await vault.store.find("local")
    acme = await vault.store.connect("local", ACME)
    assert await vault.store.find("local") == acme
    globex = await vault.store.connect("local", GLOBEX)
    with pytest.raises(AmbiguousNameError) as ambiguous:
        await vault.store.find("local")
    assert [c.detail for c in ambiguous.value.candidates] == ["HubSpot account 111", "HubSpot account 222"]
    for chosen in (globex, acme):
        await vault.store.make_default("local", chosen.connection_id)
        assert (await vault.store.find("local")).connection_id == chosen.connection_id
        assert [c.is_default for c in await vault.store.all("local")].count(True) == 1
    await vault.store.forget("local", acme.connection_id)
    assert (await vault.store.find("local")).connection_id == globex.connection_id


async def test_a_default_that_does_not_exist_leaves_the_old_one(vault: Opened) -> None:
    acme = await vault.store.connect("local", ACME)
    await vault.store.make_default("local", acme.connection_id)
    with pytest.raises(NotConnectedError):
        await vault.store.make_default("local", "nobody")
    assert (await vault.store.find("local")).is_default


async def test_two_accounts_cannot_share_a_name(vault: Opened) -> None:
    await vault.store.connect("local", ACME, alias="main")
    globex = await vault.store.connect("local", GLOBEX)
    with pytest.raises(AlreadyExistsError):
        await vault.store.rename("local", globex.connection_id, "Main")
    await vault.store.rename("local", globex.connection_id, "Second")
    assert [c.alias for c in await vault.store.all("local")] == ["main", "second"]


@pytest.mark.parametrize("alias", ["", " ", "-x", "a" * 41, "a\nb", "naïve", "a/b"])
async def test_a_name_of_another_form_is_refused(vault: Opened, alias: str) -> None:
    with pytest.raises(InvalidInputError):
        await vault.store.connect("local", ACME, alias=alias)
    assert await vault.store.all("local") == ()


async def test_accounts_of_one_domain_get_different_names(vault: Opened) -> None:
    await vault.store.connect("local", ACME)
    await vault.store.connect("local", replace(ACME, hub_id=112))
    assert [c.alias for c in await vault.store.all("local")] == ["acme.example", "acme.example-2"]
    with pytest.raises(AmbiguousNameError):
        await vault.store.find("local", "www.acme.example")


async def test_dropped_tokens_are_gone_and_a_forgotten_account_too(vault: Opened) -> None:
    acme = await vault.store.connect("local", ACME)
    await vault.store.drop_tokens("local", acme.connection_id)
    row = await row_of(vault, "local", acme.connection_id)
    assert (row.access_blob, row.refresh_blob, row.alt_blob, row.status) == (None, None, None, Status.REVOKED)
    await vault.store.forget("local", acme.connection_id)
    with pytest.raises(NotConnectedError):
        await vault.store.rename("local", acme.connection_id, "x")


async def test_tenants_do_not_see_each_other(vault: Opened) -> None:
    await vault.store.connect("local", ACME)
    other = await vault.store.connect("other", GLOBEX)
    assert [c.hub_id for c in await vault.store.all("local")] == [111]
    with pytest.raises(UnknownNameError) as unknown:
        await vault.store.find("local", "222")
    assert [c.detail for c in unknown.value.candidates] == ["HubSpot account 111"]
    assert await vault.store.refresh_token("local", other.connection_id) is None
    await vault.store.forget("local", other.connection_id)
    assert len(await vault.store.all("other")) == 1
    await prove_isolation(vault.database, VAULT_TABLES)


SWAPS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "another account's record": lambda other: {"refresh_blob": other.refresh_blob},
    "a record of another kind": lambda other: {"refresh_blob": other.access_blob},
    "another HubSpot id": lambda other: {"hub_id": 999},
    "another app": lambda other: {"app_id": "1"},
    "another environment": lambda other: {"environment": "production"},
    "an older generation": lambda other: {"generation": 0},
}


@pytest.mark.parametrize("change", SWAPS.values(), ids=SWAPS.keys())
async def test_a_row_that_was_changed_by_hand_does_not_open(vault: Opened, change: Callable[[Any], Any]) -> None:
    """Trial V3, through the store."""
    acme = await vault.store.connect("local", ACME)
    globex = await vault.store.connect("local", GLOBEX)
    values = change(await row_of(vault, "local", globex.connection_id))
    statement = update(connections).where(connections.c.connection_id == acme.connection_id).values(**values)
    await vault.database.write("local", lambda c: c.execute(statement))
    with pytest.raises(VaultRefusedError):
        await vault.store.refresh_token("local", acme.connection_id)


async def test_a_record_moved_to_another_tenant_does_not_open(vault: Opened) -> None:
    acme = await vault.store.connect("local", ACME)
    twin = await vault.store.connect("other", ACME)
    stolen = await row_of(vault, "local", acme.connection_id)
    statement = update(connections).where(connections.c.connection_id == twin.connection_id)
    await vault.database.write("other", lambda c: c.execute(statement.values(refresh_blob=stolen.refresh_blob)))
    with pytest.raises(VaultRefusedError):
        await vault.store.refresh_token("other", twin.connection_id)


async def test_another_master_key_is_found_out_before_anything_is_written(vault: Opened) -> None:
    """Trial V5, for a store that opens without a key, as PostgreSQL does."""
    await vault.store.connect("local", ACME)
    stranger = await vault.again(MasterKey.generate())
    with pytest.raises(VaultRefusedError):
        await stranger.sealer.prove_ring()
    rows = await vault.database.read(None, lambda c: c.scalars(select(canaries.c.fingerprint)))
    assert list(rows) == [vault.master.fingerprint]
    await stranger.database.close()


async def test_a_new_master_key_rewraps_and_frees_the_store_from_the_old_one(vault: Opened) -> None:
    acme = await vault.store.connect("local", ACME)
    new = MasterKey.generate()
    both = await vault.again(new, vault.master)
    await both.sealer.prove_ring()
    assert [await both.sealer.rewrap(t) for t in await both.sealer.tenants()] == [1]
    assert await both.sealer.rewrap("local") == 0
    alone = await vault.again(new)
    await alone.sealer.prove_ring()
    assert await alone.store.refresh_token("local", acme.connection_id) == Secret("na1-refresh-of-acme")
    for opened in (both, alone):
        await opened.database.close()


async def test_a_new_tenant_key_reseals_in_batches_and_the_old_one_can_be_dropped(vault: Opened) -> None:
    ids = [
        (await vault.store.connect("local", replace(ACME, hub_id=n, hub_domain=f"d{n}"))).connection_id
        for n in range(5)
    ]
    running = await vault.again()
    assert await running.store.refresh_token("local", ids[0]) is not None
    assert await vault.sealer.add_key("local") == 2
    assert await vault.store.retire_keys("local") == 0
    assert [await vault.store.reseal("local", most=3) for _ in range(3)] == [3, 2, 0]
    assert await vault.store.retire_keys("local") == 1
    assert await vault.store.sealed_with("local") == {2: 10}
    for connection_id in ids:
        assert await running.store.refresh_token("local", connection_id) == Secret("na1-refresh-of-acme")
    await running.database.close()


async def test_a_process_that_knows_only_the_old_key_seals_with_the_new_one(vault: Opened) -> None:
    running = await vault.again()
    await running.store.connect("local", ACME)
    await vault.sealer.add_key("local")
    await running.store.connect("local", GLOBEX)
    assert await vault.store.sealed_with("local") == {1: 2, 2: 2}
    await running.database.close()


async def test_an_erased_tenant_stays_unreadable(vault: Opened) -> None:
    acme = await vault.store.connect("local", ACME)
    row = await row_of(vault, "local", acme.connection_id)
    await vault.sealer.erase("local")
    with pytest.raises(VaultRefusedError):
        await vault.sealer.unseal("local", row.refresh_blob, Kind.REFRESH, binding_of(row))


@pytest.mark.parametrize("vault", ["postgresql"], indirect=True)
async def test_the_program_cannot_write_for_another_tenant_or_change_a_canary(vault: Opened) -> None:
    """SQLite has no roles to try this with."""
    with pytest.raises(StoreError):
        await vault.database.write("local", lambda c: c.execute(update(canaries).values(record=b"x")))
    await vault.store.connect("other", ACME)
    changed = await vault.database.write("local", lambda c: c.execute(update(tenant_keys).values(wrapped=b"x")))
    assert changed.rowcount == 0
