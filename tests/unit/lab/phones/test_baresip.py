"""What a phone's baresip is told at its start."""

from pathlib import Path

import pytest

from lab.phones.baresip import Line, Program, configuration, furnish
from lab.phones.sip import Message
from lab.phones.trace import invite, messages
from tests.unit.lab.phones.builders import CALL_ID, an_invite, traced

SEAT = Line(number="8001", address="127.0.0.1", server="127.0.0.1", password="lab-8001")
CALLER = Line(number="051588880001", name="盐城某公司", address="127.0.0.2", server="127.0.0.1")


def test_a_seat_registers_and_a_caller_does_not() -> None:
    assert SEAT.account.startswith("<sip:8001@127.0.0.1;transport=udp>;auth_user=8001;auth_pass=lab-8001;regint=600;")
    assert CALLER.account.startswith('"盐城某公司" <sip:051588880001@127.0.0.1;transport=udp>;regint=0;')


def test_a_name_cannot_end_its_quotes() -> None:
    line = Line(number="1", name='A" <sip:evil@x>', address="127.0.0.2", server="127.0.0.1")
    assert line.account.startswith('"A <sip:evil@x>" <sip:1@')


@pytest.mark.parametrize(("dialled", "uri"), [("12345", "sip:12345@127.0.0.1"), ("sip:7@127.0.0.3:5060", "sip:7@127.0.0.3:5060")])
def test_a_number_is_called_at_the_server_and_an_address_where_it_is(dialled: str, uri: str) -> None:
    assert SEAT.uri(dialled) == uri


def test_the_codecs_are_loaded_before_the_accounts_that_name_them() -> None:
    config = configuration(SEAT, Program(modules=Path("/somewhere")), sip_port=5571, control_port=4571)
    assert config.index("g711.so") < config.index("account.so")
    assert "sip_listen              127.0.0.1:5571\n" in config
    assert "ctrl_tcp_listen         127.0.0.1:4571\n" in config
    assert "module_path             /somewhere\n" in config


def test_a_folder_is_furnished_again(tmp_path: Path) -> None:
    for tone in ("a.wav", "b.wav"):
        furnish(tmp_path / "phone", "x", tone=tmp_path / tone)
    assert (tmp_path / "phone" / "tone.wav").readlink() == tmp_path / "b.wav"
    assert sorted(path.name for path in (tmp_path / "phone").iterdir()) == ["accounts", "config", "contacts", "heard", "tone.wav"]


def test_the_trace_holds_the_invite(tmp_path: Path) -> None:
    log = tmp_path / "log"
    ringing = an_invite().replace(b"INVITE sip:8001@127.9.1.3:5060 SIP/2.0", b"SIP/2.0 180 Ringing")
    log.write_bytes(b"baresip is ready.\n" + traced(an_invite()) + traced(ringing) + traced(b"\r\n\r\n") + b"ua: stop all\n")
    found = invite(log, CALL_ID)
    assert isinstance(found, Message)
    assert bytes(found) == an_invite()
    assert invite(log, "another") is None


def test_only_what_came_in_is_told_where_that_is_asked() -> None:
    log = traced(an_invite(), target="127.0.0.1:5571") + traced(an_invite("7"), target="127.0.0.1:5060")
    assert [message.called for message in messages(log)] == ["8001", "7"]
    assert [message.called for message in messages(log, to="127.0.0.1:5571")] == ["8001"]
