"""The product's now over a sandbox is the sandbox's now."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio

from hubspot_skill.app.portal_clock import PortalClock
from hubspot_skill.hubspot.settings import AdapterSettings
from hubspot_skill.hubspot.transport import Transport
from hubspot_skill.sandbox.clock import SandboxClock
from tests.manual_clock import ManualClock
from tests.sandbox.engine_portal import portal
from tests.sandbox_fixture import running_sandbox

OLD = datetime(2018, 1, 1, 14, tzinfo=UTC)


@asynccontextmanager
async def _transport(base_url: str) -> AsyncIterator[Transport]:
    transport = Transport(AdapterSettings(api_base_url=base_url))
    yield transport
    await transport.aclose()


async def test_the_clock_shows_the_sandboxs_time_and_runs_on_from_there() -> None:
    machine = ManualClock()
    clock = PortalClock(machine)
    with running_sandbox([portal()], clock=SandboxClock(OLD, running=False)) as sandbox:
        async with _transport(sandbox.base_url) as transport:
            await clock.renew(transport)
            assert clock.now() == OLD
            await machine.advance(30)
            assert clock.now() == OLD + timedelta(seconds=30)
            sandbox.sandbox.clock.set(OLD + timedelta(days=2))
            await clock.renew(transport)
            assert clock.now() == OLD + timedelta(days=2)


async def test_the_sandbox_is_asked_at_most_once_a_second() -> None:
    machine = ManualClock()
    clock = PortalClock(machine)
    with running_sandbox([portal()], clock=SandboxClock(OLD, running=False)) as sandbox:
        async with _transport(sandbox.base_url) as transport:
            await clock.renew(transport)
            sandbox.sandbox.clock.set(OLD + timedelta(days=2))
            await machine.advance(0.5)
            await clock.renew(transport)
            assert clock.now() == OLD + timedelta(seconds=0.5)


async def test_something_else_on_that_port_leaves_the_machines_clock() -> None:
    machine = ManualClock()
    clock = PortalClock(machine)
    body = b"<html>hello</html>"
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (len(body), body)

    async def greet(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(answer)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, greet)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with _transport(f"http://127.0.0.1:{port}") as transport:
            await clock.renew(transport)
        tasks.cancel_scope.cancel()

    assert clock.now() == machine.now()


async def test_nothing_on_that_port_leaves_the_machines_clock() -> None:
    machine = ManualClock()
    clock = PortalClock(machine)
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)

    async with _transport(f"http://127.0.0.1:{port}") as transport:
        await clock.renew(transport)

    assert clock.now() == machine.now()
