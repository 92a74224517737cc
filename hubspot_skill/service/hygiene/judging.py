"""Says which values of a record are doubtful: missing, invalid, stale, or without an owner who is there. Pure.

- missing: the property is empty.
- invalid: it holds what its definition does not allow (a number, day, option that is none), an address, domain or number
  of a form that cannot be right, or an open deal's close date that has passed.
- ownerless: nobody owns the record, or its owner is deactivated or unknown.
- stale: nothing was logged on it and it was not created within so many days (HubSpot's last activity date; its date of
  modification moves with HubSpot's own recalculations and says nothing).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.records import PropertyValue, Record
from hubspot_skill.domain.schema import Owner, Property, PropertyType
from hubspot_skill.service.hygiene.matching import phone_key

__all__ = ["LOOKED_AT", "Doubt", "DoubtKind", "Judge", "needed"]

_OWNER = PropertyName("hubspot_owner_id")
_LAST_ACTIVITY = PropertyName("notes_last_updated")
_IS_CLOSED = PropertyName("hs_is_closed")
_CLOSE_DATE = PropertyName("closedate")
_ADDRESS = re.compile(r"[^@\s,;<>()]+@(?:[\w-]+\.)+\w{2,}")
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")
_MOST_DIGITS = 15


class DoubtKind(StrEnum):
    """What is doubtful."""

    MISSING = "missing"
    INVALID = "invalid"
    OWNERLESS = "ownerless"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One kind of doubt about one property; a record without an owner or activity is doubted as a whole."""

    kind: DoubtKind
    name: str

    @property
    def key(self) -> str:
        """The word by which a plan takes it up, such as missing:email."""
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


LOOKED_AT: Mapping[str, tuple[str, ...]] = {
    "contacts": ("email", "firstname", "lastname", "company", "phone", "lifecyclestage"),
    "companies": ("name", "domain", "industry", "country", "phone", "lifecyclestage"),
    "deals": ("dealname", "amount", "closedate", "dealstage", "hs_next_step"),
    "tickets": ("subject", "hs_pipeline_stage", "hs_ticket_priority"),
}
"""The properties that are looked at unless others are named."""


def needed(type: ObjectType, names: Sequence[str]) -> tuple[str, ...]:
    """Give the properties that have to be read to judge these."""
    extra = (_OWNER, _LAST_ACTIVITY, type.created, _IS_CLOSED)
    return tuple(dict.fromkeys([*names, *extra]))


class Judge:
    """Judges records of one type by one account's definitions, at one moment."""

    def __init__(
        self,
        type: ObjectType,
        looked_at: Sequence[Property],
        *,
        has: Collection[str],
        owners: Sequence[Owner] | None,
        stale_days: int,
        now: datetime,
    ) -> None:
        """`has` names the properties that were read; without `owners` (the token may not read them) only none is doubtful."""
        self._type = type
        self._looked_at = [prop for prop in looked_at if prop.name != _OWNER]
        self._has_owner = _OWNER in has
        self._has_activity = _LAST_ACTIVITY in has
        self._active = None if owners is None else {owner.id for owner in owners if owner.is_active}
        self._stale_before = now.astimezone(UTC) - timedelta(days=stale_days)
        self._today = now.date()

    def doubts(self, record: Record) -> Iterator[Doubt]:
        """Give everything that is doubtful about a record."""
        for prop in self._looked_at:
            value = record.properties.get(prop.name)
            if value in (None, "", ()):
                yield Doubt(DoubtKind.MISSING, prop.name)
            elif not self._is_valid(prop, value, record):
                yield Doubt(DoubtKind.INVALID, prop.name)
        owner = record.properties.get(_OWNER)
        if self._has_owner and (not owner or (self._active is not None and str(owner) not in self._active)):
            yield Doubt(DoubtKind.OWNERLESS, "")
        if self._has_activity and self._is_stale(record):
            yield Doubt(DoubtKind.STALE, "")

    def _is_valid(self, prop: Property, value: PropertyValue, record: Record) -> bool:
        if prop.type in (PropertyType.NUMBER, PropertyType.BOOL, PropertyType.DATE, PropertyType.DATETIME):
            return not isinstance(value, str) and not self._has_passed(prop, value, record)
        if prop.type is PropertyType.ENUMERATION:
            known = {option.value for option in prop.options}
            given = value if isinstance(value, tuple) else (str(value),)
            return prop.is_owner or not known or known.issuperset(given)
        text = str(value).strip()
        if prop.name == "email":
            return _ADDRESS.fullmatch(text) is not None
        if prop.name == "domain":
            return _DOMAIN.fullmatch(text.lower()) is not None
        if prop.type is PropertyType.PHONE_NUMBER or prop.name in ("phone", "mobilephone", "fax"):
            return bool(phone_key(text)) and sum(c.isdigit() for c in text) <= _MOST_DIGITS
        return True

    def _has_passed(self, prop: Property, value: PropertyValue, record: Record) -> bool:
        if prop.name != _CLOSE_DATE or self._type.name != "deals" or record.properties.get(_IS_CLOSED) is not False:
            return False
        day = value.date() if isinstance(value, datetime) else value
        return isinstance(day, date) and day < self._today

    def _is_stale(self, record: Record) -> bool:
        moments = (record.properties.get(_LAST_ACTIVITY), record.properties.get(self._type.created), record.created_at)
        known = [moment for moment in moments if isinstance(moment, datetime)]
        return bool(known) and max(known) < self._stale_before
