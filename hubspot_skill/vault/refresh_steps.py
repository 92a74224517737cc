"""Draws how an access token is refreshed, as one table: a step, what it found, the next step.

The table holds every decision and no work; `refresh` does the work, and the model checker of the tests walks this
very table with several processes, crashes, lost answers and providers that rotate refresh tokens or not.

What the table is built on: a lease (one process asks HubSpot at a time), an intent (written before asking and cleared
only by an answer that tells, so that a crash leaves a trace) and a generation (a store is accepted only if nobody
stored since). A token that came back too late is kept as the alternate, because a provider that rotates may have
ended the other one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

__all__ = ["ENDS", "NEXT", "Event", "Step"]


class Step(StrEnum):
    """What a process does next; the last five end it."""

    READ = "read the row"
    WAIT = "wait for whoever holds the lease"
    LEASE = "take the lease and write the intent, in one transaction"
    SEND = "send the refresh token, if enough of the lease is left"
    STORE = "store the answer, if the generation is unchanged"
    KEEP = "keep a refused answer's refresh token as the alternate"
    LOOK = "read the row again and renew the lease"
    SEND_ALTERNATE = "send the alternate refresh token"
    ASK = "ask HubSpot whether the refresh token is alive"
    PAUSE = "give HubSpot a moment"
    LOOK_LAST = "read the row a last time and renew the lease"
    SEND_LAST = "send the refresh token a last time"
    END = "mark the connection as ended, if nothing has changed"
    BACK_OFF = "let the intent stand, drop the lease, rest for a growing time"
    BACK_OFF_UNSENT = "take the intent back, drop the lease, rest for a growing time"
    RELEASE = "take the intent back and drop the lease, unsent"
    BLAME_APP = "take the intent back and drop the lease: the app itself was refused"
    USE = "use the token of the row"
    FAIL_RESTING = "fail: no token for the moment"
    FAIL_ENDED = "fail: a person must connect again"
    FAIL_APP = "fail: the app's own credentials are refused"
    FAIL_ABSENT = "fail: there is no such connection"


class Event(StrEnum):
    """What a step found."""

    FRESH = "the row's token will do"
    DUE = "the token is due and nobody holds the lease"
    BUSY = "the token is due and somebody holds the lease"
    RESTING = "the token is due, and the last failure is too recent"
    ENDED = "the connection is marked as ended"
    ABSENT = "there is no such connection"
    ELAPSED = "the wait is over"
    TOO_LONG = "the caller's patience is over"
    TAKEN = "the lease is ours"
    MISSED = "somebody else was faster"
    GRANTED = "HubSpot gave tokens"
    GONE = "HubSpot says that the grant is gone"
    OURS = "HubSpot refuses the app's own credentials"
    PASSING = "HubSpot failed or its answer was lost"
    UNSENT = "HubSpot could not be reached; nothing was sent"
    LATE = "too little of the lease is left to send"
    STORED = "the answer is stored"
    MOVED = "somebody else has stored or holds the lease"
    KEPT = "the alternate is kept, or was not needed"
    SAME = "nothing has changed, and there is no alternate"
    ALTERNATE = "nothing has changed, and there is an alternate"
    INACTIVE = "HubSpot says that the token is dead"
    ACTIVE = "HubSpot says that the token is alive"
    DONE = "it is written"


ENDS = frozenset({Step.USE, Step.FAIL_RESTING, Step.FAIL_ENDED, Step.FAIL_APP, Step.FAIL_ABSENT})


def _sending(step: Step, when_gone: Step) -> dict[tuple[Step, Event], Step]:
    return {
        (step, Event.GRANTED): Step.STORE,
        (step, Event.GONE): when_gone,
        (step, Event.OURS): Step.BLAME_APP,
        (step, Event.PASSING): Step.BACK_OFF,
        (step, Event.UNSENT): Step.BACK_OFF_UNSENT,
        (step, Event.LATE): Step.RELEASE,
    }


NEXT: Mapping[tuple[Step, Event], Step] = MappingProxyType(
    {
        (Step.READ, Event.FRESH): Step.USE,
        (Step.READ, Event.DUE): Step.LEASE,
        (Step.READ, Event.BUSY): Step.WAIT,
        (Step.READ, Event.RESTING): Step.FAIL_RESTING,
        (Step.READ, Event.ENDED): Step.FAIL_ENDED,
        (Step.READ, Event.ABSENT): Step.FAIL_ABSENT,
        (Step.WAIT, Event.ELAPSED): Step.READ,
        (Step.WAIT, Event.TOO_LONG): Step.FAIL_RESTING,
        (Step.LEASE, Event.TAKEN): Step.SEND,
        (Step.LEASE, Event.MISSED): Step.WAIT,
        **_sending(Step.SEND, Step.LOOK),
        (Step.STORE, Event.STORED): Step.USE,
        (Step.STORE, Event.MOVED): Step.KEEP,
        (Step.KEEP, Event.KEPT): Step.READ,
        (Step.LOOK, Event.MOVED): Step.READ,
        (Step.LOOK, Event.ALTERNATE): Step.SEND_ALTERNATE,
        (Step.LOOK, Event.SAME): Step.ASK,
        **_sending(Step.SEND_ALTERNATE, Step.ASK),
        (Step.ASK, Event.INACTIVE): Step.END,
        (Step.ASK, Event.ACTIVE): Step.PAUSE,
        (Step.ASK, Event.PASSING): Step.PAUSE,
        (Step.ASK, Event.OURS): Step.BLAME_APP,
        (Step.PAUSE, Event.ELAPSED): Step.LOOK_LAST,
        (Step.LOOK_LAST, Event.MOVED): Step.READ,
        (Step.LOOK_LAST, Event.SAME): Step.SEND_LAST,
        (Step.LOOK_LAST, Event.ALTERNATE): Step.SEND_LAST,
        **_sending(Step.SEND_LAST, Step.END),
        (Step.END, Event.DONE): Step.FAIL_ENDED,
        (Step.END, Event.MOVED): Step.READ,
        (Step.BACK_OFF, Event.DONE): Step.FAIL_RESTING,
        (Step.BACK_OFF_UNSENT, Event.DONE): Step.FAIL_RESTING,
        (Step.RELEASE, Event.DONE): Step.READ,
        (Step.BLAME_APP, Event.DONE): Step.FAIL_APP,
    }
)
