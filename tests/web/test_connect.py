"""Connecting accounts in the browser against the sandbox: the whole way, and everything that must connect nothing."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH, START_PATH
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.web.desk import TENANT, Desk, open_desk, state_of


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def desk(served: Served, tmp_path: Path) -> AsyncIterator[Desk]:
    served.sandbox.reset()
    async with open_desk(served, tmp_path) as opened:
        yield opened


async def nothing_connected(desk: Desk) -> bool:
    return await desk.store.all(TENANT) == ()


async def test_two_accounts_are_connected_through_the_whole_flow_and_listed(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    page = await browser.ours.get(START_PATH)
    assert "Read deals and pipelines</span> <code>crm.objects.deals.read</code>" in page.text
    assert "pretend HubSpot" in page.text
    for portal in ("demo", "nordwind"):
        back = await browser.connect(portal)
        assert back.status_code == 303
        assert back.headers["location"].startswith(f"{ACCOUNTS_PATH}?connected=")
        shown = await browser.ours.get(back.headers["location"])
        assert "is connected" in shown.text
        assert "code=" not in str(shown.url)
    accounts = {account["hub_id"]: account for account in await browser.accounts()}
    for name in ("demo", "nordwind"):
        portal = desk.served.sandbox.portals[name].account
        assert accounts[str(portal.portal_id)]["hub_domain"] == portal.hub_domain
    rich, poor = (accounts[str(desk.served.sandbox.portals[n].account.portal_id)] for n in ("demo", "nordwind"))
    assert rich["missing_scopes"] == []
    assert poor["missing_scopes"] == ["marketing.campaigns.read", "marketing.campaigns.revenue.read"]


async def test_the_address_asks_for_the_plans_scopes_with_a_challenge_and_no_secret(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    query = parse_qs(urlsplit(await browser.begin()).query)
    assert query["scope"] == [" ".join(scope.name for scope in desk.connections.plan.required)]
    assert query["optional_scope"] == [" ".join(scope.name for scope in desk.connections.plan.optional)]
    assert query["code_challenge_method"] == ["S256"]
    assert "client_secret" not in query


async def test_refusing_at_hubspot_connects_nothing_and_says_so(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    back = await browser.come_back(await browser.decide(await browser.begin(), "demo", "deny"))
    assert back.status_code == 403
    assert "refused at HubSpot, so nothing was connected" in back.text
    assert await nothing_connected(desk)


async def test_a_callback_works_once(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    address = await browser.decide(await browser.begin(), "demo")
    assert (await browser.come_back(address)).status_code == 303
    again = await browser.come_back(address)
    assert again.status_code == 403
    assert "used already" in again.text
    assert len(await desk.store.all(TENANT)) == 1


async def test_a_foreign_or_missing_state_connects_nothing(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    address = await browser.decide(await browser.begin(), "demo")
    for forged in (address.replace(state_of(address), "x" * 43), address.split("&state=")[0]):
        assert (await browser.come_back(forged)).status_code == 403
    assert await nothing_connected(desk)


async def test_another_browser_cannot_use_a_sign_in_and_burns_it(desk: Desk) -> None:
    """The attacker's sign-in in the victim's browser would connect the attacker's account (login CSRF)."""
    attacker, victim = desk.browser(), desk.browser()
    await attacker.enter()
    await victim.enter()
    address = await attacker.decide(await attacker.begin(), "demo")
    await victim.begin()
    crossed = await victim.come_back(address)
    assert crossed.status_code == 403
    assert "another browser" in crossed.text
    assert (await attacker.come_back(address)).status_code == 403
    assert await nothing_connected(desk)


async def test_without_a_session_no_page_of_connecting_answers(desk: Desk) -> None:
    browser = desk.browser()
    for path in (START_PATH, "/oauth/start", "/oauth/callback?code=c&state=s", ACCOUNTS_PATH):
        answer = await browser.ours.get(path)
        assert answer.status_code == 401
        assert "hubspot-skill login" in answer.text
    assert (await browser.post(START_PATH)).status_code == 403
    assert await nothing_connected(desk)


