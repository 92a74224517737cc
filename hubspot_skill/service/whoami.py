"""Tell which account is meant, which others are connected, as whom, and what may be done there.

Where HubSpot says which scopes the token has, what is allowed follows from them. Where it does not (a static token),
each family is tried with the cheapest read there is, once in five minutes; whether writing is allowed cannot be tried
without writing, and stays unknown unless this server is read-only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.domain.errors import CallerError, MissingScopesError
from hubspot_skill.domain.schema import Account
from hubspot_skill.domain.text import clean
from hubspot_skill.service.access_probe import FAMILIES, by_scopes
from hubspot_skill.service.answers import Access, AccountView, KeptAccountView, QuotaView, UserView, WhoAmI
from hubspot_skill.service.connection import Connection, Scene

if TYPE_CHECKING:
    from hubspot_skill.service.accounts import ConnectedAccount

__all__ = ["whoami"]


async def whoami(connection: Connection) -> WhoAmI:
    """Answer the account, the user, what is readable and writable with how to mend what is not, and the quota."""
    scene = await connection.scene()
    scopes, user, unknown_because = await _user(scene)
    accounts = await connection.entry.book.accounts() if connection.entry else ()
    this = next((a for a in accounts if connection.entry and a.connection_id == connection.entry.connection_id), None)
    if scopes is None:
        access = await connection.access.get()
    else:
        access = tuple(by_scopes(f, scopes, is_app=this is not None and not this.is_key) for f in FAMILIES)
    if connection.policy.read_only:
        access = tuple(_read_only(a) for a in access)
    quota = scene.hubspot.quota
    return WhoAmI(
        account=_account(scene.account),
        user=user,
        user_unknown_because=unknown_because,
        access=access,
        quota=QuotaView(quota.burst_remaining, quota.burst_most, quota.daily_remaining, quota.daily_most),
        read_only=connection.policy.read_only,
        toolsets=tuple(t.value for t in connection.policy.toolsets),
        accounts=tuple(_kept(a, is_meant=a is this) for a in accounts),
        copy_age_s=await _copy_age_s(connection, scene),
        **scene.provenance(),
    )


async def _copy_age_s(connection: Connection, scene: Scene) -> float | None:
    """Give the age of the local copy where it is open here already: the question who this is opens none."""
    if connection.copy is None or (syncer := connection.copy.open_syncer) is None:
        return None
    as_of = (await syncer.state()).as_of
    return None if as_of is None else max(0.0, (scene.now - as_of).total_seconds())


def _kept(account: ConnectedAccount, *, is_meant: bool) -> KeptAccountView:
    return KeptAccountView(
        alias=account.alias,
        portal_id=account.hub_id,
        domain=account.hub_domain,
        is_default=account.is_default,
        is_meant=is_meant,
        state=account.state,
        missing_scopes=tuple(scope.name for scope in account.missing),
        fix=account.fix,
    )


def _account(account: Account) -> AccountView:
    return AccountView(
        portal_id=account.portal_id,
        name=clean(account.name, most=80),
        kind=account.account_type,
        zone=account.zone.key,
        currency=account.currency,
        additional_currencies=account.additional_currencies,
        link=f"https://{account.ui_domain}/contacts/{account.portal_id}",
    )


async def _user(scene: Scene) -> tuple[tuple[str, ...] | None, UserView | None, str]:
    facts = await scene.directory.token()
    try:
        me = await scene.directory.me()
    except (CallerError, MissingScopesError) as error:
        return facts.scopes, None, error.message
    teams = tuple(clean(t.name, most=80) for t in me.teams)
    return facts.scopes, UserView(me.id, clean(me.name, most=80), clean(me.email, most=120), teams), ""


def _read_only(access: Access) -> Access:
    if access.can_write is False:
        return access
    return Access(access.family, access.can_read, False, access.missing_scopes, access.fix or "This server is read-only.")  # fmt: skip
