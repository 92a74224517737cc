"""Trial A8: every way to bend a sign-in, of which none may connect an account."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.surfaces.web.connect import ACCOUNTS_PATH, CALLBACK_PATH, START_PATH
from tests.manual_clock import ManualClock
from tests.sandbox.edge_portals import portals
from tests.sandbox_fixture import Served, running_sandbox
from tests.web.desk import ORIGIN, TENANT, Browser, Desk, open_desk, state_of

TEN_MINUTES_S = 600
OUR_APP_IS_WRONG = 500
"""How a code reads that was made for another address: as if our app's address were set wrong."""
OTHER_REDIRECT = "http://localhost:8766/api/hubspot/oauth/callback"


@dataclass(frozen=True, slots=True)
class Scene:
    """The site, its clock, the victim's browser with a session, and an attacker's."""

    desk: Desk
    clock: ManualClock
    victim: Browser
    attacker: Browser

    async def agreed(self, browser: Browser | None = None) -> str:
        """Begin a sign-in, agree at HubSpot, and give the address to come back to, not opened yet."""
        browser = browser or self.victim
        return await browser.decide(await browser.begin(), "demo")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
async def scene(served: Served, tmp_path: Path) -> AsyncIterator[Scene]:
    served.sandbox.reset()
    clock = ManualClock()
    async with open_desk(served, tmp_path, clock=clock) as desk:
        victim, attacker = desk.browser(), desk.browser()
        await victim.enter()
        await attacker.enter()
        yield Scene(desk, clock, victim, attacker)


async def missing_state(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    return await scene.victim.ours.get(CALLBACK_PATH, params={"code": _word(address, "code")})


async def empty_state(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    return await scene.victim.ours.get(CALLBACK_PATH, params={"code": _word(address, "code"), "state": ""})


async def guessed_state(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    return await scene.victim.ours.get(CALLBACK_PATH, params={"code": _word(address, "code"), "state": "g" * 43})


async def state_used_by_a_refusal(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    await scene.victim.ours.get(CALLBACK_PATH, params={"error": "access_denied", "state": state_of(address)})
    return await scene.victim.come_back(address)


async def late_state(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    await scene.clock.advance(TEN_MINUTES_S + 1)
    return await scene.victim.come_back(address)


async def state_of_another_session(scene: Scene) -> httpx2.Response:
    address = await scene.agreed(scene.attacker)
    await scene.victim.begin()
    return await scene.victim.come_back(address)


async def code_of_another_session(scene: Scene) -> httpx2.Response:
    """The attacker's code under the victim's own state; PKCE and the code's own binding stand in the way."""
    foreign, own = await scene.agreed(scene.attacker), await scene.agreed()
    return await scene.victim.ours.get(CALLBACK_PATH, params={"code": _word(foreign, "code"), "state": state_of(own)})


async def another_browser_without_session(scene: Scene) -> httpx2.Response:
    return await scene.desk.browser().come_back(await scene.agreed())


async def same_session_without_the_cookie(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    scene.victim.ours.cookies.delete("hs_oauth_8765")
    return await scene.victim.come_back(address)


async def session_ended_meanwhile(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    await scene.victim.post("/leave")
    return await scene.victim.come_back(address)


async def redirect_altered_to_an_unknown_one(scene: Scene) -> httpx2.Response:
    address = (await scene.victim.begin()).replace("localhost%3A8765", "evil.example")
    async with httpx2.AsyncClient(timeout=5) as hubspot:
        return await hubspot.post(address, data={"decision": "allow", "portal": "demo"})


async def redirect_altered_to_another_of_the_app(scene: Scene) -> httpx2.Response:
    """The code was made for the other address, so the exchange at ours is refused."""
    both = DEFAULT_APP.redirect_uris | {OTHER_REDIRECT}
    scene.desk.served.sandbox.tokens.register(replace(DEFAULT_APP, redirect_uris=both))
    address = (await scene.victim.begin()).replace("localhost%3A8765", "localhost%3A8766")
    back = await scene.victim.decide(address, "demo")
    return await scene.victim.come_back(back.replace("localhost:8766", "localhost:8765"))


async def consent_skipped(scene: Scene) -> httpx2.Response:
    code = scene.desk.served.sandbox.tokens.mint_code("demo", redirect_uri=min(DEFAULT_APP.redirect_uris))
    return await scene.victim.ours.get(CALLBACK_PATH, params={"code": code, "state": "s" * 43})


async def begun_by_another_site(scene: Scene) -> httpx2.Response:
    session = scene.desk.sessions.find(scene.victim.ours.cookies["hs_session_8765"])
    assert session is not None
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    return await scene.victim.ours.post(START_PATH, data={"csrf": session.csrf}, headers=headers)


async def begun_without_the_pages_token(scene: Scene) -> httpx2.Response:
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    return await scene.victim.ours.post(START_PATH, data={"hub_id": ""}, headers=headers)


async def begun_by_a_link(scene: Scene) -> httpx2.Response:
    """Opening the page, as an image or a link of another site could, begins nothing."""
    await scene.victim.ours.get(START_PATH)
    return await consent_skipped(scene)


async def relayed_by_another_site(scene: Scene) -> httpx2.Response:
    address = await scene.agreed()
    sent = {"code": _word(address, "code"), "state": state_of(address)}
    return await scene.victim.ours.post(CALLBACK_PATH, data=sent, headers={"Origin": "https://evil.example"})


ATTACKS: tuple[Callable[[Scene], Awaitable[httpx2.Response]], ...] = (
    missing_state,
    empty_state,
    guessed_state,
    state_used_by_a_refusal,
    late_state,
    state_of_another_session,
    code_of_another_session,
    another_browser_without_session,
    same_session_without_the_cookie,
    session_ended_meanwhile,
    redirect_altered_to_an_unknown_one,
    redirect_altered_to_another_of_the_app,
    consent_skipped,
    begun_by_another_site,
    begun_without_the_pages_token,
    begun_by_a_link,
    relayed_by_another_site,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_a_bent_sign_in_connects_nothing(
    scene: Scene, attack: Callable[[Scene], Awaitable[httpx2.Response]]
) -> None:
    answer = await attack(scene)
    assert answer.status_code in {400, 401, 403, OUR_APP_IS_WRONG}
    assert await scene.desk.store.all(TENANT) == ()


async def test_a_sign_in_that_worked_does_not_work_again(scene: Scene) -> None:
    address = await scene.agreed()
    assert (await scene.victim.come_back(address)).status_code == 303
    before = await scene.desk.store.all(TENANT)
    assert (await scene.victim.come_back(address)).status_code == 403
    assert await scene.desk.store.all(TENANT) == before


async def test_another_account_than_the_pinned_one_is_not_connected(scene: Scene) -> None:
    await scene.victim.connect("demo")
    before = await scene.desk.store.all(TENANT)
    address = await scene.victim.begin(hub_id=str(before[0].hub_id))
    assert (await scene.victim.come_back(await scene.victim.decide(address, "nordwind"))).status_code == 403
    assert await scene.desk.store.all(TENANT) == before


@pytest.mark.parametrize("path", [START_PATH, ACCOUNTS_PATH, CALLBACK_PATH])
async def test_no_page_of_a_sign_in_may_be_framed(scene: Scene, path: str) -> None:
    answer = await scene.victim.ours.get(path)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


def _word(address: str, name: str) -> str:
    return parse_qs(urlsplit(address).query)[name][0]
