"""The prompts by name and language: what each says, and which of them a folder of recordings lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from calls.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt in one language.

    Args:
        name: letters, digits and dashes; the file is <language>/<name>.wav, 8 kHz mono 16 bit.
        text: what it says, for people.
        speech: what the synthesiser is to read where that differs (pinyin with tone numbers for Mandarin), or "".
        tone_hz: it is this tone instead of words; 0: it is not.
    """

    name: str
    language: str
    text: str
    speech: str = ""
    tone_hz: int = 0


def catalogue(language: str, texts: Mapping[str, Mapping[str, str]]) -> list[Prompt]:
    """The prompts of one language from its file: name -> {text, speech, tone_hz}.

    Raises: Refused: a prompt has no text, or a name that cannot be a file's.
    """
    prompts = []
    for name, entry in texts.items():
        if not all(part.isalnum() and part.isascii() for part in name.split("-")):
            raise Refused("prompt_name_unfit", f"prompt {name!r} ({language}): a name is made of ASCII letters, digits and dashes.")
        if not entry.get("text", "").strip():
            raise Refused("prompt_without_text", f"prompt {name!r} ({language}) has no text.")
        speech, tone_hz = entry.get("speech", ""), int(entry.get("tone_hz", 0))
        prompts.append(Prompt(name=name, language=language, text=entry["text"], speech=speech, tone_hz=tone_hz))
    return prompts


def missing(sounds: Path, language: str, names: Iterable[str]) -> list[Path]:
    """The files under `sounds` that a caller would not hear, because they are not there or empty."""
    files = (sounds / language / f"{name}.wav" for name in names)
    return [file for file in files if not file.is_file() or file.stat().st_size == 0]
