"""What an operator is told: file, line, key, what is wrong, what is allowed. The sentences are the contract."""

from pathlib import Path

import pytest

from config.faults import ConfigFault
from config.load import load
from tests.unit.config.builders import MINIMAL, Case, cases, changed, faults_of, written

LAST = MINIMAL.count("\n") + 1
"""The line of what is added to the minimal file."""

CONTROLS = [
    ("a\x01b: c", "the character U+0001 cannot stand in a configuration; remove it"),
    ("a\u2028b: c", "the character U+2028 cannot stand in a configuration; remove it"),
    ("a: b\x00", "the character U+0000 cannot stand in a configuration; remove it"),
    ("\tseats: {}", "a tab stands where YAML wants spaces; indent with spaces"),
]


@pytest.mark.parametrize("case", cases("faults.table"), ids=lambda case: case.said[0])
def test_a_fault_is_one_sentence_at_its_place(tmp_path: Path, case: Case) -> None:
    assert faults_of(written(tmp_path, case.text), case.overrides) == case.said


@pytest.mark.parametrize(("line", "sentence"), CONTROLS)
def test_a_character_that_nobody_sees(tmp_path: Path, line: str, sentence: str) -> None:
    assert faults_of(written(tmp_path, f"{MINIMAL}{line}\n")) == [f"zhida.yaml:{LAST}: {sentence}"]


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = changed(changed(MINIMAL, "area_code: 0515", "area_code: 515"), "[10.0.0.1]", "[x]")
    text = changed(changed(text, "general, after_s: 8", "generel, after_s: 8"), "a-token-of-twenty-ch", "short")
    lines = [fault.split(":")[1] for fault in faults_of(written(tmp_path, text + "seets: {}\n"))]
    assert lines == ["1", "6", "15", "20", "21"]


def test_a_fault_in_one_section_brings_none_in_another_that_relies_on_it(tmp_path: Path) -> None:
    text = changed(MINIMAL, "seats: 8010-8020", "seats: nobody")
    assert [fault.split(": ")[1] for fault in faults_of(written(tmp_path, text))] == ["groups.general.seats"]


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
