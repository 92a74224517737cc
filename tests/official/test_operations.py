"""The reader of the official clients' operations finds what is known to be there."""

from tests.official.operations import Operation, api_client_operations, sdk_operations


def test_the_api_client_is_read() -> None:
    found = api_client_operations(("crm.contacts", "oauth"))
    assert Operation("crm.contacts.basic_api.get_page", "GET", "/crm/v3/objects/contacts") in found
    assert Operation("oauth.tokens_api.create", "POST", "/oauth/v1/token") in found
    assert len(found) == 17


def test_the_sdk_is_read_with_families_below() -> None:
    found = sdk_operations(("crm.objects.contacts", "marketing.campaigns"))
    assert Operation("crm.objects.contacts.list", "GET", "/crm/objects/2026-03/contacts") in found
    assert Operation("crm.objects.contacts.search", "POST", "/crm/objects/2026-03/contacts/search") in found
    assert Operation("marketing.campaigns.metrics.get_revenue_attribution", "GET", _REVENUE) in found
    assert len(found) == len(set(found)) == 37


def test_a_template_matches_its_requests_only() -> None:
    one = Operation("x", "GET", "/crm/v3/objects/contacts/{contactId}")
    assert one.was_called_as("GET", "/crm/v3/objects/contacts/12")
    assert not one.was_called_as("GET", "/crm/v3/objects/contacts")
    assert not one.was_called_as("PATCH", "/crm/v3/objects/contacts/12")
    assert not one.was_called_as("GET", "/crm/v3/objects/contacts/12/associations")


_REVENUE = "/marketing/campaigns/2026-03/{campaign_guid}/reports/revenue"
