"""Sends one request to the one allowed host and gives its whole answer, bounded in time and size.

The seam is httpx2's transport, without its client around: so there is no redirect to follow, no cookie to keep, no
proxy or credential taken from the environment, and less to pay per call. Answers are read as a stream; gzip is opened
here piece by piece, so a small body that unfolds to a huge one is stopped at the limit and not after it.

Failures are told apart by what a caller must know: `NotSentError` (nothing left this machine), `LostAnswerError` (it may have
arrived), `RefusedAnswerError` (an answer came that is too large or in an encoding nobody asked for).
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncIterable
from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import urlsplit

import httpx2

from hubspot_skill.hubspot.settings import AdapterSettings

__all__ = ["Answer", "LostAnswerError", "NotSentError", "RefusedAnswerError", "Transport", "TransportError"]


class TransportError(Exception):
    """No usable answer; the text says why in plain words."""


class NotSentError(TransportError):
    """No connection could be made; nothing was sent."""


class LostAnswerError(TransportError):
    """The request may have arrived, but its answer did not, or not whole."""


class RefusedAnswerError(TransportError):
    """The answer was refused while it was read: too large, or not in the encoding that was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, headers as they came, and the decoded body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> str | None:
        """Give a header by its lower-case name, None when absent."""
        for key, value in self.headers:
            if key.lower() == name:
                return value.decode("latin-1")
        return None


class Transport:
    """Connections to one HubSpot address, shared by every account that is called there."""

    def __init__(self, settings: AdapterSettings) -> None:
        parts = urlsplit(settings.api_base_url)
        # Parsing an address costs a tenth of a call, and most targets (searches, batches, schemas) come again.
        self._url = lru_cache(maxsize=256)(partial(_address, httpx2.URL(settings.api_base_url)))
        self._host = parts.netloc.encode("ascii")
        self._is_tls = parts.scheme == "https"
        self._user_agent = settings.user_agent.encode("ascii")
        self._max_body = settings.max_body_bytes
        self._limits = httpx2.Limits(
            max_connections=settings.max_connections, max_keepalive_connections=settings.max_connections
        )
        self._extensions = {
            "timeout": {
                "connect": settings.connect_timeout_s,
                "read": settings.read_timeout_s,
                "write": settings.write_timeout_s,
                "pool": settings.pool_timeout_s,
            }
        }
        self._wire: httpx2.AsyncHTTPTransport | None = None

    async def send(
        self, method: str, target: str, *, authorization: str | None, body: bytes | None, content_type: str
    ) -> Answer:
        """Send one request to `target` (path and query, already quoted) and read its whole answer.

        Without `authorization` no such header is sent: the token endpoint takes its credentials in the body.

        Raises:
            TransportError: one of its three kinds.
        """
        headers = [
            (b"host", self._host),
            (b"accept", b"application/json"),
            (b"accept-encoding", b"gzip"),
            (b"user-agent", self._user_agent),
        ]
        if authorization is not None:
            headers.append((b"authorization", authorization.encode("ascii")))
        if body is not None:
            headers.append((b"content-type", content_type.encode("ascii")))
            headers.append((b"content-length", str(len(body)).encode("ascii")))
        request = httpx2.Request(
            method,
            self._url(target),
            headers=headers,
            content=body,
            extensions=self._extensions,
        )
        try:
            response = await self._open_wire().handle_async_request(request)
            try:
                content = await self._read(response)
            finally:
                await response.aclose()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise NotSentError(_reason(error)) from error
        except (httpx2.TransportError, zlib.error) as error:
            raise LostAnswerError(_reason(error)) from error
        return Answer(response.status_code, tuple(response.headers.raw), content)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._wire is not None:
            await self._wire.aclose()
            self._wire = None

    def _open_wire(self) -> httpx2.AsyncHTTPTransport:
        """Make the connection pool on first use; a certificate store costs tens of milliseconds to load."""
        if self._wire is None:
            verify: ssl.SSLContext | bool = ssl.create_default_context() if self._is_tls else False
            self._wire = httpx2.AsyncHTTPTransport(verify=verify, trust_env=False, limits=self._limits)
        return self._wire

    async def _read(self, response: httpx2.Response) -> bytes:
        stream = response.stream
        if not isinstance(stream, httpx2.AsyncByteStream):
            raise LostAnswerError("the answer cannot be read as a stream")
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding == "identity":
            return await self._read_plain(stream)
        if encoding == "gzip":
            return await self._read_gzip(stream)
        raise RefusedAnswerError(f'it is encoded as "{encoding[:40]}", which nobody asked for')

    async def _read_plain(self, stream: AsyncIterable[bytes]) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in stream:
            size += len(piece)
            if size > self._max_body:
                raise self._too_large()
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _read_gzip(self, stream: AsyncIterable[bytes]) -> bytes:
        unfold = zlib.decompressobj(zlib.MAX_WBITS | 16)
        body = bytearray()
        async for piece in stream:
            body += unfold.decompress(piece, self._max_body + 1 - len(body))
            if len(body) > self._max_body:
                raise self._too_large()
        if not unfold.eof:
            raise LostAnswerError("the compressed answer ended before its end")
        return bytes(body)

    def _too_large(self) -> RefusedAnswerError:
        return RefusedAnswerError(f"it is larger than {self._max_body // 1024} KiB")


def _address(base: httpx2.URL, target: str) -> httpx2.URL:
    return base.copy_with(raw_path=target.encode("ascii"))


def _reason(error: Exception) -> str:
    match error:
        case httpx2.PoolTimeout():
            return "every connection is busy"
        case httpx2.ConnectTimeout():
            return "the connection was not made in time"
        case httpx2.ReadTimeout():
            return "no answer came in time"
        case httpx2.WriteTimeout():
            return "the request could not be sent in time"
        case _:
            return str(error) or type(error).__name__
