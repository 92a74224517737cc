"""How the server and the accounts do: health, readiness, who the token stands for, what is connected."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hubspot_skill.service.accounts import ConnectedAccount
from hubspot_skill.service.answers import WhoAmI
from hubspot_skill.surfaces.rest.models.queries import Text
from hubspot_skill.surfaces.rest.operations import Call, Closed, Effect, Operation, Query, Reply

__all__ = ["OPERATIONS"]


class HealthAnswer(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"
    version: str


class ReadyPart(BaseModel):
    """One part of the server: whether it works, what was found, and the step that mends it; figures beside."""

    model_config = ConfigDict(extra="allow")

    ok: bool
    found: str
    mend: str = ""


class ReadyAnswer(BaseModel):
    """Whether the server could do its work now, part by part."""

    ready: bool
    parts: dict[str, ReadyPart]


class TokenAnswer(BaseModel):
    """One connected account and how its token does; never the token."""

    alias: str
    hub_id: str
    hub_domain: str
    is_default: bool
    is_key: bool = Field(description="Connected by a service key or private-app token instead of an app.")
    status: str
    state: str = Field(description="How it stands, in a sentence.")
    needs_person: bool = Field(description="True where only a person can mend it.")
    missing_scopes: tuple[str, ...]
    fix: str

    @classmethod
    def of(cls, account: ConnectedAccount) -> TokenAnswer:
        """Make it from the service's account."""
        return cls(
            alias=account.alias,
            hub_id=account.hub_id,
            hub_domain=account.hub_domain,
            is_default=account.is_default,
            is_key=account.is_key,
            status=account.status,
            state=account.state,
            needs_person=account.needs_person,
            missing_scopes=tuple(scope.name for scope in account.missing),
            fix=account.fix,
        )


class TokensAnswer(BaseModel):
    """The connected accounts."""

    results: tuple[TokenAnswer, ...]
    returned: int
    total: int


class DisconnectQuery(Query):
    """How much to let go."""

    uninstall: bool = Field(default=False, description="Also remove the app from the account at HubSpot.")


class DisconnectedAnswer(BaseModel):
    """What letting go did; the tokens are out of use here in any case."""

    alias: str
    is_revoked: bool = Field(description="HubSpot was told; otherwise that is tried again.")
    is_uninstalled: bool
    advice: str


class RenameBody(Closed):
    """What to change of an account."""

    alias: Text = Field(default="", description="Its new name.")
    is_default: Literal[True] | None = Field(
        default=None, description="Make it the one that is used when none is named."
    )


async def _health(call: Call[Query, Any]) -> Reply:
    return Reply(HealthAnswer(version=call.desk.version))


async def _ready(call: Call[Query, Any]) -> Reply:
    is_ready, told = await call.desk.ready()
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return Reply(ReadyAnswer.model_validate(told), status=status)


async def _account(call: Call[Query, Any]) -> Reply:
    return Reply(await (await call.crm()).whoami())


async def _tokens(call: Call[Query, Any]) -> Reply:
    found = [TokenAnswer.of(account) for account in await (await call.desk.book()).accounts()]
    return Reply(TokensAnswer(results=tuple(found), returned=len(found), total=len(found)))


async def _token(call: Call[Query, Any]) -> Reply:
    return Reply(TokenAnswer.of(await (await call.desk.book()).account(call.path["alias"])))


async def _change_token(call: Call[Query, RenameBody]) -> Reply:
    book, alias, body = await call.desk.book(), call.path["alias"], call.body
    if body.is_default:
        await book.make_default(alias)
    if body.alias:
        await book.rename(alias, body.alias)
    return Reply(TokenAnswer.of(await book.account(body.alias or alias)))


async def _disconnect(call: Call[DisconnectQuery, Any]) -> Reply:
    book = await call.desk.book()
    done = await book.disconnect(call.path["alias"], uninstall=call.query.uninstall)
    answer = DisconnectedAnswer(
        alias=done.alias, is_revoked=done.is_revoked, is_uninstalled=done.is_uninstalled, advice=done.advice
    )
    return Reply(answer)


_SERVER, _ACCOUNTS = "Server", "Accounts"
_ALIAS = {"alias": "The account's name, HubSpot id or domain."}

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    Operation(
        id="health",
        method="GET",
        path="/health",
        tag=_SERVER,
        summary="Does the process live?",
        description="Anyone on this machine may ask.",
        query=Query,
        answers={HTTPStatus.OK: HealthAnswer},
        is_open=True,
        act=_health,
    ),
    Operation(
        id="ready",
        method="GET",
        path="/ready",
        tag=_SERVER,
        summary="Could the server do its work now?",
        description="Vault, tokens, HubSpot and the day's quota, each with the step that mends it.",
        query=Query,
        answers={HTTPStatus.OK: ReadyAnswer, HTTPStatus.SERVICE_UNAVAILABLE: ReadyAnswer},
        act=_ready,
    ),
    Operation(
        id="get_account",
        method="GET",
        path="/account",
        tag=_ACCOUNTS,
        summary="The connected account",
        description="Who the token stands for, time zone, currency, what may be read and written, calls left.",
        query=Query,
        answers={HTTPStatus.OK: WhoAmI},
        act=_account,
    ),
    Operation(
        id="list_tokens",
        method="GET",
        path="/tokens",
        tag=_ACCOUNTS,
        summary="List connected accounts and how their tokens do",
        query=Query,
        answers={HTTPStatus.OK: TokensAnswer},
        act=_tokens,
    ),
    Operation(
        id="get_token",
        method="GET",
        path="/tokens/{alias}",
        tag=_ACCOUNTS,
        summary="How one account's token does",
        parts=_ALIAS,
        query=Query,
        answers={HTTPStatus.OK: TokenAnswer},
        act=_token,
    ),
    Operation(
        id="change_token",
        method="PATCH",
        path="/tokens/{alias}",
        tag=_ACCOUNTS,
        summary="Rename an account, or make it the default",
        parts=_ALIAS,
        query=Query,
        body=RenameBody,
        example={"alias": "acme"},
        answers={HTTPStatus.OK: TokenAnswer},
        effect=Effect.PERSON,
        act=_change_token,
    ),
    Operation(
        id="disconnect",
        method="DELETE",
        path="/tokens/{alias}",
        tag=_ACCOUNTS,
        summary="Disconnect an account",
        description="Its tokens are put out of use here and revoked at HubSpot. Only a person at the console may.",
        parts=_ALIAS,
        query=DisconnectQuery,
        answers={HTTPStatus.OK: DisconnectedAnswer},
        effect=Effect.PERSON,
        act=_disconnect,
    ),
)
