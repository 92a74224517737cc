"""Properties that HubSpot computes: worked out anew on every read, and known to search."""

from typing import Any

import pytest

from hubspot_skill.sandbox.computed import Columns
from hubspot_skill.sandbox.seed import SeedChange, SeedLink
from hubspot_skill.sandbox.sql_functions import has_token, national_number, plain_text
from hubspot_skill.sandbox.store import Store
from tests.sandbox.engine_portal import DAY, NOW_MS, Caller, calling, contact, portal, record


def values(hubspot: Caller, path: str, *names: str) -> dict[str, str | None]:
    """Return properties of one record."""
    found = hubspot.get(f"/crm/objects/2026-03/{path}", properties=",".join(names)).json()["properties"]
    return {name: found[name] for name in names}


def deal(record_id: int, **properties: str) -> Any:
    """Return a deal of the default pipeline."""
    return record("deals", record_id, **{"dealname": f"D{record_id}", "pipeline": "default", **properties})


def test_every_computed_property_of_the_catalogue_is_computed() -> None:
    """Facts 14.5: none of them is a column that nobody fills."""
    store = Store.load(
        portal(
            records=[
                record(name, 1, hs_timestamp="2026-01-01T00:00:00.000Z")
                for name in ("calls", "emails", "meetings", "notes", "tasks")
            ]
        )
    )
    for object_type in store.definitions.types.all:
        columns = Columns(store, object_type)
        for name, definition in store.definitions.properties[object_type.name].items():
            if definition.calculated:
                column = columns.of(name)
                assert column is not None
                assert column.sql not in {"NULL", f't."{name}"'}, f"{object_type.name}.{name}"


@pytest.mark.parametrize(
    ("stage", "closed", "won", "is_open", "probability", "projected", "closed_amount"),
    [
        ("appointmentscheduled", "false", "false", "1", "0.2", "200", "0"),
        ("contractsent", "false", "false", "1", "0.9", "900", "0"),
        ("closedwon", "true", "true", "0", "1", "1000", "1000"),
        ("closedlost", "true", "false", "0", "0", "0", "0"),
    ],
)
def test_a_deals_flags_and_money_follow_its_stage(
    *, stage: str, closed: str, won: str, is_open: str, probability: str, projected: str, closed_amount: str
) -> None:
    """[D] facts 8.3 and 9."""
    with calling(portal(records=[deal(1, amount="1000", dealstage="qualifiedtobuy")])) as hubspot:
        hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"dealstage": stage}})
        assert values(
            hubspot,
            "deals/1",
            *("hs_is_closed", "hs_is_closed_won", "hs_is_open_count"),
            *("hs_deal_stage_probability", "hs_projected_amount", "hs_closed_amount"),
        ) == {
            "hs_is_closed": closed,
            "hs_is_closed_won": won,
            "hs_is_open_count": is_open,
            "hs_deal_stage_probability": probability,
            "hs_projected_amount": projected,
            "hs_closed_amount": closed_amount,
        }


def test_a_stages_new_probability_moves_its_deals_at_once() -> None:
    """Facts 14.5: recomputed, not stored."""
    with calling(portal(records=[deal(1, amount="1000", dealstage="contractsent")])) as hubspot:
        stage = "/crm/pipelines/2026-03/deals/default/stages/contractsent"
        assert hubspot.patch(stage, {"metadata": {"probability": "0.5"}}).status_code == 200
        assert values(hubspot, "deals/1", "hs_projected_amount") == {"hs_projected_amount": "500"}
        assert hubspot.patch(stage, {"metadata": {"probability": "1.0"}}).status_code == 200
        assert values(hubspot, "deals/1", "hs_is_closed_won") == {"hs_is_closed_won": "true"}


def test_amounts_in_the_home_currency_use_the_rate_of_the_close_date_once_closed() -> None:
    """[D] facts 8.3 for the properties, [U] for which rate holds."""
    rows = [
        deal(1, amount="100", deal_currency_code="EUR", dealstage="contractsent"),
        deal(2, amount="100", deal_currency_code="EUR", dealstage="closedwon", closedate="2026-03-01T00:00:00.000Z"),
        deal(3, amount="100", dealstage="contractsent", hs_forecast_probability="0.25"),
        deal(4, dealstage="contractsent"),
    ]
    with calling(portal(records=rows)) as hubspot:
        names = ("amount_in_home_currency", "hs_exchange_rate", "hs_forecast_amount")
        found = [tuple(values(hubspot, f"deals/{each}", *names).values()) for each in (1, 2, 3, 4)]
        assert found == [("120", "1.2", None), ("110", "1.1", None), ("100", "1", "25"), (None, "1", None)]


