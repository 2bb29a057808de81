"""What an operator is told: file, line, key, what is wrong, what is allowed. The sentences are the contract."""

from pathlib import Path

import pytest

from config.faults import ConfigFault
from config.load import load
from tests.unit.config.builders import MINIMAL, changed, faults_of, written

LAST = MINIMAL.count("\n") + 1
"""The line of what is added to the minimal file."""

CHANGES = [
    ("area_code: 0515", "area_code: 515", "1: hotline.area_code: '515' does not fit; it must be an area code with its 0, such as 0515"),
    ("id: yancheng, ", "", "1: hotline.id: is missing; add it: its name in Redis's keys; several hotlines can share one Redis"),
    ("id: yancheng", "id: Yancheng", "1: hotline.id: 'Yancheng' does not fit; it must be a name of a-z, 0-9 and - (a letter first, at most 32)"),
    ("secret: ami-secret", "secret:", "4: asterisk.pbx1.ami.secret: has no value; write the text itself, {env: NAME} or {file: PATH}"),
    ("secret: ami-secret", "secret: x, port: 70000", "4: asterisk.pbx1.ami.port: '70000' is too high; it may be at most 65535"),
    ("secret: ami-secret", "secret: x, prot: 1", "4: asterisk.pbx1.ami.prot: is not a key; did you mean port?"),
    ("[10.0.0.1]", "[10.0.0.1/8]", "6: trunks.carrier.match.0: '10.0.0.1/8' is not an address or network; did you mean 10.0.0.0/8?"),
    ("[10.0.0.1]", "[sbc]", "6: trunks.carrier.match.0: 'sbc' is not an address or network; write one such as 10.0.0.1 or 10.0.0.0/24"),
    ("[10.0.0.1]", "10.0.0.1", "6: trunks.carrier.match: '10.0.0.1' does not fit; a list is wanted here, such as [a, b]"),
    ("[10.0.0.1]", "[]", "6: trunks.carrier.match: holds nothing; it needs at least one entry"),
    ("trusted: true", "trusted: maybe", "6: trunks.carrier.trusted: 'maybe' is neither yes nor no; write true or false"),
    ("trusted: true", "number_from: form", "6: trunks.carrier.number_from: 'form' is not known here; allowed is pai, from or pai_then_from"),
    ("trusted: true", "dialled: [12346]", "6: trunks.carrier.dialled.0: there is no dialled number 12346; did you mean 12345?"),
    ("  12345: {}", "  12x: {}", "8: dialled.12x: '12x' does not fit; it must be 3 to 15 digits"),
    ("  12345: {}", "  12345: {ivr: menu}", "8: dialled.12345: ivr is menu, but no menu is named; add menu: with a name under ivr.menus"),
    ("  12345: {}", "  12345: {ivr: menu, menu: main}", "8: dialled.12345.menu: there is no menu main; there are none yet"),
    ("  12345: {}", "  12345: menu", "8: dialled.12345: 'menu' does not fit; keys with values are wanted here"),
    (
        "8010-8020",
        "8020-8010",
        "11: groups.general.seats: 8020-8010 is not a range of seats; the second number must be the higher one and as long as the first",
    ),
    ("8010-8020", "all", "11: groups.general.seats: 'all' is not a seat; write 8001, 8001-8020, or several with commas"),
    ("8010-8020", "0-9999999", "11: groups.general.seats: '0-9999999' is not a seat; write 8001, 8001-8020, or several with commas"),
    ("8010-8020", "1000000-9999999", "11: groups.general.seats: 1000000-9999999 is more than 10000 seats; a hotline has at most 10000"),
    ("8010-8020", '"8010,8010"', "11: groups.general.seats: seat 8010 is listed twice; name each seat once"),
    (
        "8010-8020",
        "8010,8012",
        '11: groups.general.8012: is not a key here; within { } a value with commas needs quotes, as in {seats: "8001,8003"}',
    ),
    ("8010-8020", "8010-8020, keep_back: 12", "11: groups.general.keep_back: 12 is too high; the group has 11 seats"),
    ("8010-8020", "8010-8020, keep_back: 1.5", "11: groups.general.keep_back: '1.5' is not a whole number; write one such as 5"),
    ("{group: general, after_s: 8}", "general", "15: ladders.key_enterprise.1: 'general' does not fit; keys with values are wanted here"),
    ("general, after_s: 8", "generel, after_s: 8", "15: ladders.key_enterprise.1.group: there is no group generel; did you mean general?"),
    ("general, after_s: 8", "vip, after_s: 8", "15: ladders.key_enterprise.1.group: there is no group vip; there are general, priority"),
    ("general, after_s: 8", "priority, after_s: 8", "15: ladders.key_enterprise.1.group: priority opens twice; name each group once"),
    ("after_s: 8", "after_s: soon", "15: ladders.key_enterprise.1.after_s: 'soon' is not a number; write one such as 5 or 0.5"),
    ("after_s: 8", "after_s: .inf", "15: ladders.key_enterprise.1.after_s: '.inf' is not a number; write one such as 5 or 0.5"),
    ("after_s: 8", "after_s: -8", "15: ladders.key_enterprise.1.after_s: '-8' is too low; it must be at least 0"),
    ("after_s: 8", "after_s: 300", "15: ladders.key_enterprise.1.after_s: 300 s is never reached; queue.max_wait_s ends the wait at 300"),
    (
        "priority, after_s: 0",
        "priority, after_s: 3",
        "14: ladders.key_enterprise.0.after_s: the ladder begins at 3 s; its first group opens at 0",
    ),
    ("role: admin", "role: boss", "20: api.tokens.desk.role: 'boss' is not known here; allowed is observer, agent, supervisor or admin"),
    ("a-token-of-twenty-ch", "short", "20: api.tokens.desk.token: the token has 5 characters; it needs at least 16"),
    ("a-token-of-twenty-ch", "{env: NO}", "20: api.tokens.desk.token: the environment has no variable NO; set it, or name another"),
    (
        "a-token-of-twenty-ch",
        "{file: no}",
        "20: api.tokens.desk.token: the secret's file no cannot be read (No such file or directory); name a file this user may read",
    ),
    ("a-token-of-twenty-ch", "{fil: no}", "20: api.tokens.desk.token: is not a secret; write the text itself, {env: NAME} or {file: PATH}"),
    (
        "a-token-of-twenty-ch",
        "a token with blanks in it",
        "20: api.tokens.desk.token: the token holds a blank or a character outside ASCII; a header cannot carry it",
    ),
]

