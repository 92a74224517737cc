"""How answers read, as text and as structured content: whole results, compared with snapshots."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import validate
from mcp.types import CallToolResult

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.marketing import AttributionModel, CampaignBudget, CampaignMetrics, CampaignRevenue
from hubspot_skill.service.answers import (
    Access,
    AccountView,
    ActivityLine,
    Brief,
    CampaignsAnswer,
    CampaignView,
    Column,
    DealLine,
    Description,
    FieldChange,
    FieldValue,
    GetAnswer,
    HistoryLine,
    LinkedRecord,
    PropertyHistory,
    QuotaView,
    RecordView,
    Related,
    RelatedRecord,
    Resolved,
    SearchAnswer,
    Table,
    UserView,
    WhoAmI,
    WriteAction,
    WriteAnswer,
)
from hubspot_skill.surfaces.mcp.models import answers
from hubspot_skill.surfaces.mcp.render import accounts, lists, records
from hubspot_skill.surfaces.mcp.render.writes import written
from hubspot_skill.surfaces.mcp.schemas import schema_of
from tests.mcp.conftest import text_of

NOW = datetime(2026, 11, 23, 10, 15, 7, tzinfo=ZoneInfo("Europe/Berlin"))
SHARED: dict[str, Any] = {"as_of": NOW, "zone": "Europe/Berlin", "source": "sandbox"}
PROVENANCE = {"source": "sandbox", "as_of": "2026-11-23T10:15+01:00", "untrusted_text": True}
LINK = "https://app.hubspot.com/contacts/1/record/0-3/"


def checked(result: CallToolResult, model: type[answers.Content]) -> dict[str, Any]:
    """Give a result's structured content after checking it against what the tool promises."""
    validate(result.structured_content, schema_of(model))
    assert None not in flat(result.structured_content)
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def flat(value: object) -> list[object]:
    if isinstance(value, dict):
        return [x for inner in value.values() for x in flat(inner)]
    return [x for inner in value for x in flat(inner)] if isinstance(value, list) else [value]


DEALS = Table(
    columns=(
        Column("id", "Record ID", "text"),
        Column("dealname", "Deal name", "text"),
        Column("amount", "Amount", "money", currency="EUR"),
        Column("dealstage", "Deal stage", "option"),
    ),
    rows=(("11", "Acme renewal", 1200, "Closed Won"), ("12", "Tab\there", 0.1, None)),
)


def test_a_search_reads_as_a_table():
    answer = SearchAnswer(
        **SHARED,
        resolved=(Resolved("stage", "won", "Closed Won", "closedwon"), Resolved("owner", "me", "Ada", "77")),
        notes=("Amounts differ in currency.",),
        type="deals",
        table=DEALS,
        returned=2,
        total=40,
        next="abc",
        link=LINK + "{id}",
    )
    result = lists.search(answer)
    assert text_of(result) == (
        "2 of 40 deals | next abc | sandbox 2026-11-23T10:15+01:00 | CRM text is untrusted\n"
        "id\tdealname\tamount (EUR)\tdealstage\n"
        "11\tAcme renewal\t1200\tClosed Won\n"
        "12\tTab here\t0.1\n"
        "open a row: https://app.hubspot.com/contacts/1/record/0-3/{id}\n"
        "understood: stage won = Closed Won (closedwon); owner me = Ada (77)\n"
        "Amounts differ in currency."
    )
    assert checked(result, answers.SearchContent) == {
        **PROVENANCE,
        "resolved": [
            {"what": "stage", "said": "won", "meant": "Closed Won", "id": "closedwon"},
            {"what": "owner", "said": "me", "meant": "Ada", "id": "77"},
        ],
        "notes": ["Amounts differ in currency."],
        "columns": [
            {"name": "id", "type": "text", "label": "Record ID"},
            {"name": "dealname", "type": "text"},
            {"name": "amount", "type": "money", "currency": "EUR"},
            {"name": "dealstage", "type": "option"},
        ],
        "rows": [["11", "Acme renewal", 1200, "Closed Won"], ["12", "Tab\there", 0.1, ""]],
        "returned": 2,
        "total": 40,
        "next": "abc",
        "link": LINK + "{id}",
    }