def test_days_to_close_are_counted_from_create_to_close() -> None:
    """[D] facts 8.3; whole days rounded down are [U]."""
    late = deal(
        1, dealstage="contractsent", createdate="2026-01-01T00:00:00.000Z", closedate="2026-01-11T12:00:00.000Z"
    )
    with calling(portal(records=[late, deal(2, dealstage="contractsent")])) as hubspot:
        names = ("days_to_close", "hs_days_to_close_raw")
        assert values(hubspot, "deals/1", *names) == {"days_to_close": "10", "hs_days_to_close_raw": "10.5"}
        assert values(hubspot, "deals/2", *names) == {"days_to_close": None, "hs_days_to_close_raw": None}


def _moves(*moves: tuple[str, int]) -> list[SeedChange]:
    return [SeedChange("deals", 1, "dealstage", stage, NOW_MS - days * DAY, "CRM_UI", 77) for stage, days in moves]


def test_stage_dates_and_times_come_from_the_history_of_the_stage() -> None:
    """[C] facts 8.3: the newest entry counts, cumulative time adds all."""
    moves = _moves(("qualifiedtobuy", 90), ("contractsent", 60), ("qualifiedtobuy", 50), ("contractsent", 20))
    with calling(portal(records=[deal(1, dealstage="contractsent")], changes=moves)) as hubspot:
        found = values(
            hubspot,
            "deals/1",
            *("hs_v2_date_entered_qualifiedtobuy", "hs_v2_date_exited_qualifiedtobuy"),
            *("hs_v2_latest_time_in_qualifiedtobuy", "hs_v2_cumulative_time_in_qualifiedtobuy"),
            *("hs_v2_date_entered_contractsent", "hs_v2_date_exited_contractsent", "hs_v2_latest_time_in_contractsent"),
            *("hs_date_entered_closedwon", "hs_v2_date_entered_current_stage", "hs_v2_time_in_current_stage"),
        )
        assert list(found.values()) == [
            *("2026-10-04T09:00:00.000Z", "2026-11-03T09:00:00.000Z"),
            *(str(30 * DAY), str(60 * DAY)),
            *("2026-11-03T09:00:00.000Z", None, str(20 * DAY)),
            *(None, "2026-11-03T09:00:00.000Z", str(20 * DAY)),
        ]
        hubspot.clock.advance(86_400)
        assert values(hubspot, "deals/1", "hs_v2_time_in_current_stage") == {
            "hs_v2_time_in_current_stage": str(21 * DAY)
        }


def test_the_older_stage_properties_tell_the_first_entry_and_all_time() -> None:
    """[C] facts 8.3 names them."""
    moves = _moves(("qualifiedtobuy", 90), ("contractsent", 60), ("qualifiedtobuy", 50), ("contractsent", 20))
    with calling(portal(records=[deal(1, dealstage="contractsent")], changes=moves)) as hubspot:
        names = ("hs_date_entered_qualifiedtobuy", "hs_date_exited_qualifiedtobuy", "hs_time_in_qualifiedtobuy")
        assert list(values(hubspot, "deals/1", *names).values()) == [
            *("2026-08-25T09:00:00.000Z", "2026-11-03T09:00:00.000Z", str(60 * DAY)),
        ]


def test_a_stage_that_never_changed_was_entered_when_the_record_was_made() -> None:
    """[U]: the derived first version of facts 14 and the design."""
    with calling(portal(records=[deal(1, dealstage="contractsent")])) as hubspot:
        name = "hs_v2_date_entered_contractsent"
        assert values(hubspot, "deals/1", name) == {name: "2026-08-15T09:00:00.000Z"}
        hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"dealstage": "closedwon"}})
        exited = "hs_v2_date_exited_contractsent"
        assert values(hubspot, "deals/1", name, exited) == {
            name: "2026-08-15T09:00:00.000Z",
            exited: "2026-11-23T09:00:00.000Z",
        }


