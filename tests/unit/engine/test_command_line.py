"""What the shell is told: 0 for done, 1 for what failed, 2 for misuse, and the reason in one sentence on stderr."""

from pathlib import Path

import pytest

from config.lab_file import lab_text
from engine.commands.main import _run


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "lab nonsense",
        "lab up --net 10.0.0",
        "lab up --net ../../etc",
        "lab down --net 127.0.0.1",
        "lab up --engines 0",
        "bench --net foo",
        "seats ready",
        "seats list --nope",
        "calls list --class everybody",
        "calls list --most 0",
        "calls specialists zhida-1.0",
        "calls specialists zhida-1.0 --department 税务 --specialist 1",
        "explain",
        "explain 0515-88880001 --trunk nowhere",
        "explain 0515-88880001 --at tomorrow",
        "audit --since tomorrow",
        "serve --engine 9",
        "asterisk-config",
    ],
)
def test_misuse_is_told_in_a_sentence_and_exits_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(words.split()) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("zhida: ")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("words", ["calls list", "seats list", "tickets list", "seats ready 8001", "calls show zhida-1.0"])
def test_without_a_lab_it_is_said_how_to_start_one(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "zhida.yaml"
    config.write_text(lab_text("127.0.254", state_dir=tmp_path))
    assert _run([*words.split(), "--config", str(config)]) == 1
    assert "./zhida lab up" in capsys.readouterr().err


def test_a_lab_that_is_not_up_says_how_to_start_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["lab", "status", "--net", "127.0.254"]) == 1
    assert "./zhida lab up" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("serve --config /nope.yaml", "/nope.yaml: cannot be read"),
        ("check --config /nope.yaml", "/nope.yaml: cannot be read"),
        ("whitelist import /nope.xlsx", "nope.xlsx cannot be opened"),
        ("lab up --net 127.0.254 --set nonsense", "nonsense: is not an assignment"),
        ("lab up --net 127.0.254 --set seats.ring_s=long", "seats.ring_s: 'long' is not a number"),
    ],
)
def test_what_cannot_be_done_is_told_and_exits_1(words: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(words.split()) == 1
    told = capsys.readouterr()
    assert reason in told.out + told.err


@pytest.mark.parametrize("words", ["--help", "lab --help", "calls specialists --help", "demo --help"])
def test_every_word_has_help(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(words.split()) == 0
    assert "Usage: zhida" in capsys.readouterr().out
