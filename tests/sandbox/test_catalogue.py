"""The property catalogue: well-formed definitions, and the names and values that the facts give."""

import pytest

from hubspot_skill.sandbox.catalogue import STANDARD_TYPES, standard_groups, standard_properties
from hubspot_skill.sandbox.catalogue.associations import association_types, custom_association_types
from hubspot_skill.sandbox.catalogue.choices import INDUSTRIES, LIFECYCLE_STAGES
from hubspot_skill.sandbox.catalogue.pipelines import deal_pipeline, default_deal_pipeline, default_ticket_pipeline

# Facts 7: which field types go with which type.
PAIRS = {
    "bool": {"booleancheckbox"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "number": {"number", "calculation_equation"},
    "string": {"text", "textarea", "html", "file", "phonenumber"},
}

PIPELINES = {
    "deals": [
        default_deal_pipeline(0),
        deal_pipeline("77", "Renewals", [("771", "Due", "0.5"), ("772", "Renewed", "1.0")], order=1, created_ms=0),
    ],
    "tickets": [default_ticket_pipeline(0)],
}
PROPERTIES = standard_properties(PIPELINES, ["USD", "EUR"])


@pytest.mark.parametrize("object_type", STANDARD_TYPES)
def test_definitions_have_distinct_names_known_groups_and_types_that_fit(object_type: str) -> None:
    definitions = PROPERTIES[object_type]

    assert len({each.name for each in definitions}) == len(definitions)
    assert {each.group_name for each in definitions} <= {each.name for each in standard_groups()[object_type]}
    for each in definitions:
        assert each.field_type in PAIRS[each.type], each.name
        assert each.label, each.name
        assert each.name == each.name.lower(), each.name


@pytest.mark.parametrize("object_type", STANDARD_TYPES)
def test_options_are_there_for_every_enumeration_and_distinct(object_type: str) -> None:
    for each in PROPERTIES[object_type]:
        values = [option.value for option in each.options]
        assert len(set(values)) == len(values), each.name
        if each.type == "enumeration" and not each.external_options and each.name != "hubspot_team_id":
            assert values, each.name
        if each.type == "bool":
            assert values == ["true", "false"], each.name


@pytest.mark.parametrize("object_type", STANDARD_TYPES)
def test_what_is_calculated_cannot_be_written(object_type: str) -> None:
    assert all(each.read_only_value for each in PROPERTIES[object_type] if each.calculated)


def test_catalogue_is_as_broad_as_an_account() -> None:
    assert len(PROPERTIES["contacts"]) >= 150
    assert len(PROPERTIES["companies"]) >= 100
    assert len(PROPERTIES["deals"]) >= 120


def test_deals_have_the_dates_of_every_stage_of_every_pipeline() -> None:
    names = {each.name for each in PROPERTIES["deals"]}
    for stage in ("closedwon", "771", "772"):
        assert {
            f"hs_date_entered_{stage}",
            f"hs_date_exited_{stage}",
            f"hs_time_in_{stage}",
            f"hs_v2_date_entered_{stage}",
            f"hs_v2_date_exited_{stage}",
            f"hs_v2_latest_time_in_{stage}",
            f"hs_v2_cumulative_time_in_{stage}",
        } <= names


def test_only_a_deals_create_date_can_be_written() -> None:
    """Facts 8.3: users back-date imported deals; contacts' and companies' create dates are the system's."""
    read_only = {
        object_type: {each.name for each in PROPERTIES[object_type] if each.read_only_value}
        for object_type in STANDARD_TYPES
    }

    assert "createdate" not in read_only["deals"]
    assert "hs_createdate" in read_only["deals"]
    assert "createdate" in read_only["contacts"]
    assert "createdate" in read_only["companies"]


def test_only_contacts_call_it_lastmodifieddate() -> None:
    """Facts 8.3."""
    for object_type in STANDARD_TYPES:
        names = {each.name for each in PROPERTIES[object_type]}
        assert ("lastmodifieddate" in names) == (object_type == "contacts")
        assert ("hs_lastmodifieddate" in names) == (object_type != "contacts")


def test_enumerations_have_hubspots_values() -> None:
    """Facts 8.4."""
    options = {
        (object_type, each.name): [option.value for option in each.options]
        for object_type in STANDARD_TYPES
        for each in PROPERTIES[object_type]
    }

    assert options["contacts", "lifecyclestage"] == [
        "subscriber",
        "lead",
        "marketingqualifiedlead",
        "salesqualifiedlead",
        "opportunity",
        "customer",
        "evangelist",
        "other",
    ]
    assert set(options["contacts", "hs_lead_status"]) == {
        "NEW",
        "OPEN",
        "IN_PROGRESS",
        "OPEN_DEAL",
        "UNQUALIFIED",
        "ATTEMPTED_TO_CONTACT",
        "CONNECTED",
        "BAD_TIMING",
    }
    assert options["deals", "dealtype"] == ["newbusiness", "existingbusiness"]
    assert options["deals", "hs_priority"] == ["low", "medium", "high"]
    assert options["deals", "hs_manual_forecast_category"] == ["OMIT", "PIPELINE", "BEST_CASE", "COMMIT", "CLOSED"]
    assert options["deals", "deal_currency_code"] == ["USD", "EUR"]
    assert options["tasks", "hs_task_status"] == ["NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED", "COMPLETED"]
    assert options["meetings", "hs_meeting_outcome"] == ["SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED"]
    assert options["emails", "hs_email_direction"] == ["EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"]
    assert 140 <= len(INDUSTRIES) <= 150
    assert {
        "COMPUTER_SOFTWARE",
        "INFORMATION_TECHNOLOGY_AND_SERVICES",
        "FINANCIAL_SERVICES",
        "HOSPITAL_HEALTH_CARE",
    } <= {each.value for each in INDUSTRIES}


def test_default_pipeline_has_hubspots_stages_and_string_metadata() -> None:
    """Facts 9."""
    stages = default_deal_pipeline(0).stages

    assert [(stage.id, stage.metadata["probability"], stage.metadata["isClosed"]) for stage in stages] == [
        ("appointmentscheduled", "0.2", "false"),
        ("qualifiedtobuy", "0.4", "false"),
        ("presentationscheduled", "0.6", "false"),
        ("decisionmakerboughtin", "0.8", "false"),
        ("contractsent", "0.9", "false"),
        ("closedwon", "1.0", "true"),
        ("closedlost", "0.0", "true"),
    ]
    assert [stage.display_order for stage in stages] == list(range(7))


def test_association_types_come_in_both_directions_with_each_others_id() -> None:
    types = {
        (each.from_type, each.to_type, each.type_id): each
        for each in association_types([("deals", "contacts", 21, 22, "Sponsor", "Sponsors")])
    }

    for each in types.values():
        back = types[each.to_type, each.from_type, each.inverse_id]
        assert back.inverse_id == each.type_id
        assert back.primary == each.primary
    assert types["contacts", "companies", 279].inverse_id == 280
    assert types["contacts", "companies", 1].primary
    assert types["deals", "companies", 5].inverse_id == 6
    assert types["notes", "deals", 214].inverse_id == 213
    assert types["companies", "companies", 13].inverse_id == 14
    assert types["contacts", "contacts", 449].inverse_id == 449
    assert types["deals", "contacts", 21].category == "USER_DEFINED"


def test_custom_object_is_associated_with_the_four_standard_ones() -> None:
    types = custom_association_types("2-1", "thing", 40)

    assert {(each.from_type, each.to_type) for each in types} == {
        pair for other in ("contacts", "companies", "deals", "tickets") for pair in (("2-1", other), (other, "2-1"))
    }
    assert len({each.type_id for each in types}) == 8


def test_lifecycle_stages_of_an_account_reach_its_properties() -> None:
    names = {each.name for each in PROPERTIES["companies"]}
    for stage in LIFECYCLE_STAGES:
        assert f"hs_v2_date_entered_{stage.value}" in names
        assert f"hs_lifecyclestage_{stage.value}_date" in names