def test_a_stage_made_later_has_its_dates_too() -> None:
    """Facts 8.3: the properties are named after stage ids."""
    with calling(portal(records=[deal(1, dealstage="contractsent")])) as hubspot:
        body = {"label": "Legal", "displayOrder": 9, "metadata": {"probability": "0.95"}}
        stage_id = hubspot.post("/crm/pipelines/2026-03/deals/default/stages", body).json()["id"]
        hubspot.patch("/crm/v3/objects/deals/1", {"properties": {"dealstage": stage_id}})
        name = f"hs_v2_date_entered_{stage_id}"
        assert (
            hubspot.get(f"/crm/properties/2026-03/deals/{name}").json()["label"]
            == 'Date entered "Legal (Sales Pipeline)"'
        )
        assert values(hubspot, "deals/1", name) == {name: "2026-11-23T09:00:00.000Z"}


def test_lifecycle_dates_and_the_owners_date_come_from_history() -> None:
    """[D] facts 8.1."""
    with calling(portal(records=[contact(1, lifecyclestage="lead", hubspot_owner_id="501")])) as hubspot:
        hubspot.patch(
            "/crm/v3/objects/contacts/1", {"properties": {"lifecyclestage": "customer", "hubspot_owner_id": "502"}}
        )
        names = (
            "hs_lifecyclestage_lead_date",
            "hs_v2_date_exited_lead",
            "hs_lifecyclestage_customer_date",
            "hubspot_owner_assigneddate",
        )
        assert list(values(hubspot, "contacts/1", *names).values()) == [
            "2026-08-15T09:00:00.000Z",
            *["2026-11-23T09:00:00.000Z"] * 3,
        ]


def test_counts_and_sums_of_related_records_follow_every_association() -> None:
    """[D] facts 8.1 and 8.2."""
    rows = [
        contact(1, age_days=50),
        contact(2, age_days=70),
        record("companies", 10, name="Acme"),
        deal(20, amount="100", dealstage="contractsent", createdate="2026-09-01T00:00:00.000Z"),
        deal(21, amount="40", dealstage="closedwon", closedate="2026-10-01T00:00:00.000Z"),
        deal(22, amount="70", dealstage="closedwon", closedate="2026-11-01T00:00:00.000Z"),
    ]
    links = [
        *(SeedLink("contacts", each, "companies", 10, 1) for each in (1, 2)),
        *(SeedLink("deals", each, "companies", 10, 5) for each in (20, 21, 22)),
        SeedLink("deals", 20, "contacts", 1, 3),
    ]
    with calling(portal(records=rows, links=links)) as hubspot:
        assert values(
            hubspot,
            "companies/10",
            *("num_associated_contacts", "num_associated_deals", "hs_num_open_deals", "hs_total_deal_value"),
            *("total_revenue", "recent_deal_amount", "recent_deal_close_date", "first_contact_createdate"),
        ) == {
            "num_associated_contacts": "2",
            "num_associated_deals": "3",
            "hs_num_open_deals": "1",
            "hs_total_deal_value": "100",
            "total_revenue": "110",
            "recent_deal_amount": "70",
            "recent_deal_close_date": "2026-11-01T00:00:00.000Z",
            "first_contact_createdate": "2026-09-14T09:00:00.000Z",
        }
        assert values(hubspot, "deals/20", "num_associated_contacts") == {"num_associated_contacts": "1"}
        assert values(hubspot, "contacts/1", "num_associated_deals", "associatedcompanyid") == {
            "num_associated_deals": "1",
            "associatedcompanyid": "10",
        }
        hubspot.delete("/crm/v3/objects/deals/20")
        hubspot.put("/crm/objects/2026-03/deals/21/associations/default/contacts/1")
        assert values(hubspot, "companies/10", "num_associated_deals", "hs_num_open_deals") == {
            "num_associated_deals": "2",
            "hs_num_open_deals": "0",
        }
        assert values(hubspot, "contacts/1", "num_associated_deals") == {"num_associated_deals": "1"}


