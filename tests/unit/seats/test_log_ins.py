"""Live state lost all it knew: who was signed in is so again, as an engine last saw it."""

from dataclasses import replace

from redis.asyncio import Redis

from seats.agents import Agent, Agents
from seats.desk import SeatDesk
from seats.log_ins import FOUND_TALKING, NEVER_SIGNED_IN, LogIns
from seats.seat import Phone
from seats.state import SeatState
from store.redis.live import RedisLiveState
from store.redis.talks import RedisTalks
from tests.unit.store.redis.builders import Hotline, VirtualClock, a_seat
from tests.unit.store.redis.conftest import client, clock, hotline, log, rules  # noqa: F401  the same hotline, in the real Redis

KNOWN = {"101": Agent(agent_id="101", name="王某", pin="1101", skills={"税务": 3}), "102": Agent(agent_id="102")}
SEATS = [a_seat(number) for number in ("8001", "8002", "8003")]


class Engine:
    """Its desk, and its memory of who is signed in."""

    def __init__(self, board: RedisLiveState, client: Redis) -> None:  # noqa: F811
        self.board, self._client = board, client
        self.desk = SeatDesk(board, Agents(VirtualClock(), KNOWN), pause_reasons={"2": "用餐"}, extend_s=30)
        self.log_ins = LogIns(self.desk)

    async def looks(self) -> None:
        await self.log_ins.look(await self.board.seats())

    async def opens(self) -> None:
        await self.board.define(SEATS)
        for seat in SEATS:
            await self.board.phone(seat.seat_id, Phone.IDLE)

    async def loses_all(self) -> None:
        """Redis is emptied, which the engine sees before and after seats are there again."""
        await self._client.flushall()
        await self.looks()
        await self.opens()


async def test_agents_are_where_they_were_and_who_was_paused_is_so_for_his_reason(hotline: Hotline, client: Redis) -> None:  # noqa: F811
    engine = Engine(hotline.a, client)
    await engine.opens()
    assert (await hotline.seat("8003")).why == NEVER_SIGNED_IN
    await engine.desk.sign_in("8001", "101", pin="1101", by="phone 8001")
    await engine.desk.sign_in("8002", "102", pin=None, by="console", paused=True)
    await engine.desk.pause("8002", by="console", code="2")
    await engine.looks()
    await engine.loses_all()
    await engine.looks()
    first, second = await hotline.seat("8001"), await hotline.seat("8002")
    assert (first.state, first.agent, first.agent_name, first.skills) == (SeatState.READY, "101", "王某", {"税务": 3})
    assert (second.state, second.agent, second.why) == (SeatState.PAUSED, "102", "用餐")
    assert await hotline.state("8003") is SeatState.LOGGED_OUT


async def test_a_seat_without_an_agent_and_one_that_was_to_pause_after_its_call(hotline: Hotline, client: Redis) -> None:  # noqa: F811
    engine = Engine(hotline.a, client)
    await engine.opens()
    await engine.desk.ready("8001", by="console")
    await hotline.talks("c1")
    await engine.desk.pause("8001", by="console", why="开会")
    await engine.desk.ready("8002", by="console")
    await engine.looks()
    await engine.loses_all()
    await engine.looks()
    paused = await hotline.seat("8001")
    assert (paused.state, paused.why) == (SeatState.PAUSED, "开会")
    assert await hotline.state("8002") is SeatState.READY


async def test_who_signed_out_or_was_to_is_not_signed_in_again(hotline: Hotline, client: Redis) -> None:  # noqa: F811
    engine = Engine(hotline.a, client)
    await engine.opens()
    await engine.desk.sign_in("8001", "101", pin="1101", by="phone 8001")
    await hotline.talks("c1")
    await engine.desk.sign_out("8001", by="phone 8001")
    await engine.desk.sign_in("8002", "102", pin=None, by="console")
    await engine.looks()
    await engine.desk.sign_out("8002", by="console")
    await engine.looks()
    assert (await hotline.seat("8002")).agent == ""
    await engine.loses_all()
    await engine.looks()
    assert {(seat.state, seat.agent) for seat in await hotline.a.seats()} == {(SeatState.LOGGED_OUT, "")}


async def test_who_signed_in_elsewhere_meanwhile_or_is_no_agent_any_more_is_left_alone(hotline: Hotline, client: Redis) -> None:  # noqa: F811
    engine = Engine(hotline.a, client)
    await engine.opens()
    await engine.desk.sign_in("8001", "101", pin="1101", by="phone 8001")
    await engine.desk.sign_in("8002", "102", pin=None, by="console")
    await engine.looks()
    await engine.loses_all()
    await engine.desk.sign_in("8003", "101", pin="1101", by="phone 8003")
    engine.desk.agents.go_by({"101": KNOWN["101"]})
    await engine.looks()
    await engine.looks()
    assert [(seat.seat_id, seat.agent) for seat in await hotline.a.seats() if seat.agent] == [("8003", "101")]
    assert await hotline.state("8002") is SeatState.LOGGED_OUT


async def test_an_agent_whose_talk_was_found_again_first_is_at_his_seat_and_stays_there_after_it(hotline: Hotline, client: Redis) -> None:  # noqa: F811
    engine = Engine(hotline.a, client)
    hotline.a.rules = replace(hotline.a.rules, agent_required=True)
    await engine.opens()
    await engine.desk.sign_in("8001", "101", pin="1101", by="phone 8001")
    await hotline.talks("c1")
    talk = await hotline.a.call("c1")
    assert talk is not None
    await engine.looks()
    await engine.loses_all()
    assert await RedisTalks(hotline.a.steps).found(talk)
    await engine.looks()
    seat = await hotline.seat("8001")
    assert (seat.state, seat.why, seat.agent, seat.skills) == (SeatState.TALKING, FOUND_TALKING, "101", {"税务": 3})
    await hotline.a.end("c1", "completed")
    await hotline.a.wrapped_up("8001")
    assert await hotline.state("8001") is SeatState.READY


async def test_who_wished_to_pause_after_a_talk_that_was_found_again_pauses(hotline: Hotline, client: Redis) -> None:  # noqa: F811
    engine = Engine(hotline.a, client)
    await engine.opens()
    await engine.desk.ready("8001", by="console")
    await hotline.talks("c1")
    await engine.desk.pause("8001", by="console", why="开会")
    talk = await hotline.a.call("c1")
    assert talk is not None
    await engine.looks()
    await engine.loses_all()
    assert await RedisTalks(hotline.a.steps).found(talk)
    await engine.looks()
    seat = await hotline.seat("8001")
    assert (seat.state, seat.wish, seat.wish_why) == (SeatState.TALKING, SeatState.PAUSED, "开会")
