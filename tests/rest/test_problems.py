"""Every error has a form over HTTP, and tells what a program can act on."""

import inspect
import re
from datetime import UTC, datetime, timedelta

from hubspot_skill.domain import errors
from hubspot_skill.domain.errors import (
    AlreadyExistsError,
    AmbiguousNameError,
    Candidate,
    DailyLimitError,
    HubSpotSkillError,
    MissingScopesError,
    OutcomeUnknownError,
    RateLimitedError,
    SignInRefusedError,
)
from hubspot_skill.surfaces.rest.models.answers import Problem
from hubspot_skill.surfaces.rest.problems import FORMS, described, problem
from tests.rest.scene import Counter


def test_every_domain_error_has_a_status_and_an_example() -> None:
    kinds = [k for _, k in inspect.getmembers(errors, inspect.isclass) if issubclass(k, HubSpotSkillError)]
    codes = {k.code for k in kinds if "code" in vars(k)} - {"error"}
    assert codes <= set(FORMS)
    assert all(form.example and form.title and 400 <= form.status < 600 for form in FORMS.values())
    assert len({form.title for form in FORMS.values()}) == len(FORMS)


def test_what_a_program_can_act_on_stands_in_fields_and_headers() -> None:
    waiting = problem(RateLimitedError("too many", policy="TEN_SECONDLY_ROLLING", retry_after_s=2.2))
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "3")
    tomorrow = described(DailyLimitError("used up", resets_at=datetime.now(UTC) + timedelta(hours=1)))
    assert 3590 <= tomorrow["retry_after_s"] <= 3600
    assert described(MissingScopesError("lacks", scopes=["a.b"]))["scopes"] == ["a.b"]
    assert described(AlreadyExistsError("there", existing_id="7"))["existing_id"] == "7"
    assert described(OutcomeUnknownError("lost"))["wrote"] == "unknown"
    assert described(SignInRefusedError("no", reason="no_session"))["status"] == 401


def test_names_from_the_crm_are_cleaned_cut_and_marked() -> None:
    error = AmbiguousNameError("2 fit", candidates=[Candidate("1", "evil\u202e\u200b" + "x" * 200)])
    body = described(error)
    assert body["untrusted_text"] is True
    assert re.fullmatch(r"evilx+…", body["candidates"][0]["label"])
    assert len(body["candidates"][0]["label"]) == 80


def test_every_field_of_a_problem_is_one_that_the_document_names() -> None:
    whole = described(
        RateLimitedError("a", hint="b", policy="c", retry_after_s=1, correlation_id="d"), instance="/api/hubspot/deals"
    )
    assert set(whole) <= set(Problem.model_fields)
    assert Problem.model_validate(whole).code == "rate_limited"


async def test_a_fault_of_this_program_tells_a_number_and_nothing_else(counter: Counter, caplog) -> None:
    async def broken(_: object) -> object:
        raise RuntimeError("secret inside")

    object.__setattr__(counter.office.crm, "whoami", broken)
    answer = await counter.script.get("/account")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    number = answer.json()["hint"].removesuffix(".").rpartition(" ")[2]
    assert number in caplog.text


async def test_readiness_has_its_status_and_parts(counter: Counter) -> None:
    ready = await counter.script.get("/ready")
    counter.is_ready = False
    unready = await counter.script.get("/ready")
    assert (ready.status_code, unready.status_code) == (200, 503)
    assert unready.json()["parts"]["hubspot"]["found"] == "unreachable"
