"""What Asterisk tells of supervisors' legs: picked up, gone, missed; by every engine, to one effect."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from calls.errors import PbxFault
from calls.events import Event, Supervised, SupervisionEnded
from conference.supervising import SupervisionDesk
from conference.supervision import Mode, Supervision
from routing.waiting import CallState, LiveCall

NOW = datetime(2025, 9, 30, 9, 0, tzinfo=UTC)
CALL = "zhida-1.7"


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


class House:
    """Live state and Asterisk, as the desk sees them."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.facts: list[Event] = []
        self.done: list[tuple[str, ...]] = []
        self.away = False
        self.live = LiveCall(
            call_id=CALL,
            state=CallState.TALKING,
            engine="a",
            caller_class="public",
            number="1",
            name="",
            channel="PJSIP/carrier-1",
            rank_ms=1,
            arrived=NOW,
            seat_id="8001",
            seat_leg="zhida-1.8",
            seat_channel="PJSIP/8001-1",
        )

    async def call(self, _: str) -> LiveCall | None:
        return self.live

    async def change(self, _: str, *, expect: CallState, state: CallState, **__: object) -> bool:
        self.live = replace(self.live, state=state)
        return True

    async def supervision(self, call_id: str) -> str:
        return self.held.get(call_id, "")

    async def supervisions(self) -> Mapping[str, str]:
        return {call_id: text for call_id, text in self.held.items() if text}

    async def supervise(self, call_id: str, *, was: str, now: str, facts: Sequence[Event] = ()) -> bool:
        if self.held.get(call_id, "") != was:
            return False
        self.held[call_id] = now
        self.facts += facts
        return True

    async def into_room(self, room: str, channel: str) -> None:
        self.done.append(("into_room", channel))

    async def turn(self, supervision: Supervision) -> None:
        if self.away:
            raise PbxFault("ami_down", "Asterisk is not connected.")
        self.done.append(("turn", supervision.mode))

    async def device(self, phone: str, call_id: str) -> str:
        return f"PJSIP/{phone}"

    async def ring(self, supervision: Supervision, device: str) -> None:
        self.done.append(("ring", device))

    async def hang_up(self, leg: str) -> None:
        self.done.append(("hang_up", leg))


def a_supervision(mode: Mode = Mode.LISTEN, *, on: bool = False) -> Supervision:
    leg = f"sup-{CALL}-ab12"
    return Supervision(leg=leg, mode=mode, phone="8010", spied="zhida-1.8", seat_id="8001", by="chief", why="x", asked=NOW, on=on)


def desks(house: House, clock: Clock, number: int = 2) -> list[SupervisionDesk]:
    given = {"waiting": house, "book": house, "phones": house, "supervisors": house, "legs": house, "clock": clock}
    return [SupervisionDesk(**given) for _ in range(number)]  # type: ignore[arg-type]


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_of_two_engines_that_hear_him_answer_one_acts() -> None:
    house, supervision = House(), a_supervision(Mode.BARGE)
    house.held[CALL] = supervision.to_json()
    for desk in desks(house, Clock()):
        desk.answered(supervision.leg)
    await settled()
    assert house.done == [("into_room", "PJSIP/8001-1"), ("turn", "barge")]
    assert [type(fact) for fact in house.facts] == [Supervised]
    assert Supervision.from_json(house.held[CALL]).on


async def test_of_two_engines_that_hear_him_go_one_notes_it() -> None:
    house, supervision = House(), a_supervision(on=True)
    house.held[CALL] = supervision.to_json()
    for desk in desks(house, Clock()):
        desk.gone(supervision.leg)
    await settled()
    assert [type(fact) for fact in house.facts] == [SupervisionEnded]
    assert not await house.supervisions()


async def test_a_phone_that_was_never_answered_is_no_supervision_in_the_record() -> None:
    house, supervision = House(), a_supervision()
    house.held[CALL] = supervision.to_json()
    desks(house, Clock(), 1)[0].gone(supervision.leg)
    await settled()
    assert house.facts == []
    assert not await house.supervisions()


async def test_where_the_mode_cannot_be_had_he_is_said_to_listen() -> None:
    house, supervision = House(), a_supervision(Mode.WHISPER)
    house.held[CALL], house.away = supervision.to_json(), True
    desk = desks(house, Clock(), 1)[0]
    desk.answered(supervision.leg)
    await settled()
    assert Supervision.from_json(house.held[CALL]).mode is Mode.LISTEN
    assert [fact.mode for fact in house.facts if isinstance(fact, Supervised)] == ["whisper", "listen"]


async def test_what_was_missed_is_made_good() -> None:
    house, supervision, clock = House(), a_supervision(), Clock()
    house.held[CALL] = supervision.to_json()
    desk = desks(house, clock, 1)[0]
    await desk.compare({})
    assert await house.supervisions()  # ordered just now, its leg may not be listed yet
    await desk.compare({supervision.leg: "Up"})
    assert Supervision.from_json(house.held[CALL]).on
    clock.at += timedelta(seconds=10)
    await desk.compare({})
    assert not await house.supervisions()
    assert [type(fact) for fact in house.facts] == [Supervised, SupervisionEnded]


async def test_a_leg_that_no_call_knows_of_is_hung_up() -> None:
    house = House()
    await desks(house, Clock(), 1)[0].compare({"sup-zhida-9.9-cd34": "Up", "zhida-1.8": "Up"})
    assert house.done == [("hang_up", "sup-zhida-9.9-cd34")]


async def test_word_of_another_leg_changes_nothing() -> None:
    house, supervision = House(), a_supervision(on=True)
    house.held[CALL] = supervision.to_json()
    desk = desks(house, Clock(), 1)[0]
    desk.gone(f"sup-{CALL}-older")
    desk.answered("sup-nobody-1")
    await settled()
    assert house.held[CALL] == supervision.to_json()


async def test_what_one_asterisk_lists_says_nothing_of_the_calls_of_another() -> None:
    house, supervision, clock = House(), a_supervision(on=True), Clock()
    house.held[CALL] = supervision.to_json()
    clock.at += timedelta(seconds=10)
    [desk] = desks(house, clock, 1)
    await desk.compare({}, mine=lambda _: False)
    assert await house.supervisions()


async def test_a_phone_rings_no_more_when_there_is_nothing_left_to_hear() -> None:
    house = House()
    desk, other = desks(house, Clock())
    supervision = await desk.start(CALL, Mode.LISTEN, phone="8010", by="chief", why="x")
    for one in (desk, other):
        one.gone(supervision.spied)
        one.gone("zhida-7.7")
    await settled()
    assert house.done == [("ring", "PJSIP/8010"), ("hang_up", supervision.leg)]


async def test_who_is_on_is_not_hung_up_by_the_engine_when_the_seat_leaves() -> None:
    house = House()
    desk = desks(house, Clock(), 1)[0]
    supervision = await desk.start(CALL, Mode.LISTEN, phone="8010", by="chief", why="x")
    desk.answered(supervision.leg)
    await settled()
    desk.gone(supervision.spied)
    await settled()
    assert house.done == [("ring", "PJSIP/8010")]
