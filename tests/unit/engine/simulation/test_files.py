"""The two files of a simulation: what they say, and what is said of their mistakes."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.events import to_ms
from engine.simulation.sheet import SheetFault
from engine.simulation.spread import spread_of
from engine.simulation.staff import Manner, Staff, UsualShift, read_staff
from engine.simulation.traffic import Row, Usual, read_traffic
from tests.unit.engine.simulation.builders import a_seat
from whitelist.identify import CallerClass

CHINA = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 20)
SEATS = [a_seat("8001", "priority"), a_seat("8002", "priority", "qilai"), a_seat("8003", "qilai"), a_seat("8004", "qilai")]


@pytest.fixture
def traffic(tmp_path: Path) -> Callable[[str], list[Row]]:
    def read(text: str) -> list[Row]:
        file = tmp_path / "day.csv"
        file.write_text(text, encoding="utf-8")
        usual = Usual(
            day=DAY, zone=CHINA, dialled=("12345", "12346"), trunks=("carrier", "transit"), talk=spread_of("180"), patience=spread_of("60")
        )
        return read_traffic(file, usual)

    return read


@pytest.fixture
def staff(tmp_path: Path) -> Callable[[str], Staff]:
    def read(text: str) -> Staff:
        file = tmp_path / "seats.csv"
        file.write_text(text, encoding="utf-8")
        begin, end = at(8), at(18)
        return read_staff(file, SEATS, UsualShift(day=DAY, zone=CHINA, begin=begin, end=end, manner=Manner()))

    return read


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=CHINA)


def test_single_calls_and_spans_stand_in_one_file(traffic: Callable[[str], list[Row]]) -> None:
    call, span = traffic(
        "at,until,per_hour,number,class,dialled,keys,talk_s,patience_s\n"
        "# a comment, and an empty line\n\n"
        "09:30:05,,,0515-88880001,,,,420,never\n"
        "10:00,24:00,120,,public,12346,1,exp:90,\n"
    )
    assert (call.at, call.per_hour, call.number, call.dialled, call.trunk) == (
        at(9, 30).replace(second=5), 0, "0515-88880001", "12345", "carrier",
    )  # fmt: skip
    assert (str(call.talk), str(call.patience)) == ("420", "never")
    assert (span.caller_class, span.until, span.keys) == (CallerClass.PUBLIC, datetime(2026, 11, 21, tzinfo=CHINA), "1")
    assert (str(span.talk), str(span.patience)) == ("exp:90", "60")


def test_a_whole_time_is_taken_as_it_is_and_by_the_hotlines_clock(traffic: Callable[[str], list[Row]]) -> None:
    first, second, third = traffic("at,class\n2026-10-01T02:00,public\n2026-10-01T02:00Z,public\n9:05,public\n")
    assert first.at == datetime(2026, 10, 1, 2, tzinfo=CHINA)
    assert second.at == datetime(2026, 10, 1, 10, tzinfo=CHINA)
    assert third.at == at(9, 5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "day.csv: it is empty; its first row names the columns, of at, until"),
        ("at,class\n", "day.csv: no call stands in it."),
        ("at,klass\n9:00,public\n", "day.csv:1: there is no column 'klass'; allowed are at, until"),
        ("at,at\n", "day.csv:1: the column 'at' is there twice."),
        ("at,class\n\n09:00,public,5\n", "day.csv:3: it has 3 cells under a head of 2."),
        ("at,class\n9 o'clock,public\n", "day.csv:2: at: \"9 o'clock\" is no time; write 09:30"),
        ("at,class\n,public\n", "day.csv:2: at is empty"),
        ("at,class\n09:00,vip\n", "day.csv:2: class: there is no class 'vip'; allowed are key_enterprise, project, public, anonymous."),
        ("at,class,number\n09:00,public,110\n", "day.csv:2: who calls is either a number or a class"),
        ("at,class\n09:00,\n", None),
        ("at,per_hour,class\n09:00,60,public\n", "day.csv:2: per_hour and until go together"),
        ("at,until,class\n09:00,10:00,public\n", "day.csv:2: per_hour and until go together"),
        ("at,until,per_hour,class\n09:00,08:00,60,public\n", "day.csv:2: until 08:00 is not after at 09:00."),
        ("at,until,per_hour,class\n09:00,10:00,many,public\n", "day.csv:2: per_hour: 'many' is no number of calls an hour"),
        ("at,class,dialled\n09:00,public,12347\n", "day.csv:2: dialled: the configuration has no '12347'; allowed are 12345, 12346."),
        ("at,class,keys\n09:00,public,a\n", "day.csv:2: keys: 'a' cannot be pressed on a telephone"),
        ("at,class,talk_s\n09:00,public,long\n", "day.csv:2: talk_s: 'long' is no length of time"),
        ("at,class,talk_s\n09:00,public,never\n", "day.csv:2: talk_s: a talk that never ends"),
        ('at,class\n"09:00,public\n', "day.csv:2: unexpected end of data."),
    ],
)
def test_a_mistake_is_told_with_its_line(traffic: Callable[[str], list[Row]], text: str, sentence: str | None) -> None:
    with pytest.raises(SheetFault) as fault:
        traffic(text)
    assert (sentence or "who calls is either") in fault.value.sentence


def test_bytes_that_are_no_text_are_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_bytes(b"at,class\n09:00,\xff\n")
    usual = Usual(day=DAY, zone=CHINA, dialled=("12345",), trunks=("carrier",), talk=spread_of("1"), patience=spread_of("1"))
    with pytest.raises(SheetFault, match="it is not UTF-8"):
        read_traffic(file, usual)


def test_a_group_some_seats_or_all_of_them(staff: Callable[[str], Staff]) -> None:
    found = staff("seats,from,until,declines\npriority,08:30,12:00,0.1\n8003-8009,,,\n")
    assert set(found.shifts) == {"8001", "8002", "8003", "8004"}
    morning, all_day = found.shifts["8001"][0], found.shifts["8004"][0]
    assert (morning.from_ms, morning.until_ms, morning.manner.declines) == (to_ms(at(8, 30)), to_ms(at(12)), 0.1)
    assert (all_day.from_ms, all_day.until_ms) == (to_ms(at(8)), to_ms(at(18)))
    assert set(staff("seats\n*\n").shifts) == {"8001", "8002", "8003", "8004"}


def test_a_seat_that_no_row_names_is_not_signed_in(staff: Callable[[str], Staff]) -> None:
    found = staff("seats\n8001 8004\n")
    assert set(found.shifts) == {"8001", "8004"}
    assert len(found.seats) == 4


def test_two_shifts_of_a_day_stand_in_two_rows(staff: Callable[[str], Staff]) -> None:
    found = staff("seats,from,until\n8001,14:00,18:00\n8001,08:00,12:00\n")
    assert [shift.from_ms for shift in found.shifts["8001"]] == [to_ms(at(8)), to_ms(at(14))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("seats\n", "seats.csv: nobody works by it."),
        ("seats,from\n,08:00\n", "seats.csv:2: seats is empty; write a group"),
        ("seats\n8005\n", "seats.csv:2: seats: '8005' names none; allowed are *, the groups priority, qilai and the seats' numbers."),
        ("seats,from,until\n8001,12:00,12:00\n", "seats.csv:2: the shift ends (12:00) before it begins (12:00)."),
        ("seats,from,until\n8001,08:00,12:00\npriority,11:00,14:00\n", "seats.csv:3: seat 8001 has another shift at that time"),
        ("seats,misses\n8001,5\n", "seats.csv:2: misses: '5' is no share of the calls; write a number from 0 to 1."),
        ("seats,misses,declines\n8001,0.6,0.6\n", "seats.csv:2: declines and misses are 1.2 together"),
        ("seats,answer_s\n8001,soon\n", "seats.csv:2: answer_s: 'soon' is no length of time"),
    ],
)
def test_a_mistake_about_the_seats_is_told_with_its_line(staff: Callable[[str], Staff], text: str, sentence: str) -> None:
    with pytest.raises(SheetFault) as fault:
        staff(text)
    assert sentence in fault.value.sentence


def test_fewer_seats_are_its_first_and_more_are_like_them(staff: Callable[[str], Staff]) -> None:
    found = staff("seats,misses\n8001,0.1\n8002,0.2\n")
    one, four = found.with_seats("priority", 1), found.with_seats("priority", 4)
    assert [seat.seat_id for seat in one.group("priority")] == ["8001"]
    assert [seat.seat_id for seat in one.group("qilai")] == ["8002", "8003", "8004"]
    assert [seat.seat_id for seat in four.group("priority")] == ["8001", "8002", "priority+1", "priority+2"]
    assert [four.shifts[seat][0].manner.misses for seat in ("priority+1", "priority+2")] == [0.1, 0.2]
    assert four.group("priority")[3].groups == ("priority",)


def test_a_seat_that_serves_nothing_any_more_is_gone(staff: Callable[[str], Staff]) -> None:
    none = staff("seats\n*\n").with_seats("priority", 0)
    assert "8001" not in {seat.seat_id for seat in none.seats}