async def test_another_account_than_the_one_to_be_connected_again_is_refused_and_revoked(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    await browser.connect("demo")
    before = await desk.store.all(TENANT)
    address = await browser.begin(hub_id=str(before[0].hub_id))
    assert f"/oauth/{before[0].hub_id}/authorize?" in address
    switched = await browser.come_back(await browser.decide(address, "nordwind"))
    assert switched.status_code == 403
    assert "was to be connected again" in switched.text
    assert await desk.store.all(TENANT) == before
    living = [grant.portal for grant in desk.served.sandbox.tokens.living_grants()]
    assert living == ["demo"]


async def test_connecting_the_same_account_again_keeps_its_name(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    await browser.connect("demo")
    [first] = await desk.store.all(TENANT)
    await browser.post(f"{ACCOUNTS_PATH}/{first.alias}/name", alias="head office")
    address = await browser.begin(hub_id=str(first.hub_id))
    assert (await browser.come_back(await browser.decide(address, "demo"))).status_code == 303
    [again] = await desk.store.all(TENANT)
    assert (again.connection_id, again.alias) == (first.connection_id, "head office")
    assert again.generation > first.generation


async def test_connecting_the_same_account_again_ends_the_grant_that_it_had(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    await browser.connect("demo")
    [first] = await desk.store.all(TENANT)
    earlier = await desk.store.refresh_token(TENANT, first.connection_id)
    await browser.connect("demo")
    later = await desk.store.refresh_token(TENANT, first.connection_id)
    assert earlier is not None
    assert later is not None
    living = desk.served.sandbox.tokens.living_grants()
    assert earlier != later
    assert [grant.portal for grant in living] == ["demo"]


async def test_accounts_are_renamed_and_one_is_made_the_default(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    await browser.connect("demo")
    await browser.connect("nordwind")
    one, other = await desk.store.all(TENANT)
    assert (await browser.post(f"{ACCOUNTS_PATH}/{one.alias}/name", alias=other.alias)).status_code == 409
    assert (await browser.post(f"{ACCOUNTS_PATH}/{one.alias}/name", alias="us team")).status_code == 303
    assert (await browser.post(f"{ACCOUNTS_PATH}/us%20team/default")).status_code == 303
    assert (await browser.post(f"{ACCOUNTS_PATH}/nobody/default")).status_code == 422
    assert [(a["alias"], a["is_default"]) for a in await browser.accounts() if a["alias"] == "us team"] == [
        ("us team", True)
    ]
    page = await browser.ours.get(ACCOUNTS_PATH)
    assert 'us team</bdi> <span class="badge">default</span>' in page.text
    assert "/us%20team/disconnect" in page.text


@pytest.mark.parametrize("uninstall", ["", "1"])
async def test_disconnecting_deletes_the_tokens_here_and_revokes_them_at_hubspot(desk: Desk, uninstall: str) -> None:
    browser = desk.browser()
    await browser.enter()
    await browser.connect("demo")
    [account] = await desk.store.all(TENANT)
    answer = await browser.post(f"{ACCOUNTS_PATH}/{account.alias}/disconnect", uninstall=uninstall)
    assert answer.status_code == 303
    assert await nothing_connected(desk)
    assert desk.served.sandbox.tokens.living_grants() == ()
    assert "is disconnected" in (await browser.ours.get(answer.headers["location"])).text


async def test_a_wrong_app_secret_is_told_to_the_operator_and_connects_nothing(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    desk.served.sandbox.tokens.register(
        type(desk.served.sandbox.tokens.find_app(desk.connections.client_id))(
            app_id=1,
            client_id=desk.connections.client_id,
            client_secret="changed",
            redirect_uris=frozenset({"http://localhost:8765/api/hubspot/oauth/callback"}),
        )
    )
    back = await browser.connect("demo")
    assert back.status_code == 500
    assert "HUBSPOT_CLIENT_SECRET" in back.text
    assert await nothing_connected(desk)


async def test_no_answer_of_the_site_holds_a_token_code_or_secret(desk: Desk) -> None:
    browser = desk.browser()
    await browser.enter()
    start = await browser.ours.get(START_PATH)
    address = await browser.decide(await browser.begin(), "demo")
    code = parse_qs(urlsplit(address).query)["code"][0]
    back = await browser.come_back(address)
    shown = await browser.ours.get(back.headers["location"])
    [account] = await desk.store.all(TENANT)
    refresh = await desk.store.refresh_token(TENANT, account.connection_id)
    access = await desk.refresher.token(TENANT, account.connection_id)
    assert refresh is not None
    secrets = (code, refresh.reveal(), access.token.reveal(), "5a5a5a5a-0000-4000-8000-0000000000c5")
    for answer in (start, back, shown):
        text = answer.text + repr(answer.headers)
        assert not [secret for secret in secrets if secret in text]
