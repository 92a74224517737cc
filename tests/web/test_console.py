"""The console's tables, records and forms, as pages asked for without a browser: what they hold, refuse and write."""

import html
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hubspot_skill.sandbox.clock import SandboxClock
from hubspot_skill.service.requests import SyncAction, SyncRequest
from tests.sandbox.engine_portal import NOW
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import ACME, ADA, RENEWAL, fresh, office
from tests.web.counter import TOKEN, Counter, open_counter


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_sandbox([office()], clock=SandboxClock(NOW, running=False)) as running:
        yield running


@pytest.fixture
async def counter(served: Served, tmp_path: Path) -> AsyncIterator[Counter]:
    fresh(served)
    async with open_counter(served, tmp_path) as opened:
        yield opened


def words(page: str) -> str:
    """Give a page's text as a person reads it."""
    body = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def rows(page: str) -> list[str]:
    """Give the names of a table's rows in order."""
    return [html.unescape(name) for name in re.findall(r'<th scope="row"><a [^>]*><bdi>([^<]*)</bdi>', page)]


async def test_a_bare_address_leads_to_the_account_and_a_foreign_one_is_absent(counter: Counter) -> None:
    bare = await counter.http.get(f"{counter.origin}/contacts?q=ada")
    foreign = await counter.http.get(f"{counter.origin}/a/elsewhere/contacts", headers={"Accept": "text/html"})

    assert bare.status_code == 303
    assert bare.headers["location"].endswith("/contacts?q=ada")
    assert (foreign.status_code, "There is no such page" in foreign.text) == (404, True)


async def test_without_a_session_no_page_of_the_console_is_shown(counter: Counter) -> None:
    counter.http.cookies.clear()
    for path in ("/", "/contacts", "/contacts/new", f"/deals/{RENEWAL}", "/help"):
        answer = await counter.see(path)
        assert answer.status_code == 401, path
        assert "not signed in" in answer.text


async def test_a_table_tells_its_rows_its_total_and_when_it_was_read(counter: Counter) -> None:
    page = await counter.see("/contacts")

    assert page.status_code == 200
    assert "Ada Lovelace" in rows(page.text)
    assert re.search(r"1–\d+ of \d+ contacts read from the sandbox at \d\d:\d\d", words(page.text))


async def test_filters_of_the_address_are_chips_that_can_be_taken_away(counter: Counter) -> None:
    page = await counter.see("/contacts?f=lifecyclestage:eq:customer&sort=lastname")

    assert rows(page.text) == ["Ada Lovelace"]
    assert "Lifecycle Stage is Customer" in html.unescape(page.text)
    assert 'aria-label="Remove: Lifecycle Stage is Customer"' in page.text


async def test_an_order_of_the_address_is_kept_in_every_link_of_the_table(counter: Counter) -> None:
    up, down = await counter.see("/deals?sort=amount"), await counter.see("/deals?sort=-amount")

    assert 'aria-sort="ascending"' in up.text
    assert rows(up.text)[0] != rows(down.text)[0]
    assert "sort=-amount" in up.text


async def test_pages_go_on_by_cursor_and_come_back(counter: Counter) -> None:
    inputs = [{"properties": {"name": f"Company {number:02}"}} for number in range(30)]
    known = {"Authorization": f"Bearer {TOKEN}"}
    address = f"{counter.served.base_url}/crm/v3/objects/companies/batch/create"
    assert (await counter.http.post(address, json={"inputs": inputs}, headers=known)).status_code == 201
    first = await counter.see("/companies?size=25&sort=createdate")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following
    second = await counter.http.get(f"{counter.origin}{html.unescape(following[1])}", headers={"Accept": "text/html"})
    before = re.search(r'href="([^"]+)" rel="prev"', second.text)

    assert before
    assert len(rows(first.text)) == 25
    assert set(rows(first.text)) & set(rows(second.text)) == set()
    assert "after" not in parse_qs(urlsplit(html.unescape(before[1])).query)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("f=lifecyclestage:like:x", "compares by"),
        ("f=nothing_here:eq:x", "no property"),
        ("size=7", "expected 25, 50 or 100"),
        ("after=zzz", "cursor"),
        ("f=lifecyclestage:eq:", "has no value"),
    ],
)
async def test_an_address_that_makes_no_sense_is_told_and_never_half_followed(
    counter: Counter, query: str, told: str
) -> None:
    answer = await counter.see(f"/contacts?{query}")

    assert answer.status_code == 422
    assert told in words(answer.text)
    assert rows(answer.text) == []


