"""Every chart as SVG: well formed, safe under a strict policy, small, named, and true to its values."""

import itertools
import re
from xml.etree import ElementTree

import pytest

from hubspot_skill.charts import png, svg
from hubspot_skill.charts.markup import cut, width_of
from hubspot_skill.charts.palette import DARK, LIGHT, ROLES
from hubspot_skill.charts.scale import scale
from hubspot_skill.charts.values import Bar, Bars, Chart, Columns, Funnel, Heat, Lines, Mark, Series, Stacked, Step
from hubspot_skill.domain.errors import InvalidInputError
from tests.charts.samples import COUNT, EUR, HOSTILE, MONTHS, SAMPLES, SHARE

NS = "{http://www.w3.org/2000/svg}"
SIZES = ((480, 260), (320, 240), (1200, 300), (160, 160))


def _tree(chart: Chart, **given: object) -> ElementTree.Element:
    return ElementTree.fromstring(svg.draw(chart, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_chart_is_well_formed_named_and_stays_inside(name: str, size: tuple[int, int]):
    chart = SAMPLES[name]

    tree = _tree(chart, width=size[0], height=size[1], is_headed=True)

    assert tree.attrib["role"] == "img"
    assert tree.attrib["aria-label"] == chart.heading
    assert [child.tag for child in tree][:2] == [f"{NS}title", f"{NS}desc"]
    assert tree[0].text == chart.heading
    assert tree[1].text
    for element in tree.iter():
        for side, most in (("x", size[0]), ("y", size[1]), ("cx", size[0]), ("cy", size[1])):
            if side in element.attrib:
                assert -1 <= float(element.attrib[side]) <= most + 1, element.attrib


@pytest.mark.parametrize("name", SAMPLES)
def test_a_chart_has_nothing_that_a_strict_policy_stops_and_only_known_classes(name: str):
    drawn = svg.draw(SAMPLES[name])

    assert not re.search(r"<(style|script|image|use|foreignObject)\b| style=| id=| on\w+=|url\(|javascript:", drawn)
    classes = {word for found in re.findall(r'class="([^"]*)"', drawn) for word in found.split()}
    assert classes <= {"chart", *ROLES}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_chart_takes_at_most_twelve_kilobytes(name: str):
    assert len(svg.draw(SAMPLES[name], is_headed=True).encode()) <= 12 * 1024


def test_the_largest_charts_take_at_most_twelve_kilobytes():
    row = tuple(Mark(place * 1_234.5) for place in range(13))
    names = tuple(f"Owner with a name {place}" for place in range(13))
    days = tuple(f"day {place}" for place in range(366))
    largest = [
        Heat("heat", EUR, names, names, (row,) * 13),
        Lines("a year", EUR, days, tuple(Series(f"s{s}", tuple(Mark(s * d) for d in range(366))) for s in range(4))),
        Stacked(
            "two years",
            EUR,
            days[:24],
            tuple(Series(names[s], tuple(Mark(s + d) for d in range(24))) for s in range(7)),
        ),
        Columns("a year", COUNT, days, (Series("", tuple(Mark(d % 37) for d in range(366))),)),
    ]

    assert {chart.heading: len(svg.draw(chart)) for chart in largest if len(svg.draw(chart)) > 12 * 1024} == {}


def test_hostile_text_is_only_ever_text():
    chart = Bars(HOSTILE, COUNT, (Bar(HOSTILE, 1), Bar("x" * 500, 2)), HOSTILE)

    drawn = svg.draw(chart, is_headed=True)

    tree = ElementTree.fromstring(drawn)
    assert not [e.tag for e in tree.iter() if "script" in e.tag]
    assert "<script" not in drawn
    assert "\u202e" not in drawn
    assert tree.attrib["aria-label"] == '<script>alert("1")</script>& gpj.exe'


def test_a_label_that_is_cut_keeps_its_words_in_a_title():
    label = "Presentation to the whole buying committee of the customer"

    tree = _tree(Bars("b", COUNT, (Bar(label, 1),)), width=320, height=240)

    texts = [e for e in tree.iter(f"{NS}text") if e.find(f"{NS}title") is not None]
    assert [e.find(f"{NS}title").text for e in texts] == [label]  # type: ignore[union-attr]
    shown = "".join(texts[0].itertext()).removeprefix(label)
    assert shown.endswith("…")
    assert label.startswith(shown.removesuffix("…"))


def test_a_cut_does_not_part_a_letter_from_its_accent():
    text = "e\u0301" * 30

    shown = cut(text, 12, width_of("eeeee", 12))

    assert len(shown.removesuffix("…")) % 2 == 0


def test_lengths_of_bars_are_in_the_ratio_of_their_values():
    tree = _tree(Bars("b", COUNT, (Bar("a", 400), Bar("b", 100), Bar("c", 0), Bar("d", None))))

    widths = [float(e.attrib["width"]) for e in tree.iter(f"{NS}rect")]
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.01)
    assert widths[2:] == [0]


def test_bars_below_zero_go_to_the_left_of_zero():
    tree = _tree(Bars("b", EUR, (Bar("up", 60), Bar("down", -30))))

    up, down = tree.iter(f"{NS}rect")
    assert float(down.attrib["x"]) + float(down.attrib["width"]) == pytest.approx(float(up.attrib["x"]), abs=0.2)
    assert float(up.attrib["width"]) / float(down.attrib["width"]) == pytest.approx(2, rel=0.01)


def test_the_bucket_that_still_runs_is_drawn_apart():
    marks = tuple(Mark(value) for value in (3, 4, 2))
    over = {"heading": "h", "measure": COUNT, "buckets": ("a", "b", "c"), "series": (Series("", marks),)}

    for kind in (Columns, Lines):
        assert "stroke-dasharray" in svg.draw(kind(**over, is_partial=True))  # type: ignore[arg-type]
        assert "stroke-dasharray" not in svg.draw(kind(**over))  # type: ignore[arg-type]
    assert "c (so far): 2" in svg.draw(Columns(**over, is_partial=True))  # type: ignore[arg-type]


def test_a_line_has_a_gap_where_nothing_is_known():
    marks = tuple(Mark(value) for value in (3, 4, None, 2, 5))

    drawn = svg.draw(Lines("h", COUNT, ("a", "b", "c", "d", "e"), (Series("", marks),)))

    line = next(found for found in re.findall(r'd="([^"]+)" fill="none"', drawn))
    assert line.count("M") == 2


def test_marks_that_lead_somewhere_are_links_with_names_in_a_group():
    chart = Bars("Open deals", EUR, (Bar("Ada & Bo", 5_000, "/a/x/deals?f=owner:is:1&sort=-amount"), Bar("Cleo", 7)))

    tree = _tree(chart)

    assert tree.attrib["role"] == "group"
    links = [(e.attrib["href"], e.attrib["aria-label"]) for e in tree.iter(f"{NS}a")]
    assert links == [("/a/x/deals?f=owner:is:1&sort=-amount", "Ada & Bo: €5,000")]


@pytest.mark.parametrize("kind", ["columns", "stacked", "lines", "funnel", "heat"])
def test_every_kind_of_mark_can_lead_to_its_records(kind: str):
    marks = tuple(Mark(value, f"/m/{value}") for value in (3, 4))
    over = ("h", COUNT, ("a", "b"))
    chart: Chart = {
        "columns": Columns(*over, (Series("", marks),)),
        "stacked": Stacked(*over, (Series("s", marks),)),
        "lines": Lines(*over, (Series("s", marks),)),
        "funnel": Funnel("h", COUNT, (Step("a", 3, link="/m/3"), Step("b", 4, link="/m/4"))),
        "heat": Heat("h", COUNT, ("r",), ("a", "b"), (marks,)),
    }[kind]

    assert [e.attrib["href"] for e in _tree(chart).iter(f"{NS}a")] == ["/m/3", "/m/4"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "//elsewhere.example", "/\\elsewhere.example", "data:x", "http://a"]
)
def test_a_link_to_elsewhere_is_refused(link: str):
    with pytest.raises(InvalidInputError, match="links to"):
        Mark(1, link)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Bars("h", COUNT, ()),
        lambda: Bars("h", COUNT, (Bar("a", 1),) * 14),
        lambda: Columns("h", COUNT, ("a", "b"), (Series("", (Mark(1),)),)),
        lambda: Columns("h", COUNT, ("a",), (Series("a", (Mark(1),)), Series("b", (Mark(1),)))),
        lambda: Stacked("h", COUNT, ("a",), (Series("a", (Mark(-1),)),)),
        lambda: Heat("h", COUNT, ("a",), ("b", "c"), ((Mark(1),),)),
        lambda: svg.draw(SAMPLES["bars"], width=100),
    ],
)
def test_a_chart_that_cannot_be_read_is_refused_with_what_is_expected(make: object):
    with pytest.raises(InvalidInputError, match="expected"):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("values", "measure", "ticks"),
    [
        ([3, 4], COUNT, (0, 1, 2, 3, 4)),
        ([1], COUNT, (0, 1)),
        ([0], COUNT, (0, 1)),
        ([], COUNT, (0, 1)),
        ([905_000, 0], EUR, (0, 250_000, 500_000, 750_000, 1_000_000)),
        ([-80_500, 120_000], EUR, (-100_000, 0, 100_000, 200_000)),
        ([-5, -3], EUR, (-6, -4, -2, 0)),
    ],
)
def test_ticks_are_round_cover_the_values_and_hold_zero(values: list[float], measure: object, ticks: tuple[float, ...]):
    found = scale(values, measure)  # type: ignore[arg-type]

    assert found.ticks == pytest.approx(ticks)
    assert 0 in found.ticks


