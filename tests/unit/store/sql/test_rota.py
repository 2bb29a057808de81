"""The duty table in SQL, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from calls.errors import Conflict
from routing.rota import DutyDay, duty_id_of
from routing.rota_form import diff_rota
from store.sql.database import Database
from store.sql.rota import SqlRota
from whitelist.entries import Source

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def a_duty(day: int, *, group: str = "priority", times: tuple[int, int] = (1200, 480)) -> DutyDay:
    when = date(2026, 10, day)
    return DutyDay(
        duty_id=duty_id_of(group, when, times),
        group=group,
        day=when,
        times=times,
        seats=("8001", "8002"),
        agents=("李某",),
        notes="国庆",
        source=Source("值班表.xlsx", "十月", day),
    )


@pytest.fixture
def kept(database: Database) -> SqlRota:
    return SqlRota(database, "yancheng")


async def put(kept: SqlRota, *rows: DutyDay) -> int:
    return await kept.apply(diff_rota(await kept.everything(), rows, remove_missing=True), by="王某", at=NOW)


async def test_what_was_imported_is_kept_in_full_and_again_is_nothing_to_change(kept: SqlRota) -> None:
    assert await kept.version() == 0
    rows = [a_duty(2), a_duty(1), a_duty(1, group="general"), a_duty(1, times=(480, 1200))]
    assert await put(kept, *rows) == 1
    there = await kept.everything()
    assert there == [a_duty(1, group="general"), a_duty(1, times=(480, 1200)), a_duty(1), a_duty(2)]
    assert there[0].source == Source("值班表.xlsx", "十月", 1)
    assert await put(kept, *rows) == 1


async def test_a_row_changes_and_another_goes(kept: SqlRota) -> None:
    await put(kept, a_duty(1), a_duty(2), a_duty(3))
    changed = replace(a_duty(1), seats=("8003",), agents=())
    assert await put(kept, changed, a_duty(3)) == 2
    assert await kept.everything() == [changed, a_duty(3)]


async def test_two_who_change_it_at_once(kept: SqlRota) -> None:
    first, second = diff_rota([], [a_duty(1)]), diff_rota([], [a_duty(2)])
    await kept.apply(first, by="王某", at=NOW, based_on=0)
    with pytest.raises(Conflict, match="was changed meanwhile") as refused:
        await kept.apply(second, by="李某", at=NOW, based_on=0)
    assert refused.value.code == "rota_changed"
    assert await kept.everything() == [a_duty(1)]


async def test_hotlines_have_their_own(kept: SqlRota, database: Database) -> None:
    await put(kept, a_duty(1))
    assert await SqlRota(database, "rugao").everything() == []
