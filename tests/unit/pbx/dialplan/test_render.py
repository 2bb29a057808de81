"""What is written into an engineer's Asterisk, and what is never written there."""

import re
from dataclasses import replace

import pytest

from calls.errors import Refused
from pbx.dialplan.render import EVENTS, FILES, render
from pbx.dialplan.site import NumberFrom, Peer, SeatPhone, Site, TrunkLine

SITE = Site(
    engines=("10.0.0.5:4573", "10.0.0.6:4573"),
    trunks=(
        TrunkLine(name="carrier", match=("192.0.2.1",), number_from=NumberFrom.PAI_THEN_FROM, dialled=("12345", "12346")),
        TrunkLine(name="transit", match=("192.0.2.9",), number_from=NumberFrom.FROM, dialled=("12345",)),
    ),
    outside="192.0.2.1:5060",
    seats=(SeatPhone(name="8001", password="pass-8001"), SeatPhone(name="9001", password="pass-9001", browser=True)),
    fallback_seats=("8001",),
    duty_phone="051586669999",
    fallback_after_s=15,
    ami_user="zhida",
    ami_secret="a-long-secret",
    ami_permit=("10.0.0.0/24",),
    sounds="/var/lib/zhida/prompts",
    language="zh",
    music="/var/lib/zhida/music",
)


def section(text: str, name: str) -> str:
    found = re.search(rf"^\[{re.escape(name)}\][^\n]*\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no [{name}]"
    return found[1]


def test_every_file_says_where_it_is_to_be_included() -> None:
    for name, text in render(SITE).items():
        assert f"#include {name}" in text.splitlines()[0]
    assert set(render(SITE)) == set(FILES)


def test_a_caller_cannot_choose_the_extension_he_reaches() -> None:
    extensions = render(SITE)["extensions_zhida.conf"]
    assert re.findall(r"^exten => (\S+?),", extensions, re.MULTILINE)
    assert not re.search(r"^exten => _", extensions, re.MULTILINE)


def test_a_trunk_takes_only_the_numbers_it_is_to_take() -> None:
    extensions = render(SITE)["extensions_zhida.conf"]
    assert "exten => 12346" in section(extensions, "zhida-from-carrier")
    assert "exten => 12346" not in section(extensions, "zhida-from-transit")


def test_the_outside_world_is_shown_the_hotlines_own_number() -> None:
    assert "from_user=051512345" in section(render(replace(SITE, outside_number="051512345"))["pjsip_zhida.conf"], "zhida-outside")
    assert "from_user" not in render(SITE)["pjsip_zhida.conf"]


def test_from_is_never_used_as_it_is() -> None:
    for text in render(SITE)["pjsip_zhida.conf"].split("\n\n"):
        if "context=zhida-from-" in text:
            assert "callerid=unknown <0>" in text
            assert "trust_id_inbound=no" in text


def test_each_trunk_takes_the_number_from_its_own_header() -> None:
    extensions = render(SITE)["extensions_zhida.conf"]
    assert "Gosub(zhida-number,pai_then_from,1)" in section(extensions, "zhida-from-carrier")
    assert "Gosub(zhida-number,from,1)" in section(extensions, "zhida-from-transit")


def test_all_engines_are_asked_and_none_is_believed_to_have_ended_well_by_agistatus() -> None:
    call = section(render(SITE)["extensions_zhida.conf"], "zhida-call")
    assert "agi://10.0.0.5:4573/call" in call
    assert "agi://10.0.0.6:4573/call" in call
    assert '"${ZHIDA_DONE}" = "1"' in call
    assert "AGISTATUS" not in call


def test_the_engines_user_of_ami_can_neither_run_commands_nor_configure() -> None:
    manager = render(SITE)["manager_zhida.conf"]
    assert "write=call,originate,reporting" in manager
    for event in EVENTS:
        assert f"name({event})" in manager


def test_whoever_holds_a_call_leaves_the_other_with_the_hotlines_music() -> None:
    files = render(SITE)
    assert files["pjsip_zhida.conf"].count("moh_suggest=zhida") == files["pjsip_zhida.conf"].count("type=endpoint")
    assert "[zhida]" in files["musiconhold_zhida.conf"]


def test_all_phones_have_the_callers_codecs_so_that_no_sound_is_converted() -> None:
    assert set(re.findall(r"^allow=(.*)", render(SITE)["pjsip_zhida.conf"], re.MULTILINE)) == {"alaw,ulaw"}


def test_sound_stays_on_the_labs_address_but_for_browsers() -> None:
    pjsip = render(replace(SITE, media_address="127.0.9.1"))["pjsip_zhida.conf"]
    assert "bind_rtp_to_media_address=yes" in section(pjsip, "zhida-seat")
    assert "media_address" not in section(pjsip, "zhida-browser-seat")
    assert "from_domain=127.0.9.1" in section(pjsip, "zhida-browser-seat")


def test_a_site_without_an_outside_trunk_has_no_outside_endpoint() -> None:
    files = render(replace(SITE, outside="", duty_phone=""))
    assert "zhida-outside" not in files["pjsip_zhida.conf"]
    assert "zhida-outside" not in files["extensions_zhida.conf"]


SEVERAL = replace(SITE, peers=(Peer(name="pbx2", address="10.0.0.12:5060"),), phones=("8001", "9001"))


def test_another_asterisk_is_known_by_its_address_and_reaches_seats_phones_alone() -> None:
    files = render(SEVERAL)
    assert "match=10.0.0.12:5060" in files["pjsip_zhida.conf"]
    assert "context=zhida-across" in section(files["pjsip_zhida.conf"], "zhida-peer")
    across = section(files["extensions_zhida.conf"], "zhida-across")
    assert re.findall(r"^exten => (\S+?),", across, re.MULTILINE) == ["8001", "9001"]
    assert "zhida-call" not in across


def test_an_asterisk_that_is_alone_lets_no_other_in() -> None:
    files = render(SITE)
    assert "zhida-pbx-" not in files["pjsip_zhida.conf"]
    assert "zhida-across" not in files["extensions_zhida.conf"]


@pytest.mark.parametrize(
    "change",
    [
        {"engines": ("10.0.0.5:4573,x",)},
        {"trunks": (replace(SITE.trunks[0], name="a]\n[b"),)},
        {"trunks": (replace(SITE.trunks[0], dialled=("_X.",)),)},
        {"trunks": (replace(SITE.trunks[0], match=("192.0.2.1\nmatch=0.0.0.0/0",)),)},
        {"sounds": "/a b"},
        {"sounds": "relative"},
        {"ami_secret": "two words"},
        {"ami_secret": "cut;short"},
        {"seats": (SeatPhone(name="8001)", password="x"),)},
        {"accept_key": "11"},
        {"peers": (Peer(name="pbx2]", address="10.0.0.12:5060"),)},
        {"peers": (Peer(name="pbx2", address="10.0.0.12:5060\nmatch=0.0.0.0/0"),)},
        {"phones": ("_X.",)},
        {"outside": "host\ncontact=sip:evil"},
    ],
)
def test_a_value_that_could_mean_something_else_to_asterisk_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Refused):
        replace(SITE, **change)  # type: ignore[arg-type]


