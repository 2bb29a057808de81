"""The call-back desk (漏接回拨): who left is called back by a seat that stands free, who asked for it keeps his place."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lab.phones.behaviours import BUSY, Answers, RingsForEver
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import EXPIRED, KEY, KEY_NAME, OTHER_KEYS, PUBLIC, Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.test_supervision import change, rung, spans_of
from tests.scenarios.test_three_way import consult, three_way

LAB = Wanted(
    overrides=(
        "callback.auto=true",
        "callback.not_before=00:00",
        "callback.not_after=00:00",
        "callback.after_s=0",
        "callback.every_s=600",
        "callback.ring_s=20",
        "queue.callback_key=9",
        "fallback.engine_wait_s=60",
        "seats.lease_margin_s=40",
    )
)


@pytest.fixture(autouse=True)
async def _list_is_cleared(hotline: Hotline) -> AsyncIterator[None]:
    yield
    await clear(hotline)


async def clear(hotline: Hotline) -> None:
    """Nobody of an earlier story is called back in a later one."""
    for one in (await hotline.api.get("/callbacks", limit="200"))["items"]:
        await hotline.api.answer("POST", f"/callbacks/{one['call_id']}/close", {"reason": "mistake"})


async def left(hotline: Hotline, number: str = KEY) -> str:
    """A caller waited in vain and hung up; the call's id."""
    caller, call_id = await hotline.waiting(number)
    await caller.hang_up()
    await hotline.ended(call_id, "abandoned")
    return call_id


