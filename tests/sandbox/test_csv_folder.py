"""Folders of CSV files: the data set that ships a mapping, a stranger's folder, and every way in which one can be wrong."""

import json
import os
import shutil
import urllib.request
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hubspot_skill.sandbox.csv_folder import load_folder
from hubspot_skill.sandbox.csv_mapping import DataError, built_in_mappings
from hubspot_skill.sandbox.seed import PortalSeed, SeedRecord
from hubspot_skill.sandbox.store import Store
from tests.sandbox_fixture import running_sandbox

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "crm-sales-opportunities"

# The data set is not part of the project; where it is absent these tests cannot run, but the build must have it.
needs_data = pytest.mark.skipif(
    not DATA.is_dir() and "CI" not in os.environ, reason="../shared/data/crm-sales-opportunities is not here"
)


@cache
def opportunities() -> PortalSeed:
    return load_folder(DATA)


def of_type(portal: PortalSeed, object_type: str) -> list[SeedRecord]:
    return [record for record in portal.records if record.object_type == object_type]


# ---- the sales opportunities


@needs_data
def test_opportunities_are_deals_in_four_stages() -> None:
    deals = of_type(opportunities(), "deals")
    stages = [stage for pipeline in opportunities().pipelines["deals"] for stage in pipeline.stages]

    assert [(stage.label, stage.metadata["isClosed"], stage.metadata["probability"]) for stage in stages] == [
        ("Prospecting", "false", "0.1"),
        ("Engaging", "false", "0.5"),
        ("Won", "true", "1.0"),
        ("Lost", "true", "0.0"),
    ]
    assert len(deals) == 8_800
    assert Counter(deal.properties["dealstage"] for deal in deals) == {
        "won": 4_238,
        "lost": 2_473,
        "engaging": 1_589,
        "prospecting": 500,
    }


@needs_data
def test_amounts_are_those_of_the_data_and_missing_ones_stay_missing() -> None:
    deals = of_type(opportunities(), "deals")
    amounts: dict[str, list[str | None]] = defaultdict(list)
    for deal in deals:
        amounts[deal.properties["dealstage"]].append(deal.properties.get("amount"))

    assert sum(Decimal(amount or 0) for amount in amounts["won"]) == 10_005_534
    assert set(amounts["lost"]) == {"0"}
    assert set(amounts["engaging"]) == set(amounts["prospecting"]) == {None}


@needs_data
def test_deals_belong_to_accounts_where_the_data_names_one() -> None:
    portal = opportunities()
    links = [link for link in portal.links if link.from_type == "deals"]
    companies = {company.id: company.properties["name"] for company in of_type(portal, "companies")}

    assert len(companies) == 85
    assert 8_800 - len({link.from_id for link in links}) == 1_425
    assert {link.type_id for link in links} == {5}
    assert {link.to_id for link in links} <= set(companies)


@needs_data
def test_all_agents_are_owners_with_their_managers_and_offices_as_teams() -> None:
    portal = opportunities()
    owning = {deal.properties["hubspot_owner_id"] for deal in of_type(portal, "deals")}
    darcel = next(owner for owner in portal.owners if owner.first_name == "Darcel")

    assert len(portal.owners) == 35
    assert len(owning) == 30
    assert owning <= {str(owner.id) for owner in portal.owners}
    assert [(team.name, team.primary) for team in darcel.teams] == [("Team Melvin Marxen", True), ("Central", False)]


@needs_data
def test_engage_date_is_the_create_date_and_a_property_that_stays_empty_where_it_is() -> None:
    portal = opportunities()
    deals = of_type(portal, "deals")
    prospects = [deal for deal in deals if "engage_date" not in deal.properties]
    first = next(deal for deal in deals if deal.properties["opportunity_id"] == "1C1I7A6R")

    assert len(prospects) == 500
    assert {deal.properties["dealstage"] for deal in prospects} == {"prospecting"}
    assert all("createdate" not in deal.properties for deal in prospects)
    assert first.properties["engage_date"] == "2016-10-20"
    assert first.properties["createdate"] == "2016-10-20T04:00:00.000Z"
    assert first.properties["closedate"] == "2017-03-01T05:00:00.000Z"
    assert {deal.created_ms for deal in deals} == {int(datetime(2018, 1, 1, 5, tzinfo=UTC).timestamp() * 1000)}


