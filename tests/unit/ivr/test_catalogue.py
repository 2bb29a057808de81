from pathlib import Path

import pytest
import yaml

from calls.errors import Refused
from ivr.catalogue import catalogue, missing

PROMPTS = Path(__file__).parents[3] / "config/prompts"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_language_says_the_same_prompts(language: str) -> None:
    def names(name: str) -> list[str]:
        return [prompt.name for prompt in catalogue(name, yaml.safe_load((PROMPTS / f"{name}.yaml").read_text()))]

    assert names(language) == names("zh")


def test_mandarin_is_read_from_pinyin_with_tones_because_the_synthesiser_cannot_read_hanzi() -> None:
    for prompt in catalogue("zh", yaml.safe_load((PROMPTS / "zh.yaml").read_text())):
        if prompt.tone_hz:
            continue  # the one that is not spoken
        syllables = prompt.speech.replace(",", " ").replace(".", " ").split()
        assert syllables, prompt.name
        assert all(syllable.isascii() and syllable[-1] in "12345" for syllable in syllables), prompt.name


@pytest.mark.parametrize("name", ["../evil", "a b", "", "你好"])
def test_a_prompt_whose_name_cannot_be_a_files_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="ASCII letters, digits and dashes"):
        catalogue("zh", {name: {"text": "您好"}})


def test_a_prompt_without_text_is_refused() -> None:
    with pytest.raises(Refused, match=r"'welcome'.*has no text"):
        catalogue("zh", {"welcome": {"text": " "}})


def test_a_missing_or_empty_recording_is_found(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh/welcome.wav").write_bytes(b"RIFF")
    (tmp_path / "zh/rate.wav").write_bytes(b"")
    assert [file.name for file in missing(tmp_path, "zh", ["welcome", "rate", "menu"])] == ["rate.wav", "menu.wav"]
