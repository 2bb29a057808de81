"""The lab's keeper: a process in the background that starts the parts, restarts what dies, and stops them on SIGTERM.

It stops them too when the process ends that the lab was started for, if it was started for one.
`python -m lab.house.keeper STATE_DIR`, started by `lab up`; what it is to keep stands in STATE_DIR/house.json.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from lab.house.files import read_house
from lab.house.part import Running

_STATE_EVERY_S: Final = 0.2


async def keep(state: Path) -> None:
    """Run until SIGTERM or SIGINT, or until the lab's owner is gone."""
    house = read_house(state)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = [Running(part) for part in house.parts()]
    for part in running:
        part.start()
    noted: dict[str, Any] = {}
    try:
        while not stop.is_set() and _is_there(house.owner):
            parts = {part.part.name: part.state() for part in running}
            if parts != noted:
                noted = _noted(state, parts)
            try:
                async with asyncio.timeout(_STATE_EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue
    finally:
        for part in reversed(running):
            await part.stop()
        (state / "keeper.json").unlink(missing_ok=True)


def _is_there(owner: int | None) -> bool:
    try:
        return owner is None or "\nState:\tZ" not in Path(f"/proc/{owner}/status").read_text()  # a dead child waits for its burial
    except OSError:
        return False


def _noted(state: Path, parts: dict[str, Any]) -> dict[str, Any]:
    fresh = state / "keeper.json.new"
    fresh.write_text(json.dumps({"pid": os.getpid(), "parts": parts}), encoding="utf-8")
    fresh.replace(state / "keeper.json")
    return parts


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))
