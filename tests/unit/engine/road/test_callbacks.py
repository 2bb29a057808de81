"""Call-backs on the road: chosen by key, carried out for a seat, ended where he comes back by himself."""

import asyncio

from routing.callbacks import RESTING, CallbackOrder, Cause, Reach
from tests.unit.engine.road.exchange import Caller
from tests.unit.engine.road.stage import KEY, PUBLIC, Stage

NUMBER = "0515-88880001"


def an_order(**fields: object) -> CallbackOrder:
    given = {
        "call_id": "back-zhida-1.1",
        "task_id": "c-left",
        "number": NUMBER,
        "cause": Cause.LEFT,
        "by": "engine",
        "seat_id": "",
        "arrived_ms": 1_000,
        "since_ms": 2_000,
        "trunk": "carrier",
        "dialled": "12345",
        "group": "",
        "wait_s": 0.0,
        **fields,
    }
    return CallbackOrder(**given)  # type: ignore[arg-type]


async def placed(stage: Stage, order: CallbackOrder) -> Caller:
    """What Asterisk makes of the engine's Originate: the half that rings the seat comes to the engine."""
    await stage.redis.orders.place(order)
    return stage.calls_back(order.call_id)


async def presses(stage: Stage, caller: Caller, key: str) -> None:
    stage.exchange.says("DTMFEnd", Uniqueid=caller.uniqueid, Digit=key, Direction="Received")
    await asyncio.sleep(0.01)


async def test_who_presses_the_key_is_let_go_and_a_call_of_the_engines_has_his_place(stage: Stage) -> None:
    stage.offers_call_backs("9")
    caller = stage.calls(KEY)
    await asyncio.sleep(1)
    await presses(stage, caller, "9")
    await asyncio.sleep(3)
    assert caller.heard[-1] == "callback-noted"
    assert stage.redis.model.calls == {}
    ended = stage.redis.fact(caller.uniqueid, "ended")
    assert ended["reason"] == "callback"
    assert stage.redis.fact(caller.uniqueid, "callback_asked")["digit"] == "9"
    (ordered,) = stage.exchange.ordered
    assert ordered.dial == "Local/12345@zhida-callback/n"
    order = stage.redis.orders.orders[ordered.other_id]
    assert (order.cause, order.number, order.task_id) == (Cause.ASKED, NUMBER, caller.uniqueid)
    assert stage.redis.orders.leases[NUMBER] == order.call_id


async def test_another_key_changes_nothing(stage: Stage) -> None:
    stage.offers_call_backs("9")
    caller = stage.calls(KEY)
    await asyncio.sleep(1)
    await presses(stage, caller, "5")
    await asyncio.sleep(5)
    assert stage.exchange.ordered == []
    assert caller.uniqueid in stage.redis.model.calls


async def test_an_untrusted_number_is_offered_no_call_back(stage: Stage) -> None:
    stage.offers_call_backs("9")
    caller = stage.calls(PUBLIC, trunk="transit")
    await asyncio.sleep(1)
    await presses(stage, caller, "9")
    await asyncio.sleep(5)
    assert stage.exchange.ordered == []
    assert "callback-offer" not in caller.heard


async def test_one_who_left_is_called_back_by_a_seat_that_is_free_and_he_is_reached(stage: Stage) -> None:
    seat = await stage.seat("8001")
    back = await placed(stage, an_order())
    await asyncio.sleep(0.1)
    assert seat.rings
    assert back.heard == []
    assert not back.up, "the other half would ring the caller"
    assert back.variables["CALLERID(all)"].startswith('"回拨 ')
    seat.answer()
    await asyncio.sleep(0.1)
    await stage.redis.orders.note("back-zhida-1.1", Reach.REACHED)
    seat.hang_up()
    await stage.over(back)
    assert "rate" in back.heard
    assert stage.end_reason(back) == "completed"
    assert stage.redis.orders.leases[NUMBER] == RESTING
    assert stage.redis.fact(back.uniqueid, "callback_ordered")["task_id"] == "c-left"


async def test_one_who_is_not_reached_is_not_asked_for_a_rating_and_rests(stage: Stage) -> None:
    seat = await stage.seat("8001")
    back = await placed(stage, an_order())
    await asyncio.sleep(0.1)
    seat.answer()
    await asyncio.sleep(0.1)
    await stage.redis.orders.note("back-zhida-1.1", Reach.BUSY)
    back.hang_up()
    await asyncio.sleep(1)
    assert back.heard == []
    assert stage.end_reason(back) == "not_reached"
    assert stage.redis.orders.rests[NUMBER] == 600


async def test_without_a_free_seat_nothing_waits_in_the_way_of_callers(stage: Stage) -> None:
    back = await placed(stage, an_order())
    await asyncio.sleep(0.1)
    assert stage.end_reason(back) == "no_seat"
    assert stage.redis.model.calls == {}


async def test_a_virtual_call_waits_in_silence_with_his_own_rank(stage: Stage) -> None:
    back = await placed(stage, an_order(cause=Cause.ASKED, wait_s=3600.0))
    later = stage.calls(KEY.replace("0001", "0002"))
    await asyncio.sleep(2)
    assert (back.heard, back.where, back.up) == ([], "ringing", False)
    seat = await stage.seat("8001")
    await asyncio.sleep(0.1)
    assert seat.rung == [back.uniqueid]
    assert later.uniqueid in stage.redis.model.calls


async def test_a_call_back_without_an_order_ends_at_once(stage: Stage) -> None:
    back = stage.calls_back("back-zhida-2.1")
    await asyncio.sleep(0.1)
    assert stage.end_reason(back) == "withdrawn"


async def test_who_calls_again_takes_the_virtual_calls_place(stage: Stage) -> None:
    order = an_order(cause=Cause.ASKED, wait_s=3600.0)
    back = await placed(stage, order)
    await asyncio.sleep(0.1)
    engine = stage.engines[0]
    engine.callbacks.stand(await engine.live.calls())
    again = stage.calls(KEY)
    await asyncio.sleep(1)
    assert stage.end_reason(back) == "withdrawn"
    model = stage.redis.model.calls[again.uniqueid]
    assert model.rank == order.arrived_ms - 300_000