ADDED = [
    ("seats: {ids: 8001-8015}", "11: groups.general.seats: seat 8016 is not among seats.ids; add it there, or correct it here"),
    ("ring_s: 5", "ring_s: is not a key here; did you mean seats.ring_s?"),
    ("seats: [1]", "seats: a list does not fit; keys with values are wanted here"),
    ("seats: {zzz: 1}", "seats.zzz: is not a key here; allowed here: away_after_missed, browser_offset, devices, ids, lease_margin_s,"
     " no_ring_s, password, refusal_s, retry_s, ring_s, unreachable_s, wrap_up_s"),
    ("seats: {devices: [SIP/1]}", "seats.devices.0: 'SIP/1' is not a device; write PJSIP/ and a name that holds {seat} or {browser}"),
    (
        "seats: {devices: ['PJSIP/{browser}'], browser_offset: 9}",
        "seats.browser_offset: seat 8001's browser would be 8010, which is a seat itself; choose an offset beyond all seats",
    ),
    ("queue: {rank_bonus_s: {project: -1}}", "queue.rank_bonus_s.project: '-1' is too low; it must be at least 0"),
    ("queue: {kept_for: [vip]}", "queue.kept_for.0: 'vip' is not known here; allowed is key_enterprise, project, public or anonymous"),
    ("fallback: {duty_phone: 0515-88886666}", "fallback.duty_phone: cannot be called, because there is no outbound; add outbound.address"),
    ("fallback: {duty_phone: police}", "fallback.duty_phone: 'police' does not fit; it must be a telephone number such as 0515-88886666"),
    ("fallback: {group: prioriti}", "fallback.group: there is no group prioriti; did you mean priority?"),
    ("ivr: {menus: {main: {prompt: m, choices: {12: general}}}}", "ivr.menus.main.choices.12: '12' does not fit;"
     " it must be one key of a telephone: 0 to 9, * or #"),
    ("ivr: {menus: {main: {prompt: m, choices: {1: generel}}}}", "ivr.menus.main.choices.1: there is no group or menu generel;"
     " did you mean general?"),
    ("ivr: {menus: {general: {prompt: m, choices: {0: person}}}}", "ivr.menus.general: general is a group's name too;"
     " choose another, because a key leads to either"),
    ("ivr: {menus: {main: {prompt: m, choices: {0: person}, otherwise: main}}}", "ivr.menus.main.otherwise: main is a menu;"
     " who pressed nothing must reach people, so name a group or person"),
    ("hotline2: {}", "hotline2: is not a key; did you mean hotline?"),
    ("hotline: {}", "hotline: stands here twice, first in line 1; keep one of the two"),
    ("engine: {agi: {listen: localhost:4573}}", "engine.agi.listen: 'localhost' is not an IPv4 address; write one, because names are"
     " not looked up here"),
    ("engine: {agi: {listen: 4573}}", "engine.agi.listen: '4573' is not an address; write host:port, e.g. 127.0.0.1:4573"),
    ("engine: {agi: {listen: 127.0.0.1:99999}}", "engine.agi.listen: port 99999 does not exist; a port is 1 to 65535"),
    ("engine: {agi: {engines: [127.0.0.1:1]}}", "engine.agi.engines: 127.0.0.1:4573 (engine.agi.listen) is missing; name every engine,"
     " this one too"),
    ("engine: {agi: {listen: 0.0.0.0:4573}}", "engine.agi: engines is missing; the dialplan cannot call 0.0.0.0:4573, so write this"
     " engine's own address there"),
    ("redis: {url: 'http://:pw@x'}", "redis.url: the value does not fit; it must be redis://host:port/n, rediss://host:port/n or unix:///path"),
    ("redis: {url: 'redis://:pw@x'}", "redis.url: holds a password; write it under password, where {env: NAME} and {file: PATH} are possible"),
    ("variables: {a: '${b}'}", "variables.a: there is no variable ${b}; there are here, and $${ stands for ${ itself"),
    ("deadlines: 5", "deadlines: '5' does not fit; keys with values are wanted here"),
]  # fmt: skip