def test_a_count_is_one_line():
    empty = Table((), ())
    answer = SearchAnswer(**SHARED, type="deals", table=empty, returned=0, total=8800, next="", link=LINK)
    result = lists.search(answer)
    assert text_of(result) == "8800 deals | sandbox 2026-11-23T10:15+01:00 | CRM text is untrusted"
    assert checked(result, answers.SearchContent) == {**PROVENANCE, "returned": 0, "total": 8800, "link": LINK}


def test_a_description_reads_as_a_table():
    table = Table((Column("stage", "Stage", "text"), Column("id", "Id", "text")), (("Won", "closedwon"),))
    answer = Description(**SHARED, topic="pipelines", type="deals", table=table, returned=1, total=7)
    result = lists.description(answer)
    assert text_of(result) == (
        "1 of 7 pipelines of deals | sandbox 2026-11-23T10:15+01:00 | CRM text is untrusted\nstage\tid\nWon\tclosedwon"
    )
    assert checked(result, answers.DescribeContent)["rows"] == [["Won", "closedwon"]]


ACME = RecordView(
    type="company",
    id="5",
    name="Acme",
    link=LINK + "5",
    values=(
        FieldValue("industry", "Industry", "Computer Software", "COMPUTER_SOFTWARE"),
        FieldValue("city", "City", "Bonn"),
    ),
    related=(
        Related("contacts", (RelatedRecord("8", "Ada L", ("Decision maker",)), RelatedRecord("9", "Bo")), 2, True),
    ),
    history=(PropertyHistory("city", "City", (HistoryLine("2026-01-01T00:00+01:00", "Bonn", "CRM_UI", "Ada"),)),),
)


def test_records_read_in_full_with_what_was_not_found():
    result = records.records(GetAnswer(**SHARED, records=(ACME,), missing=("404",)))
    assert text_of(result) == (
        "1 record | sandbox 2026-11-23T10:15+01:00 | CRM text is untrusted\n"
        f"company 5 Acme {LINK}5\n"
        "industry: Computer Software\n"
        "city: Bonn\n"
        "contacts (at least 2): Ada L (8, Decision maker); Bo (9)\n"
        "history of city:\n"
        "2026-01-01T00:00+01:00\tBonn\tCRM_UI\tAda\n"
        "not found: 404"
    )
    assert checked(result, answers.GetContent) == {
        **PROVENANCE,
        "records": [
            {
                "type": "company",
                "id": "5",
                "name": "Acme",
                "link": LINK + "5",
                "values": {"industry": "Computer Software", "city": "Bonn"},
                "raw": {"industry": "COMPUTER_SOFTWARE"},
                "related": [
                    {
                        "type": "contacts",
                        "total": 2,
                        "rows": [["8", "Ada L", "Decision maker"], ["9", "Bo", ""]],
                        "more": True,
                    }
                ],
                "history": [{"name": "city", "rows": [["2026-01-01T00:00+01:00", "Bonn", "CRM_UI", "Ada"]]}],
            }
        ],
        "missing": ["404"],
    }


def test_many_records_of_one_type_are_a_table():
    many = tuple(replace(ACME, id=str(i), name=f"Acme {i}", link=LINK + str(i)) for i in range(5, 9))
    bare = replace(many[1], values=(FieldValue("phone", "Phone", "1"),), related=(), history=())
    result = records.records(GetAnswer(**SHARED, records=(many[0], bare, *many[2:])))
    content = checked(result, answers.GetContent)
    assert (content["columns"], content["rows"][:2], content["link"]) == (
        ["id", "record", "industry", "city", "phone"],
        [["5", "Acme 5", "Computer Software", "Bonn", ""], ["6", "Acme 6", "", "", "1"]],
        LINK + "{id}",
    )
    assert content["linked"][:2] == [
        ["5", "contacts", "8", "Ada L", "Decision maker"],
        ["5", "contacts", "9", "Bo", ""],
    ]
    assert content["past"][0] == ["5", "city", "2026-01-01T00:00+01:00", "Bonn", "CRM_UI", "Ada"]
    assert "records" not in content
    lines = text_of(result).splitlines()
    assert lines[0].startswith("4 records")
    assert lines[1:4] == [
        "id\trecord\tindustry\tcity\tphone",
        "5\tAcme 5\tComputer Software\tBonn",
        "6\tAcme 6\t\t\t1",
    ]
    mixed = records.records(GetAnswer(**SHARED, records=(*many[:3], replace(ACME, type="contacts"))))
    assert len(checked(mixed, answers.GetContent)["records"]) == 4


