"""The audit's file: what it keeps, and for how long."""

from pathlib import Path

from hubspot_skill.app.auditing import KEPT, AuditFile
from hubspot_skill.app.places import Places
from hubspot_skill.foundation.crypto import KeyRing, MasterKey
from tests.manual_clock import ManualClock


async def test_opening_the_audit_forgets_what_is_older_than_it_is_kept_and_the_chain_still_holds(
    tmp_path: Path,
) -> None:
    places, ring, clock = Places(tmp_path / "config", tmp_path / "data"), KeyRing([MasterKey.generate()]), ManualClock()

    async def noted(action: str) -> None:
        file = AuditFile(places, ring, "local", clock=clock)
        try:
            await file.note(action, "done", "c1")
        finally:
            await file.aclose()

    await noted("connect")
    await clock.advance(KEPT.total_seconds() - 60)
    await noted("rename")
    await clock.advance(120)

    file = AuditFile(places, ring, "local", clock=clock)
    try:
        audit = await file.opened()
        kept = [body for _, _, body in await audit.entries("local")]
        assert not [body for body in kept if '"connect"' in body]
        assert [body for body in kept if '"rename"' in body]
        assert (await audit.verify("local")).holds
    finally:
        await file.aclose()