async def test_no_match_offers_to_take_each_filter_away(counter: Counter) -> None:
    page = await counter.see("/contacts?f=lifecyclestage:eq:evangelist&q=zzz")

    assert "No contact matches" in words(page.text)
    assert "Without “Lifecycle Stage is Evangelist”" in words(page.text)


async def test_a_filter_is_built_in_steps_and_leads_to_its_table(counter: Counter) -> None:
    chosen = await counter.see("/contacts/filter?property=lifecyclestage")
    empty = await counter.see("/contacts/filter?property=lifecyclestage&compare=eq&value=&go=1")
    made = await counter.see("/contacts/filter?property=lifecyclestage&compare=eq&value=lead&go=1&q=g")

    assert '<option value="customer">Customer</option>' in chosen.text
    assert empty.status_code == 422
    assert made.status_code == 303
    assert parse_qs(urlsplit(made.headers["location"]).query) == {"q": ["g"], "f": ["lifecyclestage:eq:lead"]}


async def test_columns_are_chosen_and_their_order_is_the_address(counter: Counter) -> None:
    made = await counter.see("/contacts/columns?go=1&col=email&col=name")
    page = await counter.http.get(f"{counter.origin}{made.headers['location']}", headers={"Accept": "text/html"})

    assert parse_qs(urlsplit(made.headers["location"]).query)["cols"] == ["email,name"]
    assert re.findall(r'<th scope="col" class="\w+(?: name)?">', page.text) == [
        '<th scope="col" class="text name">',
        '<th scope="col" class="text">',
    ]


async def test_a_record_tells_its_facts_links_and_history(counter: Counter) -> None:
    page = await counter.see(f"/contacts/{ADA}")
    history = await counter.see(f"/contacts/{ADA}?tab=history")
    properties = await counter.see(f"/contacts/{ADA}?tab=properties")

    assert "ada@acme.com" in words(page.text)
    assert f'href="{urlsplit(counter.base).path}/companies/{ACME}"' in page.text
    assert "Customer" in words(history.text)
    assert "+1 555 0100" in words(properties.text)


async def test_a_record_that_is_not_there_is_absent(counter: Counter) -> None:
    assert (await counter.see("/contacts/999")).status_code == 404


async def test_a_form_tells_everything_that_is_wrong_at_its_field_and_writes_nothing(counter: Counter) -> None:
    answer = await counter.send(
        "/deals/new", {"dealname": "", "dealstage": "", "amount": "much", "link_company": "Nob"}
    )

    assert answer.status_code == 422
    for name, told in (("dealname", "Enter a deal name"), ("amount", "expected a number")):
        assert re.search(rf'id="f-{name}-error"><span class="hidden-text">Error: </span>[^<]*{told}', answer.text), name
    assert 'value="much"' in answer.text
    assert 'href="#f-amount"' in answer.text


async def test_a_contact_that_is_there_already_is_shown_while_it_is_typed_and_when_it_is_sent(counter: Counter) -> None:
    form = {"firstname": "Ada", "lastname": "Lovelace", "email": "ada@acme.com"}
    typed = await counter.send("/contacts/new/alike", form, script=True)
    sent = await counter.send("/contacts/new", form)

    assert f"/contacts/{ADA}" in typed.text
    assert sent.status_code == 422
    assert f"/contacts/{ADA}" in sent.text


async def test_a_new_contact_is_created_linked_and_told(counter: Counter) -> None:
    form = {"firstname": "New", "lastname": "Person", "email": "new@globex.example", "link_company": "Globex"}
    answer = await counter.send("/contacts/new", form)
    page = await counter.http.get(f"{counter.origin}{answer.headers['location']}", headers={"Accept": "text/html"})

    assert answer.status_code == 303
    assert "Created contact New Person." in page.text
    assert "Globex" in words(page.text)


async def test_one_value_is_changed_in_place_and_put_back(counter: Counter) -> None:
    path = f"/contacts/{ADA}/field/jobtitle"
    saved = await counter.send(path, {"jobtitle": "Countess", "was": "CTO"}, script=True)
    page = (await counter.see(f"/contacts/{ADA}")).text
    undo = re.search(r'<form method="post" action="([^"]*back[^"]*)"', page)
    assert undo
    undone = await counter.send(html.unescape(undo[1]).removeprefix(urlsplit(counter.base).path), {})

    assert saved.headers["hx-redirect"].endswith(f"/contacts/{ADA}")
    assert "Job Title: CTO → Countess." in page
    assert undone.status_code == 303
    assert "CTO" in words((await counter.see(f"/contacts/{ADA}")).text)


