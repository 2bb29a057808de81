"""The steps' Lua: read, completed with the seat's table, and run."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from seats.state import DEFERRED, ON_DUTY, TRANSITIONS

_FOLDER: Final = Path(__file__).parent / "lua"
_COMMON: Final = ("step", "service", "seats", "agents", "calls", "match", "handover")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One script as Redis gets it."""

    text: str
    sha: str

    async def run(self, client: Redis, key: str, *args: str | int | bytes) -> bytes:
        """One round trip; two after Redis lost its scripts."""
        try:
            answer: bytes = await client.evalsha(self.sha, 1, key, *args)
        except NoScriptError:
            answer = await client.eval(self.text, 1, key, *args)
        return answer


@cache
def step(name: str) -> Script:
    """The step of this name: the seat's table, what the steps share, and the step itself."""
    return with_common((_FOLDER / "steps" / f"{name}.lua").read_text())


def with_common(body: str) -> Script:
    """A script that can use everything the steps share."""
    return script("\n".join([_table(), *((_FOLDER / f"{part}.lua").read_text() for part in _COMMON), body]))


@cache
def stream_script(name: str) -> Script:
    """A script that stands alone."""
    return script((_FOLDER / "stream" / f"{name}.lua").read_text())


def script(text: str) -> Script:
    """A script of this text. Redis knows a script by the SHA-1 of its text; engines of two versions do not meet in it."""
    return Script(text=text, sha=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _table() -> str:
    """seats/state.py in Lua: TRANSITIONS[state][event], DEFERRED[event], ON_DUTY[state]."""
    rows = {state: _lua(row) for state, row in TRANSITIONS.items()}
    return "\n".join(
        (
            f"local TRANSITIONS = {{{_pairs(rows)}}}",
            f"local DEFERRED = {_lua(DEFERRED)}",
            f"local ON_DUTY = {{{_pairs(dict.fromkeys(sorted(ON_DUTY), 'true'))}}}",
        )
    )


def _lua(values: Mapping[Any, StrEnum]) -> str:
    return f"{{{_pairs({key: repr(str(value)) for key, value in values.items()})}}}"


def _pairs(values: Mapping[Any, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
