"""Recordings, events as Asterisk writes them, and listeners that can be waited for."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pbx.ami.messages import AmiEvent
from pbx.ami.protocol import HardenedProtocol

RECORDINGS = Path(__file__).parents[3] / "recordings" / "ami"
SYSTEMNAME = "zhida-pbx1"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def recording(name: str) -> bytes:
    return (RECORDINGS / f"{name}.ami").read_bytes()


def block(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def an_event(name: str, *lines: str, systemname: str = SYSTEMNAME) -> bytes:
    return block(f"Event: {name}", "Privilege: call,all", f"SystemName: {systemname}", *lines)


def a_hangup(uniqueid: str = "zhida-pbx1-1795203893.17", *, name: str = "盐城公司") -> bytes:
    return an_event(
        "Hangup",
        "Channel: PJSIP/carrier-00000001",
        "CallerIDNum: 051588880001",
        f"CallerIDName: {name}",
        f"Uniqueid: {uniqueid}",
        "Cause: 16",
    )


class Wire:
    """A transport that keeps what is written and knows how it was ended."""

    def __init__(self) -> None:
        self.written = b""
        self.ended = ""

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"


class Connection:
    """A HardenedProtocol on a `Wire`: for feeding bytes to it and looking at what it makes of them."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.events: list[AmiEvent] = []
        self.tally: Counter[str] = Counter()
        self.protocol = HardenedProtocol(where="127.0.0.1:5038", systemname=SYSTEMNAME, on_event=self.events.append, tally=self.tally)
        self.protocol.connection_made(self.wire)

    def expect(self, *action_ids: str) -> dict[str, "asyncio.Future[object]"]:
        """Wait for answers with the ActionIDs of a recording."""
        return {action_id: self.protocol.in_flight.expect(action_id, "Recorded") for action_id in action_ids}

    def receive(self, *segments: bytes) -> None:
        for segment in segments:
            self.protocol.data_received(segment)


def told(events: Iterable[AmiEvent]) -> list[tuple[str, str]]:
    """What the events say, short: name and uniqueid."""
    return [(event.name, event.get("Uniqueid")) for event in events]


class Heard:
    """A listener whose events can be waited for."""

    def __init__(self) -> None:
        self.events: list[AmiEvent] = []
        self._queue: asyncio.Queue[AmiEvent] = asyncio.Queue()

    def __call__(self, event: AmiEvent) -> None:
        self.events.append(event)
        self._queue.put_nowait(event)

    async def next(self) -> AmiEvent:
        async with asyncio.timeout(30):
            return await self._queue.get()


def recorded_answer(name: str, recorded_id: str, action_id: str) -> bytes:
    """What Asterisk answered to one action of a recording, list entries and all, for another ActionID."""
    mark = f"\r\nActionID: {recorded_id}\r\n".encode()
    parts = [part + b"\r\n\r\n" for part in recording(name).split(b"\r\n\r\n") if mark in part + b"\r\n"]
    assert parts, f"{name} has no answer to {recorded_id}"
    return b"".join(part.replace(mark, f"\r\nActionID: {action_id}\r\n".encode()) for part in parts)
