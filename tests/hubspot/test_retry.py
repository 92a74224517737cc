"""A failed call is tried again only when it is safe, worth it, and within its deadline and the account's budget."""

import pytest

from hubspot_skill.hubspot.retry import Again, RetryBudget, RetryRule, pause_before_retry

ALL, READS, NEVER = RetryRule(Again.ALL), RetryRule(Again.READS), RetryRule(Again.NEVER)


@pytest.mark.parametrize(
    ("rule", "attempt", "is_write", "left_s", "chance", "expected"),
    [
        (READS, 1, False, 30.0, 1.0, 0.5),
        (READS, 2, False, 30.0, 1.0, 1.0),
        (READS, 2, False, 30.0, 0.25, 0.25),
        (READS, 3, False, 30.0, 1.0, None),
        (READS, 1, True, 30.0, 1.0, None),
        (ALL, 1, True, 30.0, 1.0, 0.5),
        (ALL, 3, True, 30.0, 0.0, None),
        (NEVER, 1, False, 30.0, 0.0, None),
        (READS, 1, False, 0.4, 1.0, None),
        (RetryRule(Again.ALL, 2.0), 1, True, 30.0, 0.0, 2.0),
        (RetryRule(Again.ALL, 2.0), 1, True, 2.0, 0.0, None),
        (RetryRule(Again.READS, 86_400.0), 1, False, 30.0, 0.0, None),
    ],
)
def test_the_pause_before_a_retry(rule, attempt, is_write, left_s, chance, expected) -> None:
    found = pause_before_retry(rule, attempt=attempt, is_write=is_write, left_s=left_s, chance=chance)
    assert found == expected


def test_retries_are_a_tenth_of_the_last_minutes_calls_and_a_few_more() -> None:
    budget = RetryBudget()
    for n in range(300):
        budget.count_call(n / 10)
    assert sum(budget.spend(30.0) for _ in range(200)) == 40


def test_a_quiet_account_has_a_few_retries_and_gets_them_back_after_a_minute() -> None:
    budget = RetryBudget()
    assert sum(budget.spend(0.0) for _ in range(50)) == 10
    assert not budget.spend(59.0)
    assert budget.spend(60.5)
