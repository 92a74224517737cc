"""The audit of a process: what it keeps, and for how long."""

from pathlib import Path

from hubspot_skill.app.auditing import KEPT, AuditLog
from hubspot_skill.app.databases import Databases
from hubspot_skill.app.keys import Keys
from hubspot_skill.app.places import Places
from hubspot_skill.app.settings import read_settings
from tests.manual_clock import ManualClock


async def test_opening_the_audit_forgets_what_is_older_than_it_is_kept_and_the_chain_still_holds(
    tmp_path: Path,
) -> None:
    clock, settings = ManualClock(), read_settings({})
    places = Places(tmp_path / "config", tmp_path / "data")
    databases = Databases(settings, places, Keys(settings, places, {}), clock=clock)

    async def noted(action: str) -> None:
        await AuditLog(databases, "local", clock=clock).note(action, "done", "c1")
        await databases.aclose()

    await noted("connect")
    await clock.advance(KEPT.total_seconds() - 60)
    await noted("rename")
    await clock.advance(120)

    audit = await AuditLog(databases, "local", clock=clock).opened()
    try:
        kept = [body for _, _, body in await audit.entries("local")]
        assert not [body for body in kept if '"connect"' in body]
        assert [body for body in kept if '"rename"' in body]
        assert (await audit.verify("local")).holds
    finally:
        await databases.aclose()
