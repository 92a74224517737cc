"""The store itself: what it makes of seeds, and files that hold a portal."""

import sqlite3
from pathlib import Path

import pytest

from hubspot_skill.sandbox.seed import SeedChange, SeedLink
from hubspot_skill.sandbox.store import Store
from tests.sandbox.engine_portal import NOW_MS, calling, contact, portal, record

SEED = portal(
    records=[
        contact(5, email="ann@acme.com", hs_merged_object_ids="3;4"),
        contact(9, archived=True),
        record("companies", 10, name="Acme"),
    ],
    changes=[SeedChange("contacts", 5, "city", "Rome", NOW_MS, "CRM_UI", None)],
    links=[SeedLink("contacts", 5, "companies", 10, 1), SeedLink("contacts", 9, "companies", 10, 1)],
)


def test_a_seeded_link_stands_for_both_directions_and_the_unlabelled_type() -> None:
    """The contract of `seed`: an archived record has no associations."""
    store = Store.load(SEED)
    assert store.rows("SELECT * FROM links ORDER BY 1, 2, 5") == [
        (1, 5, 2, 10, 1),
        (1, 5, 2, 10, 279),
        (2, 10, 1, 5, 2),
        (2, 10, 1, 5, 280),
    ]


def test_ids_that_lost_a_seeded_merge_lead_to_the_winner() -> None:
    """The contract of `seed`: losers are no records of their own."""
    store = Store.load(SEED)
    contacts = store.definitions.types.named("contacts")
    assert [store.winner(contacts, each) for each in (3, 4, 5)] == [5, 5, 5]


def test_a_link_of_an_unknown_type_is_an_error_of_the_seed() -> None:
    """Fail loud at start."""
    with pytest.raises(ValueError, match="association type 77 from contacts to companies is not defined"):
        Store.load(portal(records=SEED.records, links=[SeedLink("contacts", 5, "companies", 10, 77)]))


def test_a_property_of_a_wrong_name_is_an_error_of_the_seed() -> None:
    """Names become columns."""
    with pytest.raises(ValueError, match="is no property name"):
        Store.load(portal(records=[record("contacts", 1, **{'a"b': "x"})]))


def test_a_saved_portal_answers_as_the_loaded_one_and_its_file_stays_as_it_is(tmp_path: Path) -> None:
    """Facts stay with the records: one file is a whole portal."""
    path = tmp_path / "demo.sqlite"
    store = Store.load(SEED)
    store.save(path)
    before = path.read_bytes()
    reopened = Store.open(path)
    assert reopened.facts.account == SEED.account
    assert reopened.facts.custom_schema == SEED.custom_schema
    assert reopened.definitions.properties.keys() == store.definitions.properties.keys()
    with calling(path) as hubspot:  # type: ignore[arg-type]
        hubspot.clock.advance(0)
        assert hubspot.get("/crm/v3/objects/contacts/3").json()["id"] == "5"
        assert int(hubspot.post("/crm/v3/objects/contacts", {"properties": {"city": "Oslo"}}).json()["id"]) > 1_000
        assert hubspot.found("contacts", {"propertyName": "city", "operator": "EQ", "value": "oslo"})
    assert path.read_bytes() == before


def test_a_file_of_another_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Clear errors: what, found against expected, next step."""
    path = tmp_path / "old.sqlite"
    Store.load(SEED).save(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE facts SET format = 0")
    connection.close()
    with pytest.raises(ValueError, match=r"holds a portal of format 0, expected \d+; delete it to make it anew"):
        Store.open(path)
