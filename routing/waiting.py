"""The waiting room: what it keeps of a call, and the steps that change it.

Each method of `WaitingRoom` is one atomic step: what it decides and what it records (live state and facts) happen
together or not at all. Several engines call it at once. The rules that hold after every step:

* a seat has at most one offer or call; a call has at most one open offer;
* no ready seat of an open group stands idle while a call waits that it may take. A call that awaits its preferred seat
  (`LiveCall.awaits`) waits for that seat alone, of its own and for `Rules.preferred_wait_s` at most after it joined: other seats
  may meanwhile stand idle or serve those behind it. It does so only while that seat is on duty and merely busy. When that seat
  becomes free, the best-ranked of all calls gets it, whoever awaits it; a seat is awaited by one call at a time;
* within a rank, first come first served across all groups;
* a seat that declined or did not answer a call is not offered it again while another seat on duty in its open groups
  can take it (see `Rules.refusal_s`);
* a call whose open groups have no seat on duty that could take it has its next rung open (`Rules.skip_empty_groups`);
* an offer ends at its lease at the latest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from calls.events import Announced, Event, Expected
from routing.expected import Outlook
from routing.skills import Skills, relaxed_by
from seats.state import SeatEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of a ladder: from `after_s` seconds of waiting on, the seats of `group` may take the call.

    Args:
        wants: from then on at most this is wanted of a seat, of whatever group ({}: nothing any more); None: as before.
    """

    group: str
    after_s: float
    wants: Skills | None = None


class Strategy(StrEnum):
    """Which of a group's ready seats is rung first; where two are equal, the one that has been ready longest."""

    LONGEST_READY = "longest_ready"
    FEWEST_CALLS = "fewest_calls"  # answered since midnight in the hotline's time zone
    IN_ORDER = "in_order"  # as the group's configuration names them


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the steps need of the configuration.

    Args:
        ring_s: a seat rings at most this long; an offer's lease is ring_s + lease_margin_s.
        wrap_up_s: wrap-up ends by itself after this; 0 means no wrap-up. wrap_up_longest_s: how far it can be extended.
        away_after_missed: a seat that declined or missed an offer becomes AWAY (else it stays READY).
        away_for_s: it is READY again by itself after this; 0: only a person ends it.
        agent_required: nobody but a signed-in agent can be READY or PAUSED.
        retry_s: how soon at the earliest the same seat may be offered the same call again, however the offer ended that the
            seat or its engine ended (at least 0.1).
        refusal_s: how long a refusal stands at most while other seats on duty are merely busy. Where no other seat on
            duty in the call's open groups is left that has not refused it, the refusal stands for retry_s only.
        unreachable_s: after this a seat that is UNREACHABLE while its phone looks idle is tried again.
        typical_call_s: how long a call takes a seat, where the hotline has not measured it yet (for the expected wait).
        kept_back: group -> number of its ready seats kept for callers whose class is in `kept_for`.
        strategies: group -> which of its ready seats is rung first; LONGEST_READY where it is not named.
        timezone: the hotline's, for what counts as today.
        preferred_s: so long after a seat served a caller (his enterprise; else his number) it is his preferred one: it is taken
            first wherever it is ready in an open group. 0: there are none.
        preferred_wait_s: so long after it joined a call awaits its preferred seat while that is merely busy, and takes no other.
        skip_empty_groups: while no seat on duty in the open groups has the skills wanted, the next rung opens at once.
    """

    ring_s: float = 15.0
    lease_margin_s: float = 5.0
    wrap_up_s: float = 3.0
    away_after_missed: bool = True
    retry_s: float = 2.0
    refusal_s: float = 30.0
    unreachable_s: float = 30.0
    typical_call_s: float = 180.0
    kept_back: tuple[tuple[str, int], ...] = ()
    kept_for: frozenset[str] = frozenset({"key_enterprise", "project"})
    wrap_up_longest_s: float = 300.0
    away_for_s: float = 0.0
    agent_required: bool = False
    strategies: tuple[tuple[str, Strategy], ...] = ()
    timezone: str = "Asia/Shanghai"
    preferred_s: float = 0.0
    preferred_wait_s: float = 0.0
    skip_empty_groups: bool = True


class CallState(StrEnum):
    """Where a call is."""

    IVR = "ivr"  # arrived; hears a greeting or a menu
    WAITING = "waiting"  # in the waiting room, no offer open
    OFFERED = "offered"  # one seat is being rung for it
    TALKING = "talking"  # bridged with the seat
    CONSULT = "consult"  # hears music while the seat is in the room with, or hunting for, a specialist
    TALKING_IN_ROOM = "talking_in_room"  # as talking, but the two are in the call's room: he was held, or somebody was muted
    THREE_WAY = "three_way"  # in the room, with somebody else there or coming, or with his seat gone
    HELD = "held"  # hears music while the seat, alone in the room, does something else
    TRANSFERRED = "transferred"  # hears music on his way from his seat to somebody else
    OUTSIDE = "outside"  # talks with a number that his seat handed him on to
    AFTER = "after"  # every seat and specialist has left; rating


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call as live state holds it from its arrival to its end.

    Args:
        number: national form, "" where there is none. name: what a seat's phone shows (enterprise or "").
        rank_ms: arrival (ms) less the bonus of its class; the lowest is served first.
        ladder: all rungs; opened: how many of them are open.
        skills: every one is wanted, at least at its level; `wants` is what is left of them at the rungs that are open.
        preferred: the seat that served him last, where that counts still, else ""; it is taken first where it is ready.
        awaits: the preferred seat, while the call waits for it alone, else "".
        engine: the engine that holds the caller's AGI session; offers are delivered to it.
        seat_channel, seat_leg: name and uniqueid of the seat's channel once it answered.
        room: the conference room's name, if any. errand: what the owner's coroutine is to do (opaque JSON; it survives the engine).
        inside: what else goes on in it (as opaque, and as lasting). second: the seat that is asked to take the caller over, or "".
    """

    call_id: str
    state: CallState
    engine: str
    caller_class: str
    number: str
    name: str
    channel: str
    rank_ms: int
    arrived: datetime
    queued: datetime | None = None
    ladder: tuple[Rung, ...] = ()
    opened: int = 0
    skills: Skills = field(default_factory=dict)
    preferred: str = ""
    awaits: str = ""
    offer_id: str = ""
    seat_id: str = ""
    seat_channel: str = ""
    seat_leg: str = ""
    answered: datetime | None = None
    room: str = ""
    errand: str = ""
    recording: str = ""
    enterprise: str = ""
    entry_id: str = ""
    inside: str = ""
    second: str = ""

    @property
    def wants(self) -> Skills:
        """What is wanted of a seat now."""
        return relaxed_by(self.skills, (rung.wants for rung in self.ladder[: self.opened]))


