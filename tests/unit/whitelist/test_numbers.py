"""Numbers as enterprises and carriers write them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitelist.numbers import LONGEST, Number, NumberKind, _read, _read_plain_form, dialable, national_form, parse_number

AREA = "0515"


def read(raw: str) -> Number:
    return parse_number(raw, area_code=AREA)


@pytest.mark.parametrize(
    "raw",
    [
        "0515-88880001",
        "(0515)88880001",
        "（0515）88880001",
        "051588880001",
        "51588880001",
        "+86 515 8888 0001",
        "+8651588880001",
        "008651588880001",
        "8651588880001",
        "86-515-88880001",
        "+86 (0)515 8888 0001",
        "０５１５－８８８８０００１",
        "0515—88880001",
        "0515 8888 0001",
        "0515.8888.0001",
        " 0515-88880001\u3000",
        "\u202d0515-88880001\u202c",
        "\ufeff0515-88880001",
        "88880001",
        "8888-0001",
    ],
)
def test_one_landline_however_it_is_written(raw: str) -> None:
    number = read(raw)
    assert (number.e164, number.national, number.kind) == ("+8651588880001", "0515-88880001", NumberKind.LANDLINE)
    assert not number.extension


@pytest.mark.parametrize("raw", ["13900001001", "013900001001", "8613900001001", "+8613900001001", "0086 139 0000 1001", "139-0000-1001"])
def test_one_mobile_however_it_is_written(raw: str) -> None:
    assert (read(raw).e164, read(raw).national, read(raw).kind) == ("+8613900001001", "13900001001", NumberKind.MOBILE)


@pytest.mark.parametrize(
    "suffix",
    ["转801", " 转 801", "-801", "－801", " ext 801", " Ext.801", "#801", "x801", "分机801", "（转801）", "转分机801", " 转801分机"],
)
def test_an_extension_is_kept_beside_the_number(suffix: str) -> None:
    number = read("0515-88880001" + suffix)
    assert (number.e164, number.extension) == ("+8651588880001", "801")


def test_a_local_number_takes_the_hotlines_area_code_and_says_so() -> None:
    number = read("88880001转12")
    assert number.e164 == "+8651588880001"
    assert number.reason == "88880001 has no area code: the hotline's own, 0515, was taken."


def test_the_area_code_may_come_with_or_without_its_zero() -> None:
    assert parse_number("88880001", area_code="515") == read("88880001")


def test_a_local_number_is_none_where_the_hotline_has_no_area_code() -> None:
    assert parse_number("88880001", area_code="").kind is NumberKind.INVALID


def test_a_local_number_of_the_wrong_length_is_refused_with_the_area_code() -> None:
    assert read("8888000").reason == "8888000 has no area code, and the hotline's own (0515) has no numbers like 8888000."


@pytest.mark.parametrize(
    ("raw", "e164", "national"),
    [
        ("400-820-1234", "+864008201234", "400-820-1234"),
        ("4008201234", "+864008201234", "400-820-1234"),
        ("8008201234", "+868008201234", "800-820-1234"),
        ("95588", "+8695588", "95588"),
        ("0515-95588", "+8651595588", "0515-95588"),
    ],
)
def test_service_numbers(raw: str, e164: str, national: str) -> None:
    assert (read(raw).e164, read(raw).national, read(raw).kind) == (e164, national, NumberKind.SERVICE)


def test_a_number_of_another_numbering_plan_is_foreign_and_written_with_its_plus() -> None:
    assert (read("0085221234567").e164, read("+852 2123 4567").national) == ("+85221234567", "+85221234567")
    assert read("+1 (415) 555-2671").kind is NumberKind.FOREIGN


@pytest.mark.parametrize("raw", ["110", "12345", "8001"])
def test_short_numbers_have_no_form_that_is_known_everywhere(raw: str) -> None:
    assert (read(raw).kind, read(raw).e164, read(raw).national) == (NumberKind.SHORT, None, raw)


@pytest.mark.parametrize(
    "raw", ["", " ", "0", "00000", "-", "+", "anonymous", "Anonymous", "UNKNOWN", "restricted", "<unknown>", "空号", "匿名", "No Caller ID"]
)
def test_a_withheld_number_is_anonymous(raw: str) -> None:
    assert (read(raw).kind, read(raw).e164, read(raw).national) == (NumberKind.ANONYMOUS, None, None)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("%0d%0a", "holds the character '%'"),
        ("7916%0d%0aEvent%3a%20Fake", "holds the character '%'"),
        ("7916\r\nEvent: Fake", "holds the character U+000D"),
        ("1390000\x001001", "holds the character U+0000"),
        ("\udcff13900001001", "holds the character U+DCFF"),
        ("٠٥١٥٨٨٨٨٠٠٠١", "holds the character '٠'"),
        ("१३९००००१००१", "holds the character '१'"),
        ("1³900001001", "holds the character '³'"),
        ("\u202e10010000931", "holds the character U+202E"),
        ("9" * 5000, "5000 characters are too many"),
        ("+86+13900001001", "a plus sign stands inside"),
        ("13900001001;drop", "holds the character ';'"),
        ("转801", "holds the character '转'"),
        ("0515", "is not a number of the numbering plan"),
        ("0515-8888", "is not a number of the numbering plan"),
        ("139000010011111111111", "is not"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(raw: str, says: str) -> None:
    number = read(raw)
    assert number.kind is NumberKind.INVALID
    assert says in number.reason
    assert number.e164 is None
    assert number.raw.isprintable()
    assert len(number.raw) <= LONGEST


def test_a_mobile_of_a_prefix_the_tables_do_not_know_yet_is_a_mobile() -> None:
    assert read("14912345678").kind is NumberKind.MOBILE


def test_other_countries_hotlines_read_their_own_plan() -> None:
    number = parse_number("2123 4567", area_code="", country="HK")
    assert (number.e164, number.kind) == ("+85221234567", NumberKind.LANDLINE)


@pytest.mark.parametrize(
    ("e164", "dialled"),
    [
        ("+8651588880001", "051588880001"),
        ("+8613900001001", "13900001001"),
        ("+864008201234", "4008201234"),
        ("+8695588", "95588"),
        ("+85221234567", "0085221234567"),
    ],
)
def test_the_digits_an_exchange_takes(e164: str, dialled: str) -> None:
    assert dialable(e164) == dialled
    assert parse_number(dialled, area_code=AREA).e164 == e164


digits = st.text("0123456789", max_size=14)
plain = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "0", "+86", "86", "0086", "+860", "+86-", "86-"]),
    st.one_of(digits, st.sampled_from(["515", "10", "21", "27", "516", "754", "1", "13", "139", "400", "95", "0515-"])),
    st.one_of(digits, st.integers(0, 99_999_999).map("{:08d}".format)),
)


@given(plain)
def test_the_fast_way_says_what_the_slow_way_says(raw: str) -> None:
    fast = _read_plain_form(raw)
    if fast is not None:
        assert fast == _read(raw, AREA, "CN")


@given(st.integers(20_000_000, 99_999_999), st.sampled_from(["515", "10", "21", "512", "516", "754", "851"]))
def test_every_landline_that_reads_is_found_again_in_the_form_people_write(local: int, area: str) -> None:
    number = parse_number(f"0{area}{local}", area_code=AREA)
    if number.e164:
        assert national_form(number.e164) == number.national
        assert parse_number(str(number.national), area_code="") == Number(str(number.national), number.e164, number.national, number.kind)


@given(
    st.one_of(
        st.text(), st.text("0123456789+-() 转ext#.%x", max_size=70), st.binary().map(lambda data: data.decode("utf-8", "surrogateescape"))
    )
)
def test_nothing_a_caller_can_send_raises_or_takes_long(raw: str) -> None:
    began = time.process_time()
    number = read(raw)
    assert time.process_time() - began < 0.5
    assert number.raw.isprintable()
    assert number.e164 is None or number.e164[1:].isdigit()
