"""A warm parent that forks refreshing children, for trials R1, R3 and V1; run as a module, it is told what to do by lines.

The first line of its input is a `Task` as JSON. Then each line is one order: `round` has every child get a token at
once, `kill SECONDS` lets one child refresh over and over and kills it that long after its first time, `stop SECONDS` does
the same but only stops it, and `resume SECONDS` lets the stopped one go on for that long and then kills it. Each order
is answered by one line of JSON.
"""

import asyncio
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from hubspot_skill.domain.errors import HubSpotSkillError
from hubspot_skill.foundation.clock import SystemClock
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from hubspot_skill.foundation.secret import Secret
from hubspot_skill.hubspot.oauth import AppEndpoint
from hubspot_skill.hubspot.settings import AdapterSettings, AppCredentials
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.sandbox.tokens import DEFAULT_APP
from hubspot_skill.vault.refresh import Refresher, RefreshSettings
from hubspot_skill.vault.store import Connection
from hubspot_skill.vault.vault import Vault, open_vault

__all__ = ["TENANT", "Task", "endpoint_of", "open_of"]

TENANT = "local"


@dataclass(frozen=True, slots=True)
class Task:
    """What the children work on: a vault, its key, a sandbox, and how many they are."""

    place: str
    is_file: bool
    master: str
    base_url: str
    children: int
    lease_s: float
    send_needs_s: float

    @property
    def settings(self) -> RefreshSettings:
        """The spans, shortened for a trial."""
        return RefreshSettings(
            lease_s=self.lease_s, send_needs_s=self.send_needs_s, pause_s=0.01, rest_first_s=0.01, rest_most_s=0.05
        )


async def open_of(task: Task) -> Vault:
    """Open the vault of a task."""
    place = Path(task.place) if task.is_file else task.place
    ring = KeyRing([MasterKey.parse(task.master)])
    return await open_vault(place, ring, clock=SystemClock(), settings=task.settings)


def endpoint_of(task: Task) -> tuple[AppEndpoint, Transport]:
    """Give the token endpoint of a task's sandbox."""
    transport = Transport(AdapterSettings(api_base_url=task.base_url))
    app = AppCredentials(DEFAULT_APP.client_id, Secret(DEFAULT_APP.client_secret))
    return AppEndpoint(transport, app, version="2026-09"), transport


async def _get_tokens(task: Task, orders: int, answers: int) -> None:
    """Get one token per byte of orders, each time as a process that remembers none."""
    vault = await open_of(task)
    endpoint, transport = endpoint_of(task)
    loop = asyncio.get_running_loop()
    [connection] = await vault.store.all(TENANT)
    os.write(answers, b"ready\n")
    while await loop.run_in_executor(None, os.read, orders, 1):
        refresher = vault.refresher(endpoint)
        try:
            held = await refresher.token(TENANT, connection.connection_id)
            line = f"{held.generation} {hash(held.token.reveal())}"
        except HubSpotSkillError as error:
            line = f"failed {error.code}"
        os.write(answers, f"{line}\n".encode())
    await vault.close()
    await transport.aclose()


async def _refresh_on(task: Task, answers: int) -> None:
    """Refresh over and over, telling each generation once it is stored."""
    vault = await open_of(task)
    endpoint, _ = endpoint_of(task)
    [connection] = await vault.store.all(TENANT)
    refresher, generation = vault.refresher(endpoint), connection.generation
    os.write(answers, b"ready\n")
    while True:
        generation = await _next(refresher, connection, generation)
        os.write(answers, f"{generation}\n".encode())


async def _next(refresher: Refresher, connection: Connection, generation: int) -> int:
    held = await refresher.token(TENANT, connection.connection_id, stale=generation)
    return held.generation


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


class Lines:
    """Lines from a pipe, waited for no longer than a limit."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""

    def read(self, count: int, *, within_s: float) -> list[str]:
        """Give that many lines."""
        until = time.monotonic() + within_s
        while self._rest.count(b"\n") < count:
            ready, _, _ = select.select([self._descriptor], [], [], max(until - time.monotonic(), 0))
            if not ready:
                answered = self._rest.count(b"\n")
                raise TimeoutError(f"{answered} of {count} children answered within {within_s} s")
            self._rest += os.read(self._descriptor, 65_536)
        *lines, self._rest = self._rest.split(b"\n", count)
        return [line.decode() for line in lines]

    def drain(self) -> list[str]:
        """Give all whole lines that are there."""
        while select.select([self._descriptor], [], [], 0)[0] and (more := os.read(self._descriptor, 65_536)):
            self._rest += more
        return [line.decode() for line in self._rest.split(b"\n")[:-1]]


class Single:
    """One child that refreshes over and over until it is killed."""

    def __init__(self, task: Task) -> None:
        """Fork it and wait until it has refreshed once: the first time is slow and would hide all others."""
        results, answers = os.pipe()
        self._child = _fork(lambda: asyncio.run(_refresh_on(task, answers)))
        os.close(answers)
        self._results = results
        self._lines = Lines(results)
        _, self._first = self._lines.read(2, within_s=20)

    def stop(self, after_s: float) -> None:
        """Stop it where it is after a while."""
        time.sleep(after_s)
        os.kill(self._child, signal.SIGSTOP)

    def end(self, after_s: float) -> list[str]:
        """Let it run on for a while, kill it, and give the generations that it told of."""
        os.kill(self._child, signal.SIGCONT)
        time.sleep(after_s)
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        told = [self._first, *self._lines.drain()]
        os.close(self._results)
        return told


def main() -> None:
    """Obey the orders of the standard input until it ends."""
    task = Task(**json.loads(sys.stdin.readline()))
    herd: list[tuple[int, int]] = []
    results, answers = os.pipe()
    lines = Lines(results)
    single: Single | None = None
    for order in iter(sys.stdin.readline, ""):
        verb, _, seconds = order.partition(" ")
        match verb.strip():
            case "kill":
                answer = Single(task).end(float(seconds))
            case "stop":
                single = Single(task)
                single.stop(float(seconds))
                answer = []
            case "resume":
                assert single is not None
                answer, single = single.end(float(seconds)), None
            case _:
                if not herd:
                    herd = [_join(task, answers) for _ in range(task.children)]
                    lines.read(task.children, within_s=50)
                for _, pipe in herd:
                    os.write(pipe, b"g")
                answer = lines.read(task.children, within_s=50)
        print(json.dumps(answer), flush=True)
    for (
        _,
        pipe,
    ) in herd:  # a child has inherited the pipes of those before it, so all are closed before any is waited for
        os.close(pipe)
    for child, _ in herd:
        os.waitpid(child, 0)


def _join(task: Task, answers: int) -> tuple[int, int]:
    orders, pipe = os.pipe()

    def work() -> None:
        os.close(pipe)
        asyncio.run(_get_tokens(task, orders, answers))

    child = _fork(work)
    os.close(orders)
    return child, pipe


def order_line(task: Task) -> str:
    """Give a task as the first line of the orders."""
    return json.dumps(asdict(task))


if __name__ == "__main__":
    main()