def test_figures_are_numbers_only_where_that_rounds_nothing():
    budget = CampaignBudget(Decimal("6000.0"), Decimal("0.1"), Decimal("123456789012345678.25"), None)
    view = CampaignView("g", "G", (), budget=budget)
    answer = CampaignsAnswer(**SHARED, table=DEALS, returned=1, total=1, next="", campaign=view)
    assert checked(lists.campaigns(answer), answers.CampaignsContent)["campaign"]["budget"] == {
        "budget": 6000,
        "spent": 0.1,
        "remaining": "123456789012345678.25",
    }


def test_a_brief_reads_as_a_page_and_leaves_out_columns_that_nobody_fills():
    answer = Brief(
        **SHARED,
        record=replace(ACME, related=(), history=()),
        open_deals=(DealLine("11", "Renewal", "Negotiation", 1200, "EUR", "2026-12-01"),),
        open_deals_more=3,
        open_count=4,
        open_value=5000,
        currency="EUR",
        next_activity=ActivityLine("meeting", "2026-11-30T09:00+01:00", "Review", "99"),
    )
    result = records.brief(answer)
    assert text_of(result) == (
        f"company 5 Acme {LINK}5\n"
        "industry: Computer Software\n"
        "city: Bonn\n"
        "open deals: 4, 5000 EUR\n"
        "id\tname\tstage\tamount\tclose\n"
        "11\tRenewal\tNegotiation\t1200\t2026-12-01\n"
        "and 3 more\n"
        "next activity: 2026-11-30T09:00+01:00 meeting Review\n"
        "sandbox 2026-11-23T10:15+01:00 | CRM text is untrusted"
    )
    content = checked(result, answers.BriefContent)
    assert content["open_deals"] == {
        "columns": ["id", "name", "stage", "amount", "close"],
        "rows": [["11", "Renewal", "Negotiation", 1200, "2026-12-01"]],
        "more": 3,
    }
    assert (content["open_value"], content["currency"]) == (5000, "EUR")
    assert "people" not in content


def test_a_brief_keeps_each_deals_currency_where_they_differ():
    deals = (DealLine("11", "Renewal", "New", 5, "EUR"), DealLine("12", "More", "New", 6, "USD", is_overdue=True))
    said = (Resolved("company", "acme", "Acme", "5"), Resolved("owner", "me", "Ada", "77"))
    answer = Brief(**SHARED, resolved=said, record=ACME, open_deals=deals, open_count=2, currency="EUR")
    content = checked(records.brief(answer), answers.BriefContent)
    assert content["open_deals"] == {
        "columns": ["id", "name", "stage", "amount", "currency", "overdue"],
        "rows": [["11", "Renewal", "New", 5, "EUR", ""], ["12", "More", "New", 6, "USD", True]],
    }
    assert content["resolved"] == [{"what": "owner", "said": "me", "meant": "Ada", "id": "77"}]
    assert "open_value" not in content


def test_a_campaign_reads_with_its_results():
    view = CampaignView(
        "g-1",
        "Spring",
        (FieldValue("hs_campaign_status", "Status", "active"),),
        metrics=CampaignMetrics(10, 2, 3, 4),
        revenue=CampaignRevenue(AttributionModel.LINEAR, 4, 2, Decimal("100.50"), Decimal(80), "EUR"),
        budget=CampaignBudget(Decimal(10), Decimal(4), Decimal(6), None),
    )
    answer = CampaignsAnswer(**SHARED, table=DEALS, returned=1, total=None, next="", campaign=view)
    result = lists.campaigns(answer)
    assert text_of(result) == (
        "1 campaigns | sandbox 2026-11-23T10:15+01:00 | CRM text is untrusted\n"
        "campaign Spring (g-1)\n"
        "hs_campaign_status: active\n"
        "metrics: sessions 10, new_contacts_first_touch 2, new_contacts_last_touch 3, influenced_contacts 4\n"
        "revenue: model LINEAR, contacts 4, deals 2, deal_amount 100.5, revenue 80, currency EUR\n"
        "budget: budget 10, spent 4, remaining 6"
    )
    assert checked(result, answers.CampaignsContent)["campaign"]["revenue"] == {
        "model": "LINEAR",
        "contacts": 4,
        "deals": 2,
        "deal_amount": 100.5,
        "revenue": 80,
        "currency": "EUR",
    }


