"""The addresses for whoever watches a server: `/ready` and `/metrics`, behind the same guard and token as `/mcp`.

`/health` says only that the process lives, is open to anyone on this machine, and stands with the MCP application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

    from hubspot_skill.app.compose import Accounts

__all__ = ["watching_routes"]

_NOT_READY = 503
_NO_STORE = {"Cache-Control": "no-store"}


def watching_routes(accounts: Accounts) -> tuple[Route, ...]:
    """Give the routes over the accounts of this process."""

    async def ready(request: Request) -> Response:
        found = await accounts.readiness.look()
        return JSONResponse(found.as_json(), 200 if found.is_ready else _NOT_READY, _NO_STORE)

    async def metrics(request: Request) -> Response:
        from hubspot_skill.app.metrics import exposition, hashed

        left = {hashed(name): n for name, n in accounts.daily_left().items()}
        text, kind = exposition(left)
        return Response(text, headers=_NO_STORE, media_type=kind)

    return (Route("/ready", ready, methods=["GET"]), Route("/metrics", metrics, methods=["GET"]))
