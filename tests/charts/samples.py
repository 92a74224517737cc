"""One chart of every kind, with the labels that break charts: long, right to left, wide, hostile and empty."""

from __future__ import annotations

from decimal import Decimal

from hubspot_skill.charts.values import (
    Bar,
    Bars,
    Chart,
    Columns,
    Figure,
    Funnel,
    Heat,
    Lines,
    Mark,
    Measure,
    Series,
    Stacked,
    Step,
)
from hubspot_skill.domain.report import Unit

EUR = Measure(Unit.MONEY, "EUR")
COUNT = Measure()
SHARE = Measure(Unit.RATIO)
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 13))
HOSTILE = '<script>alert("1")</script>& \u202egpj.exe'
STAGES = (
    ("Appointment Scheduled", 1_240_000),
    ("Qualified To Buy", 812_345.5),
    ("Presentation to the whole buying committee of the customer", 640_000),
    ("مفاوضات العقد", 410_000),
    ("契約書送付済み", 95_000),
    (HOSTILE, 41_000),
    ("🎉 Won soon", 900),
    ("Paused", None),
)


def _marks(*values: float | None) -> tuple[Mark, ...]:
    return tuple(Mark(value) for value in values)


def _row(seed: int, size: int, top: float) -> tuple[Mark, ...]:
    return _marks(*(round(top * ((seed * 37 + place * 53) % 97) / 97) for place in range(size)))


SAMPLES: dict[str, Chart] = {
    "bars": Bars(
        "Open pipeline by stage: sum of the amounts of open deals, in the account's currency",
        EUR,
        (*(Bar(label, value) for label, value in STAGES), Bar("other (14)", 61_000, is_other=True)),
        "4 deals without amount left out",
    ),
    "change": Bars(
        "Change of won revenue by owner",
        EUR,
        (Bar("Ada", 120_000), Bar("Bo", -80_500), Bar("Cleo", 0), Bar("Dan", 15_000)),
    ),
    "columns": Columns(
        "Won revenue by month",
        EUR,
        MONTHS,
        (Series("", _marks(320e3, 410e3, 0, 505e3, 610e3, 580e3, 720e3, 690e3, 810e3, 760e3, 905e3, 240e3)),),
        is_partial=True,
    ),
    "stacked": Stacked(
        "New contacts by month and source",
        COUNT,
        MONTHS,
        tuple(
            Series(name, _row(place + 1, 12, 90), is_other=name == "other")
            for place, name in enumerate(
                ("Organic search", "Paid search", "E-mail", "Referrals", "Direct", "Offline", "other")
            )
        ),
        is_partial=True,
    ),
    "lines": Lines(
        "Win rate by month and owner",
        SHARE,
        MONTHS,
        (
            Series("Ada Chen", _marks(0.42, 0.44, 0.41, 0.47, 0.52, 0.5, 0.55, 0.49, 0.53, 0.58, 0.6, 0.4)),
            Series("Bo", _marks(0.32, 0.3, None, 0.36, 0.31, 0.35, 0.4, 0.38, None, 0.41, 0.39, 0.44)),
            Series("Cleo Katharina von Hohenstein-Waldburg", _marks(*[None] * 5, 0.2, *[None] * 4, 0.25, 0.3)),
        ),
        is_partial=True,
    ),
    "daily": Lines(
        "New contacts by day",
        COUNT,
        tuple(f"2026-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(300)),
        (Series("", _row(5, 300, 400)),),
    ),
    "funnel": Funnel(
        "Deals by the stage that they reached, created this year",
        COUNT,
        (
            Step("Appointment Scheduled", 812, None, Decimal("6.5")),
            Step("Qualified To Buy", 540, 0.665, 12),
            Step("Presentation Scheduled", 360, 0.667, 9.2),
            Step("Decision Maker Bought-In", 201, 0.558, 1),
            Step("Closed Won", 118, 0.587),
        ),
    ),
    "heat": Heat(
        "Open pipeline by owner and stage",
        EUR,
        ("Ada Chen", "Bo Berg", "Cleo Katharina von Hohenstein", "no owner"),
        ("Appointment", "Qualified", "Presentation", "Bought-In", "Contract"),
        (*(_row(seed, 5, 400_000) for seed in (1, 2, 3)), _marks(None, 0, 12_000, None, 3_000)),
    ),
    "figure": Figure(
        "Open pipeline",
        EUR,
        Decimal("3240150.75"),
        Decimal(2890000),
        0.1212,
        "1–23 Oct",
        trend=tuple(float(mark.value or 0) for mark in _row(3, 12, 300)),
    ),
}
