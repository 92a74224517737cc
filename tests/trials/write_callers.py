"""One process of trial W5: told what to work on and which plan, it applies the plan for several callers at once.

The first line of its input is a `Task` as JSON, answered by `ready`; the second `PLAN CALLERS`, answered by one line for each caller.
"""

import asyncio
import json
import sys
from pathlib import Path

from hubspot_skill.changes.applying import Applied, Applier, ApplySettings
from hubspot_skill.foundation.clock import SystemClock
from tests.changes.scene import ACCOUNT, AMPLE, ANNA, TENANT, store_of
from tests.database_fixture import opened
from tests.hubspot.stub import connected
from tests.trials.write_children import Task

__all__: list[str] = []


def _told(applied: Applied) -> str:
    return f"{applied.plan} {sorted(applied.counts.items())} {applied.others}"


async def _main() -> None:
    task = Task(**json.loads(sys.stdin.readline()))
    clock = SystemClock()
    database = await opened(Path(task.place) if task.is_file else task.place, clock=clock)
    settings = ApplySettings(lease_s=task.lease_s, chunk=task.chunk, poll_s=0.02)
    async with connected(task.base_url, limits=AMPLE) as hubspot:
        applier = Applier(
            store_of(database), hubspot, tenant=TENANT, account_id=ACCOUNT, clock=clock, settings=settings
        )
        print("ready", flush=True)
        plan_id, callers = (await asyncio.to_thread(sys.stdin.readline)).split()
        applies = [applier.apply(plan_id, principal=ANNA) for _ in range(int(callers))]
        for applied in await asyncio.gather(*applies):
            print(_told(applied), flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main())
