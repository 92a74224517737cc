"""Single calls on records over real HTTP."""

import pytest

from hubspot_skill.sandbox.seed import SeedLink
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.sandbox.engine_portal import calling, contact, portal, record, renamed

VERSIONS = ("/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09")


@pytest.mark.parametrize("prefix", VERSIONS)
@pytest.mark.parametrize("name", ["contacts", "contact", "0-1", "CONTACTS"])
def test_a_type_answers_by_plural_singular_and_id_in_every_version(prefix: str, name: str) -> None:
    """[S][D] facts 1.1 and 5.1."""
    with calling(portal(records=[contact(1, email="ann@acme.com")])) as hubspot:
        assert hubspot.get(f"{prefix}/{name}/1").json()["properties"]["email"] == "ann@acme.com"


def test_a_record_has_the_fields_of_the_specification_and_only_strings_as_values() -> None:
    """[S] facts 5.1; that `url` is sent is [S] optional."""
    deal = record("deals", 7, age_days=2, dealname="Big", amount="1500", dealstage="contractsent", pipeline="default")
    with calling(portal(records=[deal])) as hubspot:
        assert hubspot.get("/crm/v3/objects/deals/7").json() == {
            "id": "7",
            "properties": {
                "amount": "1500",
                "closedate": None,
                "createdate": "2026-11-21T09:00:00.000Z",
                "dealname": "Big",
                "dealstage": "contractsent",
                "hs_lastmodifieddate": "2026-11-21T09:00:00.000Z",
                "hs_object_id": "7",
                "pipeline": "default",
            },
            "createdAt": "2026-11-21T09:00:00.000Z",
            "updatedAt": "2026-11-21T09:00:00.000Z",
            "archived": False,
            "url": "https://app.hubspot.com/contacts/4242/record/0-3/7",
        }


def test_a_list_is_paged_by_record_id_and_its_cursor_is_the_next_id() -> None:
    """[L] facts 5.1 and 12."""
    with calling(portal(records=[contact(each) for each in (30, 10, 20)])) as hubspot:
        first = hubspot.get("/crm/v3/objects/contacts", limit=2).json()
        assert [each["id"] for each in first["results"]] == ["10", "20"]
        assert first["paging"]["next"]["after"] == "30"
        assert "after=30" in first["paging"]["next"]["link"]
        second = hubspot.get("/crm/v3/objects/contacts", limit=2, after="30").json()
        assert [each["id"] for each in second["results"]] == ["30"]
        assert "paging" not in second


@pytest.mark.parametrize(
    ("query", "status"), [({"limit": 100}, 200), ({"limit": 101}, 400), ({"limit": 0}, 400), ({"limit": "x"}, 400)]
)
def test_a_list_page_holds_one_to_a_hundred(query: dict[str, object], status: int) -> None:
    """[D] facts 5.1."""
    with calling() as hubspot:
        assert hubspot.get("/crm/v3/objects/contacts", **query).status_code == status


def test_a_list_page_is_ten_by_default_and_fifty_at_most_with_history() -> None:
    """[D] the default; [U] the fifty, which a switch moves."""
    people = [contact(each) for each in range(1, 13)]
    with calling(portal(records=people)) as hubspot:
        assert len(hubspot.get("/crm/v3/objects/contacts").json()["results"]) == 10
        assert hubspot.get("/crm/v3/objects/contacts", limit=51, propertiesWithHistory="email").status_code == 400
    with calling(portal(records=people), settings=SandboxSettings(page_limit_with_history=100)) as hubspot:
        assert hubspot.get("/crm/v3/objects/contacts", limit=51, propertiesWithHistory="email").status_code == 200


def test_archived_true_lists_only_the_archived() -> None:
    """[D] facts 5.1."""
    with calling(portal(records=[contact(1), contact(2, archived=True)])) as hubspot:
        assert [each["id"] for each in hubspot.get("/crm/v3/objects/contacts").json()["results"]] == ["1"]
        archived = hubspot.get("/crm/v3/objects/contacts", archived="true").json()["results"]
        assert [(each["id"], each["archived"], "archivedAt" in each) for each in archived] == [("2", True, True)]


