"""What everyday words in a question are taken for."""

import pytest

from hubspot_skill.domain.errors import AmbiguousNameError
from hubspot_skill.domain.report import By, NoneOf, Op, Question
from hubspot_skill.domain.report import Test as Condition
from hubspot_skill.service.reports.resolve import object_of

STAGE_IS = Condition("dealstage", Op.IS, ("Proposal",))


@pytest.mark.parametrize("word", ["conversion", "Conversion rate"])
def test_conversion_without_a_stage_is_asked_back(word: str) -> None:
    with pytest.raises(AmbiguousNameError) as raised:
        object_of(Question(metrics=(word,), by=(By("owner"),)))
    assert [c.id for c in raised.value.candidates] == [
        "win_rate", "win_rate_cohort", "stage_conversion", "lifecycle_conversion",
    ]  # fmt: skip


@pytest.mark.parametrize("named", [{"by": (By("Stage"),)}, {"where": (STAGE_IS,)}, {"where": (NoneOf((STAGE_IS,)),)}])
def test_conversion_with_a_stage_is_that_of_deals(named: dict[str, tuple[object, ...]]) -> None:
    assert object_of(Question(metrics=("conversion",), **named)) == "deal"
