"""A CSV file becomes records: what is read of it, what is planned, and what is told of every row."""

from collections.abc import Mapping

import pytest

from hubspot_skill.changes.policy import Means
from hubspot_skill.domain.errors import InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import COMPANIES, CONTACTS, PropertyName
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.service.importing.answers import ImportAnswer, ImportRequest
from hubspot_skill.service.importing.csv_file import read_csv
from tests.service.scene import ACME, GLOBEX, RENEWAL, Office

PEOPLE = """\
E-Mail;First Name;Last Name;Lifecycle Stage
ada@acme.com;Ada;Byron;
new@acme.com;Nina;"Neu; eben";Lead
new@acme.com;Twice;;
broken@;Bob;;
more@acme.com;a;b;lead;too many

few@acme.com;a
grace@globex.example;Grace;Hopper;
x@acme.com;Xaver;;no such stage
"""


@pytest.mark.parametrize(
    ("data", "encoding", "delimiter"),
    [
        ("a,b\nü,2".encode(), "UTF-8", "comma"),
        ("\ufeffa;b\nü;2".encode(), "UTF-8", "semicolon"),
        ("a\tb\r\nü\t2".encode("utf-16"), "UTF-16", "tab"),
        ("a|b\rü|2".encode("cp1252"), "Windows-1252", "bar"),
    ],
)
def test_encoding_and_delimiter_are_found_out(data: bytes, encoding: str, delimiter: str) -> None:
    file = read_csv(data)
    assert (file.header, [r.cells for r in file.rows]) == (("a", "b"), [("ü", "2")])
    assert (file.encoding, file.delimiter) == (encoding, delimiter)


