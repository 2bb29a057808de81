"""What a specialist hears of who is calling: names that are known only at run time."""

from pathlib import Path

import pytest

from calls.errors import Fault
from conference.errand import Attempt
from pbx import speech
from pbx.speech import Speech, speakable


def an_attempt(**fields: str) -> Attempt:
    return Attempt(
        attempt_id="a", specialist_id="s", name="甲", department="税务", phone="office", number="1", ring_s=20, **fields
    )


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("示例甲精密机械有限公司（虚构）", "示例甲精密机械有限公司"),
        ("出口退税", "出口退税"),
        ("A&B <Ltd>; `rm`\r\n\0", "A B Ltd rm"),
        ("（虚构）", ""),
        ("长" * 500, "长" * 60),
    ],
)
def test_what_of_a_name_can_be_read(words: str, read: str) -> None:
    assert speakable(words) == read


async def test_class_name_and_matter_come_after_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(speech, "synthesise_missing", lambda _, prompts: made.extend(prompt.speech for prompt in prompts))
    says = Speech(here=tmp_path, there="/prompts", language="zh")
    heard = await says.brief(an_attempt(caller="示例甲公司（虚构）", caller_class="key_enterprise", about="出口退税"))
    assert [Path(file).name.partition("-")[0] if "spoken" in file else Path(file).name for file in heard] == [
        "specialist-accept",
        "caller-key-enterprise",
        "spoken",
        "specialist-about",
        "spoken",
    ]
    assert made == ["示例甲公司", "出口退税"]
    assert all(file.startswith("/prompts/zh/") for file in heard)
    assert not any("&" in file or " " in file for file in heard)


async def test_without_a_synthesiser_the_class_alone_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise Fault("synthesiser_missing", "espeak-ng is not installed.")

    monkeypatch.setattr(speech, "synthesise_missing", missing)
    says = Speech(here=tmp_path, there="/prompts", language="zh")
    heard = await says.brief(an_attempt(caller="示例甲公司", caller_class="public", about="退税"))
    assert heard == ["/prompts/zh/specialist-accept", "/prompts/zh/caller-public"]


async def test_a_recorded_name_is_never_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says = Speech(here=tmp_path, there="/prompts", language="zh")
    monkeypatch.setattr(speech, "synthesise_missing", lambda *_: None)
    name = await says.spoken("示例甲公司")
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / f"{name}.wav").write_bytes(bytes(16_000))
    monkeypatch.setattr(speech, "synthesise_missing", lambda *_: pytest.fail("made again"))
    assert await says.spoken("示例甲公司") == name
    assert says.seconds([name, "not-there"]) == 1.0
