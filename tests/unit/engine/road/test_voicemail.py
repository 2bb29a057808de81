"""A caller leaves a voice message: while it is closed, at a ladder's end, by a menu; and whatever breaks over it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from ivr.menu import Menu
from routing.ends import CallBack, LadderEnd, Ring, Say, Voicemail
from routing.ivr import Ivr, IvrMode
from routing.routes import Closing, Route
from routing.waiting import CallState
from tests.unit.engine.road.exchange import Caller
from tests.unit.engine.road.stage import KEY, PUBLIC, Stage
from tests.unit.routing.callers import ladder
from whitelist.identify import CallerClass

OTHER = "0515-86661234"
MESSAGE = Voicemail(prompt="voicemail-closed")
ROUTES = (
    Route(name="closed", dialled=frozenset({"22201"}), closed=Closing(steps=(MESSAGE,))),
    Route(name="rung-first", dialled=frozenset({"22202"}), closed=Closing(steps=(Ring(number=OTHER, ring_s=5), MESSAGE))),
    Route(name="goes-on", dialled=frozenset({"22203"}), closed=Closing(steps=(MESSAGE, CallBack(), Say(prompt="we-call-back")))),
    Route(
        name="busy",
        classes=frozenset({CallerClass.KEY_ENTERPRISE}),
        end=LadderEnd(after_s=20, steps=(Voicemail(prompt="voicemail-busy"),)),
    ),
    Route(
        name="waits-then", dialled=frozenset({"22204"}), closed=Closing(steps=(MESSAGE,), ladder=ladder("general@0"))
    ),
    Route(name="menu", dialled=frozenset({"12346"}), ivr=Ivr(mode=IvrMode.MENU, menu="main")),
)
BEEP, REVIEW, THANKS = "voicemail-beep", "voicemail-review", "voicemail-thanks"


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(ROUTES)
    await stage.opens()
    yield stage
    await stage.closes()


def calls(stage: Stage, *says: tuple[float, str], number: str = PUBLIC, dials: str = "22201") -> Caller:
    """Somebody who will say so much after each tone."""
    caller = stage.calls(number, dials=dials)
    caller.says = list(says)
    return caller


def left(stage: Stage, caller: Caller) -> tuple[str, float, str]:
    fact = stage.redis.fact(caller.uniqueid, "voicemail_left")
    return str(fact["name"]).removeprefix(caller.uniqueid), float(fact["length_s"]), str(fact["how"])


async def speaks(stage: Stage, caller: Caller, seconds: float = 0.0) -> None:
    await stage.until(lambda: stage.exchange.tapes.sound_s.get(f"{caller.uniqueid}-voicemail-1", -1.0) >= seconds, within_s=60)


async def test_who_finds_it_closed_leaves_one_and_is_served_by_it(stage: Stage) -> None:
    caller = calls(stage, (8.0, "#"), dials="22203")
    await stage.over(caller)
    assert caller.heard == ["voicemail-closed", BEEP, REVIEW, THANKS]
    assert (stage.end_reason(caller), stage.redis.fact(caller.uniqueid, "ended")["detail"]) == ("voicemail", "8 s")
    assert left(stage, caller) == ("-voicemail-1", 8.0, "key")
    assert caller.variables["ZHIDA_DONE"] == "1"


async def test_who_says_nothing_gets_what_stands_behind_it(stage: Stage) -> None:
    caller = calls(stage, dials="22203")
    await stage.over(caller, within_s=90)
    assert caller.heard[-2:] == ["voicemail-none", "we-call-back"]
    assert stage.end_reason(caller) == "callback"
    assert "voicemail_left" not in stage.kinds(caller)


async def test_who_says_nothing_and_there_is_nothing_else_was_told_that_it_is_closed(stage: Stage) -> None:
    caller = calls(stage)
    await stage.over(caller, within_s=90)
    assert stage.end_reason(caller) == "closed"


async def test_who_hangs_up_over_it_has_left_it(stage: Stage) -> None:
    caller = calls(stage, (5.0, "hang up"))
    await stage.over(caller)
    assert left(stage, caller) == ("-voicemail-1", 5.0, "hung_up")
    assert stage.end_reason(caller) == "voicemail"


async def test_who_hangs_up_before_he_says_anything_has_left_none(stage: Stage) -> None:
    caller = calls(stage, (0.5, "hang up"), dials="22202")
    await stage.over(caller)
    assert "voicemail_left" not in stage.kinds(caller)
    assert stage.end_reason(caller) == "ladder_end"  # he was rung for in vain


async def test_nobody_speaks_longer_than_is_allowed(stage: Stage) -> None:
    caller = calls(stage, (1000.0, "on"))
    await stage.over(caller, within_s=250)
    assert left(stage, caller) == ("-voicemail-1", 180.0, "longest")


async def test_at_a_ladders_end(stage: Stage) -> None:
    caller = calls(stage, (8.0, ""), number=KEY, dials="12345")
    await stage.over(caller, within_s=60)
    assert caller.heard == ["please-wait", "voicemail-busy", BEEP, REVIEW, THANKS]
    assert left(stage, caller)[2] == "silence"
    assert stage.end_reason(caller) == "voicemail"


async def test_a_seat_that_becomes_free_over_it_is_not_kept_for_him(stage: Stage) -> None:
    caller = calls(stage, (30.0, "#"), number=KEY, dials="12345")
    await speaks(stage, caller)
    seat = await stage.seat("8001")
    await stage.over(caller, within_s=60)
    assert seat.rung == []


async def test_chosen_in_a_menu(stage: Stage) -> None:
    menu = Menu(name="main", prompt="menu-main", choices={"9": "voicemail", "0": "person"})
    for engine in stage.engines:
        engine.road.desk = replace(engine.road.desk, service=replace(engine.road.desk.service, menus={"main": menu}))
    caller = calls(stage, (8.0, "#"), dials="12346")
    caller.keys = {"menu-main": "9"}
    await stage.over(caller)
    assert caller.heard == ["menu-main", "voicemail-ask", BEEP, REVIEW, THANKS]
    assert stage.redis.fact(caller.uniqueid, "menu_chosen")["target"] == "voicemail"
    assert stage.end_reason(caller) == "voicemail"


async def test_who_chose_it_in_a_menu_and_said_nothing_left_in_the_menu(stage: Stage) -> None:
    menu = Menu(name="main", prompt="menu-main", choices={"9": "voicemail"})
    stage.engines[0].road.desk = replace(
        stage.engines[0].road.desk, service=replace(stage.engines[0].road.desk.service, menus={"main": menu})
    )
    caller = calls(stage, dials="12346")
    caller.keys = {"menu-main": "9"}
    await stage.over(caller, within_s=90)
    assert stage.end_reason(caller) == "menu_left"


# ── what breaks ──


async def test_where_nothing_can_be_written_he_is_told_and_called_back(stage: Stage) -> None:
    stage.exchange.tapes.unwritable = True
    caller = calls(stage, (8.0, "#"))
    await stage.over(caller)
    assert caller.heard == ["voicemail-closed", BEEP, "voicemail-failed", "we-call-back"]
    assert stage.end_reason(caller) == "callback"


async def test_where_there_is_no_room_he_is_told_at_once(stage: Stage) -> None:
    stage.exchange.tapes.full = True
    caller = calls(stage, (8.0, "#"))
    await stage.over(caller)
    assert caller.heard == ["voicemail-failed", "we-call-back"]
    assert stage.end_reason(caller) == "callback"


async def test_who_shows_no_number_is_told_that_nothing_can_be_recorded_and_not_that_he_is_called_back(stage: Stage) -> None:
    stage.exchange.tapes.full = True
    caller = calls(stage, (8.0, "#"), number="")
    await stage.over(caller)
    assert caller.heard == ["voicemail-failed"]
    assert stage.end_reason(caller) == "closed"


async def test_who_hangs_up_while_he_is_told_so_is_called_back(stage: Stage) -> None:
    stage.exchange.tapes.full = True
    caller = calls(stage, (8.0, "#"))
    await stage.until(lambda: caller.where == "voicemail-failed")
    caller.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "callback"


async def test_where_the_disk_becomes_full_meanwhile_what_is_written_is_kept_and_he_is_told(stage: Stage) -> None:
    caller = calls(stage, (20.0, "#"))
    await speaks(stage, caller, 6.0)
    stage.exchange.tapes.full = True
    await stage.over(caller, within_s=60)
    assert caller.heard[-2:] == ["voicemail-failed", "we-call-back"]
    assert 6.0 <= left(stage, caller)[1] < 7.0


async def test_an_engine_that_dies_over_it_and_the_next_goes_on_with_what_he_said(stage: Stage) -> None:
    await stage.engine_starts()
    caller = calls(stage, (20.0, "#"))
    await speaks(stage, caller, 3.0)
    stage.engines[0].kill()
    await stage.over(caller, within_s=60)
    assert caller.heard == ["voicemail-closed", BEEP, REVIEW, THANKS]
    assert left(stage, caller) == ("-voicemail-1", 20.0, "found")
    assert stage.end_reason(caller) == "voicemail"
    assert stage.engines[1].failed == []


async def test_at_a_ladders_end_too_and_he_does_not_wait_again(stage: Stage) -> None:
    await stage.engine_starts()
    caller = calls(stage, (20.0, "#"), number=KEY, dials="12345")
    await speaks(stage, caller, 3.0)
    stage.engines[0].kill()
    await stage.over(caller, within_s=60)
    assert caller.heard == ["please-wait", "voicemail-busy", BEEP, REVIEW, THANKS]
    assert stage.kinds(caller).count("queued") == 1


async def test_who_had_said_nothing_yet_is_asked_again_by_the_next_engine(stage: Stage) -> None:
    await stage.engine_starts()
    caller = calls(stage, (0.0, ""), (8.0, "#"))
    await speaks(stage, caller)
    stage.engines[0].kill()
    await stage.over(caller, within_s=60)
    assert caller.heard == ["voicemail-closed", BEEP, "voicemail-ask", BEEP, REVIEW, THANKS]
    assert left(stage, caller)[0] == "-voicemail-2"


async def test_who_said_nothing_and_waits_then_waits_on_at_the_next_engine(stage: Stage) -> None:
    await stage.engine_starts()
    caller = calls(stage, dials="22204")
    await stage.until(lambda: stage.state(caller) is CallState.WAITING, within_s=90)
    stage.engines[0].kill()
    await stage.passes(2)
    seat = await stage.seat("8011", answers_after_s=1)
    await stage.talks(caller, "8011")
    assert caller.heard.count("voicemail-closed") == 1
    seat.hang_up()
    await stage.over(caller)
    assert stage.end_reason(caller) == "completed"


async def test_after_redis_was_emptied_too(stage: Stage) -> None:
    await stage.engine_starts()
    caller = calls(stage, (20.0, "#"))
    await speaks(stage, caller, 3.0)
    stage.engines[0].kill()
    stage.redis.model.calls.clear()
    await stage.over(caller, within_s=60)
    assert left(stage, caller)[2] == "found"
    assert "arrived" in stage.kinds(caller)


async def test_who_hangs_up_while_the_connection_is_lost_is_for_the_keeper_of_recordings(stage: Stage) -> None:
    caller = calls(stage, (20.0, "#"))
    await speaks(stage, caller, 3.0)
    stage.engines[0].accepts = False
    caller.session.cut()
    await stage.passes(1)
    assert "voicemail_left" not in stage.kinds(caller)
    caller.hang_up()
    await stage.until(lambda: "ended" in stage.kinds(caller), within_s=30)


async def test_records_that_are_away_cost_nobody_his_message(stage: Stage) -> None:
    caller = calls(stage, (8.0, "#"))
    await speaks(stage, caller, 3.0)
    stage.redis.away = True
    await stage.until(lambda: THANKS in caller.heard, within_s=30)
    assert "voicemail_left" not in stage.kinds(caller)  # whoever keeps the recordings finds the sound, and tells
    stage.redis.away = False
