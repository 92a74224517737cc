"""What every request to the site passes: host, session, origin, CSRF token, size, and the headers of every answer."""

from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hubspot_skill.access.sessions import ATTEMPTS, Attempts, Sessions
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.surfaces.web.entrance import entrance_routes
from hubspot_skill.surfaces.web.guard import MAX_BODY_BYTES, Guard
from hubspot_skill.surfaces.web.pages import Pages
from hubspot_skill.surfaces.web.site import Site
from tests.manual_clock import ManualClock

ORIGIN = "http://localhost:8765"
OURS = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


class Visit:
    """A site with one page that changes something, and a browser in front of it."""

    def __init__(self, origin: str = ORIGIN) -> None:
        site, pages, clock = Site(origin), Pages(), ManualClock()
        self.sessions = Sessions(clock)
        self.done: list[str] = []
        routes = entrance_routes(site, self.sessions, Attempts(clock), pages, home="/home")

        async def home(request: Request) -> Response:
            return PlainTextResponse(request.state.session.csrf if request.state.session else "nobody")

        async def change(request: Request) -> Response:
            self.done.append((await request.body()).decode())
            return PlainTextResponse("changed")

        app = Starlette(
            routes=[*routes, Route("/home", home), Route("/change", change, methods=["POST"])],
            middleware=[Middleware(Guard, site=site, sessions=self.sessions, pages=pages)],
        )
        self.browser = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=origin)

    async def enter(self) -> str:
        answer = await self.browser.get("/enter", params={"k": self.sessions.new_link()})
        assert answer.status_code == 303
        return (await self.browser.get("/home")).text


