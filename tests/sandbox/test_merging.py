"""Merges, and the history that they and other writes leave."""

from hubspot_skill.sandbox.seed import SeedChange, SeedLink
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.sandbox.engine_portal import DAY, NOW_MS, calling, contact, portal, record

MERGE = {"primaryObjectId": "1", "objectIdToMerge": "2"}
PAIR = (
    contact(1, age_days=10, email="ann@acme.com", firstname="Ann"),
    contact(2, age_days=90, email="ann@old.com", firstname="Anna", city="Rome"),
    record("companies", 10, name="Acme"),
    record("companies", 11, name="Old"),
    record("deals", 20, dealname="D"),
)
LINKS = (
    SeedLink("contacts", 1, "companies", 10, 1),
    SeedLink("contacts", 2, "companies", 11, 1),
    SeedLink("deals", 20, "contacts", 2, 3),
)


def test_the_winner_keeps_its_values_takes_what_it_lacks_and_the_losers_address() -> None:
    """[C] facts 5.1."""
    with calling(portal(records=PAIR, links=LINKS)) as hubspot:
        merged = hubspot.post("/crm/v3/objects/contacts/merge", MERGE)
        assert (merged.status_code, merged.json()["id"]) == (200, "1")
        names = "firstname,city,email,hs_additional_emails,hs_merged_object_ids,createdate"
        assert hubspot.get("/crm/v3/objects/contacts/1", properties=names).json()["properties"] == {
            "createdate": "2026-08-25T09:00:00.000Z",
            "firstname": "Ann",
            "city": "Rome",
            "email": "ann@acme.com",
            "hs_additional_emails": "ann@old.com",
            "hs_merged_object_ids": "2",
            "hs_object_id": "1",
            "lastmodifieddate": "2026-11-23T09:00:00.000Z",
        }
        assert hubspot.get("/crm/v3/objects/contacts/ann@old.com", idProperty="email").json()["id"] == "1"


def test_the_losers_id_still_reads_and_changes_the_winner_but_is_in_no_list() -> None:
    """[C] facts 5.1."""
    with calling(portal(records=PAIR, links=LINKS)) as hubspot:
        hubspot.post("/crm/v3/objects/contacts/merge", MERGE)
        assert hubspot.get("/crm/v3/objects/contacts/2").json()["id"] == "1"
        assert hubspot.patch("/crm/v3/objects/contacts/2", {"properties": {"city": "Oslo"}}).json()["id"] == "1"
        assert hubspot.found("contacts") == ["1"]
        assert [each["id"] for each in hubspot.get("/crm/v3/objects/contacts").json()["results"]] == ["1"]


def test_associations_move_to_the_winner_whose_primary_company_stays() -> None:
    """[U] not in the facts; one primary company is [D] facts 6."""
    with calling(portal(records=PAIR, links=LINKS)) as hubspot:
        hubspot.post("/crm/v3/objects/contacts/merge", MERGE)
        companies = hubspot.get("/crm/objects/2026-03/contacts/1/associations/companies").json()["results"]
        labels = {each["toObjectId"]: {one["typeId"] for one in each["associationTypes"]} for each in companies}
        assert labels == {"10": {1, 279}, "11": {279}}
        deals = hubspot.get("/crm/objects/2026-03/contacts/1/associations/deals").json()["results"]
        assert [each["toObjectId"] for each in deals] == ["20"]


def test_a_merge_of_a_record_with_itself_or_with_none_is_refused() -> None:
    """[U] the wording."""
    with calling(portal(records=PAIR)) as hubspot:
        merge = "/crm/v3/objects/contacts/merge"
        assert hubspot.post(merge, {"primaryObjectId": "1", "objectIdToMerge": "1"}).status_code == 400
        assert hubspot.post(merge, {"primaryObjectId": "1", "objectIdToMerge": "77"}).status_code == 404
        assert hubspot.post(merge, {"primaryObjectId": "1"}).status_code == 400


