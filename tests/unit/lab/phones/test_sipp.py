"""sipp's jobs, and what its files tell afterwards."""

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from lab.phones.bulk import BulkSeats, Does, Seats
from lab.phones.errors import NotHappened, PhoneFault
from lab.phones.sipp import SCENARIOS, Job, Sipp, run_sipp, statuses
from lab.phones.sipp_stats import duration_s, read_result

RECORDINGS = Path(__file__).parent / "recordings"
JOB = Job(scenario="call", address="127.9.1.2", port=6160, target="127.9.1.1:5060", dials="12345", rows=[("051588880001",)], calls=10)

A_SIPP = """#!/bin/sh
cat "$0.figures" > figures.csv 2>/dev/null
echo "$@" > arguments
exec sleep $(cat "$0.sleep")
"""


def a_sipp(folder: Path, *, figures: str = "", sleep_s: float = 0) -> str:
    """A program in sipp's place that leaves these figures and ends after a while."""
    program = folder / "sipp"
    program.write_text(A_SIPP)
    program.chmod(0o755)
    (folder / "sipp.figures").write_text(figures)
    (folder / "sipp.sleep").write_text(str(sleep_s))
    return str(program)


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.xml")), ids=lambda file: file.stem)
def test_every_scenario_can_be_filled_in(file: Path, tmp_path: Path) -> None:
    values = (("contact_port", "18000"), ("expires_s", "60"), ("moved_to", "sip:8002@127.9.1.1"))
    for tone_hz in (0, 410):
        job = Job(scenario=file.stem, address="127.9.1.1", port=1, target="127.9.1.1:5060", hold_s=1.5, tone_hz=tone_hz, values=values)
        scenario = Sipp(job, tmp_path)._scenario()
        ET.fromstring(scenario)  # noqa: S314  # our own file
        assert "@{" not in scenario
        labels = set(re.findall(r'<label id="(\w+)"', scenario))
        assert set(re.findall(r'(?:next|ontimeout)="(\w+)"', scenario)) <= labels


def test_a_scenario_that_sounds_has_its_tone_beside_it(tmp_path: Path) -> None:
    scenario = Sipp(Job(scenario="seat_answers", address="127.9.1.1", port=1, target="x", tone_hz=410, hold_s=2.5), tmp_path)._scenario()
    assert f'rtp_stream="{tmp_path}/410.ul,-1,0,PCMU/8000"' in scenario
    assert "[rtpstream_audio_port]" in scenario
    assert 'timeout="2500"' in scenario
    assert len((tmp_path / "410.ul").read_bytes()) == 80000


def test_a_value_that_a_scenario_needs_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="moved_to"):
        Sipp(Job(scenario="seat_moved", address="127.9.1.1", port=1, target="x"), tmp_path)._scenario()


def test_callers_call_at_their_rate_and_seats_take_what_comes(tmp_path: Path) -> None:
    caller = " ".join(Sipp(JOB, tmp_path)._arguments())
    assert "-sf scenario.xml 127.9.1.1:5060 -i 127.9.1.2 -mi 127.9.1.2 -p 6160 -s 12345 -inf rows.csv -m 10 -r 10 -aa" in caller
    seat = " ".join(Sipp(Job(scenario="seat_dead", address="127.9.1.1", port=1, target="x", mute=True), tmp_path)._arguments())
    assert "-m" not in seat.split()
    assert "-nd" in seat.split()


async def test_rows_may_hold_any_bytes_but_line_ends(tmp_path: Path) -> None:
    program = a_sipp(tmp_path)
    rows = [(b"<sip:139\xff@x>", "X-Lab: 1"), ("盐城", "y")]
    with pytest.raises(PhoneFault, match="did not run"):
        await Sipp(Job(scenario="call_odd", address="127.9.1.2", target="x", rows=rows, calls=2), tmp_path / "a", program=program).start()
    assert (tmp_path / "a" / "rows.csv").read_bytes() == b"SEQUENTIAL\n<sip:139\xff@x>;X-Lab: 1\n\xe7\x9b\x90\xe5\x9f\x8e;y\n"
    with pytest.raises(PhoneFault, match="line end"):
        await Sipp(Job(scenario="call", address="127.9.1.2", target="x", rows=[("1\r\nX: 2",)]), tmp_path / "b", program=program).start()


