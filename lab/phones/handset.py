"""The works of a telephone: one running baresip, its events taken down as a story."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from calls.clock import Clock
from lab.patience import PATIENCE_S
from lab.phones import baresip
from lab.phones.baresip import Line, Program
from lab.phones.control import Control
from lab.phones.ears import Ears
from lab.phones.errors import PhoneFault
from lab.phones.events import Event, Kind, Story
from lab.phones.ports import free_port
from lab.phones.programs import Running, start
from lab.phones.sip import user_of

HUM_AGAIN_S = 50
"""baresip ends a call whose sound file has ended; the file, longer than this, is therefore begun anew in time."""
START_ATTEMPTS = 3
"""A port that another program took at the same moment is the usual reason for a second one."""
LOG = "log"

_KINDS = {
    "REGISTER_OK": Kind.REGISTERED,
    "REGISTER_FAIL": Kind.NOT_REGISTERED,
    "CALL_INCOMING": Kind.RINGS,
    "CALL_RINGING": Kind.HEARS_RINGING,
    "CALL_ESTABLISHED": Kind.TALKS,
    "CALL_DTMF_START": Kind.HEARD_KEY,
    "CALL_CLOSED": Kind.ENDED,
}
_ENDINGS = {"Connection reset by user": "by this phone", "Connection reset by peer": "by the other side"}


class Handset:
    """One baresip in its folder.

    Args:
        tone: the sound file it plays in every call, longer than `HUM_AGAIN_S`.
    """

    def __init__(self, line: Line, folder: Path, tone: Path, program: Program, clock: Clock) -> None:
        self.line = line
        self.log = folder / LOG
        self.sip_port = 0
        self.story = Story(whose=line.number, clock=clock)
        self.ears = Ears(folder / baresip.RECORDINGS)
        self._folder, self._tone, self._program = folder, tone, program
        self._running: Running | None = None
        self._control: Control | None = None
        self._dialled: dict[str, str] = {}  # SIP Call-ID -> the name the story gave the call when it was dialled
        self._negotiated = 0
        self._humming: asyncio.TimerHandle | None = None
        self._orders: set[asyncio.Task[None]] = set()

    @property
    def call(self) -> str:
        """The latest call's name in the story; empty before there is one."""
        beginnings = (event.call for event in reversed(self.story.events) if event.kind in (Kind.RINGS, Kind.DIALLED))
        return next(beginnings, "")

    def seen(self, kind: Kind, call: str) -> Event | None:
        """The first such event of the call."""
        return next((event for event in self.story.events if event.kind is kind and event.call == call), None)

    async def switch_on(self) -> None:
        """Start baresip and give it its account.

        Raises:
            PhoneFault: it does not start; its last words are in the sentence.
        """
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                self._control = await self._start()
                break
            except PhoneFault:
                if attempt == START_ATTEMPTS:
                    raise
        await self.do("uanew", self.line.account)

    async def switch_off(self, *, suddenly: bool = False) -> None:
        """End baresip: with all its good-byes, or without any. Safe to call twice."""
        self._stop_humming()
        if self._running and not self._running.ended:
            await (self._running.kill() if suddenly else self._running.stop())
            self.story.add(Kind.STOPPED)
        if self._control:
            await self._control.close()

    async def do(self, command: str, parameters: str = "") -> str:
        """Give baresip a command; what it says to it.

        Raises:
            PhoneFault: it is off, refuses, or does not answer.
        """
        if self._control is None or self._running is None or self._running.ended:
            last = f" Its last words: {self._running.last_words()}" if self._running else ""
            raise PhoneFault("phone_off", f"The phone {self.line.number} is not switched on.{last}", phone=self.line.number)
        return await self._control.do(command, parameters)

    async def dial(self, number: str) -> None:
        """Begin a call; the story names it before baresip does."""
        name = self.story.add(Kind.DIALLED, call=f"dialled {len(self.story.events)}", detail=number).call
        said = await self.do("dial", self.line.uri(number))
        if identity := re.search(r"call id: (\S+)", said):  # 1.1.0 alone tells it, and alone needs it before there is a response
            self._dialled[identity[1]] = name

    async def do_with_call(self, command: str) -> str:
        """Give a command that concerns the latest call. 1.0.0 passes the Call-ID over: it means the latest one anyway."""
        call = self.call
        dialled = next((identity for identity, name in self._dialled.items() if name == call), "")
        return await self.do(command, dialled or ("" if call.startswith("dialled") else call))

    @asynccontextmanager
    async def renegotiated(self, wanted: str) -> AsyncIterator[None]:
        """What is done inside sends a re-INVITE; outside it has been answered."""
        before = self._negotiated
        yield
        await self.story.until(lambda: self._negotiated > before or None, within_s=PATIENCE_S, wanted=wanted)

    async def _start(self) -> Control:
        self.sip_port, control_port = free_port(self.line.address), free_port(self.line.address)
        config = baresip.configuration(self.line, self._program, sip_port=self.sip_port, control_port=control_port)
        baresip.furnish(self._folder, config, tone=self._tone)
        running = self._running = await start([*self._program.command, "-s", "-f", "."], folder=self._folder, log=self.log)
        try:
            return await Control.connect(self.line.address, control_port, self._take, alive=lambda: not running.ended)
        except PhoneFault as fault:
            await running.kill()
            raise PhoneFault(fault.code, f"{fault.sentence} Its last words: {running.last_words()}", **fault.fields) from None

    def _take(self, message: dict[str, Any]) -> None:
        """One event of baresip's."""
        kind, call = _KINDS.get(str(message.get("type"))), self._name(message)
        if call:
            self.ears.notice(call)
        if message.get("type") == "CALL_REMOTE_SDP":
            self._negotiated += 1
            self.story.look_again()
        if kind is Kind.TALKS:
            self._hum_again_later()
        elif kind is Kind.ENDED:
            self._stop_humming()
        if kind:
            self.story.add(kind, call, _detail(kind, message))

    def _name(self, message: dict[str, Any]) -> str:
        identity = str(message.get("id", ""))
        if not identity or message.get("direction") != "outgoing":
            return identity
        return self._dialled.setdefault(identity, self.call)

    def _hum_again_later(self) -> None:
        self._stop_humming()
        self._humming = asyncio.get_running_loop().call_later(HUM_AGAIN_S, self._hum_again)

    def _hum_again(self) -> None:
        order = asyncio.create_task(self._begin_tone(), name=f"tone of {self.line.number}")
        self._orders.add(order)
        order.add_done_callback(self._orders.discard)
        self._hum_again_later()

    async def _begin_tone(self) -> None:
        try:
            await self.do("ausrc", f"aufile,{baresip.TONE}")
        except PhoneFault:
            self._stop_humming()  # switched off at this very moment; whoever uses the phone next is told so

    def _stop_humming(self) -> None:
        if self._humming:
            self._humming.cancel()


def _detail(kind: Kind, message: dict[str, Any]) -> str:
    said = str(message.get("param", ""))
    if kind is Kind.RINGS:
        return user_of(str(message.get("peeruri", "")))
    if kind is Kind.ENDED:
        return _ENDINGS.get(said, said)
    return said if kind in (Kind.HEARD_KEY, Kind.NOT_REGISTERED) else ""
