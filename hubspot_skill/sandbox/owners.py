"""Answers who owns records: a page of owners, one owner by id or by user id.

Sources: facts 9 [S][D]; the largest page is [U]. Deactivated owners only come with `archived=true`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_skill.sandbox.call import Call, answer
from hubspot_skill.sandbox.moments import iso
from hubspot_skill.sandbox.objects import next_page
from hubspot_skill.sandbox.reading import record_id_of
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.routes import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from hubspot_skill.sandbox.seed import OwnerSeed

__all__ = ["ENDPOINTS"]

_DEFAULT_LIMIT, _LIMIT = 100, 500


def list_owners(call: Call) -> Response:
    """Answer a page of the active or the deactivated owners in the order of their ids."""
    call.require("crm.objects.owners.read")
    archived, email = call.query_flag("archived"), (call.query("email") or "").lower()
    limit = call.query_int("limit", _DEFAULT_LIMIT, largest=_LIMIT)
    after = record_id_of(call.query("after") or "0")
    if after is None:
        raise Refusal.validation("after is not a cursor of this list")
    owners = sorted(call.portal.store.definitions.owners.values(), key=lambda owner: owner.id)
    found = [
        owner
        for owner in owners
        if owner.archived == archived and owner.id >= after and (not email or owner.email.lower() == email)
    ]
    body: dict[str, object] = {"results": [_owner(owner) for owner in found[:limit]]}
    if len(found) > limit:
        body["paging"] = next_page(call, str(found[limit].id))
    return answer(body)


def read_owner(call: Call) -> Response:
    """Answer one owner by id, or by user id with `idProperty=userId`."""
    call.require("crm.objects.owners.read")
    number = record_id_of(call.params["owner_id"])
    by_user, archived = call.query("idProperty") == "userId", call.query_flag("archived")
    for owner in call.portal.store.definitions.owners.values():
        if owner.archived == archived and number == (owner.user_id if by_user else owner.id):
            return answer(_owner(owner))
    raise Refusal.not_found()


def _owner(owner: OwnerSeed) -> dict[str, object]:
    found: dict[str, object] = {
        "id": str(owner.id),
        "email": owner.email,
        "type": owner.type,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": None if owner.archived else owner.user_id,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": iso(owner.created_ms),
        "updatedAt": iso(owner.updated_ms),
        "archived": owner.archived,
    }
    if owner.teams:
        found["teams"] = [{"id": team.id, "name": team.name, "primary": team.primary} for team in owner.teams]
    return {name: value for name, value in found.items() if value is not None}


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "crm/owners", "", list_owners, legacy=("/crm/v3/owners",)),
    Endpoint("GET", "crm/owners", "/{owner_id}", read_owner, legacy=("/crm/v3/owners",)),
)
