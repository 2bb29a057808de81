import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import Refused
from pbx.agi.lines import MAX_LINE_BYTES, is_plain, line_of, variables_of
from tests.unit.pbx.agi.asterisk_model import arguments

FIELDS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40)


@given(fields=st.lists(FIELDS | st.text(alphabet='ab "\\\t', max_size=12), max_size=5))
def test_asterisk_reads_every_field_as_it_was_meant(fields: list[str]) -> None:
    line = line_of("SET VARIABLE", *fields)
    assert line.endswith(b"\n")
    assert arguments(line[:-1].decode()) == ["SET", "VARIABLE", *fields]


@pytest.mark.parametrize("end", ["\r", "\n", "\0", "\r\n"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_field_that_would_end_the_line_is_refused(end: str, place: int) -> None:
    fields = ["NAME", "value"]
    fields[place] = f"a{end}EXEC System b"
    with pytest.raises(Refused, match="SET VARIABLE: an AGI field may not hold a line end or a NUL") as refused:
        line_of("SET VARIABLE", *fields)
    assert refused.value.code == "agi_field_refused"


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="Unicode"):
        line_of("SET VARIABLE", "NAME", "\ud800")


def test_a_line_asterisk_would_cut_in_two_is_refused() -> None:
    frame = len(line_of("SET VARIABLE", "X", "")) - 1
    assert len(line_of("SET VARIABLE", "X", "a" * (MAX_LINE_BYTES - frame))) == MAX_LINE_BYTES + 1
    with pytest.raises(Refused, match="8190 bytes, not 8191"):
        line_of("SET VARIABLE", "X", "a" * (MAX_LINE_BYTES - frame + 1))
    with pytest.raises(Refused, match="8190 bytes"):
        line_of("SET VARIABLE", "X", "张" * (MAX_LINE_BYTES // 3))


def test_more_fields_than_asterisk_has_room_for_are_refused() -> None:
    with pytest.raises(Refused, match="at most 16 fields"):
        line_of("EXEC", *["a"] * 17)


def test_several_variables_are_read_by_one_line() -> None:
    line = variables_of(("DIALSTATUS", "CALLERID(num)", "PJSIP_HEADER(read,P-Asserted-Identity,1)"), "~m~")
    assert line == b'GET FULL VARIABLE "${DIALSTATUS}~m~${CALLERID(num)}~m~${PJSIP_HEADER(read,P-Asserted-Identity,1)}~m~"\n'


@pytest.mark.parametrize("name", ["", "A}${SHELL(id)", "A(${X})", 'A("x")', "1A", "A B", "A(x", "A)x(", "A\n", "Ä", "A(\\)", "A(b)c"])
def test_what_is_not_the_name_of_a_variable_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        variables_of((name,), "~m~")
    assert refused.value.code == "agi_variable_refused"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("c-1", True),
        ("zhida-1795203893.17", True),
        ("PJSIP/8001", True),
        ("", True),
        ("a,B=c", False),
        ("a b", False),
        ("${X}", False),
        ("张", False),
    ],
)
def test_only_plain_text_goes_into_an_application(text: str, plain: bool) -> None:
    assert is_plain(text) is plain
