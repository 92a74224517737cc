"""Sessions by one-time link: what makes one, what ends it, and how guessing is slowed."""

from hubspot_skill.access.sessions import (
    ABSOLUTE_S,
    ATTEMPT_WINDOW_S,
    ATTEMPTS,
    IDLE_S,
    LINK_S,
    MOST,
    MOST_ADDRESSES,
    Attempts,
    Sessions,
)
from tests.manual_clock import ManualClock


async def test_a_link_makes_one_session_and_no_second() -> None:
    sessions = Sessions(ManualClock())
    link = sessions.new_link()
    entered = sessions.enter(link)
    assert entered is not None
    assert sessions.enter(link) is None
    found = sessions.find(entered.id)
    assert found is not None
    assert found.csrf == entered.session.csrf


async def test_a_link_ends_after_ten_minutes_and_a_false_one_never_works() -> None:
    clock = ManualClock()
    sessions = Sessions(clock)
    link = sessions.new_link()
    assert sessions.enter("guess") is None
    await clock.advance(LINK_S)
    assert sessions.enter(link) is None


async def test_a_session_lives_while_it_is_used_but_not_past_twelve_hours() -> None:
    clock = ManualClock()
    sessions = Sessions(clock)
    entered = sessions.enter(sessions.new_link())
    assert entered is not None
    passed_s = 0.0
    while passed_s + IDLE_S / 2 < ABSOLUTE_S:
        await clock.advance(IDLE_S / 2)
        passed_s += IDLE_S / 2
        assert sessions.find(entered.id) is not None
    await clock.advance(IDLE_S / 2)
    assert sessions.find(entered.id) is None


async def test_a_session_ends_after_thirty_idle_minutes() -> None:
    clock = ManualClock()
    sessions = Sessions(clock)
    entered = sessions.enter(sessions.new_link())
    assert entered is not None
    await clock.advance(IDLE_S)
    assert sessions.find(entered.id) is None
    assert sessions.alive() == ()


async def test_entering_again_ends_the_session_that_the_browser_had() -> None:
    sessions = Sessions(ManualClock())
    first = sessions.enter(sessions.new_link())
    assert first is not None
    second = sessions.enter(sessions.new_link(), instead_of=first.id)
    assert second is not None
    assert second.id != first.id
    assert sessions.find(first.id) is None
    assert len(sessions.alive()) == 1


async def test_ending_all_sessions_burns_unused_links_too() -> None:
    sessions = Sessions(ManualClock())
    entered = sessions.enter(sessions.new_link())
    link = sessions.new_link()
    assert entered is not None
    assert sessions.end_all() == 1
    assert sessions.find(entered.id) is None
    assert sessions.enter(link) is None


async def test_only_the_sessions_own_csrf_token_is_taken() -> None:
    sessions = Sessions(ManualClock())
    mine = sessions.enter(sessions.new_link())
    other = sessions.enter(sessions.new_link())
    assert mine is not None
    assert other is not None
    assert mine.session.takes(mine.session.csrf)
    assert not mine.session.takes(other.session.csrf)
    assert not mine.session.takes("")


async def test_no_secret_is_kept_as_it_is() -> None:
    sessions = Sessions(ManualClock())
    link = sessions.new_link()
    entered = sessions.enter(sessions.new_link())
    assert entered is not None
    kept = repr(vars(sessions))
    assert link not in kept
    assert entered.id not in kept


async def test_the_eleventh_failed_attempt_of_an_address_has_to_wait() -> None:
    clock = ManualClock()
    attempts = Attempts(clock)
    for _ in range(ATTEMPTS):
        assert attempts.wait_s("127.0.0.1") == 0
        attempts.failed("127.0.0.1")
        await clock.advance(1)
    assert attempts.wait_s("127.0.0.1") == ATTEMPT_WINDOW_S - ATTEMPTS
    assert attempts.wait_s("127.0.0.2") == 0
    await clock.advance(ATTEMPT_WINDOW_S - ATTEMPTS)
    assert attempts.wait_s("127.0.0.1") == 0


async def test_a_link_that_may_only_connect_makes_such_a_session() -> None:
    sessions = Sessions(ManualClock())
    narrow = sessions.enter(sessions.new_link(only_connect=True))
    wide = sessions.enter(sessions.new_link())
    assert narrow is not None
    assert wide is not None
    assert narrow.session.only_connect
    assert not wide.session.only_connect


async def test_links_that_a_chat_makes_without_end_leave_those_of_a_terminal_alone() -> None:
    sessions = Sessions(ManualClock())
    from_terminal = sessions.new_link()
    from_chat = [sessions.new_link(only_connect=True) for _ in range(MOST + 1)]
    assert sessions.enter(from_chat[0]) is None
    assert sessions.enter(from_chat[1]) is not None
    assert sessions.enter(from_terminal) is not None


async def test_sessions_made_without_end_push_out_the_oldest_of_their_kind_only() -> None:
    sessions = Sessions(ManualClock())
    whole = sessions.enter(sessions.new_link())
    narrow = [sessions.enter(sessions.new_link(only_connect=True)) for _ in range(MOST + 1)]
    assert whole is not None
    assert sessions.find(whole.id) is not None
    alive = [sessions.find(entered.id) is not None for entered in narrow if entered is not None]
    assert alive == [False, *[True] * MOST]


async def test_failed_attempts_are_remembered_of_so_many_addresses_and_no_more() -> None:
    attempts = Attempts(ManualClock())
    for number in range(3 * MOST_ADDRESSES):
        attempts.failed(f"address {number}")
    [kept] = vars(attempts).keys() - {"_clock"}
    assert len(vars(attempts)[kept]) <= MOST_ADDRESSES


async def test_no_secret_of_a_session_is_in_its_text_form() -> None:
    sessions = Sessions(ManualClock())
    entered = sessions.enter(sessions.new_link())
    assert entered is not None
    assert entered.id not in repr(entered)
    assert entered.session.csrf not in repr(entered)
