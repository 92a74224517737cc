"""The pipelines API over real HTTP."""

from typing import Any

import pytest

from tests.sandbox.engine_portal import calling, portal, record

DEALS = "/crm/pipelines/2026-03/deals"
NEWER = "/crm/pipelines/2026-09/deals"
STAGE: dict[str, Any] = {"label": "Legal", "displayOrder": 9, "metadata": {"probability": "0.95"}}
IN_STAGE = record("deals", 1, dealname="D", pipeline="default", dealstage="contractsent")


def test_pipelines_come_unpaged_with_stages_whose_metadata_is_text() -> None:
    """[S][D] facts 9."""
    with calling() as hubspot:
        first, second = hubspot.get("/crm/v3/pipelines/deals").json()["results"]
        assert (first["id"], first["label"], first["archived"]) == ("default", "Sales Pipeline", False)
        assert [stage["id"] for stage in second["stages"]] == ["901", "902", "903"]
        won = next(stage for stage in first["stages"] if stage["id"] == "closedwon")
        assert won == {
            "label": "Closed Won",
            "displayOrder": 5,
            "metadata": {"isClosed": "true", "probability": "1.0"},
            "id": "closedwon",
            "createdAt": "2025-10-19T09:00:00.000Z",
            "updatedAt": "2025-10-19T09:00:00.000Z",
            "archived": False,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }
        assert hubspot.get(f"{DEALS}/900").json() == second
        assert hubspot.get(f"{DEALS}/900/stages").json()["results"] == second["stages"]
        assert hubspot.get(f"{DEALS}/900/stages/901").json() == second["stages"][0]


def test_a_type_without_pipelines_and_unknown_ids_are_refused() -> None:
    """[U] the wording."""
    with calling() as hubspot:
        assert hubspot.get("/crm/pipelines/2026-03/contacts").status_code == 400
        assert hubspot.get(f"{DEALS}/77").status_code == 404
        assert hubspot.get(f"{DEALS}/default/stages/77").status_code == 404


def test_a_pipeline_is_made_with_numeric_ids_changed_and_deleted() -> None:
    """[S][D] facts 9."""
    body = {
        "label": "Partners",
        "displayOrder": 2,
        "stages": [STAGE, {**STAGE, "label": "Won", "metadata": {"probability": "1.0"}}],
    }
    with calling() as hubspot:
        made = hubspot.post(DEALS, body)
        assert made.status_code == 201
        ids = [made.json()["id"], *(stage["id"] for stage in made.json()["stages"])]
        assert all(each.isdigit() for each in ids)
        assert len(set(ids)) == 3
        assert [stage["metadata"]["isClosed"] for stage in made.json()["stages"]] == ["false", "true"]
        path = f"{DEALS}/{ids[0]}"
        assert hubspot.patch(path, {"label": "Allies"}).json()["label"] == "Allies"
        replaced = hubspot.put(path, {"label": "Friends", "displayOrder": 3, "stages": [STAGE]})
        assert [stage["label"] for stage in replaced.json()["stages"]] == ["Legal"]
        assert hubspot.delete(path).status_code == 204
        assert hubspot.get(path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"label": "X"},
        {"label": "Sales Pipeline", "displayOrder": 1, "stages": []},
        {"label": "X", "displayOrder": 1, "stages": [{**STAGE, "metadata": {"probability": "2"}}]},
        {"label": "X", "displayOrder": 1, "stages": [{**STAGE, "metadata": {}}]},
        {"label": "X", "displayOrder": 1, "stages": [STAGE, STAGE]},
        {"label": "X", "displayOrder": 1, "stages": [{**STAGE, "label": str(each)} for each in range(101)]},
    ],
)
def test_a_wrong_pipeline_is_refused(body: dict[str, Any]) -> None:
    """[D] facts 9: probability of every deal stage, 100 stages."""
    with calling() as hubspot:
        assert hubspot.post(DEALS, body).status_code == 400


def test_stages_are_made_changed_and_deleted() -> None:
    """[S] facts 9."""
    with calling() as hubspot:
        made = hubspot.post(f"{DEALS}/default/stages", STAGE)
        assert (made.status_code, made.json()["metadata"]["isClosed"]) == (201, "false")
        path = f"{DEALS}/default/stages/{made.json()['id']}"
        assert hubspot.patch(path, {"label": "Contract"}).json()["label"] == "Contract"
        assert hubspot.put(path, {"label": "Paper"}).status_code == 400
        assert hubspot.put(path, {**STAGE, "label": "Paper"}).json()["label"] == "Paper"
        assert hubspot.patch(path, {"label": "Closed Won"}).status_code == 400
        assert hubspot.delete(path).status_code == 204
        assert hubspot.get(path).status_code == 404


def test_a_stage_in_use_is_kept_by_default_since_2026_09_and_on_request_before() -> None:
    """[D][S] facts 1.2 c, [L] the code."""
    with calling(portal(records=[IN_STAGE])) as hubspot:
        for path in (f"{NEWER}/default/stages/contractsent", f"{NEWER}/default"):
            refused = hubspot.delete(path)
            assert (refused.status_code, refused.json()["subCategory"]) == (400, "PipelineError.STAGE_ID_IN_USE")
        older = f"{DEALS}/default/stages/contractsent"
        assert hubspot.delete(older, validateDealStageUsagesBeforeDelete="true").status_code == 400
        assert hubspot.delete(older).status_code == 204
        found = hubspot.get("/crm/v3/objects/deals/1", properties="dealstage,hs_deal_stage_probability").json()[
            "properties"
        ]
        assert (found["dealstage"], found["hs_deal_stage_probability"]) == ("contractsent", None)


def test_a_check_can_be_left_out_in_2026_09() -> None:
    """[S] facts 1.2 c."""
    with calling(portal(records=[IN_STAGE])) as hubspot:
        path = f"{NEWER}/default/stages/contractsent"
        assert hubspot.delete(path, validateReferencesBeforeDelete="false").status_code == 204


def test_a_pipeline_keeps_at_least_one_stage() -> None:
    """[U]."""
    with calling() as hubspot:
        for stage in ("901", "902"):
            assert hubspot.delete(f"{DEALS}/900/stages/{stage}").status_code == 204
        assert hubspot.delete(f"{DEALS}/900/stages/903").status_code == 400


def test_the_audit_tells_what_was_done_newest_first() -> None:
    """[S] facts 9."""
    with calling() as hubspot:
        made = hubspot.post(DEALS, {"label": "Partners", "displayOrder": 2, "stages": [STAGE]}).json()["id"]
        hubspot.clock.advance(60)
        hubspot.patch(f"{DEALS}/{made}", {"label": "Allies"})
        events = hubspot.get(f"{DEALS}/{made}/audit").json()["results"]
        assert [(each["action"], each["timestamp"], each["fromUserId"]) for each in events] == [
            ("UPDATE", "2026-11-23T09:01:00.000Z", 77),
            ("CREATE", "2026-11-23T09:00:00.000Z", 77),
        ]
        assert events[0]["rawObject"]["label"] == "Allies"
        assert (events[0]["identifier"], events[0]["portalId"]) == (made, 4242)
        stage = hubspot.post(f"{DEALS}/{made}/stages", {**STAGE, "label": "New"}).json()["id"]
        assert [each["action"] for each in hubspot.get(f"{DEALS}/{made}/stages/{stage}/audit").json()["results"]] == [
            "CREATE"
        ]
