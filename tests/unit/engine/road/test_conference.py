"""A specialist is brought in, and on the way something breaks: nobody is left alone with the music, and nobody hears what he should not."""

import asyncio

import pytest

from calls.errors import Conflict, PbxFault
from conference.desk import PhoneToRing
from conference.errand import Errand
from routing.waiting import CallState
from tests.unit.engine.road.exchange import Caller
from tests.unit.engine.road.exchange import Phone as Telephone
from tests.unit.engine.road.stage import Stage

OFFICE, MOBILE = "051586660001", "13900001001"


def a_phone(number: str, ring_s: float = 20) -> PhoneToRing:
    return PhoneToRing(specialist_id="s-1", name="甲", department="税务", phone="office", number=number, ring_s=ring_s)


class Talk:
    """A caller who talks with seat 8001."""

    def __init__(self, stage: Stage, seat: Telephone, caller: Caller) -> None:
        self.stage, self.seat, self.caller = stage, seat, caller
        self.office = stage.exchange.phone(f"PJSIP/{OFFICE}@zhida-outside")
        self.mobile = stage.exchange.phone(f"PJSIP/{MOBILE}@zhida-outside")

    async def asks(self, *numbers: str, ring_s: float = 20) -> None:
        desk = self.stage.engines[0].conferences
        await desk.ask(self.caller.uniqueid, [a_phone(number, ring_s) for number in numbers])

    async def consults(self) -> None:
        """The office phone's specialist is in the room with the seat."""
        self.office.answers_after_s = 1
        await self.asks(OFFICE)
        await self.stage.until(lambda: self.states() == ["joined"])
        assert self.caller.where == "music"

    async def three_way(self) -> None:
        await self.consults()
        await self.stage.engines[0].conferences.join(self.caller.uniqueid)
        await self.stage.until(self.in_room)

    def in_room(self) -> bool:
        return self.caller.where.startswith("room")

    def states(self) -> list[str]:
        errand = self.stage.redis.model.calls[self.caller.uniqueid].errand
        return [str(attempt.state) for attempt in Errand.from_json(errand).attempts]


async def a_talk(stage: Stage) -> Talk:
    seat = await stage.seat("8001", answers_after_s=1)
    caller = stage.calls()
    await stage.talks(caller, "8001")
    return Talk(stage, seat, caller)


async def test_consult_three_way_the_seat_leaves_the_specialist_leaves(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.three_way()
    talk.seat.hang_up()
    await stage.passes(1)
    assert talk.in_room()
    talk.office.hang_up()
    await stage.over(talk.caller)
    assert stage.end_reason(talk.caller) == "completed"
    assert talk.caller.heard[-1:] == ["rate"]


async def test_a_caller_who_leaves_during_the_hunt_stops_the_ringing(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.asks(OFFICE)
    await stage.until(lambda: talk.office.rings)
    talk.caller.hang_up()
    await stage.over(talk.caller)
    await stage.until(lambda: not talk.office.rings, within_s=1)


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.001, 0.0015, 0.002, 0.003])
async def test_who_comes_into_a_room_that_everybody_leaves_is_brought_out(stage: Stage, after_s: float) -> None:
    talk = await a_talk(stage)
    await talk.consults()
    await stage.engines[0].conferences.join(talk.caller.uniqueid)
    await stage.passes(after_s)
    talk.seat.hang_up()
    talk.office.hang_up()
    await stage.over(talk.caller)
    assert stage.end_reason(talk.caller) == "completed"


@pytest.mark.parametrize("after_s", [0.0, 0.0005, 0.001, 0.0015, 0.002, 0.003, 1.0])
async def test_after_back_to_consult_the_caller_hears_nothing_of_it(stage: Stage, after_s: float) -> None:
    """Wherever he is on his way into the room when the seat thinks better of it."""
    talk = await a_talk(stage)
    await talk.consults()
    await stage.engines[0].conferences.join(talk.caller.uniqueid)
    await stage.passes(after_s)
    await stage.engines[0].conferences.consult(talk.caller.uniqueid)
    await stage.passes(0.1)
    assert talk.caller.where == "music"
    await stage.passes(10)
    assert talk.caller.where == "music"


