"""What happens, as it happens, for a console that follows."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer

from api.app import build_app
from api.hub import Follower
from api.stream import StreamLimits
from calls.events import Answered, Supervised, to_document
from seats.state import SeatState
from tests.unit.api.conftest import TOKENS
from tests.unit.api.hotline import Hotline
from tests.unit.api.live import CALL, NOW, a_seat

STREAM = "/api/v1/stream"
ANSWERED = to_document(Answered(call_id=CALL, at=NOW, offer_id="o-1", seat_id="8001", group="priority", waited_s=1.5))


def headers_of(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[name].secret}"}


async def closed_with(socket: ClientWebSocketResponse) -> int:
    """The close code, whatever still comes before it."""
    async with asyncio.timeout(30):
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            pass
    assert message.type is WSMsgType.CLOSE
    return int(message.data)


async def test_a_fact_as_it_happens(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, headers=headers_of("observer")) as socket:
        assert await socket.receive_json() == {"type": "ready", "name": "observer", "role": "observer"}
        hotline.happenings.queue.put_nowait(ANSWERED)
        assert await socket.receive_json() == {
            "type": "event",
            "kind": "answered",
            "call_id": CALL,
            "at": "2025-09-30T09:00:00.000Z",
            "offer_id": "o-1",
            "seat_id": "8001",
            "group": "priority",
            "waited_s": 1.5,
            "agent": "",
        }


async def test_an_agent_who_was_moved_is_told_by_whom_and_where(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    moved = {"kind": "agent_signed_out", "agent": "101", "name": "话务员甲", "seat_id": "8001", "why": "agent 101 has gone", "by": "lab"}
    async with client.ws_connect(STREAM, headers=headers_of("agent")) as socket:
        await socket.receive_json()
        hotline.happenings.queue.put_nowait({**moved, "at": ANSWERED["at"]})
        assert await socket.receive_json() == {"type": "event", **moved, "at": "2025-09-30T09:00:00.000Z"}


async def test_what_supervisors_do_is_told_to_supervisors_alone(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    listens = Supervised(call_id=CALL, at=NOW, leg="sup-1", mode="listen", seat_id="8001", phone="8010", by="chief", why="x")
    async with (
        client.ws_connect(STREAM, headers=headers_of("agent")) as agent,
        client.ws_connect(STREAM, headers=headers_of("supervisor")) as supervisor,
    ):
        for socket in (agent, supervisor):
            await socket.receive_json()
        for fact in (to_document(listens), ANSWERED):
            hotline.happenings.queue.put_nowait(fact)
        assert (await agent.receive_json())["kind"] == "answered"
        assert [(await supervisor.receive_json())["kind"] for _ in range(2)] == ["supervised", "answered"]


async def test_a_seat_that_changed(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, headers=headers_of("agent")) as socket:
        await socket.receive_json()
        hotline.happenings.queue.put_nowait(a_seat("8002", SeatState.PAUSED))
        message = await socket.receive_json()
        assert (message["type"], message["kind"], message["seat_id"]) == ("event", "seat_changed", "8002")
        assert (message["seat"]["state"], message["seat"]["why"]) == ("paused", "signed in")


async def test_a_browser_sends_its_token_first(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM) as socket:
        await socket.send_json({"type": "auth", "token": TOKENS["agent"].secret})
        assert (await socket.receive_json())["name"] == "agent"


@pytest.mark.parametrize(
    "first",
    ['{"type": "auth", "token": "wrong"}', "{}", "[]", "not json", '{"type": "auth"}', '{"type": "auth", "token": 5}', "[" * 4000],
)
async def test_who_is_not_known_hears_nothing(client: TestClient[Any, Any], first: str) -> None:
    async with client.ws_connect(STREAM) as socket:
        await socket.send_str(first)
        assert await closed_with(socket) == 4401


async def test_who_says_nothing_is_not_waited_for(client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM) as socket:
        assert await closed_with(socket) == 4401


async def test_who_leaves_before_he_said_who_he_is(client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM) as socket:
        await socket.close()


async def test_a_token_in_the_url_is_none(client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, params={"token": TOKENS["admin"].secret}) as socket:
        assert await closed_with(socket) == 4401


async def test_a_wrong_token_in_the_header_is_answered_before_the_upgrade(client: TestClient[Any, Any]) -> None:
    with pytest.raises(WSServerHandshakeError) as refusal:
        await client.ws_connect(STREAM, headers={"Authorization": "Bearer wrong"})
    assert refusal.value.status == 401


async def test_a_message_that_is_too_long(client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM) as socket:
        await socket.send_str("x" * 5000)
        assert await closed_with(socket) == 1009


async def test_what_a_follower_says_is_of_no_account(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, headers=headers_of("observer")) as socket:
        await socket.receive_json()
        await socket.send_str('{"drop": "tables"}')
        await socket.send_bytes(b"\0")
        hotline.happenings.queue.put_nowait(ANSWERED)
        assert (await socket.receive_json())["kind"] == "answered"


async def test_where_facts_may_be_missing_everybody_is_told(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, headers=headers_of("observer")) as socket:
        await socket.receive_json()
        hotline.happenings.queue.put_nowait(None)
        assert await socket.receive_json() == {"type": "gap", "why": "Redis does not answer."}
        hotline.happenings.queue.put_nowait(ANSWERED)
        assert (await socket.receive_json())["kind"] == "answered"


async def test_a_fact_that_cannot_be_read_does_not_end_the_stream(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, headers=headers_of("observer")) as socket:
        await socket.receive_json()
        for broken in ({}, {"at": "noon"}, {"at": None}, {"at": 1, "x": object()}):
            hotline.happenings.queue.put_nowait(broken)
        hotline.happenings.queue.put_nowait(ANSWERED)
        assert (await socket.receive_json())["kind"] == "answered"


async def test_who_reads_too_slowly_is_closed_and_the_others_go_on(hotline: Hotline, client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, headers=headers_of("observer")) as quick:
        await quick.receive_json()
        async with client.ws_connect(STREAM, headers=headers_of("agent"), autoping=False) as slow:
            await slow.receive_json()
            large = {**ANSWERED, "agent": "x" * 500_000}
            for _ in range(40):
                hotline.happenings.queue.put_nowait(large)
                assert (await quick.receive_json())["kind"] == "answered"
            assert await closed_with(slow) == 1013
        hotline.happenings.queue.put_nowait(ANSWERED)
        assert (await quick.receive_json())["agent"] == ""


async def test_who_answers_no_ping_has_gone(hotline: Hotline) -> None:
    app = build_app(hotline.sources(), tokens=TOKENS, stream=StreamLimits(heartbeat_s=0.1, close_s=0.1))
    async with TestClient(TestServer(app)) as client:
        socket = await client.ws_connect(STREAM, headers=headers_of("observer"), autoping=False)
        await socket.receive_json()
        async with asyncio.timeout(30):
            while (message := await socket.receive()).type is WSMsgType.PING:
                pass
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)
        assert "zhida_api_streams 0.0" in await (await client.get("/metrics")).text()


async def test_the_figure_of_open_streams(client: TestClient[Any, Any]) -> None:
    async with client.ws_connect(STREAM, headers=headers_of("observer")) as socket:
        await socket.receive_json()
        assert "zhida_api_streams 1.0" in await (await client.get("/metrics")).text()
        await socket.close()
    assert "zhida_api_streams 0.0" in await (await client.get("/metrics")).text()


async def test_when_the_engine_stops_followers_are_told(client: TestClient[Any, Any]) -> None:
    socket = await client.ws_connect(STREAM, headers=headers_of("observer"))
    await socket.receive_json()
    code, _ = await asyncio.gather(closed_with(socket), client.server.close())
    assert code == 1001




async def test_a_follower_gets_what_there_is_room_for_in_order() -> None:
    follower = Follower(3)
    for text in "abc":
        follower.put(text)
    assert [await follower.take() for _ in range(3)] == ["a", "b", "c"]
    assert not follower.overrun.is_set()


async def test_a_follower_that_was_overrun_keeps_nothing_and_gets_nothing() -> None:
    follower = Follower(2)
    for text in "abcdef":
        follower.put(text)
    assert follower.overrun.is_set()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await follower.take()
