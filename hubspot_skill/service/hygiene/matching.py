"""Says which records are one and the same, and which of them to keep. Pure.

Evidence, each of it told with a group:

- email: contacts with the same mailbox (case, tags after "+" and Gmail's dots do not matter), additional addresses counted.
- domain: companies with the same domain, else website host, without "www."; addresses of free mail services do not count.
- phone: companies with the same number; contacts with the same number who share a word of their names, since a number is
  often a switchboard's. The last nine digits are compared, as HubSpot's own search leaves the country code out.
- name: companies of nearly one name without legal form, unless both have domains and these differ; contacts of nearly one full
  name (in any order) who share a company, an address's domain or a number; deals of nearly one name in one pipeline with the
  same amount and close date. Nearly one: at most one letter apart (added, missing, other, or two swapped) in nine tenths
  equal, and no other digits.

A group is sure when an email or a domain says so, else likely. Records are joined transitively, whatever the evidence.
The one to keep has the most deals, then the most links to other records, the most filled values, the latest change, the lowest id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hubspot_skill.domain.names import COMPANIES, CONTACTS, DEALS, ObjectType, PropertyName
from hubspot_skill.domain.records import Record
from hubspot_skill.service.references import name_of
from hubspot_skill.service.words.alike import core_name, is_alike
from hubspot_skill.service.words.nearest import fold

__all__ = ["COMPARED", "Evidence", "EvidenceKind", "Group", "kinds_for", "mailbox", "phone_key", "same_records"]

_FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "gmx.com",
        "web.de",
        "t-online.de",
        "proton.me",
        "protonmail.com",
        "mail.com",
        "yandex.com",
        "qq.com",
        "163.com",
    ]
)
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_PHONE_DIGITS = 9
_FEWEST_DIGITS = 7
_SHORTEST = 2
_MOST_HELD = 300
"""With how many holders of one and the same text a record is compared; beyond that they are joined through others."""


class EvidenceKind(StrEnum):
    """What makes records the same."""

    EMAIL = "email"
    DOMAIN = "domain"
    NAME = "name"
    PHONE = "phone"


COMPARED: Mapping[str, tuple[str, ...]] = {
    "contacts": (
        "email",
        "hs_additional_emails",
        "firstname",
        "lastname",
        "company",
        "phone",
        "mobilephone",
        "num_associated_deals",
        "jobtitle",
        "lifecyclestage",
        "hubspot_owner_id",
        "createdate",
        "lastmodifieddate",
    ),
    "companies": (
        "name",
        "domain",
        "website",
        "phone",
        "num_associated_deals",
        "num_associated_contacts",
        "industry",
        "city",
        "country",
        "hubspot_owner_id",
        "createdate",
        "hs_lastmodifieddate",
    ),
    "deals": (
        "dealname",
        "amount",
        "closedate",
        "pipeline",
        "dealstage",
        "num_associated_contacts",
        "hubspot_owner_id",
        "createdate",
        "hs_lastmodifieddate",
    ),
}
"""The properties that are read of each type that can be compared."""

_KINDS: Mapping[str, tuple[EvidenceKind, ...]] = {
    "contacts": (EvidenceKind.EMAIL, EvidenceKind.PHONE, EvidenceKind.NAME),
    "companies": (EvidenceKind.DOMAIN, EvidenceKind.PHONE, EvidenceKind.NAME),
    "deals": (EvidenceKind.NAME,),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason why two or more records of a group are the same; `value` is what they share."""

    kind: EvidenceKind
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are one and the same, the one to keep first; `why` says what speaks for it."""

    records: tuple[Record, ...]
    evidence: tuple[Evidence, ...]
    why: str

    @property
    def is_sure(self) -> bool:
        """True where an email or domain says so."""
        return any(e.kind in (EvidenceKind.EMAIL, EvidenceKind.DOMAIN) for e in self.evidence)


def kinds_for(type: ObjectType) -> tuple[EvidenceKind, ...]:
    """Give the evidence that a type can have, none where its records are not compared."""
    return _KINDS.get(type.name, ())


def same_records(type: ObjectType, records: Sequence[Record], kinds: Iterable[EvidenceKind]) -> tuple[Group, ...]:
    """Group records that are one and the same; the sure groups first, then the larger ones."""
    wanted = frozenset(kinds)
    joined = _Joined(records)
    for kind in kinds_for(type):
        if kind in wanted:
            for one, other, value in _pairs(type, records, kind):
                joined.join(one, other, Evidence(kind, value))
    found = [_group(type, members, evidence) for members, evidence in joined.groups()]
    return tuple(sorted(found, key=lambda g: (not g.is_sure, -len(g.records), int(g.records[0].id))))


def mailbox(address: str) -> str:
    """Give the one form of an address in which equal mailboxes are equal; empty where it is none."""
    local, at, host = address.strip().lower().rpartition("@")
    if not at or not local or "." not in host:
        return ""
    local = local.partition("+")[0]
    if host in _GMAIL:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def phone_key(text: str) -> str:
    """Give the digits by which numbers are compared; empty where there are fewer than seven."""
    number = re.split(r"(?i)\s*(?:ext\.?|x|#|;)\s*\d+\s*$", text.strip())[0]
    digits = "".join(c for c in number if c.isdigit()).lstrip("0")
    return digits[-_PHONE_DIGITS:] if len(digits) >= _FEWEST_DIGITS else ""


class _Joined:
    """Records joined pair by pair (union-find), with what joined them."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._parent = list(range(len(records)))
        self._evidence: list[tuple[int, Evidence]] = []

    def join(self, one: int, other: int, evidence: Evidence) -> None:
        first, second = self._root(one), self._root(other)
        self._parent[max(first, second)] = min(first, second)
        self._evidence.append((one, evidence))

    def groups(self) -> Iterator[tuple[list[Record], tuple[Evidence, ...]]]:
        members: dict[int, list[Record]] = {}
        for place, record in enumerate(self._records):
            members.setdefault(self._root(place), []).append(record)
        evidence: dict[int, dict[Evidence, None]] = {}
        for place, each in self._evidence:
            evidence.setdefault(self._root(place), {})[each] = None
        for root, found in evidence.items():
            yield members[root], tuple(found)

    def _root(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place


def _pairs(type: ObjectType, records: Sequence[Record], kind: EvidenceKind) -> Iterator[tuple[int, int, str]]:
    match kind:
        case EvidenceKind.EMAIL:
            yield from _equal(records, _mailboxes)
        case EvidenceKind.DOMAIN:
            yield from _equal(records, _domains)
        case EvidenceKind.PHONE:
            pairs = _equal(records, _phones)
            is_any = type.name != CONTACTS.name
            yield from (p for p in pairs if is_any or _share_a_word(records[p[0]], records[p[1]]))
        case EvidenceKind.NAME:
            yield from _near(type, records)


def _equal(records: Sequence[Record], keys_of: Callable[[Record], Iterable[str]]) -> Iterator[tuple[int, int, str]]:
    """Pair each record with all earlier ones of the same key that may differ in what is asked besides."""
    holders: dict[str, list[int]] = {}
    for place, record in enumerate(records):
        for key in dict.fromkeys(keys_of(record)):
            for earlier in holders.setdefault(key, [])[:_MOST_HELD]:
                yield earlier, place, key
            holders[key].append(place)


def _mailboxes(record: Record) -> Iterator[str]:
    addresses = [_text(record, "email"), *_text(record, "hs_additional_emails").split(";")]
    return (found for address in addresses if (found := mailbox(address)))


def _domains(record: Record) -> Iterator[str]:
    host = _host(_text(record, "domain")) or _host(_text(record, "website"))
    if host and host not in _FREE_MAIL:
        yield host


def _phones(record: Record) -> Iterator[str]:
    return (key for name in ("phone", "mobilephone") if (key := phone_key(_text(record, name))))


def _near(type: ObjectType, records: Sequence[Record]) -> Iterator[tuple[int, int, str]]:
    """Pair records of nearly one name and the same circumstances: texts that are one letter apart share a text without it."""
    holders: dict[str, list[int]] = {}
    names = [_compared_name(type, record) for record in records]
    for place, (record, name) in enumerate(zip(records, names, strict=True)):
        if len(name) < _SHORTEST:
            continue
        without = dict.fromkeys([name, *(name[:cut] + name[cut + 1 :] for cut in range(len(name)))])
        met: set[int] = set()
        for circumstance in _circumstances(type, record):
            for text in without:
                held = holders.setdefault(f"{circumstance}\0{text}", [])
                met.update(held[:_MOST_HELD])
                held.append(place)
        for earlier in sorted(met - {place}):
            if _is_one_name(names[earlier], name) and _fits(type, records[earlier], record):
                yield earlier, place, name_of(record)


def _circumstances(type: ObjectType, record: Record) -> Iterable[str]:
    """Give what else two records of nearly one name have to share, any of it."""
    if type.name == DEALS.name:
        return [f"{_text(record, 'pipeline')} {_text(record, 'amount')} {_text(record, 'closedate')[:10]}"]
    if type.name == COMPANIES.name:
        return [""]
    hosts = {address.partition("@")[2] for address in _mailboxes(record)} - _FREE_MAIL
    company = core_name(_text(record, "company"))
    return dict.fromkeys([*([company] if company else []), *sorted(hosts), *_phones(record)])


def _compared_name(type: ObjectType, record: Record) -> str:
    if type.name == COMPANIES.name:
        return core_name(_text(record, "name"))
    if type.name == CONTACTS.name:
        words = [w for n in ("firstname", "lastname") for w in re.findall(r"\w+", fold(_text(record, n)))]
        return "".join(sorted(words)) if len(words) > 1 else ""
    return fold(_text(record, "dealname"))


def _is_one_name(one: str, other: str) -> bool:
    """Tell whether two names are nearly one; names that differ in their numbers are not."""
    return one == other or (re.findall(r"\d+", one) == re.findall(r"\d+", other) and is_alike(one, other))


def _fits(type: ObjectType, one: Record, other: Record) -> bool:
    """Tell whether nothing speaks against two records of nearly one name being the same."""
    if type.name != COMPANIES.name:
        return True
    hosts = [next(_domains(r), "") for r in (one, other)]
    return not all(hosts) or hosts[0] == hosts[1]


def _share_a_word(one: Record, other: Record) -> bool:
    words = [{w for n in ("firstname", "lastname") for w in fold(_text(r, n)).split()} for r in (one, other)]
    return not all(words) or not words[0].isdisjoint(words[1])


def _host(text: str) -> str:
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/")[0].split("?")[0].partition(":")[0]
    host = host.removeprefix("www.").rstrip(".")
    return host if "." in host and " " not in host else ""


def _text(record: Record, name: str) -> str:
    value = record.properties.get(PropertyName(name))
    return "" if value is None else str(value)


def _group(type: ObjectType, members: Sequence[Record], evidence: tuple[Evidence, ...]) -> Group:
    ranked = sorted(members, key=lambda r: (*(-n for n in _merits(type, r)), int(r.id)))
    first, second = (_merits(type, r) for r in ranked[:2])
    told = next((text for a, b, text in zip(first, second, _MERITS, strict=True) if a != b), "it has the lowest id")
    return Group(tuple(ranked), evidence, told)


_MERITS = ("it has the most deals", "it has the most links", "it has the most values", "it was changed last")


def _merits(type: ObjectType, record: Record) -> tuple[float, ...]:
    deals, links = (_number(record, n) for n in ("num_associated_deals", "num_associated_contacts"))
    filled = sum(value not in (None, "", ()) for value in record.properties.values())
    modified = record.properties.get(type.modified)
    at = getattr(modified, "timestamp", None)
    return (deals, links, filled, float(at()) if at is not None else 0.0)


def _number(record: Record, name: str) -> float:
    text = _text(record, name)
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0
