"""`lab up`, `down` and `status`: from outside the keeper."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, Final

from calls.errors import Conflict, Fault
from lab.asterisk.instance import fully_booted, write_files
from lab.house.files import keeper_state, write_house
from lab.house.plan import House
from lab.music import make_music
from lab.patience import PATIENCE_S

_UP_WITHIN_S: Final = 2 * PATIENCE_S  # all of it: a dozen programs
_DOWN_WITHIN_S: Final = PATIENCE_S
_LOOK_EVERY_S: Final = 0.05


def prepare(house: House, snippets: Sequence[Mapping[str, str]], *, music: Path, keep: bool) -> None:
    """Lay out the lab's folder, with the snippets of each Asterisk; without `keep`, what an earlier lab left there is removed.

    Raises: Conflict: a lab is up there already.
    """
    if (noted := keeper_state(house.state)) is not None:
        raise Conflict("lab_is_up", f"A lab is up in {house.state} already (keeper {noted['pid']}): ./zhida lab down stops it.")
    if not keep:
        for folder in (house.state / "redis", house.state / "log", *house.state.glob("pbx*/log"), *house.state.glob("pbx*/spool")):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (*house.state.glob("zhida.db*"), *house.state.glob("sms.jsonl")):
            file.unlink()
    for name in ("redis", "log"):
        (house.state / name).mkdir(parents=True, exist_ok=True)
    for box, of_box in zip(house.boxes, snippets, strict=True):
        write_files(box, of_box)
    house.clock_file.write_text("+0s", encoding="utf-8")
    make_music(music)
    write_house(house)


async def start(house: House, health_urls: list[str]) -> None:
    """Start the keeper and return when calls can be placed.

    Raises: Fault: a part did not come up; names it and its log. Nothing of the lab is left running then.
    """
    _start_keeper(house.state)
    try:
        await asyncio.gather(*(fully_booted(box, within_s=_UP_WITHIN_S) for box in house.boxes))
        for number, url in enumerate(health_urls, start=1):
            await _healthy(url, f"engine-{number}", house.state / "log" / f"engine-{number}.log")
    except BaseException:
        await stop(house.state)
        raise


def _start_keeper(state: Path) -> None:
    """As nobody's child: it goes on when this process ends, and needs no burial by it when it ends before."""
    checkout = Path(__file__).resolve().parents[2]
    with (state / "log" / "keeper.log").open("ab") as log:
        subprocess.run(
            ["setsid", "--fork", sys.executable, "-m", "lab.house.keeper", str(state)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            check=True,
        )


async def stop(state: Path) -> bool:
    """Stop the lab and wait until its parts have ended; False where none was up."""
    noted = keeper_state(state)
    if noted is None:
        return False
    os.kill(noted["pid"], signal.SIGTERM)
    os.kill(noted["pid"], signal.SIGCONT)  # one that is held, so that nothing is restarted, goes too
    try:
        async with asyncio.timeout(_DOWN_WITHIN_S):
            while keeper_state(state) is not None:
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        raise Fault("lab_not_down", f"The lab's keeper (process {noted['pid']}) did not stop within {_DOWN_WITHIN_S:.0f} s.") from None
    return True


def health(url: str) -> dict[str, Any]:
    """What an engine says of itself; an engine that does not answer, or somebody else in its place, is not ready."""
    try:
        with _answer(url) as answer:
            document = json.load(answer)
    except (OSError, ValueError, HTTPException) as error:
        return {"status": "down", "why": str(error)}
    return document if isinstance(document, dict) else {"status": "down", "why": f"{url} is no engine's"}


def _answer(url: str) -> IO[bytes]:
    try:
        answer: IO[bytes] = urllib.request.urlopen(url, timeout=2)
    except urllib.error.HTTPError as not_well:
        return not_well
    return answer


async def _healthy(url: str, name: str, log: Path) -> None:
    said: dict[str, Any] = {}
    try:
        async with asyncio.timeout(_UP_WITHIN_S):
            while (said := await asyncio.to_thread(health, url)).get("status") != "ok":
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        raise Fault("engine_not_up", f"{name} is not ready ({said.get('why') or said}); see {log}.") from None
