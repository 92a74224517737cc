"""The uvicorn protocol of the sandbox: HTTP/1.1 whose connection an application can cut.

ASGI has no way to break a connection off, and a pretend HubSpot must: a reset before the effect, a reset after it, half a body.
`CuttableProtocol` puts two callables into the scope's extensions, `sandbox.reset` (a TCP reset, nothing buffered is delivered)
and `sandbox.close` (what was written is delivered, then the connection ends). Hand it to uvicorn as `http=CuttableProtocol`.

Its own module because it alone imports the server.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["CuttableProtocol"]

_NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER on with zero seconds: closing sends RST instead of FIN."""


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol whose applications can reset or close the connection they answer on."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Let every request of the new connection carry the means to cut it."""
        super().connection_made(transport)
        app = cast("ASGIApp", self.app)

        def reset() -> None:
            peer = cast("socket.socket", transport.get_extra_info("socket"))
            with contextlib.suppress(OSError):
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            transport.abort()

        async def cuttable(scope: Scope, receive: Receive, send: Send) -> None:
            known = cast("dict[str, object]", scope.get("extensions") or {})
            extensions = {**known, "sandbox.reset": reset, "sandbox.close": transport.close}
            await app({**scope, "extensions": extensions}, receive, send)

        self.app = cuttable
