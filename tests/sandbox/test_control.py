"""The sandbox's own endpoints turn its clock, faults, limits, switches and tokens, and tell what was asked of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.sandbox.edge_portals import NOW, bearer, portals
from tests.sandbox_fixture import Served, running_sandbox

DETAILS = "/account-info/2026-09/details"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox(portals()) as running:
        yield running


@pytest.fixture
def client(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.base_url, headers=bearer(), timeout=5) as made:
        made.put("/_sandbox/rates", json={})
        assert made.post("/_sandbox/reset").status_code == 204
        made.post("/_sandbox/clock", json={"set": NOW.isoformat(), "running": False})
        yield made


def test_help_lists_every_handle_and_what_each_takes(client) -> None:
    read = client.get("/_sandbox/help").json()
    paths = {f"{each['method']} {each['path']}": each["about"] for each in read["endpoints"]}
    assert paths["POST /_sandbox/reset"].startswith("Return everything to the start")
    assert all(paths.values())
    assert read["schemas"].keys() <= paths.keys()
    kinds = read["schemas"]["POST /_sandbox/faults"]["$defs"]
    assert {"Lost", "Hang", "RateLimited", "ChangedJson"} <= kinds.keys()


def test_the_portals_are_listed_with_their_tokens(client) -> None:
    assert client.get("/_sandbox/portals").json()["portals"] == [
        {"name": "demo", "portalId": 8_100_100, "token": "pat-na1-demo"},
        {"name": "nordwind", "portalId": 8_200_200, "token": "pat-na1-nordwind"},
    ]


def test_the_clock_is_read_set_advanced_and_started(client) -> None:
    assert client.get("/_sandbox/clock").json() == {"now": NOW.isoformat(), "running": False}
    assert client.post("/_sandbox/clock", json={"advance_s": 90}).json()["now"] == "2026-11-02T09:31:30+00:00"
    changed = client.post("/_sandbox/clock", json={"set": "2017-12-31T23:00:00-05:00", "advance_s": 1}).json()
    assert changed["now"] == "2018-01-01T04:00:01+00:00"
    running = client.post("/_sandbox/clock", json={"running": True}).json()
    assert running["running"]
    assert datetime.fromisoformat(running["now"]) - datetime(2018, 1, 1, 4, 0, 1, tzinfo=UTC) < timedelta(seconds=5)


@pytest.mark.parametrize("body", [{"advance_s": -1}, {"set": "2026-11-02T09:30:00"}, {"set": "soon"}, {"speed": 2}])
def test_a_clock_change_that_makes_no_sense_changes_nothing(client, body: dict[str, object]) -> None:
    assert client.post("/_sandbox/clock", json=body).status_code == 400
    assert client.get("/_sandbox/clock").json()["now"] == NOW.isoformat()


def test_faults_are_added_listed_counted_and_removed(client) -> None:
    rule = {"fault": {"kind": "status", "status": 503}, "route": "details$", "times": 2}
    number = client.post("/_sandbox/faults", json=rule).json()["number"]
    assert [client.get(DETAILS).status_code for _ in range(3)] == [503, 503, 200]
    (listed,) = client.get("/_sandbox/faults").json()["faults"]
    assert (listed["number"], listed["played"], listed["rule"]["fault"]["kind"]) == (number, 2, "status")
    assert client.delete(f"/_sandbox/faults/{number}").status_code == 204
    assert client.delete(f"/_sandbox/faults/{number}").status_code == 404
    client.post("/_sandbox/faults", json={"fault": {"kind": "hang"}})
    assert client.delete("/_sandbox/faults").status_code == 204
    assert client.get("/_sandbox/faults").json() == {"faults": []}


def test_a_fault_that_makes_no_sense_is_refused(client) -> None:
    refused = client.post("/_sandbox/faults", json={"fault": {"kind": "meteor"}})
    assert refused.status_code == 400
    assert "meteor" in refused.json()["message"]


def test_the_sandboxs_own_paths_never_fail(client) -> None:
    client.post("/_sandbox/faults", json={"fault": {"kind": "status", "status": 500}})
    assert client.get("/_sandbox/clock").status_code == 200


def test_a_rate_policy_is_put_in_force_by_name_with_changes(client) -> None:
    body = {"name": "private_app_pro", "changes": {"burst": 2, "burst_window_s": 60}, "oauth": "oauth_app"}
    read = client.put("/_sandbox/rates", json=body).json()
    assert (read["private_app"]["burst"], read["private_app"]["daily"], read["oauth"]["burst"]) == (2, 625_000, 110)
    assert [client.get(DETAILS).status_code for _ in range(3)] == [200, 200, 429]


def test_the_day_can_be_spent_in_advance(client) -> None:
    client.put("/_sandbox/rates", json={"name": "private_app_pro", "spent_today": 624_999})
    assert client.get(DETAILS).headers["x-hubspot-ratelimit-daily-remaining"] == "0"
    assert client.get(DETAILS).json()["policyName"] == "DAILY"


@pytest.mark.parametrize(
    "body", [{"name": "unlimited"}, {"oauth": "unlimited"}, {"changes": {"bursts": 1}}, {"changes": {"window": "x"}}]
)
def test_an_unknown_rate_policy_or_limit_is_refused(client, body: dict[str, object]) -> None:
    assert client.put("/_sandbox/rates", json=body).status_code == 400


def test_switches_are_turned_for_all_portals_or_for_one(client) -> None:
    client.patch("/_sandbox/switches", json={"search_lag_ms": 3000})
    read = client.patch("/_sandbox/switches?portal=nordwind", json={"search_lag_ms": 9000}).json()
    assert (read["demo"]["search_lag_ms"], read["nordwind"]["search_lag_ms"]) == (3000, 9000)
    client.post("/_sandbox/reset")
    assert client.get("/_sandbox/switches").json()["nordwind"]["search_lag_ms"] == 0


def test_an_unknown_switch_portal_or_value_is_refused(client) -> None:
    refused = client.patch("/_sandbox/switches", json={"serach_lag_ms": 1})
    assert refused.status_code == 400
    assert "search_lag_ms" in refused.json()["message"]
    assert client.patch("/_sandbox/switches?portal=acme", json={}).status_code == 404
    assert client.patch("/_sandbox/switches", json={"refresh_rotation": "maybe"}).status_code == 400


def test_a_token_is_minted_with_scopes(client) -> None:
    minted = client.post("/_sandbox/tokens", json={"portal": "nordwind", "scopes": ["oauth"]}).json()
    read = client.get(DETAILS, headers=bearer(minted["token"]))
    assert read.json()["portalId"] == 8_200_200
    assert client.post("/_sandbox/tokens", json={"portal": "acme"}).status_code == 404
    assert client.post("/_sandbox/tokens", json={"scopes": ["everything"]}).status_code == 400


def test_an_app_a_code_and_an_uninstallation(client) -> None:
    app = {"app_id": 7, "client_id": "mine", "client_secret": "s", "redirect_uris": ["http://localhost/cb"]}
    assert client.post("/_sandbox/apps", json=app).status_code == 201
    code = client.post("/_sandbox/codes", json={"client_id": "mine", "scopes": ["oauth"]}).json()["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": "mine",
        "client_secret": "s",
        "redirect_uri": "http://localhost/cb",
        "code": code,
    }
    issued = client.post("/oauth/2026-09/token", data=form).json()
    assert issued["scopes"] == ["oauth"]
    gone = client.post("/_sandbox/uninstall", json={"portal": "demo", "client_id": "mine"})
    assert gone.status_code == 204
    assert client.get(DETAILS, headers=bearer(issued["access_token"])).status_code == 401


def test_an_account_can_be_closed(client) -> None:
    client.post("/_sandbox/uninstall", json={"portal": "nordwind", "deleted": True})
    assert client.get(DETAILS, headers=bearer("pat-na1-nordwind")).status_code == 401
    assert client.get(DETAILS).status_code == 200


def test_calls_are_counted_by_route_and_listed(client) -> None:
    client.get(DETAILS, params={"a": "1"})
    client.get("/crm/objects/2026-09/nothings/123")
    client.get("/crm/objects/2026-09/nothings/456")
    read = client.get("/_sandbox/calls").json()
    assert read["total"] == 3
    assert read["by_route"] == {
        "GET /account-info/2026-09/details": 1,
        "GET /crm/objects/2026-09/nothings/{id}": 2,
    }
    (details,) = client.get("/_sandbox/calls", params={"path": "details"}).json()["calls"]
    assert details.pop("came_s") > 0
    assert details == {
        "number": 1,
        "method": "GET",
        "path": DETAILS,
        "query": "a=1",
        "status": 200,
        "fault": None,
        "route": DETAILS,
    }
    assert client.delete("/_sandbox/calls").status_code == 204
    assert client.get("/_sandbox/calls").json()["total"] == 0


def test_reset_returns_tokens_faults_counters_and_limits_to_the_start_but_not_the_clock(client) -> None:
    minted = client.post("/_sandbox/tokens", json={}).json()["token"]
    client.post("/_sandbox/clock", json={"advance_s": 3600})
    client.post("/_sandbox/faults", json={"fault": {"kind": "status", "status": 500}})
    client.get(DETAILS)
    client.post("/_sandbox/reset")
    assert client.get("/_sandbox/calls").json()["total"] == 0
    assert client.get(DETAILS).status_code == 200
    assert client.get(DETAILS, headers=bearer(minted)).status_code == 401
    assert client.get("/_sandbox/clock").json()["now"] == (NOW + timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    "headers", [{"Host": "sandbox.example"}, {"Host": "192.0.2.7:80"}, {"Origin": "http://evil.example"}]
)
def test_a_web_page_cannot_turn_the_sandbox(client, headers: dict[str, str]) -> None:
    """A page that rebinds its own name to this machine still sends that name."""
    assert client.post("/_sandbox/reset", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:5"])
def test_loopback_names_may_turn_the_sandbox(client, host: str) -> None:
    assert client.get("/_sandbox/clock", headers={"Host": host}).status_code == 200
