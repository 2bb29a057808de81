"""Prompts that callers would not hear are found before any caller does."""

from pathlib import Path

from config.lab_file import lab_settings
from engine.live_check import prompts_of, prompts_there


def test_a_missing_number_is_found_where_places_are_announced(tmp_path: Path) -> None:
    settings = lab_settings(state_dir=tmp_path)
    folder = tmp_path / "prompts" / "zh"
    folder.mkdir(parents=True)
    for name in prompts_of(settings)["zh"] - {"number-7", "minutes-2"}:
        (folder / f"{name}.wav").write_bytes(b"RIFF")
    found = [problem.sentence.partition(" is not")[0] for _, problem in prompts_there(settings)]
    assert found == ["prompt zh/minutes-2", "prompt zh/number-7"]
