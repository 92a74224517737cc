"""Words of one request turned into values of one account, with a record of what was understood.

An `Interpreter` serves one request: it asks the directory for what it needs, and `resolved` holds in the end what each
word was taken for. A word that already is the id or internal value is not echoed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from hubspot_skill.domain.errors import AmbiguousNameError, InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import ObjectType
from hubspot_skill.domain.schema import Option, Owner, Pipeline, Property, PropertyType, Stage
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.answers import Resolved
from hubspot_skill.service.directory import Directory
from hubspot_skill.service.requests import Given
from hubspot_skill.service.words import people, periods, stages
from hubspot_skill.service.words.nearest import candidate, fold, named, nearest
from hubspot_skill.service.words.periods import Period
from hubspot_skill.service.words.properties import pipeline_property, stage_property

__all__ = ["MAX_TEXT", "Interpreter", "options_of"]

MAX_TEXT = 65_536
"""Characters that HubSpot keeps of a text property (note bodies guide, read 2026-11-23)."""

_TRUE = frozenset({"true", "yes", "1", "on"})
_FALSE = frozenset({"false", "no", "0", "off"})


class Interpreter:
    """Reads the words of one request; `zone` and `now` are the account's."""

    def __init__(self, directory: Directory, *, now: datetime, zone: ZoneInfo) -> None:
        self.directory = directory
        self.now = now
        self.zone = zone
        self._resolved: dict[tuple[str, str], Resolved] = {}

    @property
    def resolved(self) -> tuple[Resolved, ...]:
        """What the words were understood as, in the order they were read."""
        return tuple(self._resolved.values())

    def note(self, what: str, said: str, meant: str, id: str = "") -> None:
        """Keep what a word was taken for, unless the word is the id, or without an id the meaning itself.

        A word that is the name itself is not said twice: `said` is then empty.
        """
        if said.strip() == (id or meant):
            return
        said = clean(said, most=80)
        told = "" if fold(said) == fold(meant) else said
        self._resolved[what, said] = Resolved(what, told, clean(meant, most=80), id)

    async def owner(self, word: str) -> Owner:
        """Give the owner that a word names; "me" is whoever the token stands for."""
        found = await self.directory.me() if _is(word, people.ME) else people.owner(word, await self.directory.owners())
        self.note("owner", word, found.name, found.id)
        return found

    async def pipeline(self, type: ObjectType, word: str) -> Pipeline:
        """Give the pipeline of a type that a word names."""
        found = stages.pipeline(word, await self._pipelines(type))
        self.note("pipeline", word, found.label, found.id)
        return found

    async def stage(self, type: ObjectType, word: str, within: Pipeline | None = None) -> tuple[Pipeline, Stage]:
        """Give the stage that a word names, within a pipeline or across all of the type."""
        everything = await self._pipelines(type)
        pipeline, found = stages.stage(word, everything if within is None else (within,))
        where = f"{found.label} in {pipeline.label}" if len(everything) > 1 else found.label
        self.note("stage", word, where, found.id)
        return pipeline, found

    def period(self, what: str, word: str) -> Period:
        """Give the period that words name."""
        found = periods.period(word, now=self.now, zone=self.zone)
        self.note(what, word, found.text)
        return found

    async def code(self, type: ObjectType, prop: Property, given: Given) -> str:
        """Give a value as HubSpot stores it, for a write or a filter; empty clears.

        Raises:
            InvalidInputError: the value has not the form of the property's type.
            UnknownNameError: no option, owner, stage or pipeline is called so.
        """
        if given is None or given == "":
            return ""
        if prop.name == stage_property(type) and await self.directory.pipelines(type):
            return (await self.stage(type, _one(prop, given)))[1].id
        if prop.name == pipeline_property(type) and await self.directory.pipelines(type):
            return (await self.pipeline(type, _one(prop, given))).id
        if prop.is_owner:
            return (await self.owner(_one(prop, given))).id
        match prop.type:
            case PropertyType.ENUMERATION:
                return self._options(prop, given)
            case PropertyType.BOOL:
                return _truth(prop, given)
            case PropertyType.NUMBER:
                return _decimal(prop, given)
            case PropertyType.DATE:
                return self._day(prop, given)
            case PropertyType.DATETIME:
                return self._moment(prop, given)
            case _:
                return _text(prop, given)

    async def _pipelines(self, type: ObjectType) -> tuple[Pipeline, ...]:
        found = await self.directory.pipelines(type)
        if not found:
            raise InvalidInputError(f"{type.name} have no pipelines", hint="Leave out stage and pipeline.")
        return found

    def _options(self, prop: Property, given: Given) -> str:
        if isinstance(given, Sequence) and not isinstance(given, str):
            words = [str(g) for g in given]
        else:
            text = _one(prop, given)
            words = text.split(";") if prop.is_multiple and _option(prop, text) is None else [text]
        if len(words) > 1 and not prop.is_multiple:
            raise InvalidInputError(f"{prop.name} takes one option: found {len(words)}", field=prop.name)
        found = [options_of(prop, w) for w in words if w.strip()]
        for word, option in zip((w for w in words if w.strip()), found, strict=True):
            self.note(prop.name, word, option.label, option.value)
        return ";".join(o.value for o in found)

    def _day(self, prop: Property, given: Given) -> str:
        word = _one(prop, given)
        try:
            found = periods.day(word, now=self.now, zone=self.zone)
        except InvalidInputError as error:
            raise _misfit(prop, given, "a day", error.hint) from error
        self.note(prop.name, word, found.isoformat())
        return found.isoformat()

    def _moment(self, prop: Property, given: Given) -> str:
        word = _one(prop, given)
        try:
            found = periods.moment(word, now=self.now, zone=self.zone)
        except InvalidInputError as error:
            raise _misfit(prop, given, "a day or time", error.hint) from error
        if not _is_exact(word):
            told = found.astimezone(self.zone)
            self.note(
                prop.name, word, told.isoformat(timespec="minutes") if prop.name != "closedate" else str(told.date())
            )
        return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def options_of(prop: Property, word: str) -> Option:
    """Give the option of an enumeration that a word names, by value or label, in any case.

    An enumeration without options (HubSpot fills some from elsewhere) takes every word as it is.

    Raises:
        UnknownNameError: no option is called so; the nearest are the candidates.
    """
    if not prop.options:
        return Option(word.strip(), word.strip())
    found = _option(prop, word)
    if found is not None:
        return found
    shown = [o for o in prop.options if not o.hidden] or list(prop.options)
    near = nearest(word, shown, lambda o: (o.label, o.value)) or (
        tuple(shown) if len(shown) <= 10 else tuple(shown[:5])
    )
    raise UnknownNameError(
        f"{prop.name} has no option {quote(word)}",
        hint="Take one of the candidates."
        if len(near) == len(shown)
        else f'hubspot_describe with topic "properties" and query "{prop.name}" lists all {len(shown)} options.',
        candidates=[candidate(o.value, o.label) for o in near],
    )