async def test_a_value_that_somebody_changed_meanwhile_is_not_overwritten_unseen(counter: Counter) -> None:
    path = f"/contacts/{ADA}/field/jobtitle"
    await counter.send(path, {"jobtitle": "Analyst", "was": "CTO"})
    answer = await counter.send(path, {"jobtitle": "Countess", "was": "CTO"})
    again = await counter.send(path, {"jobtitle": "Countess", "was": "Analyst"})

    assert answer.status_code == 409
    assert "Somebody set this to <b><bdi>Analyst</bdi></b> meanwhile" in answer.text
    assert again.status_code == 303


async def test_a_form_without_the_token_of_the_session_writes_nothing(counter: Counter) -> None:
    headers = {"Origin": counter.origin, "Sec-Fetch-Site": "same-origin"}
    answer = await counter.http.post(f"{counter.base}/contacts/new", data={"email": "x@y.example"}, headers=headers)

    assert answer.status_code == 403


async def test_a_server_that_is_read_only_offers_no_form(served: Served, tmp_path: Path) -> None:
    fresh(served)
    async with open_counter(served, tmp_path, HUBSPOT_SKILL_READ_ONLY="1") as counter:
        page = await counter.see("/contacts")
        sent = await counter.send("/contacts/new", {"email": "x@y.example"})

    assert "New contact" not in page.text
    assert sent.status_code == 403


async def test_the_look_that_a_person_chose_is_kept(counter: Counter) -> None:
    await counter.send("/theme", {"theme": "dark"})
    dark = await counter.see("/contacts")
    await counter.send("/theme", {"theme": "system"})
    system = await counter.see("/contacts")

    assert '<html lang="en" data-theme="dark">' in dark.text
    assert '<html lang="en">' in system.text


async def test_pages_are_compressed_and_what_was_built_is_kept_for_good(counter: Counter) -> None:
    page = await counter.see("/contacts")
    built = re.findall(r'(?:href|src)="(/static/[^"#]+)"', page.text)
    files = [await counter.http.get(f"{counter.origin}{path}") for path in dict.fromkeys(built)]

    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["cache-control"] == "no-store"
    assert len(files) >= 3
    assert all("immutable" in file.headers["cache-control"] for file in files)


async def test_the_board_counts_and_adds_every_column_and_moves_a_deal_there_and_back(counter: Counter) -> None:
    before = await counter.see("/deals/board")
    stage = re.search(rf'data-stage="([^"]+)"(?:(?!</section>).)*id="d-{RENEWAL}"', before.text, re.DOTALL)
    stages = re.findall(r'data-stage="([^"]+)" data-ends=""', before.text)
    assert stage
    was = re.findall(r'data-stage="([^"]+)"', before.text[: before.text.index(f'id="d-{RENEWAL}"')])[-1]
    to = next(one for one in stages if one != was)
    form = {"stage": to, "was": was, "board": "1"}
    moved = await counter.send(f"/deals/{RENEWAL}/move", form, script=True)
    now = re.findall(r'data-stage="([^"]+)"', moved.text[: moved.text.index(f'id="d-{RENEWAL}"')])[-1]
    said = json.loads(moved.headers["hx-trigger"])["say"]
    undone = await counter.send(said["undo"].removeprefix(urlsplit(counter.base).path), {})
    after = await counter.see("/deals/board")

    assert now == to
    assert said["text"].startswith("Moved Acme renewal to ")
    assert undone.status_code == 303
    assert re.findall(r'data-stage="([^"]+)"', after.text[: after.text.index(f'id="d-{RENEWAL}"')])[-1] == was


async def test_a_deal_that_was_moved_meanwhile_is_not_moved_over(counter: Counter) -> None:
    page = await counter.see(f"/deals/{RENEWAL}/move")
    to = re.findall(r'name="stage" value="([^"]+)"', page.text)[0]
    answer = await counter.send(f"/deals/{RENEWAL}/move", {"stage": to, "was": to})

    assert answer.status_code == 409
    assert "It was moved meanwhile" in answer.text