@pytest.mark.parametrize(
    ("action", "first"),
    [
        (WriteAction.CREATED, "created deal 11 Renewal"),
        (WriteAction.UPDATED, "updated deal 11 Renewal"),
        (WriteAction.UNCHANGED, "unchanged, nothing written: deal 11 Renewal"),
        (WriteAction.FOUND, "found, nothing written: deal 11 Renewal"),
        (WriteAction.WOULD_UPDATE, "dry run, nothing written; would update deal 11 Renewal"),
        (WriteAction.WOULD_CREATE, "dry run, nothing written; would create deal 11 Renewal"),
    ],
)
def test_a_write_says_what_it_did_with_values_before_and_after(action, first):
    answer = WriteAnswer(
        **SHARED,
        action=action,
        type="deal",
        id="11",
        name="Renewal",
        link=LINK + "11",
        changes=(
            FieldChange("dealstage", "Deal stage", "Negotiation", "Closed Won"),
            FieldChange("amount", "Amount", None, 5),
            FieldChange("hs_next_step", "Next step", "call", None),
        ),
        linked=(LinkedRecord("company", "5", "Acme", "Primary"),),
    )
    result = written(answer)
    assert text_of(result).splitlines() == [
        f"{first} {LINK}11",
        "dealstage: Negotiation → Closed Won",
        "amount: 5",
        "hs_next_step: call → (empty)",
        "linked to company 5 Acme as Primary",
        "sandbox 2026-11-23T10:15+01:00 | CRM text is untrusted",
    ]
    content = checked(result, answers.WriteContent)
    assert content["action"] == action.value
    assert content["changes"] == [
        {"field": "dealstage", "before": "Negotiation", "after": "Closed Won"},
        {"field": "amount", "after": 5},
        {"field": "hs_next_step", "before": "call"},
    ]


def test_who_am_i_says_what_is_allowed_and_how_to_fix_what_is_not():
    answer = WhoAmI(
        **SHARED,
        account=AccountView("1", "Demo", "STANDARD", "Europe/Berlin", "EUR", ("USD",), "https://app.hubspot.com"),
        user=UserView("77", "Ada L", "ada@example.com", ("North",)),
        user_unknown_because="",
        access=(Access("contacts", True, None), Access("deals", False, False, ("crm.objects.deals.read",), "Add it.")),
        quota=QuotaView(100, 190, None, None),
        read_only=True,
        toolsets=("core",),
    )
    result = accounts.who_am_i(answer)
    assert text_of(result).splitlines()[1:] == [
        "account 1 Demo (STANDARD), zone Europe/Berlin, money EUR, USD, https://app.hubspot.com",
        "user Ada L ada@example.com (owner 77), teams North",
        "contacts: read yes, write unknown",
        "deals: read no, write no, missing crm.objects.deals.read. Add it.",
        "quota: burst_remaining 100, burst_max 190",
        "writing is off (read-only mode); toolsets core",
    ]
    content = checked(result, answers.WhoAmIContent)
    assert content["quota"] == {"burst_remaining": 100, "burst_max": 190}
    nobody = accounts.who_am_i(replace(answer, user=None, user_unknown_because="HubSpot does not say"))
    assert "user unknown: HubSpot does not say" in text_of(nobody)


def test_an_answer_larger_than_hosts_take_is_refused_with_what_to_ask_instead():
    rows = tuple((str(i), "x" * 1000) for i in range(60))
    table = Table((Column("id", "Id", "text"), Column("body", "Body", "text")), rows)
    with pytest.raises(InvalidInputError) as error:
        lists.search(SearchAnswer(**SHARED, type="notes", table=table, returned=60, total=60, next="", link=LINK))
    assert "118 KiB" in error.value.message
    assert "fewer fields" in error.value.hint
