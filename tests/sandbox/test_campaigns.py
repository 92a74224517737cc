"""Campaigns over HTTP: properties, batches, assets, budget, and reports that follow the portal's records."""

from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest

from hubspot_skill.sandbox.settings import SandboxSettings
from tests.sandbox.engine_portal import ACCOUNT, Caller, calling, renamed
from tests.sandbox.marketing_portal import AUTUMN, SPRING, marketing_portal

ROOT = "/marketing/campaigns/2026-09"


@pytest.fixture(scope="module")
def running() -> Iterator[Caller]:
    plain = replace(marketing_portal(), account=replace(ACCOUNT, products=frozenset({"sales_pro"})))
    with calling(marketing_portal(), renamed(plain, "small", 4343)) as caller:
        yield caller


@pytest.fixture
def call(running: Caller) -> Caller:
    running.sandbox.reset()
    return running


def ids(response: httpx2.Response) -> list[str]:
    return [each["id"] for each in response.json()["results"]]


@pytest.mark.parametrize("root", [ROOT, "/marketing/campaigns/2026-03", "/marketing/v3/campaigns"])
def test_campaigns_are_listed_under_every_version_by_name_with_the_total(call, root: str) -> None:
    body = call.get(root, properties="hs_name,hs_campaign_status,hs_notes").json()
    assert body == {
        "total": 2,
        "results": [
            {
                "id": AUTUMN,
                "properties": {"hs_name": "autumn gifts"},
                "businessUnits": [],
                "createdAt": "2026-08-01T00:00:00.000Z",
                "updatedAt": "2026-08-01T00:00:00.000Z",
            },
            {
                "id": SPRING,
                "properties": {"hs_name": "Spring Launch", "hs_campaign_status": "completed"},
                "businessUnits": [],
                "createdAt": "2026-02-20T10:00:00.000Z",
                "updatedAt": "2026-06-01T10:00:00.000Z",
            },
        ],
    }


def test_without_properties_the_map_is_empty(call) -> None:
    assert [each["properties"] for each in call.get(ROOT).json()["results"]] == [{}, {}]
    assert call.get(f"{ROOT}/{SPRING}").json()["properties"] == {}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sort": "-hs_name"}, [SPRING, AUTUMN]),
        ({"sort": "createdAt"}, [SPRING, AUTUMN]),
        ({"sort": "-updatedAt"}, [AUTUMN, SPRING]),
        ({"name": "LAUNCH"}, [SPRING]),
        ({"name": "nothing"}, []),
    ],
)
def test_a_list_is_sorted_and_filtered_by_name(call, query: dict[str, str], expected: list[str]) -> None:
    assert ids(call.get(ROOT, **query)) == expected


def test_pages_follow_an_opaque_cursor_to_the_end(call) -> None:
    first = call.get(ROOT, limit=1).json()
    after = first["paging"]["next"]["after"]
    assert not after.isdigit()
    second = call.get(ROOT, limit=1, after=after).json()
    assert [each["id"] for each in first["results"] + second["results"]] == [AUTUMN, SPRING]
    assert (first["total"], second["total"]) == (2, 2)
    assert "paging" not in second
    assert call.http.get(first["paging"]["next"]["link"]).json()["results"] == second["results"]


@pytest.mark.parametrize(
    "query", [{"limit": 101}, {"limit": 0}, {"limit": "x"}, {"after": "7"}, {"after": "é"}, {"sort": "hs_color"}]
)
def test_a_list_that_cannot_be_is_refused(call, query: dict[str, object]) -> None:
    response = call.get(ROOT, **query)
    assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")


def test_an_unknown_property_is_left_out_or_refused_by_the_switch(call) -> None:
    assert call.get(ROOT, properties="hs_name,hs_nothing").status_code == 200
    call.sandbox.portals["demo"].switches = SandboxSettings(unknown_campaign_property="refuse")
    refused = call.get(ROOT, properties="hs_name,hs_nothing")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"


def test_the_status_is_spelt_as_the_switch_says(call) -> None:
    call.sandbox.portals["demo"].switches = SandboxSettings(campaign_status_upper_case=True)
    read = call.get(f"{ROOT}/{SPRING}", properties="hs_campaign_status").json()
    assert read["properties"] == {"hs_campaign_status": "COMPLETED"}


