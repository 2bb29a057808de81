"""Live state held against Asterisk: at start, after every reconnect, every few seconds. What differs is mended and logged."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from calls.errors import Fault
from calls.events import RecordingStarted
from conference.errand_store import IN_CONFERENCE
from engine.mailbox import PostOffice
from engine.watcher import PhonesHere
from pbx.ami.actions import AmiActions
from pbx.ami.gone import if_still_there
from pbx.ami.link import AmiLink
from pbx.ami.listed import ListedChannel
from pbx.ami.snapshot import Snapshot
from routing.seat_board import SeatBoard
from routing.waiting import CallState, LiveCall, Offer, WaitingRoom
from seats.seat import Seat

log = structlog.get_logger(__name__)

END_REASONS: Final = {CallState.IVR: "menu_left", CallState.WAITING: "abandoned", CallState.OFFERED: "abandoned"}
"""Why a call ended whose caller is gone, by where it was; everywhere else it had been served."""
_ROOMED: Final = frozenset({*IN_CONFERENCE, CallState.TRANSFERRED})
"""States in which a caller may still be in a room: also where he should hear music, and his engine died on the way there."""
_EVERY_S: Final = 5.0
_GIVEN_UP: Final = 2  # looks in a row that found the link down


class Hotline(WaitingRoom, SeatBoard, Protocol):
    """The waiting room, its seats, and who shares them."""

    @property
    def engine_id(self) -> str:
        """This engine."""
        ...

    async def engines(self) -> list[str]:
        """The engines that live. Raises: StoreFault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """Which part of a hotline of several Asterisks one of them is.

    Args:
        mine: whether a call, by its id, came in on it.
        across: how the names of channels to and from the other Asterisks begin.
        look: sees to what it knows of the others, with what was just read from it.
    """

    mine: Callable[[str], bool]
    across: str
    look: Callable[[Snapshot], Awaitable[None]]


