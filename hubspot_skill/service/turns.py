"""One at a time where two at once would not see each other.

Two creates of the same record at the same moment would both look, find nothing, and write twice. In one process they
take turns by what names the record; the second then finds the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

__all__ = ["Turns"]


class Turns:
    """Lets those who name the same key pass one after the other; keys that nobody waits for are forgotten."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def take(self, key: str) -> AsyncGenerator[None]:
        """Wait for the turn of a key, and hold it while the block runs."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)
