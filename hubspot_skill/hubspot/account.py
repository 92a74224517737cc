"""Reads the account's own facts, and what HubSpot says of the token in use.

Follows developers.hubspot.com/docs/api-reference/latest (account information, OAuth introspection; read 2026-11-23).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic_core import to_json

from hubspot_skill.domain.errors import NotFoundError, RejectedValueError
from hubspot_skill.domain.schema import Account
from hubspot_skill.hubspot.calls import Call, Caller
from hubspot_skill.hubspot.settings import AppCredentials
from hubspot_skill.hubspot.token_facts import TokenFacts
from hubspot_skill.hubspot.wire.account import read_introspection, read_token_info
from hubspot_skill.hubspot.wire.paths import TOKEN_INFO, Paths
from hubspot_skill.hubspot.wire.schema import read_account

__all__ = ["AccountCalls"]


@dataclass(frozen=True, slots=True)
class AccountCalls:
    """The account and the token."""

    caller: Caller
    paths: Paths
    app: AppCredentials | None = None

    async def details(self) -> Account:
        """Give the account's id, zone, currencies and screens; 1 request. Its zone tells the daily limit's midnight."""
        account = await self.caller.json(Call("GET", self.paths.account, "the account's details"), read_account)
        self.caller.line.limits.set_zone(account.zone)
        return account

    async def introspect(self) -> TokenFacts:
        """Give what HubSpot says of the token: scopes and user where it does; 1 request.

        With an app's credentials it is an OAuth introspection; without, the token is a service key or private-app
        token, whose facts come from a call of HubSpot's own command line (undated, so its absence is no error:
        nothing is known then). The token travels in the body, never in an address.
        """
        token = await self.caller.line.tokens.access_token()
        if self.app is not None:
            form = {
                "client_id": self.app.client_id,
                "client_secret": self.app.client_secret.reveal(),
                "token": token.reveal(),
                "token_type_hint": "access_token",
            }
            call = Call(
                "POST",
                self.paths.introspect,
                "the token's introspection",
                body=urlencode(form).encode("ascii"),
                content_type="application/x-www-form-urlencoded",
            )
            return await self.caller.json(call, read_introspection)
        call = Call("POST", TOKEN_INFO, "the token's facts", body=to_json({"tokenKey": token.reveal()}))
        try:
            return await self.caller.json(call, read_token_info)
        except (NotFoundError, RejectedValueError):
            return TokenFacts()