def test_activities_move_the_dates_of_what_they_are_about() -> None:
    """[D] facts 8.1: names; [U] which kinds count."""
    ids = {"calls": 193, "emails": 197, "meetings": 199, "notes": 201, "tasks": 203}
    with calling(portal(records=[contact(1)])) as hubspot:

        def log(kind: str, at: str, **properties: str) -> None:
            body = {
                "properties": {"hs_timestamp": at, **properties},
                "associations": [
                    {
                        "to": {"id": "1"},
                        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": ids[kind] + 1}],
                    }
                ],
            }
            assert hubspot.post(f"/crm/objects/2026-03/{kind}", body).status_code == 201

        names = (
            "notes_last_contacted",
            "notes_last_updated",
            "notes_next_activity_date",
            "num_notes",
            "num_contacted_notes",
        )
        assert list(values(hubspot, "contacts/1", *names).values()) == [None, None, None, "0", "0"]
        assert values(hubspot, "contacts/1", "hs_is_unworked") == {"hs_is_unworked": "true"}
        log("calls", "2026-11-10T10:00:00Z")
        log("notes", "2026-11-20T10:00:00Z")
        log("meetings", "2026-12-01T10:00:00Z")
        log("tasks", "2026-11-25T10:00:00Z", hs_task_status="COMPLETED")
        log("tasks", "2026-11-28T10:00:00Z", hs_task_status="NOT_STARTED")
        assert list(values(hubspot, "contacts/1", *names).values()) == [
            *("2026-11-10T10:00:00.000Z", "2026-11-20T10:00:00.000Z", "2026-11-28T10:00:00.000Z"),
            *("5", "2"),
        ]
        hubspot.clock.advance(10 * 86_400)
        assert values(hubspot, "contacts/1", *names[:3]) == {
            "notes_last_contacted": "2026-12-01T10:00:00.000Z",
            "notes_last_updated": "2026-12-01T10:00:00.000Z",
            "notes_next_activity_date": None,
        }
        found = hubspot.found(
            "contacts", {"propertyName": "notes_last_contacted", "operator": "GT", "value": "2026-11-30"}
        )
        assert found == ["1"]


def test_texts_of_a_contact_and_an_email_are_put_together() -> None:
    """[D] facts 8.1; the previews and headers are [U]."""
    headers = '{"from": {"email": "a@b.io"}, "to": [{"email": "c@d.io"}]}'
    rows = [
        contact(1, firstname="Ann", lastname="Berg", email="ann@acme.com", phone="+45 12 34 56 78"),
        contact(2, email="bo@acme.io"),
        record(
            "emails",
            5,
            hs_timestamp="2026-11-01T00:00:00.000Z",
            hs_email_headers=headers,
            hs_email_text="<p>Hello</p> <b>you</b>",
        ),
    ]
    with calling(portal(records=rows)) as hubspot:
        names = ("hs_full_name_or_email", "hs_email_domain", "hs_searchable_calculated_phone_number")
        assert list(values(hubspot, "contacts/1", *names).values()) == ["Ann Berg", "acme.com", "12345678"]
        assert list(values(hubspot, "contacts/2", *names).values()) == ["bo@acme.io", "acme.io", None]
        names = ("hs_email_from_email", "hs_email_to_email", "hs_body_preview")
        assert list(values(hubspot, "emails/5", *names).values()) == ["a@b.io", "c@d.io", "Hello you"]


def test_parents_and_children_of_companies_are_counted() -> None:
    """[D] facts 6 and 8.2."""
    rows = [record("companies", each, name=f"C{each}") for each in (1, 2, 3)]
    links = [SeedLink("companies", 1, "companies", each, 13) for each in (2, 3)]
    with calling(portal(records=rows, links=links)) as hubspot:
        names = ("hs_parent_company_id", "hs_num_child_companies")
        assert list(values(hubspot, "companies/1", *names).values()) == [None, "2"]
        assert list(values(hubspot, "companies/2", *names).values()) == ["1", "0"]


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("Ann Berg", "berg", True),
        ("Ann Berg", "ann berg", True),
        ("Ann Berg", "ber", False),
        ("Ann Berg", "ber*", True),
        ("ann@acme.com", "*@acme.com", True),
        ("ann@notacme.com", "*@acme.com", False),
        ("a.b", "a*b", True),
        (None, "x", False),
    ],
)
def test_tokens_are_whole_words_with_stars(*, text: str | None, pattern: str, expected: bool) -> None:
    """[D] facts 5.3."""
    assert bool(has_token(text, pattern)) is expected


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("+1 (617) 555-0100", "6175550100"),
        ("0045 12 34", "1234"),
        ("+358 40 1", "401"),
        ("020 7946", "0207946"),
        ("", None),
        (None, None),
    ],
)
def test_a_phone_number_is_searched_without_its_country_code(phone: str | None, digits: str | None) -> None:
    """[C] facts 5.3."""
    assert national_number(phone) == digits


def test_a_preview_has_no_tags() -> None:
    """[U]."""
    assert plain_text("<p>a<br>b</p>\n c") == "a b c"
    assert plain_text("<p></p>") is None
