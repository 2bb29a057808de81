"""The remote control of a baresip, whose part is played by a small server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from lab.phones import control
from lab.phones.control import Control, Netstrings, NotANetstring, netstring
from lab.phones.errors import PhoneFault

STREAM = netstring(b"") + netstring(b'{"event":true}') + netstring("名".encode())
Answer = Callable[[dict[str, Any]], list[dict[str, Any]]]


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_netstrings_may_be_cut_anywhere(cut: int) -> None:
    frames = Netstrings()
    assert frames.feed(STREAM[:cut]) + frames.feed(STREAM[cut:]) == [b"", b'{"event":true}', "名".encode()]


def test_netstrings_may_come_byte_by_byte() -> None:
    frames = Netstrings()
    assert [frame for byte in STREAM for frame in frames.feed(bytes([byte]))] == [b"", b'{"event":true}', "名".encode()]


@pytest.mark.parametrize("stream", [b"x", b":", b"5:hello;", b"9999999", b"70000:", b"-1:,"])
def test_what_is_no_netstring_is_refused(stream: bytes) -> None:
    with pytest.raises(NotANetstring):
        Netstrings().feed(stream)


@asynccontextmanager
async def a_baresip(answer: Answer) -> AsyncIterator[tuple[Control, list[dict[str, Any]]]]:
    """A control connected to a server that sends what `answer` makes of each command."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Netstrings()
        while data := await reader.read(100):
            for frame in frames.feed(data):
                for message in answer(json.loads(frame)):
                    writer.write(netstring(json.dumps(message).encode()))
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    hung_up = asyncio.Event()
    events: list[dict[str, Any]] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        connected = await Control.connect("127.0.0.1", server.sockets[0].getsockname()[1], events.append, alive=lambda: True)
        yield connected, events
        await connected.close()
        await hung_up.wait()
    finally:
        server.close()


def says(text: str, *, ok: bool = True) -> Answer:
    return lambda command: [{"response": True, "ok": ok, "data": text, "token": command["token"]}]


async def test_a_command_returns_what_baresip_says() -> None:
    async with a_baresip(lambda command: says(f"{command['command']} {command.get('params')}\n")(command)) as (phone, _):
        assert await phone.do("dial", "sip:12345@127.0.0.1") == "dial sip:12345@127.0.0.1"
        assert await phone.do("accept") == "accept None"


async def test_events_come_between_answers() -> None:
    def answer(command: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"event": True, "type": "CALL_CLOSED"}, *says("")(command), {"event": True, "type": "EXIT"}]

    async with a_baresip(answer) as (phone, events):
        await phone.do("hangup")
        assert [event["type"] for event in events][:1] == ["CALL_CLOSED"]


async def test_a_refused_command_says_why() -> None:
    async with a_baresip(says("no active call", ok=False)) as (phone, _):
        with pytest.raises(PhoneFault, match="refused the command 'hangup': no active call"):
            await phone.do("hangup")


async def test_a_baresip_that_says_nothing_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "ANSWER_S", 0.01)
    async with a_baresip(lambda _: []) as (phone, _):
        with pytest.raises(PhoneFault, match="did not answer the command 'dial'"):
            await phone.do("dial", "1")


async def test_a_baresip_that_ends_meanwhile_is_a_fault() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    hung_up = asyncio.Event()
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    phone = await Control.connect("127.0.0.1", server.sockets[0].getsockname()[1], lambda _: None, alive=lambda: True)
    with pytest.raises(PhoneFault, match="ended while a command was under way"):
        await phone.do("dial", "1")
    await phone.close()
    await phone.close()
    await hung_up.wait()
    server.close()


async def test_a_baresip_that_has_ended_is_not_waited_for() -> None:
    with pytest.raises(PhoneFault, match="does not listen"):
        await Control.connect("127.0.0.1", 1, lambda _: None, alive=lambda: False)
