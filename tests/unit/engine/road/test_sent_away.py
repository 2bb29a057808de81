"""A supervisor moves a waiting call or sends it away: what its caller notices, and when."""

from routing.dispatching import How, WayOut
from seats.state import SeatState
from tests.unit.engine.road.exchange import Caller
from tests.unit.engine.road.stage import DUTY, Stage
from tests.unit.store.redis.model_supervision import move, send_away


async def sent_away(stage: Stage, caller: Caller, *, number: str = "") -> None:
    model = await stage.redis.step()
    assert send_away(model, caller.uniqueid, WayOut(number=number, message="nobody-free", by="chief").to_errand(), []) == ""
    stage.redis.tell()


async def test_who_waits_hears_the_message_at_once_and_is_dismissed(stage: Stage) -> None:
    caller = stage.calls()
    await stage.passes(3)
    await sent_away(stage, caller)
    await stage.over(caller, within_s=10)
    assert caller.heard == ["please-wait", "nobody-free"]
    assert stage.end_reason(caller) == "dismissed"


async def test_who_is_sent_to_a_number_talks_there(stage: Stage) -> None:
    phone = stage.exchange.phone(DUTY)
    phone.answers_after_s = 1
    caller = stage.calls()
    await stage.passes(3)
    await sent_away(stage, caller, number="0515-86669999")
    await stage.until(lambda: phone.talks)
    await stage.seat("8001")
    await stage.passes(2)
    assert stage.seat_state("8001") is SeatState.READY
    phone.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
    assert stage.redis.fact(caller.uniqueid, "answered")["seat_id"] == "outside"


async def test_a_seat_that_rang_for_him_rings_no_more(stage: Stage) -> None:
    await stage.seat("8001")
    phone = stage.exchange.phone("PJSIP/8001")
    caller = stage.calls()
    await stage.until(lambda: phone.rings)
    await sent_away(stage, caller)
    await stage.over(caller, within_s=10)
    assert not phone.rings
    assert caller.heard == ["nobody-free"]
    assert stage.seat_state("8001") is SeatState.READY


async def test_a_call_that_was_moved_rings_where_it_was_moved_to(stage: Stage) -> None:
    await stage.seat("8001")
    await stage.seat("8011")
    first, second = stage.exchange.phone("PJSIP/8001"), stage.exchange.phone("PJSIP/8011")
    caller = stage.calls()
    await stage.until(lambda: first.rings)
    model = await stage.redis.step()
    assert move(model, caller.uniqueid, How.SEAT, "8011", []) == ""
    stage.redis.tell()
    await stage.until(lambda: second.rings)
    assert not first.rings
    second.answer()
    await stage.talks(caller, "8011")
    second.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"
