"""What a lab consists of: its folder, its address, its parts' command lines."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lab.asterisk.files import Box
from lab.asterisk.instance import command as asterisk_command_line
from lab.house.part import Part
from lab.setup.parts import FAKETIME
from lab.setup.places import redis_server


def pbx_address(net: str, number: int) -> str:
    """Where the lab's Asterisk of that number (from 1) is; the callers and the outside world live between the first two."""
    return f"{net}.1" if number == 1 else f"{net}.{9 + number}"


def pbx_part(number: int) -> str:
    """What the keeper calls the Asterisk of that number (from 1)."""
    return "asterisk" if number == 1 else f"asterisk-{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One lab.

    Args:
        state: its folder. net: the first three bytes of its addresses ("127.0.0"). config: its configuration file.
        systemnames: of its Asterisks, in their order. engines: how many engines answer for it.
        owner: the process with which it ends, however that ends; None: it stays until it is stopped.
        clock: whether its wall clock can be stepped: `clock_file` says by how much.
    """

    state: Path
    net: str
    config: Path
    systemnames: Sequence[str]
    engines: int = 1
    owner: int | None = None
    clock: bool = False

    @property
    def clock_file(self) -> Path:
        """By how much the wall clock of its parts differs from this machine's: `+300s`."""
        return self.state / "clock"

    @property
    def box(self) -> Box:
        """Its Asterisk, the first where there are several."""
        return self.boxes[0]

    @property
    def boxes(self) -> list[Box]:
        """Its Asterisks."""
        return [
            Box(folder=self.state / f"pbx{number}", address=pbx_address(self.net, number), systemname=systemname)
            for number, systemname in enumerate(self.systemnames, start=1)
        ]

    @property
    def socket(self) -> Path:
        """Its Redis."""
        return self.state / "redis.sock"

    def parts(self) -> list[Part]:
        """In the order they are started; stopped in reverse."""
        parts = self._parts()
        if not self.clock:
            return parts
        return [replace(part, environment={**part.environment, **stepped(self.clock_file)}) for part in parts]

    def _parts(self) -> list[Part]:
        logs = self.state / "log"
        checkout = Path(__file__).resolve().parents[2]
        redis = [
            str(redis_server()), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.state / "redis"),
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
        ]  # fmt: skip
        engine = [sys.executable, "-m", "engine", "serve", "--config", str(self.config), "--engine"]
        return [
            Part(name="redis", command=redis, log=logs / "redis.log"),
            *(
                Part(name=pbx_part(number), command=asterisk_command_line(box), log=logs / f"{pbx_part(number)}.log")
                for number, box in enumerate(self.boxes, start=1)
            ),
            *(
                Part(
                    name=f"engine-{number}",
                    command=[*engine, str(number)],
                    log=logs / f"engine-{number}.log",
                    environment={"PYTHONPATH": str(checkout)},
                )
                for number in range(1, self.engines + 1)
            ),
        ]


def stepped(clock_file: Path) -> Mapping[str, str]:
    """What has a process take its wall clock from the file, looked at every second; the monotonic clock goes on as ever.

    The C library comes next so that its malloc is found first: jemalloc, which Redis would use, asks the time before libfaketime is ready.
    """
    library = next(Path("/").glob(FAKETIME.lstrip("/")))
    return {
        "LD_PRELOAD": f"{library} libc.so.6",
        "FAKETIME_TIMESTAMP_FILE": str(clock_file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