def _option(prop: Property, word: str) -> Option | None:
    exact = [o for o in prop.options if o.value == word.strip()]
    found = exact or named(word, prop.options, lambda o: (o.value,)) or named(word, prop.options, lambda o: (o.label,))
    if len(found) > 1:
        raise AmbiguousNameError(
            f"{len(found)} options of {prop.name} are called {quote(word)}",
            hint="Give the option's internal value.",
            candidates=[candidate(o.value, o.label) for o in found[:10]],
        )
    return found[0] if found else None


def _is_exact(word: str) -> bool:
    """Tell whether a word is an instant with its offset, of which nothing has to be understood."""
    try:
        return datetime.fromisoformat(word.strip()).tzinfo is not None
    except ValueError:
        return False


def _is(word: str, words: frozenset[str]) -> bool:
    return " ".join(word.split()).casefold() in words


def _misfit(prop: Property, given: Given, expected: str, hint: str = "") -> InvalidInputError:
    return InvalidInputError(f"{prop.name} is {quote(str(given))}: expected {expected}", hint=hint, field=prop.name)


def _one(prop: Property, given: Given) -> str:
    if isinstance(given, str):
        return given
    if isinstance(given, Sequence):
        values = [str(g) for g in given]
        if len(values) == 1:
            return values[0]
        raise InvalidInputError(f"{prop.name} takes one value: found {len(values)}", field=prop.name)
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given)


def _truth(prop: Property, given: Given) -> str:
    word = _one(prop, given).strip().casefold()
    if word in _TRUE:
        return "true"
    if word in _FALSE:
        return "false"
    raise _misfit(prop, given, "true or false")


def _decimal(prop: Property, given: Given) -> str:
    if isinstance(given, bool):
        raise _misfit(prop, given, "a number")
    try:
        found = Decimal(_one(prop, given).strip())
    except InvalidOperation as error:
        raise _misfit(prop, given, "a number", "Write numbers plainly, such as 1500.5, without separators.") from error
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise _misfit(prop, given, "a number")
    return format(found, "f")


def _text(prop: Property, given: Given) -> str:
    text = _one(prop, given)
    if len(text) > MAX_TEXT:
        raise InvalidInputError(
            f"{prop.name} has {len(text)} characters: HubSpot keeps at most {MAX_TEXT}", field=prop.name
        )
    return text
