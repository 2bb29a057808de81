"""Who is calling, on which trunk, on which day."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.whitelist.builders import AREA, TODAY, an_entry
from whitelist.entries import Kind
from whitelist.identify import CallerClass, Identity, TrunkTrust, identify
from whitelist.index import Directory

CARRIER, TRANSIT = TrunkTrust("carrier", trusted=True), TrunkTrust("transit", trusted=False)
DIRECTORY = Directory.of(
    [
        an_entry("示例甲公司", "+8651588880001", until=date(2027, 12, 31)),
        an_entry("示例乙集团", "+865158889xxxx", tier="五星级"),
        an_entry("示例丙项目", "+8651588880101", kind=Kind.PROJECT, tier=""),
        an_entry("示例丁公司", "+8651588880201", until=date(2026, 6, 30)),
        an_entry("示例戊公司", "+8651588890007", tier="三星级"),
    ]
)


def call(raw: str, trunk: TrunkTrust = CARRIER, *, today: date = TODAY) -> Identity:
    return identify(raw_number=raw, trunk=trunk, directory=DIRECTORY, today=today, area_code=AREA)


@pytest.mark.parametrize("raw", ["051588880001", "+8651588880001", "8651588880001", "88880001", "(0515)88880001"])
def test_a_listed_enterprise_is_known_however_its_number_comes(raw: str) -> None:
    caller = call(raw)
    assert (caller.caller_class, caller.trusted) == (CallerClass.KEY_ENTERPRISE, True)
    assert caller.entry
    assert caller.entry.tier == "四星级"
    assert (
        caller.reasons[-1]
        == "0515-88880001 is on the whitelist as 示例甲公司 (enterprise, 四星级; 企业联络人 联络员甲), valid until 2027-12-31."
    )


def test_a_project_has_a_class_of_its_own() -> None:
    caller = call("051588880101")
    assert caller.caller_class is CallerClass.PROJECT
    assert caller.reasons == ("0515-88880101 is on the whitelist as 示例丙项目 (project; 项目联络人 联络员甲).",)


def test_any_extension_of_a_switchboard_is_its_enterprise() -> None:
    caller = call("051588891234")
    assert caller.entry
    assert caller.entry.name == "示例乙集团"
    assert "总机 联络员甲 0515-8889xxxx" in caller.reasons[0]


def test_where_two_claim_a_number_the_reason_says_who_was_taken_and_why() -> None:
    caller = call("051588890007")
    assert caller.entry
    assert caller.entry.name == "示例戊公司"
    assert caller.reasons[0] == "示例乙集团 also claims this number; 示例戊公司 was taken because it names the number more closely."


def test_an_expired_entry_gives_no_priority_and_says_so() -> None:
    caller = call("0515-88880201")
    assert (caller.caller_class, caller.entry) == (CallerClass.PUBLIC, None)
    assert caller.reasons[-1] == (
        "0515-88880201 is on the whitelist as 示例丁公司 (enterprise, 四星级; 企业联络人 联络员甲), "
        "but that entry expired on 2026-06-30, so it has no priority."
    )


def test_the_last_day_of_an_entry_still_counts() -> None:
    assert call("051588880201", today=date(2026, 6, 30)).caller_class is CallerClass.KEY_ENTERPRISE
    assert call("051588880201", today=date(2026, 7, 1)).caller_class is CallerClass.PUBLIC


def test_an_entry_that_has_not_begun_gives_no_priority() -> None:
    entry = an_entry("示例己公司", "+8651588880301")
    directory = Directory.of([replace(entry, valid_from=date(2027, 1, 1))])
    caller = identify(raw_number="051588880301", trunk=CARRIER, directory=directory, today=TODAY, area_code=AREA)
    assert caller.caller_class is CallerClass.PUBLIC
    assert "does not begin before 2027-01-01" in caller.reasons[-1]


def test_no_number_counts_over_an_untrusted_trunk() -> None:
    caller = call("051588880001", TRANSIT)
    assert (caller.caller_class, caller.entry, caller.trusted) == (CallerClass.PUBLIC, None, False)
    assert caller.reasons == (
        "Trunk transit is not trusted for caller ID: whatever number it claims, no priority.",
        "Over a trusted trunk 0515-88880001 would be 示例甲公司 (enterprise, 四星级; 企业联络人 联络员甲).",
    )


def test_an_unknown_number_is_the_public() -> None:
    caller = call("13900001999")
    assert (caller.caller_class, caller.reasons) == (CallerClass.PUBLIC, ("13900001999 is not on the whitelist.",))


@pytest.mark.parametrize("raw", ["", "anonymous", "0", "%0d%0a", "7916\r\nEvent: Fake", "9" * 5000])
@pytest.mark.parametrize("trunk", [CARRIER, TRANSIT])
def test_a_caller_without_a_number_that_can_be_read_is_anonymous(raw: str, trunk: TrunkTrust) -> None:
    caller = call(raw, trunk)
    assert (caller.caller_class, caller.entry, caller.trusted) == (CallerClass.ANONYMOUS, None, trunk.trusted)
    assert caller.reasons


@given(st.text(), st.booleans())
def test_nothing_a_caller_can_send_raises(raw: str, trusted: bool) -> None:
    assert call(raw, TrunkTrust("any", trusted=trusted)).reasons
