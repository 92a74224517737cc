"""Addresses: every family under every version, and what no address can break."""

from typing import Any

import pytest

from hubspot_skill.sandbox.app import FAMILIES, create_sandbox
from hubspot_skill.sandbox.routes import Endpoint, Routes
from tests.sandbox.engine_portal import calling, contact, portal, record

OWN_FAMILIES = [
    each
    for family in FAMILIES
    for each in family
    if each.handler.__module__.rsplit(".", 1)[1]
    in {
        *("account", "associations", "associations_v3", "batch", "objects", "owners"),
        *("pipelines", "properties", "schemas", "search"),
    }
]

FILLED = {
    "object_type": "contacts",
    "from_type": "contacts",
    "to_type": "companies",
    "record_id": "1",
    "from_id": "1",
    "to_id": "10",
    "type": "contact_to_company",
    "type_id": "101",
    "name": "nickname",
    "owner_id": "501",
    "pipeline_id": "default",
    "stage_id": "contractsent",
    "rate_id": "1",
}

BODIES: list[Any] = [
    None,
    [],
    {},
    {"inputs": [{}]},
    {"inputs": [{"id": {}, "from": [], "to": {}, "types": {}, "properties": {"email": {}}}]},
    {"inputs": [{"id": "1", "from": {"id": "1"}, "to": {"id": "10"}, "types": [{}], "properties": []}]},
    {"properties": {"email": None, "hubspot_owner_id": [], "lifecyclestage": {}}},
    {"filterGroups": [{}], "sorts": [None], "limit": None, "after": {}},
    {"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "BETWEEN", "value": [], "highValue": {}}]}]},
    {"filterGroups": [{"filters": [{"propertyName": "associations.x", "operator": "EQ", "value": "1"}]}]},
    {"label": 1, "displayOrder": "x", "metadata": [], "stages": {}},
    {"name": "x", "label": "X", "type": "number", "fieldType": "number", "groupName": "x", "options": "x"},
    {"primaryObjectId": {}, "objectIdToMerge": None, "objectId": [], "idProperty": {}},
    [{"associationCategory": 1, "associationTypeId": "1"}],
    ["x"],
]


def test_two_endpoints_cannot_have_one_address() -> None:
    """An error of the program, found at start."""
    one = Endpoint("GET", "crm/objects", "/{a}", lambda call: call.portal)  # type: ignore[arg-type,return-value]
    two = Endpoint("GET", "crm/objects", "/{b}", lambda call: call.portal)  # type: ignore[arg-type,return-value]
    with pytest.raises(ValueError, match="two endpoints answer GET /crm/objects/2026-03"):
        Routes([one, two])


def test_a_literal_segment_wins_over_a_placeholder_and_encoded_values_are_decoded() -> None:
    """`search` is no record id, and an address may be one."""
    literal = Endpoint("POST", "crm/objects", "/{a}/search", lambda call: call.portal)  # type: ignore[arg-type,return-value]
    general = Endpoint("POST", "crm/objects", "/{a}/{b}", lambda call: call.portal)  # type: ignore[arg-type,return-value]
    routes = Routes([general, literal])
    found = routes.find("POST", "/crm/objects/2026-03/contacts/search")
    assert found is not None
    assert found.endpoint is literal
    found = routes.find("POST", "/crm/objects/2026-09/contacts/ann%2Fb%40acme.com")
    assert found is not None
    assert (found.version, found.params) == ("2026-09", {"a": "contacts", "b": "ann/b@acme.com"})
    assert routes.find("GET", "/crm/objects/2026-09/contacts/1") is None
    assert routes.find("POST", "/crm/objects/2027-03/contacts/1") is None


def _addresses(endpoint: Endpoint) -> list[str]:
    return [template.format(**FILLED) for _, template in endpoint.addresses()]


def test_every_address_of_the_engine_answers_in_every_version() -> None:
    """[D] facts 1.1: aliases to one core."""
    seed = portal(records=[contact(1), record("companies", 10, name="A")])
    with calling(seed) as hubspot:
        for endpoint in OWN_FAMILIES:
            if endpoint.method == "GET":
                for path in _addresses(endpoint):
                    message = hubspot.get(path).json().get("message", "")
                    assert message != "Unable to find a resource for this address", path


@pytest.mark.parametrize("body", BODIES)
def test_no_body_is_so_wrong_that_the_sandbox_breaks(body: Any) -> None:
    """A pretend HubSpot refuses, it does not crash: a 5xx would hide a client's fault."""
    seed = portal(records=[contact(1), record("companies", 10, name="A")])
    with calling(seed) as hubspot:
        for endpoint in OWN_FAMILIES:
            if endpoint.method in {"POST", "PUT", "PATCH"}:
                for path in _addresses(endpoint)[-2:]:
                    response = hubspot.http.request(endpoint.method, path, json=body)
                    assert response.status_code < 500, (endpoint.method, path, response.text)


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
def test_search_and_association_calls_spend_their_own_budgets(version: str) -> None:
    """[S] facts 3: the exemption marks."""
    budgets = {
        f"{endpoint.method} {path}": endpoint.budget
        for endpoint in OWN_FAMILIES
        for dated, path in endpoint.addresses()
        if dated == version
    }
    assert budgets[f"POST /crm/objects/{version}/{{object_type}}/search"] == "search"
    for path, budget in budgets.items():
        if "/crm/associations/" in path:
            assert budget == "associations", path
        elif not path.endswith("/search"):
            assert budget == "burst", path


async def test_a_client_that_hangs_up_before_its_body_is_no_failure() -> None:
    app = create_sandbox([portal()])
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    path = "/crm/v3/objects/contacts"
    authorization = (b"authorization", b"Bearer pat-na1-demo")
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    await app({**scope, "headers": [authorization]}, receive, send)
    assert sent == []
    app.state.sandbox.close()
