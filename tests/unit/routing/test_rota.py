"""值班表 as supervisors fill it in, and what it does to the shifts."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from calls.calendar import BEIJING, Calendar
from calls.hours import Hours
from routing.rota import DutyDay, duty_id_of, with_days
from routing.rota_form import Groups, ImportedRota, describe_rota, diff_rota, read_rota, write_rota
from seats.shifts import Duty, Roster, gaps, on_duty
from tests.unit.whitelist.builders import a_workbook

GROUPS = Groups(
    seats={"priority": ("8001", "8002", "8003"), "qilai": ("8004", "8005")}, labels={"priority": "直达专席", "qilai": "一企来"}
)
HEADINGS = ["序号", "日 期", "专席名称", "时段", "座席", "人员姓名", "备注"]


def read(*rows: list[object], merged: tuple[str, ...] = ()) -> ImportedRota:
    return read_rota(a_workbook(["盐城 12345 值班表"], HEADINGS, *rows, merged=merged, sheet="十月"), groups=GROUPS, name="值班表.xlsx")


def a_day(day: str, group: str = "priority", *, times: tuple[int, int] = (480, 1200), seats: tuple[str, ...] = ("8001",)) -> DutyDay:
    when = date.fromisoformat(day)
    return DutyDay(duty_id=duty_id_of(group, when, times), group=group, day=when, times=times, seats=seats)


def test_a_row_is_a_duty() -> None:
    [row] = read([1, "2026-10-01", "直达专席", "20:00-08:00", "8001、8002", "李某、王某", "国庆"]).rows
    assert (row.group, row.day, row.times) == ("priority", date(2026, 10, 1), (1200, 480))
    assert (row.seats, row.agents, row.notes) == (("8001", "8002"), ("李某", "王某"), "国庆")
    assert row.source is not None
    assert (row.source.file, row.source.sheet, row.source.row) == ("值班表.xlsx", "十月", 3)


@pytest.mark.parametrize("day", ["2026/10/1", "2026年10月1日", "2026.10.01", datetime(2026, 10, 1)])  # noqa: DTZ001  as Excel has it
@pytest.mark.parametrize("times", ["8:00—20:00", "08：00～20：00", "8:00至20:00"])
def test_days_and_times_in_the_forms_people_write(day: object, times: str) -> None:
    [row] = read([1, day, "priority", times, "8001-8003", "", ""]).rows
    assert (row.day, row.times, row.seats) == (date(2026, 10, 1), (480, 1200), ("8001", "8002", "8003"))


def test_a_day_merged_down_holds_for_all_its_rows_and_the_whole_day_needs_no_times() -> None:
    rows = [[1, "2026-10-01", "直达专席", "全天", "8001", "", ""], [2, None, "一企来", "", "8004", "", ""]]
    first, second = read(*rows, merged=("B3:B4",)).rows
    assert (first.day, second.day) == (date(2026, 10, 1), date(2026, 10, 1))
    assert first.times == second.times == (0, 1440)


@pytest.mark.parametrize(
    ("row", "cell", "sentence"),
    [
        ([1, "十月一日", "直达专席", "", "8001", "", ""], "十月!B3", "'十月一日' is not a day; write 2026-10-01."),
        ([1, "2026-02-30", "直达专席", "", "8001", "", ""], "十月!B3", "'2026-02-30' is not a day; write 2026-10-01."),
        ([1, "2026-10-01", "税务", "", "8001", "", ""], "十月!C3", "'税务' is no group of this hotline; there are 直达专席、一企来."),
        (
            [1, "2026-10-01", "直达专席", "早班", "8001", "", ""],
            "十月!D3",
            "'早班' is not a span of the day; write 09:00-12:00, or 18:00-08:00 for one over midnight.",
        ),
        (
            [1, "2026-10-01", "一企来", "", "8004-8006", "", ""],
            "十月!E3",
            "8004-8006 is not all in the group qilai, whose seats are 8004, 8005.",
        ),
        ([1, "2026-10-01", "一企来", "", "八号", "", ""], "十月!E3", "'八号' is not a seat; write 8001, or 8001-8002."),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_cell(row: list[object], cell: str, sentence: str) -> None:
    found = read(row, [2, "2026-10-02", "直达专席", "", "8001", "", ""])
    assert [(remark.cell, remark.sentence) for remark in found.refused] == [(cell, sentence)]
    assert len(found.rows) == 1


def test_the_same_time_twice_is_put_together() -> None:
    found = read([1, "2026-10-01", "直达专席", "", "8001", "", ""], [2, "2026-10-01", "priority", "", "8002", "李某", ""])
    [row] = found.rows
    assert (row.seats, row.agents) == (("8001", "8002"), ("李某",))
    assert [remark.cell for remark in found.warnings] == ["十月!B4"]


def test_it_comes_back_from_an_export_as_it_was(tmp_path: Path) -> None:
    rows = [replace(a_day("2026-10-01", times=(1200, 480)), agents=("李某",), notes="=1+1"), a_day("2026-09-30", "qilai", seats=())]
    write_rota(rows, tmp_path / "again.xlsx", labels=GROUPS.labels)
    again = read_rota(tmp_path / "again.xlsx", groups=GROUPS)
    assert (again.refused, again.warnings) == ((), ())
    assert diff_rota(rows, again.rows).nothing_to_change
    assert [row.day.day for row in again.rows] == [30, 1]


def test_what_an_import_changes_is_told_in_its_words() -> None:
    kept = [a_day("2026-10-01"), a_day("2026-10-02"), a_day("2026-10-03"), a_day("2026-10-09"), a_day("2026-10-02", "qilai", seats=())]
    new = [a_day("2026-10-01", seats=("8002",)), a_day("2026-10-03"), a_day("2026-10-04", seats=())]
    assert describe_rota(diff_rota(kept, new, remove_missing=True)) == (
        "+ 2026-10-04 08:00-20:00 priority: nobody\n"
        "~ 2026-10-01 08:00-20:00 priority: 8002\n"
        "    座席: 8001 -> 8002\n"
        "- 2026-10-02 08:00-20:00 priority: 8001\n"
        "1 added, 1 changed, 1 removed, 1 unchanged."
    )
    assert [row.day.day for row in diff_rota(kept, new).missing] == [2]


class TestOverTheShifts:
    """A day of a group that has rows is theirs alone."""

    CONFIGURED = Roster(
        group="priority",
        duties=(Duty(seats=("8001",)),),
        exceptions=(Duty(seats=("8003",), dates=((date(2026, 10, 1), date(2026, 10, 2)),)),),
    )

    def who(self, rosters: dict[str, Roster], moment: str, group: str = "priority") -> tuple[str, ...]:
        return on_duty(rosters[group], datetime.fromisoformat(moment).replace(tzinfo=BEIJING), Calendar()).seats

    def test_the_table_s_day_comes_before_exceptions_and_duties(self) -> None:
        rosters = with_days({"priority": self.CONFIGURED}, [a_day("2026-10-01", seats=("8002",))])
        assert self.who(rosters, "2026-10-01 12:00") == ("8002",)
        assert self.who(rosters, "2026-10-01 21:00") == ()
        assert self.who(rosters, "2026-10-02 12:00") == ("8003",)
        assert self.who(rosters, "2026-10-03 12:00") == ("8001",)

    def test_a_night_of_the_table_runs_into_the_next_day(self) -> None:
        rosters = with_days({"priority": self.CONFIGURED}, [a_day("2026-10-03", times=(1200, 480), seats=("8002",))])
        assert self.who(rosters, "2026-10-04 02:00") == ("8001", "8002")

    def test_a_group_without_shifts_has_those_of_the_table_and_no_gaps(self) -> None:
        rosters = with_days({}, [a_day("2026-10-01", "qilai", seats=("8004",))])
        assert self.who(rosters, "2026-10-01 12:00", "qilai") == ("8004",)
        begin = datetime(2026, 10, 1, tzinfo=BEIJING)
        assert gaps(rosters["qilai"], begin, begin.replace(day=8), Calendar()) == []

    def test_where_the_table_says_nobody_there_is_a_gap(self) -> None:
        rosters = with_days({"priority": self.CONFIGURED}, [a_day("2026-10-03", times=(0, 1440), seats=())])
        begin = datetime(2026, 10, 1, tzinfo=BEIJING)
        [gap] = gaps(rosters["priority"], begin, begin.replace(day=8), Calendar())
        assert (gap.since.astimezone(BEIJING).day, gap.until.astimezone(BEIJING).day) == (3, 4)

    def test_without_a_table_all_is_as_configured(self) -> None:
        assert with_days({"priority": self.CONFIGURED}, []) == {"priority": self.CONFIGURED}


def test_hours_of_a_row_are_named_by_their_times() -> None:
    rosters = with_days({}, [a_day("2026-10-01")])
    [duty] = rosters["priority"].days[date(2026, 10, 1)]
    assert duty.hours == (Hours(name="08:00-20:00", times=((480, 1200),)),)
