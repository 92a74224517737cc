"""A server of canned bytes in a process of its own: `python -m tools.bench.canned_server [DELAY_MS]`.

Answers a search with a page of 100 records of 25 properties and every other path with one such record, at once or after
a delay, and prints its port. It does no more than that, so what is measured is the client.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["KINDS", "NAMES", "running"]

KINDS = ("text",) * 13 + ("number",) * 5 + ("datetime",) * 4 + ("date",) * 2 + ("bool",)
NAMES = tuple(f"property_{number:02d}" for number in range(len(KINDS)))
PAGE = 100


def _value(kind: str, column: int, row: int) -> str:
    day = row % 28 + 1
    return {
        "text": f"text of row {row}, column {column}",
        "number": f"{row * 13 + column}.50",
        "datetime": f"2026-09-{day:02d}T12:34:56.789Z",
        "date": f"2026-10-{day:02d}",
        "bool": "true" if row % 2 else "false",
    }[kind]


def _record(row: int) -> dict[str, Any]:
    moment = "2026-09-01T12:34:56.789Z"
    values = {name: _value(kind, column, row) for column, (name, kind) in enumerate(zip(NAMES, KINDS, strict=True))}
    own = {"hs_object_id": str(1000 + row), "createdate": moment, "lastmodifieddate": moment}
    return {
        "id": str(1000 + row),
        "properties": values | own,
        "createdAt": moment,
        "updatedAt": moment,
        "archived": False,
    }


def _answer(body: object) -> bytes:
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        "HTTP/1.1 200 OK\r\ndate: Mon, 23 Nov 2026 10:00:00 GMT\r\ncontent-type: application/json;charset=utf-8\r\n"
        "x-hubspot-ratelimit-max: 1000000\r\nx-hubspot-ratelimit-remaining: 999999\r\n"
        "x-hubspot-ratelimit-interval-milliseconds: 10000\r\n"
        f"x-hubspot-correlation-id: 0b7c1f0e-1111-2222-3333-444455556666\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class _Canned(asyncio.Protocol):
    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._one = _answer(_record(1))
        self._page = _answer(
            {"total": 12_345, "results": [_record(row) for row in range(PAGE)], "paging": {"next": {"after": "100"}}}
        )
        self._came = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        while (end := self._came.find(b"\r\n\r\n")) >= 0:
            head = self._came[:end].lower()
            told = head.partition(b"content-length:")[2].split(b"\r\n")[0]
            length = end + 4 + int(told or 0)
            if len(self._came) < length:
                return
            self._came = self._came[length:]
            self._send(self._page if b"/search" in head.split(b"\r\n")[0] else self._one)

    def _send(self, answer: bytes) -> None:
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.write, answer)
        else:
            self._transport.write(answer)


@contextlib.contextmanager
def running(*, delay_ms: int = 0) -> Iterator[str]:
    """Give the address of a server in another process while the block runs."""
    command = [sys.executable, "-m", "tools.bench.canned_server", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


async def _serve(delay_s: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Canned(delay_s), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) / 1000))
