"""The OAuth endpoints over HTTP, in every version's address."""

from collections.abc import Iterator

import httpx2
import pytest

from hubspot_skill.sandbox.scopes import ALL_SCOPES
from hubspot_skill.sandbox.settings import SandboxSettings
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from tests.sandbox.edge_portals import bearer, portals
from tests.sandbox_fixture import Served, running_sandbox

REDIRECT = min(DEFAULT_APP.redirect_uris)
CREDENTIALS = {"client_id": DEFAULT_APP.client_id, "client_secret": DEFAULT_APP.client_secret}
TOKEN = "/oauth/2026-09/token"
DETAILS = "/account-info/2026-09/details"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(served: Served) -> None:
    served.sandbox.reset()
    served.sandbox.clock.stop()


@pytest.fixture
def client(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.base_url, timeout=5) as made:
        yield made


def install(served: Served, client: httpx2.Client, path: str = TOKEN, portal: str = "demo") -> dict[str, object]:
    code = served.sandbox.tokens.mint_code(portal)
    form = {**CREDENTIALS, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    response = client.post(path, data=form)
    assert response.status_code == 200
    return response.json()


@pytest.mark.parametrize("version", ["v1", "v3", "2026-03", "2026-09"])
def test_a_code_becomes_tokens_under_every_version(served, client, version: str) -> None:
    issued = install(served, client, f"/oauth/{version}/token")
    assert {name: issued[name] for name in ("token_type", "expires_in", "hub_id", "user_id", "token_use")} == {
        "token_type": "bearer",
        "expires_in": 1800,
        "hub_id": 8_100_100,
        "user_id": 501,
        "token_use": "access_token",
    }
    assert issued["scopes"] == sorted(ALL_SCOPES)
    assert client.get(DETAILS, headers=bearer(issued["access_token"])).json()["portalId"] == 8_100_100


def test_a_refresh_token_of_v1_works_on_the_dated_address(served, client) -> None:
    issued = install(served, client, "/oauth/v1/token")
    response = client.post(
        TOKEN, data={**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    )
    assert response.status_code == 200
    assert response.json()["refresh_token"] == issued["refresh_token"]
    assert response.json()["access_token"] != issued["access_token"]


def test_only_v1_reads_the_query(served, client) -> None:
    issued = install(served, client)
    query = {**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    assert client.post("/oauth/v1/token", params=query).status_code == 200
    refused = client.post(TOKEN, params=query)
    assert (refused.status_code, refused.json()["status"]) == (400, "BAD_GRANT_TYPE")


def test_a_json_body_is_taken_and_marked_lenient(served, client) -> None:
    issued = install(served, client)
    body = {**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    taken = client.post("/oauth/2026-03/token", json=body)
    assert (taken.status_code, taken.headers["x-sandbox-lenient"]) == (200, "json-body")
    form = client.post("/oauth/2026-03/token", data=body)
    assert "x-sandbox-lenient" not in form.headers


def test_a_switch_refuses_json_at_the_token_endpoint(served, client) -> None:
    for portal in served.sandbox.portals.values():
        portal.switches = SandboxSettings(json_token_requests=False)
    assert client.post(TOKEN, json=CREDENTIALS).status_code == 415


@pytest.mark.parametrize(
    ("change", "problem", "error"),
    [
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
        ({"client_id": "nobody"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "wrong"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"refresh_token": "na1-gone"}, "BAD_REFRESH_TOKEN", "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "used"}, "BAD_AUTH_CODE", "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "oauth"}, "BAD_SCOPES", "invalid_scope"),
    ],
)
def test_a_refusal_has_oauths_and_hubspots_fields(served, client, change, problem: str, error: str) -> None:
    issued = install(served, client)
    form = {**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": issued["refresh_token"], **change}
    response = client.post(TOKEN, data=form)
    body = response.json()
    assert response.status_code == 400
    assert (body["status"], body["error"]) == (problem, error)
    assert body["message"] == body["error_description"]
    assert body["correlationId"] == response.headers["x-hubspot-correlation-id"]


def test_client_credentials_answer_without_a_refresh_token_or_an_account(client) -> None:
    form = {**CREDENTIALS, "grant_type": "client_credentials", "scope": "developer.webhooks_journal.read"}
    body = client.post(TOKEN, data=form).json()
    assert body["token_use"] == "client_credentials"
    assert body.keys().isdisjoint({"refresh_token", "hub_id", "user_id"})


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_introspection_of_an_access_token_tells_all_about_it(served, client, version: str) -> None:
    issued = install(served, client, portal="nordwind")
    served.sandbox.clock.advance(300)
    form = {**CREDENTIALS, "token": issued["access_token"], "token_type_hint": "access_token"}
    body = client.post(f"/oauth/{version}/token/introspect", data=form).json()
    signed = body.pop("signed_access_token")
    assert body == {
        "active": True,
        "token": issued["access_token"],
        "hub_id": 8_200_200,
        "hub_domain": "nordwind.example",
        "user_id": 601,
        "user": "bo@nordwind.example",
        "app_id": DEFAULT_APP.app_id,
        "client_id": DEFAULT_APP.client_id,
        "scopes": issued["scopes"],
        "expires_in": 1500,
        "is_private_distribution": True,
        "token_type": "bearer",
        "token_use": "access_token",
    }
    assert (signed["hublet"], signed["isUserLevel"], signed["hubId"]) == ("na1", False, 8_200_200)


def test_introspection_names_the_user_who_agreed(served, client) -> None:
    code = served.sandbox.tokens.mint_code("demo", user_id=502)
    form = {**CREDENTIALS, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    issued = client.post(TOKEN, data=form).json()
    body = client.post(f"{TOKEN}/introspect", data={**CREDENTIALS, "token": issued["access_token"]}).json()
    assert (body["user_id"], body["user"]) == (502, "cy@demo.example")


def test_introspection_of_a_refresh_token(served, client) -> None:
    issued = install(served, client)
    body = client.post(f"{TOKEN}/introspect", data={**CREDENTIALS, "token": issued["refresh_token"]}).json()
    assert (body["active"], body["token_use"], body["hub_id"]) == (True, "refresh_token", 8_100_100)
    assert "expires_in" not in body


def test_what_does_not_work_introspects_as_inactive_with_200(served, client) -> None:
    issued = install(served, client)
    client.post(f"{TOKEN}/revoke", data={**CREDENTIALS, "token": issued["refresh_token"]})
    served.sandbox.clock.advance(1800)
    for token in ("nonsense", issued["refresh_token"], issued["access_token"], "pat-na1-demo"):
        response = client.post(f"{TOKEN}/introspect", data={**CREDENTIALS, "token": token})
        assert (response.status_code, response.json()) == (200, {"active": False})


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_revoking_answers_200_with_nothing_and_does_not_cascade(served, client, version: str) -> None:
    issued = install(served, client)
    form = {**CREDENTIALS, "token": issued["refresh_token"], "token_type_hint": "refresh_token"}
    for _ in range(2):
        response = client.post(f"/oauth/{version}/token/revoke", data=form)
        assert (response.status_code, response.content) == (200, b"")
    assert client.get(DETAILS, headers=bearer(issued["access_token"])).status_code == 200
    refused = client.post(
        TOKEN, data={**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    )
    assert refused.json()["status"] == "BAD_REFRESH_TOKEN"


def test_an_expired_access_token_is_refused_and_a_refresh_helps(served, client) -> None:
    issued = install(served, client)
    served.sandbox.clock.advance(1801)
    refused = client.get(DETAILS, headers=bearer(issued["access_token"]))
    assert (refused.status_code, refused.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    again = client.post(
        TOKEN, data={**CREDENTIALS, "grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    ).json()
    assert client.get(DETAILS, headers=bearer(again["access_token"])).status_code == 200


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_uninstalling_takes_the_app_out_of_the_calling_account(served, client, version: str) -> None:
    issued = install(served, client)
    elsewhere = install(served, client, portal="nordwind")
    path = f"/appinstalls/{version}/external-install"
    assert client.delete(path, headers=bearer(issued["access_token"])).status_code == 204
    assert client.get(DETAILS, headers=bearer(issued["access_token"])).status_code == 401
    assert client.get(DETAILS, headers=bearer(elsewhere["access_token"])).status_code == 200
    assert client.delete(path, headers=bearer("nonsense")).status_code == 401


def test_the_old_addresses_describe_and_end_tokens(served, client) -> None:
    issued = install(served, client)
    access = client.get(f"/oauth/v1/access-tokens/{issued['access_token']}").json()
    refresh = client.get(f"/oauth/v1/refresh-tokens/{issued['refresh_token']}").json()
    assert (access["token_type"], access["hub_id"], access["user"]) == ("access", 8_100_100, "ada@demo.example")
    assert (refresh["token_type"], refresh["client_id"]) == ("refresh", DEFAULT_APP.client_id)
    assert client.delete(f"/oauth/v1/refresh-tokens/{issued['refresh_token']}").status_code == 204
    assert client.delete(f"/oauth/v1/refresh-tokens/{issued['refresh_token']}").status_code == 404
    assert client.get(f"/oauth/v1/refresh-tokens/{issued['refresh_token']}").status_code == 404
    assert client.get("/oauth/v1/access-tokens/nonsense").status_code == 404
    assert client.get("/oauth/2026-09/access-tokens/nonsense").status_code == 404


def test_a_private_app_token_is_described_by_its_own_address(client) -> None:
    body = client.post("/oauth/v2/private-apps/get/access-token-info", json={"tokenKey": "pat-na1-nordwind"}).json()
    assert (body["hubId"], body["userId"]) == (8_200_200, 601)
    assert "marketing.campaigns.read" not in body["scopes"]
    refused = client.post("/oauth/v2/private-apps/get/access-token-info", json={"tokenKey": "nonsense"})
    assert refused.status_code == 401