class Reconciler:
    """Mends what got lost: calls whose channel is gone, three-way calls whose engine is, legs and phones that changed unseen."""

    def __init__(
        self,
        *,
        link: AmiLink,
        waiting: Hotline,
        phones: PhonesHere,
        post: PostOffice,
        recorded: bool = True,
        one_of: OneOf | None = None,
    ) -> None:
        self.supervisors: Callable[[Mapping[str, str]], Awaitable[None]] | None = None
        """Told of all legs there are, uniqueid -> state."""
        self.compared = asyncio.Event()
        """Set when what is has been compared for the first time, or could not be."""
        self._link = link
        self._actions = AmiActions(link)
        self._waiting = waiting
        self._phones = phones
        self._post = post
        self.recorded = recorded
        self._one_of = one_of
        self._silent = 0
        self._bridged: set[str] = set()
        self._unheld: AbstractSet[str] = frozenset()
        self._at_once = asyncio.Event()

    def strayed(self, leg: str) -> None:
        """Something came of a leg that no engine's coroutine follows. Where it is a call's, it is looked at now."""
        if leg in self._unheld:
            self._at_once.set()

    async def run(self) -> None:
        """Reconcile every few seconds, and when a call that nobody follows was answered or hung up; for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_S):
                    await self._at_once.wait()
            self._at_once.clear()
            self._silent = 0 if self._link.state.up else self._silent + 1
            try:
                if not self._silent:
                    await self.now()
                elif self._one_of is not None and self._silent >= _GIVEN_UP:
                    await self._given_up()
            except Fault as fault:
                log.warning("reconcile_failed", code=fault.code, why=fault.sentence)

    async def now(self) -> None:
        """Once, out of turn. Raises: as `once`."""
        with self._link.holding_events():
            await self.once(reclaim=True)

    async def once(self, *, reclaim: bool = False) -> None:
        """Compare now, and mend. `reclaim`: this engine takes calls, so that those in dead engines' hands may come to it.

        Raises: PbxFault, StoreFault: one of the two could not be asked; nothing was mended.
        """
        # Calls first: a call known to live state then must have a channel in what is asked afterwards.
        calls = [call for call in await self._waiting.calls() if self._mine(call.call_id)]
        self._phones.believed(await self._seats())
        snapshot = await self._link.snapshot(tuple(self._phones.devices))
        self._phones.saw_all(snapshot.devices)
        await self._phones.settled()  # a timer that is due next must know which phones ring
        if self._one_of is not None:
            await self._one_of.look(snapshot)
        if snapshot.missing:
            return
        rooms = {room: {member.uniqueid for member in members} for room, members in snapshot.rooms.items()}
        self._post.compare(snapshot.channels, rooms, mine=self._mine)
        self._unheld = await self._followed_by_nobody(calls)
        await self._post.find_talks({call.call_id: call for call in calls}, snapshot.channels, mine=self._mine)
        for call in calls:
            await self._mend(call, snapshot)
        await self._bring_in(calls, snapshot, rooms)
        if self.supervisors is not None:
            await self.supervisors({leg.uniqueid: leg.state for leg in snapshot.channels.values()})
        if reclaim:
            await self._reclaim(calls, rooms)

    async def _followed_by_nobody(self, calls: Sequence[LiveCall]) -> AbstractSet[str]:
        """Calls whose engine is dead, or lost them: what comes of them nobody is told by Asterisk."""
        loose = [call for call in calls if call.call_id not in self._post.calls]
        alive: Collection[str] = await self._waiting.engines() if loose else ()
        return {call.call_id for call in loose if call.engine == self._waiting.engine_id or call.engine not in alive}

    def _mine(self, call_id: str) -> bool:
        return self._one_of is None or self._one_of.mine(call_id)

    async def _given_up(self) -> None:
        """This Asterisk is silent, and of its calls nothing is heard either: they are over, and the seats elsewhere are free.

        One whose AGI session stands is alive: then only the link is cut. In another engine's hands it is that engine's affair.
        """
        calls = [call for call in await self._waiting.calls() if self._mine(call.call_id) and call.call_id not in self._post.calls]
        alive: Collection[str] = await self._waiting.engines() if calls else ()
        for call in calls:
            if call.engine == self._waiting.engine_id or call.engine not in alive:
                log.warning("call_of_silent_asterisk_ended", call_id=call.call_id, state=call.state)
                await self._waiting.end(call.call_id, END_REASONS.get(call.state, "completed"), detail="its Asterisk is silent")

    async def _seats(self) -> Sequence[Seat]:
        """The seats as live state has them; all of them anew where it lost its data."""
        if (seats := await self._waiting.seats()) or not self._phones.seats:
            return seats
        log.warning("seats_defined_again", seats=len(self._phones.seats))
        await self._waiting.define(self._phones.seats)
        return await self._waiting.seats()

    async def _reclaim(self, calls: Sequence[LiveCall], rooms: Mapping[str, AbstractSet[str]]) -> None:
        """Bring callers whose engine is dead, or lost them, out of their rooms: only so does the dialplan ask the next engine.

        That one puts them in again at once, and from then on knows who comes and goes.
        """
        for call in calls:
            lost = call.state in _ROOMED and call.call_id in self._unheld - self._post.calls
            if lost and call.call_id in rooms.get(call.room, ()):
                log.warning("three_way_call_reclaimed", call_id=call.call_id, engine=call.engine, state=call.state)
                with if_still_there(call.call_id):
                    await self._actions.confbridge_kick(call.room, call.channel)

    async def _bring_in(self, calls: Sequence[LiveCall], snapshot: Snapshot, rooms: Mapping[str, AbstractSet[str]]) -> None:
        """Seats that were to go into their rooms, and whose mover died before he moved them: found so twice, they are moved now."""
        left = {call.seat_leg: call for call in calls if call.state in IN_CONFERENCE and self._still_bridged(call, snapshot, rooms)}
        for leg in left.keys() & self._bridged:
            log.warning("seat_brought_into_room", call_id=left[leg].call_id, seat_id=left[leg].seat_id)
            with if_still_there(leg):
                await self._actions.redirect(left[leg].seat_channel, context="zhida-room", exten="leg")
        self._bridged = set(left)

    def _still_bridged(self, call: LiveCall, snapshot: Snapshot, rooms: Mapping[str, AbstractSet[str]]) -> bool:
        """Whether the call's seat and caller are still in the bridge of their Dial."""
        seat, caller = snapshot.channels.get(call.seat_leg), snapshot.channels.get(call.call_id)
        together = seat is not None and caller is not None and seat.bridge_id != "" and seat.bridge_id == caller.bridge_id
        return together and call.seat_leg not in rooms.get(call.room, ())

    async def _mend(self, call: LiveCall, snapshot: Snapshot) -> None:
        if call.state is CallState.TRANSFERRED and call.seat_leg in snapshot.channels:
            # Whoever was to hang it up died over it, and the two talk on.
            log.warning("seat_of_handed_on_caller_hung_up", call_id=call.call_id, seat_id=call.seat_id)
            with if_still_there(call.seat_leg):
                await self._actions.hangup(call.seat_leg)
        if call.call_id in self._post.calls:
            return
        if call.call_id in snapshot.channels:
            await self._note_talk(call, snapshot)
            return
        reason = END_REASONS.get(call.state, "completed")
        log.warning("call_without_channel_ended", call_id=call.call_id, state=call.state, engine=call.engine, reason=reason)
        await self._waiting.end(call.call_id, reason, detail="its channel was gone")

    async def _note_talk(self, call: LiveCall, snapshot: Snapshot) -> None:
        """A seat picked up while nobody looked: the engine that rang it is dead, and its Dial goes on without it."""
        leg = self._seat_leg(call, snapshot) if call.state is CallState.OFFERED else None
        if leg is None:
            return
        offer = Offer(offer_id=call.offer_id, call_id=call.call_id, seat_id=call.seat_id, group="", devices=(), deadline=snapshot.taken_at)
        if not await self._waiting.answered(offer, seat_leg=leg.uniqueid, seat_channel=leg.channel):
            return
        log.warning("answer_found", call_id=call.call_id, seat_id=call.seat_id)
        if self.recorded:
            state, fact = CallState.TALKING, RecordingStarted(call_id=call.call_id, at=snapshot.taken_at, name=call.call_id)
            await self._waiting.change(call.call_id, expect=state, state=state, facts=[fact], recording=call.call_id)

    def _seat_leg(self, call: LiveCall, snapshot: Snapshot) -> ListedChannel | None:
        """The leg of the call's seat that the caller talks with."""
        bridge = snapshot.channels[call.call_id].bridge_id
        with_him = (leg for leg in snapshot.channels.values() if bridge and leg.bridge_id == bridge)
        return next((leg for leg in with_him if self._phones.seat_of(leg.channel) == call.seat_id or self._is_across(leg)), None)

    def _is_across(self, leg: ListedChannel) -> bool:
        """Whether the leg leads to another Asterisk: it rings nobody's phone there but that of the seat the call is offered to."""
        return self._one_of is not None and leg.channel.startswith(self._one_of.across)
