"""Changes over REST: what a script may do alone, what waits for a person, and what the console's person does by asking."""

import pytest

from tests.rest.scene import Counter
from tests.service.scene import ADA, GRACE, LINUS, PILOT, RENEWAL

TWO = [
    {"id": RENEWAL, "properties": {"hs_next_step": "Call back"}},
    {"id": PILOT, "properties": {"hs_next_step": "Call back"}},
]


async def _step(counter: Counter, deal: str) -> object:
    return (await counter.script.get(f"/deals/{deal}?fields=hs_next_step")).json()["properties"].get("hs_next_step")


@pytest.mark.promise("rest-no-approval")
async def test_several_updates_of_a_script_wait_for_a_person_and_are_then_applied_once(counter: Counter) -> None:
    asked = await counter.script.patch("/deals", json=TWO)
    plan = asked.json()["plan"]
    place = asked.headers["location"].removeprefix("/api/hubspot")
    assert (asked.status_code, plan["status"], plan["records"]) == (202, "planned", 2)
    assert plan["approval"]["can_ask"] is True
    assert plan["approval"]["command"] == f"hubspot-skill changes approve {plan['plan_id']}"
    refused = await counter.script.post(f"{place}/apply")
    assert (refused.status_code, refused.json()["code"], refused.json()["plan_id"]) == (
        409,
        "not_approved",
        plan["plan_id"],
    )
    by_script = await counter.script.post(f"{place}/approve", json={"digest": plan["digest"]})
    assert (by_script.status_code, by_script.json()["code"]) == (403, "person_needed")
    assert await _step(counter, RENEWAL) == "Send the contract"
    async with counter.person() as page:
        stale = await page.post(f"{place}/approve", json={"digest": "0" * 64})
        approved = await page.post(f"{place}/approve", json={"digest": plan["digest"]})
    applied = await counter.script.post(f"{place}/apply")
    again = await counter.script.post(f"{place}/apply")
    assert (stale.status_code, approved.status_code) == (409, 200)
    assert (applied.status_code, applied.json()["plan"]["outcomes"]["done"]) == (200, 2)
    assert again.json()["plan"]["outcomes"] == applied.json()["plan"]["outcomes"]
    assert await _step(counter, PILOT) == "Call back"


async def test_what_the_consoles_person_asks_for_is_approved_by_asking_and_undone_by_a_plan(counter: Counter) -> None:
    async with counter.person() as page:
        done = await page.patch("/deals", json=TWO)
        plan = done.json()["plan"]
        assert (done.status_code, plan["status"], plan["outcomes"]["done"]) == (200, "ended", 2)
        assert plan["approval"]["means"] == "console"
        undo = await page.post(f"/changes/{plan['plan_id']}/undo")
        back = undo.json()["plan"]
        assert (undo.status_code, back["undo_of"]) == (202, plan["plan_id"])
        undone = await page.post(f"/changes/{back['plan_id']}/apply")
    assert undone.json()["plan"]["outcomes"]["done"] == 2
    assert await _step(counter, RENEWAL) == "Send the contract"
    listed = (await counter.script.get("/changes")).json()
    assert [line["undo_of"] for line in listed["plans"]][:2] == [plan["plan_id"], ""]


async def test_one_record_is_archived_by_a_person_and_planned_for_a_script(counter: Counter) -> None:
    waiting = await counter.script.delete(f"/contacts/{LINUS}")
    assert (waiting.status_code, waiting.json()["plan"]["records"]) == (202, 1)
    assert (await counter.script.get(f"/contacts/{LINUS}")).status_code == 200
    async with counter.person() as page:
        done = await page.delete(f"/contacts/{LINUS}")
    assert (done.status_code, done.json()["plan"]["outcomes"]["done"]) == (200, 1)
    assert (await counter.script.get(f"/contacts/{LINUS}")).status_code == 404


async def test_several_archives_need_the_typed_count_even_of_a_person(counter: Counter) -> None:
    async with counter.person() as page:
        asked = await page.delete("/contacts", params={"ids": [ADA, GRACE]})
        plan = asked.json()["plan"]
        place = f"/changes/{plan['plan_id']}"
        assert (asked.status_code, plan["change_class"], plan["approval"]["can_ask"]) == (202, 3, False)
        untyped = await page.post(f"{place}/approve", json={"digest": plan["digest"]})
        wrong = await page.post(f"{place}/approve", json={"digest": plan["digest"], "typed_count": 3})
        right = await page.post(f"{place}/approve", json={"digest": plan["digest"], "typed_count": 2})
        done = await page.post(f"{place}/apply")
    assert [a.status_code for a in (untyped, wrong, right)] == [409, 409, 200]
    assert done.json()["plan"]["outcomes"]["done"] == 2


async def test_several_creates_are_one_plan_and_a_selection_says_its_count(counter: Counter) -> None:
    bodies = [
        {"properties": {"email": f"n{i}@acme.com"}, "associate": [{"type": "company", "record": "1001"}]}
        for i in range(3)
    ]
    async with counter.person() as page:
        made = await page.post("/contacts", json=bodies)
    assert (made.status_code, made.json()["plan"]["records"]) == (200, 3)
    selection = {"type": "contacts", "where": ["email:eq:n1@acme.com"], "properties": {"jobtitle": "Buyer"}}
    planned = await counter.script.post("/changes", json={"selection": selection})
    assert planned.json()["plan"]["records"] == 1
    assert planned.status_code == 201
    applied = await counter.script.post(f"/changes/{planned.json()['plan']['plan_id']}/apply")
    assert applied.status_code == 200


async def test_a_plan_is_rejected_by_a_person_and_then_refuses(counter: Counter) -> None:
    plan = (await counter.script.patch("/deals", json=TWO)).json()["plan"]["plan_id"]
    async with counter.person() as page:
        rejected = await page.post(f"/changes/{plan}/reject", json={})
        late = await page.post(f"/changes/{plan}/apply")
    assert rejected.json()["status"] == "rejected"
    assert (late.status_code, late.json()["code"]) == (409, "plan_ended")
    assert (await counter.script.get("/changes/none")).status_code == 404


async def test_entries_that_ask_for_what_a_plan_does_not_do_are_named(counter: Counter) -> None:
    answer = await counter.script.patch("/deals", json=[TWO[0], {**TWO[1], "dry_run": True}])
    assert (answer.status_code, answer.json()["field"]) == (400, "[1].dry_run")
    empty = await counter.script.patch("/deals", json=[])
    many = await counter.script.patch("/deals", json=[TWO[0]] * 201)
    assert (empty.status_code, many.status_code) == (400, 400)
    assert "1 to 200" in many.json()["detail"]
    assert (await counter.script.delete("/deals")).json()["field"] == "ids"


async def test_a_single_write_that_the_policy_asks_a_person_for_waits_or_is_approved_by_asking(
    counter: Counter,
) -> None:
    await (await counter.office.crm.approvals()).set_policy(mode="confirm_all")
    body = {"properties": {"amount": 77}}
    waiting = await counter.script.patch(f"/deals/{RENEWAL}", json=body)
    assert (waiting.status_code, waiting.json()["plan"]["status"]) == (202, "planned")
    async with counter.person() as page:
        done = await page.patch(f"/deals/{RENEWAL}", json=body)
    assert (done.status_code, done.json()["plan"]["outcomes"]["done"]) == (200, 1)
