"""A seat's wish to be told of a free specialist: taken, granted once, let go."""

from dataclasses import replace
from datetime import timedelta

import pytest

from calls.errors import Conflict, NotFound
from calls.events import SpecialistFree
from conference.asking import Wanted
from conference.duty import Absence
from conference.errand import AttemptState, Errand
from conference.planning import Answering
from engine.wishes import WishDesk
from routing.waiting import CallState
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_live_call


@pytest.fixture
def hotline() -> Hotline:
    hotline = Hotline()
    hotline.talks()
    return hotline


def desk_of(hotline: Hotline) -> WishDesk:
    wishes = hotline.sources().wishes
    assert isinstance(wishes, WishDesk)
    return wishes


def told(hotline: Hotline) -> list[SpecialistFree]:
    return [fact for fact in hotline.waiting.facts if isinstance(fact, SpecialistFree)]


async def test_it_is_told_once_somebody_has_finished_a_talk_since(hotline: Hotline) -> None:
    desk = desk_of(hotline)
    wish = await desk.wish(CALL, Wanted(department="税务"))
    assert (wish.seat_id, wish.wanted, wish.off_duty) == ("8001", "税务", ())
    await desk.look()
    assert told(hotline) == []
    hotline.availability.answers["t-2"] = Answering(last_left=NOW + timedelta(seconds=5))
    await desk.look()
    await desk.look()
    [fact] = told(hotline)
    assert (fact.seat_id, fact.name, fact.department, fact.why) == ("8001", "李专员", "税务", "has finished a talk")
    assert hotline.exchange.done[-1] == ("say_to", "zhida-1.1", "hunt-free")


async def test_who_has_finished_one_talk_and_is_in_the_next_is_not_free(hotline: Hotline) -> None:
    desk = desk_of(hotline)
    await desk.wish(CALL, Wanted(specialist_id="t-2"))
    await hotline.sources().specialists.ask(CALL, Wanted(specialist_id="t-2"))
    live = hotline.waiting.held[CALL]
    errand = Errand.from_json(live.errand)
    joined = errand.with_state(errand.attempts[0].attempt_id, AttemptState.JOINED)
    hotline.waiting.add(a_live_call("other", state=CallState.THREE_WAY, errand=joined.to_json()))
    hotline.availability.answers["t-2"] = Answering(last_left=NOW + timedelta(seconds=5))
    await desk.look()
    assert told(hotline) == []


async def test_who_was_away_and_is_back_is_news(hotline: Hotline) -> None:
    away = Absence(specialist_id="t-2", until=NOW + timedelta(hours=1), why="会议", by="x", since=NOW)
    hotline.availability.away["t-2"] = away
    desk = desk_of(hotline)
    wish = await desk.wish(CALL, Wanted(specialist_id="t-2"))
    assert (wish.wanted, wish.off_duty) == ("李专员", ("t-2",))
    await desk.look()
    assert told(hotline) == []
    await hotline.availability.is_back("t-2")
    await desk.look()
    assert [fact.why for fact in told(hotline)] == ["has come on duty"]


async def test_a_wish_of_the_shift_before_is_let_go(hotline: Hotline) -> None:
    desk = desk_of(hotline)
    wish = await desk.wish(CALL, Wanted(department="税务"))
    hotline.availability.wishes = [replace(wish, made=NOW - timedelta(hours=13))]
    await desk.look()
    assert hotline.availability.wishes == []
    assert told(hotline) == []


async def test_only_a_seat_that_serves_the_call_can_wish(hotline: Hotline) -> None:
    desk = desk_of(hotline)
    with pytest.raises(NotFound):
        await desk.wish("nobody", Wanted(department="税务"))
    hotline.waiting.add(a_live_call("waits", state=CallState.WAITING))
    with pytest.raises(Conflict, match="No seat serves"):
        await desk.wish("waits", Wanted(department="税务"))
