"""AGI as bytes: what Asterisk writes, framed first and decoded after. No I/O.

The grammar is res_agi.c's: `setup_env` writes the environment, `agi_handle_command` the replies, `run_agi` the bare HANGUP.
Text is UTF-8, and what is not UTF-8 becomes U+FFFD: a caller can put any byte into his number, and the lossless form
(surrogateescape) would only move the failure to where that number is written to JSON or SQL.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_ENV_BYTES = 65_536
MAX_ENV_LINES = 256  # 22 of Asterisk's own and up to 127 arguments
MAX_REPLY_BYTES = 65_536  # the whole of one reply, also of one that runs over several lines

_ENV_PREFIX = b"agi_"
_OK = b"200 result="
_REFUSED = re.compile(rb"(5\d\d) (.*)", re.DOTALL)
_REMARK = re.compile(rb"\([a-z]*\) [a-z]+=.*", re.DOTALL)  # RECORD FILE's `(dtmf) endpos=800`: a bracket that is no value


@dataclass(frozen=True, slots=True)
class Env:
    """The environment is complete: its lines, in the order they came."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command.

    `result` is what stands behind `200 result=` (a number, or the digits of GET DATA), `value` what stands in brackets behind
    it, `text` the rest of the line (`endpos=800`), or the words of a reply that is not 200.
    """

    code: int
    result: str = ""
    value: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hangup:
    """Asterisk says that the channel has hung up; it can say so twice."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that is neither a reply nor HANGUP: a piece of a value, or of an environment that was forged."""

    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """This is not AGI, or is no longer. Nothing follows."""

    code: str
    sentence: str


Event = Env | Reply | Hangup | Noise | Broken

_NOT_AGI = Broken("agi_not_agi", "The connection did not open with an AGI environment.")
_ENV_TOO_LONG = Broken("agi_env_too_long", f"The AGI environment is longer than {MAX_ENV_BYTES} bytes or {MAX_ENV_LINES} lines.")
_REPLY_TOO_LONG = Broken("agi_reply_too_long", f"An AGI reply is longer than {MAX_REPLY_BYTES} bytes.")


class Parser:
    """Takes bytes cut anywhere and gives the same events for every way of cutting. Never raises."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # no line ends before this offset, so that each byte is looked at once
        self._held: list[bytes] = []  # lines of the environment, or of one reply, so far
        self._held_bytes = 0
        self._mark = b""
        self._opening = True
        self._over = False
        self._read: Callable[[bytes], Event | None] = self._env_line

    def expect(self, mark: bytes) -> None:
        """The value of the next reply ends with `mark`, not with the first closing bracket at a line's end."""
        self._mark = mark

    def feed(self, data: bytes) -> list[Event]:
        """The events these bytes complete. After `Broken` there are none any more."""
        events: list[Event] = []
        if self._over:
            return events
        self._buffer += data
        while (line := self._next_line()) is not None:
            event = self._faulty(line) or self._read(line)
            if event is not None:
                events.append(event)
        broken = self._faulty(self._buffer)
        if broken is not None:
            events.append(broken)
        return events

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line

    def _faulty(self, line: bytes | bytearray) -> Broken | None:
        """What is wrong with a line already before it is read, or has even ended."""
        size = self._held_bytes + len(line)
        if not self._opening:
            return self._break(_REPLY_TOO_LONG) if size > MAX_REPLY_BYTES else None
        if not self._held and not _ENV_PREFIX.startswith(line[: len(_ENV_PREFIX)]):
            return self._break(_NOT_AGI)
        too_long = size > MAX_ENV_BYTES or len(self._held) > MAX_ENV_LINES
        return self._break(_ENV_TOO_LONG) if too_long else None

    def _break(self, broken: Broken) -> Broken:
        self._over = True
        self._buffer.clear()
        self._release()
        return broken

    def _hold(self, line: bytes) -> None:
        self._held.append(line)
        self._held_bytes += len(line) + 1

    def _release(self) -> list[bytes]:
        held, self._held, self._held_bytes = self._held, [], 0
        return held

    # ── one reader for each kind of line that may come next ──

    def _env_line(self, line: bytes) -> Event | None:
        if not self._held and not line.startswith(_ENV_PREFIX):
            return self._break(_NOT_AGI)
        if line:
            self._hold(line)
            return None
        self._opening = False
        self._read = self._any_line
        return Env(tuple(_text(held) for held in self._release()))

    def _any_line(self, line: bytes) -> Event | None:
        if line.startswith(_OK):
            return self._ok_line(line)
        if line == b"HANGUP":
            return Hangup()
        if line.startswith(b"520-"):
            self._hold(line)
            self._read = self._usage_line
            return None
        refused = _REFUSED.fullmatch(line)
        return Noise(_text(line)) if refused is None else self._reply(Reply(int(refused[1]), text=_text(refused[2])))

    def _usage_line(self, line: bytes) -> Event | None:
        """After `520-Invalid…` comes the usage, in any number of lines, up to `520 End…`."""
        self._hold(line)
        if not line.startswith(b"520 "):
            return None
        return self._reply(Reply(520, text=_text(b"\n".join(self._release()))))

    def _ok_line(self, line: bytes) -> Event | None:
        result, _, rest = line[len(_OK) :].partition(b" ")
        if rest[:1] != b"(" or _REMARK.fullmatch(rest):
            return self._reply(Reply(200, _text(result), text=_text(rest)))
        return self._value_line(line)

    def _value_line(self, line: bytes) -> Event | None:
        """A value may hold line ends: the reply goes on until its end, mark and bracket, stands at a line's end."""
        self._hold(line)
        if not line.endswith(self._mark + b")"):
            self._read = self._value_line
            return None
        result, _, rest = b"\n".join(self._release())[len(_OK) :].partition(b" ")
        return self._reply(Reply(200, _text(result), value=_text(rest[1:-1])))

    def _reply(self, reply: Reply) -> Reply:
        self._read = self._any_line
        self._mark = b""
        return reply


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
