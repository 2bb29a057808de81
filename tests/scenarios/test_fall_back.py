"""No engine is left: Asterisk's own queue rings the priority seats, and the audit finds what nobody wrote down."""

import asyncio
import os
import sys
from pathlib import Path

from tests.scenarios.hotline import KEY, Hotline

CHECKOUT = Path(__file__).resolve().parents[2]


async def audit(hotline: Hotline, *options: str) -> tuple[int, str]:
    """The audit's exit code and words."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine", "audit", "--config", str(hotline.lab.config), *options,
        cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_with_no_engine_left_the_queue_rings_the_priority_seat_and_the_audit_recovers_the_call(hotline: Hotline) -> None:
    assert (await audit(hotline))[0] == 0
    seat = await hotline.seat(8001)
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        caller = await hotline.calls(KEY)
        ring = await seat.rings()
        assert ring.number == KEY  # filtered by the dialplan, shown without an engine
        await hotline.talk_on(caller, seat)
        await caller.hang_up()
        await seat.call_ended()
    await hotline.api.until("/calls?limit=1", lambda page: "items" in page)

    code, said = await audit(hotline, "--look-only")
    assert (code, "recovered as ticket" in said) == (1, False), said
    code, said = await audit(hotline)
    assert code == 1, said
    assert "1 were missing" in said
    assert "recovered as ticket" in said
    number = said.partition("recovered as ticket ")[2].split()[0]
    ticket = await hotline.api.get(f"/tickets/{number}")
    assert ticket["recovered"]
    assert ticket["caller"] == "0515-88880001"
    code, said = await audit(hotline)
    assert code == 0, said
