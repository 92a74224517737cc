"""Faults on request happen over the wire as a client of the real HubSpot would meet them, and only where a rule says so."""

import gzip
import json
import time
from collections.abc import Iterator

import httpx2
import pytest
from pydantic import TypeAdapter, ValidationError

from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.faults import Faults, Rule
from tests.sandbox.edge_portals import bearer, portals
from tests.sandbox_fixture import Served, running_sandbox

DETAILS = "/account-info/2026-09/details"
REVOKE = "/oauth/2026-09/token/revoke"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_rules(served: Served) -> None:
    served.sandbox.faults.clear()
    served.sandbox.traffic.clear()
    served.sandbox.tokens.clear()


@pytest.fixture
def client(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.base_url, headers=bearer(), timeout=5) as made:
        yield made


def fail(served: Served, fault: kinds.Fault, **rule: object) -> int:
    return served.sandbox.faults.add(Rule(fault, **rule))


@pytest.mark.parametrize(
    ("status", "category"),
    [
        (401, "INVALID_AUTHENTICATION"),
        (403, "MISSING_SCOPES"),
        (409, "CONFLICT"),
        (423, "LOCKED"),
        (477, "MIGRATION_IN_PROGRESS"),
        (404, None),
        (500, None),
        (503, None),
    ],
)
def test_an_error_status_comes_with_hubspots_envelope(served, client, status: int, category: str | None) -> None:
    fail(served, kinds.Status(status))
    response = client.get(DETAILS)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json;charset=utf-8"
    body = response.json()
    assert body["status"] == "error"
    assert body.get("category") == category
    assert body["correlationId"] == response.headers["x-hubspot-correlation-id"]


@pytest.mark.parametrize("status", [502, 504, 521, 522, 523, 524])
def test_errors_of_the_edge_are_web_pages(served, client, status: int) -> None:
    fail(served, kinds.Status(status))
    response = client.get(DETAILS)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")


def test_a_400_can_be_a_web_page(served, client) -> None:
    fail(served, kinds.Status(400, html=True))
    response = client.get(DETAILS)
    assert (response.status_code, response.headers["content-type"]) == (400, "text/html; charset=UTF-8")


def test_a_477_always_says_when_to_come_back(served, client) -> None:
    fail(served, kinds.Status(477), times=1)
    fail(served, kinds.Status(477, retry_after_s=86_400), times=1)
    assert [client.get(DETAILS).headers["retry-after"] for _ in range(2)] == ["3600", "86400"]


@pytest.mark.parametrize("policy", ["TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"])
@pytest.mark.parametrize(("wait_s", "header"), [(None, None), (2.5, "3")])
def test_a_429_names_its_policy_and_has_retry_after_only_on_request(served, client, policy, wait_s, header) -> None:
    fail(served, kinds.RateLimited(policy, retry_after_s=wait_s))
    response = client.get(DETAILS)
    assert response.status_code == 429
    assert response.headers.get("retry-after") == header
    assert response.json()["policyName"] == policy
    assert response.json()["errorType"] == "RATE_LIMIT"


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_lost_connection_before_the_effect_changes_nothing(served, client, how) -> None:
    refresh_token = _refresh_token(served)
    fail(served, kinds.Lost(how), times=1)
    with pytest.raises(httpx2.TransportError):
        client.post(REVOKE, data=_revocation(refresh_token))
    assert served.sandbox.tokens.find_refresh(refresh_token) is not None


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_lost_connection_after_the_effect_leaves_it_done(served, client, how) -> None:
    refresh_token = _refresh_token(served)
    fail(served, kinds.Lost(how, effect="committed"), times=1)
    with pytest.raises(httpx2.TransportError):
        client.post(REVOKE, data=_revocation(refresh_token))
    assert served.sandbox.tokens.find_refresh(refresh_token) is None


def test_a_reset_is_a_tcp_reset_and_a_close_is_an_orderly_end(served, client) -> None:
    fail(served, kinds.Lost("reset"), times=1)
    fail(served, kinds.Lost("close"), times=1)
    with pytest.raises(httpx2.ReadError):
        client.get(DETAILS)
    with pytest.raises(httpx2.RemoteProtocolError, match="disconnected"):
        client.get(DETAILS)


def test_the_server_lives_on_after_a_lost_connection(served, client) -> None:
    fail(served, kinds.Lost("reset"), times=1)
    with pytest.raises(httpx2.TransportError):
        client.get(DETAILS)
    assert client.get(DETAILS).status_code == 200


def test_a_gateway_timeout_can_hide_a_committed_write(served, client) -> None:
    refresh_token = _refresh_token(served)
    fail(served, kinds.Status(504, effect="committed"))
    assert client.post(REVOKE, data=_revocation(refresh_token)).status_code == 504
    assert served.sandbox.tokens.find_refresh(refresh_token) is None


@pytest.mark.parametrize(("effect", "left"), [("none", True), ("committed", False)])
def test_a_hanging_call_ends_with_the_clients_patience(served, client, effect, left: bool) -> None:
    refresh_token = _refresh_token(served)
    fail(served, kinds.Hang(effect=effect), times=1)
    with pytest.raises(httpx2.ReadTimeout):
        client.post(REVOKE, data=_revocation(refresh_token), timeout=0.1)
    assert (served.sandbox.tokens.find_refresh(refresh_token) is not None) is left
    assert client.get(DETAILS).status_code == 200