def test_an_unknown_property_is_left_out_and_an_empty_one_is_null() -> None:
    """[L] facts 5.1."""
    with calling(portal(records=[contact(1, email="a@b.io")])) as hubspot:
        found = hubspot.get("/crm/v3/objects/contacts/1", properties="email,city,no_such").json()["properties"]
        assert found["email"] == "a@b.io"
        assert found["city"] is None
        assert "no_such" not in found


def test_properties_may_be_repeated_or_separated_by_commas() -> None:
    """[S] facts 5.1; both forms are in use by the official clients."""
    with calling(portal(records=[contact(1, city="Rome", state="RM", zip="1")])) as hubspot:
        response = hubspot.http.get("/crm/v3/objects/contacts/1?properties=city,state&properties=zip")
        assert {"city", "state", "zip"} <= response.json()["properties"].keys()


def test_a_missing_record_answers_404_without_category_and_a_word_with_one() -> None:
    """[L] facts 4.2."""
    with calling() as hubspot:
        missing = hubspot.get("/crm/v3/objects/contacts/999")
        assert (missing.status_code, missing.json()["message"]) == (404, "resource not found")
        assert "category" not in missing.json()
        word = hubspot.get("/crm/v3/objects/contacts/ann")
        assert (word.status_code, word.json()["category"]) == (404, "OBJECT_NOT_FOUND")
        assert word.json()["message"] == "Object not found.  objectId are usually numeric."


def test_an_unknown_type_answers_400() -> None:
    """[C] the message is a paraphrase."""
    with calling() as hubspot:
        response = hubspot.get("/crm/v3/objects/unicorns")
        assert (response.status_code, response.json()["message"]) == (400, "Unable to infer object type from: unicorns")


def test_every_answer_carries_a_correlation_id_and_an_error_says_it_in_its_body() -> None:
    """[D] facts 4.1."""
    with calling(portal(records=[contact(1)])) as hubspot:
        good, bad = hubspot.get("/crm/v3/objects/contacts/1"), hubspot.get("/crm/v3/objects/contacts/2")
        assert good.headers["content-type"] == "application/json;charset=utf-8"
        assert len(good.headers["x-hubspot-correlation-id"]) == 36
        assert bad.json()["correlationId"] == bad.headers["x-hubspot-correlation-id"]
        assert bad.json()["status"] == "error"


def test_a_call_without_a_known_token_answers_401() -> None:
    """[L] facts 4.2."""
    with calling(token="nobody") as hubspot:
        response = hubspot.get("/crm/v3/objects/contacts")
        assert (response.status_code, response.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_scope_that_is_missing_is_named() -> None:
    """[D] facts 4.2."""
    with calling(portal(records=[contact(1)])) as hubspot:
        token = hubspot.sandbox.tokens.mint("demo", {"crm.objects.contacts.read"})
        hubspot.http.headers["Authorization"] = f"Bearer {token}"
        assert hubspot.get("/crm/v3/objects/contacts/1").status_code == 200
        refused = hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"city": "Rome"}})
        assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
        assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]
        assert hubspot.get("/crm/v3/objects/deals").status_code == 403
        assert hubspot.get("/crm/v3/objects/notes").status_code == 200


def test_an_address_past_the_limit_answers_414() -> None:
    """[C] facts 4.2; the exact bound is unknown, and a setting."""
    with calling(portal(records=[contact(1)])) as hubspot:
        names = ",".join(f"property_{number:04}" for number in range(1_500))
        assert hubspot.get("/crm/v3/objects/contacts", properties=names).status_code == 414
        assert hubspot.get("/crm/v3/objects/contacts", properties=names[:9_000]).status_code == 200


def test_a_new_contact_gets_hubspots_defaults_and_answers_201() -> None:
    """[D] facts 5.2; the default stage is an account setting."""
    with calling() as hubspot:
        response = hubspot.post(
            "/crm/v3/objects/contacts", {"properties": {"email": "New@Acme.com", "firstname": "New"}}
        )
        made = response.json()
        assert response.status_code == 201
        assert made["properties"] == {
            "createdate": "2026-11-23T09:00:00.000Z",
            "email": "new@acme.com",
            "firstname": "New",
            "hs_object_id": made["id"],
            "hs_object_source": "INTEGRATION",
            "hs_object_source_label": "INTEGRATION",
            "lastmodifieddate": "2026-11-23T09:00:00.000Z",
            "lastname": None,
            "lifecyclestage": "lead",
        }
        assert hubspot.get(f"/crm/v3/objects/contacts/{made['id']}").json()["properties"]["email"] == "new@acme.com"


