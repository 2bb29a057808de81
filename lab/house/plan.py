"""What a lab consists of: its folder, its address, its parts' command lines."""

import sys
from dataclasses import dataclass
from pathlib import Path

from lab.asterisk.files import Box
from lab.asterisk.instance import command as asterisk_command_line
from lab.house.part import Part
from lab.setup.places import redis_server


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One lab.

    Args:
        state: its folder. net: the first three bytes of its addresses ("127.0.0"). config: its configuration file.
        engines: how many engines answer for it.
    """

    state: Path
    net: str
    config: Path
    systemname: str
    engines: int = 1

    @property
    def box(self) -> Box:
        """Its Asterisk."""
        return Box(folder=self.state / "pbx1", address=f"{self.net}.1", systemname=self.systemname)

    @property
    def socket(self) -> Path:
        """Its Redis."""
        return self.state / "redis.sock"

    def parts(self) -> list[Part]:
        """In the order they are started; stopped in reverse."""
        logs = self.state / "log"
        checkout = Path(__file__).resolve().parents[2]
        redis = [
            str(redis_server()), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.state / "redis"),
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
        ]  # fmt: skip
        engine = [sys.executable, "-m", "engine", "serve", "--config", str(self.config), "--engine"]
        return [
            Part(name="redis", command=redis, log=logs / "redis.log"),
            Part(name="asterisk", command=asterisk_command_line(self.box), log=logs / "asterisk.log"),
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
