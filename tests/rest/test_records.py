"""Contacts, companies, deals and other records over REST, as a script uses them."""

import pytest

from tests.rest.scene import Counter
from tests.service.scene import ACME, ADA, RENEWAL, TICKET, WON


async def test_a_list_gives_objects_by_property_with_exact_total_and_the_columns_meaning(counter: Counter) -> None:
    answer = await counter.script.get(
        "/deals", params={"status": "open", "sort": "-amount", "fields": "dealname,amount"}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert [r["dealname"] for r in body["results"]][:2] == ["Acme renewal", "Globex rollout"]
    assert body["results"][0] == {
        "id": RENEWAL,
        "dealname": "Acme renewal",
        "amount": 1500.5,
        "deal_currency_code": "USD",
    }
    assert (body["returned"], body["total"], body["type"], body["source"]) == (4, 4, "deals", "sandbox")
    assert [c["name"] for c in body["columns"]] == ["id", "dealname", "amount", "deal_currency_code"]
    assert body["untrusted_text"] is True


async def test_pages_follow_each_other_by_link_until_all_were_given_once(counter: Counter) -> None:
    seen: list[str] = []
    address = "/contacts?limit=2&sort=id"
    while address:
        answer = await counter.script.get(address.removeprefix("/api/hubspot"))
        seen += [r["id"] for r in answer.json()["results"]]
        address = answer.json()["links"]["next"]
        assert ("next" in answer.headers.get("link", "")) is bool(address)
    assert len(seen) == len(set(seen)) == 5


async def test_filters_of_people_and_conditions_on_any_property_all_hold(counter: Counter) -> None:
    params = [("owner", "me"), ("company", "acme.com"), ("where", "amount:gte:1000")]
    found = (await counter.script.get("/deals", params=[("company", "Acme Inc."), ("where", "amount:gte:1000")])).json()
    assert [r["id"] for r in found["results"]] == [RENEWAL]
    several = (await counter.script.get("/deals?stage=Closed+Won&stage=Closed+Lost&count_only=true")).json()
    assert several["total"] == 2
    assert several["results"] == []
    assert (await counter.script.get("/deals", params=params)).status_code in {200, 422}


@pytest.mark.parametrize(
    ("query", "status", "code", "field", "words"),
    [
        ("limit=500", 400, "invalid_input", "limit", "expected a whole number from 1 to 100"),
        ("limit=1&limit=2", 400, "invalid_input", "limit", "given twice"),
        ("stge=won", 400, "invalid_input", "stge", 'nearest is "stage"'),
        ("status=opn", 400, "invalid_input", "status", "one of open, won, lost, closed"),
        ("where=amount", 400, "invalid_input", "where", "property:compare:value"),
        ("where=amount:has_value:3", 400, "invalid_input", "where", "property:has_value"),
        ("sort=amount,closedate", 400, "invalid_input", "sort", "HubSpot sorts by one"),
        ("stage=Closed+Wonn", 422, "unknown_name", "", "Closed Wonn"),
        ("fields=amuont", 422, "unknown_name", "", "amuont"),
        ("cursor=abc", 400, "invalid_input", "cursor", "cursor"),
        ("q=%ff", 400, "invalid_input", "", "UTF-8"),
        ("account=other", 422, "unknown_name", "", "other"),
    ],
)
async def test_a_wrong_parameter_is_told_by_name_with_what_was_expected(
    counter: Counter, query: str, status: int, code: str, field: str, words: str
) -> None:
    answer = await counter.script.get(f"/deals?{query}")
    body = answer.json()
    assert (answer.status_code, body["code"], body.get("field", "")) == (status, code, field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in body["detail"]


async def test_a_record_is_read_by_id_or_unique_key_with_links_and_history(counter: Counter) -> None:
    by_id = (await counter.script.get(f"/contacts/{ADA}?associations=companies,deals&history=lifecyclestage")).json()
    by_email = (await counter.script.get("/contacts/ada@acme.com?fields=email")).json()
    assert (by_id["name"], by_email["id"]) == ("Ada Lovelace", ADA)
    assert by_id["properties"]["lifecyclestage"] == "Customer"
    assert by_id["raw"]["lifecyclestage"] == "customer"
    assert {r["type"]: r["total"] for r in by_id["related"]} == {"companies": 1, "deals": 2}
    assert by_id["history"][0]["name"] == "lifecyclestage"
    assert by_email["properties"] == {"email": "ada@acme.com"}
    assert (await counter.script.get("/contacts/999")).status_code == 404
    assert (await counter.script.get(f"/objects/tickets/{TICKET}")).json()["name"] == "Printer on fire"


async def test_what_has_not_changed_is_not_sent_again(counter: Counter) -> None:
    for address in (f"/deals/{WON}", "/deals?status=won", "/pipelines", "/owners", "/openapi.json"):
        first = await counter.script.get(address)
        again = await counter.script.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), address
        assert again.headers["etag"] == first.headers["etag"]
    await counter.script.patch(f"/deals/{WON}", json={"properties": {"amount": 901}})
    changed = await counter.script.get(f"/deals/{WON}", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


@pytest.mark.promise("rest-if-match")
async def test_an_update_with_the_tag_of_an_older_state_changes_nothing(counter: Counter) -> None:
    tag = (await counter.script.get(f"/deals/{RENEWAL}")).headers["etag"]
    counter.office.served.sandbox.clock.advance(5)
    first = await counter.script.patch(
        f"/deals/{RENEWAL}", json={"properties": {"amount": 1600}}, headers={"If-Match": tag}
    )
    counter.office.forget_calls()
    late = await counter.script.put(
        f"/deals/{RENEWAL}", json={"properties": {"amount": 1700}}, headers={"If-Match": tag}
    )
    assert (first.status_code, late.status_code, late.json()["code"]) == (200, 412, "value_changed")
    assert counter.office.writes() == []
    now = await counter.script.get(f"/deals/{RENEWAL}?fields=amount")
    assert now.json()["properties"]["amount"] == 1600
    strange = await counter.script.put(
        f"/deals/{RENEWAL}", json={"properties": {"amount": 1}}, headers={"If-Match": '"x"'}
    )
    assert strange.status_code == 412


async def test_put_patch_and_post_on_a_record_all_change_only_what_was_given(counter: Counter) -> None:
    for method, amount in (("PUT", 11), ("PATCH", 12), ("POST", 13)):
        answer = await counter.script.request(method, f"/deals/{RENEWAL}", json={"properties": {"amount": amount}})
        assert answer.json()["changes"][0]["after"] == amount
    record = (await counter.script.get(f"/deals/{RENEWAL}")).json()
    assert record["name"] == "Acme renewal"
    assert record["properties"]["hs_next_step"] == "Send the contract"


async def test_a_create_answers_201_with_the_place_and_an_existing_key_409_naming_the_record(counter: Counter) -> None:
    body = {
        "properties": {"email": "new@acme.com", "first_name": "New"},
        "associate": [{"type": "company", "record": ACME}],
    }
    made = await counter.script.post("/contacts", json=body)
    assert made.status_code == 201
    place = made.headers["location"].removeprefix("/api/hubspot")
    assert (await counter.script.get(place)).json()["properties"]["email"] == "new@acme.com"
    taken = await counter.script.post("/contacts", json=body)
    assert (taken.status_code, taken.json()["code"], taken.json()["wrote"]) == (409, "already_exists", "nothing")
    assert made.json()["id"] in taken.text
    found = await counter.script.post("/contacts", json={**body, "if_exists": "return"})
    assert (found.status_code, found.json()["action"]) == (200, "found")


async def test_a_dry_run_writes_nothing(counter: Counter) -> None:
    tried = await counter.script.post("/companies", json={"properties": {"name": "Trial Ltd"}, "dry_run": True})
    assert (tried.status_code, tried.json()["action"]) == (200, "would_create")
    assert counter.office.writes() == []


async def test_an_activity_is_logged_on_its_records(counter: Counter) -> None:
    body = {"kind": "note", "records": [{"type": "contact", "record": "ada@acme.com"}], "text": "Likes tea"}
    logged = await counter.script.post("/activities", json=body)
    assert logged.status_code == 201
    assert logged.json()["linked"][0]["id"] == ADA


async def test_pipelines_hold_their_stages_in_order_and_are_found_by_id_or_name(counter: Counter) -> None:
    body = (await counter.script.get("/pipelines")).json()
    first = body["results"][0]
    assert body["total"] == len(body["results"]) >= 2
    assert [s["outcome"] for s in first["stages"]][-2:] == ["won", "lost"]
    assert (await counter.script.get(f"/pipelines/{first['id']}")).json()["stages"] == first["stages"]
    unknown = await counter.script.get("/pipelines/none")
    assert unknown.status_code == 404
    assert unknown.json()["candidates"][0]["id"] == first["id"]


async def test_campaigns_are_listed_and_told_with_their_results(counter: Counter) -> None:
    listed = (await counter.script.get("/campaigns?status=completed")).json()
    one = (await counter.script.get(f"/campaigns/{listed['results'][0]['id']}")).json()
    assert (listed["total"], one["name"]) == (1, "Spring launch")
    assert one["metrics"]["sessions"] == 42
    assert one["budget"] is not None


async def test_a_brief_tells_people_and_open_deals(counter: Counter) -> None:
    brief = (await counter.script.get(f"/briefs/company/{ACME}")).json()
    assert brief["record"]["id"] == ACME
    assert brief["open_count"] == 2