def test_a_taken_address_answers_409_with_the_existing_id_whatever_its_case() -> None:
    """[L][C] facts 4.2, PYC#51."""
    taken = contact(41, email="ann@acme.com", hs_additional_emails="old@acme.com;older@acme.com")
    with calling(portal(records=[taken])) as hubspot:
        for address in ("ANN@acme.com", "older@acme.com"):
            response = hubspot.post("/crm/v3/objects/contacts", {"properties": {"email": address}})
            assert (response.status_code, response.json()["category"]) == (409, "CONFLICT")
            assert response.json()["message"] == "Contact already exists. Existing ID: 41"
        assert hubspot.get("/crm/v3/objects/contacts").json()["results"][0]["id"] == "41"


@pytest.mark.parametrize(("free", "status"), [(True, 201), (False, 409)])
def test_the_address_of_an_archived_contact_is_free_by_a_switch(*, free: bool, status: int) -> None:
    """[U] facts 5.1."""
    gone = contact(9, email="ann@acme.com", archived=True)
    with calling(portal(records=[gone]), settings=SandboxSettings(archived_email_is_free=free)) as hubspot:
        response = hubspot.post("/crm/v3/objects/contacts", {"properties": {"email": "ann@acme.com"}})
        assert response.status_code == status


def test_a_record_is_made_with_its_associations() -> None:
    """[S] facts 5.1 and 6."""
    acme = record("companies", 10, name="Acme")
    with calling(portal(records=[acme])) as hubspot:
        body = {
            "properties": {"email": "a@acme.com"},
            "associations": [
                {"to": {"id": "10"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]}
            ],
        }
        made = hubspot.post("/crm/v3/objects/contacts", body).json()
        joined = hubspot.get(f"/crm/v4/objects/contacts/{made['id']}/associations/companies").json()["results"]
        assert [sorted(one["typeId"] for one in each["associationTypes"]) for each in joined] == [[1, 279]]


def test_a_create_with_an_unknown_association_target_or_direction_makes_nothing() -> None:
    """[C] facts 4.2."""
    with calling(portal(records=[record("companies", 10, name="Acme")])) as hubspot:

        def create(target: str, type_id: int) -> tuple[int, dict[str, object]]:
            types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]
            body = {"properties": {"lastname": "X"}, "associations": [{"to": {"id": target}, "types": types}]}
            response = hubspot.post("/crm/v3/objects/contacts", body)
            return response.status_code, response.json()

        status, body = create("777", 279)
        assert (status, body["message"]) == (400, "One or more associations are invalid")
        assert body["errors"] == [
            {"message": body["message"], "code": "INVALID_OBJECT_IDS", "context": {"objectIds": ["777"]}}
        ]
        status, body = create("10", 280)
        assert status == 400
        assert "invalid from object type 0-1, expected: 0-2" in str(body["message"])
        assert hubspot.get("/crm/v3/objects/contacts").json()["results"] == []


@pytest.mark.parametrize("body", [[], "x", {"properties": []}, {}, {"properties": {"email": ["a@b.io"]}}])
def test_a_body_of_the_wrong_shape_answers_400_without_category(body: object) -> None:
    """[C] facts 4.2, NODE#226 and PYC#71."""
    with calling() as hubspot:
        response = hubspot.post("/crm/v3/objects/contacts", body)
        assert response.status_code == 400
        assert response.json()["message"].startswith("Invalid input JSON on line 1, column ")
        assert "category" not in response.json()


def test_broken_json_is_told_with_its_place() -> None:
    """[C] facts 4.2."""
    with calling() as hubspot:
        response = hubspot.http.post("/crm/v3/objects/contacts", content=b'{"properties": \n {')
        assert response.json()["message"].startswith("Invalid input JSON on line 2, column 2: ")


