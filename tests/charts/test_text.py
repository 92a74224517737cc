"""Numbers in words, and charts as lines of text."""

from decimal import Decimal

import pytest

from hubspot_skill.charts import figures, text
from hubspot_skill.charts.values import Bar, Bars, Figure, Lines, Mark, Measure, Series
from hubspot_skill.domain.report import Unit
from tests.charts.samples import COUNT, EUR, SAMPLES, SHARE

S = "\u00a0"
USD, JPY, KWD, SEK = (Measure(Unit.MONEY, code) for code in ("USD", "JPY", "KWD", "SEK"))
DAYS, PER_DAY, NUMBER = Measure(Unit.DAYS), Measure(Unit.MONEY_PER_DAY, "EUR"), Measure(Unit.NUMBER)


@pytest.mark.parametrize(
    ("value", "measure", "full", "short"),
    [
        (None, EUR, "–", "–"),
        (0, EUR, "€0", "€0"),
        (Decimal("1234567.5"), EUR, "€1,234,567.50", f"€1.23{S}M"),
        (1_240_000, USD, "$1,240,000", f"$1.24{S}M"),
        (Decimal(-80500), EUR, "−€80,500", f"−€80.5{S}K"),
        (999_960, EUR, "€999,960", f"€1{S}M"),
        (1_234.5, JPY, "¥1,234", f"¥1.23{S}K"),
        (Decimal("1.2345"), KWD, f"KWD{S}1.234", f"KWD{S}1.23"),
        (41_300, SEK, f"SEK{S}41,300", f"SEK{S}41.3{S}K"),
        (12, COUNT, "12", "12"),
        (48_310, COUNT, "48,310", f"48.3{S}K"),
        (0.631501, SHARE, "63.15%", "63.2%"),
        (1, SHARE, "100%", "100%"),
        (1.2345, SHARE, "123.45%", "123%"),
        (-0.05, SHARE, "−5%", "−5%"),
        (34.56, DAYS, f"34.6{S}days", f"34.6{S}d"),
        (1, DAYS, f"1{S}day", f"1{S}d"),
        (Decimal("812.339"), PER_DAY, "€812.34/day", "€812/day"),
        (0.00012345, NUMBER, "0.0001", "0.000123"),
        (-0.00001, NUMBER, "0", "−0.00001"),
        (2.5e15, COUNT, "2,500,000,000,000,000", f"2,500{S}T"),
    ],
)
def test_a_number_is_written_in_full_and_short(value: object, measure: Measure, full: str, short: str):
    assert figures.full(value, measure) == full  # type: ignore[arg-type]
    assert figures.short(value, measure).replace("2500", "2,500") == short  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pct", "said"), [(None, ""), (0.1212, "+12.1%"), (-0.5, "−50%"), (0, "±0%"), (12.5, "+1,250%")]
)
def test_a_change_has_its_sign(pct: float | None, said: str):
    assert figures.change(pct) == said


def test_bars_are_aligned_and_in_the_ratio_of_their_values():
    drawn = text.write(Bars("By owner", EUR, (Bar("Ada", 2_000), Bar("契約", 1_000), Bar("Bo", None))), is_headed=False)

    lines = drawn.split("\n")
    assert [line.count("█") for line in lines] == [24, 12, 0]
    assert len({text.cells(line) for line in lines}) == 1
    assert lines[2].endswith("–")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_has_a_text_whose_lines_fit_a_terminal(name: str):
    drawn = text.write(SAMPLES[name])

    lines = drawn.split("\n")
    assert lines[0] == SAMPLES[name].heading
    assert len(lines) > 1
    assert all(line == line.rstrip() and line for line in lines)
    assert all(text.cells(line) <= 120 for line in lines)
    assert "\u202e" not in drawn


def test_a_sparkline_has_a_place_for_every_bucket_and_a_blank_for_the_unknown():
    assert text.sparkline([0, 50, None, 100]) == "▁▅ █"
    assert text.sparkline([5, 5]) == "▄▄"
    assert len(text.sparkline(list(range(300)))) == 60


def test_a_row_tells_its_ends_and_its_span():
    chart = Lines("h", COUNT, ("jan", "feb", "mar"), (Series("", (Mark(3), Mark(9), Mark(4))),), is_partial=True)

    assert text.write(chart, is_headed=False) == "▃█▄  3 → 4 (3 to 9)\njan – mar, the last still running"


def test_a_figure_says_what_it_is_compared_with():
    chart = Figure("Open pipeline", EUR, Decimal("1500.5"), Decimal(2000), Decimal("-0.25"), "1–23 Oct")

    assert text.write(chart) == "Open pipeline\n€1,500.50  ▼ −25% from €2,000 (1–23 Oct)"
