"""Asterisk's CDR as witness: what it saw and the records did not is found, recovered, and told once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.events import Arrived, Ended, Event
from tickets.audit import AuditReport, CdrCall, Comparison, Scope, audit, compare, hotline_calls, recovery
from tickets.cdr import COLUMNS, BadLine, CdrRow, lines_of, read_cdr
from tickets.fold import fold
from tickets.reading import read
from tickets.stream import Fact, Kept, SetAside

RECORDED = Path(__file__).parents[2] / "recordings/cdr/zhida.csv"
"""What Asterisk 22 wrote of seven calls: given up in music, given up waiting, two that were served after a seat did not
answer, refused, in a conference, and one the dialplan served alone."""
CONTEXTS = frozenset({"zhida-call", "zhida-fallback"})
LATER = datetime(2026, 11, 21, tzinfo=UTC)
SCOPE = Scope(contexts=CONTEXTS, now=LATER)
LINE = (
    '"z-1.0","z-1.0","051588880001","12345","zhida-call","PJSIP/c-1","PJSIP/8001-2",'
    '"1795210701.5","0.000000","1795210707.5","6","4","ANSWERED",""\n'
)


class Books:
    """The records in memory: facts by call."""

    def __init__(self, **told: Sequence[Event]) -> None:
        self.facts: dict[tuple[str, str], Event] = {
            (call_id, f"{number}-0"): event for call_id, events in told.items() for number, event in enumerate(events)
        }

    def events(self, call_id: str) -> list[Event]:
        return [event for (known, _), event in self.facts.items() if known == call_id]

    async def keep(self, facts: Sequence[Fact], aside: Sequence[SetAside] = ()) -> Kept:
        new = {(fact.call_id, fact.entry_id): event for fact in facts if (event := read(fact.document))}
        before = len(self.facts)
        self.facts = {**new, **self.facts}
        return Kept(new=len(self.facts) - before)

    async def ended(self, call_ids: Collection[str]) -> Mapping[str, bool]:
        known = {call_id for call_id, _ in self.facts} & set(call_ids)
        return {call_id: fold(self.events(call_id)).ended is not None for call_id in known}

    async def tickets_of(self, call_ids: Sequence[str]) -> Mapping[str, str]:
        return {call_id: f"T-{call_id}" for call_id in call_ids if self.events(call_id) and fold(self.events(call_id)).needs_ticket}


def rows(text: str) -> list[CdrRow | BadLine]:
    return list(read_cdr(StringIO(text, newline="\n")))


def row(text: str = LINE) -> CdrRow:
    (only,) = rows(text)
    assert isinstance(only, CdrRow)
    return only


def calls() -> list[CdrCall]:
    return hotline_calls([line for line in read_cdr(lines_of(RECORDED)) if isinstance(line, CdrRow)], CONTEXTS)


def test_what_asterisk_wrote_is_seven_calls() -> None:
    found = calls()
    assert len(found) == 7
    assert [call.dialled for call in found] == ["12345"] * 6 + [""]
    assert [len(call.connected) for call in found] == [0, 0, 1, 1, 0, 0, 0]
    assert [call.fallback for call in found] == [False] * 6 + [True]
    served = found[2]
    assert served.connected == ("PJSIP/zhida-outside-00000004",)
    assert (served.end - served.start) == timedelta(seconds=6.008255)


def test_the_legs_to_seats_and_other_contexts_are_no_calls_of_the_hotline() -> None:
    leg = replace(row(), uniqueid="z-1.3")
    office = replace(row(), uniqueid="z-9.0", linkedid="z-9.0", dcontext="office")
    assert [call.call_id for call in hotline_calls([row(), leg, office], CONTEXTS)] == ["z-1.0"]


def test_a_call_back_is_a_call_by_its_own_half_alone() -> None:
    half = replace(row(), uniqueid="z-back-1.1", linkedid="z-back-1.2", dcontext="zhida-callback")
    other = replace(row(), uniqueid="z-back-1.2", linkedid="z-back-1.2", dcontext="zhida-callback")
    reach = replace(row(), uniqueid="z-back-1.2", linkedid="z-back-1.2", dcontext="zhida-reach")
    found = hotline_calls([row(), half, other, reach], CONTEXTS, {"zhida-callback"})
    assert sorted(call.call_id for call in found) == ["z-1.0", "z-back-1.1"]


def test_a_caller_whom_a_transfer_joined_to_an_older_call_is_still_one() -> None:
    joined = replace(row(), linkedid="z-0.5", start=row().start + timedelta(seconds=3))
    (call,) = hotline_calls([joined, row()], CONTEXTS)
    assert call.start == row().start


def test_times_are_taken_as_seconds_and_as_local_time() -> None:
    local = row(LINE.replace("1795210701.5", "2026-11-20 21:38:21").replace("0.000000", "").replace("1795210707.5", "2026-11-20 21:38:27"))
    assert (local.start, local.answer, local.end) == (
        datetime(2026, 11, 20, 13, 38, 21, tzinfo=UTC),
        None,
        datetime(2026, 11, 20, 13, 38, 27, tzinfo=UTC),
    )
    unended = row(LINE.replace("1795210707.5", "0.000000"))
    assert unended.end == unended.start + timedelta(seconds=6)


def test_quotes_within_a_name_are_part_of_it() -> None:
    assert row(LINE.replace("051588880001", '05""15,8\r')).src == '05"15,8\r'
    assert row("uniqueid,linkedid,src\n\n" + LINE).src == "051588880001"


@given(st.integers(0, len(LINE) - 1))
def test_a_last_line_that_is_being_written_is_no_fault(cut: int) -> None:
    found = rows(LINE + LINE[:cut])
    assert isinstance(found[0], CdrRow)
    assert all(isinstance(line, CdrRow) or line.half_written for line in found[1:])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE.replace('"z-1.0","z-1.0"', '"z-1.0'), "expected|columns"),
        (LINE.replace("1795210701.5", "soon"), "could not convert"),
        (LINE.replace("1795210701.5", "2026-13-45 00:00:00"), ""),
        (LINE.replace("1795210701.5", "nan"), ""),
        (LINE.replace("1795210701.5", "1e300"), ""),
        (LINE.replace('"z-1.0","z', '"","z'), "no uniqueid"),
        (LINE.replace('"6"', '"six"'), "could not convert"),
        ("a,b,c\n", "14 columns are expected, not 3"),
    ],
)
def test_a_line_that_cannot_be_read_costs_itself_only(line: str, reason: str) -> None:
    before, bad, after = rows(LINE + line + LINE)
    assert isinstance(before, CdrRow)
    assert isinstance(after, CdrRow)
    assert isinstance(bad, BadLine)
    assert bad.line == 2
    assert not bad.half_written


@given(st.text())
def test_nothing_that_stands_in_the_file_stops_the_reading(text: str) -> None:
    for found in read_cdr(StringIO(text, newline="\n")):
        assert isinstance(found, CdrRow | BadLine)


def test_each_call_is_recorded_unsettled_incomplete_or_missing() -> None:
    one = hotline_calls([row()], CONTEXTS)[0]
    six = [replace(one, call_id=call_id) for call_id in ("whole", "open", "gone", "alive", "fresh")]
    six[4] = replace(six[4], end=LATER - timedelta(seconds=59))
    found = compare(six, {"whole": True, "open": False, "alive": False}, replace(SCOPE, live=frozenset({"alive"})))
    assert (found.recorded, found.unsettled) == (1, 2)
    assert [call.call_id for call in found.incomplete] == ["open"]
    assert [call.call_id for call in found.missing] == ["gone"]


def test_the_facts_of_a_recovery_are_what_the_cdr_can_supply() -> None:
    call = replace(hotline_calls([row()], CONTEXTS)[0], fallback=True)
    arrived, ended = recovery(call, missing=True, national=lambda number: f"n{number}")
    assert isinstance(arrived, Arrived)
    assert (arrived.number, arrived.raw_number, arrived.dialled, arrived.trunk) == ("n051588880001", "051588880001", "12345", "")
    assert isinstance(ended, Ended)
    assert (ended.reason, ended.at) == ("recovered", call.end)
    assert ended.detail == "Asterisk's CDR: 6 s, connected with PJSIP/8001-2, served by the dialplan without an engine"
    assert [type(event) for event in recovery(call, missing=False, national=str)] == [Ended]


async def test_what_is_missing_is_recovered_once_and_then_nothing_is_missing() -> None:
    known = calls()[2]
    arrived = Arrived(
        call_id=known.call_id, at=known.start, number="1", raw_number="1", trunk="carrier", dialled="12345", channel=known.channel
    )
    whole = calls()[3]
    books = Books(
        **{
            known.call_id: [arrived],
            whole.call_id: [replace(arrived, call_id=whole.call_id), Ended(call_id=whole.call_id, at=whole.end, reason="completed")],
        }
    )
    first = await audit(read_cdr(lines_of(RECORDED)), books, books, SCOPE)
    assert (len(first.found.missing), len(first.found.incomplete), first.found.recorded) == (5, 1, 1)
    assert (first.exit_code, len(first.tickets)) == (1, 6)
    record = fold(books.events(known.call_id))
    assert (record.trunk, record.end_reason, record.recovered, record.ended) == (
        "carrier",
        "recovered",
        True,
        fold(books.events(known.call_id)).ended,
    )
    second = await audit(read_cdr(lines_of(RECORDED)), books, books, SCOPE)
    assert (second.found, second.exit_code) == (Comparison(recorded=7), 0)


async def test_two_audits_at_once_recover_a_call_once() -> None:
    """The second has asked before the first recovered anything."""
    books = Books()
    await audit(read_cdr(lines_of(RECORDED)), books, books, SCOPE)
    kept = dict(books.facts)
    await audit(read_cdr(lines_of(RECORDED)), Books(), books, SCOPE)
    assert books.facts == kept
    assert len(kept) == 2 * len(calls())


async def test_only_looking_changes_nothing() -> None:
    books = Books()
    report = await audit(read_cdr(lines_of(RECORDED)), books, None, SCOPE)
    assert (len(report.found.missing), report.exit_code, report.tickets, books.facts) == (7, 1, {}, {})


async def test_calls_before_the_audited_time_are_passed_over() -> None:
    report = await audit(read_cdr(lines_of(RECORDED)), Books(), None, replace(SCOPE, since=calls()[5].end))
    assert [call.call_id for call in report.found.missing] == [call.call_id for call in calls()[5:]]


async def test_a_line_nobody_can_read_may_have_held_a_call() -> None:
    books = Books()
    bad = await audit(rows("a,b\n"), books, books, SCOPE)
    assert (bad.exit_code, [line.line for line in bad.bad_lines]) == (1, [1])
    assert (await audit(rows("a,b"), books, books, SCOPE)).exit_code == 0
    assert AuditReport(found=Comparison(unsettled=3)).exit_code == 0


def test_the_columns_are_those_the_dialplan_writes() -> None:
    template = (Path(__file__).parents[3] / "pbx/dialplan/templates/cdr_custom_zhida.conf.j2").read_text(encoding="utf-8")
    places = [template.index(f"CDR({column}") for column in COLUMNS]
    assert places == sorted(places)
