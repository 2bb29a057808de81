"""What stands before a waiting call, what is measured for it, and what its caller may be told."""

from datetime import timedelta

import pytest

from calls.events import Announced, Expected
from routing.expected import Told
from routing.waiting import Rules
from seats.state import SeatEvent
from store.redis.live import RedisLiveState
from store.redis.stream import EventStream
from tests.unit.store.redis.builders import Hotline, a_seat, kinds, recorded


async def told(hotline: Hotline, call_id: str, *, position: int = 0, minutes: int = 0, by: RedisLiveState | None = None) -> bool:
    fact = Announced(call_id=call_id, at=hotline.clock.now(), position=position, minutes=minutes)
    return await (by or hotline.a).told(fact)


async def test_a_call_sees_the_seats_on_duty_and_the_calls_before_it(hotline: Hotline) -> None:
    qilai = (a_seat("8004", "qilai"), a_seat("8010", "qilai", "general"))
    await hotline.seats(*qilai, *(a_seat(seat, "general") for seat in ("8011", "8012")))
    for call_id in ("t1", "t2"):
        await hotline.talks(call_id, "qilai")
    await hotline.calls("before", "qilai")
    await hotline.calls("mine", "qilai", "general@20")
    outlook = (await hotline.a.outlooks(["mine"]))["mine"]
    assert (outlook.position, outlook.open, outlook.to_come) == (2, frozenset({"qilai"}), (("general", 19.9),))
    assert {group: (seats.all, seats.free) for group, seats in outlook.serving.items()} == {"qilai": (2, 0), "general": (3, 2)}
    assert outlook.wait_s == 19.9, "two seats of general are free, and the one before may take only one of them"


async def test_a_paused_seat_is_not_counted(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8002"))
    await hotline.talks("t1")
    await hotline.a.ask("8002", SeatEvent.PAUSE, why="lunch", by="8002")
    await hotline.calls("mine")
    assert (await hotline.a.outlooks(["mine"]))["mine"].wait_s == 180


async def test_how_long_a_call_takes_a_seat_is_measured_from_its_ring_to_the_end_of_wrap_up(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("t1")
    await hotline.after(96.9)
    await hotline.a.end("t1", "completed")
    await hotline.after(3)
    await hotline.talks("t2")
    await hotline.calls("mine")
    pace = (await hotline.a.outlooks(["mine"]))["mine"].pace
    assert pace.service == {"priority": (1, 100.0)}
    assert pace.service_s("priority") == pytest.approx((4.9 * 180 + 100) / 5.9)


async def test_an_offer_that_brought_no_talk_is_not_measured(hotline: Hotline) -> None:
    hotline.a.rules = Rules(away_after_missed=False)
    await hotline.seats(a_seat("8001"))
    await hotline.declines(await hotline.calls("c1"))
    assert (await hotline.a.outlooks(["c1"]))["c1"].pace.service == {"priority": (0, 0.0)}


async def test_the_mean_follows_what_changes(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    for number in range(120):
        await hotline.talks(f"t{number}")
        await hotline.after(60 if number < 60 else 240)
        await hotline.a.end(f"t{number}", "completed")
        await hotline.after(3)
    await hotline.talks("last")
    await hotline.calls("mine")
    measured, mean_s = (await hotline.a.outlooks(["mine"]))["mine"].pace.service["priority"]
    assert measured == 50
    assert 170 < mean_s < 230, "sixty calls of 63 s, then sixty of 243 s"


async def test_callers_who_give_up_are_counted_against_all_that_wait(hotline: Hotline) -> None:
    for number in range(10):
        await hotline.calls(f"c{number}")
    await hotline.after(99)
    for number in range(9):
        await hotline.a.end(f"c{number}", "abandoned" if number < 3 else "ladder_end")
    pace = (await hotline.a.outlooks(["c9"]))["c9"].pace
    assert pace.gave_up == pytest.approx(3, rel=0.02)
    assert pace.waited_s == pytest.approx(9 * 99.5, rel=0.02)


async def test_many_calls_are_looked_at_in_few_steps_and_who_does_not_wait_is_left_out(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.talks("talks")
    for number in range(60):
        await hotline.calls(f"w{number}")
    outlooks = await hotline.b.outlooks(["talks", "nobody", *(f"w{number}" for number in range(60))])
    assert {call_id: outlook.position for call_id, outlook in outlooks.items()} == {f"w{number}": number + 1 for number in range(60)}


async def test_nobody_is_told_a_worse_place_whichever_engine_tells_him(hotline: Hotline) -> None:
    await hotline.calls("c1")
    assert await told(hotline, "c1", position=4, minutes=3)
    assert not await told(hotline, "c1", position=4)
    assert not await told(hotline, "c1", position=5, minutes=2)
    assert await told(hotline, "c1", minutes=2)
    await hotline.b.join(hotline.a_call("c1"), [])
    assert not await told(hotline, "c1", position=1), "it is b's by now"
    assert not await told(hotline, "c1", position=4, by=hotline.b)
    assert await told(hotline, "c1", position=3, by=hotline.b)
    hotline.clock.pass_s(7)
    outlook = (await hotline.b.outlooks(["c1"]))["c1"]
    assert (outlook.told, outlook.told_ago_s) == (Told(position=3, minutes=2), 7)


async def test_nobody_is_told_anything_while_a_seat_rings_for_him(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.calls("c1")
    assert await hotline.rung_for("c1") == "8001"
    assert not await told(hotline, "c1", position=1)
    assert (await hotline.a.outlooks(["c1"]))["c1"].wait_s == 0


async def test_who_waits_anew_after_his_talk_hears_his_new_place(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"))
    await hotline.calls("c0", "qilai")
    assert await told(hotline, "c0", position=1)
    await hotline.talks("c1")
    await hotline.calls("c1")
    assert await told(hotline, "c1", position=1)


async def test_the_expected_wait_is_noted_once(hotline: Hotline, stream: EventStream) -> None:
    await hotline.calls("c1")
    first = Expected(call_id="c1", at=hotline.clock.now(), position=1, wait_s=75.0)
    assert await hotline.a.expected(first)
    later = Expected(call_id="c1", at=hotline.clock.now() + timedelta(seconds=5), position=1, wait_s=20.0)
    assert not await hotline.a.expected(later)
    assert (await hotline.b.outlooks(["c1"]))["c1"].expected_s == 75
    assert kinds(await recorded(stream)).count("expected") == 1


async def test_calls_whose_engine_died_keep_their_places_before_others_until_they_are_back(hotline: Hotline) -> None:
    await hotline.b.beat()
    await hotline.calls("theirs", by=hotline.b)
    await hotline.calls("elsewhere", "qilai", by=hotline.b)
    await hotline.calls("mine")
    await hotline.b.sign_off()
    assert (await hotline.a.outlooks(["mine"]))["mine"].position == 2
    await hotline.a.join(hotline.a_call("theirs"), [])
    assert (await hotline.a.outlooks(["mine"]))["mine"].position == 2
    await hotline.a.end("theirs", "abandoned")
    assert (await hotline.a.outlooks(["mine"]))["mine"].position == 1