async def test_a_run_that_is_over_at_once_has_its_figures(tmp_path: Path) -> None:
    program = a_sipp(tmp_path, figures=(RECORDINGS / "refused" / "figures.csv").read_text())
    async with Sipp(JOB, tmp_path / "run", program=program) as sipp:
        result = await sipp.finished(within_s=30)
    assert (result.created, result.failed, result.exit_code) == (1, 1, 0)


async def test_a_run_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.phones.sipp.START_S", 0.2)
    monkeypatch.setattr("lab.phones.sipp.taken", lambda *_: True)
    sipp = await Sipp(JOB, tmp_path / "run", program=a_sipp(tmp_path, sleep_s=60)).start()
    with pytest.raises(NotHappened, match=r"sipp's call was not finished within 0\.01 s"):
        await sipp.finished(within_s=0.01)
    assert await sipp.stop() is None


async def test_a_sipp_that_does_not_open_its_port_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.phones.sipp.START_S", 0.05)
    with pytest.raises(PhoneFault, match="sipp's call did not run"):
        await Sipp(JOB, tmp_path / "run", program=a_sipp(tmp_path, sleep_s=60)).start()


def test_the_figures_tell_what_came_of_the_calls() -> None:
    result = read_result(RECORDINGS / "refused", exit_code=1)
    assert result is not None
    assert (result.created, result.succeeded, result.failed, result.retransmissions) == (1, 0, 1, 0)
    assert result.failures == {"UnexpectedMessage": 1}
    (error,) = result.errors
    assert error.startswith("Aborting call on unexpected message for Call-Id '1-28851@127.0.23.2': while expecting '180'")
    assert error.endswith("received 'SIP/2.0 503 Service Unavailable")


def test_time_outs_of_the_scenario_itself_are_no_errors(tmp_path: Path) -> None:
    shutil.copy(RECORDINGS / "refused" / "figures.csv", tmp_path)
    entry = "2026-11-20\t21:29:06.{}\t1795210146.{}: Call-Id: 1-2@127.0.23.2, receive timeout on message call:8, jumping to label 10"
    (tmp_path / "errors.log").write_text("The following events occurred:\n" + entry.format("527805", "527805") + entry.format("1", "2"))
    result = read_result(tmp_path, exit_code=0)
    assert result is not None
    assert result.errors == ()


def test_a_sipp_that_never_began_left_no_figures(tmp_path: Path) -> None:
    assert read_result(tmp_path, exit_code=255) is None
    (tmp_path / "figures.csv").write_text("StartTime;LastResetTime;\n")
    assert read_result(tmp_path, exit_code=255) is None


@pytest.mark.parametrize(("text", "seconds"), [("00:00:31:540000", 31.54), ("01:02:03", 3723), ("00:00:00:000000", 0), ("0.5", 0.5)])
def test_sipps_durations(text: str, seconds: float) -> None:
    assert duration_s(text) == pytest.approx(seconds)


def test_odd_callers_learn_how_they_were_answered(tmp_path: Path) -> None:
    (tmp_path / "notes.log").write_text("INVITE 1 1-5@x\nSTATUS 1 200\nINVITE 2 2-5@x\nSTATUS 2  486 \nSTATUS 3 0\n")
    assert statuses(tmp_path) == {1: 200, 2: 486, 3: 0}


async def test_keys_need_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("lab.phones.sipp.socket.socket", refuse)
    with pytest.raises(PhoneFault, match="only as root"):
        await Sipp(Job(scenario="call_digits", address="127.9.1.2", port=1, target="x"), tmp_path).start()


async def test_seats_that_cannot_register_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = a_sipp(tmp_path, figures=(RECORDINGS / "refused" / "figures.csv").read_text())
    monkeypatch.setattr("lab.phones.bulk.run_sipp", lambda job, folder: run_once(job, folder, program))
    seats = BulkSeats(Seats(numbers=(8001, 8002), net="127.9.1", does=Does.RING), tmp_path / "seats")
    seats._sipp._program = program
    with pytest.raises(PhoneFault, match="Of 2 seats 0 could register"):
        await seats.start()
    assert seats.callers == ()


async def run_once(job: Job, folder: Path, program: str) -> object:
    async with Sipp(job, folder, program=program) as sipp:
        return await sipp.finished(within_s=30)


async def test_a_missing_sipp_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PhoneFault, match="The program sipp is not installed"):
        await run_sipp(JOB, tmp_path / "run")