async def task_is(hotline: Hotline, call_id: str, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a field is
    found: dict[str, Any] = await hotline.api.until(
        f"/callbacks/{call_id}", lambda task: all(task.get(name) == value for name, value in wanted.items())
    )
    return found


async def asks_to_be_called_back(hotline: Hotline, number: str) -> str:
    """A waiting caller presses the key, hears that it is noted, and is let go; his call's id."""
    caller, call_id = await hotline.waiting(number)
    await caller.send_digits("9")
    await caller.hears_prompt(hotline.prompt("callback-noted"))
    await caller.call_ended()
    await hotline.ended(call_id, "callback")
    return call_id


async def talks_with(hotline: Hotline, seat: Softphone, number: str) -> Softphone:
    """The seat answers the call-back, and once the caller's phone is answered each hears the other."""
    await seat.answer()
    called = await hotline.world.is_called(number)
    assert called.caller == "12345"
    caller = await hotline.world.phone(number)
    await caller.talks()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    return caller


async def test_an_enterprise_that_left_is_called_back_and_it_is_a_call_like_any_other(hotline: Hotline) -> None:
    hotline.world.script(KEY, Answers(after_s=0.5))
    call_id = await left(hotline)
    task = await task_is(hotline, call_id, closed=None)
    assert (task["number"], task["class"], task["callable"], task["attempts"]) == ("0515-88880001", "key_enterprise", True, [])
    await hotline.figure_is('zhida_callbacks_open{class="key_enterprise"} 1.0')
    seat = await hotline.seat(8001, ready=False)
    ring = await seat.rings()
    assert ring.number == KEY
    assert ring.name.startswith(f"回拨 {KEY_NAME[:8]}")
    back = ring.zhida_call
    caller = await talks_with(hotline, seat, KEY)
    live = await hotline.call_is(back, "talking")
    assert live["class"] == "key_enterprise"
    closed = await task_is(hotline, call_id, closed_why="called_back")
    assert closed["closed_call"] == back
    assert [(tried["call_id"], tried["cause"], tried["outcome"], tried["seat"]) for tried in closed["attempts"]] == [
        (back, "left", "reached", "8001")
    ]
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.send_digits("5")
    await caller.call_ended()
    call = await hotline.ended(back, "completed")
    assert call["record"]["rating"] == 5
    assert (await hotline.ticket(back))["enterprise"] == KEY_NAME
    recording = await hotline.recording(back)
    assert recording.said(caller)
    assert recording.heard(seat)
    assert (await hotline.api.get("/callbacks"))["items"] == []


async def test_a_specialist_comes_into_a_call_back_too(hotline: Hotline) -> None:
    number = OTHER_KEYS[0]
    hotline.world.script(number, Answers())
    await left(hotline, number)
    seat = await hotline.seat(8001, ready=False)
    back = (await seat.rings()).zhida_call
    caller = await talks_with(hotline, seat, number)
    specialist = await consult(hotline, back)
    await hotline.hears_music(caller)
    await asyncio.gather(seat.hears(specialist), specialist.hears(seat))
    await three_way(hotline, back)
    await asyncio.gather(caller.hears(seat, specialist), specialist.hears(caller, seat))
    await seat.hang_up()
    await asyncio.gather(caller.hears(specialist), specialist.hears(caller))
    await caller.hang_up()
    await specialist.call_ended()
    call = await hotline.ended(back, "completed")
    assert [part["name"] for part in call["record"]["specialists"]]


async def test_a_supervisor_listens_whispers_and_barges_into_a_call_that_the_engine_placed(hotline: Hotline) -> None:
    number = OTHER_KEYS[1]
    hotline.world.script(number, Answers())
    call_id = await left(hotline, number)
    seat = await hotline.seat(8001, ready=False)
    back = (await seat.rings()).zhida_call
    supervisor = await hotline.seat(8010)
    caller = await talks_with(hotline, seat, number)
    await rung(hotline, supervisor, back, "listen")
    await supervisor.hears(caller, seat)
    await asyncio.gather(caller.hears(seat, but_not=(supervisor,)), seat.hears(caller, but_not=(supervisor,)))
    await change(hotline, back, "whisper")
    await asyncio.gather(seat.hears(caller, supervisor), caller.hears(seat, but_not=(supervisor,)))
    await change(hotline, back, "barge")
    await asyncio.gather(caller.hears(seat, supervisor), seat.hears(caller, supervisor), supervisor.hears(caller, seat))
    await supervisor.hang_up()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await seat.call_ended()
    await hotline.ended(back, "completed")
    assert [span["mode"] for span in await spans_of(hotline, back, 3)] == ["listen", "whisper", "barge"]
    await task_is(hotline, call_id, closed_why="called_back", closed_call=back)


async def test_who_asks_for_it_keeps_his_place_before_one_who_came_later(hotline: Hotline) -> None:
    hotline.world.script(OTHER_KEYS[0], Answers())
    first = await asks_to_be_called_back(hotline, OTHER_KEYS[0])
    later, later_call = await hotline.waiting(OTHER_KEYS[1])
    page = await hotline.api.until("/calls?state=waiting", lambda page: len(page["items"]) == 2)
    assert {call["number"] for call in page["items"]} == {"0515-88880002", "0515-88880003"}
    seat = await hotline.seat(8001, ready=False)
    ring = await seat.rings()
    assert ring.number == OTHER_KEYS[0]
    caller = await talks_with(hotline, seat, OTHER_KEYS[0])
    await caller.hang_up()
    await seat.call_ended()
    closed = await task_is(hotline, first, closed_why="called_back")
    assert [tried["cause"] for tried in closed["attempts"]] == ["asked"]
    assert (await hotline.talk(later, seat)).zhida_call == later_call
    await later.hang_up()


async def test_who_calls_again_himself_has_his_old_place_and_is_off_the_list(hotline: Hotline) -> None:
    first = await asks_to_be_called_back(hotline, OTHER_KEYS[2])
    await hotline.api.until("/calls?state=waiting", lambda page: len(page["items"]) == 1)
    other, other_call = await hotline.waiting(OTHER_KEYS[3])
    again, again_call = await hotline.waiting(OTHER_KEYS[2])
    seat = await hotline.seat(8001, ready=False)
    assert (await hotline.talk(again, seat)).zhida_call == again_call
    closed = await task_is(hotline, first, closed_why="got_through")
    assert (closed["closed_call"], closed["closed_by"]) == (again_call, "8001")
    assert not any(tried["rung"] for tried in closed["attempts"])
    await again.hang_up()
    assert (await hotline.talk(other, seat)).zhida_call == other_call
    await other.hang_up()


@pytest.mark.parametrize(("number", "does", "outcome"), [(OTHER_KEYS[4], BUSY, "busy"), (OTHER_KEYS[5], RingsForEver(), "no_answer")])
async def test_who_is_not_reached_stays_on_the_list_with_the_attempt(hotline: Hotline, number: str, does: Any, outcome: str) -> None:  # noqa: ANN401
    hotline.world.script(number, does)
    call_id = await left(hotline, number)
    seat = await hotline.seat(8001, ready=False)
    ring = await seat.rings()
    await seat.answer()
    await hotline.world.is_called(number)
    await seat.hears_prompt(hotline.prompt(f"callback-{outcome.replace('_', '-')}"))
    await seat.call_ended()
    await hotline.seat_is(8001, "ready")
    task = await task_is(hotline, call_id, closed=None)
    assert [(tried["call_id"], tried["outcome"], bool(tried["rung"])) for tried in task["attempts"]] == [(ring.zhida_call, outcome, True)]
    call = await hotline.ended(ring.zhida_call, "not_reached")
    assert call["ticket"] is None


async def test_a_seat_clicks_also_while_it_is_paused(hotline: Hotline) -> None:
    hotline.world.script(PUBLIC, Answers())
    call_id = await left(hotline, PUBLIC)
    seat = await hotline.seat(8003)  # of no group that a call of this class goes to
    await hotline.api.ask("PUT", "/seats/8003/state", {"state": "paused", "reason": "desk work"})
    await hotline.api.ask("PUT", f"/callbacks/{call_id}/claim")
    code, said = await hotline.zhida("callbacks", "call", call_id, "--seat", "8003")
    assert code == 0, said
    ring = await seat.rings()
    assert ring.zhida_call in said
    caller = await talks_with(hotline, seat, PUBLIC)
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.hang_up()
    closed = await task_is(hotline, call_id, closed_why="called_back")
    assert [(tried["cause"], tried["by"], tried["seat"]) for tried in closed["attempts"]] == [("clicked", "lab", "8003")]
    seat_now = await hotline.seat_is(8003, "paused")
    assert seat_now["why"] == "desk work"


async def test_no_call_back_is_begun_without_a_free_seat_and_a_busy_seat_cannot_click(hotline: Hotline) -> None:
    hotline.world.script(OTHER_KEYS[6], Answers())
    call_id = await left(hotline, OTHER_KEYS[6])
    seat = await hotline.seat(8001, ready=False)
    ring = await seat.rings()
    status, problem = await hotline.api.answer("POST", f"/callbacks/{call_id}/calls", {"seat": "8001"})
    assert (status, problem["code"]) == (409, "seat_not_free")
    other = await hotline.seat(8002)
    status, problem = await hotline.api.answer("POST", f"/callbacks/{call_id}/calls", {"seat": "8002"})
    assert (status, problem["code"]) == (409, "callback_under_way")
    assert hotline.world.called == ()
    caller = await talks_with(hotline, seat, OTHER_KEYS[6])
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
    assert other.call == ""


async def test_an_engine_that_dies_while_the_caller_rings_does_not_ring_him_twice(hotline: Hotline) -> None:
    caller = await hotline.world.phone(OTHER_KEYS[7])
    call_id = await left(hotline, OTHER_KEYS[7])
    seat = await hotline.seat(8001, ready=False)
    ring = await seat.rings()
    await seat.answer()
    await caller.rings()
    await hotline.killed("engine-1")
    await caller.answer()  # now, because how long he is rung does not wait for an engine that takes its time to start
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await hotline.back()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await seat.call_ended()
    closed = await task_is(hotline, call_id, closed_why="called_back")
    assert [tried["call_id"] for tried in closed["attempts"]] == [ring.zhida_call]
    assert len(hotline.world.called) == 1


async def test_an_engine_that_dies_before_a_seat_is_free_loses_no_place(hotline: Hotline) -> None:
    hotline.world.script(EXPIRED, Answers())
    first = await asks_to_be_called_back(hotline, EXPIRED)
    await hotline.api.until("/calls?state=waiting", lambda page: len(page["items"]) == 1)
    await hotline.killed("engine-1")
    await hotline.back()
    later, _ = await hotline.waiting(PUBLIC)
    seat = await hotline.seat(8004, ready=False)
    ring = await seat.rings()
    assert ring.number == EXPIRED
    caller = await talks_with(hotline, seat, EXPIRED)
    await caller.hang_up()
    await task_is(hotline, first, closed_why="called_back")
    await later.hang_up()


async def test_after_all_this_nothing_is_missing(hotline: Hotline) -> None:
    code, said = await hotline.zhida("audit")
    assert code == 0, said
