"""The log of calls counts by route, keeps the last ones, and tells what came of each."""

import pytest

from hubspot_skill.sandbox.traffic import KEPT_CALLS, Traffic, route_of


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/crm/objects/2026-09/contacts/123", "/crm/objects/2026-09/contacts/{id}"),
        ("/crm/v4/objects/contacts/1/associations/deals/2", "/crm/v4/objects/contacts/{id}/associations/deals/{id}"),
        (
            "/marketing/campaigns/2026-09/0A5B6C7D-1111-4222-8333-944455556666/budget/totals",
            "/marketing/campaigns/2026-09/{id}/budget/totals",
        ),
        ("/crm/objects/2026-09/2-123/batch/read", "/crm/objects/2026-09/2-123/batch/read"),
        ("/crm/pipelines/2026-09/deals/default", "/crm/pipelines/2026-09/deals/default"),
        ("/", "/"),
    ],
)
def test_ids_are_replaced_in_a_route(path: str, route: str) -> None:
    assert route_of(path) == route


def test_calls_are_counted_by_method_and_route() -> None:
    traffic = Traffic()
    for method, path in (("GET", "/x/1"), ("GET", "/x/2"), ("POST", "/x/1"), ("GET", "/y")):
        traffic.record(method, path, "")
    assert traffic.total == 4
    assert traffic.counts() == {"GET /x/{id}": 2, "GET /y": 1, "POST /x/{id}": 1}
    assert (traffic.count("^/x"), traffic.count("^/x", "GET"), traffic.count("z")) == (3, 2, 0)


def test_an_entry_is_there_before_its_answer_and_shows_it_later() -> None:
    traffic = Traffic()
    seen = traffic.record("GET", "/x", "a=1")
    (listed,) = traffic.calls()
    assert (listed.status, listed.query) == (None, "a=1")
    seen.status = 200
    assert listed.status == 200


def test_the_log_is_bounded_and_the_counters_are_not() -> None:
    traffic = Traffic()
    for number in range(KEPT_CALLS + 5):
        traffic.record("GET", f"/x/{number}", "")
    kept = list(traffic.calls())
    assert (len(kept), kept[0].number, traffic.total) == (KEPT_CALLS, 6, KEPT_CALLS + 5)
    traffic.clear()
    assert (list(traffic.calls()), traffic.total) == ([], 0)