async def test_a_link_makes_a_session_and_leads_home_without_the_secret() -> None:
    visit = Visit()
    answer = await visit.browser.get("/enter", params={"k": visit.sessions.new_link()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("hs_session_8765=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert (await visit.browser.get("/home")).text != "nobody"


async def test_on_https_the_cookie_is_bound_to_the_host_and_transport_is_strict() -> None:
    visit = Visit("https://crm.example")
    answer = await visit.browser.get("/enter", params={"k": visit.sessions.new_link()})
    assert answer.headers["set-cookie"].startswith("__Host-hs_session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "javascript:x"]
)
async def test_a_link_never_leads_to_another_site(target: str) -> None:
    visit = Visit()
    answer = await visit.browser.get("/enter", params={"k": visit.sessions.new_link(), "next": target})
    assert answer.headers["location"] == "/home"


async def test_a_link_leads_to_the_page_of_this_site_that_it_names() -> None:
    visit = Visit()
    answer = await visit.browser.get("/enter", params={"k": visit.sessions.new_link(), "next": "/oauth/start?a=1"})
    assert answer.headers["location"] == "/oauth/start?a=1"


async def test_a_changing_request_from_our_page_with_the_token_passes_with_its_body_whole() -> None:
    visit = Visit()
    csrf = await visit.enter()
    form = await visit.browser.post("/change", data={"csrf": csrf, "name": "Ada"}, headers=OURS)
    fetched = await visit.browser.post("/change", json={"name": "Bo"}, headers={**OURS, "X-CSRF-Token": csrf})
    assert (form.status_code, fetched.status_code) == (200, 200)
    assert visit.done == [f"csrf={csrf}&name=Ada", '{"name":"Bo"}']


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_changing_request_from_elsewhere_changes_nothing_even_with_the_token(headers: dict[str, str]) -> None:
    visit = Visit()
    csrf = await visit.enter()
    answer = await visit.browser.post("/change", json={}, headers={**headers, "X-CSRF-Token": csrf})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "sign_in_refused"
    assert visit.done == []


async def test_a_changing_request_without_session_or_with_a_false_token_changes_nothing() -> None:
    visit = Visit()
    no_session = await visit.browser.post("/change", data={"csrf": "x"}, headers=OURS)
    csrf = await visit.enter()
    no_token = await visit.browser.post("/change", data={"name": "Ada"}, headers=OURS)
    false_token = await visit.browser.post("/change", data={"csrf": csrf[:-1]}, headers=OURS)
    as_json = await visit.browser.post("/change", json={"csrf": csrf}, headers=OURS)
    assert [a.status_code for a in (no_session, no_token, false_token, as_json)] == [403] * 4
    assert visit.done == []


async def test_a_body_over_the_limit_is_refused() -> None:
    visit = Visit()
    csrf = await visit.enter()
    headers = {**OURS, "X-CSRF-Token": csrf}
    answer = await visit.browser.post("/change", content=b"x" * (MAX_BODY_BYTES + 1), headers=headers)
    assert answer.status_code == 400
    assert "256 KiB" in answer.json()["detail"]
    assert visit.done == []


async def test_another_name_of_this_machine_is_redirected_and_any_other_host_refused() -> None:
    visit = Visit()
    other_name = await visit.browser.get("/home?a=1", headers={"Host": "127.0.0.1:8765"})
    assert (other_name.status_code, other_name.headers["location"]) == (307, f"{ORIGIN}/home?a=1")
    for host in ("evil.example", "localhost", "localhost:8766", "127.0.0.1:8765.evil.example", ""):
        assert (await visit.browser.get("/home", headers={"Host": host})).status_code == 421
    csrf = await visit.enter()
    changed = await visit.browser.post(
        "/change", json={}, headers={**OURS, "X-CSRF-Token": csrf, "Host": "127.0.0.1:8765"}
    )
    assert changed.status_code == 421
    assert visit.done == []


async def test_every_answer_carries_the_headers_also_a_refusal_and_a_missing_page() -> None:
    visit = Visit()
    for path, headers in (("/home", {}), ("/none", {}), ("/home", {"Host": "evil.example"})):
        answer = await visit.browser.get(path, headers=headers)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "server" not in answer.headers


async def test_a_used_link_shows_a_page_to_a_browser_and_guessing_is_slowed() -> None:
    visit = Visit()
    link = visit.sessions.new_link()
    assert (await visit.browser.get("/enter", params={"k": link})).status_code == 303
    again = await visit.browser.get("/enter", params={"k": link}, headers={"Accept": "text/html"})
    assert again.status_code == 401
    assert "This link was used already" in again.text
    for _ in range(ATTEMPTS - 1):
        await visit.browser.get("/enter", params={"k": "guess"})
    slowed = await visit.browser.get("/enter", params={"k": visit.sessions.new_link()})
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) > 0


async def test_leaving_ends_the_session_and_takes_the_cookie_back() -> None:
    visit = Visit()
    csrf = await visit.enter()
    answer = await visit.browser.post("/leave", data={"csrf": csrf}, headers=OURS)
    assert answer.status_code == 200
    assert 'hs_session_8765=""' in answer.headers["set-cookie"]
    assert (await visit.browser.get("/home")).text == "nobody"
    assert visit.sessions.alive() == ()


def test_the_origin_is_split_into_what_the_cookies_need() -> None:
    assert Site(ORIGIN).host == urlsplit(ORIGIN).netloc
    assert Site(ORIGIN).same == {"127.0.0.1:8765", "[::1]:8765"}
    assert Site("https://crm.example").same == frozenset()


async def test_a_session_that_may_only_connect_counts_nowhere_else() -> None:
    visit = Visit()
    await visit.browser.get("/enter", params={"k": visit.sessions.new_link(only_connect=True)})
    assert (await visit.browser.get("/home")).text == "nobody"
    csrf = visit.sessions.alive()[0].csrf
    answer = await visit.browser.post("/change", json={}, headers={**OURS, "X-CSRF-Token": csrf})
    assert answer.status_code == 403
    assert visit.done == []


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_a_fault_of_our_own_is_a_page_with_the_headers_of_every_other(accept: str) -> None:
    async def breaks(request: Request) -> Response:
        raise RuntimeError("secret words of a fault")

    site, sessions, pages = Site(ORIGIN), Sessions(SystemClock()), Pages()
    app = Starlette(
        routes=[Route("/broken", breaks)], middleware=[Middleware(Guard, site=site, sessions=sessions, pages=pages)]
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        answer = await client.get("/broken", headers={"accept": accept})
    assert answer.status_code == 500
    assert "secret words" not in answer.text
    assert "fault of its own" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
