"""Moves a tenant's accounts from one vault to another, each secret opened here and sealed anew there.

The target keeps its own tenant keys, so it may be in use already. Taken up again after it was broken off: an account
that is there at the same or a later state stays as it is there, one that is older there is brought forward. At the end
every secret of every account is opened in the target and compared.
"""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import func, insert, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hubspot_skill.domain.errors import AlreadyExistsError, StoreError
from hubspot_skill.domain.text import quote
from hubspot_skill.vault.sealing import Kind, Sealer
from hubspot_skill.vault.store import binding_of
from hubspot_skill.vault.tables import connections
from hubspot_skill.vault.vault import Vault

__all__ = ["move_accounts"]

_BLOBS = {Kind.ACCESS: "access_blob", Kind.REFRESH: "refresh_blob", Kind.ALT: "alt_blob"}


async def move_accounts(source: Vault, target: Vault, tenant: str) -> int:
    """Move every account of a tenant, prove each secret in the target, and give how many accounts there are.

    Nobody else may use the source meanwhile. The source is left as it is.

    Raises:
        AlreadyExistsError: the target has the same HubSpot account, or another one of that name, by a row of its own.
        VaultRefusedError: a secret does not open.
        StoreError: a database failed, or an account did not arrive.
    """
    rows = await _rows(source, tenant)
    await target.sealer.keys(tenant)
    for row in rows:
        await _put(row, await _secrets(source.sealer, row), target, tenant)
    arrived = {row.connection_id: row for row in await _rows(target, tenant)}
    for row in rows:
        await _prove(row, await _secrets(source.sealer, row), arrived.get(row.connection_id), target)
    return len(rows)


async def _rows(vault: Vault, tenant: str) -> list[Any]:
    query = select(connections).where(connections.c.tenant_id == tenant).order_by(connections.c.connection_id)

    async def work(connection: AsyncConnection) -> list[Any]:
        return list(await connection.execute(query))

    return await vault.database.read(tenant, work)


async def _secrets(sealer: Sealer, row: Any) -> dict[Kind, str]:
    binding = binding_of(row)
    blobs = {kind: getattr(row, name) for kind, name in _BLOBS.items()}
    return {
        kind: await sealer.unseal(row.tenant_id, blob, kind, binding)
        for kind, blob in blobs.items()
        if blob is not None
    }


async def _put(row: Any, found: dict[Kind, str], target: Vault, tenant: str) -> None:
    """Write one account, unless the target has it at a later state; a lease of the source's processes ends here."""
    mine = (connections.c.tenant_id == tenant) & (connections.c.connection_id == row.connection_id)

    async def work(connection: AsyncConnection) -> None:
        keys = await target.sealer.current(connection, tenant)
        there = (await connection.execute(select(connections).where(mine).with_for_update())).one_or_none()
        if there is not None and there.generation >= row.generation:
            return
        sealed = dict.fromkeys(_BLOBS.values()) | {
            _BLOBS[kind]: keys.seal(text, kind, binding_of(row)) for kind, text in found.items()
        }
        others = select(func.count()).where(
            connections.c.tenant_id == tenant, connections.c.is_default == true(), ~mine
        )
        is_default = bool(row.is_default) and not await connection.scalar(others)
        values = dict(row._mapping) | sealed | {"lease_owner": None, "lease_until": 0, "is_default": is_default}
        await connection.execute(
            insert(connections).values(**values) if there is None else update(connections).where(mine).values(**values)
        )

    try:
        await target.database.write(tenant, work)
    except IntegrityError:
        raise AlreadyExistsError(
            f"the target has HubSpot account {row.hub_id}, or another account called {quote(row.alias)}, already",
            hint="Rename one (hubspot-skill accounts name), or disconnect it in one of the two, and run this again.",
        ) from None


async def _prove(row: Any, found: dict[Kind, str], there: Any, target: Vault) -> None:
    if there is None or there.generation < row.generation:
        raise StoreError(f"the account {quote(row.alias)} did not arrive in the target")
    arrived = await _secrets(target.sealer, there)
    if there.generation > row.generation:
        return
    same = arrived.keys() == found.keys() and all(
        hmac.compare_digest(arrived[kind].encode(), text.encode()) for kind, text in found.items()
    )
    if not same:
        raise StoreError(f"the secrets of the account {quote(row.alias)} are others in the target")
