"""Tokens: who a bearer is, what each kind may do, and when it stops working."""

from datetime import timedelta

import pytest

from hubspot_skill.sandbox.call import Portal
from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.sandbox.refusals import Refusal
from hubspot_skill.sandbox.scopes import ALL_SCOPES
from hubspot_skill.sandbox.settings import SandboxSettings
from hubspot_skill.sandbox.store import Store
from hubspot_skill.sandbox.tokens import DEFAULT_APP, OAuthApp, Tokens
from tests.sandbox.edge_portals import NORDWIND, NOW, portal

REDIRECT = min(DEFAULT_APP.redirect_uris)
OTHER_APP = OAuthApp(9, "other-id", "other-secret", frozenset({"http://localhost/other"}))


class Scene:
    """The tokens of two accounts over a clock that stands still."""

    def __init__(self, **switches: object) -> None:
        self.clock = SandboxClock(NOW, running=False)
        settings = SandboxSettings(**switches)
        stores = (Store.load(portal()), Store.load(portal("nordwind", NORDWIND)))
        self.portals = {store.facts.name: Portal(store, self.clock, settings) for store in stores}
        self.tokens = Tokens(self.portals, self.clock)

    def install(self, name: str = "demo", app: OAuthApp = DEFAULT_APP):
        code = self.tokens.mint_code(name, client_id=app.client_id)
        return self.tokens.redeem(app, code, min(app.redirect_uris), None)

    def works(self, token: str) -> bool:
        try:
            self.tokens.resolve(f"Bearer {token}")
        except Refusal as refusal:
            return refusal.status != 401
        return True

    def problem_of_refresh(self, refresh_token: str, app: OAuthApp = DEFAULT_APP) -> str:
        with pytest.raises(Refusal) as caught:
            self.tokens.refresh(app, refresh_token)
        assert caught.value.status == 400
        return str(caught.value.body["status"])


def test_the_demo_token_has_every_scope_of_the_first_portal() -> None:
    found = Scene().tokens.resolve("Bearer pat-na1-demo")
    assert (found.portal, found.kind, found.user_id, found.scopes) == ("demo", "private_app", 501, ALL_SCOPES)


def test_every_portal_has_a_token_of_its_name() -> None:
    found = Scene().tokens.resolve("Bearer pat-na1-nordwind")
    assert (found.portal, found.user_id) == ("nordwind", 601)


def test_an_account_without_marketing_pro_grants_no_campaign_scope() -> None:
    scene = Scene()
    found = scene.tokens.resolve("Bearer pat-na1-nordwind")
    assert ALL_SCOPES - found.scopes == {
        "marketing.campaigns.read",
        "marketing.campaigns.write",
        "marketing.campaigns.revenue.read",
    }
    with pytest.raises(Refusal) as caught:
        scene.tokens.mint("nordwind", {"marketing.campaigns.read"})
    assert (caught.value.status, caught.value.body["status"]) == (400, "BAD_SCOPES")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic pat-na1-demo", "pat-na1-demo", "Bearer pat-na1-"]
)
def test_a_bad_header_is_refused_as_unauthenticated(header: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        Scene().tokens.resolve(header)
    assert (caught.value.status, caught.value.body["category"]) == (401, "INVALID_AUTHENTICATION")


def test_the_scheme_is_read_in_any_case() -> None:
    assert Scene().tokens.resolve("bearer pat-na1-demo").portal == "demo"


def test_a_minted_token_has_just_its_scopes_and_an_app_of_its_own() -> None:
    scene = Scene()
    first = scene.tokens.mint("demo", {"crm.objects.contacts.read"}, user_id=502)
    second = scene.tokens.mint("demo")
    one, two = (scene.tokens.resolve(f"Bearer {token}") for token in (first, second))
    assert (one.scopes, one.user_id) == ({"crm.objects.contacts.read"}, 502)
    assert first.startswith("pat-eu1-")
    assert one.app_id != two.app_id
    assert two.scopes == ALL_SCOPES


def test_an_unknown_portal_is_named_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match=r'no portal is named "acme"; there are: demo, nordwind'):
        Scene().tokens.mint("acme")