def test_a_patch_changes_only_what_is_given_and_empty_text_clears() -> None:
    """[D] facts 5.1."""
    with calling(portal(records=[contact(1, city="Rome", zip="1", lastname="X")])) as hubspot:
        response = hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"city": "", "zip": "2"}})
        assert response.status_code == 200
        assert (response.json()["properties"]["city"], response.json()["properties"]["zip"]) == (None, "2")
        after = hubspot.get("/crm/v3/objects/contacts/1", properties="city,zip,lastname").json()
        assert [after["properties"][name] for name in ("city", "zip", "lastname")] == [None, "2", "X"]
        assert after["updatedAt"] == "2026-11-23T09:00:00.000Z"


def test_a_patch_to_an_address_that_another_has_answers_409() -> None:
    """[C] facts 12; HubSpot may merge instead on other paths."""
    with calling(portal(records=[contact(1, email="a@b.io"), contact(2, email="c@d.io")])) as hubspot:
        assert hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"email": "C@d.io"}}).status_code == 409
        assert hubspot.patch("/crm/v3/objects/contacts/1", {"properties": {"email": "A@b.io"}}).status_code == 200


def test_a_record_is_found_by_a_unique_property_and_by_no_other() -> None:
    """[S] facts 5.1."""
    rows = [contact(1, email="ann@acme.com"), record("companies", 5, name="Acme", erp_number="E-1")]
    with calling(portal(records=rows)) as hubspot:
        assert hubspot.get("/crm/v3/objects/contacts/ANN@acme.com", idProperty="email").json()["id"] == "1"
        assert hubspot.get("/crm/v3/objects/companies/E-1", idProperty="erp_number").json()["id"] == "5"
        changed = hubspot.patch("/crm/v3/objects/companies/E-1", {"properties": {"name": "B"}}, idProperty="erp_number")
        assert changed.json()["id"] == "5"
        assert hubspot.get("/crm/v3/objects/contacts/no@acme.com", idProperty="email").status_code == 404
        assert hubspot.get("/crm/v3/objects/companies/Acme", idProperty="name").status_code == 400


def test_a_value_of_a_unique_property_that_another_record_has_is_refused() -> None:
    """[C] the code; [S] that such properties exist."""
    with calling(portal(records=[record("companies", 5, name="Acme", erp_number="E-1")])) as hubspot:
        response = hubspot.post("/crm/v3/objects/companies", {"properties": {"name": "B", "erp_number": "E-1"}})
        assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "CONFLICTING_UNIQUE_VALUE")


def test_a_delete_archives_parts_and_may_be_repeated() -> None:
    """[L] facts 4.3 and 5.1."""
    seed = portal(
        records=[contact(1, email="a@b.io"), record("companies", 10, name="Acme")],
        links=[SeedLink("contacts", 1, "companies", 10, 1)],
    )
    with calling(seed) as hubspot:
        for _ in range(2):
            assert hubspot.delete("/crm/v3/objects/contacts/1").status_code == 204
        assert hubspot.get("/crm/v3/objects/contacts/1").status_code == 404
        archived = hubspot.get("/crm/v3/objects/contacts/1", archived="true", properties="email").json()
        assert (archived["archived"], archived["archivedAt"]) == (True, "2026-11-23T09:00:00.000Z")
        assert archived["properties"]["email"] == "a@b.io"
        assert hubspot.get("/crm/v4/objects/companies/10/associations/contacts").json()["results"] == []
        assert hubspot.delete("/crm/v3/objects/contacts/424242").status_code == 204