@needs_data
def test_clock_starts_on_the_day_after_the_last_date() -> None:
    assert opportunities().now == datetime(2018, 1, 1, 14, tzinfo=UTC)
    assert opportunities().account.time_zone == "America/New_York"


@needs_data
def test_stage_history_is_what_the_dates_tell() -> None:
    portal = opportunities()
    stages = {deal.id: deal.properties["dealstage"] for deal in of_type(portal, "deals")}
    paths: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for change in portal.changes:
        paths[change.id].append((change.at_ms, change.value))

    assert {stages[deal] for deal in stages.keys() - paths.keys()} == {"prospecting"}
    for deal, path in paths.items():
        assert path == sorted(path)
        assert [value for _, value in path] == (
            ["engaging"] if stages[deal] == "engaging" else ["engaging", stages[deal]]
        )


@needs_data
def test_products_go_by_the_product_files_names() -> None:
    deals = of_type(opportunities(), "deals")
    products = Counter(deal.properties["product"] for deal in deals)
    definition = next(each for each in opportunities().properties["deals"] if each.name == "product")

    assert "GTXPro" not in products
    assert products["GTX Pro"] == 1_480
    assert {option.value for option in definition.options} == set(products)
    assert {(d.properties["product"], d.properties["product_series"], d.properties["list_price"]) for d in deals} >= {
        ("GTX Pro", "GTX", "4821"),
        ("GTK 500", "GTK", "26768"),
    }


@needs_data
def test_accounts_keep_their_spelling_and_get_hubspots_industry_where_it_is_sure() -> None:
    portal = opportunities()
    companies = {company.properties["name"]: company for company in of_type(portal, "companies")}
    acme = companies["Acme Corporation"].properties
    industries = {(c.properties["sector"], c.properties.get("industry")) for c in companies.values()}

    assert (acme["sector"], acme["industry"]) == ("technolgy", "INFORMATION_TECHNOLOGY_AND_SERVICES")
    assert (acme["annualrevenue"], acme["numberofemployees"], acme["founded_year"]) == ("1100040000", "2822", "1996")
    assert companies["Bioholding"].properties["country"] == "Philipines"
    assert ("services", None) in industries
    assert len(industries) == 10


@needs_data
def test_subsidiaries_are_linked_to_their_parents() -> None:
    portal = opportunities()
    names = {company.id: company.properties["name"] for company in of_type(portal, "companies")}
    parents = {names[link.from_id]: names[link.to_id] for link in portal.links if link.type_id == 14}

    assert len(parents) == 15
    assert parents["Bluth Company"] == "Acme Corporation"


@needs_data
def test_every_value_fits_the_catalogue() -> None:
    portal = opportunities()
    known = {kind: {each.name: each for each in made} for kind, made in portal.properties.items()}
    for record in portal.records:
        for name, value in record.properties.items():
            definition = known[record.object_type][name]
            assert not definition.calculated
            if definition.type == "enumeration" and not definition.external_options:
                assert value in {option.value for option in definition.options}


@needs_data
def test_the_engine_takes_the_folder() -> None:
    store = Store.load(opportunities())
    code = store.definitions.types.named("deals").code

    assert store.value(f"SELECT count(*) FROM r_{code}") == 8_800
    store.close()


@needs_data
def test_given_time_before_the_end_of_the_data_dates_the_import() -> None:
    now = datetime(2017, 6, 1, 12, tzinfo=UTC)
    portal = load_folder(DATA, now=now)

    assert portal.now == now
    assert {record.created_ms for record in portal.records} == {int(now.timestamp() * 1000)}


