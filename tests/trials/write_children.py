"""A warm parent that forks applying children, for trial W2; run as a module, it is told what to do by lines.

The first line of its input is a `Task` as JSON. Then each line is one order, `PLAN CHUNKS SECONDS`: a child opens the journal, begins
to apply that plan and is killed that long after it was so many chunks on. Each order is answered by one line. Counting
chunks puts the kill in the middle on a slow machine too.
"""

import asyncio
import contextlib
import json
import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from hubspot_skill.changes.applying import Applier, ApplySettings
from hubspot_skill.foundation.clock import SystemClock
from tests.changes.scene import ACCOUNT, AMPLE, ANNA, TENANT, store_of
from tests.database_fixture import opened
from tests.hubspot.stub import connected

__all__ = ["Task"]


@dataclass(frozen=True, slots=True)
class Task:
    """What the children work on."""

    place: str
    is_file: bool
    base_url: str
    lease_s: float
    chunk: int


async def _apply(task: Task, plan_id: str, breath: int) -> None:
    clock = SystemClock()
    database = await opened(Path(task.place) if task.is_file else task.place, clock=clock)
    settings = ApplySettings(lease_s=task.lease_s, chunk=task.chunk)
    async with connected(task.base_url, limits=AMPLE) as hubspot:
        applier = Applier(
            store_of(database), hubspot, tenant=TENANT, account_id=ACCOUNT, clock=clock, settings=settings
        )
        os.write(breath, b"r")
        await applier.apply(plan_id, principal=ANNA, progress=lambda *_: _breathe(breath))
        await asyncio.get_running_loop().create_future()


def _breathe(breath: int) -> None:
    os.write(breath, b"r")


def _kill_one(task: Task, plan_id: str, chunks: int, after_s: float) -> None:
    heard, breath = os.pipe()
    child = os.fork()
    if not child:
        try:
            asyncio.run(_apply(task, plan_id, breath))
        finally:
            os._exit(1)
    os.close(breath)
    try:
        for _ in range(1 + chunks):
            ready, _, _ = select.select([heard], [], [], 20)
            if not ready or not os.read(heard, 1):
                raise RuntimeError("the applying child died before it was to be killed")
        time.sleep(after_s)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(heard)


def _main() -> None:
    task = Task(**json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        plan_id, chunks, after_s = line.split()
        _kill_one(task, plan_id, int(chunks), float(after_s))
        print("killed", flush=True)


if __name__ == "__main__":
    _main()