UNREADABLE = [
    ("\tseats: {}", "a tab stands where YAML wants spaces; indent with spaces"),
    ("---", "a second document begins here; a configuration is one, without ---"),
    ("seats: &s {ring_s: 5}", "seats: &s is an anchor or alias; write the value out at each place"),
    ("seats: *s", "seats: *s is an anchor or alias; write the value out at each place"),
    ("seats: !!python/object:os.system x", "seats: a tag (!) stands before the value; only plain texts, lists and mappings are allowed"),
    ("seats: " + "[" * 40, "seats.0.0: values are nested more than 20 deep; no key of a configuration is"),
    ("? [a]", "a list or mapping stands where a key belongs; a key is a plain word"),
    ("seats: {ring_s: 5", "is not YAML (expected ',' or '}', but got '<stream end>'); check indentation, colons and quotes here and in"
     " the line above"),
    ("a\x01b: c", "the character U+0001 cannot stand in a configuration; remove it"),
    ("a\u2028b: c", "the character U+2028 cannot stand in a configuration; remove it"),
    (r'lab: "a\0"', "lab: an escape writes the character U+0000, which cannot stand in a configuration"),
    (r'lab: "\UFFFFFFFF"', "an escape names a character that does not exist; correct it"),
]  # fmt: skip

SETS = [
    ("seats.ring_s=x", "--set seats.ring_s: 'x' is not a number; write one such as 5 or 0.5"),
    ("seats.ring_s=", "--set seats.ring_s: has no value; a number is wanted here"),
    ("seats.ring_s", "--set seats.ring_s: is not an assignment; write key.path=value, e.g. seats.wrap_up_s=0"),
    ("=5", "--set: is not an assignment; write key.path=value, e.g. seats.wrap_up_s=0"),
    ("seats.rings=5", "--set seats.rings: is not a key; did you mean ring_s?"),
    ("hotline.name.x=5", "--set hotline.name.x: hotline.name is a single value, which holds no key 'x'; set hotline.name itself"),
    ("ladders.public.7.group=a", "--set ladders.public.7.group: ladders.public is a list of 1; name an item by its number, 0 to 1"),
    ("groups.general={seats: x}", "--set groups.general: groups.general.seats: 'x' is not a seat; write 8001, 8001-8020, or several with commas"),
    ("asterisk.pbx1.ami={}", "--set asterisk.pbx1.ami: asterisk.pbx1.ami.secret: is missing; add it: the manager user's secret"),
    ("api.tokens.desk.token=tiny", "--set api.tokens.desk.token: the token has 4 characters; it needs at least 16"),
    ("hotline.name=${x}", "--set hotline.name: there is no variable ${x}; there are here, and $${ stands for ${ itself"),
    ("seats.ring_s=*x", "--set seats.ring_s: its value *x is an anchor or alias; write the value out at each place"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), CHANGES)
