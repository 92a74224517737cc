"""The surface as one ASGI application: the operations behind the guard, and the document that tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.foundation.traffic import Limits
from hubspot_skill.surfaces.rest.guard import Guard
from hubspot_skill.surfaces.rest.operations import PREFIX, Effect, Operation, perform
from hubspot_skill.surfaces.rest.ports import Desk, Door
from hubspot_skill.surfaces.rest.problems import RefusedError, crash, problem, refusal
from hubspot_skill.surfaces.rest.resources import all_operations

__all__ = ["PREFIX", "rest_app"]


def rest_app(desk: Desk, door: Door, *, limits: Limits | None = None) -> Starlette:
    """Build the surface; it holds nothing of its own but what its callers are doing now."""
    operations = all_operations()
    by_path: dict[str, dict[str, Operation[Any, Any]]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    routes = [Route(f"{PREFIX}{path}", _Resource(desk, methods)) for path, methods in _specific_first(by_path)]
    open_paths = frozenset(f"{PREFIX}{o.path}" for o in operations if o.is_open)
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, door=door, limits=limits or Limits(), open_paths=open_paths)],
        exception_handlers={HTTPException: _absent},
    )


def _specific_first(by_path: dict[str, dict[str, Operation[Any, Any]]]) -> Sequence[tuple[str, dict[str, Any]]]:
    """Give the paths so that one with fewer variable parts comes before one that it would also fit."""
    return sorted(by_path.items(), key=lambda entry: entry[0].count("{"))


class _Resource:
    """Everything that one address does, by method."""

    def __init__(self, desk: Desk, methods: dict[str, Operation[Any, Any]]) -> None:
        self._desk = desk
        self._methods = methods
        self._allow = ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever becomes of it."""
        request = Request(scope, receive)
        await (await self._answer(request))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        instance = request.url.path
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": self._allow})
        operation = self._methods.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            return _method_refused(request, self._allow)
        try:
            return await perform(operation, self._desk, request)
        except RefusedError as error:
            return refusal(error, instance=instance)
        except HubSpotSkillError as error:
            return problem(error, instance=instance)
        except Exception:  # noqa: BLE001 - the surface's edge: a bug must not end the server or speak to the caller
            return crash(instance, writes=operation.effect is not Effect.READ)


def _method_refused(request: Request, allow: str) -> Response:
    error = RefusedError(
        "method_not_allowed",
        f"{request.method[:20]} is not taken at this address",
        hint=f"It takes {allow}.",
        headers={"Allow": allow},
    )
    return refusal(error, instance=request.url.path)


async def _absent(request: Request, _: Exception) -> Response:
    error = RefusedError(
        "no_such_address", "nothing is at this address", hint=f"{PREFIX}/docs tells every address of this server."
    )
    return refusal(error, instance=request.url.path)