def test_amount_properties_are_sums_of_the_items(call) -> None:
    wanted = "hs_budget_items_sum_amount,hs_spend_items_sum_amount,hs_object_id,hs_created_by_user_id"
    read = call.get(f"{ROOT}/{SPRING}", properties=wanted).json()["properties"]
    assert (read["hs_budget_items_sum_amount"], read["hs_spend_items_sum_amount"]) == ("9000.50", "3000.25")
    assert read["hs_object_id"].isdigit()
    assert read["hs_created_by_user_id"] == "77"


def test_assets_have_metrics_only_for_given_days(call) -> None:
    without = call.get(f"{ROOT}/{SPRING}").json()["assets"]
    assert without["LANDING_PAGE"] == {"results": [{"id": "77", "name": "Spring page"}]}
    march = call.get(f"{ROOT}/{SPRING}", startDate="2026-03-01", endDate="2026-03-03").json()["assets"]
    assert march["LANDING_PAGE"]["results"][0]["metrics"] == {"views": 1200, "submissions": 40}
    assert march["MARKETING_EMAIL"]["results"][0]["metrics"] == {"sent": 200, "delivered": 190, "open": 95, "click": 19}
    one_day = call.get(f"{ROOT}/{SPRING}", startDate="2026-03-04", endDate="2026-03-04").json()["assets"]
    assert one_day["MARKETING_EMAIL"]["results"][0]["metrics"]["open"] == 0
    later = call.get(f"{ROOT}/{SPRING}", startDate="2026-07-01", endDate="2026-07-31").json()["assets"]
    assert later["LANDING_PAGE"]["results"][0]["metrics"] == {"views": 0, "submissions": 0}


def test_a_campaign_needs_only_a_name(call) -> None:
    made = call.post(ROOT, {"properties": {"hs_name": "Winter"}})
    assert made.status_code == 201
    assert made.json()["properties"] == {"hs_name": "Winter"}
    assert made.json()["createdAt"] == "2026-11-23T09:00:00.000Z"
    assert call.get(f"{ROOT}/{made.json()['id']}", properties="hs_name").json()["properties"] == {"hs_name": "Winter"}
    assert call.get(ROOT).json()["total"] == 3


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({}, "REQUIRED_PROPERTY"),
        ({"hs_name": " "}, "REQUIRED_PROPERTY"),
        ({"hs_name": "x", "colour": "red"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_name": "x", "hs_budget_items_sum_amount": "5"}, "READ_ONLY_VALUE"),
        ({"hs_name": "x", "hs_start_date": "01.03.2026"}, "INVALID_DATE"),
        ({"hs_name": "x", "hs_campaign_status": "dreaming"}, "INVALID_OPTION"),
        ({"hs_name": "x", "hs_currency_code": "GBP"}, "INVALID_OPTION"),
    ],
)
def test_a_campaign_that_cannot_be_made_says_why_and_is_not_made(call, properties, code: str) -> None:
    refused = call.post(ROOT, {"properties": properties})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == code
    assert call.get(ROOT).json()["total"] == 2


@pytest.mark.parametrize("body", [{}, {"properties": []}, {"properties": "x"}])
def test_a_body_of_another_shape_is_refused(call, body) -> None:
    assert "Invalid input JSON" in call.post(ROOT, body).json()["message"]


def test_an_update_changes_what_it_names_and_clears_with_empty_text(call) -> None:
    call.clock.advance(60)
    changed = call.patch(f"{ROOT}/{SPRING}", {"properties": {"hs_notes": "done", "hs_utm": ""}}).json()
    assert changed["properties"] == {"hs_notes": "done"}
    read = call.get(f"{ROOT}/{SPRING}", properties="hs_name,hs_notes,hs_utm").json()
    assert read["properties"] == {"hs_name": "Spring Launch", "hs_notes": "done"}
    assert read["updatedAt"] > "2026-11-23T09:00:00.000Z"
    assert call.patch(f"{ROOT}/{SPRING}", {"properties": {"hs_name": ""}}).status_code == 400


