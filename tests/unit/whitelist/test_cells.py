"""The contacts that people run together in one cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitelist.cells import LONGEST_CELL, parse_numbers_in_cell
from whitelist.patterns import written

Names = list[tuple[str, list[str]]]


def read(text: str) -> Names:
    """Names with their numbers as people write them; a refused number is its raw text in angle brackets."""
    return [
        (
            contact.name,
            [" ".join(map(written, n.patterns)) + (f"转{n.extension}" if n.extension else "") or f"<{n.raw}>" for n in contact.numbers],
        )
        for contact in parse_numbers_in_cell(text, area_code="0515")
    ]


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("张某 0515-88880001、13900001002；李某 13900001003", [("张某", ["0515-88880001", "13900001002"]), ("李某", ["13900001003"])]),
        ("张某：0515-88880001\n13900001002", [("张某", ["0515-88880001", "13900001002"])]),
        ("张某0515-88880001，李某13900001002", [("张某", ["0515-88880001"]), ("李某", ["13900001002"])]),
        ("0515-88880001 张某、13900001002 李某", [("张某", ["0515-88880001"]), ("李某", ["13900001002"])]),
        ("13900001001（张某）", [("张某", ["13900001001"])]),
        ("张某（13900001001）", [("张某", ["13900001001"])]),
        ("张某（副总） 13900001001", [("张某(副总)", ["13900001001"])]),
        ("张某 13900001001（副总）", [("张某(副总)", ["13900001001"])]),
        ("张某 13900001001（手机）", [("张某", ["13900001001"])]),
        ("联系人：张某 手机：13900001001 办公电话：0515-88880001", [("张某", ["13900001001", "0515-88880001"])]),
        ("总机：0515-8889xxxx", [("总机", ["0515-8889xxxx"])]),
        ("张某 0515-88880001（转801）", [("张某", ["0515-88880001转801"])]),
        ("张某，电话０５１５－８８８８０００１转８０１", [("张某", ["0515-88880001转801"])]),
        ("0515 8888 0001 139 0000 1002", [("", ["0515-88880001", "13900001002"])]),
        ("88880001/88880002", [("", ["0515-88880001", "0515-88880002"])]),
        ("0512-65880001、65880002", [("", ["0512-65880001", "0512-65880002"])]),
        ("3号楼 88880001", [("3号楼", ["0515-88880001"])]),
        ("二组2 0515-88880001", [("二组2", ["0515-88880001"])]),
        ("张某、李某 0515-88880001", [("张某、李某", ["0515-88880001"])]),
        ("张 某  13900001001", [("张 某", ["13900001001"])]),
        ("李某", [("李某", [])]),
        ("张某；李某 13900001001", [("张某", []), ("李某", ["13900001001"])]),
        ("无", []),
        ("/", []),
        ("", []),
        ("13900001001.0", [("", ["13900001001"])]),
        ("1.3900001001E+10", [("", ["13900001001"])]),
    ],
)
def test_names_keep_their_numbers(text: str, contacts: Names) -> None:
    assert read(text) == contacts


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("张某 0515-8888", [("张某", ["<0515-8888>"])]),
        ("张某 0515-88880001、110", [("张某", ["0515-88880001", "<110>"])]),
        ("0515-88880001 801", [("", ["0515-88880001", "<801>"])]),
        ("1.39E+10", [("", ["<1.39E+10>"])]),
    ],
)
def test_what_cannot_be_read_stays_beside_what_can(text: str, contacts: Names) -> None:
    assert read(text) == contacts


def test_a_number_that_the_spreadsheet_cut_short_says_so() -> None:
    (contact,) = parse_numbers_in_cell("1.39E+10", area_code="0515")
    assert contact.numbers[0].reason == "1.39E+10 was shortened by the spreadsheet; write the number as text."


def test_a_cell_beyond_all_measure_is_not_read() -> None:
    (contact,) = parse_numbers_in_cell("1" * (LONGEST_CELL + 1), area_code="0515")
    assert contact.numbers[0].reason == f"the cell holds more than {LONGEST_CELL} characters."


@given(st.one_of(st.text(max_size=200), st.text("0123456789 -()+转、；张李eE.xX~至\n", max_size=200)))
def test_no_text_raises_and_every_number_is_taken_or_refused(text: str) -> None:
    for contact in parse_numbers_in_cell(text, area_code="0515"):
        assert contact.name or contact.numbers
        assert contact.name.isprintable() or "\ufffd" in contact.name or not contact.name.isascii()
        assert all(bool(number.patterns) != bool(number.reason) for number in contact.numbers)
