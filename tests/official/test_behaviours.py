"""What HubSpot does beyond answering well: pages, partial failure, conflicts, limits, archives, faults, as its own clients meet it."""

from collections.abc import Iterator

import hubspot_sdk
import pytest
from hubspot import HubSpot
from hubspot.crm.companies import ApiException as CompaniesError
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchResponseSimplePublicObjectWithErrors,
    Filter,
    FilterGroup,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.deals import ApiException as DealsError
from pydantic_core import from_json
from urllib3.exceptions import MaxRetryError, ProtocolError
from urllib3.util.retry import Retry

from hubspot_skill.sandbox import fault_kinds as kinds
from hubspot_skill.sandbox.app import Sandbox
from hubspot_skill.sandbox.faults import Rule
from hubspot_skill.sandbox.rates import RatePolicy
from hubspot_skill.sandbox.settings import SandboxSettings
from tests.official.scene import TOKEN, serving


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Sandbox, str]]:
    with serving("nordwind") as served:
        yield served


@pytest.fixture
def sandbox(running: tuple[Sandbox, str]) -> Sandbox:
    running[0].rates.set_policy(RatePolicy(headers=False))
    running[0].reset()
    return running[0]


@pytest.fixture
def client(running: tuple[Sandbox, str], sandbox: Sandbox) -> HubSpot:
    return _client(running[1])


@pytest.fixture(scope="module")
def sdk(running: tuple[Sandbox, str]) -> Iterator[hubspot_sdk.HubSpot]:
    with hubspot_sdk.HubSpot(access_token=TOKEN, base_url=running[1], max_retries=0, timeout=5) as made:
        yield made


def _client(base_url: str, token: str = TOKEN, retry: Retry | None = None) -> HubSpot:
    return HubSpot(access_token=token, host=base_url, base_url=base_url, retry=retry)


def _by_email(email: str) -> PublicObjectSearchRequest:
    group = FilterGroup(filters=[Filter(property_name="email", operator="EQ", value=email)])
    return PublicObjectSearchRequest(filter_groups=[group], properties=["email"], limit=10, after="0", sorts=[])


def test_get_all_walks_every_page_once(client) -> None:
    found = [each.id for each in client.crm.contacts.get_all()]
    assert (len(found), len(set(found))) == (123, 123)


def test_the_sdk_walks_every_page_of_a_list(sandbox, sdk) -> None:
    listed = [each.id for each in sdk.crm.objects.contacts.list(limit=25)]
    assert (len(listed), len(set(listed))) == (123, 123)
    assert sandbox.traffic.count("contacts$") == 5


def test_searches_are_paged_by_their_own_cursor_to_the_end(sandbox, sdk) -> None:
    groups = [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}]
    found: list[str] = []
    after = "0"
    while after:
        page = sdk.crm.objects.contacts.search(
            filter_groups=groups, properties=["email"], limit=50, sorts=[], after=after
        )
        found += [each.id for each in page.results]
        after = page.paging.next.after if page.paging else ""
    assert (page.total, len(found), len(set(found))) == (123, 123, 123)


async def test_the_async_sdk_walks_pages_too(running, sandbox) -> None:
    async with hubspot_sdk.AsyncHubSpot(access_token=TOKEN, base_url=running[1], max_retries=0) as made:
        found = [each.id async for each in made.crm.objects.contacts.list(limit=50)]
    assert len(found) == 123


def test_a_read_of_missing_ids_is_a_207_with_results_and_errors(client) -> None:
    body = {"inputs": [{"id": "11"}, {"id": "999999"}], "properties": ["email"], "propertiesWithHistory": []}
    found = client.crm.contacts.batch_api.read(body)
    assert isinstance(found, BatchResponseSimplePublicObjectWithErrors)
    assert ([each.id for each in found.results], found.num_errors) == (["11"], 1)
    assert found.errors[0].context == {"ids": ["999999"]}
    assert "Could not get some CONTACT objects" in found.errors[0].message


def test_creates_with_trace_ids_fail_one_by_one(client) -> None:
    inputs = [
        SimplePublicObjectBatchInputForCreate(
            properties={"email": "fresh@x.example"}, associations=[], object_write_trace_id="good"
        ),
        SimplePublicObjectBatchInputForCreate(
            properties={"email": "no address"}, associations=[], object_write_trace_id="bad"
        ),
    ]
    done = client.crm.contacts.batch_api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert isinstance(done, BatchResponseSimplePublicObjectWithErrors)
    assert [each.properties["email"] for each in done.results] == ["fresh@x.example"]
    assert done.errors[0].context["objectWriteTraceId"] == ["bad"]


def test_creates_without_trace_ids_fail_whole(client) -> None:
    body = {"inputs": [{"properties": {"email": "fresh@x.example"}}, {"properties": {"email": "no address"}}]}
    with pytest.raises(ApiException) as caught:
        client.crm.contacts.batch_api.create(body)
    assert caught.value.status == 400
    assert client.crm.contacts.search_api.do_search(_by_email("fresh@x.example")).total == 0