def test_a_merge_past_250_identities_answers_414() -> None:
    """[D] facts 5.1."""
    losers = ";".join(str(each) for each in range(1_000, 1_250))
    rows = [contact(1, hs_merged_object_ids=losers), contact(2)]
    with calling(portal(records=rows)) as hubspot:
        assert hubspot.post("/crm/v3/objects/contacts/merge", MERGE).status_code == 414
        assert hubspot.get("/crm/v3/objects/contacts/1000").json()["id"] == "1"


def test_a_merge_may_make_a_new_id_by_a_switch() -> None:
    """[U] facts 5.1."""
    with calling(portal(records=PAIR, links=LINKS), settings=SandboxSettings(merge_makes_new_id=True)) as hubspot:
        made = hubspot.post("/crm/v3/objects/contacts/merge", MERGE).json()["id"]
        assert made not in {"1", "2"}
        for old in ("1", "2"):
            assert hubspot.get(f"/crm/v3/objects/contacts/{old}").json()["id"] == made
        joined = hubspot.get(f"/crm/objects/2026-03/contacts/{made}/associations/companies").json()["results"]
        assert len(joined) == 2


def test_a_history_has_every_version_newest_first_with_its_source() -> None:
    """[S] facts 5.1."""
    changes = [
        SeedChange("deals", 1, "amount", "10", NOW_MS - 9 * DAY, "IMPORT", None),
        SeedChange("deals", 1, "amount", "20", NOW_MS - 2 * DAY, "CRM_UI", 78),
    ]
    deal = record("deals", 1, dealname="D", amount="20")
    with calling(portal(records=[deal], changes=changes)) as hubspot:
        hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"amount": "30", "dealname": "D"}})
        hubspot.clock.advance(60)
        hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"amount": ""}})
        names = "amount,dealname,hs_is_closed,closedate,no_such"
        history = hubspot.get("/crm/v3/objects/deals/1", propertiesWithHistory=names).json()["propertiesWithHistory"]
        assert [(each["value"], each["timestamp"], each["sourceType"]) for each in history["amount"]] == [
            ("", "2026-11-23T09:01:00.000Z", "INTEGRATION"),
            ("30", "2026-11-23T09:00:00.000Z", "INTEGRATION"),
            ("20", "2026-11-21T09:00:00.000Z", "CRM_UI"),
            ("10", "2026-11-14T09:00:00.000Z", "IMPORT"),
        ]
        assert [each.get("updatedByUserId") for each in history["amount"]] == [77, 77, 78, None]
        assert [(each["value"], each["timestamp"]) for each in history["dealname"]] == [
            ("D", "2026-08-15T09:00:00.000Z")
        ]
        assert [each["sourceType"] for each in history["hs_is_closed"]] == ["CALCULATED"]
        assert history["closedate"] == []
        assert "no_such" not in history


def test_a_history_holds_its_newest_versions_only() -> None:
    """[U] facts 5.1: 45 for contacts, 20 for others."""
    with calling(portal(records=[contact(1), record("deals", 1, dealname="D")])) as hubspot:
        for number in range(50):
            hubspot.clock.advance(1)
            hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"city": str(number)}})
            hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"description": str(number)}})
        for path, name, kept in (("contacts/1", "city", 45), ("deals/1", "description", 20)):
            found = hubspot.get(f"/crm/v3/objects/{path}", propertiesWithHistory=name).json()["propertiesWithHistory"][
                name
            ]
            assert [each["value"] for each in found] == [str(number) for number in range(49, 49 - kept, -1)]


def test_writing_the_same_value_leaves_no_trace() -> None:
    """[U]: a history tells changes."""
    with calling(portal(records=[contact(1, city="Rome")])) as hubspot:
        hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"city": "Rome"}})
        found = hubspot.get("/crm/v3/objects/contacts/1", propertiesWithHistory="city").json()
        assert len(found["propertiesWithHistory"]["city"]) == 1
        assert found["updatedAt"] == "2026-08-15T09:00:00.000Z"
