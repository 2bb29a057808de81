"""The lab's sample whitelist holds what the contract of the lab names."""

from datetime import date
from pathlib import Path

import pytest

from tests.unit.whitelist.builders import AREA, TODAY
from whitelist.changes import diff_entries
from whitelist.exporting import write_whitelist
from whitelist.identify import CallerClass, Identity, TrunkTrust, identify
from whitelist.importing import read_whitelist
from whitelist.index import Directory

SAMPLE = Path(__file__).parents[3] / "config" / "lab" / "whitelist.xlsx"
IMPORTED = read_whitelist(SAMPLE, area_code=AREA)
DIRECTORY = Directory.of(IMPORTED.entries)


def caller(number: str) -> Identity:
    return identify(raw_number=number, trunk=TrunkTrust("carrier", trusted=True), directory=DIRECTORY, today=TODAY, area_code=AREA)


def test_untidy_as_it_is_every_row_is_taken() -> None:
    assert (IMPORTED.refused, IMPORTED.warnings) == ((), ())
    assert all("（虚构）" in entry.name for entry in IMPORTED.entries)


@pytest.mark.parametrize("last", range(1, 10))
def test_nine_contact_numbers_are_those_of_four_star_enterprises(last: int) -> None:
    identity = caller(f"05158888000{last}")
    assert identity.caller_class is CallerClass.KEY_ENTERPRISE
    assert identity.entry
    assert identity.entry.tier == "四星级"


def test_any_number_of_the_switchboard_is_its_enterprise() -> None:
    assert {caller(f"0515{number}").entry for number in ("88890000", "88894711", "88899999")} == {caller("051588891234").entry}
    assert caller("051588891234").caller_class is CallerClass.KEY_ENTERPRISE


def test_the_projects_number_is_a_projects() -> None:
    assert caller("051588880101").caller_class is CallerClass.PROJECT


def test_the_expired_entry_gives_no_priority() -> None:
    assert caller("051588880201").caller_class is CallerClass.PUBLIC
    assert "expired on 2026-06-30" in caller("051588880201").reasons[-1]


def test_no_other_entry_expires_while_this_is_in_use() -> None:
    assert [entry.name for entry in IMPORTED.entries if entry.valid_until and entry.valid_until < date(2035, 1, 1)] == [
        "示例子建筑有限公司（虚构）"
    ]


def test_it_comes_back_from_an_export_as_it_was(tmp_path: Path) -> None:
    write_whitelist(IMPORTED.entries, tmp_path / "again.xlsx")
    assert diff_entries(IMPORTED.entries, read_whitelist(tmp_path / "again.xlsx", area_code=AREA).entries).nothing_to_change
