"""What `lab up` writes for the keeper and for `lab status`."""

import json
import os
from pathlib import Path
from typing import Any

from calls.errors import Refused
from lab.house.plan import House


def write_house(house: House) -> None:
    """Note what the lab consists of, in its folder."""
    document = {
        "net": house.net,
        "config": str(house.config),
        "systemnames": list(house.systemnames),
        "engines": house.engines,
        "owner": house.owner,
        "clock": house.clock,
    }
    (house.state / "house.json").write_text(json.dumps(document), encoding="utf-8")


def read_house(state: Path) -> House:
    """The lab of a folder.

    Raises: Refused: there is none.
    """
    try:
        noted = json.loads((state / "house.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused("no_lab", f"There is no lab in {state}: ./zhida lab up starts one.") from None
    return House(
        state=state,
        net=noted["net"],
        config=Path(noted["config"]),
        systemnames=noted["systemnames"],
        engines=noted["engines"],
        owner=noted.get("owner"),
        clock=noted.get("clock", False),
    )


def keeper_state(state: Path) -> dict[str, Any] | None:
    """The keeper's pid and its parts, None where no keeper runs."""
    try:
        noted: dict[str, Any] = json.loads((state / "keeper.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return noted if _is_keeper(noted["pid"], state) else None


def _is_keeper(pid: int, state: Path) -> bool:
    """Whether the process of that id is this folder's keeper: ids are used again."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"lab.house.keeper" in words and os.fsencode(state) in words
