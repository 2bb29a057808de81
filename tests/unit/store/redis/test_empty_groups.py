"""Groups that have nobody on duty are passed over."""

import pytest

from calls.events import Widened
from routing.waiting import Rules
from seats.seat import Phone
from seats.state import SeatEvent
from store.redis.stream import EventStream
from tests.unit.store.redis.builders import Hotline, a_seat, recorded

LONG = ("priority", "qilai@8", "general@16")


@pytest.fixture
def rules() -> Rules:
    return Rules(away_after_missed=True)


async def widened(stream: EventStream) -> list[tuple[str, str]]:
    return [(event.group, event.reason) for event in await recorded(stream) if isinstance(event, Widened)]


async def test_where_nobody_is_on_duty_the_next_group_opens_at_once_and_it_is_recorded(hotline: Hotline, stream: EventStream) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8011", "general"))
    await hotline.a.ask("8001", SeatEvent.PAUSE, why="lunch", by="8001")
    await hotline.calls("c1", *LONG)
    assert await hotline.rung_for("c1") == "8011"
    assert await widened(stream) == [("qilai", "nobody_on_duty"), ("general", "nobody_on_duty")]


async def test_a_group_whose_seats_are_merely_busy_is_waited_for(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    await hotline.talks("before")
    await hotline.calls("c1", *LONG)
    assert (await hotline.call("c1")).opened == 1


async def test_the_rungs_after_that_keep_their_times(hotline: Hotline, stream: EventStream) -> None:
    await hotline.seats(a_seat("8004", "qilai"))
    await hotline.talks("before", "qilai")
    await hotline.calls("c1", *LONG)
    assert (await hotline.call("c1")).opened == 2
    await hotline.after(15.8)
    assert (await hotline.call("c1")).opened == 2
    await hotline.after(0.2)
    assert (await hotline.call("c1")).opened == 3
    assert await widened(stream) == [("qilai", "nobody_on_duty"), ("general", "")]


@pytest.mark.parametrize("how", ["pauses", "phone is lost", "is configured no longer", "serves another group"])
async def test_when_the_last_seat_on_duty_goes_whoever_waits_goes_on_to_the_next_group(hotline: Hotline, how: str) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    await hotline.talks("before")
    await hotline.calls("c1", *LONG)
    await hotline.calls("c2", *LONG)
    await hotline.a.end("before", "completed")
    if how == "pauses":
        await hotline.a.ask("8001", SeatEvent.PAUSE, why="lunch", by="8001")
    elif how == "phone is lost":
        await hotline.a.phone("8001", Phone.UNREACHABLE)
    elif how == "is configured no longer":
        await hotline.a.define([a_seat("8004", "qilai")])
        await hotline.after(3)  # its wrap-up
    else:
        await hotline.a.define([a_seat("8001", "project"), a_seat("8004", "qilai")])
    await hotline.after(0)
    assert (await hotline.rung_for("c1"), (await hotline.call("c2")).opened) == ("8004", 2)


async def test_a_seat_that_misses_its_call_and_is_away_leaves_the_group_empty(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    another = await hotline.declines(await hotline.calls("c1", *LONG))
    assert another is not None
    assert another.seat_id == "8004"


async def test_a_group_in_which_nobody_on_duty_has_the_skill_is_passed_over_too(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai", skills="税务:3"))
    await hotline.calls("c1", *LONG, skills="税务:2")
    assert await hotline.rung_for("c1") == "8004"


async def test_where_less_is_wanted_later_that_comes_at_once_when_nobody_has_more(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001", skills="税务:1"))
    await hotline.calls("c1", "priority", "priority@30 -", skills="税务:2")
    assert await hotline.rung_for("c1") == "8001"


async def test_at_the_ladder_s_end_it_waits(hotline: Hotline) -> None:
    await hotline.calls("c1", *LONG)
    call = await hotline.call("c1")
    assert (call.opened, await hotline.rung_for("c1")) == (3, "")


async def test_a_whole_line_is_widened_call_by_call(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    await hotline.talks("before")
    await hotline.talks("busy", "qilai")
    for number in range(120):
        await hotline.calls(f"c{number}", "priority", "qilai@600")
    await hotline.a.ask("8001", SeatEvent.PAUSE, why="lunch", by="8001")
    await hotline.a.end("before", "completed")
    await hotline.after(3)
    assert {call.opened for call in await hotline.a.calls() if call.call_id.startswith("c")} == {2}


async def test_it_can_be_switched_off_and_on(hotline: Hotline) -> None:
    hotline.a.rules = hotline.b.rules = Rules(skip_empty_groups=False)
    await hotline.seats(a_seat("8004", "qilai"))
    await hotline.calls("c1", *LONG)
    assert (await hotline.call("c1")).opened == 1
    hotline.a.rules = hotline.b.rules = Rules()
    await hotline.after(0)
    assert await hotline.rung_for("c1") == "8004"


async def test_a_call_whose_engine_is_gone_keeps_to_the_times_until_it_is_back(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    await hotline.talks("before")
    await hotline.calls("c1", *LONG)
    await hotline.a.sign_off()
    for seat_id in ("8001", "8004"):
        await hotline.b.phone(seat_id, Phone.UNREACHABLE)
    await hotline.b.end("before", "completed")
    await hotline.after(8)
    assert (await hotline.call("c1")).opened == 2
    await hotline.a.beat()
    assert (await hotline.call("c1")).opened == 3


async def test_who_comes_back_after_his_engine_died_finds_the_groups_as_they_are(hotline: Hotline) -> None:
    await hotline.seats(a_seat("8001"), a_seat("8004", "qilai"))
    await hotline.a.beat()
    await hotline.talks("before")
    await hotline.calls("c1", *LONG)
    await hotline.a.sign_off()
    await hotline.b.end("before", "completed")
    await hotline.b.ask("8001", SeatEvent.LOG_OUT, why="home", by="8001")
    assert (await hotline.call("c1")).opened == 1
    await hotline.a.beat()
    assert await hotline.rung_for("c1") == "8004"
