"""What the shell is told: 0 for done, 1 for what failed, 2 for misuse, and the reason in one sentence on stderr."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calls.calendar import BEIJING
from config.lab_file import lab_text
from engine.commands.main import _run
from routing.rota import DutyDay
from routing.rota_form import write_rota


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["--version"]) == 0
    assert re.fullmatch(r"zhida \d+\.\d+\.\d+\n", capsys.readouterr().out)


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
        "shifts nonsense",
        "shifts --at tomorrow",
        "shifts --at 9999-01-01T00:00",
        "shifts import",
        "shifts remove --from soon --to 2026-10-01",
        "explain",
        "explain 0515-88880001 --trunk nowhere",
        "explain 0515-88880001 --at tomorrow",
        "audit --since tomorrow",
        "audit --since 0001-01-01T00:00",
        "acts --since tomorrow",
        "acts --since 0001-01-01T00:00",
        "specialists away nobody --until tomorrow",
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


@pytest.mark.parametrize("words", ["calls list", "seats list", "tickets list", "shifts", "seats ready 8001", "calls show zhida-1.0"])
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


def test_check_warns_of_a_group_that_will_have_nobody_on_duty_until_a_table_fills_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "zhida.yaml"
    shifts = "shifts: {groups: {project: {duties: [{seats: 8003, dates: 2020-01-01}]}}}\n"
    config.write_text(lab_text("127.0.254", state_dir=tmp_path) + shifts)
    _run(["check", "--config", str(config)])
    assert "shifts.groups.project: nobody is on duty from " in capsys.readouterr().out
    today = datetime.now(BEIJING).date()
    days = [today + timedelta(days=day) for day in range(-1, 9)]
    rows = [DutyDay(duty_id="", group="project", day=day, times=(0, 1440), seats=("8003",)) for day in days]
    write_rota(rows, tmp_path / "值班表.xlsx", labels={})
    assert _run(["shifts", "import", str(tmp_path / "值班表.xlsx"), "--yes", "--config", str(config)]) == 0
    assert "10 added, 0 changed, 0 removed, 0 unchanged." in capsys.readouterr().out
    _run(["check", "--config", str(config)])
    assert "nobody is on duty" not in capsys.readouterr().out
    assert _run(["shifts", "--at", f"{today}T12:00", "--config", str(config)]) == 0
    assert ["project", "8003"] in [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert _run(["shifts", "export", str(tmp_path / "again.xlsx"), "--config", str(config)]) == 0
    assert f"10 written to {tmp_path}/again.xlsx.\n" in capsys.readouterr().out
    assert _run(["shifts", "remove", "--from", f"{days[0]}", "--to", f"{days[3]}", "--yes", "--config", str(config)]) == 0
    assert capsys.readouterr().out.endswith("4 removed.\n")
    assert _run(["shifts", "--at", f"{today}T12:00", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    assert f"project: nobody on duty from {today} 12:00 to {days[4]} 00:00\n" in told
    assert f"gap: 重大项目专席 (project): nobody is on duty now, until {days[4]} 00:00.\n" in told
