"""What reaches a call from outside its own line: offers, pokes of other engines, what Asterisk says of its legs."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import structlog

from routing.lost_talks import LostTalks
from routing.waiting import CallState, LiveCall, Offer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAnswer:
    """The seat's leg that picked up."""

    leg: str
    channel: str


_UNANSWERED: Final = frozenset({CallState.IVR, CallState.WAITING, CallState.OFFERED})


class Mailbox:
    """One call's; written by the watcher and the deliveries, read by the call's coroutine (conference.legs.Around).

    `reached` is how far live state was told that the call is, for when live state has lost it; None: nothing, or that it is over.
    `talk` is the call as it was last seen, from a seat's answer on; None before that.
    """

    def __init__(self, call_id: str, post: "PostOffice") -> None:
        self.call_id = call_id
        self.members: AbstractSet[str] = frozenset()
        self.gone: AbstractSet[str] = frozenset()
        self.answered: AbstractSet[str] = frozenset()
        self.offer: Offer | None = None
        self.seat_answer: SeatAnswer | None = None
        self.ringing: set[str] = set()
        self.key = ""
        self.reached: CallState | None = None
        self.talk: LiveCall | None = None
        self.legs: set[str] = set()
        self._causes: dict[str, int] = {}
        self._past: set[str] = set()
        self._missed: AbstractSet[str] = frozenset()
        self._poked = False
        self._post = post
        self._changed = asyncio.Event()

    def cause(self, leg: str) -> int:
        """See `Around.cause`."""
        return self._causes.get(leg, 0)

    def watch(self, leg: str) -> None:
        """See `Around.watch`."""
        self._post.legs[leg] = self
        self.legs.add(leg)

    def saw(self, call: LiveCall) -> None:
        """See `Around.saw`."""
        self.talk = None if call.state in _UNANSWERED else call

    async def found_again(self) -> bool:
        """See `Around.found_again`."""
        return self.talk is not None and await self._post.found_again(self.talk)

    async def changed(self) -> None:
        """Return when anything here, or the live call, changed since the last return."""
        await self._changed.wait()
        self._changed.clear()

    def take_offer(self, other: Offer | None = None) -> Offer | None:
        """The offer that was delivered and not yet taken, or the other where that is newer: the older one is over then."""
        offer, self.offer = self.offer, None
        return max(filter(None, (offer, other)), key=lambda one: one.deadline, default=None)

    async def offer_made(self) -> None:
        """Return when an offer is there to be taken."""
        while self.offer is None:
            await self.changed()

    async def offered_or_poked(self, key: str = "") -> None:
        """The same, or when others changed the live call, or the caller has pressed this key."""
        while self.offer is None and not self._poked and not (key and self.key == key):
            await self.changed()

    async def offer_or_key(self, key: str) -> None:
        """Return when an offer is there to be taken, or the caller has pressed this key ("" is none)."""
        while self.offer is None and not (key and self.key == key):
            await self.changed()

    async def answer(self) -> SeatAnswer:
        """Return the leg that picked up, once one has, of those that the caller's own Dial rings."""
        while self.seat_answer is None:
            await self.changed()
        return self.seat_answer

    def forget_ringing(self) -> None:
        """A new Dial is about to begin: legs of an earlier one, and what is still told of them, are of no account."""
        self._past |= self.ringing
        self.ringing.clear()
        self.seat_answer = None

    def take_poke(self) -> bool:
        """Whether the live call was changed by others since this was last asked."""
        poked, self._poked = self._poked, False
        return poked

    def poke(self) -> None:
        """The live call was changed by somebody else."""
        self._poked = True
        self._changed.set()

    def offered(self, offer: Offer) -> None:
        """An offer was made for this call."""
        self.offer = offer
        self._changed.set()

    def pressed(self, key: str) -> None:
        """The caller pressed a key."""
        self.key = key
        self._changed.set()

    def rings(self, leg: str) -> None:
        """The caller's own Dial rings this leg."""
        self.ringing.add(leg)
        self._changed.set()

    def picked_up(self, leg: str, channel: str, *, dialled_by_call: bool) -> None:
        """A leg answered; one that the caller's own Dial rang is the seat's."""
        self.answered |= {leg}
        if dialled_by_call and leg not in self._past:
            self.seat_answer = SeatAnswer(leg=leg, channel=channel)
            self.watch(leg)
        self._changed.set()

    def joined(self, leg: str) -> None:
        """A leg came into the room."""
        self.members |= {leg}
        self.gone -= {leg}
        self.watch(leg)
        self._changed.set()

    def left(self, leg: str, cause: int) -> None:
        """A leg left the room or hung up (cause 0: only the room)."""
        self.members -= {leg}
        self.gone |= {leg}
        if cause:
            self._causes[leg] = cause
        self._changed.set()

    def compare(self, there: Collection[str], in_room: AbstractSet[str]) -> None:
        """What Asterisk lists now, for what was not heard while the link was down: all legs there are, and those in the room.

        A leg that is ordered may not be there yet; it is gone when it is missed twice.
        """
        for leg in in_room - self.members:
            self.joined(leg)
        for leg in self.members - in_room:
            self.left(leg, 0)
        missed = {leg for leg in self.legs - self.gone if leg not in there}
        for leg in missed & self._missed:
            self.left(leg, 0)
        self._missed = missed