async def test_without_ami_the_caller_is_not_said_to_be_out_of_the_room(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.three_way()
    stage.exchange.link_up = False
    with pytest.raises(PbxFault):
        await stage.engines[0].conferences.consult(talk.caller.uniqueid)
    assert stage.state(talk.caller) is CallState.THREE_WAY


async def test_a_seat_that_leaves_while_ami_is_away_is_missed_when_it_is_back(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.three_way()
    stage.exchange.link_up = False
    talk.seat.hang_up()
    await stage.passes(8)
    assert talk.in_room()
    stage.exchange.link_up = True
    await stage.until(lambda: "seat_left" in stage.kinds(talk.caller), within_s=12)
    assert talk.in_room()


async def test_nobody_is_left_alone_when_all_others_left_while_ami_was_away(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.three_way()
    stage.exchange.link_up = False
    talk.seat.hang_up()
    talk.office.hang_up()
    await stage.passes(8)
    stage.exchange.link_up = True
    await stage.over(talk.caller, within_s=30)
    assert stage.end_reason(talk.caller) == "completed"


async def test_who_joins_while_ami_is_away_is_noted_when_it_is_back(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.asks(OFFICE)
    await stage.until(lambda: talk.office.rings)
    stage.exchange.link_up = False
    talk.office.answer()
    await stage.passes(8)
    stage.exchange.link_up = True
    await stage.until(lambda: talk.states() == ["joined"], within_s=8)


async def test_a_ring_that_ended_while_ami_was_away_lets_the_next_phone_ring(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.asks(OFFICE, MOBILE, ring_s=4)
    await stage.until(lambda: talk.office.rings)
    stage.exchange.link_up = False
    await stage.passes(8)
    stage.exchange.link_up = True
    await stage.until(lambda: talk.mobile.rings, within_s=15)
    assert talk.states() == ["no_answer", "ringing"]


async def test_a_hunt_that_is_cancelled_without_ami_lets_nobody_in_later(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.asks(OFFICE)
    await stage.until(lambda: talk.office.rings)
    stage.exchange.link_up = False
    await stage.engines[0].conferences.cancel(talk.caller.uniqueid)
    await stage.passes(1)
    assert talk.caller.where == "music"
    stage.exchange.link_up = True
    talk.office.answer()
    await stage.passes(10)
    assert not talk.office.talks
    assert talk.states() == ["cancelled"]
    assert talk.seat.talks


async def test_a_talk_whose_leg_nobody_knows_goes_on_when_a_specialist_is_asked(stage: Stage) -> None:
    """AMI was away when the seat answered."""
    seat = await stage.seat("8001", answers_after_s=1)
    stage.exchange.link_up = False
    caller = stage.calls()
    await stage.until(lambda: stage.state(caller) is CallState.TALKING, within_s=20)
    stage.exchange.link_up = True
    with pytest.raises(PbxFault, match="leg"):
        await Talk(stage, seat, caller).asks(OFFICE)
    assert stage.state(caller) is CallState.TALKING
    assert caller.where == "8001"
    seat.hang_up()
    await stage.over(caller)


async def test_a_consult_is_taken_over_while_ami_is_away(stage: Stage) -> None:
    await stage.engine_starts()
    talk = await a_talk(stage)
    await talk.consults()
    stage.exchange.link_up = False
    stage.engines[0].kill()
    await stage.passes(20)
    assert talk.caller.where == "music"
    stage.exchange.link_up = True
    await stage.passes(6)
    talk.seat.hang_up()
    await stage.until(talk.in_room, within_s=2)


async def test_a_word_of_another_engine_that_was_lost_is_noticed_soon(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.consults()
    stage.redis.lost_messages = True
    await stage.engines[0].conferences.join(talk.caller.uniqueid)
    await stage.until(talk.in_room, within_s=6)


async def test_a_room_that_cannot_be_entered_is_not_tried_without_a_pause(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.consults()
    stage.exchange.broken_rooms = True
    await stage.engines[0].conferences.join(talk.caller.uniqueid)
    before = len(talk.caller.commands)
    await stage.passes(10)
    assert len(talk.caller.commands) - before < 60
    stage.exchange.broken_rooms = False
    await stage.until(talk.in_room)


async def test_without_a_seat_nobody_can_ask_for_another_specialist(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.three_way()
    talk.seat.hang_up()
    await stage.until(lambda: "seat_left" in stage.kinds(talk.caller))
    with pytest.raises(Conflict, match="seat"):
        await talk.asks(MOBILE)


async def test_a_three_way_call_whose_engine_dies_is_taken_over_and_ends_well(stage: Stage) -> None:
    await stage.engine_starts()
    talk = await a_talk(stage)
    await talk.three_way()
    stage.engines[0].kill()
    await stage.passes(20)
    assert talk.in_room()
    talk.seat.hang_up()
    await stage.until(lambda: "seat_left" in stage.kinds(talk.caller), within_s=1)
    talk.office.hang_up()
    await stage.over(talk.caller)
    assert stage.end_reason(talk.caller) == "completed"


async def test_redis_that_is_away_for_a_moment_does_not_end_a_three_way_call(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.three_way()
    stage.redis.away = True
    await stage.passes(7)
    stage.redis.away = False
    await stage.passes(20)
    assert talk.in_room()
    talk.seat.hang_up()
    await stage.passes(1)
    talk.office.hang_up()
    await stage.over(talk.caller)
    assert stage.end_reason(talk.caller) == "completed"


async def test_the_steward_sleeps_while_nothing_happens(stage: Stage) -> None:
    talk = await a_talk(stage)
    await talk.three_way()
    before = asyncio.get_running_loop().time()
    commands = len(talk.caller.commands)
    await stage.passes(60)
    assert asyncio.get_running_loop().time() - before == pytest.approx(60)
    assert len(talk.caller.commands) == commands
