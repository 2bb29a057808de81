"""From the caller's INVITE to the seat's."""

from pathlib import Path

import pytest

from lab.phones.latency import invite_to_invite, invites, latency

Call = tuple[str, str, float]


def a_run(folder: Path, way: str, *calls: Call) -> Path:
    """A run that noted these (number, Call-ID, second) INVITEs; repetitions of a Call-ID are retransmissions."""
    folder.mkdir()
    notes = dict.fromkeys(f"INVITE {number} {call}\n" for number, call, _ in calls)
    (folder / "notes.log").write_text("".join(notes) + "STATUS 1 200\n")
    line = "2026-11-20\t21:32:49.737325\t{}\t{}\t{}\tCSeq:1 {}\t{} sip:12345@127.0.0.1 SIP/2.0\n"
    messages = [line.format(at, way, call, method, method) for _, call, at in calls for method in ("INVITE", "ACK")]
    (folder / "messages.log").write_text("".join(messages) + "2026-11-20\t21:32")
    return folder


def test_each_caller_is_met_at_his_seat(tmp_path: Path) -> None:
    callers = a_run(tmp_path / "callers", "S", ("1", "a", 10.0), ("2", "b", 10.1), ("3", "c", 10.2))
    seats = a_run(tmp_path / "s1", "R", ("2", "x", 10.102), ("1", "y", 10.004))
    more = a_run(tmp_path / "s2", "R", ("3", "z", 10.201), ("99", "w", 10.3))
    found = invite_to_invite(callers, seats, more)
    assert (found.count, found.missing) == (3, 0)
    assert (found.p50_ms, found.max_ms) == (pytest.approx(2), pytest.approx(4))


def test_a_caller_who_calls_again_is_another_call(tmp_path: Path) -> None:
    callers = a_run(tmp_path / "callers", "S", ("1", "a", 10.0), ("1", "b", 20.0), ("1", "c", 30.0))
    seats = a_run(tmp_path / "seats", "R", ("1", "x", 10.001), ("1", "y", 20.002), ("1", "z", 20.5))
    found = invite_to_invite(callers, seats)
    assert (found.count, found.missing) == (2, 1)
    assert (found.p50_ms, found.max_ms) == (pytest.approx(1), pytest.approx(2))


def test_an_invite_written_down_late_is_still_its_own(tmp_path: Path) -> None:
    callers = a_run(tmp_path / "callers", "S", ("1", "a", 10.004))
    found = invite_to_invite(callers, a_run(tmp_path / "seats", "R", ("1", "x", 10.0)))
    assert (found.count, found.missing, found.max_ms) == (1, 0, 0)


def test_the_first_time_an_invite_was_sent_counts(tmp_path: Path) -> None:
    assert invites(a_run(tmp_path / "run", "S", ("1", "a", 10.0), ("1", "a", 10.5))) == [("1", 10.0)]
    assert invites(tmp_path / "nothing") == []


def test_calls_that_never_arrived_are_counted(tmp_path: Path) -> None:
    found = invite_to_invite(a_run(tmp_path / "callers", "S", ("1", "a", 10.0)), tmp_path / "nothing")
    assert (found.count, found.missing) == (0, 1)


def test_no_calls_at_all_is_no_latency(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no calls"):
        invite_to_invite(tmp_path / "nothing", tmp_path / "nothing")


def test_percentiles_are_of_the_nearest_rank() -> None:
    found = latency([float(ms) for ms in range(1, 201)])
    assert (found.p50_ms, found.p95_ms, found.p99_ms, found.max_ms) == (100, 190, 198, 200)
    assert str(latency([1.0, 2.0])) == "2 calls (0 missing): p50 1.0, p95 2.0, p99 2.0, max 2.0 ms"
