"""Pipelines and stages by name or id.

Stage labels are not unique across pipelines, so a stage is looked for within a pipeline where one is given, and across
all otherwise; several of the same label are an error that names each with its pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence

from hubspot_skill.domain.errors import AmbiguousNameError, Candidate, UnknownNameError
from hubspot_skill.domain.schema import Pipeline, Stage
from hubspot_skill.domain.text import quote
from hubspot_skill.service.words.nearest import candidate, named, nearest

__all__ = ["pipeline", "stage"]


def pipeline(word: str, pipelines: Sequence[Pipeline]) -> Pipeline:
    """Give the one pipeline that a word names.

    Raises:
        UnknownNameError: no pipeline is called so; all of them are the candidates, at most ten.
        AmbiguousNameError: several are.
    """
    found = tuple(p for p in pipelines if p.id == word.strip()) or named(word, pipelines, lambda p: (p.label, p.id))
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousNameError(
            f"{len(found)} pipelines are called {quote(word)}",
            hint="Name the pipeline by its id.",
            candidates=[candidate(p.id, p.label) for p in found[:10]],
        )
    raise UnknownNameError(
        f"no pipeline is called {quote(word)}",
        hint="Take one of the candidates.",
        candidates=[candidate(p.id, p.label) for p in pipelines[:10]],
    )


def stage(word: str, pipelines: Sequence[Pipeline]) -> tuple[Pipeline, Stage]:
    """Give the one stage that a word names within these pipelines, with its pipeline.

    Raises:
        UnknownNameError: no stage is called so; the nearest, else the stages of a lone pipeline, are the candidates.
        AmbiguousNameError: several are.
    """
    everything = [(p, s) for p in pipelines for s in p.stages]
    found = tuple(e for e in everything if e[1].id == word.strip())
    found = found or named(word, everything, lambda e: (e[1].label,)) or named(word, everything, lambda e: (e[1].id,))
    if len(found) == 1:
        return found[0]
    where = f" in pipeline {quote(pipelines[0].label)}" if len(pipelines) == 1 else ""
    if found:
        raise AmbiguousNameError(
            f"{len(found)} stages are called {quote(word)}{where}",
            hint="Name the pipeline too, or the stage by its id.",
            candidates=[_candidate(p, s) for p, s in found[:10]],
        )
    near = nearest(word, everything, lambda e: (e[1].label, e[1].id))
    if not near and len(pipelines) == 1:
        near = tuple(everything[:12])
    raise UnknownNameError(
        f"no stage is called {quote(word)}{where}",
        hint='Take one of the candidates; hubspot_describe with topic "pipelines" lists all stages.',
        candidates=[_candidate(p, s) for p, s in near],
    )


def _candidate(pipeline: Pipeline, stage: Stage) -> Candidate:
    return candidate(stage.id, stage.label, f"pipeline {pipeline.label}")
