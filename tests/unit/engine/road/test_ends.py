"""What callers get whom no seat takes: at a ladder's end of their own, and while the hotline is closed to them."""

from collections.abc import AsyncIterator

import pytest_asyncio

from routing.ends import CallBack, LadderEnd, Ring, Say
from routing.ivr import Ivr, IvrMode
from routing.routes import Closing, Route
from routing.waiting import CallState
from tests.unit.engine.road.stage import DUTY, KEY, MAX_WAIT_S, PUBLIC, Stage
from tests.unit.routing.callers import ladder
from whitelist.identify import CallerClass

OTHER, THIRD = "0515-86661234", "0515-86665678"
ROUTES = (
    Route(name="closed", dialled=frozenset({"22201"}), closed=Closing(steps=(Say(prompt="closed-now"),))),
    Route(name="called-back", dialled=frozenset({"22202"}), closed=Closing(steps=(CallBack(), Say(prompt="we-call-back")))),
    Route(
        name="rung",
        dialled=frozenset({"22203"}),
        closed=Closing(steps=(Say(prompt="connecting"), Ring(number=OTHER, ring_s=10), Ring(number=THIRD, ring_s=10))),
    ),
    Route(
        name="another-ladder",
        dialled=frozenset({"22204"}),
        closed=Closing(steps=(Say(prompt="closed-now"),), ladder=ladder("general@0")),
    ),
    Route(name="closed-choice", chosen=frozenset({"general"}), closed=Closing(steps=(Say(prompt="closed-now"),))),
    Route(
        name="enterprises",
        classes=frozenset({CallerClass.KEY_ENTERPRISE}),
        end=LadderEnd(after_s=20, steps=(Ring(number=OTHER, ring_s=5), CallBack(), Say(prompt="we-call-back"))),
    ),
    Route(name="greeted", dialled=frozenset({"12345"}), ivr=Ivr(mode=IvrMode.GREETING, greeting="welcome")),
)


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(ROUTES)
    await stage.opens()
    yield stage
    await stage.closes()


def outside(stage: Stage, number: str):  # noqa: ANN201
    return stage.exchange.phone(f"PJSIP/{number}@zhida-outside")


class TestLadderEnd:
    """Each rule has its own."""

    async def test_another_number_takes_the_call(self, stage: Stage) -> None:
        other = outside(stage, OTHER)
        other.answers_after_s = 1
        caller = stage.calls(KEY)
        await stage.until(lambda: other.talks, within_s=25)
        other.hang_up()
        await stage.over(caller)
        assert (stage.end_reason(caller), stage.redis.fact(caller.uniqueid, "ended")["detail"]) == ("completed", "*********1234 answered")
        assert stage.redis.fact(caller.uniqueid, "answered")["seat_id"] == "outside"

    async def test_where_it_does_not_answer_a_call_back_is_noted_and_the_caller_told(self, stage: Stage) -> None:
        outside(stage, OTHER)
        caller = stage.calls(KEY)
        await stage.over(caller, within_s=60)
        assert caller.heard == ["please-wait", "we-call-back"]
        assert stage.end_reason(caller) == "callback"

    async def test_who_hangs_up_while_it_rings_has_abandoned(self, stage: Stage) -> None:
        other = outside(stage, OTHER)
        caller = stage.calls(KEY)
        await stage.until(lambda: other.rings, within_s=25)
        caller.hang_up()
        await stage.over(caller)
        assert stage.end_reason(caller) == "abandoned"

    async def test_who_hangs_up_while_he_is_told_is_called_back_all_the_same(self, stage: Stage) -> None:
        outside(stage, OTHER)
        caller = stage.calls(KEY)
        await stage.until(lambda: caller.where == "we-call-back", within_s=40)
        caller.hang_up()
        await stage.over(caller)
        assert stage.end_reason(caller) == "callback"

    async def test_the_public_has_the_usual_end(self, stage: Stage) -> None:
        duty = stage.exchange.phone(DUTY)
        caller = stage.calls(PUBLIC)
        await stage.until(lambda: duty.rings, within_s=MAX_WAIT_S + 10)
        await stage.over(caller, within_s=60)
        assert caller.heard == ["welcome", "please-wait", "nobody-free"]
        assert stage.end_reason(caller) == "ladder_end"


