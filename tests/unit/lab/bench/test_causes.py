"""From cause to ring, out of logs as sipp writes them."""

from pathlib import Path

import pytest

from lab.bench.causes import declined, freed_to_ring, rung_out, to_next_ring
from lab.phones.sipp_stats import MESSAGES, NOTES


class Log:
    """What one sipp wrote down: `log.ring(1.0, "a", seat=8001, caller="13900001001")`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder

    def ring(self, at: float, call: str, *, seat: int = 8001, caller: str = "13900009001") -> None:
        with (self.folder / NOTES).open("a") as notes:
            notes.write(f"INVITE {caller} {call}\n")
        self._message(at, "R", call, "7 INVITE", f"INVITE sip:{seat}@127.0.38.1:6000 SIP/2.0")

    def declines(self, at: float, call: str) -> None:
        self._message(at, "S", call, "7 INVITE", "SIP/2.0 486 Busy Here")

    def hangs_up(self, at: float, call: str) -> None:
        self._message(at, "S", call, "1 BYE", "BYE sip:127.0.38.1:5060 SIP/2.0")

    def rings_in_vain(self, at: float, call: str) -> None:
        self._message(at, "R", call, "7 CANCEL", "CANCEL sip:8001@127.0.38.1:6000 SIP/2.0")
        self._message(at, "S", call, "7 INVITE", "SIP/2.0 487 Request Terminated")

    def is_hung_up_on(self, at: float, call: str) -> None:
        self._message(at, "R", call, "9 BYE", "BYE sip:8001@127.0.38.1:6000 SIP/2.0")

    def _message(self, at: float, direction: str, call: str, cseq: str, line: str) -> None:
        with (self.folder / MESSAGES).open("a") as messages:
            messages.write(f"2026-11-20\t10:00:{at:09.6f}\t{at:.6f}\t{direction}\t{call}\tCSeq:{cseq}\t{line}\n")


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "seats")


@pytest.fixture
def other(tmp_path: Path) -> Log:
    return Log(tmp_path / "others")


def test_a_seat_that_hangs_up_is_rung_again(log: Log) -> None:
    log.ring(1.0, "a", seat=8001)
    log.ring(1.1, "b", seat=8002)
    log.hangs_up(2.0, "a")
    log.hangs_up(2.5, "a")  # again, because the answer was late
    log.hangs_up(2.6, "b")
    log.ring(2.25, "c", seat=8001)
    assert freed_to_ring(log.folder) == [pytest.approx(0.25)]


def test_a_ring_that_is_repeated_is_one_ring(log: Log) -> None:
    log.ring(1.0, "a")
    log.hangs_up(2.0, "a")
    log.ring(2.1, "b")
    log.ring(2.6, "b")
    assert freed_to_ring(log.folder) == [pytest.approx(0.1)]


def test_only_the_seats_own_end_of_a_talk_counts(log: Log) -> None:
    log.ring(1.0, "a")
    log.is_hung_up_on(2.0, "a")
    log.ring(2.1, "b")
    assert freed_to_ring(log.folder) == []


def test_what_was_before_does_not_count(log: Log) -> None:
    log.ring(1.0, "a")
    log.hangs_up(2.0, "a")
    log.ring(9.0, "b")
    assert freed_to_ring(log.folder, since=5.0) == []


def test_a_declined_caller_is_brought_to_the_next_seat(log: Log, other: Log) -> None:
    log.ring(1.0, "a")
    log.declines(1.1, "a")
    log.ring(1.13, "b", seat=8002)
    log.declines(1.2, "b")
    other.ring(1.25, "c", seat=8011)
    found = to_next_ring([log.folder, other.folder], declined)
    assert found.took == (pytest.approx(0.03), pytest.approx(0.05))
    assert found.lost == 0


def test_a_seat_that_does_not_answer_has_not_declined(log: Log, other: Log) -> None:
    log.ring(1.0, "a")
    log.rings_in_vain(3.0, "a")
    other.ring(3.01, "b", seat=8011)
    assert to_next_ring([log.folder, other.folder], rung_out).took == (pytest.approx(0.01),)
    assert to_next_ring([log.folder, other.folder], declined).took == ()


def test_two_callers_are_told_apart(log: Log, other: Log) -> None:
    log.ring(1.0, "a", caller="13900009001")
    log.ring(1.0, "b", caller="13900009002")
    log.declines(1.1, "a")
    other.ring(1.11, "d", caller="13900009002")
    other.ring(1.2, "c", caller="13900009001")
    assert to_next_ring([log.folder, other.folder], declined).took == (pytest.approx(0.1),)


def test_a_declined_caller_whom_nobody_was_rung_for_is_lost(log: Log) -> None:
    log.ring(1.0, "a")
    log.declines(1.1, "a")
    assert to_next_ring([log.folder], declined).lost == 1
    assert to_next_ring([log.folder], declined, since=3.0).lost == 0


def test_a_ring_written_down_before_its_cause_took_no_time(log: Log, other: Log) -> None:
    log.ring(1.0, "a")
    log.declines(1.1, "a")
    other.ring(1.0999, "b")
    assert to_next_ring([log.folder, other.folder], declined).took == (0.0,)


def test_seats_that_have_written_nothing_yet_have_done_nothing(log: Log) -> None:
    assert freed_to_ring(log.folder) == []
    assert to_next_ring([log.folder], declined).took == ()