def test_a_taken_address_conflicts_and_names_the_owner_of_it(client) -> None:
    taken = SimplePublicObjectInputForCreate(properties={"email": "A@x.example"}, associations=[])
    with pytest.raises(ApiException) as caught:
        client.crm.contacts.basic_api.create(taken)
    body = from_json(caught.value.body)
    assert (caught.value.status, body["category"]) == (409, "CONFLICT")
    assert body["message"] == "Contact already exists. Existing ID: 11"


def test_the_sdk_raises_a_conflict_without_trying_again(sandbox, sdk) -> None:
    with pytest.raises(hubspot_sdk.ConflictError):
        sdk.crm.objects.contacts.create(properties={"email": "a@x.example"}, associations=[])
    assert sandbox.traffic.count("contacts$", "POST") == 1


def test_an_invalid_value_embeds_json_in_the_message(client) -> None:
    with pytest.raises(DealsError) as caught:
        client.crm.deals.basic_api.update("31", {"properties": {"amount": "much", "colour": "red"}})
    body = from_json(caught.value.body)
    listed = from_json(body["message"].removeprefix("Property values were not valid: "))
    assert {each["name"]: each["error"] for each in listed} == {
        "amount": "INVALID_LONG",
        "colour": "PROPERTY_DOESNT_EXIST",
    }


def test_a_missing_record_is_a_404_without_a_category(client) -> None:
    with pytest.raises(CompaniesError) as caught:
        client.crm.companies.basic_api.get_by_id("999999")
    body = from_json(caught.value.body)
    assert (caught.value.status, body["message"], "category" in body) == (404, "resource not found", False)


def test_a_burst_is_refused_with_429_and_the_clients_retry_gets_through(running, sandbox) -> None:
    sandbox.rates.set_policy(RatePolicy(burst=3, burst_window_s=0.3))
    plain = _client(running[1])
    for _ in range(3):
        plain.crm.owners.owners_api.get_page()
    with pytest.raises(Exception, match="429") as caught:
        plain.crm.owners.owners_api.get_page()
    assert from_json(caught.value.body)["policyName"] == "TEN_SECONDLY_ROLLING"
    patient = _client(running[1], retry=Retry(total=5, backoff_factor=0.15, status_forcelist=(429,)))
    assert len(patient.crm.owners.owners_api.get_page().results) == 2


def test_rate_headers_come_with_records_and_not_with_searches(running, sandbox, sdk) -> None:
    sandbox.rates.set_policy(RatePolicy(burst=190, search=5, daily=625_000))
    listed = sdk.crm.objects.contacts.with_raw_response.list(limit=1)
    assert listed.headers["x-hubspot-ratelimit-max"] == "190"
    assert listed.headers["x-hubspot-ratelimit-remaining"] == "189"
    assert listed.headers["x-hubspot-ratelimit-daily-remaining"] == "624999"
    searched = sdk.crm.objects.contacts.with_raw_response.search(
        filter_groups=[], properties=[], limit=1, sorts=[], after="0"
    )
    assert "x-hubspot-ratelimit-max" not in searched.headers


def test_the_sixth_search_of_a_second_is_refused(client, sandbox) -> None:
    sandbox.rates.set_policy(RatePolicy(search=5, secondly_window_s=60))
    for _ in range(5):
        client.crm.contacts.search_api.do_search(_by_email("a@x.example"))
    with pytest.raises(ApiException) as caught:
        client.crm.contacts.search_api.do_search(_by_email("a@x.example"))
    assert from_json(caught.value.body)["policyName"] == "SECONDLY"


def test_an_archived_record_shows_only_where_archived_ones_are_asked_for(client) -> None:
    client.crm.contacts.basic_api.archive("11")
    with pytest.raises(ApiException, match="404"):
        client.crm.contacts.basic_api.get_by_id("11")
    found = client.crm.contacts.basic_api.get_by_id("11", archived=True, properties=["email"])
    assert (found.archived, found.properties["email"]) == (True, "a@x.example")
    assert client.crm.contacts.search_api.do_search(_by_email("a@x.example")).total == 0
    client.crm.contacts.basic_api.archive("11")


def test_a_merged_record_leads_to_the_winner_in_a_single_change(client) -> None:
    client.crm.contacts.basic_api.merge({"primaryObjectId": "11", "objectIdToMerge": "12"})
    changed = client.crm.contacts.basic_api.update("12", {"properties": {"firstname": "Both"}})
    assert changed.id == "11"
    found = client.crm.contacts.basic_api.get_by_id("11", properties=["hs_merged_object_ids", "firstname"])
    assert (found.properties["hs_merged_object_ids"], found.properties["firstname"]) == ("12", "Both")


def test_associations_come_with_a_record_on_request(client) -> None:
    found = client.crm.deals.basic_api.get_by_id("31", associations=["contacts", "companies"])
    assert [each.id for each in found.associations["contacts"].results] == ["11"]
    assert {each.id for each in found.associations["companies"].results} == {"21"}