class TestClosed:
    """The hotline is closed to these callers."""

    async def test_he_is_told_and_waits_for_nobody(self, stage: Stage) -> None:
        seat = await stage.seat("8004")
        caller = stage.calls(PUBLIC, dials="22201")
        await stage.over(caller)
        assert caller.heard == ["closed-now"]
        assert not seat.rings
        assert stage.kinds(caller) == ["arrived", "identified", "planned", "ended"]
        assert stage.end_reason(caller) == "closed"

    async def test_who_hangs_up_while_he_is_told_was_told(self, stage: Stage) -> None:
        caller = stage.calls(PUBLIC, dials="22201")
        await stage.until(lambda: caller.where == "closed-now")
        caller.hang_up()
        await stage.over(caller)
        assert stage.end_reason(caller) == "closed"

    async def test_nobody_is_called_back_without_a_number(self, stage: Stage) -> None:
        caller = stage.calls("", dials="22202")
        await stage.over(caller)
        assert stage.end_reason(caller) == "closed"

    async def test_a_call_back_is_noted(self, stage: Stage) -> None:
        caller = stage.calls(PUBLIC, dials="22202")
        await stage.until(lambda: caller.where == "we-call-back")
        caller.hang_up()
        await stage.over(caller)
        assert stage.end_reason(caller) == "callback"

    async def test_numbers_are_rung_one_after_another(self, stage: Stage) -> None:
        first, second = outside(stage, OTHER), outside(stage, THIRD)
        first.declines_after_s, second.answers_after_s = 1, 1
        caller = stage.calls(PUBLIC, dials="22203")
        await stage.until(lambda: second.talks, within_s=15)
        second.hang_up()
        await stage.over(caller)
        assert caller.heard == ["connecting"]
        assert stage.end_reason(caller) == "completed"
        assert stage.kinds(caller) == ["arrived", "identified", "planned", "answered", "ended"]

    async def test_who_was_rung_for_in_vain_is_called_back(self, stage: Stage) -> None:
        outside(stage, OTHER)
        caller = stage.calls(PUBLIC, dials="22203")
        await stage.over(caller, within_s=40)
        assert stage.end_reason(caller) == "ladder_end"

    async def test_he_may_wait_by_another_ladder_after_all(self, stage: Stage) -> None:
        seat = await stage.seat("8011")
        caller = stage.calls(PUBLIC, dials="22204")
        await stage.until(lambda: seat.rings)
        assert caller.heard == ["closed-now"]
        seat.answer()
        await stage.talks(caller, "8011")
        seat.hang_up()
        await stage.over(caller)
        assert stage.kinds(caller)[:5] == ["arrived", "identified", "planned", "queued", "offered"]

    async def test_who_chose_a_closed_group_is_told_after_the_menu(self, stage: Stage) -> None:
        caller = stage.calls(PUBLIC, dials="12346", keys={"menu-main": "2"})
        await stage.over(caller)
        assert caller.heard == ["menu-main", "closed-now"]
        assert stage.kinds(caller) == ["arrived", "identified", "planned", "menu_chosen", "planned", "ended"]
        assert stage.end_reason(caller) == "closed"

    async def test_a_dead_engine_s_caller_hears_it_from_the_next(self, stage: Stage) -> None:
        await stage.engine_starts()
        caller = stage.calls(PUBLIC, dials="22201")
        await stage.until(lambda: caller.where == "closed-now")
        stage.engines[0].kill()
        await stage.over(caller)
        assert stage.end_reason(caller) == "closed"

    async def test_who_waits_after_all_keeps_his_place_when_his_engine_dies(self, stage: Stage) -> None:
        await stage.engine_starts()
        caller = stage.calls(PUBLIC, dials="22204")
        await stage.until(lambda: caller.where == "music")
        stage.engines[0].kill()
        await stage.passes(2)
        assert stage.state(caller) is CallState.WAITING
        assert caller.heard.count("closed-now") == 1
        seat = await stage.seat("8011", answers_after_s=1)
        await stage.until(lambda: seat.talks)