class OfferOutcome(StrEnum):
    """How an offer ended that did not become a talk."""

    DECLINED = "declined"  # the agent refused it
    EXPIRED = "expired"  # nobody picked up in ring_s
    UNREACHABLE = "unreachable"  # the phone could not be rung
    WITHDRAWN = "withdrawn"  # the caller left, or the engine took it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One call proposed to one seat until `deadline`."""

    offer_id: str
    call_id: str
    seat_id: str
    group: str
    devices: tuple[str, ...]
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """A seat that is asked to take a caller over. `leg`: uniqueid of the channel that rings it, for `ring_s` at most."""

    seat_id: str
    leg: str
    ring_s: float


class WaitingRoom(Protocol):
    """The atomic steps. Every one is idempotent where it may be repeated after a crash.

    Raises (all steps): StoreFault: Redis is away; nothing is known of the step, and it may be repeated.
    """

    async def arrive(self, call: LiveCall, facts: Sequence[Event]) -> LiveCall | None:
        """Note a call that is not waiting yet (it hears a menu).

        Returns None for a new call; for one already known (the dialplan came back after an engine died) its state as live state has it,
        now owned by `call.engine`, and the facts are not recorded again. An offer that was open for it is withdrawn, because its
        ringing is over; if it waits, it is offered nothing until it joins again.
        """
        ...

    async def join(self, call: LiveCall, facts: Sequence[Event], *, seat_id: str = "", left: str = "") -> Offer | None:
        """Put the call in the waiting room with the rungs open at `call.queued`, and match it at once.

        The facts (all up to Queued) are recorded in the same step. A call that already waits keeps its rank, its
        refusals and its opened rungs; an offer still open for it is withdrawn first, because its ringing is over.
        Returns the offer, or None: it waits, and an offer will be delivered to `call.engine`.
        With a `seat_id` the call is for that seat, which takes it at once or not at all: where it is ready, paused (it is paused
        again afterwards) or in wrap-up, and its phone idle. Else its ladder counts, where it has one. A seat that has `left` it to
        others counts as one that refused it.
        """
        ...

    async def offer_ended(self, offer: Offer, outcome: OfferOutcome, *, cause: str = "", again: bool = False) -> Offer | None:
        """The offer brought no talk; the seat goes where the outcome says, the call back to its old place.

        Else than one it refused, a seat whose offer was withdrawn is not rung for the call for a moment, and may take others
        meanwhile. `again`: it is rung at once, because nothing was wrong with it.
        Returns the next offer for the same call, if one can be made at once. An offer that is no longer open changes
        nothing (None, or the offer that has meanwhile been made for the call).
        """
        ...

    async def answered(self, offer: Offer, *, seat_leg: str, seat_channel: str) -> bool:
        """The seat picked up: call TALKING, seat TALKING. False where the offer was no longer open."""
        ...

    async def change(
        self,
        call_id: str,
        *,
        expect: CallState,
        state: CallState,
        facts: Sequence[Event] = (),
        room: str | None = None,
        errand: str | None = None,
        expect_errand: str | None = None,
        recording: str | None = None,
        inside: str | None = None,
        expect_inside: str | None = None,
    ) -> bool:
        """Move a call that a seat answered between the states of such a call.

        False, and nothing changed, where it was not in `expect`, or its errand or inside is another by now than is expected, if so.
        Also records facts or sets fields without moving (state == expect). None leaves a field as it is. The call's engine is told
        (`Deliveries.poked`), so that its coroutine looks again.
        """
        ...

    async def seat_left(self, call_id: str, seat_id: str) -> None:
        """The seat's part in the call is over: SeatLeft, and CALL_ENDED for the seat. The call goes on."""
        ...

    async def talk_over(self, call_id: str) -> LiveCall | None:
        """Where it is TALKING: it is AFTER now, and `seat_left`. The call as it is then; None where it is not known."""
        ...

    async def take_second(
        self, call_id: str, second: Second, *, expect: CallState, state: CallState, inside: str, expect_inside: str, facts: Sequence[Event]
    ) -> bool:
        """As `change`, and a seat that is to take the caller over is reserved: rung for nobody else until it answers or its lease is over.

        Raises: Refused: no such seat. Conflict: it is not ready with an idle phone.
        """
        ...

    async def second_answered(self, call_id: str, leg: str) -> bool:
        """The second seat is in the room: TALKING. False where it is not the second any more."""
        ...

    async def second_left(self, call_id: str, leg: str, event: SeatEvent) -> None:
        """The second seat takes nobody over: it left again, or (`event`) did not answer. Late word changes nothing."""
        ...

    async def complete(self, call_id: str, leg: str, *, expect: CallState, state: CallState, inside: str, facts: Sequence[Event]) -> bool:
        """The second seat is the call's from now on, the first is done with it. False: not in `expect`, or that seat does not talk."""
        ...

    async def end(self, call_id: str, reason: str, *, detail: str = "") -> None:
        """The caller's contact is over: an open offer is withdrawn, its seat is freed, Ended is recorded, the call forgotten.

        Said again, it changes nothing. Before a seat answered, only the engine that owns the call may end it while that engine
        lives; another's word is late (the caller came back to somebody else) and is dropped.
        """
        ...

    async def record(self, facts: Sequence[Event]) -> None:
        """Record facts that change no live state."""
        ...

    async def call(self, call_id: str) -> LiveCall | None:
        """The call at this moment."""
        ...

    async def calls(self) -> list[LiveCall]:
        """All calls, by rank."""
        ...

    async def place(self, call_id: str) -> int | None:
        """How many waiting calls rank before it in the groups it waits for; None where it does not wait."""
        ...

    async def missing_before(self, rank_ms: int) -> int:
        """How many calls that rank before are in no engine's hands, because theirs died, and are expected back at their places."""
        ...

    async def outlooks(self, call_ids: Sequence[str]) -> Mapping[str, Outlook]:
        """What stands before each of these calls, those left out that do not wait. Changes nothing."""
        ...

    async def expected(self, fact: Expected) -> bool:
        """Note the wait that was expected when the call joined; False where that was done, or it waits no longer."""
        ...

    async def told(self, fact: Announced) -> bool:
        """Note what the caller is about to be told of his wait, and record it.

        False, and he must not be told, where it is no better than what he was told before, whoever told him, or where the call
        does not wait any more (a seat rings for it), or is another engine's.
        """
        ...


class Deliveries(Protocol):
    """What reaches the engine that owns a call, whichever engine made the step."""

    def offered(self, offer: Offer) -> None:
        """A waiting call of this engine got a seat. An offer is given to its engine once: as a step's answer, or here.

        What rings for an earlier offer of the same call is to be stopped: that offer is over. This may come before the answer to
        the very step that let the call wait, so whoever joins must be found here before he does.
        """
        ...

    def poked(self, call_id: str) -> None:
        """A call of this engine was changed by somebody else; look at it again.

        Its offer may be over (nothing may ring for it then), and it may be another engine's by now.
        """
        ...


class Timers(Protocol):
    """Everything that becomes due in live state: rungs, leases, wrap-ups, retries. Any engine may run any of them."""

    async def tick(self) -> datetime | None:
        """Do what is due now, deliver the offers that came of it, and tell when the next thing is due (None: nothing)."""
        ...
