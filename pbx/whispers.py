"""Words to one leg alone: a Local channel plays with one half and whispers into the leg with the other.

They come one after another, whoever says them: no word begins while another is said to that leg, or while what it keyed in is
answered there (engine.call_keys). A word in which the leg begins to key in is cut, because a leg that keys in hears little of it,
and said again afterwards where it is still true. Several engines may speak to one leg, so Asterisk is asked what goes on.
"""

import asyncio
import secrets
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from calls.errors import LegGone, NotFound, PbxFault, Refused
from conference.telling import still_true
from pbx.ami.actions import AmiActions
from pbx.ami.gone import if_still_there
from pbx.ami.newcall import NewCall, OrderedCall
from pbx.line import KEYS_PATH, WORDS
from pbx.speech import Speech

log = structlog.get_logger(__name__)

_TELL_S: Final = 5.0
_TELL_MARGIN_S: Final = 0.3
_LOOK_EVERY_S: Final = 0.2
_MOST_LOOKS: Final = 150  # half a minute: a leg is not kept without its words for ever
_MOST_WORDS: Final = 3  # of what has piled up: the seat is to hear how it stands, not how it was


class Whispers:
    """One Asterisk's, as this engine orders them."""

    def __init__(self, actions: AmiActions, speech: Speech) -> None:
        self._actions = actions
        self._speech = speech
        self._to_say: dict[str, list[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def say_to(self, leg: str, prompts: Sequence[str]) -> None:
        """See `Legs.say_to`."""
        waiting = self._to_say.get(leg)
        if waiting is not None:  # somebody says something to it already, and goes on with this
            waiting += prompts
            return
        self._to_say[leg] = [*prompts]
        try:
            begun = None if await self._listens(leg) else await self._next(leg)
        except BaseException as stopped:
            del self._to_say[leg]
            if isinstance(stopped, LegGone | NotFound):
                return
            raise
        self._go(self._go_on(leg, begun), f"tell {leg}")

    async def say_to_all(self, legs: Sequence[str], prompts: Sequence[str]) -> None:
        """See `Legs.say_to_all`: it begins when none of them keys in or is told something."""
        for leg in legs:
            await self._is_there(leg)  # who cannot be asked now is told of it, not later
        self._go(self._together(legs, prompts), f"tell {' '.join(legs)}")

    def _go(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _together(self, legs: Sequence[str], prompts: Sequence[str]) -> None:
        try:
            looks = 0
            while looks < _MOST_LOOKS and any([await self._is_there(leg) and await self._listens(leg) for leg in legs]):
                looks += 1
                await asyncio.sleep(_LOOK_EVERY_S)
            for leg in legs:
                if await self._is_there(leg):
                    await self._order(leg, _channel(leg), self._speech.sounds(prompts))
        except (PbxFault, Refused, LegGone, NotFound) as fault:
            log.warning("leg_not_told", leg=legs[0], code=fault.code)

    async def _is_there(self, leg: str) -> bool:
        try:
            await self._actions.get_variable(leg, "CHANNEL(appdata)")
        except (LegGone, NotFound):
            return False
        return True

    async def _go_on(self, leg: str, begun: "_Begun | None") -> None:
        """Until there is no more to say to the leg. `begun`: what is said to it now; None: it keys in, or is told something."""
        try:
            while True:
                if begun is not None:
                    await self._said_out(leg, begun)
                if not self._to_say[leg]:
                    return
                if await self._waited(leg):
                    self._to_say[leg] = still_true(self._to_say[leg])
                begun = await self._next(leg)
        except (LegGone, NotFound):
            log.debug("leg_gone_already", leg=leg)
        except (PbxFault, Refused) as fault:
            log.warning("leg_not_told", leg=leg, code=fault.code)
        finally:
            del self._to_say[leg]

    async def _next(self, leg: str) -> "_Begun":
        """Begin to say what has piled up: each once, the latest of it only."""
        words = _latest(self._to_say[leg])
        self._to_say[leg] = []
        channel = _channel(leg)
        ordered = await self._order(leg, channel, self._speech.sounds(words))
        return _Begun(words=words, channel=channel, ordered=ordered, seconds=self._speech.seconds(words) + _TELL_MARGIN_S)

    async def _said_out(self, leg: str, begun: "_Begun") -> None:
        """Returns when it was, or was cut."""
        if not (await begun.ordered.outcome()).answered:
            log.warning("leg_not_told", leg=leg, code="not_answered")
            return
        clock = asyncio.get_running_loop()
        over = clock.time() + begun.seconds
        while not await self._keys_in(leg):
            if (left_s := over - clock.time()) <= 0:
                return
            await asyncio.sleep(min(left_s, _LOOK_EVERY_S))
        self._to_say[leg] = [*begun.words, *self._to_say[leg]]
        with if_still_there(begun.channel):
            await self._actions.hangup(begun.channel)

    async def _waited(self, leg: str) -> bool:
        """Wait until the leg hears nothing that this would sound over; whether there was anything."""
        looks = 0
        while looks < _MOST_LOOKS and await self._listens(leg):
            looks += 1
            await asyncio.sleep(_LOOK_EVERY_S)
        return looks > 0

    async def _listens(self, leg: str) -> bool:
        """Whether the leg keys something in (and is answered there), or is told something, by whichever engine."""
        return await self._keys_in(leg) or await self._actions.get_variable(leg, WORDS.format(leg=leg)) not in ("", "0")

    async def _keys_in(self, leg: str) -> bool:
        return KEYS_PATH in await self._actions.get_variable(leg, "CHANNEL(appdata)")

    async def _order(self, leg: str, channel: str, sounds: Sequence[str]) -> OrderedCall:
        order = NewCall(
            dial="Local/whisper@zhida-tell/n",
            context="zhida-tell",
            exten="say",
            channel_id=channel,
            timeout_s=_TELL_S,
            variables={"ZHIDA_SPIED": leg, "ZHIDA_SAY": "&".join(sounds)},
        )
        return await self._actions.order_call(order)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """Words that are being said, for so many seconds, by that channel."""

    words: Sequence[str]
    channel: str
    ordered: OrderedCall
    seconds: float


def _channel(leg: str) -> str:
    """The uniqueid of a channel that says something to the leg."""
    return f"tell-{secrets.token_hex(4)}-{leg}"


def _latest(words: Sequence[str]) -> list[str]:
    """Each once, and of many the last ones."""
    return list(dict.fromkeys(reversed(words)))[_MOST_WORDS - 1 :: -1]