def test_no_secret_is_shown_where_a_site_is_printed() -> None:
    assert "secret" not in repr(SITE).replace("ami_secret", "")
    assert "pass-8001" not in repr(SITE)


def test_a_seats_phone_reaches_the_codes_and_nothing_else() -> None:
    files = render(replace(SITE, seat_codes=("*10", "*112")))
    extensions = files["extensions_zhida.conf"]
    assert re.findall(r"^exten => (\S+?),", section(extensions, "zhida-seat"), re.MULTILINE) == ["*10", "*112"]
    code = section(extensions, "zhida-seat-code")
    assert code.index("agi://10.0.0.5:4573/seat") < code.index("agi://10.0.0.6:4573/seat") < code.index("zh/seat-not-available")
    for template in ("zhida-seat", "zhida-browser-seat"):
        assert "context=zhida-seat\n" in section(files["pjsip_zhida.conf"], template)
        assert "trust_id_inbound=no" in section(files["pjsip_zhida.conf"], template)


def test_without_codes_a_seats_phone_reaches_nobody() -> None:
    files = render(SITE)
    assert "zhida-seat-code" not in files["extensions_zhida.conf"]
    assert "context=zhida-nowhere\n" in section(files["pjsip_zhida.conf"], "zhida-seat")


def test_only_seats_legs_and_members_of_a_room_can_key_anything_in() -> None:
    files = render(SITE)
    pjsip = files["pjsip_zhida.conf"]
    with_keys = [name for name in re.findall(r"^\[([^\]]+)\]", pjsip, re.MULTILINE) if "DYNAMIC_FEATURES" in section(pjsip, name)]
    assert with_keys == ["zhida-seat", "zhida-browser-seat"]
    assert "zhida-keys => *,self,AGI," in section(files["features_zhida.conf"], "applicationmap")
    assert "*=dialplan_exec(zhida-keys,room,1)" in section(files["confbridge_zhida.conf"], "zhida_keys")
    extensions = files["extensions_zhida.conf"]
    assert re.findall(r"^exten => (\w+),1,ConfBridge\(.*zhida_keys\)", extensions, re.MULTILINE) == ["leg"]
    room = section(extensions, "zhida-keys")
    assert room.index("agi://10.0.0.5:4573/keys") < room.index("agi://10.0.0.6:4573/keys") < room.index("zh/keys-fault")


def test_a_leg_of_another_asterisks_talk_brings_no_music_into_its_room() -> None:
    files = render(replace(SITE, peers=(Peer(name="pbx2", address="10.0.0.7:5060"),), phones=("8001",)))
    assert "Set(DYNAMIC_FEATURES=zhida-keys-quiet)" in section(files["extensions_zhida.conf"], "zhida-predial")
    quiet = next(line for line in files["features_zhida.conf"].splitlines() if line.startswith("zhida-keys-quiet"))
    assert quiet.endswith('"')


def test_without_keys_a_seats_phone_sends_them_on() -> None:
    files = render(replace(SITE, call_keys=False))
    for name in ("pjsip_zhida.conf", "extensions_zhida.conf"):
        assert "DYNAMIC_FEATURES" not in files[name]
    assert "=>" not in section(files["features_zhida.conf"], "applicationmap")
    assert "dialplan_exec" not in files["confbridge_zhida.conf"]


@pytest.mark.parametrize("code", ["*", "_X.", "*10,1,System(x)", "s", "*10\n"])
def test_what_is_no_code_is_no_extension(code: str) -> None:
    with pytest.raises(Refused):
        replace(SITE, seat_codes=(code,))
