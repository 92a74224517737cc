"""The document that tells of every operation, and the page to read it; anyone on this machine may."""

from __future__ import annotations

import functools
from http import HTTPStatus
from typing import Any

from hubspot_skill.surfaces.rest.openapi import document
from hubspot_skill.surfaces.rest.operations import Call, Operation, Query, Reply
from hubspot_skill.surfaces.rest.reading import page, style

__all__ = ["OPERATIONS"]

HTML = "text/html"
CSS = "text/css"


@functools.cache
def _document(version: str) -> dict[str, Any]:
    from hubspot_skill.surfaces.rest.resources import all_operations

    return document(all_operations(), version=version)


async def _openapi(call: Call[Query, Any]) -> Reply:
    return Reply(_document(call.desk.version))


async def _page(call: Call[Query, Any]) -> Reply:
    return Reply(page(_document(call.desk.version), call.origin), media_type=HTML)


async def _style(call: Call[Query, Any]) -> Reply:
    return Reply(style(), media_type=CSS)


_TAG = "Server"

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    Operation(
        id="openapi",
        method="GET",
        path="/openapi.json",
        tag=_TAG,
        summary="This document",
        query=Query,
        answers={HTTPStatus.OK: dict[str, Any]},
        is_open=True,
        act=_openapi,
    ),
    Operation(
        id="docs",
        method="GET",
        path="/docs",
        tag=_TAG,
        summary="This document as a page",
        query=Query,
        answers={HTTPStatus.OK: str},
        media_type=HTML,
        is_open=True,
        act=_page,
    ),
    Operation(
        id="docs_style",
        method="GET",
        path="/docs.css",
        tag=_TAG,
        summary="The page's style sheet",
        query=Query,
        answers={HTTPStatus.OK: str},
        media_type=CSS,
        is_open=True,
        act=_style,
    ),
)
