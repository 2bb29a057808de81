"""A call with a seat, an exchange that does what its script says, and the conference between them. No Asterisk, no Redis."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime

from calls.errors import Conflict, LegGone, PbxFault
from calls.events import Event
from conference.desk import ConferenceDesk, PhoneToRing
from conference.errand import Attempt, Errand
from conference.flow import Conference
from conference.inside import Inside
from conference.recording import ConsultsRecorded
from conference.targets import Found
from conference.transfer import TargetKind, Transfer, TransferTarget
from engine.mailbox import Mailbox, PostOffice
from routing.waiting import CallState, LiveCall, Second
from seats.state import SeatEvent

CALL, SEAT_LEG = "zhida-1.0", "zhida-1.1"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class OneClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def a_phone(number: str = "051586660001", *, name: str = "甲", phone: str = "office") -> PhoneToRing:
    return PhoneToRing(specialist_id=f"s-{name}", name=name, department="税务", phone=phone, number=number, ring_s=20)


class Targets:
    """Whom the story allows (conference.targets.Targets): every seat, 8002 and 8004 for the group qilai, and what is a number."""

    async def find(self, call: LiveCall, to: TransferTarget, *, announced: bool) -> list[Found]:
        if to.kind is TargetKind.GROUP and announced:
            return [Found(kind=TargetKind.SEAT, value=seat, device=f"PJSIP/{seat}") for seat in ("8002", "8004")]
        return [Found(kind=to.kind, value=to.value, device=f"PJSIP/{to.value}", name=to.value)]


class Room:
    """The waiting room's part in a conference (routing.waiting.WaitingRoom), for one call."""

    def __init__(self) -> None:
        self.live: LiveCall | None = LiveCall(
            call_id=CALL,
            state=CallState.TALKING,
            engine="e1",
            caller_class="key_enterprise",
            number="0515-88880001",
            name="某企业",
            channel="PJSIP/carrier-1",
            rank_ms=0,
            arrived=NOW,
            seat_id="8001",
            seat_leg=SEAT_LEG,
            seat_channel="PJSIP/8001-1",
        )
        self.facts: list[Event] = []
        self.mailbox: Mailbox | None = None
        self.busy_seats: set[str] = set()
        self.seconds: list[str] = []

    async def call(self, call_id: str) -> LiveCall | None:
        assert call_id == CALL
        return self.live

    async def arrive(self, call: LiveCall, facts: Sequence[Event]) -> LiveCall | None:
        self.live = call
        return call

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
        await asyncio.sleep(0)
        live = self.live
        if live is None or live.state is not expect or (expect_errand is not None and live.errand != expect_errand):
            return False
        if expect_inside is not None and live.inside != expect_inside:
            return False
        fields = {"room": room, "errand": errand, "inside": inside}
        self.live = replace(live, state=state, **{name: value for name, value in fields.items() if value is not None})
        self.facts += facts
        self._poke()
        return True

    async def take_second(
        self, call_id: str, second: Second, *, expect: CallState, state: CallState, inside: str, expect_inside: str, facts: Sequence[Event]
    ) -> bool:
        if second.seat_id in self.busy_seats:
            raise Conflict("seat_not_free", f"Seat {second.seat_id} is talking.")
        done = await self.change(
            call_id, expect=expect, state=state, inside=inside, expect_inside=expect_inside, room=call_id, facts=facts
        )
        if done and self.live is not None:
            self.live = replace(self.live, second=second.seat_id)
            self.seconds.append("reserved")
        return done

    async def second_answered(self, call_id: str, leg: str) -> bool:
        self.seconds.append("talking")
        return self.live is not None and self.live.second != ""

    async def second_left(self, call_id: str, leg: str, event: SeatEvent) -> None:
        if self.live is not None and self.live.second:
            self.live = replace(self.live, second="")
            self.seconds.append(str(event))
            self._poke()

    async def complete(self, call_id: str, leg: str, *, expect: CallState, state: CallState, inside: str, facts: Sequence[Event]) -> bool:
        if self.live is None or not self.live.second:
            return False
        if not await self.change(call_id, expect=expect, state=state, inside=inside, facts=facts):
            return False
        self.live = replace(self.live, seat_id=self.live.second, seat_leg=leg, seat_channel=leg, second="")
        return True

    async def seat_left(self, call_id: str, seat_id: str) -> None:
        assert self.live is not None
        self.live = replace(self.live, seat_id="", seat_leg="", seat_channel="")
        self._poke()

    async def record(self, facts: Sequence[Event]) -> None:
        self.facts += facts

    def kinds(self) -> list[str]:
        return [fact.kind for fact in self.facts]

    def transfer(self) -> Transfer:
        assert self.live is not None
        transfer = Inside.from_json(self.live.inside).transfer
        assert transfer is not None
        return transfer

    def errand(self) -> Errand:
        assert self.live is not None
        return Errand.from_json(self.live.errand)

    def _poke(self) -> None:
        if self.mailbox is not None:
            self.mailbox.poke()


