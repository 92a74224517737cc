"""The values of a change that is made to many records: some the same for all, some by what each record has.

Words are resolved as for one record (`service.drafts`). Two kinds of value depend on the record: relative ones (`moves`),
and a stage without a pipeline, which is looked for in the record's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hubspot_skill.changes.operations import Derived
from hubspot_skill.domain.errors import InvalidInputError, UnknownNameError
from hubspot_skill.domain.names import PropertyName
from hubspot_skill.domain.schema import Pipeline
from hubspot_skill.domain.text import clean, quote
from hubspot_skill.service.changes.moves import Move, move_of
from hubspot_skill.service.connection import Scene
from hubspot_skill.service.drafts import read_values
from hubspot_skill.service.requests import Given
from hubspot_skill.service.words import stages
from hubspot_skill.service.words.properties import PropertyBook, pipeline_property, stage_property

__all__ = ["ChangeValues", "change_values"]

Image = Mapping[PropertyName, str]
Part = Callable[[Image], Mapping[PropertyName, str]]


@dataclass(frozen=True, slots=True)
class ChangeValues:
    """Values for an update: `fixed` for every record, `derived` by what a record has (None: nothing is)."""

    fixed: Mapping[PropertyName, str]
    derived: Derived | None = None


async def change_values(scene: Scene, book: PropertyBook, given: Mapping[str, Given]) -> ChangeValues:
    """Check and code the values of an update.

    Raises:
        InvalidInputError, UnknownNameError, AmbiguousNameError: as `service.drafts.read_values`.
    """
    if not given:
        raise InvalidInputError(f"no value is given for {book.type.name}", hint="Give at least one.", field="set")
    moves: dict[PropertyName, Move] = {}
    plain: dict[str, Given] = {}
    stage: str = ""
    named = {word: book.typed(word) for word in given}
    has_pipeline = any(p.name == pipeline_property(book.type) for p in named.values())
    for word, prop in named.items():
        move = move_of(prop, given[word], now=scene.now, zone=scene.account.zone)
        if move is not None:
            _refuse_guarded(prop.name, is_guarded=prop.is_read_only or prop.is_calculated)
            moves[prop.name] = move
        elif prop.name == stage_property(book.type) and not has_pipeline and await scene.directory.pipelines(book.type):
            stage = str(given[word] or "")
            if not stage:
                raise InvalidInputError(f"{prop.name} cannot be cleared", hint="Give a stage.", field=prop.name)
        else:
            plain[word] = given[word]
    fixed = (await read_values(scene, book, plain, {})).by_name if plain else dict[PropertyName, str]()
    parts: list[Part] = [_moving(name, move) for name, move in moves.items()]
    names: list[PropertyName] = list(moves)
    if stage:
        parts.append(await _staging(scene, book, stage))
        names += [stage_property(book.type), pipeline_property(book.type)]
    if not parts:
        return ChangeValues(fixed)
    return ChangeValues(fixed, Derived(tuple(names), lambda image: {n: v for p in parts for n, v in p(image).items()}))


def _refuse_guarded(name: str, *, is_guarded: bool) -> None:
    if is_guarded:
        raise InvalidInputError(
            f"{name} cannot be written: HubSpot computes or guards it", hint="Leave it out.", field=name
        )


def _moving(name: PropertyName, move: Move) -> Part:
    def part(image: Image) -> Mapping[PropertyName, str]:
        now = image.get(name, "")
        if not now:
            raise InvalidInputError(f"it has no {name} to change", field=name)
        return {name: move(now)}

    return part


async def _staging(scene: Scene, book: PropertyBook, word: str) -> Part:
    """Give a stage by name: of each record's own pipeline, or of the only one that has it."""
    pipelines = await scene.directory.pipelines(book.type)
    by_pipeline: dict[str, str] = {}
    unknown: UnknownNameError | None = None
    for pipeline in pipelines:
        try:
            by_pipeline[pipeline.id] = stages.stage(word, (pipeline,))[1].id
        except UnknownNameError as error:
            unknown = unknown or error
    if not by_pipeline:
        if len(pipelines) > 1:
            await scene.words.stage(book.type, word)
        raise unknown or UnknownNameError(f"no pipeline has a stage {quote(word)}")
    _note(scene, pipelines, by_pipeline, word)
    stage_name, pipeline_name = stage_property(book.type), pipeline_property(book.type)
    labels = {p.id: clean(p.label, most=60) for p in pipelines}

    def part(image: Image) -> Mapping[PropertyName, str]:
        own = image.get(pipeline_name, "")
        stage_id = by_pipeline.get(own)
        if stage_id is None:
            raise InvalidInputError(
                f"its pipeline {quote(labels.get(own, own))} has no stage {quote(word)}", field=stage_name
            )
        return {stage_name: stage_id}

    return part


def _note(scene: Scene, pipelines: tuple[Pipeline, ...], by_pipeline: Mapping[str, str], word: str) -> None:
    for pipeline in pipelines:
        stage_id = by_pipeline.get(pipeline.id)
        found = next((s for s in pipeline.stages if s.id == stage_id), None)
        if found is not None:
            where = f"{found.label} in {pipeline.label}" if len(pipelines) > 1 else found.label
            scene.words.note("stage", word, where, found.id)
