"""Which chart a report gets, with the report's own figures in it, and how the surfaces get it."""

from decimal import Decimal

import pytest

from hubspot_skill.charts.choice import choose
from hubspot_skill.charts.values import Bars, Columns, Figure, Funnel, Heat, Lines, Mark, Stacked, Step
from hubspot_skill.domain.errors import InvalidInputError
from hubspot_skill.domain.report import Excluded, Row, Unit
from hubspot_skill.service.pictures import ChartForm, form_of, picture
from tests.charts.reports import category, column, measure, month, report

STAGE, MONTH, OWNER = column("stage", "stage"), column("close_at", "month"), column("owner", "owner")
RATE = measure("win_rate", Unit.RATIO)


def _by(names: str, *values: int | Decimal | None) -> tuple[Row, ...]:
    return tuple(Row((category(name),), (value,)) for name, value in zip(names.split(), values, strict=True))


def test_one_number_is_a_figure_with_its_change():
    found = choose(report((measure(),), (Row((), (Decimal(150),), (Decimal(100),)),), is_compared=True))

    assert isinstance(found, Figure)
    assert (found.value, found.earlier, found.pct) == (150, 100, Decimal("0.5"))
    assert found.earlier_label == "2026-10-01 to 2026-10-23"
    assert found.is_good_up


def test_a_fall_of_lost_deals_is_good_news():
    found = choose(report((measure("lost_deals", Unit.COUNT),), (Row((), (5,), (9,)),), is_compared=True))

    assert isinstance(found, Figure)
    assert found.is_good_up is False


def test_one_category_is_bars_in_the_order_of_the_report_with_what_was_left_out():
    rows = (*_by("Proposal Contract", 90, None), Row((category("other", is_other=True),), (7,)))

    found = choose(report((STAGE, measure()), rows, excluded=(Excluded("no_amount", 4, "open_pipeline"),)))

    assert isinstance(found, Bars)
    assert [(b.label, b.value, b.is_other) for b in found.bars] == [
        ("Proposal", 90, False),
        ("Contract", None, False),
        ("other", 7, True),
    ]
    assert found.measure.currency == "EUR"
    assert found.note == "Left out: 4 no amount"


def test_months_of_money_are_columns_oldest_first_and_deals_without_a_date_are_told():
    rows = (Row((month(11, is_partial=True),), (3,)), Row((month(0),), (Decimal(5_000),)), Row((month(10),), (2,)))

    found = choose(report((MONTH, measure()), rows))

    assert isinstance(found, Columns)
    assert found.buckets == ("2026-10", "2026-11")
    assert [mark.value for mark in found.series[0].marks] == [2, 3]
    assert found.is_partial
    assert found.note == "Not drawn: no close date €5\u00a0K"


def test_a_rate_over_time_is_a_line_with_gaps_where_there_is_none():
    rows = tuple(Row((month(n),), (value,)) for n, value in ((1, Decimal("0.5")), (2, None), (3, Decimal("0.25"))))

    found = choose(report((MONTH, RATE), rows))

    assert isinstance(found, Lines)
    assert [mark.value for mark in found.series[0].marks] == [Decimal("0.5"), None, Decimal("0.25")]


def test_several_measures_of_one_unit_over_time_are_lines_with_names():
    columns = (MONTH, measure("deals_created", Unit.COUNT), measure("won_deals", Unit.COUNT), RATE)
    rows = tuple(Row((month(n),), (n, n + 1, Decimal("0.5"))) for n in (1, 2))

    found = choose(report(columns, rows))

    assert isinstance(found, Lines)
    assert [series.name for series in found.series] == ["Deals created", "Won deals"]


