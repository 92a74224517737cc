"""Who may ask the REST surface, how much, and what bodies it takes; each refusal is a problem document."""

import json
import random

import pytest

from hubspot_skill.foundation.traffic import Limits
from tests.mcp.test_trial_f4 import bodies
from tests.rest.scene import HOST, ORIGIN, SIGNED, TOKEN, Counter, counter_over
from tests.service.scene import RENEWAL

PATCH = {"properties": {"amount": 5}}


@pytest.mark.promise("http-guarded")
@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"])
async def test_without_the_right_token_only_health_and_the_document_are_told(
    counter: Counter, given: str | None
) -> None:
    async with counter.client({} if given is None else {"Authorization": given}) as stranger:
        for method, path in (
            ("GET", "/deals"),
            ("PATCH", f"/deals/{RENEWAL}"),
            ("GET", "/tokens"),
            ("GET", "/nowhere"),
        ):
            answer = await stranger.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert TOKEN not in answer.text
        if given is None:
            for path in ("/health", "/openapi.json", "/docs", "/docs.css"):
                assert (await stranger.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example:8765"}, 421),
        ({"Host": "localhost"}, 421),
        ({"Host": HOST.upper()}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_another_host_or_another_sites_page_is_refused(
    counter: Counter, headers: dict[str, str], status: int
) -> None:
    async with counter.client(SIGNED | headers) as client:
        assert (await client.get("/deals")).status_code == status


async def test_a_page_of_the_console_may_write_with_its_token_and_not_without(counter: Counter) -> None:
    async with counter.person() as page:
        assert (await page.get("/deals")).status_code == 200
        assert (await page.patch(f"/deals/{RENEWAL}", json=PATCH)).status_code == 200
    counter.office.forget_calls()
    for changed in (
        {"X_CSRF_Token": None},
        {"X_CSRF_Token": "guess"},
        {"Origin": None, "Sec_Fetch_Site": None},
        {"Sec_Fetch_Site": "none"},
    ):
        async with counter.person(**changed) as page:
            answer = await page.patch(f"/deals/{RENEWAL}", json=PATCH)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), changed
    assert counter.office.calls() == []


async def test_a_session_that_may_only_connect_accounts_counts_nowhere_here(counter: Counter) -> None:
    async with counter.person(only_connect=True) as page:
        assert (await page.get("/deals")).status_code == 401


async def test_what_only_a_person_may_do_is_refused_to_a_script(counter: Counter) -> None:
    answer = await counter.script.delete("/tokens/acme")
    assert (answer.status_code, answer.json()["code"]) == (403, "person_needed")
    async with counter.person() as page:
        assert (await page.delete("/tokens/acme")).status_code == 404


async def test_too_many_requests_are_told_when_to_come_again(counter: Counter) -> None:
    async with counter_over(counter.office, limits=Limits(per_minute=60, burst=3)) as hurried:
        codes = [(await hurried.script.get("/health")).status_code for _ in range(4)]
        refused = await hurried.script.get("/health")
        async with hurried.person() as page:
            other = await page.get("/health")
        hurried.clock.jump(1)
        after = await hurried.script.get("/health")
    assert codes == [200, 200, 200, 429]
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many_requests", "1")
    assert (other.status_code, after.status_code) == (200, 200)


async def test_addresses_methods_and_bodies_that_do_not_fit_have_their_own_status(counter: Counter) -> None:
    script = counter.script
    assert (await script.get("/nowhere")).json()["code"] == "no_such_address"
    refused = await script.request("DELETE", "/account")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (await script.options("/account")).headers["allow"] == "GET, HEAD, OPTIONS"
    assert (await script.get(f"/deals?q={'x' * 2100}")).status_code == 414
    large = json.dumps({"properties": {"dealname": "x" * 300_000}})
    assert (await script.post("/deals", content=large, headers={"Content-Type": "application/json"})).status_code == 413
    assert (await script.post("/deals", content="a=b", headers={"Content-Type": "text/plain"})).status_code == 415
    assert (await script.post("/deals")).json()["detail"].startswith("the body is missing")
    assert (await script.post("/deals", json=[1])).status_code == 400
    unknown = (await script.post("/deals", json={"propertys": {}})).json()
    assert 'unknown field "propertys": nearest is "properties"' in unknown["detail"]
    assert counter.office.writes() == []


async def test_malformed_bodies_are_refused_with_a_typed_problem(counter: Counter) -> None:
    """Trial F4 for REST: 500 bodies; what is no JSON, deep, wide, large, double or half a character is never written."""
    counter.office.forget_calls()
    for body in bodies(500, seed=6):
        answer = await counter.script.patch(
            f"/deals/{RENEWAL}", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in {400, 413}, (body[:80], answer.text[:200])
        assert answer.json()["code"] in {"invalid_input", "too_large"}
    assert counter.office.writes() == []


async def test_every_answer_forbids_what_a_page_could_be_made_to_do(counter: Counter) -> None:
    chance = random.Random(1)
    for path in ("/deals", "/docs", "/nowhere", f"/deals/{chance.randrange(10**9)}"):
        headers = (await counter.script.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers
