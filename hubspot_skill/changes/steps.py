"""One change of one record as it is planned, sent and judged: its images, its state and how it ended.

An image holds values as text in one canonical form, so that two images are equal where HubSpot would show the same.
The link of two records is one entry of an image, under `LINK`: its types, sorted, or the empty text.
States: PLANNED → APPROVED → SENDING → APPLIED | FAILED | UNKNOWN → RECONCILED; how a step ended is its `Outcome`.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from pydantic import TypeAdapter

from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.records import LinkType
from hubspot_skill.domain.schema import Property, PropertyType
from hubspot_skill.domain.writes import Link, NewLink
from hubspot_skill.foundation.crypto import context_bytes

__all__ = [
    "LINK",
    "MERGED_IDS",
    "STEP",
    "STEP_RESULT",
    "Form",
    "Image",
    "JournalStep",
    "Outcome",
    "State",
    "Step",
    "StepKind",
    "StepResult",
    "Thing",
    "canonical",
    "digest",
    "form_of",
    "link_text",
    "link_types",
]

Image = Mapping[PropertyName, str]

LINK = PropertyName("association")
"""The entry of an image that holds a link's types; no property of HubSpot's has to be called so."""
MERGED_IDS = PropertyName("hs_merged_object_ids")
_EPOCH_DIGITS = 12


class StepKind(StrEnum):
    """What a step sends; an upsert has become a create or an update by then."""

    CREATE = "create"
    UPDATE = "update"
    ASSOCIATE = "associate"
    DISSOCIATE = "dissociate"
    ARCHIVE = "archive"
    MERGE = "merge"
    DEFINE = "define"
    REDEFINE = "redefine"
    REMOVE = "remove"


class Thing(StrEnum):
    """What of an account can be changed beside its records, by DEFINE, REDEFINE and REMOVE; see `things`."""

    PROPERTY = "property"
    GROUP = "group"
    PIPELINE = "pipeline"
    STAGE = "stage"
    CAMPAIGN = "campaign"


class State(StrEnum):
    """How far the journal has followed a step."""

    PLANNED = "planned"
    APPROVED = "approved"
    SENDING = "sending"
    APPLIED = "applied"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RECONCILED = "reconciled"


class Outcome(StrEnum):
    """How a step ended; OPEN while that is not known.

    DONE: read back as planned. CONFLICT: the record was not as it was when planned, so nothing was sent. CONTESTED: our write
    was overwritten by somebody since. NOT_TAKEN: HubSpot took the write but keeps another value. REFUSED: HubSpot
    refused it. GONE: the record is no longer there.
    """

    OPEN = "open"
    DONE = "done"
    CONFLICT = "conflict"
    CONTESTED = "contested"
    NOT_TAKEN = "not_taken"
    REFUSED = "refused"
    GONE = "gone"


class Form(StrEnum):
    """How the text of a property is brought to its canonical form."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    DAY = "day"
    MOMENT = "moment"
    OPTIONS = "options"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Step:
    """One planned change.

    `round`: later rounds are sent after earlier ones. `before` holds what changes and what HubSpot changes with it
    (`watched`), `after` only what changes. `key` is a unique value of a new record that others know too (an email),
    `reference` one that only this step knows: either finds the record after a lost answer. `tag` is such a value of a
    property that is not unique, so that only a search finds it. `thing` is set where no record is meant; `id` is then the
    name of a property or group, the id of anything else, `parent` the pipeline of a stage, and `uses` how many records lose something by it. `name` is what
    the record was called when it was planned, for people.
    """

    place: int
    kind: StepKind
    type: ObjectType
    id: str = ""
    before: Image = field(default_factory=dict[PropertyName, str])
    after: Image = field(default_factory=dict[PropertyName, str])
    forms: Mapping[PropertyName, Form] = field(default_factory=dict[PropertyName, Form])
    watched: tuple[PropertyName, ...] = ()
    links: tuple[NewLink, ...] = ()
    link: Link | None = None
    other_id: str = ""
    key: tuple[PropertyName, str] | None = None
    reference: tuple[PropertyName, str] | None = None
    tag: tuple[PropertyName, str] | None = None
    thing: Thing | None = None
    parent: str = ""
    uses: int = 0
    round: int = 0
    name: str = ""

    def form(self, name: PropertyName) -> Form:
        """Give the form of a property's text."""
        return self.forms.get(name, Form.TEXT)


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended, with the id of its record, what of its watched values was read back, and words for people."""

    state: State
    outcome: Outcome = Outcome.OPEN
    id: str = ""
    seen: Image = field(default_factory=dict[PropertyName, str])
    differing: Image = field(default_factory=dict[PropertyName, str])
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class JournalStep:
    """A step as the journal knows it; `attempts` counts how often it was about to be sent."""

    plan_id: str
    step: Step
    state: State
    result: StepResult
    attempts: int = 0

    @property
    def id(self) -> str:
        """The id of the step's record, empty while a new one has none."""
        return self.result.id or self.step.id


STEP: TypeAdapter[Step] = TypeAdapter(Step)
STEP_RESULT: TypeAdapter[StepResult] = TypeAdapter(StepResult)


def digest(steps: Iterable[Step], *place: str) -> str:
    """Give the SHA-256 of a plan's operations with both images, and of the place that the plan belongs to."""
    signer = hashlib.sha256(context_bytes(place))
    for step in steps:
        text = STEP.dump_json(step)
        signer.update(len(text).to_bytes(8, "big"))
        signer.update(text)
    return signer.hexdigest()


def form_of(prop: Property) -> Form:
    """Give the form of a property's text."""
    if prop.is_multiple:
        return Form.OPTIONS
    if prop.name == "email":
        return Form.SMALL
    return _FORMS.get(prop.type, Form.TEXT)


_FORMS: Mapping[PropertyType, Form] = {
    PropertyType.NUMBER: Form.NUMBER,
    PropertyType.BOOL: Form.TRUTH,
    PropertyType.DATE: Form.DAY,
    PropertyType.DATETIME: Form.MOMENT,
}


def canonical(form: Form, text: str) -> str:
    """Give a value's text in the one form in which equal values are equal; what has another form stays as it is."""
    if not text:
        return ""
    with contextlib.suppress(ValueError, InvalidOperation, OverflowError):
        match form:
            case Form.NUMBER:
                number = Decimal(text)
                return f"{number.normalize():f}" if number.is_finite() else text
            case Form.TRUTH | Form.SMALL:
                return text.lower()
            case Form.OPTIONS:
                return ";".join(sorted({option for option in text.split(";") if option}))
            case Form.DAY:
                return text if len(text) == len("2026-11-23") else _moment(text).date().isoformat()
            case Form.MOMENT:
                return _moment(text).isoformat(timespec="milliseconds")
            case Form.TEXT:
                pass
    return text


def link_text(types: Iterable[LinkType]) -> str:
    """Give a link's types as the text of an image."""
    return ";".join(sorted({f"{type.category} {type.number}" for type in types}))


def link_types(text: str) -> frozenset[LinkType]:
    """Read a link's types from the text of an image."""
    parts = (part.partition(" ") for part in text.split(";") if part)
    return frozenset(LinkType(category, int(number)) for category, _, number in parts)


def _moment(text: str) -> datetime:
    if text.isdigit() and len(text) >= _EPOCH_DIGITS:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
