"""`hubspot-skill export`: a whole result to a file from the shell."""

import csv
import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


@pytest.mark.promise("export-whole")
def test_every_matching_record_is_written_to_the_file_that_was_named(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "contacts.jsonl"
    counted = shell("call", "hubspot_search_contacts", "count_only=true", "--output", "json")

    ended = shell("export", "contacts", "--fields", "email,name", "-o", str(target))

    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert ended.code == 0, ended.err
    assert len(rows) == json.loads(counted.out)["total"]
    assert len({row["id"] for row in rows}) == len(rows)
    assert set(rows[0]) == {"id", "email", "name"}
    assert ended.out == f"{len(rows)} contacts written to {target}\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(Path(shell.environ["HUBSPOT_SKILL_DATA_DIR"], "exports").glob("*.jsonl")) == []


def test_conditions_narrow_it_and_without_a_name_it_lies_in_the_data_folder_and_in_the_audit(
    shell: Shell,
) -> None:
    ended = shell(
        "export", "deals", "--where", "amount:gte:10000", "--where", "hs_is_closed:eq:false", "--fields", "amount"
    )

    folder = Path(shell.environ["HUBSPOT_SKILL_DATA_DIR"], "exports")
    (path,) = folder.glob("deals-*.csv")
    amounts = [float(row["Amount"]) for row in _dicts(path)]
    assert ended.code == 0, ended.err
    assert amounts
    assert min(amounts) >= 10_000
    assert (folder.parent / "audit" / "audit.db").exists()


def _dicts(path: Path) -> list[dict[str, str]]:
    rows = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    return [{name.split(" (")[0]: value for name, value in row.items()} for row in rows]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("deals", "--where", "amount>5"), 2, "expected PROPERTY:COMPARE:VALUE with one of eq, neq"),
        (("deals", "--where", "amount:gte"), 2, "expected amount:gte:VALUE"),
        (("deals", "-o", "deals.pdf"), 2, "expected one of csv, jsonl, xlsx, parquet"),
        (("dealz",), 1, "deals"),
        (("contacts", "--max-rows", "3"), 1, "expected at most 3"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_what_is_expected(
    shell: Shell, words: tuple[str, ...], code: int, told: str
) -> None:
    ended = shell("export", *words)

    assert ended.code == code
    assert told in ended.err


def test_a_file_that_is_there_is_never_written_over(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "mine.csv"
    target.write_text("mine")

    ended = shell("export", "deals", "-o", str(target))

    assert ended.code == 1
    assert "is there already" in ended.err
    assert target.read_text() == "mine"
