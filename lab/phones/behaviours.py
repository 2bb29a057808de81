"""What a phone does by itself when it rings, as data; and the one who does it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lab.phones.errors import NotHappened, PhoneFault
from lab.phones.events import Event, Kind
from lab.phones.softphone import Softphone

A_DAY_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers, perhaps presses keys, perhaps hangs up; all counted from the step before.

    Args:
        tone_hz: what it hums; 0: nothing, as a voicemail that waits for the caller; None: a tone of its own.
    """

    after_s: float = 0.0
    presses: str = ""
    presses_after_s: float = 1.0
    hangs_up_after_s: float | None = None
    tone_hz: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingsForEver:
    """Rings until the caller gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declines:
    """Rings, then is refused by hand: 486."""

    after_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuses:
    """Does not even ring; the network answers with this status."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IsDead:
    """No answer of any kind, not even that the call is being tried."""


BUSY = Refuses(status=486, reason="Busy Here")
NO_SUCH_NUMBER = Refuses(status=404, reason="Not Found")

PhoneBehaviour: TypeAlias = Answers | RingsForEver | Declines
"""What a phone can do."""
Behaviour: TypeAlias = PhoneBehaviour | Refuses | IsDead
"""What a number can do."""


async def obey(phone: Softphone, behaviour: Callable[[], PhoneBehaviour]) -> None:
    """Act on every ring of the phone until cancelled.

    Args:
        behaviour: asked at each ring, so that it may change from call to call.
    """
    done: set[str] = set()

    def next_ring() -> Event | None:
        return next((event for event in phone.events if event.kind is Kind.RINGS and event.call not in done), None)

    while True:
        ring = await phone.story.until(next_ring, within_s=A_DAY_S, wanted="ring")
        done.add(ring.call)
        acting = asyncio.create_task(_act(phone, behaviour()), name=f"{phone.number} acts")
        try:
            await phone.story.until(lambda call=ring.call: _ended(phone, call), within_s=A_DAY_S, wanted="see its call end")  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        finally:
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)


async def _act(phone: Softphone, behaviour: PhoneBehaviour) -> None:
    try:
        if isinstance(behaviour, Declines):
            await asyncio.sleep(behaviour.after_s)
            await phone.decline()
        elif isinstance(behaviour, Answers):
            await _answer(phone, behaviour)
    except (NotHappened, PhoneFault):
        pass  # the caller gave up, or the phone was switched off, at this very moment


async def _answer(phone: Softphone, behaviour: Answers) -> None:
    await asyncio.sleep(behaviour.after_s)
    await phone.answer()
    if behaviour.presses:
        await asyncio.sleep(behaviour.presses_after_s)
        await phone.send_digits(behaviour.presses)
    if behaviour.hangs_up_after_s is not None:
        await asyncio.sleep(behaviour.hangs_up_after_s)
        await phone.hang_up()


def _ended(phone: Softphone, call: str) -> bool | None:
    return any(event.kind is Kind.STOPPED or (event.kind is Kind.ENDED and event.call == call) for event in phone.events) or None
