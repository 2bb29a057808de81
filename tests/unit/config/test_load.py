"""An operator's file becomes settings."""

from pathlib import Path

import pytest

from config.fields import Address
from config.lab_file import LAB_FILE, lab_settings, lab_text
from config.load import effective, load
from config.settings import Settings
from tests.unit.config.builders import MINIMAL, changed, settings_of, written

SAMPLE = LAB_FILE.parents[1] / "zhida.sample.yaml"


def test_twenty_lines_make_a_hotline(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert settings.hotline.area_code == "0515"
    assert settings.groups["priority"].seats == ("8001", "8002")
    assert settings.seats.ring_s == 15
    assert settings.engine.agi.listen == Address("127.0.0.1", 4573)
    assert settings.asterisk["pbx1"].ami.secret.get_secret_value() == "ami-secret"


def test_an_area_code_keeps_its_0_with_and_without_quotes(tmp_path: Path) -> None:
    for spelled in ("0515", '"0515"', "'0515'"):
        text = changed(MINIMAL, "area_code: 0515", f"area_code: {spelled}")
        assert settings_of(tmp_path, text).hotline.area_code == "0515"


def test_a_switch_may_be_written_in_any_common_way(tmp_path: Path) -> None:
    for spelled, meant in (("false", False), ("no", False), ("off", False), ("true", True), ("yes", True)):
        assert settings_of(tmp_path, MINIMAL + f"recording: {{enabled: {spelled}}}\n").recording.enabled is meant


def test_seats_are_ranges_commas_or_lists(tmp_path: Path) -> None:
    for spelled in ("8010-8012", "8010,8011,8012", "[8010, 8011-8012]", "[8010, 8011, '8012']", "8010, 8011-8012"):
        text = changed(MINIMAL, "seats: 8010-8020", f"seats: {spelled}" if spelled[0] == "[" else f'seats: "{spelled}"')
        assert settings_of(tmp_path, text).groups["general"].seats == ("8010", "8011", "8012")


def test_a_section_with_nothing_under_it_is_the_same_as_none(tmp_path: Path) -> None:
    assert settings_of(tmp_path, MINIMAL + "seats:\n  # wrap_up_s: 5\n").seats == settings_of(tmp_path).seats


def test_a_file_may_begin_with_a_byte_order_mark_and_end_its_lines_the_windows_way(tmp_path: Path) -> None:
    path = tmp_path / "zhida.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load(path, environ={}) == settings_of(tmp_path)


class TestOverrides:
    """--set key=value, as the contract with the lab's users has it."""

    def test_the_contract(self, tmp_path: Path) -> None:
        settings = lab_settings(
            state_dir=tmp_path,
            overrides=[
                "seats.wrap_up_s=0",
                "seats.away_after_missed=false",
                "after_call.rating=false",
                "groups.priority.seats=8001-8020",
                "lab.auto_login=false",
                "seats.ring_s=7.5",
            ],
        )
        assert (settings.seats.wrap_up_s, settings.seats.away_after_missed, settings.seats.ring_s) == (0, False, 7.5)
        assert (settings.after_call.rating, settings.lab.auto_login) == (False, False)
        assert len(settings.groups["priority"].seats) == 20

    def test_seats_may_also_be_given_one_by_one(self, tmp_path: Path) -> None:
        for spelled in ("8001,8003", "[8001, 8003]", "[8001,8003]"):
            assert settings_of(tmp_path, MINIMAL, f"groups.general.seats={spelled}").groups["general"].seats == ("8001", "8003")

    def test_one_rung_of_a_ladder(self, tmp_path: Path) -> None:
        assert settings_of(tmp_path, MINIMAL, "ladders.key_enterprise.1.after_s=20").ladders.of("key_enterprise")[1].after_s == 20

    def test_a_whole_section_that_was_not_there(self, tmp_path: Path) -> None:
        another = "asterisk.pbx2={systemname: b, ami: {host: 10.0.0.2, secret: x}, sip_address: 10.0.0.2:5060}"
        settings = settings_of(tmp_path, MINIMAL, another, "asterisk.pbx1.sip_address=10.0.0.9:5060", "lab.auto_login=yes")
        assert list(settings.asterisk) == ["pbx1", "pbx2"]
        assert settings.lab.auto_login

    def test_the_last_one_wins(self, tmp_path: Path) -> None:
        assert settings_of(tmp_path, MINIMAL, "seats.ring_s=5", "seats.ring_s=6").seats.ring_s == 6

    def test_a_value_may_hold_an_equals_sign(self, tmp_path: Path) -> None:
        assert settings_of(tmp_path, MINIMAL, "hotline.name=1=2").hotline.name == "1=2"


class TestVariables:
    """${name}."""

    def test_a_text_is_used_in_many_places(self, tmp_path: Path) -> None:
        text = "variables: {net: 10.9.9}\n" + changed(MINIMAL, "[10.0.0.1]", '["${net}.1", "${net}.2"]')
        assert settings_of(tmp_path, text).trunks["carrier"].match == ("10.9.9.1", "10.9.9.2")
        assert settings_of(tmp_path, text, "variables.net=10.8.8").trunks["carrier"].match == ("10.8.8.1", "10.8.8.2")

    def test_here_is_the_folder_of_the_file(self, tmp_path: Path) -> None:
        text = MINIMAL + "sql: {url: 'sqlite+aiosqlite:///${here}/zhida.db'}\n"
        assert settings_of(tmp_path, text).sql.url == f"sqlite+aiosqlite:///{tmp_path}/zhida.db"

    def test_two_dollars_write_the_sign_itself(self, tmp_path: Path) -> None:
        text = changed(MINIMAL, "secret: ami-secret", 'secret: "a$${b}$c"')
        assert settings_of(tmp_path, text).asterisk["pbx1"].ami.secret.get_secret_value() == "a${b}$c"


class TestSecrets:
    """From the environment or a file."""

    def test_from_the_environment(self, tmp_path: Path) -> None:
        text = changed(MINIMAL, "secret: ami-secret", "secret: {env: ZHIDA_AMI}")
        assert settings_of(tmp_path, text, environ={"ZHIDA_AMI": "s3cret"}).asterisk["pbx1"].ami.secret.get_secret_value() == "s3cret"

    def test_from_a_file_beside_the_configuration(self, tmp_path: Path) -> None:
        (tmp_path / "ami").write_text("s3cret\n")
        text = changed(MINIMAL, "secret: ami-secret", "secret: {file: ami}")
        assert settings_of(tmp_path, text).asterisk["pbx1"].ami.secret.get_secret_value() == "s3cret"

    def test_no_secret_is_printed_with_the_settings(self, tmp_path: Path) -> None:
        printed = repr(settings_of(tmp_path)) + str(settings_of(tmp_path).model_dump())
        assert "ami-secret" not in printed
        assert "a-token-of-twenty-ch" not in printed


class TestLab:
    """config/lab/zhida.yaml is what design §7 promises to whoever joins the lab."""

    def test_the_addresses(self, tmp_path: Path) -> None:
        lab = lab_settings(state_dir=tmp_path)
        assert (lab.asterisk["pbx1"].ami.host, lab.asterisk["pbx1"].ami.port) == ("127.0.0.1", 5038)
        assert (lab.trunks["carrier"].match, lab.trunks["carrier"].trusted) == (("127.0.0.2",), True)
        assert (lab.trunks["transit"].match, lab.trunks["transit"].trusted) == (("127.0.0.4",), False)
        assert lab.outbound is not None
        assert str(lab.outbound.address) == "127.0.0.3:5060"
        assert (str(lab.engine.agi.listen), lab.api.host, lab.api.port) == ("127.0.0.1:4573", "127.0.0.1", 8080)
        assert lab.redis.url == f"unix://{tmp_path}/redis.sock"

    def test_the_seats(self, tmp_path: Path) -> None:
        lab = lab_settings(state_dir=tmp_path)
        numbers = {name: (group.label, group.seats[0], group.seats[-1]) for name, group in lab.groups.items()}
        assert numbers == {
            "priority": ("直达专席", "8001", "8002"),
            "project": ("重大项目专席", "8003", "8003"),
            "qilai": ("一企来", "8004", "8010"),
            "general": ("综合", "8010", "8020"),
        }
        assert lab.seats.password is not None
        assert lab.seats.password.get_secret_value() == "lab-{seat}"
        assert (lab.seats.ring_s, lab.seats.no_ring_s, lab.seats.wrap_up_s, lab.seats.away_after_missed) == (15, 4, 3, True)
        assert lab.lab.auto_login

    def test_the_ladders_and_the_menu(self, tmp_path: Path) -> None:
        lab = lab_settings(state_dir=tmp_path)
        ladders = {name: [(rung.group, rung.after_s) for rung in lab.ladders.of(name)] for name in ("key_enterprise", "project", "public")}
        assert ladders == {
            "key_enterprise": [("priority", 0), ("qilai", 8), ("general", 16)],
            "project": [("project", 0), ("priority", 8), ("qilai", 16)],
            "public": [("qilai", 0), ("general", 10)],
        }
        assert (lab.dialled["12345"].ivr, lab.dialled["12346"].ivr) == ("none", "menu")
        assert lab.ivr.menus["main"].choices == {"1": "qilai", "2": "general", "9": "voicemail", "0": "person"}
        assert lab.hotline.area_code == "0515"

    def test_another_lab_stands_on_another_network(self, tmp_path: Path) -> None:
        text = lab_text("127.0.7", state_dir=tmp_path)
        assert "127.0.7.3:5060" in text
        assert "127.0.0." not in text.replace("127.0.0.0/8", "any loopback address")

    def test_it_loads_as_it_stands(self) -> None:
        assert load(LAB_FILE, environ={}).hotline.id == "lab"


class TestSample:
    """config/zhida.sample.yaml."""

    def test_it_loads_once_its_secrets_are_there(self, tmp_path: Path) -> None:
        for name in ("ami", "seats", "console.token", "redis", "sql", "links", "sms"):
            (tmp_path / name).write_text(f"a-long-enough-secret-of-the-sample-{name}\n")
        settings = load(SAMPLE, [f"variables.secrets={tmp_path}"], environ={"ZHIDA_WALLBOARD_TOKEN": "a-long-enough-token"})
        assert settings.trunks["carrier"].number_from == "pai"

    def test_it_shows_every_section(self) -> None:
        text = SAMPLE.read_text(encoding="utf-8")
        assert [name for name in Settings.model_fields if f"\n{name}:" not in text] == []


@pytest.mark.parametrize("path", [LAB_FILE, SAMPLE])
def test_the_effective_file_says_the_same(tmp_path: Path, path: Path) -> None:
    for name in ("ami", "seats", "console.token", "redis", "sql", "links", "sms"):
        (tmp_path / name).write_text(f"a-long-enough-secret-of-the-sample-{name}\n")
    environ = {"ZHIDA_WALLBOARD_TOKEN": "a-long-enough-token"}
    overrides = ["seats.wrap_up_s=0", f"variables.secrets={tmp_path}"]
    original = load(path, overrides, environ=environ)
    again = load(written(tmp_path, effective(path, overrides)), environ=environ)
    assert again == original.model_copy(update={"variables": {}})


def test_the_effective_file_keeps_what_only_looks_like_a_number_or_a_variable(tmp_path: Path) -> None:
    text = changed(MINIMAL, "ami-secret", '"a$${b}"') + "deadlines: {consult: 7wd, help: 1wh, suggest: null, source: 'null'}\n"
    again = settings_of(tmp_path, effective(written(tmp_path, text)))
    assert again.deadlines == {"consult": "7wd", "help": "1wh", "suggest": None, "source": "null"}
    assert again.asterisk["pbx1"].ami.secret.get_secret_value() == "a${b}"
