"""How a plan is shown: kept with it, so that whoever approves sees what was planned without asking HubSpot again.

Steps hold HubSpot's own names and values; a `View` holds what people call them in that account at that moment. It is sealed
in the journal beside the plan. Texts from the CRM in it are cleaned and cut already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from hubspot_skill.changes.planning import LeftOut
from hubspot_skill.changes.steps import LINK, Form, Step
from hubspot_skill.changes.things import told
from hubspot_skill.domain.names import ObjectType, PropertyName
from hubspot_skill.domain.schema import Property
from hubspot_skill.domain.text import clean
from hubspot_skill.service.cells import Labels, cell, local
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.drafts import coded_value

__all__ = ["View", "shown", "view_of"]

_LABEL = 80
_VALUE = 120
_REASON = 200
_DAY_LIKE = frozenset({"closedate"})


def _no_words() -> Mapping[str, Mapping[str, str]]:
    return {}


@dataclass(frozen=True, slots=True)
class View:
    """What a plan's things are called; `what` tells the whole plan in one line.

    `account` for people; `labels` and `words` by "type property": a property's label, and what its values are called where
    that differs. `ends` by "type id": the records at the other end of links. `requests`: what applying costs.
    """

    what: str = ""
    account: str = ""
    zone: str = "UTC"
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    words: Mapping[str, Mapping[str, str]] = field(default_factory=_no_words)
    ends: Mapping[str, str] = field(default_factory=dict[str, str])
    left_out: tuple[LeftOut, ...] = ()
    unchanged: int = 0
    requests: int = 0

    def dump(self) -> bytes:
        """Give the view as it is kept."""
        return _VIEW.dump_json(self)

    @classmethod
    def load(cls, kept: bytes) -> View:
        """Give a view that was kept; an empty one where nothing was."""
        if not kept:
            return cls()
        try:
            return _VIEW.validate_json(kept)
        except ValidationError:  # written by another version: the plan is shown by HubSpot's own names
            return cls()


_VIEW = TypeAdapter(View)


async def view_of(
    scene: Scene,
    steps: Iterable[Step],
    *,
    ends: Mapping[str, str],
    left_out: tuple[LeftOut, ...] = (),
    unchanged: int = 0,
    requests: int = 0,
) -> View:
    """Give how steps are shown; no request where the account's schema was kept."""
    labels: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    called: dict[str, tuple[ObjectType, set[tuple[str, str]]]] = {}
    for step in steps:
        if step.thing is not None:
            continue
        _, pairs = called.setdefault(step.type.name, (step.type, set()))
        pairs |= {(n, v) for image in (step.before, step.after) for n, v in image.items() if n != LINK}
    for type, pairs in called.values():
        book = await scene.directory.book(type)
        has_owner = any((prop := book.get(name)) is not None and prop.is_owner for name, _ in pairs)
        told = await (scene.labels(type) if has_owner else _without_owners(scene, type))
        for name, value in pairs:
            prop = book.get(name)
            if prop is not None:
                labels[f"{type.name} {name}"] = clean(prop.label, most=_LABEL)
                word = _word(prop, value, told)
                if word is not None:
                    words.setdefault(f"{type.name} {name}", {})[value] = word
    account = scene.account
    name = clean(account.name, most=_LABEL) or "HubSpot account"
    return View(
        account=f"{name} ({account.portal_id})",
        zone=account.zone.key,
        labels=labels,
        words=words,
        ends={key: clean(end, most=_LABEL) for key, end in ends.items()},
        left_out=tuple(
            LeftOut(o.type, o.id, clean(o.reason, most=_REASON), clean(o.name, most=_LABEL)) for o in left_out
        ),
        unchanged=unchanged,
        requests=requests,
    )


async def _without_owners(scene: Scene, type: ObjectType) -> Labels:
    """Give what stages and pipelines are called: owners are not asked for where no value is one."""
    return Labels.of(scene.account.zone, (), await scene.directory.pipelines(type))


def shown(view: View, step: Step, name: str, value: str) -> str:
    """Give one value of a step as people see it, empty where there is none."""
    if step.thing is not None:
        return clean(told(PropertyName(name), value), most=_VALUE)
    word = view.words.get(f"{step.type.name} {name}", {}).get(value)
    if word is not None:
        return word
    if value and step.form(PropertyName(name)) is Form.MOMENT:
        try:
            return local(datetime.fromisoformat(value), ZoneInfo(view.zone), is_day=name in _DAY_LIKE)
        except ValueError:
            pass
    return clean(value, most=_VALUE)


def _word(prop: Property, value: str, labels: Labels) -> str | None:
    """Give what a coded value is called, None where it is called what it is."""
    if not value or not (prop.options or prop.is_owner or prop.name in _NAMED):
        return None
    told = cell(prop, coded_value(prop, value), labels, most=_VALUE)
    return None if told is None or str(told) == value else str(told)


_NAMED = frozenset({"dealstage", "hs_pipeline_stage", "pipeline", "hs_pipeline"})