def test_an_access_token_lives_thirty_minutes_by_the_sandbox_clock() -> None:
    scene = Scene()
    issued = scene.install()
    assert issued.expires_at == NOW + timedelta(minutes=30)
    scene.clock.advance(1799)
    assert scene.tokens.resolve(f"Bearer {issued.token}").kind == "oauth"
    scene.clock.advance(1)
    with pytest.raises(Refusal) as caught:
        scene.tokens.resolve(f"Bearer {issued.token}")
    assert (caught.value.status, caught.value.body["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_private_app_tokens_never_expire() -> None:
    scene = Scene()
    scene.clock.advance(10 * 365 * 86_400)
    assert scene.works("pat-na1-demo")


def test_a_code_works_once_only() -> None:
    scene = Scene()
    code = scene.tokens.mint_code("demo")
    scene.tokens.redeem(DEFAULT_APP, code, REDIRECT, None)
    with pytest.raises(Refusal) as caught:
        scene.tokens.redeem(DEFAULT_APP, code, REDIRECT, None)
    assert caught.value.body["status"] == "BAD_AUTH_CODE"


def test_a_code_expires() -> None:
    scene = Scene(code_lifetime_s=30)
    code = scene.tokens.mint_code("demo")
    scene.clock.advance(30)
    with pytest.raises(Refusal) as caught:
        scene.tokens.redeem(DEFAULT_APP, code, REDIRECT, None)
    assert caught.value.body["status"] == "BAD_AUTH_CODE"


def test_a_code_is_for_its_app_and_its_address() -> None:
    scene = Scene()
    scene.tokens.register(OTHER_APP)
    for app, address, problem in (
        (OTHER_APP, REDIRECT, "BAD_AUTH_CODE"),
        (DEFAULT_APP, "http://localhost/elsewhere", "BAD_REDIRECT_URI"),
    ):
        with pytest.raises(Refusal) as caught:
            scene.tokens.redeem(app, scene.tokens.mint_code("demo"), address, None)
        assert caught.value.body["status"] == problem


@pytest.mark.parametrize("verifier", [None, "wrong"])
def test_a_code_with_a_challenge_wants_its_verifier(verifier: str | None) -> None:
    """The pair is the example of RFC 7636, appendix B."""
    scene = Scene()
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    code = scene.tokens.mint_code("demo", code_challenge=challenge)
    with pytest.raises(Refusal) as caught:
        scene.tokens.redeem(DEFAULT_APP, code, REDIRECT, verifier)
    assert caught.value.body["status"] == "BAD_CODE_VERIFIER"
    code = scene.tokens.mint_code("demo", code_challenge=challenge)
    issued = scene.tokens.redeem(DEFAULT_APP, code, REDIRECT, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert scene.works(issued.token)


def test_a_code_for_an_unknown_app_or_address_cannot_be_minted() -> None:
    tokens = Scene().tokens
    with pytest.raises(Refusal, match="client id"):
        tokens.mint_code("demo", client_id="nobody")
    with pytest.raises(Refusal, match="redirect uri"):
        tokens.mint_code("demo", redirect_uri="http://localhost/elsewhere")


def test_refresh_keeps_the_refresh_token_by_default_and_the_old_access_token_alive() -> None:
    """NangoHQ/nango#7664 saw the same refresh token come back; that the old access token lives on is unverified."""
    scene = Scene()
    first = scene.install()
    second = scene.tokens.refresh(DEFAULT_APP, first.refresh_token)
    assert second.refresh_token == first.refresh_token
    assert second.token != first.token
    assert scene.works(first.token)
    assert scene.works(second.token)
    assert second.refresh_token.startswith("eu1-")


def test_rotation_replaces_the_refresh_token() -> None:
    scene = Scene(refresh_rotation="on")
    first = scene.install()
    second = scene.tokens.refresh(DEFAULT_APP, first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert scene.problem_of_refresh(first.refresh_token) == "BAD_REFRESH_TOKEN"
    assert scene.works(scene.tokens.refresh(DEFAULT_APP, second.refresh_token).token)


def test_rotation_with_grace_lets_the_old_refresh_token_work_a_while() -> None:
    scene = Scene(refresh_rotation="grace", refresh_grace_s=60)
    first = scene.install()
    scene.tokens.refresh(DEFAULT_APP, first.refresh_token)
    scene.clock.advance(59)
    assert scene.works(scene.tokens.refresh(DEFAULT_APP, first.refresh_token).token)
    scene.clock.advance(1)
    assert scene.problem_of_refresh(first.refresh_token) == "BAD_REFRESH_TOKEN"


def test_a_switch_lets_refresh_end_the_old_access_token() -> None:
    scene = Scene(refresh_ends_old_access_token=True)
    first = scene.install()
    second = scene.tokens.refresh(DEFAULT_APP, first.refresh_token)
    assert (scene.works(first.token), scene.works(second.token)) == (False, True)


def test_another_apps_refresh_token_is_refused() -> None:
    scene = Scene()
    scene.tokens.register(OTHER_APP)
    assert scene.problem_of_refresh(scene.install().refresh_token, OTHER_APP) == "BAD_REFRESH_TOKEN"


def test_revoking_ends_the_refresh_token_and_leaves_access_tokens_alone() -> None:
    scene = Scene()
    issued = scene.install()
    scene.tokens.revoke(DEFAULT_APP, issued.refresh_token)
    assert scene.problem_of_refresh(issued.refresh_token) == "BAD_REFRESH_TOKEN"
    assert scene.works(issued.token)


def test_an_app_cannot_revoke_anothers_token() -> None:
    scene = Scene()
    scene.tokens.register(OTHER_APP)
    issued = scene.install()
    scene.tokens.revoke(OTHER_APP, issued.refresh_token)
    assert scene.tokens.find_refresh(issued.refresh_token) == issued.grant


@pytest.mark.parametrize("ends_access", [True, False])
def test_uninstalling_ends_all_of_the_app_in_that_account_only(ends_access: bool) -> None:
    scene = Scene(uninstall_ends_access_tokens=ends_access)
    scene.tokens.register(OTHER_APP)
    here, again, other_account, other_app = (
        scene.install(),
        scene.install(),
        scene.install("nordwind"),
        scene.install(app=OTHER_APP),
    )
    scene.tokens.uninstall(f"Bearer {here.token}")
    assert scene.problem_of_refresh(again.refresh_token) == "BAD_REFRESH_TOKEN"
    assert scene.works(again.token) is not ends_access
    assert scene.works(other_account.token)
    assert scene.works(other_app.token)
    assert scene.tokens.find_refresh(other_account.refresh_token) is not None


def test_uninstalling_a_private_app_ends_its_token() -> None:
    scene = Scene()
    token = scene.tokens.mint("demo")
    scene.tokens.uninstall(f"Bearer {token}")
    assert not scene.works(token)


def test_a_deleted_account_refuses_a_refresh_with_bad_hub_and_every_call() -> None:
    scene = Scene()
    issued = scene.install("nordwind")
    scene.tokens.delete_account("nordwind")
    assert scene.problem_of_refresh(issued.refresh_token) == "BAD_HUB"
    assert not scene.works(issued.token)
    assert not scene.works("pat-na1-nordwind")
    assert scene.works("pat-na1-demo")


def test_client_credentials_are_for_the_webhook_journal_only() -> None:
    scene = Scene()
    issued = scene.tokens.client_credentials(DEFAULT_APP, ["developer.webhooks_journal.read"])
    assert issued.refresh_token is None
    assert scene.tokens.resolve(f"Bearer {issued.token}").scopes == {"developer.webhooks_journal.read"}
    for scopes in ([], ["crm.objects.contacts.read"]):
        with pytest.raises(Refusal) as caught:
            scene.tokens.client_credentials(DEFAULT_APP, scopes)
        assert caught.value.body["status"] == "BAD_SCOPES"


@pytest.mark.parametrize(
    ("client_id", "secret", "problem"),
    [
        ("nobody", DEFAULT_APP.client_secret, "BAD_CLIENT_ID"),
        (DEFAULT_APP.client_id, "wrong", "BAD_CLIENT_SECRET"),
        (DEFAULT_APP.client_id, "wröng", "BAD_CLIENT_SECRET"),
    ],
)
def test_wrong_app_credentials_are_told_apart(client_id: str, secret: str, problem: str) -> None:
    with pytest.raises(Refusal) as caught:
        Scene().tokens.app(client_id, secret)
    assert (caught.value.body["status"], caught.value.body["error"]) == (problem, "invalid_client")


def test_clearing_returns_to_the_standing_tokens() -> None:
    scene = Scene()
    issued, minted = scene.install(), scene.tokens.mint("demo")
    scene.tokens.delete_account("nordwind")
    scene.tokens.clear()
    assert not scene.works(issued.token)
    assert not scene.works(minted)
    assert scene.works("pat-na1-nordwind")