def test_a_campaign_that_is_not_there(call) -> None:
    missing = f"{ROOT}/{AUTUMN[:-1]}0"
    for response in (call.get(missing), call.patch(missing, {"properties": {}}), call.get(f"{missing}/budget/totals")):
        assert (response.status_code, response.json()["category"]) == (404, "OBJECT_NOT_FOUND")
    assert call.delete(missing).status_code == 204


def test_a_deleted_campaign_is_gone(call) -> None:
    assert call.delete(f"{ROOT}/{SPRING}").status_code == 204
    assert call.get(f"{ROOT}/{SPRING}").status_code == 404
    assert ids(call.get(ROOT)) == [AUTUMN]


def test_a_batch_read_leaves_out_what_is_missing_and_reads_duplicates_once(call) -> None:
    inputs = [{"id": SPRING}, {"id": SPRING}, {"id": "nothing"}]
    response = call.http.post(f"{ROOT}/batch/read", params={"properties": "hs_name"}, json={"inputs": inputs})
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], ids(response)) == ("COMPLETE", [SPRING])
    assert body["results"][0]["properties"] == {"hs_name": "Spring Launch"}
    assert body["results"][0]["assets"].keys() == {"MARKETING_EMAIL", "LANDING_PAGE", "FORM"}
    assert {"startedAt", "completedAt"} <= body.keys()


def test_batches_create_update_and_archive(call) -> None:
    made = call.post(f"{ROOT}/batch/create", {"inputs": [{"properties": {"hs_name": name}} for name in ("One", "Two")]})
    assert made.status_code == 201
    one, two = ids(made)
    changes = [{"id": one, "properties": {"hs_name": "First"}}, {"id": "nothing", "properties": {"hs_name": "x"}}]
    changed = call.post(f"{ROOT}/batch/update", {"inputs": changes})
    assert ids(changed) == [one]
    assert changed.json()["results"][0]["properties"] == {"hs_name": "First"}
    gone = call.post(f"{ROOT}/batch/archive", {"inputs": [{"id": two}, {"id": "nothing"}]})
    assert gone.status_code == 204
    assert set(ids(call.get(ROOT))) == {AUTUMN, SPRING, one}


def test_a_batch_fails_whole(call) -> None:
    inputs = [{"properties": {"hs_name": "One"}}, {"properties": {"hs_name": ""}}]
    assert call.post(f"{ROOT}/batch/create", {"inputs": inputs}).status_code == 400
    assert call.get(ROOT).json()["total"] == 2


@pytest.mark.parametrize("verb", ["create", "read", "update", "archive"])
@pytest.mark.parametrize("count", [0, 51])
def test_a_batch_holds_one_to_fifty(call, verb: str, count: int) -> None:
    item = {"id": SPRING, "properties": {"hs_name": "x"}}
    assert call.post(f"{ROOT}/batch/{verb}", {"inputs": [item] * count}).status_code == 400


def test_assets_are_attached_listed_and_detached(call) -> None:
    path = f"{ROOT}/{AUTUMN}/assets/OBJECT_LIST"
    assert call.put(f"{path}/3").status_code == 204
    assert call.put(f"{path}/3").status_code == 204
    assert call.get(path).json() == {"results": [{"id": "3", "name": "Key accounts"}]}
    assert call.delete(f"{path}/3").status_code == 204
    assert call.delete(f"{path}/3").status_code == 204
    assert call.get(path).json() == {"results": []}


def test_not_every_asset_can_be_attached(call) -> None:
    assert call.put(f"{ROOT}/{AUTUMN}/assets/SOCIAL_POST/1").status_code == 400
    assert call.put(f"{ROOT}/{AUTUMN}/assets/BANANA/1").status_code == 400
    assert call.get(f"{ROOT}/{AUTUMN}/assets/BANANA").status_code == 400


def test_asset_pages(call) -> None:
    for number in range(12):
        call.put(f"{ROOT}/{AUTUMN}/assets/FORM/{number}")
    first = call.get(f"{ROOT}/{AUTUMN}/assets/FORM").json()
    rest = call.get(f"{ROOT}/{AUTUMN}/assets/FORM", after=first["paging"]["next"]["after"]).json()
    assert [each["id"] for each in first["results"] + rest["results"]] == [str(number) for number in range(12)]