def search_deals(base_url: str, **body: object) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{base_url}/crm/objects/2026-09/deals/search",
        data=json.dumps(body).encode(),
        headers={"authorization": "Bearer pat-na1-demo", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


@needs_data
def test_the_counts_come_out_of_the_sandbox_as_they_are_in_the_data() -> None:
    def count(*filters: dict[str, str]) -> int:
        return search_deals(served.base_url, filterGroups=[{"filters": list(filters)}] if filters else [], limit=1)[
            "total"
        ]

    def has(name: str, value: str) -> dict[str, str]:
        return {"propertyName": name, "operator": "EQ", "value": value}

    with running_sandbox([opportunities()]) as served:
        stages = {stage: count(has("dealstage", stage)) for stage in ("prospecting", "engaging", "won", "lost")}
        darcel = next(owner for owner in opportunities().owners if owner.first_name == "Darcel")
        counts = (
            count(),
            count(has("hs_is_closed_won", "true")),
            count(has("hs_is_closed", "false")),
            count({"propertyName": "amount", "operator": "NOT_HAS_PROPERTY"}),
            count({"propertyName": "engage_date", "operator": "NOT_HAS_PROPERTY"}),
            count(has("hubspot_owner_id", str(darcel.id))),
        )
        revenue, after = Decimal(0), "0"
        while after:
            page = search_deals(
                served.base_url,
                filterGroups=[{"filters": [has("dealstage", "won")]}],
                properties=["hs_closed_amount"],
                limit=200,
                after=after,
            )
            revenue += sum(Decimal(deal["properties"]["hs_closed_amount"]) for deal in page["results"])
            after = page.get("paging", {}).get("next", {}).get("after", "")

    assert stages == {"prospecting": 500, "engaging": 1_589, "won": 4_238, "lost": 2_473}
    assert counts == (8_800, 4_238, 2_089, 2_089, 500, 747)
    assert revenue == 10_005_534


# ---- a stranger's folder

MAPPING = """
[portal]
name = "shop"
company = "Corner Shop"
currency = "EUR"
time_zone = "Europe/Berlin"
me = "Ben Ito"

[owners]
file = "sellers.csv"
name = "seller"
email = "mail"

[[pipelines.deals]]
id = "p1"
label = "Sales"
stages = [
    { id = "s1", label = "Open", probability = "0.3" },
    { id = "s2", label = "Won", probability = "1.0" },
]

[[properties.contacts]]
name = "newsletter"
label = "Newsletter"
type = "bool"

[[properties.companies]]
name = "customer_number"
label = "Customer number"
type = "string"
unique = true

[[records]]
type = "companies"
file = "firms.csv"
key = "id"

[records.properties]
name = "name"
customer_number = "id"

[[records]]
type = "contacts"
file = "people.csv"
key = "mail"
owner = "seller"
created = { column = "since", format = "%d.%m.%Y" }

[records.properties]
email = "mail"
firstname = "first"
lastname = "last"
newsletter = "news"
jobtitle = { template = ["{role}, {firm}", "{role}"] }

[[records.links]]
column = "firm"
to = "companies"

[[records]]
type = "deals"
file = "orders.csv"

[records.properties]
dealname = { template = "Order {no}" }
amount = { column = "value", times = 1000 }
dealstage = { column = "state", values = { open = "s1", won = "s2" } }
closedate = "due"

[[records.links]]
column = "person"
to = "contacts"
"""

FILES = {
    "mapping.toml": MAPPING,
    "sellers.csv": "seller,mail\nAda Berg,ada@shop.example\nBen Ito,ben@shop.example\n",
    "firms.csv": "id,name\nF1,Linden Bau\nF2,Ulmen Druck\n",
    "people.csv": (
        "mail,first,last,firm,seller,since,news,role\n"
        'Rolf@linden.example,Rolf,"Götz, Dr.",F1,Ben Ito,28.02.2024,yes,Chef\n'
        "ute@ulmen.example,Ute,Ahrens,,,01.03.2024,no,\n"
    ),
    "orders.csv": "no,value,state,due,person\n1,12.5,open,2024-05-31,Rolf@linden.example\n2,,won,,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_strangers_folder_with_its_own_mapping_becomes_a_portal(folder: Path) -> None:
    portal = load_folder(folder)
    rolf, ute = of_type(portal, "contacts")
    first, second = of_type(portal, "deals")
    links = {(link.from_type, link.to_type, link.type_id) for link in portal.links}
    imported = {"hs_object_source": "IMPORT", "hs_object_source_label": "IMPORT"}

    assert (portal.name, portal.account.company_currency, portal.account.user_email) == (
        "shop",
        "EUR",
        "ben@shop.example",
    )
    assert rolf.properties == {
        "email": "rolf@linden.example",
        "firstname": "Rolf",
        "lastname": "Götz, Dr.",
        "newsletter": "true",
        "jobtitle": "Chef, F1",
        "hubspot_owner_id": str(portal.owners[1].id),
        **imported,
    }
    assert rolf.created_ms == int(datetime(2024, 2, 27, 23, tzinfo=UTC).timestamp() * 1000)
    assert ute.properties == {
        "email": "ute@ulmen.example",
        "firstname": "Ute",
        "lastname": "Ahrens",
        "newsletter": "false",
        **imported,
    }
    assert first.properties == {
        "dealname": "Order 1",
        "amount": "12500",
        "dealstage": "s1",
        "pipeline": "p1",
        "closedate": "2024-05-30T22:00:00.000Z",
        **imported,
    }
    assert second.properties == {"dealname": "Order 2", "dealstage": "s2", "pipeline": "p1", **imported}
    assert links == {("contacts", "companies", 1), ("deals", "contacts", 3)}
    assert portal.now == datetime(2024, 6, 1, 7, tzinfo=UTC)


def test_same_folder_gives_the_same_portal(folder: Path) -> None:
    assert load_folder(folder).records == load_folder(folder).records


def test_files_may_have_a_byte_order_mark_and_windows_line_ends(folder: Path) -> None:
    plain = load_folder(folder)
    for name in FILES:
        if name.endswith(".csv"):
            text = (folder / name).read_text(encoding="utf-8")
            (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert load_folder(folder).records == plain.records


def test_mapping_may_lie_elsewhere(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("mappings") / "shop.toml"
    shutil.move(folder / "mapping.toml", elsewhere)

    assert load_folder(folder, mapping=elsewhere).name == "shop"


def test_two_mappings_are_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(MAPPING)

    with pytest.raises(DataError, match=r"mapping of its own; remove it or leave out .*other\.toml"):
        load_folder(folder, mapping=other)


def test_built_in_mappings_are_sound() -> None:
    assert list(built_in_mappings()) == ["crm-sales-opportunities"]


def test_folder_that_no_built_in_mapping_fits_is_told_what_was_expected_and_found(folder: Path) -> None:
    (folder / "mapping.toml").unlink()
    (folder / "accounts.csv").write_text("account,sector\nA,retail\n")

    with pytest.raises(DataError) as refusal:
        load_folder(folder)

    said = str(refusal.value)
    assert "'crm-sales-opportunities' lacks" in said
    assert "accounts.csv columns employees, office_location, revenue, subsidiary_of, year_established" in said
    assert "file sales_pipeline.csv" in said
    assert "firms.csv (id, name)" in said
    assert "--mapping" in said


def broken(folder: Path, file: str, old: str, new: str) -> DataError:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError) as refusal:
        load_folder(folder)
    return refusal.value


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column", "said"),
    [
        ("orders.csv", "12.5", "12,5", 2, None, "6 cells, expected 5 (no, value, state, due, person)"),
        ("orders.csv", "12.5", "a lot", 2, "value", "'a lot' is not a number"),
        ("orders.csv", "12.5", "inf", 2, "value", "'inf' is not a number"),
        ("orders.csv", "2024-05-31", "31.05.2024", 2, "due", "'31.05.2024' is not a date, expected YYYY-MM-DD"),
        ("orders.csv", ",won,", ",lost,", 3, "state", "'lost' is not one of open, won"),
        ("orders.csv", ",won,", ",,", 3, "state", "the stage '' is not in pipeline 'p1': s1, s2"),
        (
            "orders.csv",
            "Rolf@linden.example",
            "nobody",
            2,
            "person",
            "there is no record of contacts with the key 'nobody'",
        ),
        ("people.csv", "F1", "F9", 2, "firm", "there is no record of companies with the key 'F9'"),
        ("people.csv", "28.02.2024", "2024-02-28", 2, "since", "'2024-02-28' is not a date, expected %d.%m.%Y"),
        ("people.csv", "Ben Ito", "Bea Ito", 2, "seller", "'Bea Ito' is not among the owners"),
        ("people.csv", "yes", "perhaps", 2, "news", "'perhaps' is neither yes nor no"),
        ("people.csv", "ute@ulmen.example", "", 3, "mail", "the key is empty"),
        (
            "people.csv",
            "ute@ulmen.example",
            "rolf@LINDEN.example",
            3,
            "mail",
            "is also in line 2, but 'email' is unique",
        ),
        ("firms.csv", "F2", "F1", 3, "id", "'F1' is also in line 2"),
        ("firms.csv", "id,name", "id,id", 1, "id", "the header has this column twice"),
        ("firms.csv", "Linden Bau", '"Linden" Bau', 2, None, "the file is not CSV"),
        ("sellers.csv", "Ben Ito", "Ada Berg", 3, "seller", "the owner 'Ada Berg' is there twice"),
    ],
)
def test_bad_cell_is_refused_with_its_file_line_and_column(
    folder: Path, file: str, old: str, new: str, line: int, column: str | None, said: str
) -> None:
    refusal = broken(folder, file, old, new)

    assert (refusal.file, refusal.line, refusal.column) == (file, line, column)
    assert said in str(refusal)
    assert f"{file}, line {line}" in str(refusal)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[portal]", "[portal", "the mapping is not TOML"),
        ('currency = "EUR"', "", "portal.currency: Field required"),
        ('currency = "EUR"', 'currency = "EUR"\ncolour = "red"', "portal.colour: Extra inputs are not permitted"),
        ('type = "companies"', 'type = "animals"', "records.0.type: Input should be"),
        ("Europe/Berlin", "Europe/Bonn", "'Europe/Bonn' is no time zone"),
        ('me = "Ben Ito"', 'me = "Cy"', "portal.me is 'Cy', who is not among the owners"),
        ('firstname = "first"', 'nickname = "first"', "fills 'nickname', which is no property of theirs"),
        ('firstname = "first"', 'num_notes = "first"', "fills 'num_notes', which HubSpot works out itself"),
        ('firstname = "first"', 'firstname = "given"', "people.csv columns given"),
        ('file = "orders.csv"', 'file = "sales.csv"', "file sales.csv"),
        (
            'name = "newsletter"',
            'name = "email"',
            "adds 'email' to contacts, which have a property of this name already",
        ),
        ('probability = "0.3"', 'probability = "30"', "has the probability '30', expected 0.0 to 1.0"),
        ('to = "contacts"', 'to = "contacts"\ntype = 999', "links deals to contacts by type 999, which is not defined"),
        ('key = "mail"\n', "", "links deals to contacts, but no file of contacts has a key"),
    ],
)
def test_bad_mapping_is_refused_with_what_is_wrong(folder: Path, old: str, new: str, said: str) -> None:
    assert said in str(broken(folder, "mapping.toml", old, new))


def test_data_without_any_date_needs_a_time(folder: Path) -> None:
    (folder / "mapping.toml").write_text(
        '[portal]\ncurrency = "EUR"\ntime_zone = "UTC"\n[[records]]\ntype = "companies"\nfile = "firms.csv"\n[records.properties]\nname = "name"\n'
    )

    with pytest.raises(DataError, match="no date to start the clock after; give a time with --now"):
        load_folder(folder)
    assert load_folder(folder, now=datetime(2024, 1, 1, tzinfo=UTC)).now == datetime(2024, 1, 1, tzinfo=UTC)


def test_file_that_is_not_utf8_is_refused(folder: Path) -> None:
    (folder / "firms.csv").write_bytes("id,name\nF1,Köln\n".encode("latin-1"))

    with pytest.raises(DataError, match=r"firms\.csv: the file is not UTF-8"):
        load_folder(folder)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing is not a folder"):
        load_folder(tmp_path / "nothing")