def test_a_cell_may_hold_lines_and_a_row_is_named_by_the_line_it_begins_on() -> None:
    file = read_csv(b'a,b\n"one\ntwo",1\n\n3,4\n')
    assert [(r.line, r.cells) for r in file.rows] == [(2, ("one\ntwo", "1")), (5, ("3", "4"))]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"a,b\n", "0 rows"),
        (b"a,,c\n1,2,3", "column 2 of the header has no name"),
        (b"a,a\n1,2", "twice"),
        (b'a,b\n1,2\n"3,4', "begins on line 3"),
        (b"a,b\n1,\x00", "zero bytes"),
        (b"\xff\xfea", "says it is utf-16"),
    ],
)
def test_what_is_no_table_is_refused_with_where(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        read_csv(data)


async def planned(
    crm: Office, text: str, type: str, *, mapping: Mapping[str, str] | None = None, key: str = "", is_dry: bool = True
) -> ImportAnswer:
    file = read_csv(text.encode())
    return await crm.crm.plan_import(ImportRequest(type=type, file=file, mapping=mapping or {}, key=key, is_dry=is_dry))


async def applied(crm: Office, answer: ImportAnswer) -> dict[int, tuple[str, str]]:
    """Approve and apply every plan of an import; give how each line ended, and why."""
    for plan in answer.plans:
        if plan.approval.is_needed:
            approvals = await crm.crm.approvals()
            await approvals.approve(
                plan.plan_id, means=Means.CONSOLE, shown=plan.digest, person="Anna", typed_count=plan.records
            )
        await crm.crm.apply_changes(plan.plan_id, wait_s=None)
    return {row.line: (row.end.value, row.reason) for row in await crm.crm.row_outcomes(answer)}


async def test_every_row_of_a_dry_run_is_told_and_nothing_is_written(crm: Office) -> None:
    answer = await planned(crm, PEOPLE, "contacts", mapping={"E-Mail": "email"})
    told = {row.line: (row.end.value, row.reason) for row in answer.rows}
    assert (answer.key, answer.plans) == ("email", ())
    assert {line: end for line, (end, _) in told.items()} == {
        2: "to update",
        3: "to create",
        4: "bad",
        5: "bad",
        6: "bad",
        8: "bad",
        9: "unchanged",
        10: "bad",
    }
    assert told[4][1] == "line 3 has the same email"
    assert told[6][1] == "it has 5 cells: the header has 4"
    assert told[8][1] == "it has 2 cells: the header has 4"
    assert "no such stage" in told[10][1]
    assert crm.writes() == []


async def test_an_import_is_approved_applied_told_row_by_row_and_undone(crm: Office) -> None:
    answer = await planned(crm, PEOPLE, "contacts", mapping={"e-mail": "email"}, is_dry=False)
    [plan] = answer.plans
    assert (plan.records, plan.approval.is_needed) == (2, True)
    ended = await applied(crm, answer)
    assert (ended[2], ended[3], ended[9][0], ended[5][0]) == (("updated", ""), ("created", ""), "unchanged", "bad")
    email = Property(PropertyName("email"), "", PropertyType.STRING)
    last = Property(PropertyName("lastname"), "", PropertyType.STRING)
    made = await crm.hubspot.objects.read(CONTACTS, "new@acme.com", properties=[last], id_property=email.name)
    assert made.properties[last.name] == "Neu; eben"
    undo = await crm.crm.undo_changes(plan.plan_id)
    assert undo.plan.records == 2


async def test_companies_are_told_by_domain_and_records_by_id(crm: Office) -> None:
    text = "Company name,Company Domain Name,City\nGlobex AG,globex.example,Bonn\nNova,nova.example,Rome\nTwins,acme.com,X\n"
    answer = await planned(crm, text, "companies", mapping={"Company Domain Name": "domain"}, is_dry=False)
    told = {row.line: (row.end.value, row.id, row.reason) for row in answer.rows}
    assert told[2] == ("to update", GLOBEX, "")
    assert told[3][0] == "to create"
    assert told[4] == ("bad", "", "2 companies have this domain already")
    assert {end for end, _ in (await applied(crm, answer)).values()} == {"updated", "created", "bad"}

    by_id = await planned(
        crm, f"Record ID,amount\n{RENEWAL},99\n999999,1\n,5\nx,1\n", "deals", mapping={"Record ID": "id"}
    )
    ends = {row.line: (row.end.value, row.reason) for row in by_id.rows}
    assert ends[2][0] == "to update"
    assert ends[3] == ("left out", "there is no such record, or it is archived")
    assert ends[4] == ("bad", "it has no record id")
    assert ends[5][0] == "bad"


async def test_columns_that_fit_nothing_are_refused_until_they_are_mapped_or_skipped(crm: Office) -> None:
    text = "Email,Fist Name,Notiz\na@b.example,A,x\n"
    with pytest.raises(UnknownNameError, match="fit no property") as refused:
        await planned(crm, text, "contacts")
    assert [c.id for c in refused.value.candidates] == ["Fist Name", "Notiz"]
    assert "firstname" in refused.value.candidates[0].detail
    answer = await planned(crm, text, "contacts", mapping={"Fist Name": "firstname", "Notiz": "-"})
    assert [(c.header, c.name) for c in answer.columns] == [
        ("Email", "email"),
        ("Fist Name", "firstname"),
        ("Notiz", ""),
    ]
    with pytest.raises(UnknownNameError, match="has no column"):
        await planned(crm, text, "contacts", mapping={"Nachname": "lastname"})
    with pytest.raises(InvalidInputError, match="are both email"):
        await planned(crm, text, "contacts", mapping={"Fist Name": "email", "Notiz": "-"})
    with pytest.raises(InvalidInputError, match="computes or guards"):
        await planned(crm, "Email,x\na@b.example,1\n", "contacts", mapping={"x": "hs_email_domain"})
    with pytest.raises(InvalidInputError, match="does not tell one"):
        await planned(crm, text, "contacts", mapping={"Fist Name": "firstname", "Notiz": "-"}, key="firstname")


async def test_a_company_without_the_key_is_new_and_needs_a_name(crm: Office) -> None:
    answer = await planned(crm, "name,domain,city\nOnly,,Rome\n,,Rome\n", "companies", is_dry=False)
    assert [(row.line, row.end.value) for row in answer.rows] == [(2, "to create"), (3, "bad")]
    assert (await applied(crm, answer))[2] == ("created", "")
    assert (await crm.hubspot.objects.read(COMPANIES, ACME, properties=())).id == ACME
