"""The call-back desk: who is on the list, and what may be done about it."""

import pytest

from calls.events import CallbackClaimed, CallbackClosed
from seats.seat import Phone
from seats.state import SeatState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import a_seat
from tests.unit.tickets import builders as told


def left(
    hotline: Hotline, call_id: str, *, caller_class: str, minute: int, reason: str = "abandoned", number: str = "0515-88880001"
) -> None:
    hotline.records.add(
        *told.arrival(call_id, number=number, second=minute * 60),
        *told.identity(call_id, caller_class=caller_class, second=minute * 60),
        *told.waiting(call_id, second=minute * 60),
        *told.end(call_id, second=minute * 60 + 30, reason=reason),
    )


async def test_who_is_to_be_called_back_key_enterprises_first_then_by_arrival(hotline: Hotline, observer: Asker) -> None:
    left(hotline, "public-late", caller_class="public", minute=9, number="13900008001")
    left(hotline, "key-early", caller_class="key_enterprise", minute=1, number="0515-88880001")
    left(hotline, "key-late", caller_class="key_enterprise", minute=5, reason="ladder_end", number="0515-88880002")
    left(hotline, "project", caller_class="project", minute=3, reason="menu_left", number="0515-88880101")
    left(hotline, "public-early", caller_class="public", minute=0, number="13900008002")
    left(hotline, "nameless", caller_class="anonymous", minute=0, number="")
    left(hotline, "key-again", caller_class="key_enterprise", minute=7, number="0515-88880001")
    hotline.records.add(*told.served("served", second=600))
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await observer.get("/callbacks", limit=2, **cursor)
        found += [one["call_id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == ["key-early", "key-late", "project", "public-early", "public-late", "nameless"]
    assert [one["call_id"] for one in (await observer.get("/callbacks", callable="false"))["items"]] == ["nameless"]


async def test_what_is_known_of_a_caller_who_left(hotline: Hotline, observer: Asker) -> None:
    left(hotline, "key", caller_class="key_enterprise", minute=0)
    (found,) = (await observer.get("/callbacks", **{"from": "2025-09-30T00:00:00Z"}))["items"]
    assert found == {
        "call_id": "key",
        "number": "0515-88880001",
        "callable": True,
        "enterprise": "盐城示例制造有限公司",
        "class": "key_enterprise",
        "arrived": "2025-09-30T08:20:00.000Z",
        "left": "2025-09-30T08:20:30.000Z",
        "waited_s": 30.0,
        "end_reason": "abandoned",
        "asked": None,
        "missed": [
            {
                "call_id": "key",
                "arrived": "2025-09-30T08:20:00.000Z",
                "left": "2025-09-30T08:20:30.000Z",
                "end_reason": "abandoned",
                "waited_s": 30.0,
                "voicemail_s": None,
            }
        ],
        "attempts": [],
        "claimed_by": None,
        "closed": None,
        "closed_why": None,
        "closed_by": None,
        "closed_call": None,
        "note": None,
        "version": 1,
    }
    assert await observer.get("/callbacks/key") == found


async def test_a_seat_calls_back(hotline: Hotline, agent: Asker) -> None:
    left(hotline, "key", caller_class="key_enterprise", minute=0)
    hotline.seats.add(a_seat("8001", SeatState.PAUSED))
    answer = await agent.ask("POST", "/callbacks/key/calls", json={"seat": "8001"})
    assert answer.status == 201
    assert await answer.json() == {"call_id": "zhida-back-1.1", "callback": "key", "seat": "8001"}
    assert hotline.records.callbacks.placed == [("key", "8001", "agent")]
    assert (await agent.refused("POST", "/callbacks/key/calls", 409, json={"seat": "8001"}))["code"] == "callback_under_way"


@pytest.mark.parametrize(
    ("seat", "code", "status"),
    [
        (a_seat("8001", SeatState.TALKING), "seat_not_free", 409),
        (a_seat("8001", phone=Phone.UNREACHABLE), "seat_not_free", 409),
        (a_seat("8002"), "seat_unknown", 404),
    ],
)
async def test_a_seat_that_cannot_call_back(hotline: Hotline, agent: Asker, seat: object, code: str, status: int) -> None:
    left(hotline, "key", caller_class="key_enterprise", minute=0)
    hotline.seats.add(seat)  # type: ignore[arg-type]
    assert (await agent.refused("POST", "/callbacks/key/calls", status, json={"seat": "8001"}))["code"] == code
    assert hotline.records.callbacks.placed == []


async def test_who_showed_no_number_cannot_be_called_but_can_be_closed(hotline: Hotline, agent: Asker) -> None:
    left(hotline, "nameless", caller_class="anonymous", minute=4, number="")
    hotline.seats.add(a_seat("8001"))
    assert (await agent.refused("POST", "/callbacks/nameless/calls", 409, json={"seat": "8001"}))["code"] == "callback_anonymous"
    closed = await (await agent.ask("POST", "/callbacks/nameless/close", json={"reason": "not_reachable"})).json()
    assert (closed["closed_why"], closed["closed_by"]) == ("not_reachable", "agent")


async def test_a_person_closes_it_with_a_reason(hotline: Hotline, agent: Asker, observer: Asker) -> None:
    left(hotline, "key", caller_class="key_enterprise", minute=0)
    given = {"reason": "settled", "note": "已由专员答复"}
    closed = await (await agent.ask("POST", "/callbacks/key/close", json=given)).json()
    assert (closed["closed_why"], closed["closed_by"], closed["note"], closed["version"]) == ("settled", "agent", "已由专员答复", 2)
    assert (await observer.get("/callbacks"))["items"] == []
    assert [one["call_id"] for one in (await observer.get("/callbacks", closed="true"))["items"]] == ["key"]
    assert hotline.records.callbacks.withdrawn == ["0515-88880001"]
    assert [(type(fact), fact.call_id) for fact in hotline.waiting.facts] == [(CallbackClosed, "key")]
    assert (await agent.refused("POST", "/callbacks/key/close", 409, json=given))["code"] == "callback_closed"
    assert (await agent.refused("POST", "/callbacks/none/close", 404, json=given))["code"] == "callback_unknown"


async def test_no_reason_but_those_there_are(hotline: Hotline, agent: Asker) -> None:
    left(hotline, "key", caller_class="key_enterprise", minute=0)
    assert (await agent.refused("POST", "/callbacks/key/close", 422, json={"reason": "called_back"}))["code"] == "callback_reason_unknown"


async def test_somebody_takes_care_of_him_and_gives_him_back(hotline: Hotline, agent: Asker) -> None:
    another = Asker(agent.client, "supervisor")
    left(hotline, "key", caller_class="key_enterprise", minute=0)
    assert (await (await agent.ask("PUT", "/callbacks/key/claim")).json())["claimed_by"] == "agent"
    assert (await another.refused("PUT", "/callbacks/key/claim", 409))["code"] == "callback_claimed"
    assert (await (await agent.ask("DELETE", "/callbacks/key/claim")).json())["claimed_by"] is None
    assert [fact.by for fact in hotline.waiting.facts if isinstance(fact, CallbackClaimed)] == ["agent", ""]


async def test_who_may_only_look(hotline: Hotline, observer: Asker) -> None:
    left(hotline, "key", caller_class="key_enterprise", minute=0)
    await observer.refused("POST", "/callbacks/key/calls", 403, json={"seat": "8001"})
    await observer.refused("POST", "/callbacks/key/close", 403, json={"reason": "settled"})
