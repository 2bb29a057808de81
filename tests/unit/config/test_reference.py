"""docs/configuration.md tells the truth, and every key says what it is."""

import re
from pathlib import Path

import pytest

from config.faults import Key, dotted
from config.lab_file import LAB_FILE
from config.reference import reference, sections
from config.words import SHAPES, every_key, field_at, fields_of, item_of

KEYS = list(every_key())
PAGE = LAB_FILE.parents[2] / "docs" / "configuration.md"


def test_the_page_is_what_the_model_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "python -m config.reference > docs/configuration.md"


def test_every_key_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    types = {key: field.annotation for key in KEYS if (field := field_at(key))}
    leaves = [key for key, kind in types.items() if not fields_of(kind) and not fields_of(item_of(kind))]
    assert [dotted(key) for key in leaves if f"| `{dotted(key)}` |" not in page] == []


@pytest.mark.parametrize("key", KEYS, ids=dotted)
def test_a_key_is_described_in_one_sentence_with_its_unit(key: Key) -> None:
    field = field_at(key)
    assert field is not None
    assert field.description
    assert re.fullmatch(r"[A-Z`].*[^.]\.", field.description), field.description
    assert not re.search(r"[^.]\. [A-Z]", field.description), "more than one sentence"
    if key[-1].endswith("_s") and not fields_of(field.annotation):
        assert "(seconds)" in field.description
    if key[-1].endswith("_days"):
        assert "(days)" in field.description


def test_every_section_is_frozen_and_refuses_unknown_keys() -> None:
    for section in sections():
        assert section.model_config.get("frozen"), section
        assert section.model_config.get("extra") == "forbid", section
        assert section.__doc__, section


def test_every_pattern_has_words_for_people() -> None:
    patterns = set()
    for file in Path(LAB_FILE.parents[1]).glob("*.py"):
        patterns |= set(re.findall(r'pattern=r"([^"]+)"', file.read_text(encoding="utf-8")))
    assert patterns == set(SHAPES)
