"""Marketing e-mails over HTTP: list, read, write, trash, and statistics that add up."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from hubspot_skill.sandbox.email_statistics import COUNTERS, INTERVALS
from tests.sandbox.engine_portal import Caller, calling
from tests.sandbox.marketing_portal import SPRING, marketing_portal

ROOT = "/marketing/emails/2026-09"
MARCH = {"startTimestamp": "2026-03-01T00:00:00Z", "endTimestamp": "2026-04-01T00:00:00Z"}


@pytest.fixture(scope="module")
def running() -> Iterator[Caller]:
    with calling(marketing_portal()) as caller:
        yield caller


@pytest.fixture
def call(running: Caller) -> Caller:
    running.sandbox.reset()
    return running


def names(response) -> list[str]:
    return [each["name"] for each in response.json()["results"]]


@pytest.mark.parametrize("root", [ROOT, "/marketing/emails/2026-03", "/marketing/v3/emails"])
def test_emails_are_listed_under_every_version_without_the_trash(call, root: str) -> None:
    response = call.get(root)
    assert (response.json()["total"], names(response)) == (2, ["Spring news", "Autumn news"])
    assert names(call.get(root, archived="true")) == ["Old news"]


def test_an_email_is_read_with_its_campaign_and_without_statistics(call) -> None:
    body = call.get(f"{ROOT}/9001").json()
    expected = {
        "id": "9001",
        "name": "Spring news",
        "subject": "It is spring",
        "type": "BATCH_EMAIL",
        "state": "PUBLISHED",
        "campaign": SPRING,
        "campaignName": "Spring Launch",
        "isPublished": True,
        "isAb": False,
        "archived": False,
        "language": "en",
        "from": {"fromName": "Ada Berg", "replyTo": "ada@demo.example"},
        "createdAt": "2026-02-25T10:00:00.000Z",
        "publishDate": "2026-03-03T10:00:00.000Z",
    }
    assert {name: body[name] for name in expected} == expected
    assert "stats" not in body


def test_statistics_come_with_an_email_on_request(call) -> None:
    stats = call.get(f"{ROOT}/9001", includeStats="true").json()["stats"]
    assert (stats["counters"]["sent"], stats["counters"]["open"], stats["counters"]["click"]) == (200, 95, 19)
    assert set(stats["counters"]) == set(COUNTERS)
    draft = call.get(ROOT, includeStats="true").json()["results"][1]["stats"]
    assert set(draft["counters"].values()) == {0}
    assert set(draft["ratios"].values()) == {0}


def test_ratios_are_in_percent(call) -> None:
    ratios = call.get(f"{ROOT}/9001", includeStats="true").json()["stats"]["ratios"]
    assert ratios["deliveredratio"] == 95
    assert ratios["openratio"] == 50
    assert ratios["clickratio"] == 10
    assert ratios["clickthroughratio"] == 20
    assert ratios["bounceratio"] == 5
    assert ratios["unsubscribedratio"] == pytest.approx(100 * 2 / 190)
    assert ratios["pendingratio"] == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"isPublished": "true"}, ["Spring news"]),
        ({"isPublished": "false"}, ["Autumn news"]),
        ({"campaign": SPRING}, ["Spring news"]),
        ({"type": "AB_EMAIL"}, []),
        ({"createdAfter": "2026-06-01T00:00:00Z"}, ["Autumn news"]),
        ({"createdBefore": "2026-06-01T00:00:00Z"}, ["Spring news"]),
        ({"updatedAt": "2026-09-02T10:00:00Z"}, ["Autumn news"]),
        ({"publishedAfter": "2020-01-01T00:00:00Z"}, ["Spring news"]),
        ({"sort": "name"}, ["Autumn news", "Spring news"]),
        ({"sort": "-createdAt"}, ["Autumn news", "Spring news"]),
    ],
)
def test_emails_are_filtered_and_sorted(call, query: dict[str, str], expected: list[str]) -> None:
    assert names(call.get(ROOT, **query)) == expected


@pytest.mark.parametrize("query", [{"sort": "colour"}, {"createdAfter": "soon"}, {"limit": 101}, {"after": "x"}])
def test_a_list_that_cannot_be_is_refused(call, query: dict[str, object]) -> None:
    assert call.get(ROOT, **query).status_code == 400


def test_pages_follow_an_opaque_cursor(call) -> None:
    first = call.get(ROOT, limit=1)
    rest = call.get(ROOT, limit=1, after=first.json()["paging"]["next"]["after"])
    assert names(first) + names(rest) == ["Spring news", "Autumn news"]
    assert "paging" not in rest.json()


def test_only_included_properties_are_answered(call) -> None:
    body = call.get(f"{ROOT}/9001", includedProperties="name,subject").json()
    assert body == {"id": "9001", "name": "Spring news", "subject": "It is spring", "isAb": False}


def test_a_new_email_is_a_draft_and_needs_only_a_name(call) -> None:
    made = call.post(ROOT, {"name": "Winter news", "subject": "Snow", "from": {"fromName": "Bo"}})
    assert made.status_code == 201
    body = made.json()
    assert (body["state"], body["type"], body["isPublished"]) == ("DRAFT", "BATCH_EMAIL", False)
    assert body["createdAt"] == "2026-11-23T09:00:00.000Z"
    assert call.get(f"{ROOT}/{body['id']}").json() == body
    assert call.get(ROOT).json()["total"] == 3


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": 5}, {"name": "x", "colour": "red"}, {"name": "x", "to": []}]
)
def test_an_email_that_cannot_be_made_is_refused(call, body: dict[str, object]) -> None:
    assert call.post(ROOT, body).status_code == 400
    assert call.get(ROOT).json()["total"] == 2


def test_an_update_changes_what_it_names(call) -> None:
    call.clock.advance(60)
    changed = call.patch(f"{ROOT}/9002", {"subject": "Leaves", "isPublished": True}).json()
    assert (changed["subject"], changed["name"], changed["isPublished"]) == ("Leaves", "Autumn news", False)
    assert changed["updatedAt"] > "2026-11-23T09:00:00.000Z"


def test_deleting_moves_to_the_trash_and_deleting_there_removes(call) -> None:
    assert call.delete(f"{ROOT}/9002").status_code == 204
    assert call.get(f"{ROOT}/9002").status_code == 404
    trashed = call.get(f"{ROOT}/9002", archived="true").json()
    assert (trashed["archived"], "deletedAt" in trashed) == (True, True)
    assert call.delete(f"{ROOT}/9002").status_code == 404
    assert call.delete(f"{ROOT}/9002", archived="true").status_code == 204
    assert call.get(f"{ROOT}/9002", archived="true").status_code == 404


def test_an_email_comes_back_from_the_trash(call) -> None:
    restored = call.patch(f"{ROOT}/9003", {"archived": False}, archived="true").json()
    assert restored["archived"] is False
    assert call.get(f"{ROOT}/9003").json()["name"] == "Old news"


def test_statistics_of_a_span_aggregate_and_name_the_emails(call) -> None:
    body = call.get(f"{ROOT}/statistics/list", **MARCH).json()
    assert body["emails"] == [9001]
    assert body["aggregate"]["counters"]["open"] == 95
    assert body["campaignAggregations"]["9001"] == body["aggregate"]


def test_a_span_holds_its_beginning_and_not_its_end(call) -> None:
    hour = {"startTimestamp": "2026-03-03T10:00:00Z", "endTimestamp": "2026-03-04T03:00:00Z"}
    counters = call.get(f"{ROOT}/statistics/list", **hour).json()["aggregate"]["counters"]
    assert (counters["sent"], counters["open"], counters["click"]) == (200, 50, 0)
    later = call.get(
        f"{ROOT}/statistics/list", startTimestamp="2026-03-04T03:00:00Z", endTimestamp="2026-03-05T00:00:00Z"
    ).json()
    assert (later["aggregate"]["counters"]["open"], later["emails"]) == (45, [])


@pytest.mark.parametrize("end", ["2026-03-04T03:00:00Z", "2026-04-01T00:00:00Z"])
def test_devices_always_add_up_to_the_opens_of_the_span(call, end: str) -> None:
    body = call.get(f"{ROOT}/statistics/list", startTimestamp="2026-03-01T00:00:00Z", endTimestamp=end).json()
    devices = body["aggregate"]["deviceBreakdown"]
    counters = body["aggregate"]["counters"]
    assert sum(devices["open_device_type"].values()) == counters["open"]
    assert sum(devices["click_device_type"].values()) == counters["click"]


def test_statistics_of_chosen_emails_and_one_counter(call) -> None:
    none = call.get(f"{ROOT}/statistics/list", **MARCH, emailIds="9002").json()
    assert (none["emails"], none["campaignAggregations"]) == ([], {})
    one = call.get(f"{ROOT}/statistics/list", **MARCH, emailIds="9001", property="open").json()
    assert one["aggregate"]["counters"] == {"open": 95}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"startTimestamp": "2026-03-01T00:00:00Z"},
        {"startTimestamp": "2026-03-01T00:00:00Z", "endTimestamp": "2026-03-01T00:00:00Z"},
        {**MARCH, "property": "smiles"},
    ],
)
def test_statistics_that_cannot_be_are_refused(call, query: dict[str, str]) -> None:
    assert call.get(f"{ROOT}/statistics/list", **query).status_code == 400


def test_a_histogram_by_day_begins_at_midnight_of_the_account(call) -> None:
    """03:00 in UTC on the 4th is still the 3rd in New York."""
    span = {"startTimestamp": "2026-03-03T12:00:00Z", "endTimestamp": "2026-03-05T04:59:59Z"}
    body = call.get(f"{ROOT}/statistics/histogram", interval="DAY", **span).json()
    intervals = [each["interval"] for each in body["results"]]
    assert intervals == [
        {"start": "2026-03-03T05:00:00.000Z", "end": "2026-03-04T05:00:00.000Z"},
        {"start": "2026-03-04T05:00:00.000Z", "end": "2026-03-05T05:00:00.000Z"},
    ]
    assert [each["aggregations"]["counters"]["open"] for each in body["results"]] == [45, 0]
    assert body["total"] == 2


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_histogram_adds_up_to_the_whole_and_its_intervals_touch(call, interval: str) -> None:
    span = {"startTimestamp": "2026-03-03T09:30:00Z", "endTimestamp": "2026-03-03T11:00:00Z"}
    body = call.get(f"{ROOT}/statistics/histogram", interval=interval, **span).json()
    results = body["results"]
    assert sum(each["aggregations"]["counters"]["sent"] for each in results) == 200
    edges = [each["interval"] for each in results]
    assert all(left["end"] == right["start"] for left, right in pairwise(edges))
    assert edges[0]["start"] <= "2026-03-03T09:30:00.000Z"
    assert edges[-1]["end"] >= "2026-03-03T11:00:00.000Z"


def test_days_of_a_clock_change_are_23_and_25_hours_long(call) -> None:
    span = {"startTimestamp": "2026-03-08T06:00:00Z", "endTimestamp": "2026-03-09T03:59:59Z"}
    (day,) = call.get(f"{ROOT}/statistics/histogram", interval="DAY", **span).json()["results"]
    assert day["interval"] == {"start": "2026-03-08T05:00:00.000Z", "end": "2026-03-09T04:00:00.000Z"}


@pytest.mark.parametrize("query", [{"interval": "FORTNIGHT", **MARCH}, {"interval": "SECOND", **MARCH}])
def test_a_histogram_that_cannot_be_is_refused(call, query: dict[str, str]) -> None:
    assert call.get(f"{ROOT}/statistics/histogram", **query).status_code == 400


def test_reading_and_writing_need_their_scopes(call) -> None:
    reader = call.sandbox.tokens.mint("demo", {"marketing.email.read"})
    headers = {"Authorization": f"Bearer {reader}"}
    assert call.http.get(ROOT, headers=headers).status_code == 200
    assert call.http.post(ROOT, headers=headers, json={"name": "x"}).status_code == 403
    stranger = {"Authorization": f"Bearer {call.sandbox.tokens.mint('demo', {'oauth'})}"}
    for path in (ROOT, f"{ROOT}/9001", f"{ROOT}/statistics/list", f"{ROOT}/statistics/histogram"):
        assert call.http.get(path, headers=stranger, params=MARCH).status_code == 403
