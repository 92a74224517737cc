"""One sandbox for all tests of the service, put back to its seed before each."""

from collections.abc import AsyncIterator, Iterator

import pytest

from hubspot_skill.sandbox.clock import SandboxClock
from tests.sandbox.engine_portal import NOW
from tests.sandbox_fixture import Served, running_sandbox
from tests.service.scene import Office, fresh, office, opened


@pytest.fixture(scope="session")
def served_office() -> Iterator[Served]:
    """Serve the small company's portal with a standing clock."""
    with running_sandbox([office()], clock=SandboxClock(NOW, running=False)) as served:
        yield served


@pytest.fixture
async def crm(served_office: Served) -> AsyncIterator[Office]:
    """Give the use cases over the portal as it was seeded."""
    fresh(served_office)
    async with opened(served_office) as here:
        yield here
