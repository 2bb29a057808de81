"""Telling one waiting caller of his place: what was expected as he joined, and since then every improvement."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from calls.clock import Clock
from calls.errors import StoreFault
from calls.events import Announced, Expected
from engine.mailbox import Mailbox
from ivr.announcing import Announce, Announcing, best, news, prompts_saying
from pbx.line import AgiLine
from routing.expected import Outlook, Told
from routing.waiting import WaitingRoom

log = structlog.get_logger(__name__)

T = TypeVar("T")

LOOK_EVERY_S: Final = 5.0
"""So often a caller who could be told something is looked at."""


class Telling:
    """One call's, for as long as this engine has it waiting. An offer that is made meanwhile ends whatever goes on here."""

    def __init__(self, *, waiting: WaitingRoom, clock: Clock, mailbox: Mailbox, announcing: Announcing, dialled: str) -> None:
        self._waiting = waiting
        self._clock = clock
        self._mailbox = mailbox
        self._announcing = announcing
        self._what = announcing.of(dialled)
        self._told = Told()
        self._due = math.inf if self._what is Announce.OFF else 0.0
        self._looked = False
        self._queued: float | None = None
        self._expected_s: float | None = None

    @property
    def due_in_s(self) -> float:
        """When `tell` wants to be asked again."""
        return max(0.0, self._due - self._clock.monotonic())

    @property
    def error_s(self) -> float | None:
        """A seat answers: by how much the caller waited longer than was expected; None where nothing was."""
        if self._queued is None or self._expected_s is None:
            return None
        return self._clock.monotonic() - self._queued - self._expected_s

    async def joined(self) -> None:
        """The call waits, the first time in this engine's hands: note what is expected of its wait, unless another engine did."""
        if self._looked:
            return
        self._looked = True
        outlook = await self._outlook()
        if outlook is None:
            return
        self._queued = self._clock.monotonic() - outlook.waited_s
        if self._what is not Announce.OFF:
            self._due = self._clock.monotonic() + self._announcing.due_in_s(outlook)
        self._expected_s = outlook.expected_s
        if outlook.expected_s is not None:
            return
        fact = _expected(self._mailbox.call_id, self._clock.now(), outlook)
        if await self._unless_offered(self._waiting.expected(fact)):
            self._expected_s = None if fact.nobody_on_duty else fact.wait_s
            log.info("wait_expected", position=fact.position, wait_s=self._expected_s)

    async def tell(self, line: AgiLine, *, until: Callable[[], Awaitable[None]], longest_s: float) -> None:
        """Tell the caller what has become better, where that is due; it ends at once when `until` does.

        Args:
            longest_s: of a wait beyond this nothing is said.
        Raises: LegGone.
        """
        if self.due_in_s > 0:
            return
        self._due = self._clock.monotonic() + LOOK_EVERY_S
        outlook = await self._outlook()
        if outlook is None:
            return
        if (due_in_s := self._announcing.due_in_s(outlook)) > 0:
            self._due = self._clock.monotonic() + due_in_s
            return
        told = news(self._what, best(self._told, outlook.told), outlook, longest_s=longest_s)
        if told is None:
            return
        fact = Announced(call_id=self._mailbox.call_id, at=self._clock.now(), position=told.position or 0, minutes=told.minutes or 0)
        if not await self._unless_offered(self._waiting.told(fact)):
            return
        self._told = best(self._told, told)
        self._due = self._clock.monotonic() + self._announcing.every_s
        log.info("place_announced", position=told.position, minutes=told.minutes)
        await line.announce(prompts_saying(told), until)

    async def _outlook(self) -> Outlook | None:
        found = await self._unless_offered(self._waiting.outlooks([self._mailbox.call_id]))
        return found.get(self._mailbox.call_id) if found is not None else None

    async def _unless_offered(self, step: Coroutine[Any, Any, T]) -> T | None:
        """What the step answers; None where live state is away, or a seat is to be rung at once."""
        doing = asyncio.create_task(step)
        offered = asyncio.create_task(self._mailbox.offer_made())
        try:
            await asyncio.wait({doing, offered}, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        except StoreFault as fault:
            log.warning("place_not_known", code=fault.code)
            return None
        finally:
            doing.cancel()
            offered.cancel()
            await asyncio.gather(doing, offered, return_exceptions=True)


def _expected(call_id: str, at: datetime, outlook: Outlook) -> Expected:
    left_s = outlook.wait_s
    if left_s is None:
        return Expected(call_id=call_id, at=at, position=outlook.position, nobody_on_duty=True)
    return Expected(call_id=call_id, at=at, position=outlook.position, wait_s=round(outlook.waited_s + left_s, 1))
