"""One sandbox for the tests of the REST surface, put back to its seed before each."""

from collections.abc import AsyncIterator, Iterator

import pytest

from hubspot_skill.sandbox.clock import SandboxClock
from tests.rest.scene import Counter, counter_over
from tests.sandbox.engine_portal import NOW
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import fresh, office, opened


@pytest.fixture(scope="session")
def served_counter() -> Iterator[Served]:
    """Serve the small company's portal with a standing clock."""
    with running_sandbox([office()], clock=SandboxClock(NOW, running=False)) as served:
        yield served


@pytest.fixture
async def counter(served_counter: Served) -> AsyncIterator[Counter]:
    """Give the surface over the portal as it was seeded."""
    fresh(served_counter)
    async with opened(served_counter) as here, counter_over(here) as found:
        yield found