async def test_a_lost_deal_is_asked_for_its_reason(counter: Counter) -> None:
    board = await counter.see("/deals/board")
    lost = re.findall(r'data-stage="([^"]+)" data-ends="1"', board.text)[-1]
    page = await counter.see(f"/deals/{RENEWAL}/move?stage={lost}")

    assert 'name="closed_lost_reason"' in page.text or 'name="amount"' in page.text


async def test_a_form_goes_on_to_pages_of_its_own_account_only(counter: Counter) -> None:
    page = await counter.see(f"/deals/{RENEWAL}/move?next=https://elsewhere.example/")

    assert "elsewhere.example" not in page.text


async def test_one_search_finds_people_companies_and_deals(counter: Counter) -> None:
    page = await counter.see("/search?q=acme")
    groups = re.findall(r'<section aria-label="(\w+)">', page.text)

    assert {"Companies", "Deals"} <= set(groups)
    assert "Acme Inc." in words(page.text)
    assert "Nothing was found" in words((await counter.see("/search?q=zzzzzz")).text)


async def test_an_export_holds_the_filtered_result_and_no_formula(counter: Counter) -> None:
    await counter.send("/companies/new", {"name": "=HYPERLINK(1)", "domain": "formula.example"})
    csv_file = await counter.see("/companies/export.csv")
    lines = await counter.see("/contacts/export.jsonl?f=lifecyclestage:eq:customer&cols=email")
    other = await counter.see("/contacts/export.pdf")

    assert "'=HYPERLINK(1)" in csv_file.text
    assert csv_file.headers["content-disposition"].startswith('attachment; filename="companies-')
    assert [json.loads(line)["email"] for line in lines.text.splitlines()] == ["ada@acme.com"]
    assert other.status_code == 404


async def test_many_records_are_changed_by_a_plan_that_a_person_sees_first(counter: Counter) -> None:
    ids = {"id": [ADA, "2002"]}
    asked = await counter.send("/contacts/many", {**ids, "do": "edit"})
    made = await counter.send("/contacts/many", {**ids, "property": "jobtitle", "jobtitle": "Chief", "go": "1"})
    wrong = await counter.send(
        "/contacts/many", {**ids, "property": "lifecyclestage", "lifecyclestage": "x", "go": "1"}
    )

    assert "Edit 2 contacts" in words(asked.text)
    assert re.search(r"/changes/[\w-]+$", made.headers["location"])
    assert wrong.status_code == 422
    assert "Chief" not in words((await counter.see(f"/contacts/{ADA}")).text)


async def test_the_first_page_tells_what_was_won_and_where_every_figure_is_from(counter: Counter) -> None:
    await (await counter.accounts.crm()).sync(SyncRequest(action=SyncAction.REFRESH))
    page = await counter.see("/?period=this+year")
    told = words(page.text)

    assert page.status_code == 200
    for tile in ("Contacts", "Companies", "Deals", "Won revenue", "Win rate", "Weighted pipeline"):
        assert tile in told
    assert "From the local copy" in told
    assert "<svg" in page.text


async def test_a_report_is_built_from_its_address_and_told_for_the_chat_and_the_shell(counter: Counter) -> None:
    await (await counter.accounts.crm()).sync(SyncRequest(action=SyncAction.REFRESH))
    page = await counter.see("/reports?metric=open_pipeline&metric=open_deals&by=stage")
    wrong = await counter.see("/reports?metric=happiness")
    asked = re.search(r"hubspot_report --json &#39;([^\n]*?)&#39;", page.text)

    assert page.status_code == 200
    assert "Contract Sent" in words(page.text)
    assert asked
    assert json.loads(html.unescape(asked[1])) == {"metrics": ["open_pipeline", "open_deals"], "by": ["stage"]}
    assert wrong.status_code == 422


async def test_campaigns_are_listed_and_one_tells_what_it_reached_and_brought(counter: Counter) -> None:
    page = await counter.see("/campaigns")
    first = re.search(r'<th scope="row"><a href="([^"]+)">', page.text)
    assert first
    one = await counter.http.get(f"{counter.origin}{first[1]}", headers={"Accept": "text/html"})

    assert one.status_code == 200
    assert {"Sessions", "Influenced contacts", "Revenue"} <= set(re.findall(r'id="t-\w+">([^<]+)</h2>', one.text))
