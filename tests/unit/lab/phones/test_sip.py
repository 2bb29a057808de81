"""SIP messages, as far as phones and the world's door must understand them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.phones.sip import NotSip, address_of, parse, response, user_of
from tests.unit.lab.phones.builders import an_invite


def test_an_invite_tells_who_calls_whom() -> None:
    invite = parse(an_invite("13900001001"))
    assert (invite.method, invite.called, invite.status) == ("INVITE", "13900001001", 0)
    assert invite.header("x-zhida-call") == "zhida-1795208949.6"
    shown = address_of(invite.header("From"))
    assert (shown.name, shown.user) == ("盐城某公司", "051588880001")


def test_a_message_that_is_only_passed_on_stays_as_it_was() -> None:
    assert bytes(parse(an_invite())) == an_invite()
    strange = b"MESSAGE sip:a@b SIP/2.0\r\nX-Bytes: \xff\xfe;\x80\r\n\r\n\x00body"
    assert bytes(parse(strange)) == strange


def test_a_via_is_put_on_and_taken_off() -> None:
    invite = parse(an_invite())
    passed_on = invite.with_header("Via", "SIP/2.0/UDP 127.9.1.3:5060;branch=z9hG4bKdoor")
    assert passed_on.header("Via") == "SIP/2.0/UDP 127.9.1.3:5060;branch=z9hG4bKdoor"
    assert parse(bytes(passed_on)).without_first("via") == invite


def test_vias_in_one_line_are_taken_off_one_by_one() -> None:
    answer = parse(b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=2\r\n\r\n")
    assert answer.without_first("Via").header("Via") == "SIP/2.0/UDP b;branch=2"
    assert answer.without_first("Via").without_first("Via").header("Via") == ""


def test_compact_and_folded_headers_are_read() -> None:
    message = parse(b"SIP/2.0 486 Busy Here\r\ni: 17\r\nSubject: one\r\n  two\r\n\r\n")
    assert (message.status, message.method, message.called) == (486, "", "")
    assert message.header("Call-ID") == "17"
    assert message.header("subject") == "one two"


def test_an_answer_names_what_it_answers() -> None:
    answer = response(parse(an_invite()), 404, "Not Found", to_tag="door")
    assert answer.status == 404
    assert answer.header("Via") == "SIP/2.0/UDP 127.9.1.1:5060;rport;branch=z9hG4bKPjb901"
    assert answer.header("To") == "<sip:8001@127.9.1.3>;tag=door"
    assert answer.header("CSeq") == "3354 INVITE"
    assert response(answer, 200, "OK", to_tag="other").header("To") == "<sip:8001@127.9.1.3>;tag=door"


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"SIP/2.0 abc\r\n\r\n", b"INVITE sip:a@b\r\n\r\n"])
def test_what_is_no_sip_is_refused(data: bytes) -> None:
    with pytest.raises(NotSip):
        parse(data)


@pytest.mark.parametrize(
    ("header", "name", "user"),
    [
        ('"A \\"B\\" <C>" <sip:8001@x>;tag=1', 'A "B" <C>', "8001"),
        ("Company <sip:8001:secret@x;user=phone>", "Company", "8001"),
        ("<sip:8001;phone-context=x@y>", "", "8001"),
        ("sip:8001@x;tag=1", "", "8001"),
        ("<tel:+86515888;ext=1>", "", "+86515888"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', "Anonymous", "anonymous"),
        ("<sip:host.only>", "", ""),
        ("", "", ""),
    ],
)
def test_addresses_are_taken_apart(header: str, name: str, user: str) -> None:
    address = address_of(header)
    assert (address.name, address.user) == (name, user)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    try:
        bytes(parse(data))
    except NotSip:
        pass


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=80))
def test_no_address_breaks_it(text: str) -> None:
    address_of(text)
    user_of(text)
