"""All phones of a lab: each gets a folder, free ports and a tone of its own, and all are switched off together."""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Self

from lab.phones.baresip import Line, Program
from lab.phones.behaviours import PhoneBehaviour, obey
from lab.phones.softphone import Softphone
from lab.phones.tones import TONES

SERVER, WORLD = 1, 3
"""The last part of their addresses."""
TRUNKS = {"carrier": 2, "transit": 4}
"""That of the callers' on each trunk."""


class Phones:
    """Makes phones for the lab on one loopback net.

    Args:
        folder: where each phone gets a folder.
        net: the first three parts of all addresses.
    """

    def __init__(self, folder: Path, *, net: str = "127.0.0", program: Program | None = None) -> None:
        self._folder = folder
        self._net = net
        self._program = program or Program()
        self._tones = itertools.cycle(TONES)
        self._made: list[Softphone] = []
        self._habits: list[asyncio.Task[None]] = []

    @property
    def made(self) -> tuple[Softphone, ...]:
        """All that were made, oldest first."""
        return tuple(self._made)

    def address(self, last: int) -> str:
        """An address of the net."""
        return f"{self._net}.{last}"

    async def seat(
        self, number: str | int, *, does: PhoneBehaviour | None = None, password: str | None = None, server: int = SERVER
    ) -> Softphone:
        """A seat's phone, registered.

        Args:
            does: what it does by itself when it rings; None leaves it to the scenario.
            password: the lab's for this seat if None.
            server: the last part of the address of the Asterisk it registers at.
        """
        line = Line(number=str(number), address=self.address(SERVER), server=self.address(server), password=password or f"lab-{number}")
        return await self._start(line, does=(lambda: does) if does else None)

    async def seats(self, *numbers: str | int, does: PhoneBehaviour | None = None) -> list[Softphone]:
        """Several seats' phones at once."""
        return list(await asyncio.gather(*(self.seat(number, does=does) for number in numbers)))

    async def caller(
        self, number: str, *, name: str = "", trunk: str = "carrier", server: int = SERVER, tone_hz: int | None = None
    ) -> Softphone:
        """A phone somewhere in the public network whose calls come in over the trunk, `carrier` or `transit`, at that Asterisk.

        Args: tone_hz: what it hums; 0 for silence, a tone of its own if None.
        """
        line = Line(number=number, name=name, address=self.address(TRUNKS[trunk]), server=self.address(server))
        return await self._start(line, tone_hz=tone_hz)

    async def outside(self, number: str, *, tone_hz: int | None = None, does: Callable[[], PhoneBehaviour] | None = None) -> Softphone:
        """A phone in the outside world; the `World` brings it its calls."""
        return await self._start(Line(number=number, address=self.address(WORLD), server=self.address(SERVER)), tone_hz=tone_hz, does=does)

    async def stop(self) -> None:
        """Switch all off."""
        for habit in self._habits:
            habit.cancel()
        await asyncio.gather(*self._habits, return_exceptions=True)
        await asyncio.gather(*(phone.stop() for phone in self._made))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _start(self, line: Line, *, tone_hz: int | None = None, does: Callable[[], PhoneBehaviour] | None = None) -> Softphone:
        folder = self._folder / f"{len(self._made):03}-{line.number}"
        folder.mkdir(parents=True)
        tone_hz = next(self._tones) if tone_hz is None else tone_hz
        phone = Softphone(line, folder, tone_hz=tone_hz, tones=self._folder / "tones", program=self._program)
        self._made.append(phone)
        await phone.start()
        if does:
            self._habits.append(asyncio.create_task(obey(phone, does), name=f"habit of {line.number}"))
        return phone
