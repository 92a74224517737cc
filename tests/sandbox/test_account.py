"""What an account says of itself: details, owners, limits, currencies, usage, custom schemas."""

from dataclasses import replace

from hubspot_skill.sandbox.rates import POLICIES
from tests.sandbox.engine_portal import OWNERS, calling, contact, portal, record


def test_the_details_name_portal_zone_and_currencies() -> None:
    """[D] facts 9; portalName and createdAt since 2026-09 [D] facts 1.2 f."""
    with calling() as hubspot:
        older = hubspot.get("/account-info/v3/details").json()
        assert older == {
            "portalId": 4242,
            "accountType": "STANDARD",
            "timeZone": "America/New_York",
            "companyCurrency": "USD",
            "additionalCurrencies": ["EUR"],
            "utcOffset": "-05:00",
            "utcOffsetMilliseconds": -18_000_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
        newer = hubspot.get("/account-info/2026-09/details").json()
        assert newer == {**older, "portalName": "Demo", "createdAt": 1_760_864_400_000}


def test_owners_are_listed_active_or_archived_and_found_by_email_id_and_user() -> None:
    """[S][D] facts 9."""
    with calling() as hubspot:
        owners = hubspot.get("/crm/v3/owners/").json()["results"]
        assert [each["id"] for each in owners] == ["501", "502"]
        assert owners[0] == {
            "id": "501",
            "email": "ada@demo.example",
            "type": "PERSON",
            "firstName": "Ada",
            "lastName": "Berg",
            "userId": 77,
            "userIdIncludingInactive": 77,
            "createdAt": "2025-10-19T09:00:00.000Z",
            "updatedAt": "2025-10-19T09:00:00.000Z",
            "archived": False,
            "teams": [{"id": "1", "name": "North", "primary": True}],
        }
        (gone,) = hubspot.get("/crm/owners/2026-09", archived="true").json()["results"]
        assert (gone["id"], gone["userIdIncludingInactive"], "userId" in gone) == ("503", 79, False)
        assert [
            each["id"] for each in hubspot.get("/crm/owners/2026-03", email="BO@demo.example").json()["results"]
        ] == ["502"]
        assert hubspot.get("/crm/owners/2026-03/502").json()["lastName"] == "Lind"
        assert hubspot.get("/crm/owners/2026-03/78", idProperty="userId").json()["id"] == "502"
        assert hubspot.get("/crm/owners/2026-03/503").status_code == 404
        assert hubspot.get("/crm/owners/2026-03/503", archived="true").status_code == 200


def test_owners_are_paged_by_id() -> None:
    """[S] facts 9."""
    many = [replace(OWNERS[0], id=1_000 + each, user_id=2_000 + each) for each in range(5)]
    with calling(replace(portal(), owners=many)) as hubspot:
        page = hubspot.get("/crm/owners/2026-03", limit=2).json()
        assert ([each["id"] for each in page["results"]], page["paging"]["next"]["after"]) == (["1000", "1001"], "1002")
        page = hubspot.get("/crm/owners/2026-03", limit=3, after="1002").json()
        assert (len(page["results"]), "paging" in page) == (3, False)


def test_owners_need_their_scope() -> None:
    """[S] facts 2.7."""
    with calling() as hubspot:
        token = hubspot.sandbox.tokens.mint("demo", {"crm.objects.contacts.read"})
        hubspot.http.headers["Authorization"] = f"Bearer {token}"
        assert hubspot.get("/crm/owners/2026-03").status_code == 403


def test_limits_count_what_there_is() -> None:
    """[D] facts 3: paths; shapes as the official package reads them; the limits are [U]."""
    rows = [contact(1), contact(2), record("2-21840117", 3, subscription_name="S")]
    with calling(portal(records=rows)) as hubspot:
        found = hubspot.get("/crm/limits/2026-03/records").json()
        usage = {each["objectTypeId"]: each["usage"] for each in found["hubspotDefinedObjectTypes"]}
        assert (usage["0-1"], usage["0-3"]) == (2, 0)
        assert found["customObjectTypes"]["overallUsage"] == 1
        found = hubspot.get("/crm/v3/limits/custom-properties").json()
        assert {each["objectTypeId"]: each["usage"] for each in found["byObjectType"]}["0-1"] == 2
        found = hubspot.get("/crm/limits/2026-09/pipelines").json()["hubspotDefinedObjectTypes"]
        assert {each["objectTypeId"]: each["usage"] for each in found} == {"0-3": 2, "0-5": 1}
        assert hubspot.get("/crm/limits/2026-03/custom-object-types").json()["usage"] == 1
        assert hubspot.get("/crm/limits/2026-03/calculated-properties").json()["overallUsage"] == 0
        (labels,) = hubspot.get("/crm/limits/2026-03/associations/labels", fromObjectTypeId="0-1").json()["results"]
        assert (labels["allLabels"], labels["usage"], labels["limit"]) == (["Advisor"], 1, 10)
        assert hubspot.get("/crm/limits/2026-03/associations/records/from").json() == {"results": []}
        assert hubspot.get("/crm/limits/2026-03/associations/records/0-1/to").json() == {"results": []}
        assert hubspot.get("/crm/limits/2026-03/associations/records/0-1/0-2").json()["totalRecordsAtLimit"] == 0


def test_limits_need_an_object_scope() -> None:
    """[L] facts 3."""
    with calling() as hubspot:
        token = hubspot.sandbox.tokens.mint("demo", {"oauth"})
        hubspot.http.headers["Authorization"] = f"Bearer {token}"
        assert hubspot.get("/crm/limits/2026-03/records").status_code == 403
        assert hubspot.get("/account-info/2026-09/details").status_code == 200


def test_the_daily_usage_of_private_apps_counts_calls_and_says_when_it_ends() -> None:
    """[D] facts 3: midnight in the account's zone."""
    with calling() as hubspot:
        hubspot.sandbox.rates.set_policy(POLICIES["private_app_pro"])
        for _ in range(3):
            hubspot.get("/crm/v3/owners")
        (usage,) = hubspot.get("/account-info/2026-09/api-usage/daily/private-apps").json()["results"]
        assert (usage["usageLimit"], usage["currentUsage"], usage["resetsAt"]) == (
            625_000,
            4,
            "2026-11-24T05:00:00.000Z",
        )


def test_exchange_rates_are_listed_and_the_current_ones_told() -> None:
    """[D] facts 9: addresses; shapes as the official package reads them."""
    with calling() as hubspot:
        base = "/settings/currencies/2026-03"
        assert hubspot.get(f"{base}/company-currency").json()["id"] == "USD"
        rates = hubspot.get(f"{base}/exchange-rates").json()["results"]
        assert [each["conversionRate"] for each in rates] == [1.1, 1.2]
        page = hubspot.get(f"{base}/exchange-rates", limit=1).json()
        assert page["paging"]["next"]["after"] == "1"
        assert hubspot.get(f"{base}/exchange-rates", limit=1, after="1").json()["results"] == rates[1:]
        assert hubspot.get("/settings/v3/currencies/exchange-rates/current").json()["results"] == [rates[1]]
        assert hubspot.get(f"{base}/exchange-rates/{rates[0]['id']}").json() == rates[0]
        assert hubspot.get(f"{base}/exchange-rates/99").status_code == 404


def test_custom_schemas_are_read_by_any_name_and_standard_types_have_none() -> None:
    """[D] facts 1.1; shapes as the official package reads them."""
    with calling() as hubspot:
        (schema,) = hubspot.get("/crm-object-schemas/2026-09/schemas").json()["results"]
        assert (schema["objectTypeId"], schema["name"]) == ("2-21840117", "subscriptions")
        assert schema["requiredProperties"] == ["subscription_name"]
        assert {each["name"] for each in schema["properties"]} >= {"subscription_name", "plan"}
        assert {each["toObjectTypeId"] for each in schema["associations"]} >= {"0-1", "0-2"}
        for name in ("2-21840117", "subscriptions", "p4242_subscriptions"):
            assert hubspot.get(f"/crm/v3/schemas/{name}").json() == schema
        assert hubspot.get("/crm/v3/schemas/contacts").status_code == 404
        assert hubspot.get("/crm/v3/schemas", archived="true").json()["results"] == []
    with calling(replace(portal(), custom_schema=None)) as hubspot:
        assert hubspot.get("/crm/v3/schemas").json()["results"] == []