class Exchange:
    """The legs (conference.legs.Legs): a number not in `answers` rings for ever."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.answers: dict[str, str] = {}
        self.rung: list[str] = []
        self.ended: list[str] = []
        self.dismissed: list[tuple[str, bool]] = []
        self.said: list[tuple[str, ...]] = []
        self.moved: list[str] = []
        self.in_room: set[str] = set()
        self.muted: set[str] = set()
        self.ringing: set[str] = set()
        self.caller: Line | None = None
        self.refuses_to_move = False

    async def into_room(self, room: str, channel: str) -> None:
        if self.refuses_to_move:
            raise PbxFault("ami_down", "no link")
        self.moved.append(channel)
        self.mailbox.watch(SEAT_LEG)
        self.joins(SEAT_LEG)

    async def ring_specialist(self, attempt: Attempt, room: str) -> None:
        self.rung.append(attempt.number)
        self._rings(attempt.number, attempt.attempt_id)

    def _rings(self, who: str, leg: str) -> None:
        what = self.answers.get(who, "rings")
        if what == "fault":
            raise PbxFault("ami_down", "no link")
        if what == "rings":
            self.ringing.add(leg)
        if what == "accepts":
            self.mailbox.picked_up(leg, "PJSIP/out-1", dialled_by_call=False)
            self.joins(leg)
        elif what == "voicemail":
            self.mailbox.picked_up(leg, "PJSIP/out-1", dialled_by_call=False)
            self.mailbox.left(leg, 16)
        elif what == "busy":
            self.mailbox.left(leg, 17)
        elif what == "no answer":
            self.mailbox.left(leg, 19)

    async def dismiss(self, leg: str, *, taken: bool) -> None:
        self.dismissed.append((leg, taken))
        self.leaves(leg)

    async def say_to_all(self, legs: Sequence[str], prompts: Sequence[str]) -> None:
        for leg in legs:
            await self.say_to(leg, prompts)

    async def say_to(self, leg: str, prompts: Sequence[str]) -> None:
        self.said.append((leg, *prompts))

    async def ring_target(self, transfer: Transfer, room: str) -> None:
        self.rung.append(transfer.device)
        self._rings(transfer.device, transfer.transfer_id)

    async def hang_up(self, leg: str) -> None:
        self.ended.append(leg)
        self.leaves(leg)

    async def out_of_room(self, room: str, channel: str) -> None:
        assert self.caller is not None
        assert channel == self.caller.channel
        self.caller.out()

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        if leg in self.in_room:
            (self.muted.add if muted else self.muted.discard)(leg)

    async def members(self, room: str) -> AbstractSet[str]:
        return set(self.in_room)

    async def there(self, room: str) -> AbstractSet[str]:
        return self.in_room | self.ringing

    def joins(self, leg: str) -> None:
        self.in_room.add(leg)
        self.mailbox.joined(leg)

    def leaves(self, leg: str) -> None:
        self.in_room.discard(leg)
        self.muted.discard(leg)
        self.ringing.discard(leg)
        self.mailbox.left(leg, 16)


class Line:
    """The caller's line (conference.legs.CallerLine)."""

    channel = "PJSIP/carrier-1"
    uniqueid = CALL

    def __init__(self, exchange: Exchange) -> None:
        self.where = "dial"
        self.heard: list[str] = []
        self.gone = asyncio.Event()
        self._out = asyncio.Event()
        self._exchange = exchange
        exchange.caller = self

    async def music(self) -> None:
        self._check()
        self.where = "music"

    async def play(self, prompt: str) -> None:
        self._check()
        self.heard.append(prompt)

    async def enter_room(self, room: str) -> None:
        self._check()
        self.where = "room"
        self._out.clear()
        self._exchange.joins(CALL)
        await self._out.wait()
        self._exchange.leaves(CALL)
        self._check()
        self.where = "out"

    async def until_hung_up(self) -> None:
        await self.gone.wait()

    def out(self) -> None:
        self._out.set()

    def hangs_up(self) -> None:
        self.gone.set()
        self._out.set()

    def _check(self) -> None:
        if self.gone.is_set():
            raise LegGone("caller_gone", "gone")


class Stage:
    """Everything together; `await stage.open(phones)` and the conference runs as a task."""

    def __init__(self) -> None:
        post = PostOffice()
        self.mailbox = post.open(CALL)
        self.room = Room()
        self.room.mailbox = self.mailbox
        self.exchange = Exchange(self.mailbox)
        self.line = Line(self.exchange)
        self.desk = ConferenceDesk(waiting=self.room, legs=self.exchange, clock=OneClock(), targets=Targets())  # type: ignore[arg-type]
        self.task: asyncio.Task[None] | None = None
        self.hunt_s = 90.0
        self.recorded: ConsultsRecorded | None = None
        self.recorded_anew: list[str] = []
        """Where the caller was each time his recording was begun anew."""

    async def _record_anew(self) -> None:
        self.recorded_anew.append(self.line.where)

    async def open(self, *phones: PhoneToRing) -> None:
        await self.desk.ask(CALL, phones)
        self.runs()

    def runs(self, *, resumed: bool = False) -> None:
        conference = Conference(
            line=self.line,
            around=self.mailbox,
            waiting=self.room,  # type: ignore[arg-type]
            legs=self.exchange,
            clock=OneClock(),
            hunt_s=self.hunt_s,
            recorded=self.recorded,
            record_anew=self._record_anew,
        )
        self.task = asyncio.create_task(conference.run(resumed=resumed))

    async def settles(self) -> None:
        """Everything that can happen without anything from outside has happened."""
        for _ in range(60):
            await asyncio.sleep(0)

    async def engine_dies(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await self.settles()

    async def over(self) -> None:
        assert self.task is not None
        async with asyncio.timeout(30):
            await self.task

    def states(self) -> list[str]:
        return [str(attempt.state) for attempt in self.room.errand().attempts]

    @property
    def state(self) -> CallState:
        assert self.room.live is not None
        return self.room.live.state


async def three_way(stage: Stage) -> None:
    """Caller, seat and one specialist are in the room."""
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.join(CALL)
    await stage.settles()
