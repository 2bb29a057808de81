"""The outside world: whatever number Asterisk calls there, somebody or something answers as the script says.

    world.script("051586660001", RingsForEver())
    world.script("13900001001", Answers(after_s=1, presses="1"))
    await world.is_called("13900001001")
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from calls.clock import Clock, SystemClock
from lab.patience import PATIENCE_S
from lab.phones.behaviours import NO_SUCH_NUMBER, Answers, Behaviour, IsDead, PhoneBehaviour, Refuses, RingsForEver
from lab.phones.errors import NotHappened
from lab.phones.front import Address, Front
from lab.phones.phones import WORLD, Phones
from lab.phones.sip import Message, address_of
from lab.phones.softphone import Softphone

SIP_PORT = 5060


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call that came out into the world; the times as in `Event`."""

    number: str
    caller: str
    invite: Message
    at: datetime
    monotonic: float


class World:
    """Everything behind one SIP address, in `phones`' net.

    Each number that is called gets a phone of its own, with its own tone and recording; a second call to it while it talks
    is answered 486, as by any telephone.

    Args:
        otherwise: what a number without a script does.
    """

    def __init__(self, phones: Phones, *, otherwise: Behaviour = NO_SUCH_NUMBER, clock: Clock | None = None) -> None:
        self.address: Address = (phones.address(WORLD), SIP_PORT)
        self._phones = phones
        self._otherwise = otherwise
        self._clock = clock or SystemClock()
        self._scripts: dict[str, Behaviour] = {}
        self._called: list[Called] = []
        self._more = asyncio.Event()
        self._started: dict[str, asyncio.Task[Softphone]] = {}
        self._front = Front(self.address, self._reach)

    def script(self, number: str, behaviour: Behaviour) -> Self:
        """From the next call on the number does this; its tone is settled by the first that has it answer."""
        self._scripts[number] = behaviour
        return self

    async def phone(self, number: str) -> Softphone:
        """The phone behind the number, switched on: to act by hand (then it rings until told otherwise), or to see what it heard."""
        if number not in self._started:
            self._scripts.setdefault(number, RingsForEver())
            self._started[number] = asyncio.create_task(self._start(number), name=f"phone of {number}")
        return await asyncio.shield(self._started[number])

    @property
    def called(self) -> tuple[Called, ...]:
        """Every call so far, oldest first."""
        return tuple(self._called)

    async def is_called(self, number: str, *, times: int = 1, within_s: float = PATIENCE_S) -> Called:
        """Wait until the number has been called (so many times), counted from the beginning; the latest of them."""
        try:
            async with asyncio.timeout(within_s):
                while len(calls := [call for call in self._called if call.number == number]) < times:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            seen = "; ".join(f"{call.at:%H:%M:%S.%f} {call.number} by {call.caller}" for call in self._called) or "nobody"
            raise NotHappened(
                "not_called", f"{number} was not called {times} times within {within_s:g} s. Called were: {seen}.", number=number
            ) from None
        return calls[times - 1]

    async def start(self) -> Self:
        """Open the door; the phones behind it are switched on when they are first called."""
        await self._front.open()
        return self

    async def stop(self) -> None:
        """Close the door; the phones belong to `phones`."""
        self._front.close()
        await asyncio.gather(*self._started.values(), return_exceptions=True)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _reach(self, invite: Message) -> Address | Refuses | IsDead:
        number, caller = invite.called, address_of(invite.header("From")).user
        self._called.append(Called(number=number, caller=caller, invite=invite, at=self._clock.now(), monotonic=self._clock.monotonic()))
        self._more.set()
        behaviour = self._scripts.setdefault(number, self._otherwise)
        if isinstance(behaviour, Refuses | IsDead):
            return behaviour
        host, port = (await self.phone(number)).sip_address.split(":")
        return host, int(port)

    async def _start(self, number: str) -> Softphone:
        script = self._scripts[number]
        tone_hz = script.tone_hz if isinstance(script, Answers) else None
        return await self._phones.outside(number, tone_hz=tone_hz, does=lambda: self._phone_script(number))

    def _phone_script(self, number: str) -> PhoneBehaviour:
        script = self._scripts[number]
        return RingsForEver() if isinstance(script, Refuses | IsDead) else script
