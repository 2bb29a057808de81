"""What an import would change, told before it is applied."""

from dataclasses import replace
from datetime import date

from tests.unit.whitelist.builders import an_entry
from whitelist.changes import describe_entries, diff_entries
from whitelist.entries import Kind, Source

OLD = an_entry("示例甲公司", "+8651588880001", until=date(2026, 12, 31))
OTHER = an_entry("示例乙公司", "+8651588880002")
PROJECT = an_entry("示例丙项目", "+8651588880101", kind=Kind.PROJECT, tier="")


def test_the_same_again_is_nothing_to_change() -> None:
    again = replace(OLD, source=Source("别的.xlsx", "企业", 7))
    changes = diff_entries([OLD, OTHER], [again, OTHER])
    assert changes.nothing_to_change
    assert describe_entries(changes) == "Nothing to change: 2 are as they were."


def test_what_differs_is_told_field_by_field() -> None:
    new = replace(an_entry("示例甲公司", "+8651588880009", tier="五星级"), valid_until=None)
    changes = diff_entries([OLD], [new, OTHER])
    assert describe_entries(changes).splitlines() == [
        "+ 示例乙公司 (四星级): 联络员甲 0515-88880002",
        "~ 示例甲公司 (五星级): 联络员甲 0515-88880009",
        "    星级: 四星级 -> 五星级",
        "    有效期至: 2026-12-31 -> nothing",
        "    联络人及号码: 联络员甲 0515-88880001 -> 联络员甲 0515-88880009",
        "1 added, 1 changed, 0 removed, 0 unchanged.",
    ]


def test_what_is_missing_from_the_file_is_told_and_kept() -> None:
    changes = diff_entries([OLD, OTHER], [OLD])
    assert (changes.missing, changes.removed, changes.nothing_to_change) == ((OTHER,), (), True)
    assert "? 示例乙公司 (四星级): 联络员甲 0515-88880002 (not in the file; kept)" in describe_entries(changes)


def test_what_is_missing_goes_where_that_is_asked_for() -> None:
    changes = diff_entries([OLD, OTHER], [OLD], remove_missing=True)
    assert (changes.missing, changes.removed) == ((), (OTHER,))
    assert "- 示例乙公司" in describe_entries(changes)


def test_a_file_with_enterprises_alone_does_not_miss_the_projects() -> None:
    assert not diff_entries([OLD, PROJECT], [OLD], remove_missing=True).removed


def test_a_countys_file_does_not_miss_what_other_counties_filed() -> None:
    mine, theirs = replace(OLD, filed_by="示例甲区"), replace(OTHER, filed_by="示例乙区")
    gone = replace(an_entry("示例丁公司", "+8651588880004"), filed_by="示例甲区")
    assert diff_entries([mine, theirs, gone], [mine], remove_missing=True).removed == (gone,)
