"""Authorizations on their way: a state works once, in time, in its own browser."""

import base64
import hashlib

import pytest

from hubspot_skill.domain.errors import SignInRefusedError
from hubspot_skill.service.flights import FLIGHT_S, Flights
from tests.manual_clock import ManualClock


async def test_a_state_comes_back_once_with_what_was_asked() -> None:
    flights = Flights(ManualClock())
    departure = flights.depart("s", hub_id="42")
    flight = flights.land("s", departure.state, departure.nonce)
    assert flight.hub_id == "42"
    digest = hashlib.sha256(flight.verifier.reveal().encode()).digest()
    assert departure.challenge == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    with pytest.raises(SignInRefusedError) as refused:
        flights.land("s", departure.state, departure.nonce)
    assert refused.value.reason == "unknown_state"


@pytest.mark.parametrize(("session", "is_own_nonce"), [("other", True), ("s", False)])
async def test_another_browser_or_session_burns_the_state_and_is_refused(session: str, is_own_nonce: bool) -> None:
    flights = Flights(ManualClock())
    departure = flights.depart("s")
    nonce = departure.nonce if is_own_nonce else flights.depart("s").nonce
    with pytest.raises(SignInRefusedError) as refused:
        flights.land(session, departure.state, nonce)
    assert refused.value.reason == "other_browser"
    with pytest.raises(SignInRefusedError) as again:
        flights.land("s", departure.state, departure.nonce)
    assert again.value.reason == "unknown_state"


async def test_a_state_is_too_late_after_ten_minutes() -> None:
    clock = ManualClock()
    flights = Flights(clock)
    departure = flights.depart("s")
    await clock.advance(FLIGHT_S)
    with pytest.raises(SignInRefusedError) as refused:
        flights.land("s", departure.state, departure.nonce)
    assert refused.value.reason == "expired_state"


async def test_a_hundred_begun_sign_ins_push_out_the_oldest_only() -> None:
    flights = Flights(ManualClock())
    departures = [flights.depart("s") for _ in range(101)]
    with pytest.raises(SignInRefusedError):
        flights.land("s", departures[0].state, departures[0].nonce)
    assert flights.land("s", departures[1].state, departures[1].nonce).hub_id == ""


async def test_nothing_that_left_with_the_browser_is_kept_as_it_is() -> None:
    flights = Flights(ManualClock())
    departure = flights.depart("s")
    kept = repr(vars(flights))
    assert departure.state not in kept
    assert departure.nonce not in kept


async def test_what_leaves_with_the_browser_is_not_in_its_text_form() -> None:
    departure = Flights(ManualClock()).depart("s")
    assert departure.state not in repr(departure)
    assert departure.nonce not in repr(departure)
