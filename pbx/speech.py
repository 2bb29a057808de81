"""Words that are known only at run time, as prompts: an enterprise's name, a topic. Made once by the synthesiser, then kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import structlog

from calls.errors import Fault
from conference.errand import Attempt
from ivr.catalogue import Prompt
from pbx.sounds import synthesise_missing

log = structlog.get_logger(__name__)

ACCEPT: Final = "specialist-accept"
ABOUT: Final = "specialist-about"
CALLERS: Final = {
    "key_enterprise": "caller-key-enterprise",
    "project": "caller-project",
    "public": "caller-public",
    "anonymous": "caller-public",
}
PROMPTS: Final = frozenset({ACCEPT, ABOUT, "specialist-taken", "specialist-over", *CALLERS.values()})
"""Every prompt of the catalogue that a specialist may hear."""
_LONGEST: Final = 60  # characters; some ten seconds
_LONGEST_S: Final = 3.0  # a phone is not kept from ringing by it
_BYTES_A_SECOND: Final = 16_000  # 8 kHz mono 16 bit
_FOLDER: Final = "spoken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Prompts of one Asterisk in one language.

    Args:
        here: the prompts' folder as the engine sees it. there: as Asterisk does.
    """

    here: Path
    there: str
    language: str

    def sound(self, prompt: str) -> str:
        """A prompt's file as Asterisk plays it."""
        return f"{self.there}/{self.language}/{prompt}"

    async def spoken(self, words: str) -> str:
        """The name of a prompt that says these words; "" where it cannot be made: no synthesiser, no room, nothing to say."""
        text = speakable(words)
        if not text:
            return ""
        name = f"{_FOLDER}-{blake2b(text.encode(), digest_size=10).hexdigest()}"
        prompt = Prompt(name=name, language=self.language, text=f"{text}。", speech=text)
        if (self.here / self.language / f"{name}.wav").is_file():
            return name
        try:
            async with asyncio.timeout(_LONGEST_S):
                await asyncio.to_thread(synthesise_missing, self.here, [prompt])
        except (Fault, OSError, TimeoutError) as fault:
            log.warning("name_not_spoken", why=str(fault) or type(fault).__name__)
            return ""
        return name

    async def brief(self, attempt: Attempt) -> list[str]:
        """What a specialist hears who picks up: what is asked of him and by which key, who is calling, and about what."""
        names = [ACCEPT]
        if attempt.caller_class in CALLERS:
            names.append(CALLERS[attempt.caller_class])
        names += [name for name in [await self.spoken(attempt.caller)] if name]
        if about := await self.spoken(attempt.about):
            names += [ABOUT, about]
        return [self.sound(name) for name in names]

    def seconds(self, prompts: Sequence[str]) -> float:
        """How long these prompts are, as far as their files are here."""
        files = (self.here / self.language / f"{prompt}.wav" for prompt in prompts)
        return sum(file.stat().st_size / _BYTES_A_SECOND for file in files if file.is_file())

    def sounds(self, prompts: Sequence[str]) -> list[str]:
        """These prompts' files as Asterisk plays them."""
        return [self.sound(prompt) for prompt in prompts]


def speakable(words: str) -> str:
    """What of the words a synthesiser can read: letters, digits and pauses, and nothing in brackets; no longer than a breath or two."""
    plain: list[str] = []
    depth = 0
    for character in words:
        depth += (character in "(（[【") - (character in ")）]】")
        if depth > 0 or character in ")）]】":
            continue
        plain.append(character if character.isalnum() or character in "，。、- " else " ")
    return " ".join("".join(plain).split())[:_LONGEST]