def test_associations_are_embedded_as_id_and_type_before_2026_09_and_typed_since() -> None:
    """[D] facts 1.2 e; the newer shape on object reads has a switch."""
    seed = portal(
        records=[contact(1), record("companies", 10, name="Acme"), record("deals", 20, dealname="D")],
        links=[SeedLink("contacts", 1, "companies", 10, 1), SeedLink("deals", 20, "contacts", 1, 3)],
    )
    with calling(seed) as hubspot:
        for prefix in ("/crm/v3/objects", "/crm/objects/2026-03"):
            found = hubspot.get(f"{prefix}/contacts/1", associations="companies,deals").json()["associations"]
            assert {each["id"] for each in found["companies"]["results"]} == {"10"}
            assert found["deals"]["results"] == [{"id": "20", "type": "contact_to_deal"}]
        newer = hubspot.get("/crm/objects/2026-09/contacts", associations="deal").json()["results"][0]["associations"]
        assert newer["deals"]["results"] == [
            {"toObjectId": "20", "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 4, "label": None}]}
        ]
    with calling(seed, settings=SandboxSettings(dated_object_associations="plain")) as hubspot:
        found = hubspot.get("/crm/objects/2026-09/contacts/1", associations="deals").json()["associations"]
        assert found["deals"]["results"][0]["id"] == "20"


def test_embedded_associations_of_a_busy_record_say_that_there_are_more() -> None:
    """[S] facts 5.1: associations have a paging of their own."""
    deals = [record("deals", each, dealname=f"D{each}") for each in range(1, 131)]
    links = [SeedLink("deals", each, "contacts", 1, 3) for each in range(1, 131)]
    with calling(portal(records=[contact(1), *deals], links=links)) as hubspot:
        found = hubspot.get("/crm/v3/objects/contacts/1", associations="deals").json()["associations"]["deals"]
        assert len(found["results"]) == 100
        assert found["paging"]["next"]["after"] == "101"


def test_the_create_date_of_a_deal_can_be_written_and_the_systems_own_cannot() -> None:
    """[C] facts 8.3."""
    with calling() as hubspot:
        given = {"dealname": "Old", "dealstage": "contractsent", "createdate": "2019-05-01T10:00:00Z"}
        made = hubspot.post("/crm/v3/objects/deals", {"properties": given}).json()
        assert made["properties"]["createdate"] == "2019-05-01T10:00:00.000Z"
        assert made["createdAt"] == "2026-11-23T09:00:00.000Z"
        refused = hubspot.patch(f"/crm/v3/objects/deals/{made['id']}", {"properties": {"hs_createdate": "2019-05-01"}})
        assert refused.json()["errors"][0]["code"] == "READ_ONLY_VALUE"


def test_a_privacy_delete_leaves_nothing_by_id_or_by_email() -> None:
    """[D] facts 5.1."""
    with calling(portal(records=[contact(1, email="a@b.io"), contact(2, email="c@d.io")])) as hubspot:
        path = "/crm/objects/2026-03/contacts/gdpr-delete"
        assert hubspot.post(path, {"objectId": "a@b.io", "idProperty": "email"}).status_code == 204
        assert hubspot.post(path, {"objectId": "2"}).status_code == 204
        for record_id in ("1", "2"):
            for archived in ("true", "false"):
                assert hubspot.get(f"/crm/v3/objects/contacts/{record_id}", archived=archived).status_code == 404


def test_a_custom_type_answers_by_id_name_and_qualified_name() -> None:
    """[D] facts 1.1."""
    seed = portal(records=[record("2-21840117", 3, subscription_name="Gold", plan="team")])
    with calling(seed) as hubspot:
        for name in ("2-21840117", "subscriptions", "p4242_subscriptions"):
            found = hubspot.get(f"/crm/v3/objects/{name}/3", properties="plan").json()
            assert found["properties"]["plan"] == "team"
        refused = hubspot.post("/crm/v3/objects/2-21840117", {"properties": {"plan": "team"}})
        assert refused.json()["errors"][0]["context"] == {"properties": ["subscription_name"]}


def test_portals_keep_apart() -> None:
    """Facts 14.11: a token reaches its own portal only."""
    first = portal(records=[contact(1, email="a@one.io")])
    second = renamed(portal(records=[contact(1, email="b@two.io")]), "nordwind", 5151)
    with calling(first, second, token="pat-na1-nordwind") as hubspot:
        found = hubspot.get("/crm/v3/objects/contacts/1").json()
        assert found["properties"]["email"] == "b@two.io"
        assert "/5151/" in found["url"]
        hubspot.http.headers["Authorization"] = "Bearer pat-na1-demo"
        assert hubspot.get("/crm/v3/objects/contacts/1").json()["properties"]["email"] == "a@one.io"
