"""Compares records with what their steps wanted: before sending, for conflicts; after, for how the step ended.

A step that was answered and one whose answer was lost are judged by the same reading; only the words differ (APPLIED,
RECONCILED). Histories are read only where a value differs. An unknown step that surely did not happen becomes APPROVED
again, because sending it once more can do no harm: an update is the same done twice, and a new record or definition is only sent
again where HubSpot refuses a second one with its unique value, name or label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hubspot_skill.changes.current import Current, Sought, judge_history, read_current, read_histories
from hubspot_skill.changes.defining import edited_since
from hubspot_skill.changes.planning import is_linked
from hubspot_skill.changes.steps import (
    LINK,
    MERGED_IDS,
    Image,
    JournalStep,
    Outcome,
    State,
    Step,
    StepKind,
    StepResult,
    Thing,
)
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.hubspot.client import HubSpot

__all__ = ["conflicts_of", "needs_reading", "settle", "sought_again"]

_LINKS = (StepKind.ASSOCIATE, StepKind.DISSOCIATE)


def needs_reading(step: JournalStep) -> bool:
    """Tell whether a step is compared with HubSpot before it is sent: a new record only by a value others know."""
    return step.step.kind is not StepKind.CREATE or step.attempts > 0 or step.step.key is not None


def conflicts_of(chunk: Sequence[JournalStep], current: Mapping[int, Current]) -> dict[int, StepResult]:
    """Give the steps that must not be sent, because their record is no longer as it was when planned."""
    found: dict[int, StepResult] = {}
    for each in chunk:
        now = current.get(each.step.place)
        if each.attempts:
            result = _judged(replace(each, state=State.UNKNOWN), now)
            if result is not None and result.state is not State.APPROVED:
                found[each.step.place] = result
        elif (reason := _conflict(each.step, now)) is not None:
            found[each.step.place] = StepResult(
                State.FAILED,
                Outcome.CONFLICT,
                id=now.id if now is not None else each.step.id,
                differing=_differing_before(each.step, now),
                message=reason,
            )
    return found


def sought_again(each: JournalStep) -> Sought:
    """Name the record of a step that was sent: by its id, else by its reference, else by its key."""
    return Sought(each.step, each.id, each.step.reference or each.step.key)


async def settle(hubspot: HubSpot, sent: Sequence[JournalStep]) -> dict[int, StepResult]:
    """Read back steps of one plan that were sent and give how each ended; 1 request per 100, more where values differ.

    A new record that nothing can find is left as it is.
    """
    sought = [sought_again(each) for each in sent]
    findable = [(each, s) for each, s in zip(sent, sought, strict=True) if s.id or s.value is not None]
    current = await read_current(hubspot, [s for _, s in findable])
    results: dict[int, StepResult] = {}
    differing: list[JournalStep] = []
    for each, _ in findable:
        result = _judged(each, current.get(each.step.place))
        if result is None:
            differing.append(each)
        else:
            results[each.step.place] = result
    return results | await _by_history(hubspot, differing, current)


def _conflict(step: Step, now: Current | None) -> str | None:
    """Say why a step that was never sent must not be sent."""
    if step.kind is StepKind.CREATE:
        return None if now is None else f"a record with this {step.key[0] if step.key else 'value'} exists now"
    if step.kind is StepKind.DEFINE:
        return None if now is None else f"a {step.thing} of this name exists now"
    if now is None:
        return f"the {step.thing or 'record'} is no longer there"
    changed = [name for name, value in step.before.items() if now.image.get(name, "") != value]
    return f"changed since it was planned: {', '.join(changed)}" if changed else None


def _judged(each: JournalStep, now: Current | None) -> StepResult | None:
    """Give how a step ended, or None where only the history can tell."""
    step, is_unknown = each.step, each.state is State.UNKNOWN
    if now is None:
        return _missing(each)
    if _is_done(step, now.image):
        return _result(each, Outcome.DONE, now)
    if is_unknown and _is_untouched(step, now.image):
        return StepResult(State.APPROVED, id=each.id)
    if step.kind in (StepKind.UPDATE, StepKind.CREATE):
        is_strange = step.kind is StepKind.CREATE and is_unknown and not each.id and step.reference is None
        return _result(each, Outcome.CONFLICT, now) if is_strange else None
    if step.kind is StepKind.MERGE:
        return StepResult(State.UNKNOWN, id=each.id) if is_unknown else _result(each, Outcome.NOT_TAKEN, now)
    if step.thing is not None:
        return _result(each, Outcome.CONFLICT if is_unknown else Outcome.NOT_TAKEN, now)
    return _result(each, Outcome.CONTESTED, now)


def _missing(each: JournalStep) -> StepResult:
    if each.step.kind in (StepKind.ARCHIVE, StepKind.REMOVE):
        return _result(each, Outcome.DONE, None)
    if each.step.kind is StepKind.DEFINE and each.state is State.UNKNOWN:
        return StepResult(State.UNKNOWN if each.step.thing is Thing.CAMPAIGN else State.APPROVED)
    if each.step.kind is StepKind.CREATE and each.state is State.UNKNOWN and not each.id:
        return StepResult(State.APPROVED)
    return _result(each, Outcome.GONE, None)


def _is_done(step: Step, image: Image) -> bool:
    match step.kind:
        case StepKind.ASSOCIATE | StepKind.DISSOCIATE:
            return is_linked(step, image.get(LINK, ""))
        case StepKind.ARCHIVE | StepKind.REMOVE:
            return False
        case StepKind.DEFINE:
            return not edited_since(step, image)
        case StepKind.MERGE:
            return step.other_id in image.get(MERGED_IDS, "").split(";")
        case _:
            return all(image.get(name, "") == value for name, value in step.after.items())


def _is_untouched(step: Step, image: Image) -> bool:
    """Tell whether a record is as it was before, so that a lost write did not happen."""
    match step.kind:
        case StepKind.CREATE | StepKind.MERGE | StepKind.DEFINE:
            return False
        case StepKind.ARCHIVE | StepKind.REMOVE:
            return True
        case _ if step.kind in _LINKS:
            return image.get(LINK, "") == step.before.get(LINK, "")
        case _:
            return all(image.get(name, "") == step.before.get(name, "") for name in step.after)


async def _by_history(
    hubspot: HubSpot, differing: Sequence[JournalStep], current: Mapping[int, Current]
) -> dict[int, StepResult]:
    results: dict[int, StepResult] = {}
    for type in {each.step.type for each in differing}:
        group = [each for each in differing if each.step.type == type]
        sought = [Sought(each.step, current[each.step.place].id) for each in group]
        histories = await read_histories(hubspot, type, sought)
        for each in group:
            now, record = current[each.step.place], histories.get(each.step.place)
            wrong = [n for n, v in each.step.after.items() if now.image.get(n, "") != v]
            outcome = Outcome.GONE if record is None else judge_history(each.step, record, wrong)
            if outcome is Outcome.CONFLICT and each.state is not State.UNKNOWN:
                outcome = Outcome.CONTESTED
            results[each.step.place] = _result(each, outcome, now)
    return results


def _result(each: JournalStep, outcome: Outcome, now: Current | None) -> StepResult:
    state = State.RECONCILED if each.state is State.UNKNOWN else State.APPLIED
    image: Image = now.image if now is not None else dict[PropertyName, str]()
    seen = {name: image[name] for name in (*each.step.watched, LINK) if name in image}
    wrong = {name: image.get(name, "") for name, v in each.step.after.items() if image.get(name, "") != v}
    is_about_values = outcome is not Outcome.DONE and LINK not in each.step.after
    return StepResult(
        state,
        outcome,
        id=now.id if now is not None else each.id,
        seen=seen,
        differing=wrong if is_about_values and now is not None else {},
        message=_WORDS[outcome],
    )


_WORDS: Mapping[Outcome, str] = {
    Outcome.OPEN: "",
    Outcome.DONE: "",
    Outcome.CONFLICT: "somebody else changed it first",
    Outcome.CONTESTED: "somebody else changed it after this write",
    Outcome.NOT_TAKEN: "HubSpot took the write and keeps another value",
    Outcome.REFUSED: "HubSpot refused it",
    Outcome.GONE: "the record is no longer there",
}


def _differing_before(step: Step, now: Current | None) -> dict[PropertyName, str]:
    if now is None:
        return {}
    return {name: now.image.get(name, "") for name, value in step.before.items() if now.image.get(name, "") != value}