def test_lines_far_from_zero_need_not_begin_there():
    assert scale([0.61, 0.64], SHARE, from_zero=False).low > 0.5
    assert scale([0.2, 0.64], SHARE, from_zero=False).low == 0


def test_a_stack_is_as_tall_as_the_sum_of_its_parts():
    parts = tuple(Series(str(p), (Mark(p), Mark(p * 2))) for p in (10, 20, 30))

    tree = _tree(Stacked("h", COUNT, ("a", "b"), parts))

    found = re.findall(r"M([\d.]+) ([\d.]+)v-([\d.]+)", " ".join(e.attrib.get("d", "") for e in tree.iter(f"{NS}path")))
    heights = {x: sum(float(h) for x2, _, h in found if x2 == x) for x, _, _ in found}
    first, second = sorted(heights.values())
    assert second / first == pytest.approx(2, rel=0.05)


def test_a_spark_is_without_words_and_hidden_from_readers():
    drawn = svg.spark([1, None, 3, 2])

    assert 'aria-hidden="true"' in drawn
    assert "<text" not in drawn
    assert svg.spark([1]) == ""
    assert svg.spark([2, 2, 2])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["bars", "stacked", "heat", "figure"])
def test_png_is_a_picture_of_twice_the_size_with_its_text_in_it(name: str, theme: object):
    painted = png.paint(SAMPLES[name], theme=theme)  # type: ignore[arg-type]

    assert painted[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(painted[16:20]), int.from_bytes(painted[20:24])) == (960, 520)
    assert len(painted) < 60 * 1024


def test_png_writes_text_without_any_font_of_the_system():
    with_words = Bars("Heading", COUNT, (Bar("label", 1),))
    without = Bars(" ", COUNT, (Bar(" ", 1),))

    assert len(png.paint(with_words)) > len(png.paint(without)) + 1_000


def test_months_of_a_narrow_chart_do_not_touch():
    over = Columns("h", COUNT, MONTHS * 10, (Series("", (Mark(1),) * 120),))

    tree = _tree(over, width=320, height=240)

    labels = [e for g in tree.iter(f"{NS}g") if g.get("text-anchor") == "middle" for e in g]
    spans = sorted((float(e.attrib["x"]), width_of("".join(e.itertext()), 11)) for e in labels)
    assert len(spans) > 2
    assert all(b[0] - b[1] / 2 >= a[0] + a[1] / 2 for a, b in itertools.pairwise(spans))