def test_a_date_and_a_category_are_a_stack_with_zero_where_there_is_no_row():
    rows = tuple(
        Row((month(n), category(who, is_other=who == "other")), (value,))
        for n, who, value in ((2, "other", 1), (1, "Ada", 4), (2, "Ada", 5), (2, "Bo", 2))
    )

    found = choose(report((MONTH, OWNER, measure("won_deals", Unit.COUNT)), rows))

    assert isinstance(found, Stacked)
    assert [(s.name, [m.value for m in s.marks]) for s in found.series] == [
        ("Ada", [4, 5]),
        ("Bo", [0, 2]),
        ("other", [0, 1]),
    ]


def test_a_rate_by_date_and_category_is_lines_with_gaps():
    rows = (Row((month(1), category("Ada")), (Decimal("0.5"),)), Row((month(2), category("Bo")), (Decimal("0.6"),)))

    found = choose(report((MONTH, OWNER, RATE), rows))

    assert isinstance(found, Lines)
    assert [m.value for m in found.series[0].marks] == [Decimal("0.5"), None]


def test_two_categories_are_a_heat_table():
    rows = (Row((category("Ada"), category("Proposal")), (4,)), Row((category("Bo"), category("Contract")), (6,)))

    found = choose(report((OWNER, STAGE, measure()), rows))

    assert isinstance(found, Heat)
    assert found.cells == ((Mark(4), Mark(0)), (Mark(0), Mark(6)))


def test_stages_that_were_entered_are_a_funnel_with_the_share_that_went_on_from_the_stage_before():
    columns = (
        STAGE,
        measure("stage_entered", Unit.COUNT),
        measure("stage_conversion", Unit.RATIO),
        measure("stage_days", Unit.DAYS),
    )
    rows = (
        Row((category("Proposal"),), (100, Decimal("0.4"), Decimal(12))),
        Row((category("Contract"),), (40, Decimal("0.5"), None)),
    )

    found = choose(report(columns, rows))

    assert isinstance(found, Funnel)
    assert found.steps == (Step("Proposal", 100, None, Decimal(12)), Step("Contract", 40, Decimal("0.4"), None))


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ((STAGE, measure()), tuple(Row((category(f"s{n}"),), (n,)) for n in range(14))),
        ((STAGE, measure()), _by("a b", None, None)),
        ((MONTH, measure()), (Row((month(1),), (3,)),)),
        ((STAGE, OWNER, MONTH, measure()), (Row((category("a"), category("b"), month(1)), (1,)),)),
        ((OWNER, STAGE, measure()), tuple(Row((category(f"o{n}"), category("s")), (1,)) for n in range(14))),
    ],
    ids=["14 groups", "nothing known", "one month", "three dimensions", "14 rows of heat"],
)
def test_what_a_table_says_better_gets_no_chart(columns: tuple[object, ...], rows: tuple[Row, ...]):
    assert choose(report(columns, rows)) is None  # type: ignore[arg-type]


def test_marks_lead_where_the_surface_says():
    found = choose(report((STAGE, measure()), _by("a b", 1, 2)), lambda row, _: f"/a/x/deals?stage={row.groups[0].id}")

    assert isinstance(found, Bars)
    assert [bar.link for bar in found.bars] == ["/a/x/deals?stage=a", "/a/x/deals?stage=b"]


@pytest.mark.parametrize(
    ("form", "has_svg", "has_png"),
    [
        (ChartForm.AUTO, False, False),
        (ChartForm.TEXT, False, False),
        (ChartForm.SVG, True, False),
        (ChartForm.PNG, False, True),
    ],
)
def test_a_picture_has_its_text_in_every_form(form: ChartForm, has_svg: bool, has_png: bool):
    found = picture(report((STAGE, measure()), _by("a b", 1, 2)), form)

    assert found is not None
    assert found.text.count("\n") == 1
    assert found.alt == "Open pipeline"
    assert (bool(found.svg), bool(found.png)) == (has_svg, has_png)


def test_no_picture_where_none_is_asked_for_and_an_unknown_form_is_refused_with_the_known():
    assert picture(report((STAGE, measure()), _by("a b", 1, 2)), ChartForm.NONE) is None
    with pytest.raises(InvalidInputError, match="auto, none, text, svg, png"):
        form_of("pie")
