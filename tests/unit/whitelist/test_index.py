"""Whose number is this: the directory in memory."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.whitelist.builders import TODAY, an_entry
from whitelist.choice import choose
from whitelist.entries import Entry, Kind, Role
from whitelist.index import Directory, DirectoryBuilder, Match
from whitelist.synthetic import synthetic_entries

EXACT, BLOCK = "+8651588880001", "+865158889xxxx"


def names(directory: Directory, e164: str) -> set[str]:
    return {match.entry.name for match in directory.lookup(e164)}


def test_a_number_leads_to_its_enterprise_with_all_that_a_call_needs() -> None:
    entry = an_entry("示例甲公司", EXACT, until=date(2027, 12, 31))
    (match,) = Directory.of([entry]).lookup(EXACT)
    assert match.entry == entry.ref
    assert (match.number.pattern, match.number.role, match.number.contact) == (EXACT, Role.LIAISON, "联络员甲")


def test_a_block_covers_its_ten_thousand_numbers_and_no_other() -> None:
    directory = Directory.of([an_entry("示例乙集团", BLOCK)])
    assert names(directory, "+8651588890000") == names(directory, "+8651588899999") == {"示例乙集团"}
    assert not names(directory, "+8651588900000")
    assert not names(directory, "+86515888900000")
    assert not names(directory, "+865158889")


def test_a_block_is_the_switchboards() -> None:
    (match,) = Directory.of([an_entry("示例乙集团", BLOCK)]).lookup("+8651588891234")
    assert (match.number.role, match.number.pattern) == (Role.SWITCHBOARD, BLOCK)


def test_an_entry_that_covers_a_number_twice_is_found_once_by_its_narrowest() -> None:
    (match,) = Directory.of([an_entry("示例乙集团", BLOCK, "+865158889123x", "+8651588891234")]).lookup("+8651588891234")
    assert match.number.pattern == "+8651588891234"


def test_unknown_and_odd_numbers_lead_nowhere() -> None:
    directory = Directory.of([an_entry("示例甲公司", EXACT)])
    assert not directory.lookup("+8651588880002")
    assert not directory.lookup("+" + "9" * 30)
    assert not Directory.of([]).lookup(EXACT)


def test_a_change_makes_a_new_directory_and_leaves_the_old_as_it_was() -> None:
    old = Directory.of([an_entry("示例甲公司", EXACT), an_entry("示例乙集团", BLOCK)])
    moved = an_entry("示例甲公司", "+8651588880009", tier="五星级")
    new = old.with_changes([moved, an_entry("示例丙公司", BLOCK)], [an_entry("示例乙集团").entry_id])
    assert names(old, EXACT) == {"示例甲公司"}
    assert not names(new, EXACT)
    assert new.lookup("+8651588880009")[0].entry.tier == "五星级"
    assert names(new, "+8651588890001") == {"示例丙公司"}
    assert (len(old), len(new), old.numbers, new.numbers) == (2, 2, 2, 2)
    assert new.get(moved.entry_id) == moved.ref
    assert new.get(an_entry("示例乙集团").entry_id) is None


def test_removing_what_is_not_there_changes_nothing() -> None:
    old = Directory.of([an_entry("示例甲公司", EXACT)])
    assert names(old.with_changes([], ["00" * 8]), EXACT) == {"示例甲公司"}


def test_a_name_that_holds_the_records_own_separator_harms_no_other_field() -> None:
    (match,) = Directory.of([an_entry("示例\x1f甲\ud800公司", EXACT)]).lookup(EXACT)
    assert (match.entry.name, match.entry.tier) == ("示例 甲?公司", "四星级")


def test_entries_that_come_out_of_order_are_refused() -> None:
    builder = DirectoryBuilder()
    late, early = sorted([an_entry("示例甲公司", EXACT), an_entry("示例乙集团", BLOCK)], key=lambda entry: entry.entry_id, reverse=True)
    builder.add(late.ref, late.numbers)
    with pytest.raises(ValueError, match="must rise"):
        builder.add(early.ref, early.numbers)


patterns = st.integers(0, 60).map("+86515888800{:02d}".format) | st.sampled_from(["+86515888800xx", "+8651588880xxx", "+865158888003x"])
entries = st.builds(lambda place, held: an_entry(f"示例{place}号公司", *held), st.integers(0, 8), st.lists(patterns, max_size=4))


@given(st.lists(entries), st.lists(st.tuples(st.lists(entries), st.lists(st.integers(0, 8))), max_size=4), st.integers(0, 99))
def test_it_answers_like_a_search_through_all_entries(start: list[Entry], steps: list[tuple[list[Entry], list[int]]], asked: int) -> None:
    kept = {entry.entry_id: entry for entry in start}
    directory = Directory.of(start)
    for changed, removed in steps:
        gone = [an_entry(f"示例{place}号公司").entry_id for place in removed]
        for entry_id in gone:
            kept.pop(entry_id, None)
        kept |= {entry.entry_id: entry for entry in changed}
        directory = directory.with_changes(changed, gone)
    number = f"+86515888800{asked:02d}"
    wanted = {
        entry.name
        for entry in kept.values()
        for held in entry.numbers
        if held.pattern.rstrip("x") == number[: len(held.pattern.rstrip("x"))]
    }
    assert names(directory, number) == wanted
    assert len(directory) == len(kept)


def test_thousands_of_entries_are_all_found() -> None:
    made = list(synthetic_entries(3000))
    directory = Directory.of(made)
    for entry in made[::7]:
        for number in entry.numbers:
            assert entry.name in names(directory, number.pattern.replace("x", "7"))


VALID, EXPIRED = date(2027, 1, 1), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("winner", "loser", "because"),
    [
        (an_entry("甲", BLOCK, tier="三星级"), an_entry("乙", "+8651588890001", tier="五星级", until=EXPIRED), "it is valid"),
        (an_entry("甲", "+8651588890001", tier="三星级"), an_entry("乙", BLOCK, tier="五星级"), "more closely"),
        (an_entry("甲", EXACT, tier="五星级"), an_entry("乙", EXACT, tier="四星级"), "its tier is higher"),
        (an_entry("甲", EXACT, tier=""), an_entry("乙", EXACT, tier="", kind=Kind.PROJECT), "an enterprise comes before a project"),
    ],
)
def test_two_entries_that_share_a_number_are_decided_by_rule(winner: Entry, loser: Entry, because: str) -> None:
    number = "+8651588890001" if BLOCK in (winner.numbers[0].pattern, loser.numbers[0].pattern) else EXACT
    for order in ([winner, loser], [loser, winner]):
        choice = choose(Directory.of(order).lookup(number), TODAY)
        assert choice.match.entry.name == "甲"
        assert because in choice.reason
        assert "乙 also claims this number" in choice.reason


def test_where_nothing_else_tells_two_apart_the_lower_id_is_taken() -> None:
    made = [an_entry(name, EXACT) for name in ("甲", "乙", "丙", "丁", "戊")]
    choice = choose(Directory.of(made).lookup(EXACT), TODAY)
    assert choice.match.entry.entry_id == min(entry.entry_id for entry in made)
    assert choice.reason.endswith("was taken because its id is the lower one.")
    assert "and more" in choice.reason


def test_a_single_claim_needs_no_reason() -> None:
    entry = an_entry("甲", EXACT)
    assert choose([Match(entry.ref, entry.numbers[0])], TODAY).reason == ""
    assert replace(entry, contacts=()).numbers == ()
