"""The authorize page over HTTP: what it shows, what it refuses, and where it sends the browser."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from hubspot_skill.sandbox.tokens import DEFAULT_APP
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox

REDIRECT = min(DEFAULT_APP.redirect_uris)
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
"""The example pair of RFC 7636, appendix B."""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
def client(served: Served) -> Iterator[httpx2.Client]:
    served.sandbox.reset()
    with httpx2.Client(base_url=served.base_url, timeout=5) as made:
        yield made


def address(path: str = "/oauth/authorize", **changed: str | None) -> str:
    query = {
        "client_id": DEFAULT_APP.client_id,
        "redirect_uri": REDIRECT,
        "scope": "oauth crm.objects.contacts.read",
        "state": "s%1",
        **changed,
    }
    return f"{path}?{urlencode({name: value for name, value in query.items() if value is not None})}"


def returned(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 302
    target = urlsplit(response.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == REDIRECT
    return dict(parse_qsl(target.query))


def test_the_page_offers_every_account_and_names_the_scopes(served, client) -> None:
    response = client.get(address(optional_scope="crm.lists.read"))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    for portal in served.sandbox.portals.values():
        assert portal.account.hub_domain in response.text
    assert "crm.objects.contacts.read" in response.text
    assert "crm.lists.read <small>where the account has it" in response.text


def test_agreeing_gives_a_code_for_the_chosen_account_and_the_state(served, client) -> None:
    name, portal = list(served.sandbox.portals.items())[-1]
    back = returned(client.post(address(), data={"decision": "allow", "portal": name}))
    assert back["state"] == "s%1"
    form = {
        "grant_type": "authorization_code",
        "client_id": DEFAULT_APP.client_id,
        "client_secret": DEFAULT_APP.client_secret,
        "redirect_uri": REDIRECT,
        "code": back["code"],
    }
    issued = client.post("/oauth/2026-09/token", data=form).json()
    assert issued["hub_id"] == portal.account.portal_id
    assert issued["scopes"] == ["crm.objects.contacts.read", "oauth"]


def test_refusing_gives_an_error_and_the_state_but_no_code(client) -> None:
    back = returned(client.post(address(), data={"decision": "deny", "portal": "demo"}))
    assert back["error"] == "access_denied"
    assert back["state"] == "s%1"
    assert "code" not in back


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": "other"}, "No app has this client id"),
        ({"redirect_uri": REDIRECT + "/"}, "The redirect address"),
        ({"scope": "crm.objects.contacts.read"}, "the app requires: oauth"),
        ({"scope": "oauth crm.objects.unicorns.read"}, "do not exist: crm.objects.unicorns.read"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "S256"),
    ],
)
def test_a_wrong_address_stays_on_the_page_for_both_methods(client, changed: dict[str, str], said: str) -> None:
    shown = client.get(address(**changed))
    decided = client.post(address(**changed), data={"decision": "allow", "portal": "demo"})
    assert (shown.status_code, decided.status_code) == (400, 400)
    assert said in shown.text
    assert said in decided.text


def test_an_account_that_cannot_grant_a_wanted_scope_is_blocked_and_says_why(served, client) -> None:
    poor = next(n for n, p in served.sandbox.portals.items() if "marketing_pro" not in p.account.products)
    wanted = address(scope="oauth marketing.campaigns.read")
    assert "cannot grant marketing.campaigns.read" in client.get(wanted).text
    blocked = client.post(wanted, data={"decision": "allow", "portal": poor})
    assert blocked.status_code == 400
    assert "cannot grant: marketing.campaigns.read" in blocked.text


def test_an_optional_scope_that_the_account_lacks_is_left_out(served, client) -> None:
    poor = next(n for n, p in served.sandbox.portals.items() if "marketing_pro" not in p.account.products)
    asked = address(optional_scope="marketing.campaigns.read crm.lists.read")
    back = returned(client.post(asked, data={"decision": "allow", "portal": poor}))
    form = {
        "grant_type": "authorization_code",
        "client_id": DEFAULT_APP.client_id,
        "client_secret": DEFAULT_APP.client_secret,
        "redirect_uri": REDIRECT,
        "code": back["code"],
    }
    granted = client.post("/oauth/2026-09/token", data=form).json()["scopes"]
    assert granted == ["crm.lists.read", "crm.objects.contacts.read", "oauth"]


def test_the_account_in_the_path_is_chosen_beforehand(served, client) -> None:
    name, portal = list(served.sandbox.portals.items())[-1]
    text = client.get(address(f"/oauth/{portal.account.portal_id}/authorize")).text
    assert f'value="{name}" required checked' in text
    assert text.count(" checked") == 1


@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), ("x" * 43, 400)])
def test_a_code_with_a_challenge_needs_its_verifier(client, verifier: str, status: int) -> None:
    asked = address(code_challenge=CHALLENGE, code_challenge_method="S256")
    back = returned(client.post(asked, data={"decision": "allow", "portal": "demo"}))
    form = {
        "grant_type": "authorization_code",
        "client_id": DEFAULT_APP.client_id,
        "client_secret": DEFAULT_APP.client_secret,
        "redirect_uri": REDIRECT,
        "code": back["code"],
        "code_verifier": verifier,
    }
    assert client.post("/oauth/2026-09/token", data=form).status_code == status


def test_text_from_the_address_never_becomes_markup(client) -> None:
    text = client.get(address(state='"><script>x</script>', scope="oauth <b>")).text
    assert "<script>" not in text
    assert "<b>" not in text
