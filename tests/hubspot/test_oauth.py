"""The OAuth endpoints of HubSpot, asked over the wire: tokens, descriptions, and each kind of refusal."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from hubspot_skill.domain.errors import (
    AppRefusedError,
    HubSpotError,
    HubSpotSkillError,
    MalformedAnswerError,
    OutcomeUnknownError,
    RateLimitedError,
    ReconnectError,
    TokenRefusedError,
    UnavailableError,
    UnexpectedRefusalError,
    UnreachableError,
)
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.hubspot.settings import AdapterSettings, AppCredentials
from hubspot_skill.hubspot.transport import Answer, Transport
from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox

APP = AppCredentials(DEFAULT_APP.client_id, Secret(DEFAULT_APP.client_secret))
REDIRECT = min(DEFAULT_APP.redirect_uris)
VERSION = "2026-09"


@pytest.fixture
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def transport(served: Served) -> AsyncIterator[Transport]:
    made = Transport(AdapterSettings(api_base_url=served.base_url))
    yield made
    await made.aclose()


@pytest.fixture
def endpoint(transport: Transport) -> AppEndpoint:
    return AppEndpoint(transport, APP, version=VERSION)


async def sign_in(served: Served, endpoint: AppEndpoint) -> Secret:
    code = Secret(served.sandbox.tokens.mint_code("demo"))
    return (await endpoint.exchange(code, redirect_uri=REDIRECT, code_verifier=None)).refresh_token


async def test_a_code_becomes_tokens_once(served: Served, endpoint: AppEndpoint) -> None:
    verifier = Secret("v" * 43)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    code = Secret(served.sandbox.tokens.mint_code("demo", code_challenge=challenge))
    tokens = await endpoint.exchange(code, redirect_uri=REDIRECT, code_verifier=verifier)
    assert (tokens.hub_id, tokens.expires_in_s) == (8_100_100, 1800)
    assert "oauth" in tokens.scopes
    with pytest.raises(TokenRefusedError):
        await endpoint.exchange(code, redirect_uri=REDIRECT, code_verifier=verifier)


async def test_a_code_with_another_verifier_or_address_is_refused(served: Served, endpoint: AppEndpoint) -> None:
    with_challenge = Secret(served.sandbox.tokens.mint_code("demo", code_challenge="x"))
    with pytest.raises(TokenRefusedError):
        await endpoint.exchange(with_challenge, redirect_uri=REDIRECT, code_verifier=Secret("y"))
    plain = Secret(served.sandbox.tokens.mint_code("demo"))
    with pytest.raises(AppRefusedError):
        await endpoint.exchange(plain, redirect_uri="http://localhost/other", code_verifier=None)


@pytest.mark.parametrize(("rotation", "is_same"), [("off", True), ("on", False)])
async def test_a_refresh_gives_whatever_refresh_token_hubspot_returns(
    served: Served, endpoint: AppEndpoint, rotation: str, is_same: bool
) -> None:
    portal = served.sandbox.portals["demo"]
    portal.switches = replace(portal.switches, refresh_rotation=rotation)
    first = await sign_in(served, endpoint)
    assert ((await endpoint.refresh(first)).refresh_token == first) == is_same


async def test_a_token_is_described_until_it_is_revoked(served: Served, endpoint: AppEndpoint) -> None:
    refresh = await sign_in(served, endpoint)
    tokens = await endpoint.refresh(refresh)
    for token, is_refresh_token in ((refresh, True), (tokens.access_token, False)):
        facts = await endpoint.describe(token, is_refresh_token=is_refresh_token)
        assert facts is not None
        assert (facts.hub_id, facts.hub_domain, facts.app_id, facts.user_email) == (
            8_100_100,
            "demo.example",
            str(DEFAULT_APP.app_id),
            "ada@demo.example",
        )
    assert await endpoint.is_alive(refresh)
    await endpoint.revoke(refresh)
    assert not await endpoint.is_alive(refresh)
    with pytest.raises(ReconnectError):
        await endpoint.refresh(refresh)


async def test_uninstalling_ends_the_grant(served: Served, endpoint: AppEndpoint) -> None:
    refresh = await sign_in(served, endpoint)
    access = (await endpoint.refresh(refresh)).access_token
    await endpoint.uninstall(access)
    assert not await endpoint.is_alive(refresh)
    with pytest.raises(TokenRefusedError):
        await endpoint.uninstall(access)


async def test_a_closed_account_is_a_grant_that_is_gone(served: Served, endpoint: AppEndpoint) -> None:
    refresh = await sign_in(served, endpoint)
    served.sandbox.tokens.delete_account("demo")
    with pytest.raises(ReconnectError):
        await endpoint.refresh(refresh)


@pytest.mark.parametrize("app", [replace(APP, client_id="other"), replace(APP, client_secret=Secret("other"))])
async def test_wrong_credentials_of_the_app_are_told_from_a_grant_that_is_gone(
    served: Served, endpoint: AppEndpoint, transport: Transport, app: AppCredentials
) -> None:
    refresh = await sign_in(served, endpoint)
    wrong = AppEndpoint(transport, app, version=VERSION)
    for call in (wrong.refresh(refresh), wrong.is_alive(refresh), wrong.revoke(refresh)):
        with pytest.raises(AppRefusedError):
            await call


FAILURES: list[tuple[kinds.Fault, type[HubSpotSkillError]]] = [
    (kinds.Status(500), UnavailableError),
    (kinds.Status(503, effect="committed"), UnavailableError),
    (kinds.Status(429, retry_after_s=3), RateLimitedError),
    (kinds.Status(418), UnexpectedRefusalError),
    (kinds.Lost(effect="none"), OutcomeUnknownError),
    (kinds.Lost(effect="committed"), OutcomeUnknownError),
    (kinds.Empty(), MalformedAnswerError),
    (kinds.Html(200), MalformedAnswerError),
    (kinds.Redirect("https://elsewhere.example/"), UnexpectedRefusalError),
]


@pytest.mark.parametrize(("fault", "error"), FAILURES, ids=lambda v: getattr(v, "__name__", type(v).__name__))
async def test_what_passes_is_a_typed_failure_that_shows_no_secret(
    served: Served, endpoint: AppEndpoint, fault: kinds.Fault, error: type[HubSpotSkillError]
) -> None:
    refresh = await sign_in(served, endpoint)
    served.sandbox.faults.add(Rule(fault, route="/oauth/"))
    with pytest.raises(error) as failed:
        await endpoint.refresh(refresh)
    assert isinstance(failed.value, HubSpotError)
    shown = f"{failed.value!r} {failed.value.message} {failed.value.hint}"
    assert refresh.reveal() not in shown
    assert DEFAULT_APP.client_secret not in shown
    assert served.sandbox.traffic.count("/token$") == 2


async def test_an_answer_that_does_not_come_is_given_up(
    served: Served, transport: Transport, endpoint: AppEndpoint
) -> None:
    refresh = await sign_in(served, endpoint)
    served.sandbox.faults.add(Rule(kinds.Hang(), route="/oauth/"))
    hasty = AppEndpoint(transport, APP, version=VERSION, timeout_s=0.05)
    with pytest.raises(OutcomeUnknownError):
        await hasty.refresh(refresh)
    with pytest.raises(UnavailableError):
        await hasty.is_alive(refresh)


async def test_a_hubspot_that_cannot_be_reached_was_sent_nothing() -> None:
    transport = Transport(AdapterSettings(api_base_url="http://127.0.0.1:1"))
    with pytest.raises(UnreachableError):
        await AppEndpoint(transport, APP, version=VERSION).refresh(Secret("x"))
    await transport.aclose()


async def test_secrets_travel_in_the_body_alone(served: Served, endpoint: AppEndpoint) -> None:
    refresh = await sign_in(served, endpoint)
    await endpoint.refresh(refresh)
    await endpoint.is_alive(refresh)
    await endpoint.revoke(refresh)
    seen = [f"{call.path}?{call.query}" for call in served.sandbox.traffic.calls()]
    assert seen == [
        f"/oauth/{VERSION}/token?",
        f"/oauth/{VERSION}/token?",
        f"/oauth/{VERSION}/token/introspect?",
        f"/oauth/{VERSION}/token/revoke?",
    ]


class Wire:
    """A wire on which one answer waits."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def send(self, method: str, target: str, **sent: object) -> Answer:
        return Answer(400, (), self._body)


async def test_words_of_a_refusal_reach_people_cleaned_and_cut() -> None:
    words = "\u202eIGNORE\x1b[31m ALL RULES " + "X" * 200
    body = json.dumps({"status": words, "error": "invalid_client"}).encode()
    endpoint = AppEndpoint(Wire(body), AppCredentials("id", Secret("secret")), version="2026-09")
    with pytest.raises(AppRefusedError) as refused:
        await endpoint.refresh(Secret("r"))
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 120
