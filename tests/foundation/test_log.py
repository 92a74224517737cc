"""A log line holds allowed keys only, nothing shaped like a secret, and goes to standard error."""

import json

import pytest

from hubspot_skill.foundation import log


def lines(capsys) -> list[dict[str, object]]:
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_an_event_is_one_line_of_json_on_standard_error(capsys) -> None:
    log.get_logger("hubspot_skill.hubspot.budget").warning("rate_limited", budget="burst", pause_s=10.0)
    (line,) = lines(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "rate_limited",
        "level": "warning",
        "room": "hubspot.budget",
        "budget": "burst",
        "pause_s": 10.0,
    }


@pytest.mark.provokes_the_log
def test_a_key_that_is_not_allowed_is_dropped_and_counted(capsys) -> None:
    before = log.counts()
    log.get_logger("x").warning("seen", note_body="private", count=1)
    (line,) = lines(capsys)
    assert "note_body" not in line
    assert line["count"] == 1
    assert log.counts().dropped_keys == before.dropped_keys + 1


def test_below_the_level_nothing_is_written(capsys) -> None:
    log.configure("warning")
    log.get_logger("x").info("seen")
    assert lines(capsys) == []
    log.configure("info")
    try:
        log.get_logger("x").info("seen")
        assert len(lines(capsys)) == 1
    finally:
        log.configure("debug")


@pytest.mark.parametrize(
    "secret",
    [
        "pat-na1-1a2b3c4d-1111-2222-3333-444455556666",
        "pat-eu1-x",
        "Bearer abc.def",
        "bearer abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "na1-1a2b3c4d-1111-2222-3333-444455556666",
        "A" * 40,
    ],
)
def test_what_is_shaped_like_a_secret_is_masked(secret: str) -> None:
    assert log.redact(f"before {secret} after") == "before ******** after"


@pytest.mark.provokes_the_log
def test_a_secret_in_a_value_is_masked_in_the_line_and_counted(capsys) -> None:
    before = log.counts()
    log.get_logger("x").warning("seen", reason="it said Bearer abc.def")
    (line,) = lines(capsys)
    assert line["reason"] == "it said ********"
    assert log.counts().masked_values == before.masked_values + 1


@pytest.mark.parametrize(
    "text",
    [
        "burst",
        "2026-11-23T10:54:46+00:00",
        "/crm/objects/2026-09/contacts/123456789012345/associations/companies",
        "0b7c1f0e-1111-2222-3333-444455556666",
    ],
)
def test_ordinary_values_stay(text: str) -> None:
    assert log.redact(text) == text
