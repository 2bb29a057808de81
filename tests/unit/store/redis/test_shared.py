"""The one connection that all steps go over."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import ResponseError

from store.redis.connection import connect
from tests.redis_server import RedisServer

_ECHO = "return ARGV[1]"


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    """A server that may be stopped."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()


@pytest.fixture
async def own(own_server: RedisServer) -> AsyncIterator[Redis]:
    client = connect(own_server.url)
    yield client
    await client.aclose()


async def script_connections(client: Redis) -> int:
    """How many connections have last run a script."""
    return sum(one["cmd"] in {"eval", "evalsha"} for one in await client.client_list())


async def test_everybody_gets_his_own_answer_over_one_connection(own: Redis) -> None:
    asked = [str(number).encode() for number in range(200)]
    assert await asyncio.gather(*(own.eval(_ECHO, 0, text) for text in asked)) == asked
    assert await script_connections(own) == 1


async def test_who_gives_up_leaves_the_others_their_answers(own: Redis) -> None:
    asked = [str(number).encode() for number in range(100)]
    waiting = [asyncio.ensure_future(own.eval(_ECHO, 0, text)) for text in asked]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert answers[1::2] == asked[1::2]
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers[::2])
    assert await own.eval(_ECHO, 0, b"after") == b"after"


async def test_a_refusal_is_for_him_alone_who_asked(own: Redis) -> None:
    one, refused, other = await asyncio.gather(
        own.eval(_ECHO, 0, b"1"), own.eval("error('no')", 0), own.eval(_ECHO, 0, b"2"), return_exceptions=True
    )
    assert (one, other) == (b"1", b"2")
    assert isinstance(refused, ResponseError)


async def test_what_cannot_be_sent_costs_nobody_else_his_answer(own: Redis) -> None:
    await own.eval(_ECHO, 0, b"opened")
    with pytest.raises(UnicodeEncodeError):
        await own.eval(_ECHO, 0, "\ud800")
    assert await own.eval(_ECHO, 0, b"mine") == b"mine"


async def test_what_was_under_way_when_it_was_lost_fails_and_the_next_opens_it_anew(own: Redis, own_server: RedisServer) -> None:
    await own.eval(_ECHO, 0, b"opened")
    own_server.signal(signal.SIGSTOP)
    waiting = [asyncio.ensure_future(own.eval(_ECHO, 0, b"lost")) for _ in range(3)]
    await asyncio.sleep(0)
    own_server.stop()
    lost = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(fault, ConnectionLost) for fault in lost)
    own_server.start()
    assert await own.eval(_ECHO, 0, b"again") == b"again"


async def test_a_silent_one_is_left_and_who_waits_on_it_still_is_answered(own_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.redis.connection.ANSWER_S", 30.0)
    client = connect(own_server.url)
    await client.eval(_ECHO, 0, b"opened")
    own_server.signal(signal.SIGSTOP)
    patient = asyncio.ensure_future(client.eval(_ECHO, 0, b"patient"))
    await asyncio.sleep(0)
    monkeypatch.setattr("store.redis.connection.ANSWER_S", 0.05)
    with pytest.raises(TimeoutError):
        await client.eval(_ECHO, 0, b"impatient")
    monkeypatch.setattr("store.redis.connection.ANSWER_S", 30.0)
    later = asyncio.ensure_future(client.eval(_ECHO, 0, b"later"))
    own_server.signal(signal.SIGCONT)
    assert await asyncio.gather(patient, later) == [b"patient", b"later"]
    await client.aclose()