class PostOffice:
    """The mailboxes of the calls this engine holds, found by call (which is also the room's name) and by leg.

    `stray` is told of offers for calls that are not in it; `talks` writes talks anew that live state has lost.
    """

    def __init__(self) -> None:
        self.legs: dict[str, Mailbox] = {}
        self.stray: Callable[[Offer], None] = lambda _: None
        self.talks: LostTalks | None = None
        self.given_back: dict[str, LiveCall] = {}
        """Talks that left this engine's hands and were not over then: Redis was away."""
        self._calls: dict[str, Mailbox] = {}

    def open(self, call_id: str) -> Mailbox:
        """A new mailbox for a call that has just come into this engine's hands."""
        mailbox = Mailbox(call_id, self)
        mailbox.talk = self.given_back.pop(call_id, None)
        self._calls[call_id] = mailbox
        return mailbox

    def close(self, mailbox: Mailbox) -> None:
        """The call has left this engine's hands."""
        if self._calls.get(mailbox.call_id) is mailbox:
            del self._calls[mailbox.call_id]
            if mailbox.talk is not None:
                self.given_back[mailbox.call_id] = mailbox.talk
        for leg in mailbox.legs:
            if self.legs.get(leg) is mailbox:
                del self.legs[leg]

    def of_call(self, call_id: str) -> Mailbox | None:
        """The mailbox of a call, where it is this engine's."""
        return self._calls.get(call_id)

    @property
    def calls(self) -> AbstractSet[str]:
        """The calls in this engine's hands."""
        return self._calls.keys()

    async def find_talks(self, calls: Mapping[str, LiveCall], there: Collection[str], *, mine: Callable[[str], bool]) -> None:
        """Talks that go on, but are not among the calls that live state has, are known to it again. Raises: StoreFault.

        Args: calls: those, and no others, are known. there: all legs there are. mine: of these calls alone that can be told.
        """
        for mailbox in [mailbox for call_id, mailbox in self._calls.items() if mine(call_id)]:
            if mailbox.call_id in calls:
                mailbox.saw(calls[mailbox.call_id])
            elif mailbox.talk is not None and _goes_on(mailbox.talk, there):
                await mailbox.found_again()
        for call_id, talk in [(call_id, talk) for call_id, talk in self.given_back.items() if mine(call_id)]:
            if not _goes_on(talk, there):
                del self.given_back[call_id]
            elif call_id in calls:
                self.given_back[call_id] = calls[call_id]
            else:
                await self.found_again(talk)

    async def found_again(self, talk: LiveCall) -> bool:
        """Live state does not know the talk: True where it does now. Raises: StoreFault."""
        if self.talks is None or not await self.talks.found(talk):
            return False
        log.warning("talk_known_again", call_id=talk.call_id, state=talk.state, seat_id=talk.seat_id)
        return True

    def offered(self, offer: Offer) -> None:
        """See `Deliveries.offered`."""
        if (mailbox := self._calls.get(offer.call_id)) is not None:
            mailbox.offered(offer)
        else:
            self.stray(offer)

    def compare(
        self, there: Collection[str], rooms: Mapping[str, AbstractSet[str]], *, mine: Callable[[str], bool] = lambda _: True
    ) -> None:
        """What an Asterisk lists now: all legs, and each room's; of the calls that are `mine`, which is to say its own."""
        for call_id, mailbox in self._calls.items():
            if mine(call_id):
                mailbox.compare(there, rooms.get(call_id, frozenset()))

    def unanswered(self, leg: str, cause: int) -> None:
        """A leg that was ordered never came to be answered. Where its hang-up was seen, that tells the cause better."""
        if (mailbox := self.legs.get(leg)) is not None and leg not in mailbox.gone:
            mailbox.left(leg, cause)

    def poked(self, call_id: str) -> None:
        """See `Deliveries.poked`."""
        if (mailbox := self._calls.get(call_id)) is not None:
            mailbox.poke()


def _goes_on(talk: LiveCall, there: Collection[str]) -> bool:
    return talk.call_id in there and (not talk.seat_leg or talk.seat_leg in there)
