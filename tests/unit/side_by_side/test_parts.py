"""Who does what next."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.side_by_side.parts import Part, Role, lab_of, next_part, parts_of

ROOT = Path(__file__).resolve().parents[3]
OFFERS = Part(file="tests/scenarios/test_offers.py", tests=(0, 1, 2), lab="")
MENU = Part(file="tests/scenarios/test_menu.py", tests=(3, 4), lab="")
TWO = Part(file="tests/scenarios/test_two_engines.py", tests=(5, 6, 7, 8), lab="Wanted(engines=2)")
HOUSE = Part(file="tests/unit/test_house.py", tests=(9,))
LEFT = [MENU, OFFERS, TWO, HOUSE]


def test_a_worker_with_a_lab_begins_with_the_lab_that_most_want_and_its_longest_file() -> None:
    assert next_part(LEFT, Role.STORIES, runs=None, elsewhere=[None, None]) is OFFERS


def test_it_goes_on_in_the_lab_it_has() -> None:
    assert next_part([MENU, TWO, HOUSE], Role.STORIES, runs="", elsewhere=[None]) is MENU
    assert next_part(LEFT, Role.STORIES, runs=TWO.lab, elsewhere=[None]) is TWO


def test_another_one_begins_with_another_lab_and_helps_with_the_first_when_no_other_is_left() -> None:
    assert next_part(LEFT, Role.STORIES, runs=None, elsewhere=[""]) is TWO
    assert next_part([MENU, HOUSE], Role.STORIES, runs=TWO.lab, elsewhere=[""]) is MENU


def test_a_worker_without_stories_left_helps_with_the_rest() -> None:
    assert next_part([HOUSE], Role.STORIES, runs="", elsewhere=[]) is HOUSE
    assert next_part([], Role.STORIES, runs="", elsewhere=[]) is None


def test_the_worker_for_the_rest_takes_no_story() -> None:
    assert next_part(LEFT, Role.REST, runs=None, elsewhere=["", None]) is HOUSE
    assert next_part([MENU, OFFERS], Role.REST, runs=None, elsewhere=[]) is None


def test_tests_of_a_file_stay_together_and_the_longest_ones_come_first(tmp_path: Path) -> None:
    scenarios = tmp_path / "tests/scenarios"
    scenarios.mkdir(parents=True)
    (scenarios / "test_a.py").write_text("LAB = Wanted(engines = 2)\ndef test_x(hotline): ...\n")
    names = ["tests/scenarios/test_a.py::x", "tests/unit/test_b.py::y[a::b]", "tests/unit/test_house.py::z", "tests/scenarios/test_a.py::w"]
    assert parts_of(enumerate(names), tmp_path) == [
        replace(HOUSE, tests=(2,)),
        Part(file="tests/scenarios/test_a.py", tests=(0, 3), lab="Wanted(engines=2)"),
        Part(file="tests/unit/test_b.py", tests=(1,)),
    ]


@pytest.mark.parametrize(
    ("file", "lab"),
    [
        ("tests/scenarios/test_offers.py", ""),
        ("tests/scenarios/test_reload.py", "TWO_ENGINES"),
        ("tests/scenarios/test_in_call.py", lab_of(ROOT / "tests/scenarios/test_transfers.py", "tests/scenarios/test_transfers.py")),
        ("tests/scenarios/test_simulation.py", None),
        ("tests/unit/test_house.py", None),
    ],
)
def test_the_lab_a_file_wants_is_read_from_it(file: str, lab: str | None) -> None:
    assert lab_of(ROOT / file, file) == lab