def test_a_fault_is_one_sentence_at_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert faults_of(written(tmp_path, changed(MINIMAL, old, new))) == [f"zhida.yaml:{sentence}"]


@pytest.mark.parametrize(("added", "sentence"), ADDED)
def test_a_section_that_does_not_fit(tmp_path: Path, added: str, sentence: str) -> None:
    expected = sentence if sentence[0].isdigit() else f"{LAST}: {sentence}"
    assert faults_of(written(tmp_path, f"{MINIMAL}{added}\n")) == [f"zhida.yaml:{expected}"]


@pytest.mark.parametrize(("added", "sentence"), UNREADABLE)
def test_a_file_that_cannot_be_read_on(tmp_path: Path, added: str, sentence: str) -> None:
    assert faults_of(written(tmp_path, f"{MINIMAL}{added}\n")) == [f"zhida.yaml:{LAST}: {sentence}"]


@pytest.mark.parametrize(("assignment", "sentence"), SETS)
def test_a_faulty_override_is_named(tmp_path: Path, assignment: str, sentence: str) -> None:
    assert faults_of(written(tmp_path, MINIMAL), [assignment]) == [sentence]


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = MINIMAL
    for old, new in (("area_code: 0515", "area_code: 515"), ("[10.0.0.1]", "[x]"), ("general, after_s: 8", "generel, after_s: 8"),
                     ("a-token-of-twenty-ch", "short")):  # fmt: skip
        text = changed(text, old, new)
    lines = [fault.split(":")[1] for fault in faults_of(written(tmp_path, text + "seets: {}\n"))]
    assert lines == ["1", "6", "15", "20", "21"]


def test_a_fault_in_one_section_brings_none_in_another_that_relies_on_it(tmp_path: Path) -> None:
    text = changed(MINIMAL, "seats: 8010-8020", "seats: nobody")
    assert [fault.split(": ")[1] for fault in faults_of(written(tmp_path, text))] == ["groups.general.seats"]


def test_an_address_belongs_to_one_trunk(tmp_path: Path) -> None:
    text = changed(MINIMAL, "trusted: true}\n", "trusted: true}\n  transit: {match: [10.0.1.0/24, 10.0.0.0/24]}\n")
    assert faults_of(written(tmp_path, text)) == [
        "zhida.yaml:7: trunks.transit.match.1: 10.0.0.0/24 is also matched by trunks.carrier.match; an address belongs to one trunk, once"
    ]


