"""Which command needs what."""

import pytest

from lab.setup.parts import LAB, PACKAGES, Package, Part, missing_packages, parts_for


@pytest.mark.parametrize(
    "command", ["serve --config z.yaml", "explain 051588880001", "check --config z.yaml", "audit", "lab status", "lab down", "", "odd"]
)
def test_a_production_machine_gets_python_packages_only(command: str) -> None:
    assert parts_for(command.split()) == {Part.PYTHON}


@pytest.mark.parametrize("command", ["demo", "bench --rate 50", "lab up", "lab up --set seats.wrap_up_s=0 --engines 2"])
def test_what_places_calls_needs_the_lab(command: str) -> None:
    assert parts_for(command.split()) == LAB
    assert not LAB & {Part.POSTGRES, Part.BROWSER}


def test_a_simulation_needs_redis_and_no_phone() -> None:
    assert parts_for("simulate --traffic day.csv".split()) == {Part.PYTHON, Part.REDIS}


def test_the_tests_need_postgresql_a_browser_and_a_clock_that_can_be_stepped_as_well() -> None:
    assert parts_for(["test", "tests/unit", "-q"]) == LAB | {Part.POSTGRES, Part.BROWSER, Part.CLOCK}


@pytest.mark.parametrize("command", ["--help", "lab up --help", "demo --help", "test -h"])
def test_asking_for_help_sets_no_lab_up(command: str) -> None:
    assert parts_for(command.split()) == {Part.PYTHON}


def test_only_the_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"sox", "sipp"}
    monkeypatch.setattr("lab.setup.parts.shutil.which", lambda program: f"/usr/bin/{program}" if program in there else None)
    assert missing_packages({Part.PROGRAMS}) == ("redis-tools", "baresip-core", "espeak-ng")


def test_either_name_of_the_redis_program_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.setup.parts.shutil.which", lambda program: "/usr/bin/redis-server" if program == "redis-server" else None)
    assert "redis-tools" not in missing_packages({Part.PROGRAMS})


def test_a_package_is_seen_by_its_module_or_its_file() -> None:
    assert Package(name="python3", module="json").is_there()
    assert Package(name="base-files", file="/etc/os-rel*").is_there()
    assert not Package(name="none", programs=("no-such-program",), file="/no/such/*", module="no_such_module").is_there()


def test_every_part_says_which_packages_it_needs() -> None:
    assert set(PACKAGES) == set(Part)
    assert all(package.programs or package.file or package.module for packages in PACKAGES.values() for package in packages)
