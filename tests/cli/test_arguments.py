"""`key=value` words read by a tool's own schema."""

import pytest

from hubspot_skill.surfaces.cli.arguments import UsageError, parse_json, parse_pairs

SCHEMA = {
    "properties": {
        "query": {"type": "string"},
        "limit": {"type": "integer"},
        "amount_min": {"type": "number"},
        "count_only": {"type": "boolean"},
        "stage": {"type": "array", "items": {"type": "string"}},
        "where": {"type": "array", "items": {"type": "object"}},
        "properties": {"type": "object"},
        "status": {"enum": ["open", "won"]},
        "records": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "owner": {"type": ["string", "null"]},
    }
}


@pytest.mark.parametrize(
    ("pairs", "arguments"),
    [
        (["query=Acme, Inc. = best"], {"query": "Acme, Inc. = best"}),
        (["query="], {"query": ""}),
        (["query=12"], {"query": "12"}),
        (["limit=5", "amount_min=10.5"], {"limit": 5, "amount_min": 10.5}),
        (["amount_min=1e3"], {"amount_min": 1000}),
        (["count_only=true"], {"count_only": True}),
        (["count_only=No"], {"count_only": False}),
        (["stage=Closed Won"], {"stage": ["Closed Won"]}),
        (["stage=Won, Lost"], {"stage": ["Won", "Lost"]}),
        (["stage=Won, at last", "stage=Lost"], {"stage": ["Won, at last", "Lost"]}),
        (['stage=["Won, at last"]'], {"stage": ["Won, at last"]}),
        (['where=[{"property": "city"}]'], {"where": [{"property": "city"}]}),
        (['where={"property": "city"}'], {"where": [{"property": "city"}]}),
        (["properties.city=Bonn", "properties.zip=53113"], {"properties": {"city": "Bonn", "zip": "53113"}}),
        (['properties={"city": null}'], {"properties": {"city": None}}),
        (["properties={}", "properties.city=Bonn"], {"properties": {"city": "Bonn"}}),
        (["status=open"], {"status": "open"}),
        (["records=a@b.com"], {"records": "a@b.com"}),
        (["records=1", "records=2"], {"records": ["1", "2"]}),
        (["owner=null"], {"owner": None}),
        (["limitt=5"], {"limitt": "5"}),
    ],
)
def test_a_word_takes_the_form_that_the_schema_asks_for(pairs: list[str], arguments: dict[str, object]) -> None:
    assert parse_pairs(pairs, SCHEMA) == arguments


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (["Acme"], '"Acme" is no argument: expected key=value'),
        (["=Acme"], "expected key=value"),
        (["limit=five"], '"limit" is "five": expected a number'),
        (["count_only=perhaps"], "expected true or false"),
        (["where=city"], "expected JSON"),
        (["query=a", "query=b"], "given 2 times"),
        (["properties.city=Bonn", "properties={}"], "expected one of the two"),
    ],
)
def test_a_word_that_cannot_be_read_is_wrong_usage(pairs: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_pairs(pairs, SCHEMA)
    assert said in str(caught.value)


def test_all_arguments_can_be_given_as_one_json_object() -> None:
    assert parse_json('{"query": "Acme", "limit": 5}') == {"query": "Acme", "limit": 5}


@pytest.mark.parametrize(("text", "said"), [("{", "not JSON"), ("[1]", "not an object")])
def test_json_that_is_no_object_is_wrong_usage(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_json(text)
