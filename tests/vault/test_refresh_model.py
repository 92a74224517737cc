"""The table of refresh steps, walked through every interleaving (trial R2)."""

import pytest

from hubspot_skill.vault.refresh_steps import ENDS, NEXT, Event, Step
from tests.trials.refresh_model import Provider, check

MISFORTUNES = (
    {"crashes": 1, "losses": 1},
    {"crashes": 1, "overruns": 1},
    {"losses": 1, "overruns": 1},
    {"overruns": 1, "uninstalls": 1},
)
WALKS: list[tuple[Provider, dict[str, int]]] = [
    *(("stable", m) for m in MISFORTUNES),
    *(("grace", m) for m in MISFORTUNES),
    *(("strict", m) for m in MISFORTUNES),
    ("newest", {"overruns": 1}),
    ("newest", {"losses": 1, "overruns": 1}),
]
OUTSIDE_THE_MODEL = {
    (Step.READ, Event.ABSENT),
    (Step.READ, Event.RESTING),
    (Step.SEND_ALTERNATE, Event.LATE),
}
"""Rows that end or repeat a walk without touching anything that the model holds."""


@pytest.fixture(scope="module")
def taken() -> set[tuple[Step, Event]]:
    return set()


@pytest.mark.parametrize(("provider", "misfortune"), WALKS, ids=lambda v: v if isinstance(v, str) else "+".join(v))
def test_no_interleaving_loses_a_grant_or_asks_twice_at_once(
    provider: Provider, misfortune: dict[str, int], taken: set[tuple[Step, Event]]
) -> None:
    result = check(provider, **misfortune)
    taken |= result.taken
    assert result.bad == []
    assert result.ends > 10


def test_the_walks_took_every_row_of_the_table(taken: set[tuple[Step, Event]]) -> None:
    assert set(NEXT) - taken == OUTSIDE_THE_MODEL


@pytest.mark.parametrize(
    ("row", "instead", "provider", "misfortune"),
    [
        ((Step.STORE, Event.MOVED), Step.READ, "newest", {"overruns": 1}),
        ((Step.SEND, Event.GONE), Step.END, "strict", {"losses": 1, "overruns": 1}),
        ((Step.LOOK, Event.ALTERNATE), Step.ASK, "newest", {"overruns": 1}),
        ((Step.SEND, Event.PASSING), Step.BACK_OFF_UNSENT, "strict", {"losses": 1}),
        ((Step.LEASE, Event.MISSED), Step.SEND, "stable", {"overruns": 1}),
    ],
)
def test_a_fault_planted_in_the_table_is_found(
    row: tuple[Step, Event], instead: Step, provider: Provider, misfortune: dict[str, int]
) -> None:
    assert check(provider, **misfortune, table={**NEXT, row: instead}).bad


def test_every_step_that_is_reached_goes_on_or_ends() -> None:
    begins = {step for step, _ in NEXT}
    assert set(NEXT.values()) - begins == ENDS
    assert begins | ENDS == set(Step)
