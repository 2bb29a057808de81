"""留言: a caller leaves a voice message after a tone, may hear it, speak it again, and is thanked.

    prompt ──> tone ──> he speaks ──> kept? hear it? again? ──> thanks
                 ^         │ too little sound        │ again
                 └─────────┴─────────────────────────┘

What he has spoken is his message from the moment it is long enough, whatever becomes of him, this engine or Asterisk afterwards.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from calls.clock import Clock
from calls.errors import LegGone, PbxFault
from ivr.speaker import Speaker

END_KEY: Final = "#"
HEAR, AGAIN = "2", "3"
NOT_RECORDED: Final = "voicemail_not_recorded"
"""The fault's code where the sound could not be written; the caller is to be told."""
PROMPTS: Final = frozenset({"voicemail-beep", "voicemail-nothing", "voicemail-none", "voicemail-thanks", "voicemail-failed"})
"""Every caller who leaves a message may hear them; beside the prompt that asks for it."""
REVIEW: Final = "voicemail-review"
CALLED_BACK: Final = "we-call-back"
_REVIEW_KEYS: Final = "123"
_REVIEWS: Final = 5  # so often he may hear it before it is taken to be kept
_LOST_S: Final = 1.0  # so much less in the file than he had time to say, and no room on the disk: that is where the rest is


class How(StrEnum):
    """What ended it."""

    KEY = "key"
    SILENCE = "silence"
    LONGEST = "longest"
    HUNG_UP = "hung_up"
    FOUND = "found"  # nobody saw it: the engine had died


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailRules:
    """What the configuration says of voice messages.

    Args:
        longest_s: nobody speaks longer. silence_s: so much silence ends it; 0: none does.
        least_s: with less sound in it, it is none. takes: so often he may begin. review: he may hear it and speak it again.
        key_s: so long a key is waited for then.
    """

    longest_s: float = 180.0
    silence_s: int = 6
    least_s: float = 2.0
    takes: int = 3
    review: bool = True
    key_s: float = 4.0

    @property
    def prompts(self) -> frozenset[str]:
        """All that is played by these rules, but for the prompt that asks for a message."""
        return PROMPTS | {CALLED_BACK} | ({REVIEW} if self.review else frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How speaking ended, and how long it took, but for the silence that ended it."""

    how: How
    length_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTape:
    """What is in the file; `enough`: there is sound in it for as long as was asked."""

    length_s: float
    enough: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The message: which of the call's recordings it is, how long, and when he had spoken it."""

    name: str
    length_s: float
    how: How
    at: datetime


class Dictaphone(Speaker, Protocol):
    """A line that what is said on it can be written from."""

    async def take_down(self, name: str, *, keys: str, longest_s: float, silence_s: int) -> Spoken:
        """Write what he says until a key, silence, the longest time, or his hanging up, after which this returns all the same.

        Raises: LegGone: the connection is lost; Asterisk writes on. PbxFault: nothing can be written.
        """
        ...

    async def play_back(self, name: str, keys: str) -> str:
        """Play what was taken down; as `Speaker.play`."""
        ...


class Tapes(Protocol):
    """What was taken down, as files. None of it raises: what cannot be looked at is not there."""

    def name(self, call_id: str, take: int) -> str:
        """What a message is called that the caller speaks, the first (1) or again."""
        ...

    async def has_room(self, seconds: float) -> bool:
        """Whether so much more can be written, and the disk is not full."""
        ...

    async def on_tape(self, name: str, *, least_s: float) -> OnTape | None:
        """What is in that file, None where there is none; `least_s`: so much sound is asked for."""
        ...

    async def begun(self, call_id: str) -> int:
        """How often this caller has begun to speak."""
        ...

    async def discard(self, call_id: str) -> None:
        """There is no message in what this caller has said: as if he had not begun."""
        ...


@dataclass(slots=True, kw_only=True)
class Dictation:
    """One caller and his message. `left` is it, also where `run` raises."""

    phone: Dictaphone
    tapes: Tapes
    rules: VoicemailRules
    clock: Clock
    call_id: str
    left: Left | None = field(default=None, init=False)

    async def run(self, prompt: str, *, begun: int = 0) -> Left | None:
        """Ask for the message by this prompt (which any key cuts short) and take it; None where he said nothing.

        Args: begun: so often he had begun when his engine died; what he said then counts.
        Raises: LegGone: he hung up, or the connection is lost. PbxFault: as NOT_RECORDED, or another.
        """
        wants_more = True
        if begun and await self._taken(begun, Spoken(how=How.FOUND, length_s=0.0)):
            wants_more = await self._again()
        else:
            await self._ask(prompt)
        last = begun + self.rules.takes
        for take in range(begun + 1, last + 1) if wants_more else ():
            await self.phone.play("voicemail-beep")
            if await self._speaks(take):
                if take == last or not await self._again():
                    break
            elif take < last:
                await self.phone.play("voicemail-nothing")
        if self.left is None:
            await self.tapes.discard(self.call_id)  # whatever is done for him next, an engine that comes to it does not ask again
        await self.phone.play("voicemail-none" if self.left is None else "voicemail-thanks")
        return self.left

    async def _ask(self, prompt: str) -> None:
        if not await self.tapes.has_room(self.rules.longest_s):
            raise PbxFault(NOT_RECORDED, "There is no room for a voice message on the recordings' disk.")
        await self.phone.play(prompt, "0123456789*#")

    async def _speaks(self, take: int) -> bool:
        rules = self.rules
        name = self.tapes.name(self.call_id, take)
        spoken = await self.phone.take_down(name, keys=END_KEY, longest_s=rules.longest_s, silence_s=rules.silence_s)
        enough = await self._taken(take, spoken)
        if spoken.how is How.HUNG_UP:
            raise LegGone("caller_gone", "The caller hung up while he left a message.", call_id=self.call_id)
        return enough

    async def _taken(self, take: int, spoken: Spoken) -> bool:
        """Whether there is a message on this tape, which is his from now on.

        Raises: PbxFault: not all of what he said is there.
        """
        name = self.tapes.name(self.call_id, take)
        tape = await self.tapes.on_tape(name, least_s=self.rules.least_s)
        if tape is not None and tape.enough:
            self.left = Left(name=name, length_s=tape.length_s, how=spoken.how, at=self.clock.now())
        if tape is None or (tape.length_s < spoken.length_s - _LOST_S and not await self.tapes.has_room(0)):
            raise PbxFault(NOT_RECORDED, "What the caller said is not whole on the recordings' disk.", call_id=self.call_id)
        return tape.enough

    async def _again(self) -> bool:
        """Whether he wants to speak it again; whoever presses nothing is content with it."""
        key = HEAR
        for _ in range(_REVIEWS if self.rules.review else 0):
            key = await self.phone.play(REVIEW, _REVIEW_KEYS) or await self.phone.key(self.rules.key_s)
            if key == HEAR and self.left is not None:
                key = await self.phone.play_back(self.left.name, _REVIEW_KEYS) or HEAR
            if key != HEAR:
                break
        return key == AGAIN
