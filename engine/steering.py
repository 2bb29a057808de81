"""What is keyed in during a call, carried out: each act as the conference's desk does it, one line of `_ways` an act.

An act is first made ready, which refuses whatever can be refused, and changes nothing; only then it is confirmed and done.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from calls.errors import Conflict, NotFound, Refused
from conference.desk import ConferenceDesk
from conference.errand import AttemptState, Errand
from conference.inside import Inside
from conference.members import Who
from conference.table import Act, after
from conference.targets import Targets
from conference.transfer import TargetKind, TransferState, TransferTarget
from ivr.call_keys import TURNS, KeyAct
from routing.waiting import CallState, LiveCall

Doing = Callable[[], Awaitable[object]]
"""An act that is ready to be done."""


class Specialists(Protocol):
    """Asks for specialists. Raises (both): Refused: no such department, or nobody of it can be called. StoreFault."""

    async def ask(self, call_id: str, department: str) -> Doing:
        """The hunt for one of this department, ready to be begun."""
        ...

    async def hand_on(self, call_id: str, leg: str, department: str) -> Doing:
        """The hunt for a colleague that the specialist on this leg asks for: of this department, or of his own where it is ""."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortNumbers:
    """What people key in -> what it stands for."""

    departments: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    hotlines: Mapping[str, str] = field(default_factory=dict)
    seats: frozenset[str] = frozenset()

    def target(self, act: KeyAct, number: str) -> TransferTarget:
        """To whom a caller is handed on: another hotline, also by its own number; a seat, a group, or any telephone."""
        if act is KeyAct.HOTLINE:
            return TransferTarget(kind=TargetKind.HOTLINE, value=self.hotlines.get(number, number))
        if number in self.seats:
            return TransferTarget(kind=TargetKind.SEAT, value=number)
        if number in self.groups:
            return TransferTarget(kind=TargetKind.GROUP, value=self.groups[number])
        return TransferTarget(kind=TargetKind.NUMBER, value=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was keyed in, by whom (`who`: seat or specialist) in which call. `by`: how records name him."""

    act: KeyAct
    number: str
    call: LiveCall
    who: Who
    by: str


Way = Callable[[Wish], Awaitable[Doing]]

_ASKED_OF_TABLE: Final[Mapping[KeyAct, Act]] = {
    KeyAct.HOLD: Act.HOLD,
    KeyAct.RESUME: Act.RESUME,
    KeyAct.ASK: Act.ASK,
    KeyAct.JOIN: Act.JOIN,
    KeyAct.CONSULT: Act.CONSULT,
    KeyAct.CANCEL: Act.CANCEL,
    KeyAct.TAKE_OUT: Act.TAKE_OUT,
    KeyAct.MUTE: Act.MUTE,
    KeyAct.UNMUTE: Act.UNMUTE,
    KeyAct.TRANSFER: Act.TRANSFER,
    KeyAct.ANNOUNCE: Act.ANNOUNCE,
    KeyAct.COMPLETE: Act.COMPLETE,
    KeyAct.HOTLINE: Act.TRANSFER,
    KeyAct.LEAVE: Act.TAKE_OUT,
    KeyAct.HAND_ON: Act.HAND_ON,
}
"""Acts that conference.table allows or refuses."""


class Steering:
    """One engine's.

    Args:
        short: as configured at that moment.
    """

    def __init__(self, desk: ConferenceDesk, specialists: Specialists, targets: Targets) -> None:
        self.short = ShortNumbers()
        self._desk = desk
        self._specialists = specialists
        self._targets = targets
        self.ways: dict[KeyAct, Way] = {
            KeyAct.HOLD: self._plainly(desk.hold),
            KeyAct.RESUME: self._plainly(desk.resume),
            KeyAct.ASK: self._ask,
            KeyAct.JOIN: self._plainly(desk.join),
            KeyAct.CONSULT: self._plainly(desk.consult),
            KeyAct.CANCEL: self._plainly(desk.cancel),
            KeyAct.TAKE_OUT: self._take_out,
            KeyAct.MUTE: self._plainly(lambda call_id: desk.mute(call_id, "caller")),
            KeyAct.UNMUTE: self._plainly(lambda call_id: desk.unmute(call_id, "caller")),
            KeyAct.TRANSFER: self._transfer,
            KeyAct.ANNOUNCE: self._transfer,
            KeyAct.HOTLINE: self._transfer,
            KeyAct.COMPLETE: self._complete,
            KeyAct.LEAVE: self._leave,
            KeyAct.HAND_ON: self._hand_on,
        }

    async def ready(self, wish: Wish) -> Doing:
        """The act, ready to be done.

        Raises: Refused: it cannot be done, now or at all; nothing was changed. StoreFault, PbxFault.
        """
        if (act := _ASKED_OF_TABLE.get(wish.act)) is not None:
            after(wish.call, act)
        way = self.ways.get(wish.act)
        if way is None:
            raise Refused("act_not_offered", f"{wish.act} cannot be keyed in at this hotline.", act=wish.act)
        return await way(wish)

    def also(self, act: KeyAct, do: Callable[[str, str], Awaitable[object]]) -> None:
        """Have an act of another desk's done, which is given the call's id and who asks for it."""

        async def ready(wish: Wish) -> Doing:
            return lambda: do(wish.call.call_id, wish.by)

        self.ways[act] = ready

    @staticmethod
    def _plainly(do: Callable[[str], Awaitable[object]]) -> Way:
        async def ready(wish: Wish) -> Doing:
            return lambda: do(wish.call.call_id)

        return ready

    async def _ask(self, wish: Wish) -> Doing:
        _no_hunt(wish.call)
        return await self._specialists.ask(wish.call.call_id, _meant(self.short.departments, wish.number))

    async def _hand_on(self, wish: Wish) -> Doing:
        """A colleague: of the department that is named, else of his own."""
        _no_hunt(wish.call)
        department = _meant(self.short.departments, wish.number) if wish.number else ""
        return await self._specialists.hand_on(wish.call.call_id, wish.who.leg, department)

    async def _transfer(self, wish: Wish) -> Doing:
        announced, to = wish.act is KeyAct.ANNOUNCE, self.short.target(wish.act, wish.number)
        _no_transfer(wish.call)
        await self._targets.find(wish.call, to, announced=announced)
        return lambda: self._desk.transfer(wish.call.call_id, to, announced=announced, by=wish.by)

    async def _complete(self, wish: Wish) -> Doing:
        transfer = Inside.from_json(wish.call.inside).transfer
        if transfer is None or transfer.state is not TransferState.JOINED:
            sentence = f"Nobody whom call {wish.call.call_id} could be left to is on the line; announce a transfer first."
            raise Conflict("transfer_not_answered", sentence, call_id=wish.call.call_id)
        return lambda: self._desk.complete(wish.call.call_id)

    async def _take_out(self, wish: Wish) -> Doing:
        """Whom the seat talks with: the target of an announced transfer, else the specialist who came in last."""
        transfer = Inside.from_json(wish.call.inside).transfer
        if transfer is not None and transfer.announced and transfer.under_way:
            return lambda: self._desk.take_out(wish.call.call_id, "target")
        there = [one for one in Errand.from_json(wish.call.errand).attempts if one.state is AttemptState.JOINED]
        if not there:
            raise NotFound("member_not_there", f"Call {wish.call.call_id} has no specialist in it.", call_id=wish.call.call_id)
        return lambda: self._desk.take_out(wish.call.call_id, there[-1].attempt_id)

    async def _leave(self, wish: Wish) -> Doing:
        member = "seat" if wish.who.kind == "seat" else wish.who.leg
        return lambda: self._desk.take_out(wish.call.call_id, member)


def chosen(acts: tuple[KeyAct, ...], call: LiveCall) -> KeyAct:
    """Which act of a pair is meant: the second, where the first is done already."""
    first = acts[0]
    done = {
        KeyAct.HOLD: call.state is CallState.HELD,
        KeyAct.JOIN: call.state is CallState.THREE_WAY,
        KeyAct.MUTE: call.call_id in Inside.from_json(call.inside).muted,
    }
    return TURNS[first] if TURNS.get(first) in acts and done.get(first, False) else first


def _meant(short: Mapping[str, str], number: str) -> str:
    if number not in short:
        known = ", ".join(sorted(short)) or "none"
        raise NotFound("short_number_unknown", f"There is no short number {number}; there are {known}.", number=number)
    return short[number]


def _no_hunt(call: LiveCall) -> None:
    """Said by the desk too; here it is known before anything is confirmed."""
    if Errand.from_json(call.errand).hunting:
        sentence = f"Call {call.call_id} is already looking for a specialist; cancel that first."
        raise Refused("hunt_goes_on", sentence, call_id=call.call_id)


def _no_transfer(call: LiveCall) -> None:
    """The same."""
    transfer = Inside.from_json(call.inside).transfer
    if transfer is not None and transfer.under_way:
        sentence = f"Call {call.call_id} is being handed on to {transfer.value} already; complete or cancel that first."
        raise Conflict("transfer_goes_on", sentence, call_id=call.call_id)
