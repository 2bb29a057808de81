"""Callers of a day, planned by the code that plans the real ones, with the lab's configuration."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest

from calls.events import to_ms
from config.derive import background
from config.lab_file import lab_settings
from engine.directory import CurrentDirectory
from engine.serving import decider_of
from engine.simulation.callers import Caller, Planner, callers_of
from engine.simulation.confidence import batches, half_width
from engine.simulation.sheet import SheetFault
from engine.simulation.spread import spread_of
from engine.simulation.traffic import Row
from routing.waiting import Rung
from whitelist.identify import CallerClass

TEN = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def planner(tmp_path: Path) -> Planner:
    settings = lab_settings(state_dir=tmp_path)
    return Planner(decider_of(settings, CurrentDirectory()), background(settings).choices, ivr=spread_of("10"))


def a_row(**changes: object) -> Row:
    row = Row(
        where="day.csv:2", at=TEN, until=TEN, per_hour=0, number=None, caller_class=CallerClass.PUBLIC, dialled="12345", trunk="carrier",
        keys="", talk=spread_of("exp:180"), patience=spread_of("60"),
    )  # fmt: skip
    return replace(row, **changes)  # type: ignore[arg-type]


def an_hour(where: str = "day.csv:2", per_hour: float = 600) -> Row:
    return a_row(where=where, until=TEN + timedelta(hours=1), per_hour=per_hour)


def times(callers: Sequence[Caller]) -> list[int]:
    return [caller.at_ms for caller in callers]


def test_a_class_has_its_ladder_and_its_rank(planner: Planner) -> None:
    [key] = callers_of([a_row(caller_class=CallerClass.KEY_ENTERPRISE)], planner, seed=1)
    assert key.plan.ladder[0] == Rung(group="priority", after_s=0)
    assert key.plan.rank_bonus_s == 300
    assert (key.at_ms, key.patience_s, key.ivr_s) == (to_ms(TEN), 60, 0)
    assert planner.first_group(CallerClass.PROJECT, [TEN]) == "project"
    assert planner.first_group(CallerClass.PROJECT, []) is None


def test_a_number_is_identified_as_a_real_callers(planner: Planner) -> None:
    known, nobody = callers_of([a_row(number="13900009001"), a_row(number="anonymous")], planner, seed=1)
    assert (known.caller_class, known.number) == (CallerClass.PUBLIC, "13900009001")
    assert nobody.caller_class is CallerClass.ANONYMOUS


def test_what_is_pressed_in_the_menu_makes_the_plan_and_takes_its_time(planner: Planner) -> None:
    [second] = callers_of([a_row(dialled="12346", keys="2")], planner, seed=1)
    assert second.plan.ladder[0].group == "general"
    assert second.ivr_s == 10
    [none] = callers_of([a_row(dialled="12346")], planner, seed=1)
    assert none.plan.ladder[0].group == "qilai"
    [key] = callers_of([a_row(dialled="12346", keys="7", caller_class=CallerClass.KEY_ENTERPRISE)], planner, seed=1)
    assert key.ivr_s == 0  # who is on the whitelist hears no menu


def test_a_key_that_the_menu_has_not_is_told_with_its_line(planner: Planner) -> None:
    with pytest.raises(SheetFault, match=r"day.csv:2: keys: the menu main has no '7'; allowed are 1, 2, 9, 0, or none\."):
        callers_of([a_row(dialled="12346", keys="7")], planner, seed=1)


def test_so_many_come_in_an_hour_and_at_random_moments(planner: Planner) -> None:
    callers = [caller for seed in range(20) for caller in callers_of([an_hour()], planner, seed=seed)]
    counts = [float(len(callers_of([an_hour()], planner, seed=seed))) for seed in range(20)]
    assert abs(fmean(counts) - 600) <= half_width(counts, 0.999)
    assert all(to_ms(TEN) <= caller.at_ms < to_ms(TEN + timedelta(hours=1)) for caller in callers)
    talks = [caller.talk_s for caller in callers]
    assert abs(fmean(talks) - 180) <= half_width(batches(talks, 40), 0.999)


def test_one_row_does_not_disturb_the_others_and_a_seed_is_a_day(planner: Planner) -> None:
    alone = callers_of([an_hour()], planner, seed=1)
    both = callers_of([an_hour(), an_hour("day.csv:3", 60)], planner, seed=1)
    assert set(times(alone)) < set(times(both))
    assert times(both) == sorted(times(both))
    assert times(alone) == times(callers_of([an_hour()], planner, seed=1))
    assert times(alone) != times(callers_of([an_hour()], planner, seed=2))
