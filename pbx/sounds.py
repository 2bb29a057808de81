"""Prompt files for Asterisk: what has no recording is synthesised by espeak-ng, 8 kHz mono 16 bit."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from calls.errors import Fault
from ivr.catalogue import Prompt

_VOICES: Final[Mapping[str, str]] = {"zh": "cmn-latn-pinyin", "en": "en-us"}
_WORDS_PER_MINUTE: Final = 160
_TONE_S: Final = "0.4"  # seconds
_ENDS: Final = ("。", "，", "！", "？", ".", ",", "!", "?")
_WITHOUT_PAUSES: Final = ("silence", "1", "0.005", "1%", "reverse", "silence", "1", "0.02", "1%", "reverse")
"""For a piece of a sentence: what comes before and behind it follows at once."""


def synthesise_missing(sounds: Path, prompts: Iterable[Prompt]) -> list[Path]:
    """Write <sounds>/<language>/<name>.wav for each prompt that has none; returns the files written.

    A file that is there is never touched, whoever recorded it.
    Raises: Fault: espeak-ng or sox is not installed or failed; says which prompt.
    """
    lacking = {sounds / prompt.language / f"{prompt.name}.wav": prompt for prompt in prompts}
    for target in [target for target in lacking if target.is_file() and target.stat().st_size > 0]:
        del lacking[target]
    for target in lacking:
        target.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(_synthesise, lacking.values(), lacking))
    return list(lacking)


def _synthesise(prompt: Prompt, target: Path) -> None:
    half_done = target.with_suffix(".part.wav")
    sox, telephone = ["sox", "-t", "wav", "-"], ["-r", "8000", "-c", "1", "-b", "16", str(half_done)]
    voice = _VOICES.get(prompt.language, prompt.language)
    speech = prompt.speech or prompt.text
    effects = () if prompt.text.endswith(_ENDS) else _WITHOUT_PAUSES
    try:
        if prompt.tone_hz:
            tone = ["synth", _TONE_S, "sine", str(prompt.tone_hz), "fade", "0.01", _TONE_S, "0.01", "gain", "-9"]
            subprocess.run(["sox", "-n", *telephone, *tone], capture_output=True, check=True)
        else:
            spoken = subprocess.run(
                ["espeak-ng", "-v", voice, "-s", str(_WORDS_PER_MINUTE), "--stdin", "--stdout"],
                input=speech.encode(),
                capture_output=True,
                check=True,
            )
            subprocess.run([*sox, *telephone, "norm", "-3", *effects], input=spoken.stdout, capture_output=True, check=True)
    except FileNotFoundError as error:
        sentence = f"{error.filename} is not installed, so prompt {prompt.language}/{prompt.name} cannot be made."
        raise Fault("synthesiser_missing", sentence) from None
    except subprocess.CalledProcessError as error:
        complaint = error.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise Fault("synthesis_failed", f"{error.cmd[0]} could not make prompt {prompt.language}/{prompt.name}: {complaint[0]}.") from None
    half_done.replace(target)
