"""The properties API over real HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from hubspot_skill.sandbox.seed import ListSeed
from tests.sandbox.engine_portal import calling, contact, portal

CONTACTS = "/crm/properties/2026-03/contacts"
NEW: dict[str, Any] = {
    "name": "shoe_size",
    "label": "Shoe size",
    "type": "number",
    "fieldType": "number",
    "groupName": "contactinformation",
}


def test_the_list_has_every_definition_at_once_with_the_fields_of_the_specification() -> None:
    """[S] facts 7."""
    with calling() as hubspot:
        found = {each["name"]: each for each in hubspot.get("/crm/v3/properties/contacts").json()["results"]}
        assert len(found) > 150
        email, stage = found["email"], found["lifecyclestage"]
        assert (email["type"], email["fieldType"], email["hubspotDefined"]) == ("string", "text", True)
        assert stage["options"][0] == {
            "label": "Subscriber",
            "value": "subscriber",
            "description": "",
            "displayOrder": 0,
            "hidden": False,
        }
        assert found["num_associated_deals"]["calculated"] is True
        assert found["num_associated_deals"]["modificationMetadata"]["readOnlyValue"] is True
        assert found["hubspot_owner_id"]["externalOptions"] is True
        assert found["hubspot_owner_id"]["referencedObjectType"] == "OWNER"


def test_stages_and_pipelines_are_options_of_their_properties() -> None:
    """[D] facts 9: they follow the pipelines."""
    with calling() as hubspot:
        stages = hubspot.get("/crm/properties/2026-09/deals/dealstage").json()["options"]
        assert {each["value"] for each in stages} >= {"closedwon", "901"}
        body = {"label": "More", "displayOrder": 9, "metadata": {"probability": "0.1"}}
        made = hubspot.post("/crm/pipelines/2026-03/deals/900/stages", body).json()["id"]
        stages = hubspot.get("/crm/properties/2026-09/0-3/dealstage").json()["options"]
        assert made in {each["value"] for each in stages}


def test_a_property_is_made_written_searched_and_read() -> None:
    """[S] facts 7."""
    with calling(portal(records=[contact(1)])) as hubspot:
        made = hubspot.post(CONTACTS, NEW)
        assert (made.status_code, made.json()["hubspotDefined"], made.json()["archived"]) == (201, False, False)
        assert hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"shoe_size": 42}}).status_code == 200
        assert hubspot.found("contacts", {"propertyName": "shoe_size", "operator": "GT", "value": "41"}) == ["1"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"name": "Shoe"}, "lower-case"),
        ({"fieldType": "text"}, "does not go with"),
        ({"type": "colour"}, "PropertyType"),
        ({"groupName": "nowhere"}, "does not exist"),
        ({"type": "enumeration", "fieldType": "select"}, "requires options"),
        ({"label": ""}, "[label]"),
        (
            {
                "type": "enumeration",
                "fieldType": "select",
                "options": [{"label": "A", "value": "a"}, {"label": "B", "value": "a"}],
            },
            "differ",
        ),
    ],
)
def test_a_definition_whose_parts_do_not_go_together_is_refused(change: dict[str, Any], wrong: str) -> None:
    """[D] facts 7: pairs of type and field type."""
    with calling() as hubspot:
        response = hubspot.post(CONTACTS, NEW | change)
        assert response.status_code == 400
        assert wrong in response.json()["message"]


def test_a_taken_name_answers_409_with_its_subcategory() -> None:
    """[L] facts 4.2."""
    with calling() as hubspot:
        response = hubspot.post(CONTACTS, NEW | {"name": "email"})
        assert response.status_code == 409
        assert response.json()["category"] == "OBJECT_ALREADY_EXISTS"
        assert response.json()["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"


def test_a_unique_property_finds_records_and_there_are_ten_at_most() -> None:
    """[D] facts 5.1."""
    with calling(portal(records=[contact(1)])) as hubspot:
        made = [
            hubspot.post(
                CONTACTS, {**NEW, "name": f"key_{each}", "type": "string", "fieldType": "text", "hasUniqueValue": True}
            )
            for each in range(11)
        ]
        assert [each.status_code for each in made] == [201] * 10 + [400]
        hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"key_3": "K"}})
        assert hubspot.get("/crm/v3/objects/contacts/K", idProperty="key_3").json()["id"] == "1"


def test_given_options_replace_the_whole_list() -> None:
    """[L] facts 7; display order is needed since 2026-09 [D] facts 1.2 f."""
    options = [{"label": "A", "value": "a", "displayOrder": 0}, {"label": "B", "value": "b", "displayOrder": 1}]
    choice = NEW | {"name": "grade", "type": "enumeration", "fieldType": "select", "options": options}
    with calling() as hubspot:
        hubspot.post(CONTACTS, choice)
        changed = hubspot.patch(f"{CONTACTS}/grade", {"options": [{"label": "C", "value": "c"}]})
        assert [each["value"] for each in changed.json()["options"]] == ["c"]
        refused = hubspot.patch("/crm/properties/2026-09/contacts/grade", {"options": [{"label": "C", "value": "c"}]})
        assert "[displayOrder]" in refused.json()["message"]


def test_hubspots_own_definitions_are_read_only_and_cannot_be_archived() -> None:
    """[S] facts 7: modificationMetadata."""
    with calling() as hubspot:
        assert hubspot.patch(f"{CONTACTS}/email", {"type": "number"}).status_code == 400
        assert hubspot.delete(f"{CONTACTS}/email").status_code == 400


def test_an_archived_property_is_gone_from_records_and_comes_back_with_its_name() -> None:
    """[L] facts 7."""
    with calling(portal(records=[contact(1, nickname="Annie")])) as hubspot:
        assert hubspot.delete(f"{CONTACTS}/nickname").status_code == 204
        assert hubspot.delete(f"{CONTACTS}/nickname").status_code == 204
        assert "nickname" not in hubspot.get("/crm/v3/objects/contacts/1", properties="nickname").json()["properties"]
        assert hubspot.get(f"{CONTACTS}/nickname").status_code == 404
        (archived,) = hubspot.get(CONTACTS, archived="true").json()["results"]
        assert (archived["name"], archived["archived"], archived["archivedAt"]) == (
            "nickname",
            True,
            "2026-11-23T09:00:00.000Z",
        )
        restored = NEW | {"name": "nickname", "type": "string", "fieldType": "text"}
        assert hubspot.post(CONTACTS, restored).status_code == 201
        found = hubspot.get("/crm/v3/objects/contacts/1", properties="nickname").json()
        assert found["properties"]["nickname"] == "Annie"
        assert hubspot.get(CONTACTS, archived="true").json()["results"] == []


def test_a_property_in_use_is_not_archived() -> None:
    """[L] facts 4.2 the code, [U] what counts as use."""
    used = ListSeed(7, "L", "0-1", "DYNAMIC", 0, 0, 77, (), {"filters": [{"property": "nickname"}]})
    with calling(replace(portal(), lists=[used])) as hubspot:
        for path in (f"{CONTACTS}/nickname", "/crm/properties/2026-03/2-21840117/subscription_name"):
            response = hubspot.delete(path)
            assert (response.status_code, response.json()["subCategory"]) == (
                400,
                "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
            )
        assert hubspot.delete(f"{CONTACTS}/birthday").status_code == 204


def test_batches_of_definitions() -> None:
    """[S] facts 7."""
    with calling() as hubspot:
        made = hubspot.post(f"{CONTACTS}/batch/create", {"inputs": [NEW, NEW | {"name": "hat_size"}]})
        assert (made.status_code, len(made.json()["results"])) == (201, 2)
        read = hubspot.post(
            f"{CONTACTS}/batch/read", {"archived": False, "inputs": [{"name": "hat_size"}, {"name": "x"}]}
        )
        assert (read.status_code, [each["name"] for each in read.json()["results"]]) == (207, ["hat_size"])
        gone = hubspot.post(f"{CONTACTS}/batch/archive", {"inputs": [{"name": "hat_size"}]})
        assert gone.status_code == 204
        assert hubspot.get(f"{CONTACTS}/hat_size").status_code == 404


def test_groups_are_made_renamed_and_deleted_only_when_empty() -> None:
    """[L] facts 4.2."""
    groups = f"{CONTACTS}/groups"
    with calling() as hubspot:
        made = hubspot.post(groups, {"name": "shoes", "label": "Shoes", "displayOrder": 9})
        assert (made.status_code, made.json()["archived"]) == (201, False)
        assert hubspot.post(groups, {"name": "shoes", "label": "Shoes"}).status_code == 409
        assert hubspot.patch(f"{groups}/shoes", {"label": "Footwear"}).json()["label"] == "Footwear"
        assert "shoes" in {each["name"] for each in hubspot.get(groups).json()["results"]}
        hubspot.post(CONTACTS, NEW | {"groupName": "shoes"})
        refused = hubspot.delete(f"{groups}/shoes")
        assert refused.json()["subCategory"] == "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES"
        hubspot.delete(f"{CONTACTS}/shoe_size")
        assert hubspot.delete(f"{groups}/shoes").status_code == 204
        assert hubspot.get(f"{groups}/shoes").status_code == 404


def test_writing_definitions_needs_the_schema_scope() -> None:
    """[S] facts 2.7."""
    with calling() as hubspot:
        token = hubspot.sandbox.tokens.mint("demo", {"crm.objects.contacts.read"})
        hubspot.http.headers["Authorization"] = f"Bearer {token}"
        assert hubspot.get(CONTACTS).status_code == 200
        refused = hubspot.post(CONTACTS, NEW)
        assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.schemas.contacts.write"]


def test_validation_rules_are_answered() -> None:
    """[S] facts 7: an account begins without rules."""
    with calling() as hubspot:
        assert hubspot.get("/crm/property-validations/2026-03/contacts").json() == {"results": []}
        assert hubspot.get("/crm/v3/property-validations/0-1/email").json() == {"results": []}
        assert hubspot.get("/crm/property-validations/2026-03/contacts/no_such").status_code == 404
