"""Clocks that are corrected, wrong from the start or asleep: one refresh of an account at most, no ended token used."""

from pathlib import Path

from tests.trials.clock_jumps import jump_clocks, skew_clocks


async def test_each_jump_of_the_clock_costs_an_account_one_refresh_at_most(tmp_path: Path) -> None:
    """Trial R4: six kinds of jumps, two processes of one machine."""
    jumped = await jump_clocks(tmp_path, jumps=6, accounts=2, processes=2, seed=6)
    assert (jumped.jumps, jumped.most, jumped.refreshes) == (6, 1, 12)
    assert (jumped.ended_in_use, jumped.failed) == (0, 0)
    assert jumped.calls > 6 * 90


async def test_machines_with_wrong_clocks_on_one_server_refresh_an_ended_token_once(tmp_path: Path) -> None:
    """Trial R4, the skew: calendars that are wrong by up to ten minutes, where the server's clock counts."""
    skewed = await skew_clocks(tmp_path, rounds=2, processes=3)
    assert (skewed.refreshes, skewed.most) == (2, 1)
    assert (skewed.calls, skewed.ended_in_use, skewed.failed) == (12, 0, 0)
