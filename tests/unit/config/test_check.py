"""What `./zhida check` says without a live Asterisk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.check import check_file
from config.faults import Level, Problem
from config.lab_file import LAB_FILE
from config.settings import Settings
from tests.unit.config.builders import MINIMAL, Case, cases, changed, written


def told(path: Path, *overrides: str) -> list[tuple[Level, str]]:
    """Levels and sentences, the file's folder left out."""
    return [(finding.level, str(finding).replace(f"{path.parent}/", "")) for finding in check_file(path, overrides, environ={})]


@pytest.mark.parametrize("case", cases("warnings.table"), ids=lambda case: case.said[0])
def test_what_is_probably_not_meant_is_a_warning(tmp_path: Path, case: Case) -> None:
    [sentence] = case.said
    assert (Level.WARNING, sentence) in told(written(tmp_path, case.text), *case.overrides)


def test_a_looser_deadline_than_the_province_s_is_pointed_out(tmp_path: Path) -> None:
    text = changed(MINIMAL, "area_code: 0515", "area_code: 0515, preset: js/yancheng")
    loose = [sentence for _, sentence in told(written(tmp_path, text)) if "js/yancheng gives 咨询" in sentence]
    assert loose
    assert loose[0].startswith("zhida.yaml:1: hotline.preset: ")


def test_a_configuration_that_cannot_be_loaded_says_only_why(tmp_path: Path) -> None:
    assert told(written(tmp_path, changed(MINIMAL, "area_code: 0515", "area_code: 0515, preset: jz"))) == [
        (Level.ERROR, "zhida.yaml:1: hotline.preset: There is no preset jz; there are cn-default, js, js/rugao, js/yancheng, sc, sc/luzhou")
    ]


def test_other_parts_add_what_they_found_at_its_place(tmp_path: Path) -> None:
    def no_prompts(settings: Settings) -> Iterator[tuple[Level, Problem]]:
        yield Level.ERROR, Problem(key=("dialled", "12345"), sentence=f"{settings.hotline.name} has no voice; record it")

    findings = check_file(written(tmp_path, MINIMAL), environ={}, hooks=[no_prompts])
    assert [str(finding) for finding in findings if finding.level is Level.ERROR] == [
        f"{tmp_path}/zhida.yaml:8: dialled.12345: 盐城 12345 has no voice; record it"
    ]


def test_a_good_folder_quiets_it(tmp_path: Path) -> None:
    for folder in ("prompts", "recording"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cdr.csv").touch()
    places = f"\n    prompts_dir: {tmp_path}/prompts\n    recordings_dir: {tmp_path}/recording\n    cdr_file: cdr.csv"
    text = MINIMAL.replace("pbx1:", "pbx1:" + places).replace("trusted: true", "trusted: true, number_from: pai")
    text += "outbound: {address: '10.0.0.1:5060'}\nfallback: {duty_phone: 0515-88886666}\n"
    assert told(written(tmp_path, text)) == []


def test_two_asterisks_that_write_the_same_records_are_no_two_witnesses(tmp_path: Path) -> None:
    two = "\n    sip_address: 10.0.0.11:5060\n  pbx2: {systemname: b, sip_address: 10.0.0.12:5060, ami: {secret: x}}\ntrunks:"
    said = [sentence for _, sentence in told(written(tmp_path, changed(MINIMAL, "\ntrunks:", two)))]
    shared = "asterisk.pbx2.cdr_file: /var/log/asterisk/cdr-custom/zhida.csv is also that of asterisk.pbx1"
    assert any(shared in sentence for sentence in said), said


def test_the_lab_s_own_file_has_no_error() -> None:
    assert [str(finding) for finding in check_file(LAB_FILE, environ={}) if finding.level is Level.ERROR] == []


def test_a_skill_that_an_agent_brings_along_is_held(tmp_path: Path) -> None:
    wants = "queue.wants.public={tax: 2}"
    assert [sentence for _, sentence in told(written(tmp_path, MINIMAL), wants) if "has tax" in sentence]
    for agent, held in (("{skills: {tax: 3}}", True), ("{skills: {tax: 3}, groups: [priority]}", False), ("{skills: {tax: 1}}", False)):
        warned = [sentence for _, sentence in told(written(tmp_path, MINIMAL), wants, f"agents.101={agent}") if "has tax" in sentence]
        assert (warned == []) == held, agent
