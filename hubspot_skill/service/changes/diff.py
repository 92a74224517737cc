"""The exact difference that a plan makes: counted by what changes to what, and row by row.

Every step is counted in its groups; a group whose values are many is told as a span of days or numbers, or as a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from hubspot_skill.changes.steps import LINK, Form, JournalStep, Outcome, State, Step, StepKind, link_types
from hubspot_skill.domain.names import STANDARD_TYPES
from hubspot_skill.service.changes.answers import ChangeGroup, ChangeRow, Outcomes, ValueChange
from hubspot_skill.service.changes.view import View, shown

__all__ = ["groups_of", "outcomes_of", "row_of", "what_of"]

MOST_ALIKE = 6
"""Ways in which one property changes that are told one by one."""

_Key = tuple[StepKind, str, str]
_SINGULAR = {type.name: type.singular for type in STANDARD_TYPES}


def groups_of(steps: Sequence[Step], view: View) -> tuple[ChangeGroup, ...]:
    """Count steps by what changes to what, the largest groups of each property first."""
    pairs: dict[_Key, Counter[tuple[str, str]]] = {}
    spans: dict[_Key, list[tuple[str, str]]] = {}
    for step in steps:
        for change in _changes(step, view):
            key = (step.kind, step.type.name, change.name)
            pairs.setdefault(key, Counter())[change.before, change.after] += 1
            spans.setdefault(key, []).append((change.before, change.after))
    found: list[ChangeGroup] = []
    for key, counted in pairs.items():
        found += _told(key, counted, spans[key], view, _form(steps, key))
    return tuple(found)


def row_of(each: JournalStep, view: View) -> ChangeRow:
    """Give one step as a row; before it was applied without an outcome."""
    step, result = each.step, each.result
    is_told = each.state not in (State.PLANNED, State.APPROVED) or result.message
    message = result.message
    if result.differing:
        now = ", ".join(f"{n} is {shown(view, step, n, v) or 'empty'}" for n, v in result.differing.items())
        message = f"{message}: {now}" if message else now
    return ChangeRow(
        action=step.kind.value,
        type=step.type.name,
        id=each.id,
        name=step.name or _new_name(step),
        changes=_changes(step, view),
        outcome=_word(each) if is_told else "",
        message=message,
    )


def outcomes_of(counts: Counter[tuple[State, Outcome]]) -> Outcomes:
    """Give the counts of a plan's steps by how they ended."""
    told: Counter[str] = Counter()
    for (state, outcome), count in counts.items():
        told[_counted(state, outcome)] += count
    return Outcomes(told["done"], told["skipped"], told["failed"], told["unknown"], told["waiting"])


def what_of(steps: Sequence[Step], view: View) -> str:
    """Say in one line what a plan is about: what is done with how many of which, and which properties change."""
    counts = Counter((step.kind, step.type.name, step.thing) for step in steps)
    parts: list[str] = []
    for (kind, type, thing), count in counts.items():
        noun = type if count != 1 else _SINGULAR.get(type, type)
        noun = noun if thing is None else f"{thing.value} of {type}"
        text = f"{kind.value} {count} {noun}"
        if kind is StepKind.UPDATE:
            names = dict.fromkeys(n for s in steps if s.kind is kind and s.type.name == type for n in s.after)
            labels = [view.labels.get(f"{type} {n}", n) for n in names]
            text += f" ({', '.join(labels[:4])}{', …' if len(labels) > 4 else ''})"
        parts.append(text)
    return "; ".join(parts[:4]) + ("; …" if len(parts) > 4 else "")


def _changes(step: Step, view: View) -> tuple[ValueChange, ...]:
    type = step.type.name
    match step.kind:
        case StepKind.UPDATE | StepKind.CREATE | StepKind.DEFINE | StepKind.REDEFINE:
            values = [
                ValueChange(n, view.labels.get(f"{type} {n}", n), shown(view, step, n, step.before.get(n, "")), after)
                for n, value in step.after.items()
                if (after := shown(view, step, n, value)) or step.before.get(n)
            ]
            links = [ValueChange("link", "link", "", _end(view, k.to_type.name, k.to_id)) for k in step.links]
            return (*values, *links)
        case StepKind.ASSOCIATE | StepKind.DISSOCIATE if step.link is not None:
            end = _end(view, step.link.to_type.name, step.link.to_id)
            is_whole = not link_types(step.before.get(LINK, "")) or not step.after.get(LINK)
            told = end if is_whole else f"{end} (label)"
            is_made = step.kind is StepKind.ASSOCIATE
            return (ValueChange("link", "link", "" if is_made else told, told if is_made else ""),)
        case StepKind.MERGE:
            return (ValueChange("merge", "merged with", "", _end(view, type, step.other_id)),)
        case _:
            return (ValueChange(step.kind.value, "archived" if step.kind is StepKind.ARCHIVE else "removed", "", ""),)


def _end(view: View, type: str, id: str) -> str:
    name = view.ends.get(f"{type} {id}", "")
    return " ".join(filter(None, (_SINGULAR.get(type, type), name, id)))


def _new_name(step: Step) -> str:
    if step.thing is not None:
        return " ".join(filter(None, (step.thing.value, step.id)))
    return " ".join(v for n in step.type.title if (v := step.after.get(n, "")))[:80]


def _told(
    key: _Key, counted: Counter[tuple[str, str]], pairs: Sequence[tuple[str, str]], view: View, form: Form
) -> Iterable[ChangeGroup]:
    kind, type, name = key
    label = view.labels.get(f"{type} {name}", name)
    if len(counted) <= MOST_ALIKE:
        for (before, after), count in counted.most_common():
            yield ChangeGroup(kind.value, type, name, label, before, after, count)
        return
    befores, afters = [b for b, _ in pairs], [a for _, a in pairs]
    yield ChangeGroup(kind.value, type, name, label, _span(befores, form), _span(afters, form), len(pairs))


def _span(values: Sequence[str], form: Form) -> str:
    """Tell many values as one: the only one, from least to most, or how many there are."""
    distinct = set(values)
    if len(distinct) == 1:
        return values[0]
    given = [v for v in distinct if v]
    empty = f" ({values.count('')} empty)" if "" in distinct else ""
    if form in (Form.DAY, Form.MOMENT):
        return f"{min(given)} to {max(given)}{empty}"
    if form is Form.NUMBER:
        try:
            return f"{min(given, key=Decimal)} to {max(given, key=Decimal)}{empty}"
        except InvalidOperation:
            pass
    return f"{len(given)} different values{empty}"


def _form(steps: Sequence[Step], key: _Key) -> Form:
    kind, type, name = key
    for step in steps:
        if (step.kind, step.type.name) == (kind, type) and name in step.after:
            return next((f for n, f in step.forms.items() if n == name), Form.TEXT)
    return Form.TEXT


def _counted(state: State, outcome: Outcome) -> str:
    if state in (State.UNKNOWN, State.SENDING):
        return "unknown"
    if outcome is Outcome.OPEN:
        return "waiting"
    return {Outcome.DONE: "done", Outcome.CONFLICT: "skipped"}.get(outcome, "failed")


def _word(each: JournalStep) -> str:
    counted = _counted(each.state, each.result.outcome)
    return each.result.outcome.value if counted == "failed" else counted