def test_two_asterisks_need_two_systemnames(tmp_path: Path) -> None:
    text = changed(MINIMAL, "trunks:", "  pbx2:\n    ami: {secret: x}\ntrunks:")
    assert faults_of(written(tmp_path, text)) == [
        "zhida.yaml:5: asterisk.pbx2.systemname: zhida is also the systemname of asterisk.pbx1;"
        " give each Asterisk its own, or call ids collide"
    ]


def test_the_same_token_is_not_given_to_two(tmp_path: Path) -> None:
    text = MINIMAL + "    board: {token: a-token-of-twenty-ch}\n"
    assert faults_of(written(tmp_path, text)) == [
        f"zhida.yaml:{LAST}: api.tokens.board.token: the token is that of api.tokens.desk too; give each its own"
    ]


def test_no_sentence_repeats_a_secret(tmp_path: Path) -> None:
    (tmp_path / "two-lines").write_text("hunter2\nhunter2\n")
    for secret in ("[hunter2]", "{hunter2: a}", "{file: two-lines}", '"hunter2\\n"', '"hunter2 hunter2 ä"', "{env: HUNTER}"):
        text = changed(MINIMAL, "a-token-of-twenty-ch", secret)
        [sentence] = faults_of(written(tmp_path, text), environ={"HUNTER": "hunter2"})
        assert "hunter2" not in sentence


class TestFiles:
    """What is not a configuration at all."""

    def told(self, path: Path) -> str:
        [sentence] = faults_of(path)
        return sentence

    def test_no_file(self, tmp_path: Path) -> None:
        assert self.told(tmp_path / "none.yaml") == (
            "none.yaml: cannot be read (No such file or directory); name a configuration file this user may read"
        )

    def test_a_directory(self, tmp_path: Path) -> None:
        (tmp_path / "etc").mkdir()
        assert self.told(tmp_path / "etc") == "etc: is a directory; name a configuration file"

    def test_a_device(self) -> None:
        assert self.told(Path("/dev/zero")) == "zero: is not an ordinary file; name a configuration file"

    def test_an_empty_file(self, tmp_path: Path) -> None:
        for text in ("", "\n\n", "# nothing\n", "---\n"):
            assert self.told(written(tmp_path, text)) == "zhida.yaml: is empty; see config/zhida.sample.yaml for what it may hold"

    def test_a_list(self, tmp_path: Path) -> None:
        assert self.told(written(tmp_path, "- a\n")) == "zhida.yaml: holds no keys; see config/zhida.sample.yaml for what it may hold"

    def test_another_encoding(self, tmp_path: Path) -> None:
        path = tmp_path / "zhida.yaml"
        path.write_bytes("hotline:\n  name: 盐城\n".encode("gb18030"))
        assert self.told(path) == "zhida.yaml:2: is not UTF-8 (byte 0xD1); save the file as UTF-8"

    def test_a_file_of_a_megabyte(self, tmp_path: Path) -> None:
        path = written(tmp_path, "# " + "x" * 1_000_000)
        assert self.told(path) == "zhida.yaml: is longer than 256 KiB; a configuration is not, the whitelist is imported instead"

    def test_a_bomb_of_aliases_does_not_go_off(self, tmp_path: Path) -> None:
        levels = [f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 9) + "]" for level in range(1, 9)]
        path = written(tmp_path, "\n".join(["a0: &a0 [x, x]", *levels]))
        assert self.told(path) == "zhida.yaml:1: a0: &a0 is an anchor or alias; write the value out at each place"


def test_the_error_carries_a_code_and_its_findings(tmp_path: Path) -> None:
    path = written(tmp_path, changed(MINIMAL, "area_code: 0515", "area_code: 1"))
    with pytest.raises(ConfigFault) as raised:
        load(path, environ={})
    assert raised.value.code == "config_faulty"
    assert raised.value.sentence == str(raised.value.findings[0])
    assert raised.value.findings[0].place == f"{path}:1"
