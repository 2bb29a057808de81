"""What `check` finds beyond the configuration itself: prompts that callers would not hear."""

from collections.abc import Iterator
from typing import Final

from config.derive import prompts_needed
from config.faults import Level, Problem
from config.settings import Settings
from ivr.catalogue import missing

ALWAYS: Final = frozenset({"please-wait", "nobody-free", "specialist-accept"})
RATING: Final = frozenset({"rate", "rate-thanks"})


def prompts_of(settings: Settings) -> dict[str, set[str]]:
    """Language -> every prompt a caller or a specialist may hear."""
    needed = prompts_needed(settings)
    needed.setdefault(settings.hotline.language, set())
    everywhere = ALWAYS | RATING if settings.after_call.rating else ALWAYS
    return {language: prompts | everywhere for language, prompts in needed.items()}


def prompts_there(settings: Settings) -> Iterator[tuple[Level, Problem]]:
    """A prompt without a file is found here, not by a caller."""
    for name, pbx in settings.asterisk.items():
        for language, prompts in sorted(prompts_of(settings).items()):
            for file in missing(pbx.prompts_here, language, sorted(prompts)):
                sentence = f"prompt {language}/{file.stem} is not in {pbx.prompts_here}; record it, or let zhida prompts make it"
                yield Level.ERROR, Problem(key=("asterisk", name, "prompts_dir"), sentence=sentence)
