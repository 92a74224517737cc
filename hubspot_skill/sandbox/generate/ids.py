"""Record ids: one range per object type, the same in both portals, so that a mix-up of two accounts is not masked by ids.

An id is its range's start plus a step per index; the gap holds ids that never were records, such as losers of a merge.
"""

__all__ = ["ACTIVITY_SLOTS", "activity_id", "company_id", "contact_id", "custom_id", "deal_id", "loser_id", "ticket_id"]

ACTIVITY_SLOTS = 24
"""The most activities that one deal, contact or ticket can have."""

_STEP = 13


def contact_id(index: int) -> int:
    """Return the id of a contact."""
    return 51_000_101 + index * _STEP


def loser_id(index: int) -> int:
    """Return the id of the contact that was merged into this one."""
    return contact_id(index) + 6


def company_id(index: int) -> int:
    """Return the id of a company."""
    return 9_140_000_201 + index * _STEP


def deal_id(index: int) -> int:
    """Return the id of a deal."""
    return 7_300_000_301 + index * _STEP


def ticket_id(index: int) -> int:
    """Return the id of a ticket."""
    return 2_600_000_401 + index * _STEP


def custom_id(index: int) -> int:
    """Return the id of a record of the custom type."""
    return 33_000_501 + index * _STEP


def activity_id(family: int, index: int, slot: int) -> int:
    """Return the id of an activity: `family` 0 is a contact's, 1 a deal's, 2 a ticket's."""
    return 84_000_000_000 + (index * 4 + family) * ACTIVITY_SLOTS + slot
