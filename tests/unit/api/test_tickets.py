"""Tickets: what the system knows of a request, and what people write of it."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from seats.state import SeatState
from tests.unit.api.conftest import Asker
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import NOW, Given, a_seat
from tests.unit.tickets import builders as told
from tickets.types import TicketType

NUMBER = "20250930-00001"
TICKET = f"/tickets/{NUMBER}"


def a_ticket(hotline: Hotline, **written: Given) -> None:
    record = hotline.records.add(
        *told.arrival(), *told.identity(), *told.waiting(), *told.answer(), *told.three_way(), *told.end(score=4)
    )
    hotline.records.add_ticket(record, **written)


async def test_what_the_ticket_of_a_call_tells(hotline: Hotline, observer: Asker) -> None:
    a_ticket(hotline)
    ticket = await observer.get(TICKET)
    assert ticket["deadline"] == {
        "due": "2025-10-05T08:20:00.000Z",
        "rule": "5 个工作日",
        "source": "《盐城市12345热线企业诉求直达工作方案》第三条",
        "preset": "js/yancheng 2026-11-20",
        "stop_on": "closed",
        "provisional": True,
        "problem": None,
        "lane": "enterprise",
        "received": "2025-09-30T08:20:00.000Z",
    }
    promised = "number call_id status type enterprise tags class seat due version".split()
    assert {name: ticket[name] for name in promised} == {
        "number": NUMBER,
        "call_id": told.CALL,
        "status": "open",
        "type": None,
        "enterprise": "盐城示例制造有限公司",
        "tags": ["企业"],
        "class": "key_enterprise",
        "seat": "8001",
        "due": "2025-10-05T08:20:00.000Z",
        "version": 0,
    }
    assert [specialist["name"] for specialist in ticket["specialists"]] == ["张专员"]
    assert ticket["recording"] == f"{told.CALL}.wav"
    assert ticket["on_line"][0] == {
        "who": "caller",
        "id": "051588880001",
        "name": "盐城示例制造有限公司",
        "how": "waiting",
        "since": "2025-09-30T08:20:00.000Z",
        "until": "2025-09-30T08:20:05.000Z",
    }


@pytest.mark.parametrize("word", ["consult", "咨询", "咨询类"])
async def test_the_type_by_either_word(hotline: Hotline, agent: Asker, word: str) -> None:
    a_ticket(hotline)
    response = await agent.ask("PATCH", TICKET, json={"type": word, "content": "问增值税", "answer": "已答复"})
    ticket = await response.json()
    assert (ticket["type"], ticket["content"], ticket["answer"], ticket["version"]) == ("consult", "问增值税", "已答复", 1)
    assert ticket["updated_by"] == "agent"
    assert response.headers["ETag"] == '"1"'


async def test_what_is_not_named_stays(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline, type=TicketType.HELP, content="断电")
    ticket = await (await agent.ask("PATCH", TICKET, json={"answer": "已转供电公司", "disposition": "dispatch"})).json()
    assert (ticket["type"], ticket["content"], ticket["answer"], ticket["disposition"]) == ("help", "断电", "已转供电公司", "dispatch")


async def test_a_type_may_be_taken_back(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline, type=TicketType.HELP)
    assert (await (await agent.ask("PATCH", TICKET, json={"type": None})).json())["type"] is None


async def test_two_agents_write_at_once(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline)
    seen = (await agent.ask("GET", TICKET)).headers["ETag"]
    assert (await agent.ask("PATCH", TICKET, json={"content": "甲"}, headers={"If-Match": seen})).status == 200
    problem = await agent.refused("PATCH", TICKET, 409, json={"content": "乙"}, headers={"If-Match": seen})
    assert (problem["code"], problem["fields"]) == ("ticket_changed", {"version": 1})
    assert (await agent.refused("PATCH", TICKET, 409, json={"content": "乙", "version": 0}))["code"] == "ticket_changed"
    assert (await agent.ask("PATCH", TICKET, json={"content": "乙", "version": 1})).status == 200
    assert (await agent.ask("PATCH", TICKET, json={"content": "丙"}, headers={"If-Match": "*"})).status == 200


async def test_versions_that_are_none(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline)
    for header in ('"x"', '"1", "2"', "-1", "9" * 40):
        problem = await agent.refused("PATCH", TICKET, 422, json={"content": "甲"}, headers={"If-Match": header})
        assert problem["code"] == "if_match_unusable"
    problem = await agent.refused("PATCH", TICKET, 422, json={"content": "甲", "version": 3}, headers={"If-Match": '"0"'})
    assert problem["code"] == "versions_differ"


async def test_what_cannot_be_written(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline)
    bodies: list[tuple[int, str, dict[str, Any]]] = [
        (422, "ticket_type_unknown", {"type": "gossip"}),
        (422, "ticket_status_unknown", {"status": "lost"}),
        (422, "ticket_disposition_unknown", {"disposition": "magic"}),
        (422, "ticket_without_type", {"status": "closed"}),
        (422, "request_unusable", {"number": "1"}),
        (422, "request_unusable", {"content": None}),
        (422, "request_unusable", {"status": None}),
        (422, "request_unusable", {"content": "长" * 10_001}),
        (422, "request_unusable", {"version": "0"}),
        (422, "request_unusable", {"version": True}),
    ]
    for status, code, body in bodies:
        assert (await agent.refused("PATCH", TICKET, status, json=body))["code"] == code
    assert hotline.records.tickets_held[NUMBER].version == 0


async def test_tickets_are_found_by_what_they_are(hotline: Hotline, observer: Asker) -> None:
    hotline.records.add_ticket(hotline.records.add(*told.served("one")), type=TicketType.HELP)
    hotline.records.add_ticket(hotline.records.add(*told.served("two", caller_class="public", second=60)))

    async def found(**query: str) -> list[str]:
        return [ticket["call_id"] for ticket in (await observer.get("/tickets", **query))["items"]]

    assert await found() == ["two", "one"]
    assert await found(type="求助") == ["one"]
    assert await found(type="help") == ["one"]
    assert await found(tag="企业") == ["one"]
    assert await found(**{"class": "public"}) == ["two"]
    assert await found(status="closed") == []
    assert await found(**{"from": "2025-09-30T16:21:00+08:00"}) == ["two"]


async def test_tickets_page_by_page(hotline: Hotline, observer: Asker) -> None:
    for minute in range(5):
        hotline.records.add_ticket(hotline.records.add(*told.served(f"c-{minute}", second=minute * 60)))
    first = await observer.get("/tickets", limit=3)
    second = await observer.get("/tickets", limit=3, cursor=first["next"])
    assert [ticket["call_id"] for ticket in [*first["items"], *second["items"]]] == ["c-4", "c-3", "c-2", "c-1", "c-0"]
    assert second["next"] is None


async def test_a_ticket_that_is_not_there(agent: Asker) -> None:
    assert (await agent.refused("GET", "/tickets/20250930-99999", 404))["code"] == "ticket_unknown"
    assert (await agent.refused("PATCH", "/tickets/20250930-99999", 404, json={"content": "x"}))["code"] == "ticket_unknown"


async def test_a_saved_ticket_ends_the_wrap_up_of_its_own_call(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline)
    hotline.seats.add(a_seat("8001", SeatState.WRAP_UP, call_id=told.CALL, wrap_up_until=NOW))
    assert (await agent.ask("PATCH", TICKET, json={"answer": "已解答"})).status == 200
    seat = hotline.seats.held["8001"]
    assert (seat.state, seat.why) == (SeatState.READY, "the ticket is saved")


@pytest.mark.parametrize(
    ("who", "body", "wraps_up"),
    [
        ("agent", {"content": "…", "draft": True}, told.CALL),
        ("supervisor", {"content": "…"}, told.CALL),
        ("agent", {"content": "…"}, "a later call"),
    ],
    ids=["a draft", "a supervisor's remark", "an earlier call's ticket"],
)
async def test_wrap_up_goes_on_after(hotline: Hotline, client: TestClient[Any, Any], who: str, body: dict[str, Any], wraps_up: str) -> None:
    a_ticket(hotline)
    hotline.seats.add(a_seat("8001", SeatState.WRAP_UP, call_id=wraps_up, wrap_up_until=NOW))
    assert (await Asker(client, who).ask("PATCH", TICKET, json=body)).status == 200
    assert hotline.seats.held["8001"].state is SeatState.WRAP_UP


async def test_a_ticket_is_saved_although_live_state_is_away(hotline: Hotline, agent: Asker) -> None:
    a_ticket(hotline)
    hotline.redis.away = True
    assert (await (await agent.ask("PATCH", TICKET, json={"content": "问增值税"})).json())["content"] == "问增值税"


class TestVoicemail:
    """A voice message is a ticket of its own form; handled, its caller needs no call-back."""

    async def test_it_is_found_by_its_tag_and_tells_the_message(self, hotline: Hotline, observer: Asker) -> None:
        a_ticket(hotline)
        hotline.records.add_ticket(hotline.records.add(*told.voicemail("v1")))
        [ticket] = (await observer.get("/tickets?tag=留言&status=open"))["items"]
        assert (ticket["call_id"], ticket["form"], ticket["tags"]) == ("v1", "voicemail", ["留言"])
        assert ticket["voicemail"] == {
            "recording": "v1-voicemail-1",
            "length_s": 12.0,
            "how": "key",
            "left": "2025-09-30T08:20:30.000Z",
        }
        assert (await observer.get(TICKET))["form"] == "call"

    @pytest.mark.parametrize("number", ["13900008001", ""])
    async def test_once_it_is_handled_its_caller_is_off_the_list(self, hotline: Hotline, agent: Asker, number: str) -> None:
        ticket = hotline.records.add_ticket(hotline.records.add(*told.voicemail("v1", number=number)))
        await agent.ask("PATCH", f"/tickets/{ticket.number}", json={"type": "咨询", "content": "x"})
        assert hotline.records.callbacks.held["v1"].closed is None
        await agent.ask("PATCH", f"/tickets/{ticket.number}", json={"status": "closed"})
        task = hotline.records.callbacks.held["v1"]
        assert (task.closed_why, task.note) == ("settled", f"ticket {ticket.number}")
        assert hotline.records.callbacks.withdrawn == [number]

    async def test_who_called_again_stays_on_it(self, hotline: Hotline, agent: Asker) -> None:
        ticket = hotline.records.add_ticket(hotline.records.add(*told.voicemail("v1")))
        again = [*told.arrival("c2", number="13900008001", second=100), *told.waiting("c2", second=100)]
        hotline.records.add(*again, *told.end("c2", second=130, reason="abandoned"))
        await agent.ask("PATCH", f"/tickets/{ticket.number}", json={"type": "咨询", "status": "closed"})
        assert hotline.records.callbacks.held["v1"].closed is None
