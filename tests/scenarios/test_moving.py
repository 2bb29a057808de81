"""A supervisor moves calls that wait, sends them away, forces a seat; all of it in the log of acts."""

import asyncio
import json
from typing import Any

from lab.phones.behaviours import Answers, RingsForEver
from tests.scenarios.hotline import KEY, OTHER_KEYS, PUBLIC, Hotline
from tests.scenarios.house import ENGINE_DIES

LAB = ENGINE_DIES
WHY = "企业停产，急"
OFFICE = "051586669998"


async def test_a_waiting_call_is_moved_to_another_group_and_rings_there_at_once(hotline: Hotline) -> None:
    caller, call_id = await hotline.waiting(PUBLIC)
    seat = await hotline.seat(8001)
    await move(hotline, call_id, group="priority")
    ring = await hotline.talk(caller, seat)
    assert ring.zhida_call == call_id
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    told = await hotline.api.until(f"/calls/{call_id}/supervision", lambda told: told["moves"])
    [one] = told["moves"]
    assert (one["how"], one["to"], one["by"], one["why"]) == ("group", "priority", "lab", WHY)


async def test_a_call_is_given_to_a_named_seat_and_waits_on_where_that_declines(hotline: Hotline) -> None:
    caller, call_id = await hotline.waiting(PUBLIC)
    seat = await hotline.seat(8003)
    await move(hotline, call_id, seat="8003")
    assert (await seat.rings()).zhida_call == call_id
    await seat.decline()
    await hotline.call_is(call_id, "waiting")
    own = await hotline.seat(8004, ready=False)
    assert (await hotline.talk(caller, own)).zhida_call == call_id
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_call_that_rings_is_taken_from_there_to_another_seat(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8003)
    caller = await hotline.calls(KEY)
    ring = await first.rings()
    await move(hotline, ring.zhida_call, seat="8003")
    await first.call_ended()
    assert (await hotline.talk(caller, second)).zhida_call == ring.zhida_call
    assert (await hotline.seat_is(8001, "ready"))["call"] is None
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")


async def test_the_last_becomes_the_first(hotline: Hotline) -> None:
    one, one_call = await hotline.waiting(OTHER_KEYS[0])
    two, two_call = await hotline.waiting(OTHER_KEYS[1])
    await move(hotline, two_call, rank="first")
    seat = await hotline.seat(8001, ready=False)
    assert (await hotline.talk(two, seat)).zhida_call == two_call
    await two.hang_up()
    assert (await hotline.talk(one, seat)).zhida_call == one_call
    await one.hang_up()
    await hotline.ended(one_call, "completed")


async def test_a_call_is_sent_away_to_a_number(hotline: Hotline) -> None:
    caller, call_id = await hotline.waiting(KEY)
    hotline.world.script(OFFICE, Answers())
    await send_away(hotline, call_id, number="0515-86669998")
    await hotline.world.is_called(OFFICE)
    office = await hotline.world.phone(OFFICE)
    await office.talks()
    await asyncio.gather(caller.hears(office), office.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_call_that_is_being_sent_away_is_so_by_the_next_engine(hotline: Hotline) -> None:
    """It gets no seat any more, though one is free when its engine is back."""
    caller, call_id = await hotline.waiting(KEY)
    hotline.world.script(OFFICE, RingsForEver())
    await send_away(hotline, call_id, number="0515-86669998")
    await hotline.world.is_called(OFFICE)
    await hotline.killed("engine-1")
    seat = await hotline.seat(8001, ready=False)
    await caller.hears_prompt(hotline.prompt("nobody-free"))
    await caller.call_ended()
    await hotline.ended(call_id, "dismissed")
    assert seat.call == ""


async def test_a_call_is_sent_away_with_a_message_also_while_it_rings(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await seat.rings()
    await send_away(hotline, ring.zhida_call)
    await seat.call_ended()
    await caller.hears_prompt(hotline.prompt("nobody-free"))
    await caller.call_ended()
    await hotline.ended(ring.zhida_call, "dismissed")
    await hotline.seat_is(8001, "ready")


async def test_what_cannot_be_moved_is_told_in_a_sentence(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    for path, body in (("move", {"rank": "first"}), ("send-away", {})):
        status, problem = await hotline.api.answer("POST", f"/calls/{call_id}/{path}", {**body, "why": WHY})
        assert (status, problem["code"]) == (409, "call_not_waiting")
        assert "only a call that waits" in problem["detail"]
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    waiting, waiting_call = await hotline.waiting(PUBLIC)
    for body, code in (({"group": "project"}, "group_empty"), ({"seat": "8020"}, "seat_not_free"), ({"seat": "7000"}, "seat_unknown")):
        status, problem = await hotline.api.answer("POST", f"/calls/{waiting_call}/move", {**body, "why": WHY})
        assert problem["code"] == code, problem
    await waiting.hang_up()
    await hotline.ended(waiting_call, "abandoned")


async def test_a_seat_is_forced_while_it_rings_and_the_call_goes_to_the_next(hotline: Hotline) -> None:
    first, second = await hotline.seats(8001, 8002)
    caller = await hotline.calls(KEY)
    ring = await first.rings()
    forced = await hotline.api.ask("POST", "/seats/8001/force", {"state": "paused", "why": "离席未置忙"})
    assert (forced["state"], forced["why"]) == ("paused", "lab: 离席未置忙")
    await first.call_ended()
    assert (await hotline.talk(caller, second)).zhida_call == ring.zhida_call
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")


async def test_all_of_it_stands_in_the_log_of_acts(hotline: Hotline) -> None:
    caller, call_id = await hotline.waiting(PUBLIC)
    code, said = await hotline.zhida("calls", "move", call_id, "--first", "--why", WHY)
    assert code == 0, said
    code, said = await hotline.zhida("seats", "force", "8001", "logged_out", "--why", "下班")
    assert code == 0, said
    await caller.hang_up()
    await hotline.ended(call_id, "abandoned")
    page = await hotline.api.until(f"/acts?on=calls/{call_id}", lambda page: page["items"])
    [act] = page["items"]
    assert (act["who"], act["role"], act["what"], act["why"]) == ("lab", "admin", "move_call", WHY)
    assert act["person"]
    code, said = await hotline.zhida("acts", "--json", "--on", "seats/8001", "--most", "1")
    assert code == 0, said
    [forced] = json.loads(said)
    assert (forced["what"], forced["why"], forced["detail"]) == ("force_seat", "下班", {"state": "logged_out"})


# ── words ──


async def move(hotline: Hotline, call_id: str, **to: Any) -> None:  # noqa: ANN401  a group, a seat or a rank
    await hotline.api.ask("POST", f"/calls/{call_id}/move", {**to, "why": WHY})


async def send_away(hotline: Hotline, call_id: str, **to: str) -> None:
    await hotline.api.ask("POST", f"/calls/{call_id}/send-away", {**to, "why": WHY})
