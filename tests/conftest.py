"""Settings that every test shares: one event-loop backend."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, the only loop the product supports."""
    return "asyncio"
