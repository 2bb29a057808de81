"""Calls: those that go on, those that are over, and what is known of each."""

from datetime import timedelta

from api.documents.plain import written_moment
from calls.events import Announced, Expected
from routing.waiting import CallState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_live_call
from tests.unit.tickets import builders as told

START = told.START


async def test_what_every_call_in_the_list_tells(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    page = await observer.get("/calls")
    assert page == {
        "items": [
            {
                "call_id": CALL,
                "arrived": "2025-09-30T08:59:00.000Z",
                "number": "0515-88880001",
                "enterprise": "示例机械有限公司",
                "class": "key_enterprise",
                "state": "talking",
                "seat": "8001",
                "end_reason": None,
                "waited_s": 5.0,
                "position": None,
                "expected_wait_s": None,
                "expected_at_join_s": None,
                "ticket": None,
            }
        ],
        "next": None,
    }


def test_moments_as_text_sort_as_they_happened() -> None:
    sooner, later = START, START + timedelta(milliseconds=900)  # a text that leaves out what is nought: "…00Z" comes after "…00.9Z"
    assert sorted([written_moment(later), written_moment(sooner)]) == ["2025-09-30T08:20:00.000Z", "2025-09-30T08:20:00.900Z"]


async def test_the_newest_call_comes_first_whether_it_goes_on_or_is_over(hotline: Hotline, observer: Asker) -> None:
    for minute in (0, 20):
        hotline.records.add(*told.served(f"over-{minute}", second=minute * 60))
    hotline.waiting.add(a_live_call("live-early", minutes_ago=30))
    hotline.waiting.add(a_live_call("live-late", minutes_ago=1))
    found = await observer.get("/calls")
    assert [(item["call_id"], item["state"]) for item in found["items"]] == [
        ("live-late", "talking"),
        ("over-20", "ended"),
        ("live-early", "talking"),
        ("over-0", "ended"),
    ]


async def test_page_by_page_every_call_comes_once(hotline: Hotline, observer: Asker) -> None:
    for minute in range(0, 40, 4):
        hotline.records.add(*told.served(f"over-{minute:02}", second=minute * 60))
    for minute in range(1, 40, 7):
        hotline.waiting.add(a_live_call(f"live-{minute:02}", minutes_ago=40 - minute))
    whole = [item["call_id"] for item in (await observer.get("/calls"))["items"]]
    paged: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await observer.get("/calls", limit=3, **cursor)
        paged += [item["call_id"] for item in page["items"]]
        if page["next"] is None:
            break
        assert len(page["items"]) == 3
        cursor = {"cursor": page["next"]}
    assert paged == whole
    assert len(set(paged)) == 16


async def test_a_call_that_comes_in_while_one_turns_the_page_shifts_nothing(hotline: Hotline, observer: Asker) -> None:
    for minute in range(4):
        hotline.waiting.add(a_live_call(f"live-{minute}", minutes_ago=10 - minute))
    first = await observer.get("/calls", limit=2)
    hotline.waiting.add(a_live_call("newer", minutes_ago=0))
    del hotline.waiting.held["live-3"]
    second = await observer.get("/calls", limit=2, cursor=first["next"])
    assert [item["call_id"] for item in [*first["items"], *second["items"]]] == ["live-3", "live-2", "live-1", "live-0"]


async def test_a_call_in_both_places_is_the_live_one(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    hotline.records.add(*told.arrival(CALL), *told.identity(CALL))
    found = await observer.get("/calls")
    assert [item["state"] for item in found["items"]] == ["talking"]


async def test_what_ended_and_why(hotline: Hotline, observer: Asker) -> None:
    record = hotline.records.add(*told.served())
    hotline.records.add_ticket(record)
    [item] = (await observer.get("/calls", state="ended"))["items"]
    assert (item["state"], item["end_reason"], item["seat"], item["ticket"]) == ("ended", "completed", "8001", "20250930-00001")


async def test_calls_are_found_by_what_they_are(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    hotline.waiting.add(a_live_call("public", state=CallState.WAITING, caller_class="public", number="13900001001", enterprise=""))
    hotline.records.add(*told.served("over"))

    async def found(**query: str) -> list[str]:
        return sorted(item["call_id"] for item in (await observer.get("/calls", **query))["items"])

    assert await found(**{"class": "public"}) == ["public"]
    assert await found(state="waiting") == ["public"]
    assert await found(state="live") == sorted([CALL, "public"])
    assert await found(state="ended") == ["over"]
    assert await found(seat="8001") == sorted([CALL, "over"])
    assert await found(enterprise="示例机械") == [CALL]
    assert await found(number_suffix="1001") == ["public"]
    assert await found(number_suffix="0001") == sorted([CALL, "over"])
    assert await found(end_reason="completed") == ["over"]
    assert await found(**{"from": (NOW - timedelta(minutes=5)).isoformat()}) == sorted([CALL, "public"])
    assert await found(to=(START + timedelta(seconds=1)).isoformat()) == ["over"]


async def test_live_calls_are_there_while_the_database_is_away(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    hotline.records.away = True
    assert len((await observer.get("/calls", state="live"))["items"]) == 1
    assert (await observer.get(f"/calls/{CALL}"))["record"] is None
    problem = await observer.refused("GET", "/calls", 503)
    assert problem["code"] == "sql_away"
    assert problem["detail"] == "The database does not answer."


async def test_a_cursor_that_somebody_made_up(hotline: Hotline, observer: Asker) -> None:
    hotline.talks()
    made_up = ("x", "bm90IGpzb24", "WzEsWzAsIjIwMjUtMDEtMDEiLCJ4Il0se31d", "W10", "W1siWzFbWyJd", "é")
    for cursor in made_up:
        assert (await observer.refused("GET", "/calls", 422, params={"cursor": cursor}))["code"] == "cursor_unreadable"


async def test_the_agents_screen_shows_all_that_is_known_of_a_call(hotline: Hotline, observer: Asker) -> None:
    record = hotline.records.add(
        *told.arrival(), *told.identity(), *told.waiting(), *told.miss(), *told.answer(), *told.three_way(), *told.end(score=5)
    )
    hotline.records.add_ticket(record)
    call = await observer.get(f"/calls/{told.CALL}")
    assert call["reasons"][0] == "号码 0515-8888 0001 在白名单"
    assert call["recording"] == f"{told.CALL}.wav"
    assert call["ticket"] == "20250930-00001"
    assert call["live"] is None
    assert {span["who"] for span in call["on_line"]} == {"caller", "seat", "specialist"}
    assert [(offer["seat"], offer["outcome"]) for offer in call["record"]["offers"]] == [("8002", "declined"), ("8001", "answered")]
    [specialist] = call["record"]["specialists"]
    assert [attempt["outcome"] for attempt in specialist["attempts"]] == ["no_answer", "joined"]
    assert call["record"]["rating"] == 5


async def test_a_waiting_call_shows_its_place_and_its_ladder(hotline: Hotline, observer: Asker) -> None:
    hotline.waiting.add(a_live_call(state=CallState.WAITING))
    live = (await observer.get(f"/calls/{CALL}"))["live"]
    assert live["place"] == 2
    assert live["ladder"] == [{"group": "priority", "after_s": 0.0}, {"group": "qilai", "after_s": 8.0}]
    assert live["opened"] == 1


async def test_a_call_that_never_was(observer: Asker) -> None:
    assert (await observer.refused("GET", "/calls/zhida-0.0", 404))["code"] == "call_unknown"


async def test_the_recording_is_known_before_the_records_tell(hotline: Hotline, observer: Asker) -> None:
    hotline.talks(recording=f"{CALL}.wav")
    assert (await observer.get(f"/calls/{CALL}"))["recording"] == f"{CALL}.wav"


async def test_who_waits_shows_his_position_and_his_expected_wait(hotline: Hotline, observer: Asker) -> None:
    hotline.waiting.add(a_live_call("waits", minutes_ago=1, state=CallState.WAITING))
    hotline.waiting.add(a_live_call("rings", minutes_ago=2, state=CallState.OFFERED))
    hotline.waiting.add(a_live_call("talks", minutes_ago=3))
    found = await observer.get("/calls", state="live")
    shown = {item["call_id"]: (item["position"], item["expected_wait_s"]) for item in found["items"]}
    assert shown == {"waits": (3, 90.0), "rings": (3, 0.0), "talks": (None, None)}
    call = await observer.get("/calls/waits")
    assert (call["position"], call["expected_wait_s"], call["live"]["place"]) == (3, 90.0, 2)


async def test_a_call_that_is_over_shows_what_was_expected_beside_what_came(hotline: Hotline, observer: Asker) -> None:
    at = told.START
    expected = Expected(call_id="over", at=at, position=4, wait_s=130.0)
    hotline.records.add(*told.served("over"), expected, Announced(call_id="over", at=at, position=4, minutes=3))
    call = await observer.get("/calls/over")
    assert (call["expected_at_join_s"], call["expected_wait_s"], call["position"]) == (130.0, None, None)
    assert (call["record"]["expected_position"], call["waited_s"]) == (4, 5.0)
    assert [(one["position"], one["minutes"]) for one in call["record"]["announced"]] == [(4, 3)]
    (item,) = (await observer.get("/calls", state="ended"))["items"]
    assert item["expected_at_join_s"] == 130.0
