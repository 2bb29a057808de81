"""Where acts are noted: in the stream of facts, so that a database that is away blocks nobody; without Redis in the database itself."""

import getpass
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from calls.clock import Clock, SystemClock
from calls.errors import LegGone, StoreFault, ZhidaError
from calls.events import Act
from engine.stores import Stores
from routing.waiting import WaitingRoom
from seats.seat import Seat
from tickets.acts import ActLog

log = structlog.get_logger(__name__)


SHELL: Final = "shell"
NO_CALL: Final = "acts"
"""Stands where an act has nothing to do with a call."""


@asynccontextmanager
async def noted_act(stores: Stores, what: str, subject: str, **detail: object) -> AsyncIterator[None]:
    """What the shell does to the database itself, in the block: noted before, and again with its reason where it was not done."""
    act = Act(
        call_id=NO_CALL,
        at=SystemClock().now(),
        act_id=uuid.uuid4().hex,
        who=SHELL,
        role="",
        person=getpass.getuser(),
        what=what,
        subject=subject,
        why="",
        detail=json.dumps(detail, ensure_ascii=False),
    )
    await stores.acts.add(act)
    try:
        yield
    except Exception as error:
        await stores.acts.add(replace(act, came_of=error.code if isinstance(error, ZhidaError) else "internal"))
        raise


@dataclass(frozen=True, slots=True)
class ActBook:
    """Implements `api.sources.Acts`."""

    waiting: WaitingRoom
    log: ActLog

    async def note(self, act: Act) -> None:
        """See `Acts.note`."""
        log.info("act_noted", who=act.who, person=act.person, what=act.what, subject=act.subject, why=act.why, came_of=act.came_of)
        try:
            await self.waiting.record([act])
        except StoreFault:
            await self.log.add(act)


class Seats(Protocol):
    """Who sits where."""

    async def seat(self, seat_id: str) -> Seat | None:
        """See `SeatBoard.seat`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Where something is keyed in: `kind` is seat or specialist, `name` the phone's (8001), or the specialist's id."""

    kind: str
    name: str
    seat_id: str = ""

    @property
    def who(self) -> str:
        """How the log of acts names it."""
        return f"phone {self.name}" if self.kind == "seat" else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class KeyedActs:
    """Acts that are keyed in at phones: noted before they are done, and again with the reason where they were not."""

    book: ActBook
    seats: Seats
    clock: Clock

    @asynccontextmanager
    async def noted(
        self, phone: Phone, what: str, subject: str, *, call_id: str = NO_CALL, why: str = "", **detail: object
    ) -> AsyncIterator["Undone"]:
        """What is done in the block; what it tells to have been refused, without raising it, is noted too. Raises: StoreFault."""
        seat = await self.seats.seat(phone.seat_id) if phone.seat_id else None
        act = Act(
            call_id=call_id,
            at=self.clock.now(),
            act_id=uuid.uuid4().hex,
            who=phone.who,
            role=phone.kind,
            person=f"agent {seat.agent}" if seat is not None and seat.agent else "",
            what=what,
            subject=subject,
            why=why,
            detail=json.dumps({"by": "keys", **detail}, ensure_ascii=False),
        )
        await self.book.note(act)
        undone = Undone()
        try:
            yield undone
        except LegGone:
            raise  # the phone was hung up, or moved by what it asked for, which is done
        except Exception as error:
            undone.came_of = error.code if isinstance(error, ZhidaError) else "internal"
            raise
        finally:
            if undone.came_of:
                await self._undone(replace(act, came_of=undone.came_of))

    async def _undone(self, act: Act) -> None:
        try:
            await self.book.note(act)
        except StoreFault as fault:
            log.error("act_not_noted_as_undone", act_id=act.act_id, came_of=act.came_of, why=fault.sentence)


@dataclass(slots=True)
class Undone:
    """Why an act was not done after all: a refusal's code, "" where it was."""

    came_of: str = ""