def test_totals_add_budget_and_spend(call) -> None:
    body = call.get(f"{ROOT}/{SPRING}/budget/totals").json()
    assert (body["budgetTotal"], body["spendTotal"], body["remainingBudget"]) == (9000.5, 3000.25, 6000.25)
    assert body["currencyCode"] == "USD"
    assert [item["name"] for item in body["budgetItems"]] == ["Ads", "Print"]
    assert body["spendItems"][0] == {
        "id": "3",
        "name": "Ads in March",
        "amount": 3000.25,
        "order": 0,
        "description": "",
        "createdAt": 1774951200000,
        "updatedAt": body["spendItems"][0]["updatedAt"],
    }
    empty = call.get(f"{ROOT}/{AUTUMN}/budget/totals").json()
    assert empty == {"currencyCode": "USD", "budgetItems": [], "spendItems": []}


@pytest.mark.parametrize("kind", ["budget", "spend"])
def test_items_are_added_changed_and_removed(call, kind: str) -> None:
    path = f"{ROOT}/{AUTUMN}/{kind}"
    made = call.post(path, {"name": "Fair", "amount": 1200.5, "order": 0})
    assert made.status_code == 201
    item = f"{path}/{made.json()['id']}"
    call.clock.advance(60)
    changed = call.put(item, {"name": "Fair", "amount": 1300, "order": 0, "description": "stand"}).json()
    assert (changed["amount"], changed["description"]) == (1300, "stand")
    assert changed["updatedAt"] > changed["createdAt"]
    assert call.get(item).json() == changed
    assert call.get(f"{ROOT}/{AUTUMN}/budget/totals").json()[f"{kind}Total"] == 1300
    assert call.delete(item).status_code == 204
    assert call.get(item).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 1, "order": 0},
        {"name": "", "amount": 1, "order": 0},
        {"name": "x", "order": 0},
        {"name": "x", "amount": -1, "order": 0},
        {"name": "x", "amount": "much", "order": 0},
        {"name": "x", "amount": True, "order": 0},
        {"name": "x", "amount": 1},
        {"name": "x", "amount": 1, "order": -1},
        {"name": "x", "amount": 1, "order": 0, "description": 5},
    ],
)
def test_an_item_that_makes_no_sense_is_refused(call, body: dict[str, object]) -> None:
    assert call.post(f"{ROOT}/{AUTUMN}/budget", body).status_code == 400


def test_metrics_count_visits_and_contacts_that_still_exist(call) -> None:
    assert call.get(f"{ROOT}/{SPRING}/reports/metrics").json() == {
        "sessions": 157,
        "newContactsFirstTouch": 2,
        "newContactsLastTouch": 2,
        "influencedContacts": 3,
    }


def test_metrics_of_days_are_by_the_accounts_zone(call) -> None:
    """The first touch at 03:00 in UTC on the 2nd is on the 1st in New York."""
    body = call.get(f"{ROOT}/{SPRING}/reports/metrics", startDate="2026-03-01", endDate="2026-03-01").json()
    assert body == {"sessions": 100, "newContactsFirstTouch": 1, "newContactsLastTouch": 0, "influencedContacts": 1}


def test_an_archived_contact_drops_out_of_the_metrics(call) -> None:
    assert call.delete("/crm/objects/2026-09/contacts/12").status_code == 204
    body = call.get(f"{ROOT}/{SPRING}/reports/metrics").json()
    assert (body["newContactsFirstTouch"], body["influencedContacts"]) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("contactFirstTouch", ["11", "12"]),
        ("contactLastTouch", ["11", "12"]),
        ("influencedContacts", ["11", "12", "13"]),
    ],
)
def test_contacts_of_a_campaign_are_ids_only(call, kind: str, expected: list[str]) -> None:
    assert call.get(f"{ROOT}/{SPRING}/reports/contacts/{kind}").json() == {
        "results": [{"id": contact_id} for contact_id in expected]
    }


