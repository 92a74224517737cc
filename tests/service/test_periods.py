"""Periods, days and moments in people's words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.service.words.periods import Period, day, moment, period

BERLIN = ZoneInfo("Europe/Berlin")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday


def days(text: str, zone: ZoneInfo = BERLIN, now: datetime = NOW) -> tuple[str, str]:
    found = period(text, now=now, zone=zone)
    return str(found.first), str(found.last)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("today", "2026-11-23", "2026-11-23"),
        ("Yesterday", "2026-11-22", "2026-11-22"),
        ("tomorrow", "2026-11-24", "2026-11-24"),
        ("this week", "2026-11-23", "2026-11-29"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("next week", "2026-11-30", "2026-12-06"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("next quarter", "2027-01-01", "2027-03-31"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("year to date", "2026-01-01", "2026-11-23"),
        ("mtd", "2026-11-01", "2026-11-23"),
        ("last 7 days", "2026-11-17", "2026-11-23"),
        ("next 7 days", "2026-11-23", "2026-11-29"),
        ("past 1 day", "2026-11-23", "2026-11-23"),
        ("last 2 weeks", "2026-11-10", "2026-11-23"),
        ("last 3 months", "2026-08-24", "2026-11-23"),
        ("next 1 year", "2026-11-23", "2027-11-22"),
        ("3 days ago", "2026-11-20", "2026-11-20"),
        ("more than 3 days ago", "None", "2026-11-19"),
        ("over a month ago", "None", "2026-10-22"),
        ("older than 2 weeks", "None", "2026-11-08"),
        ("in the last 7 days", "2026-11-17", "2026-11-23"),
        ("within this month", "2026-11-01", "2026-11-30"),
        ("in 2 weeks", "2026-12-07", "2026-12-07"),
        ("a month ago", "2026-10-23", "2026-10-23"),
        ("friday", "2026-11-27", "2026-11-27"),
        ("monday", "2026-11-23", "2026-11-23"),
        ("next monday", "2026-11-30", "2026-11-30"),
        ("last friday", "2026-11-20", "2026-11-20"),
        ("last monday", "2026-11-16", "2026-11-16"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("October 2026", "2026-10-01", "2026-10-31"),
        ("oct 2026", "2026-10-01", "2026-10-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("Q3 2026", "2026-07-01", "2026-09-30"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("Q4", "2026-10-01", "2026-12-31"),
        ("february", "2026-02-01", "2026-02-28"),
        ("end of month", "2026-11-30", "2026-11-30"),
        ("end of the quarter", "2026-12-31", "2026-12-31"),
        ("start of next year", "2027-01-01", "2027-01-01"),
        ("beginning of 2026-W02", "2026-01-05", "2026-01-05"),
        ("today to end of month", "2026-11-23", "2026-11-30"),
        ("last 48 hours", "2026-11-21", "2026-11-23"),
        ("2026-10-31", "2026-10-31", "2026-10-31"),
        ("2026-10-01..2026-10-15", "2026-10-01", "2026-10-15"),
        ("2026-10-01 to 2026-10-15", "2026-10-01", "2026-10-15"),
        ("from 2026-Q1 to 2026-Q2", "2026-01-01", "2026-06-30"),
        ("between 2026-01 and today", "2026-01-01", "2026-11-23"),
        ("last month to this month", "2026-10-01", "2026-11-30"),
        ("2026-10-01 - 2026-10-02", "2026-10-01", "2026-10-02"),
        ("since 2026-10", "2026-10-01", "None"),
        ("after 2026-10", "2026-11-01", "None"),
        ("before today", "None", "2026-11-22"),
        ("until today", "None", "2026-11-23"),
        ("< 2026-11-01", "None", "2026-10-31"),
    ],
)
def test_words_are_read_as_calendar_days_with_both_ends_included(words: str, first: str, last: str) -> None:
    assert days(words) == (first, last)


@pytest.mark.parametrize(
    "words",
    ["", "soon", "2026-13", "2026-02-30", "last 0 days", "last 99999 days", "q5 2026", "ma 2026", "2026-10-02..2026-10-01",
     "next 9000 years", "5000 years ago", "9999-12-31", "since whenever", "last blue moon", "\u0000", "2026-10-31T99:99"],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_examples(words: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        period(words, now=NOW, zone=BERLIN)
    assert refused.value.code == "invalid_input"
    assert refused.value.hint


def test_today_is_the_day_of_the_account_not_of_utc() -> None:
    just_after_midnight_in_utc = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    assert days("today", LOS_ANGELES, just_after_midnight_in_utc) == ("2026-11-22", "2026-11-22")
    assert days("this month", LOS_ANGELES, datetime(2026, 12, 1, 3, 0, tzinfo=UTC)) == ("2026-11-01", "2026-11-30")


def test_hours_are_counted_back_from_now() -> None:
    found = period("last 48 hours", now=NOW, zone=BERLIN)
    assert (found.start, found.end) == (NOW - timedelta(hours=48), NOW)


def test_a_day_of_25_hours_is_a_whole_day() -> None:
    found = period("2026-10-25", now=NOW, zone=BERLIN)
    assert found.start == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert found.end == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


def test_a_day_of_23_hours_is_a_whole_day() -> None:
    found = period("2026-03-29", now=NOW, zone=BERLIN)
    assert found.start is not None
    assert found.end is not None
    assert found.end - found.start == timedelta(hours=23)


def test_an_instant_with_a_zone_keeps_it_and_without_one_is_local() -> None:
    with_zone = period("2026-11-23T10:00Z..2026-11-23T12:00+00:00", now=NOW, zone=BERLIN)
    assert with_zone.start == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert with_zone.end == datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)
    assert moment("2026-11-23 10:00", now=NOW, zone=BERLIN) == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("now", "2026-11-23T10:00"),
        ("in 2 hours", "2026-11-23T12:00"),
        ("30 minutes ago", "2026-11-23T09:30"),
        ("an hour ago", "2026-11-23T09:00"),
        ("today", "2026-11-22T23:00"),
        ("tomorrow 9:30", "2026-11-24T08:30"),
        ("tomorrow at 3pm", "2026-11-24T14:00"),
        ("next friday at 12 am", "2026-11-26T23:00"),
        ("friday noon", "2026-11-27T11:00"),
        ("2026-11-25 at 8 pm", "2026-11-25T19:00"),
        ("15:45", "2026-11-23T14:45"),
        ("2026-11-25T15:00:00Z", "2026-11-25T15:00"),
        ("yesterday, 17:00", "2026-11-22T16:00"),
    ],
)
def test_moments_are_read_in_the_accounts_zone(words: str, expected: str) -> None:
    assert moment(words, now=NOW, zone=BERLIN) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("words", ["", "this week", "since today", "13pm", "tomorrow 25:00", "whenever", "2026-11"])
def test_what_is_no_moment_is_refused(words: str) -> None:
    with pytest.raises(InvalidInputError):
        moment(words, now=NOW, zone=BERLIN)


def test_a_refused_moment_is_told_how_moments_are_written() -> None:
    for words in ("whenever", "31.12.2026", "whenever 9:30"):
        with pytest.raises(InvalidInputError) as refused:
            moment(words, now=NOW, zone=BERLIN)
        assert "2026-11-25T15:00" in refused.value.hint
        assert f'"{words}"' in refused.value.message


def test_a_single_day_is_not_taken_from_a_longer_period() -> None:
    assert day("tomorrow", now=NOW, zone=BERLIN) == date(2026, 11, 24)
    with pytest.raises(InvalidInputError, match="expected one day"):
        day("this month", now=NOW, zone=BERLIN)


@given(st.text(max_size=40))
def test_any_text_is_a_period_or_a_clear_refusal(words: str) -> None:
    try:
        found = period(words, now=NOW, zone=BERLIN)
    except InvalidInputError:
        return
    assert isinstance(found, Period)


@given(st.dates(min_value=date(1990, 1, 2), max_value=date(2090, 1, 1)), st.sampled_from(["week", "month", "quarter", "year"]))  # fmt: skip
def test_the_last_the_present_and_the_next_one_follow_without_a_gap(today: date, unit: str) -> None:
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    last, this, following = (period(f"{which} {unit}", now=now, zone=BERLIN) for which in ("last", "this", "next"))
    assert last.end == this.start
    assert this.end == following.start
    assert this.first is not None
    assert this.last is not None
    assert this.first <= today <= this.last