def test_history_comes_with_a_record_on_request(client, sandbox) -> None:
    client.crm.deals.basic_api.update("32", {"properties": {"amount": "500"}})
    found = client.crm.deals.basic_api.get_by_id("32", properties_with_history=["amount"])
    assert [each.value for each in found.properties_with_history["amount"]] == ["500", "300"]


def test_a_record_is_found_by_a_unique_property(client) -> None:
    found = client.crm.contacts.basic_api.get_by_id("b@x.example", id_property="email")
    assert found.id == "12"


def test_computed_values_follow_a_change_of_stage(client) -> None:
    client.crm.deals.basic_api.update("32", {"properties": {"dealstage": "closedwon"}})
    names = ["hs_is_closed_won", "hs_deal_stage_probability", "hs_projected_amount"]
    found = client.crm.deals.basic_api.get_by_id("32", properties=names).properties
    assert {name: found[name] for name in names} == {
        "hs_is_closed_won": "true",
        "hs_deal_stage_probability": "1",
        "hs_projected_amount": "300",
    }


def test_a_search_does_not_see_what_the_index_has_not_reached(client, sandbox) -> None:
    sandbox.portals["demo"].switches = SandboxSettings(search_lag_ms=5000)
    client.crm.contacts.basic_api.create({"properties": {"email": "late@x.example"}})
    assert client.crm.contacts.search_api.do_search(_by_email("late@x.example")).total == 0
    sandbox.clock.advance(5)
    assert client.crm.contacts.search_api.do_search(_by_email("late@x.example")).total == 1


def test_a_search_past_ten_thousand_is_refused(client) -> None:
    request = PublicObjectSearchRequest(filter_groups=[], properties=[], limit=100, after="10000", sorts=[])
    with pytest.raises(ApiException, match="400"):
        client.crm.contacts.search_api.do_search(request)


def test_a_token_without_the_scope_is_refused_by_name(running, sandbox) -> None:
    poor = _client(running[1], sandbox.tokens.mint("demo", {"crm.objects.companies.read"}))
    with pytest.raises(ApiException) as caught:
        poor.crm.contacts.basic_api.get_page()
    body = from_json(caught.value.body)
    assert (caught.value.status, body["category"]) == (403, "MISSING_SCOPES")
    assert body["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.read"]


def test_a_wrong_token_is_refused(running, sandbox) -> None:
    with pytest.raises(ApiException) as caught:
        _client(running[1], "pat-na1-wrong").crm.contacts.basic_api.get_page()
    assert from_json(caught.value.body)["category"] == "INVALID_AUTHENTICATION"


def test_an_access_token_expires_with_the_sandboxs_clock(running, sandbox) -> None:
    code = sandbox.tokens.mint_code("demo")
    app = sandbox.tokens.app("5a5a5a5a-0000-4000-8000-0000000000c1", "5a5a5a5a-0000-4000-8000-0000000000c5")
    issued = sandbox.tokens.redeem(app, code, min(app.redirect_uris), None)
    made = _client(running[1], issued.token)
    assert made.crm.contacts.basic_api.get_page(limit=1).results
    sandbox.clock.advance(1801)
    with pytest.raises(ApiException, match="401"):
        made.crm.contacts.basic_api.get_page(limit=1)


def test_two_accounts_do_not_see_each_other(running, sandbox) -> None:
    other = _client(running[1], "pat-na1-nordwind")
    assert other.crm.contacts.basic_api.get_page().results == []
    with pytest.raises(ApiException, match="404"):
        other.crm.contacts.basic_api.get_by_id("11")


def test_any_dated_path_answers_the_client_too(client) -> None:
    answer = client.api_request({"path": "/crm/objects/2026-09/contacts/11", "qs": {"properties": "email"}})
    assert answer.json()["properties"]["email"] == "a@x.example"


def test_a_create_whose_answer_is_lost_has_happened(client, sandbox) -> None:
    sandbox.faults.add(Rule(kinds.Lost("reset", effect="committed"), methods=frozenset({"POST"}), times=1))
    with pytest.raises((MaxRetryError, ProtocolError)):
        client.crm.contacts.basic_api.create({"properties": {"email": "lost@x.example"}})
    assert client.crm.contacts.search_api.do_search(_by_email("lost@x.example")).total == 1


@pytest.mark.parametrize("status", [423, 500, 502, 503, 504, 524])
def test_server_errors_reach_the_sdk_as_its_own(sandbox, sdk, status: int) -> None:
    sandbox.faults.add(Rule(kinds.Status(status)))
    with pytest.raises(hubspot_sdk.APIStatusError) as caught:
        sdk.crm.objects.contacts.list()
    assert caught.value.status_code == status


def test_the_sdks_own_retries_outlast_two_failures(running, sandbox) -> None:
    sandbox.faults.add(Rule(kinds.Status(503, retry_after_s=0), times=2))
    with hubspot_sdk.HubSpot(access_token=TOKEN, base_url=running[1], max_retries=2) as patient:
        assert patient.crm.objects.contacts.list(limit=1).results[0].id == "11"
    assert sandbox.traffic.count("contacts$") == 3