def test_contacts_of_a_campaign_are_paged(call) -> None:
    path = f"{ROOT}/{SPRING}/reports/contacts/influencedContacts"
    first = call.get(path, limit=2)
    rest = call.get(path, limit=2, after=first.json()["paging"]["next"]["after"])
    assert ids(first) + ids(rest) == ["11", "12", "13"]
    assert call.get(f"{ROOT}/{SPRING}/reports/contacts/everybody").status_code == 400


@pytest.mark.parametrize(
    ("model", "deal_amount", "revenue"),
    [(None, 575.0, 500.0), ("LINEAR", 575.0, 500.0), ("FIRST_INTERACTION", 1000.0, 1000.0), ("W_SHAPED", 0.0, 0.0)],
)
def test_revenue_is_the_credited_share_of_deals_that_exist(call, model, deal_amount: float, revenue: float) -> None:
    query = {} if model is None else {"attributionModel": model}
    assert call.get(f"{ROOT}/{SPRING}/reports/revenue", **query).json() == {
        "contactsNumber": 3,
        "dealsNumber": 2,
        "dealAmount": deal_amount,
        "revenueAmount": revenue,
        "currencyCode": "USD",
    }


def test_winning_changing_and_losing_a_deal_moves_the_revenue(call) -> None:
    deal = {"properties": {"dealstage": "closedwon", "closedate": "2026-11-20T12:00:00Z", "amount": "800"}}
    assert call.patch("/crm/objects/2026-09/deals/32", deal).status_code == 200
    assert call.get(f"{ROOT}/{SPRING}/reports/revenue").json()["revenueAmount"] == 700.0
    november = {"startDate": "2026-11-01", "endDate": "2026-11-30"}
    assert call.get(f"{ROOT}/{SPRING}/reports/revenue", **november).json()["revenueAmount"] == 200.0
    call.delete("/crm/objects/2026-09/deals/31")
    body = call.get(f"{ROOT}/{SPRING}/reports/revenue").json()
    assert (body["dealsNumber"], body["revenueAmount"]) == (1, 200.0)


def test_a_campaign_made_by_a_client_has_nothing_to_report_yet(call) -> None:
    made = call.post(ROOT, {"properties": {"hs_name": "New"}}).json()["id"]
    assert set(call.get(f"{ROOT}/{made}/reports/metrics").json().values()) == {0}
    assert call.get(f"{ROOT}/{made}/reports/revenue").json()["revenueAmount"] == 0
    assert ids(call.get(f"{ROOT}/{made}/reports/contacts/influencedContacts")) == []


@pytest.mark.parametrize(
    "query",
    [
        {"attributionModel": "MAGIC"},
        {"startDate": "2026-3-1"},
        {"startDate": "2026-05-01", "endDate": "2026-04-01"},
    ],
)
def test_a_report_that_cannot_be_is_refused(call, query: dict[str, str]) -> None:
    assert call.get(f"{ROOT}/{SPRING}/reports/revenue", **query).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "", "marketing.campaigns.read"),
        ("GET", f"/{SPRING}", "marketing.campaigns.read"),
        ("POST", "", "marketing.campaigns.write"),
        ("DELETE", f"/{SPRING}", "marketing.campaigns.write"),
        ("PUT", f"/{SPRING}/assets/FORM/1", "marketing.campaigns.write"),
        ("POST", f"/{SPRING}/budget", "marketing.campaigns.write"),
        ("GET", f"/{SPRING}/reports/metrics", "marketing.campaigns.read"),
        ("GET", f"/{SPRING}/reports/revenue", "marketing.campaigns.revenue.read"),
    ],
)
def test_every_call_needs_its_scope(call, method: str, path: str, scope: str) -> None:
    tokens = call.sandbox.tokens
    others = tokens.resolve("Bearer pat-na1-demo").scopes - {scope}
    poor = {"Authorization": f"Bearer {tokens.mint('demo', others)}"}
    refused = call.http.request(method, ROOT + path, headers=poor, json={"properties": {"hs_name": "x"}})
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == [scope]


def test_an_account_without_marketing_pro_refuses_campaigns_to_everybody(call) -> None:
    refused = call.http.get(ROOT, headers={"Authorization": "Bearer pat-na1-small"})
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