@pytest.mark.parametrize("effect", ["none", "committed"])
def test_a_slow_call_is_answered_after_the_wait(served, client, effect) -> None:
    fail(served, kinds.Slow(0.15, effect=effect))
    before = time.monotonic()
    assert client.get(DETAILS).json()["portalId"] == 8_100_100
    assert time.monotonic() - before >= 0.15


def test_a_slow_call_has_its_effect_late_though_its_client_has_gone(served, client) -> None:
    refresh_token = _refresh_token(served)
    fail(served, kinds.Slow(0.2), times=1)
    with pytest.raises(httpx2.ReadTimeout):
        client.post(REVOKE, data=_revocation(refresh_token), timeout=0.05)
    until_s = time.monotonic() + 5
    while served.sandbox.tokens.find_refresh(refresh_token) is not None and time.monotonic() < until_s:
        client.get(DETAILS)
    assert served.sandbox.tokens.find_refresh(refresh_token) is None


def test_a_dripping_answer_is_whole_and_late(served, client) -> None:
    fail(served, kinds.Drip(part_bytes=64, pause_s=0.01))
    before = time.monotonic()
    response = client.get(DETAILS)
    assert response.json()["portalId"] == 8_100_100
    assert time.monotonic() - before >= 0.01 * (len(response.content) // 64)


def test_a_cut_off_answer_is_shorter_than_announced(served, client) -> None:
    fail(served, kinds.CutOff(), times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get(DETAILS)


def test_broken_json_comes_in_whole_http(served, client) -> None:
    fail(served, kinds.BrokenJson())
    response = client.get(DETAILS)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_web_page_can_come_with_200(served, client) -> None:
    fail(served, kinds.Html())
    response = client.get(DETAILS)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=UTF-8")
    assert response.text.startswith("<!DOCTYPE html>")


def test_an_empty_answer_claims_to_be_json(served, client) -> None:
    fail(served, kinds.Empty())
    response = client.get(DETAILS)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("announced", [True, False])
def test_an_oversize_answer_has_exactly_its_size_and_is_json(served, client, announced: bool) -> None:
    fail(served, kinds.Oversize(size_bytes=300_001, announced=announced))
    response = client.get(DETAILS)
    assert len(response.content) == 300_001
    assert response.json()["results"] == []
    assert ("content-length" in response.headers) is announced


def test_a_client_may_leave_an_oversize_answer(served, client) -> None:
    fail(served, kinds.Oversize(), times=1)
    with client.stream("GET", DETAILS) as response:
        assert response.headers["content-length"] == "200000000"
    assert client.get(DETAILS).status_code == 200


def test_a_gzip_bomb_unpacks_to_far_more_than_was_sent(served, client) -> None:
    fail(served, kinds.Bomb(unpacked_bytes=2_000_000))
    with client.stream("GET", DETAILS) as response:
        sent = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    unpacked = gzip.decompress(sent)
    assert len(unpacked) > 900 * len(sent)
    assert json.loads(unpacked) == {"results": []}


def test_a_wrong_content_type_keeps_the_body(served, client) -> None:
    fail(served, kinds.ContentType("text/plain"))
    response = client.get(DETAILS)
    assert response.headers["content-type"] == "text/plain"
    assert response.json()["portalId"] == 8_100_100


def test_a_redirect_points_where_it_is_told(served, client) -> None:
    fail(served, kinds.Redirect("http://169.254.169.254/latest/meta-data", status=307))
    response = client.get(DETAILS)
    assert (response.status_code, response.headers["location"]) == (307, "http://169.254.169.254/latest/meta-data")


def test_changed_json_keeps_to_its_kind_of_change(served, client) -> None:
    plain = client.get(DETAILS).json()
    fail(served, kinds.ChangedJson("extra_fields"), times=1)
    fail(served, kinds.ChangedJson("new_enum_values"), times=1)
    fail(served, kinds.ChangedJson("nulls"), times=1)
    fail(served, kinds.ChangedJson("dropped_fields"), times=1)
    fail(served, kinds.ChangedJson("nulls", fields=frozenset({"timeZone"})), times=1)
    extra, enums, nulls, dropped, named = (client.get(DETAILS).json() for _ in range(5))
    optional = {"additionalCurrencies", "createdAt", "portalName", "utcOffset"}
    new = "SANDBOX_NEW_VALUE"
    assert extra == {**plain, "sandboxExtra": {"list": [1, None], "text": "new"}}
    assert enums == {**plain, "accountType": new, "dataHostingLocation": new}
    assert nulls == {**plain, **dict.fromkeys(optional)}
    assert dropped == {name: value for name, value in plain.items() if name not in optional}
    assert named == {**plain, "timeZone": None}


@pytest.mark.parametrize(
    ("problem", "error"),
    [
        ("BAD_REFRESH_TOKEN", "invalid_grant"),
        ("BAD_HUB", "access_denied"),
        ("BAD_CLIENT_SECRET", "invalid_client"),
    ],
)
def test_the_token_endpoint_refuses_with_both_kinds_of_fields(served, client, problem, error: str) -> None:
    fail(served, kinds.TokenRefused(problem), route="^/oauth/")
    response = client.post("/oauth/2026-09/token", data={"grant_type": "refresh_token"})
    assert response.status_code == 400
    assert (response.json()["status"], response.json()["error"]) == (problem, error)


def test_an_account_that_uninstalls_mid_way_leaves_the_token_dead(served, client) -> None:
    issued = _issued(served)
    fail(served, kinds.Uninstalled(), route=DETAILS, skip=2, times=1)
    statuses = [client.get(DETAILS, headers=bearer(issued.token)).status_code for _ in range(4)]
    assert statuses == [200, 200, 401, 401]
    assert served.sandbox.tokens.find_refresh(issued.refresh_token) is None
    assert client.get(DETAILS).status_code == 200


def test_a_rule_strikes_only_its_methods_and_routes(served, client) -> None:
    number = fail(served, kinds.Status(503), route=r"^/account-info/[^/]+/details$", methods=frozenset({"POST"}))
    assert client.get(DETAILS).status_code == 200
    assert client.post(DETAILS, json={}).status_code == 503
    assert client.get("/account-info/2026-09/nothing").status_code == 404
    assert served.sandbox.faults.played(number) == 1


def test_the_first_rule_with_something_to_do_wins(served, client) -> None:
    fail(served, kinds.Status(500), times=2)
    fail(served, kinds.Status(503), skip=1, times=1)
    assert [client.get(DETAILS).status_code for _ in range(5)] == [500, 500, 200, 503, 200]


def test_the_log_tells_a_lost_call_from_an_answered_one(served, client) -> None:
    fail(served, kinds.Lost("close"), times=1)
    with pytest.raises(httpx2.TransportError):
        client.get(DETAILS)
    client.get(DETAILS)
    seen = [(call.status, call.fault) for call in served.sandbox.traffic.calls("details")]
    assert seen == [(None, "lost"), (200, None)]


async def test_a_server_that_cannot_cut_connections_is_named_with_the_remedy(served) -> None:
    fail(served, kinds.Lost("reset"), times=1)
    transport = httpx2.ASGITransport(served.sandbox.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as unserved:
        with pytest.raises(RuntimeError, match="CuttableProtocol"):
            await unserved.get(DETAILS, headers=bearer())


def test_chance_repeats_with_its_seed_and_differs_with_another() -> None:
    def outcome(seed: int) -> list[bool]:
        faults = Faults()
        faults.add(Rule(kinds.Status(503), probability=0.3, seed=seed))
        return [faults.strike("GET", "/x") is not None for _ in range(400)]

    assert outcome(1) == outcome(1) != outcome(2)
    assert 80 <= sum(outcome(1)) <= 160


def test_a_removed_rule_strikes_no_more() -> None:
    faults = Faults()
    number = faults.add(Rule(kinds.Hang()))
    assert faults.rules == {number: Rule(kinds.Hang())}
    assert faults.remove(number)
    assert not faults.remove(number)
    assert faults.strike("GET", "/x") is None


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (
            {"fault": {"kind": "lost", "how": "reset", "effect": "committed"}, "methods": ["POST"], "times": 1},
            Rule(kinds.Lost("reset", effect="committed"), methods=frozenset({"POST"}), times=1),
        ),
        (
            {"fault": {"kind": "changed_json", "change": "nulls"}, "route": "/search$", "probability": 0.5, "seed": 7},
            Rule(kinds.ChangedJson("nulls"), route="/search$", probability=0.5, seed=7),
        ),
    ],
)
def test_a_rule_can_be_written_as_json(given: dict[str, object], rule: Rule) -> None:
    adapter = TypeAdapter(Rule)
    assert adapter.validate_python(given) == rule
    assert adapter.validate_json(adapter.dump_json(rule)) == rule


@pytest.mark.parametrize(
    "given",
    [
        {"fault": {"kind": "meteor"}},
        {"fault": {"kind": "status", "status": 200}},
        {"fault": {"kind": "hang"}, "route": "("},
        {"fault": {"kind": "hang"}, "probability": 0},
        {"fault": {"kind": "hang"}, "times": 0},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Rule).validate_python(given)


def _issued(served: Served):
    tokens = served.sandbox.tokens
    app = tokens.app("5a5a5a5a-0000-4000-8000-0000000000c1", "5a5a5a5a-0000-4000-8000-0000000000c5")
    return tokens.redeem(app, tokens.mint_code("demo"), min(app.redirect_uris), None)


def _refresh_token(served: Served) -> str:
    return _issued(served).refresh_token


def _revocation(refresh_token: str) -> dict[str, str]:
    return {
        "client_id": "5a5a5a5a-0000-4000-8000-0000000000c1",
        "client_secret": "5a5a5a5a-0000-4000-8000-0000000000c5",
        "token": refresh_token,
        "token_type_hint": "refresh_token",
    }
