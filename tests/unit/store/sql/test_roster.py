"""The specialists' roster in SQL, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from calls.errors import Conflict, NotFound, Refused
from conference.roster import Specialist, SpecialistKind, department_of, specialist_id_of
from conference.roster_form import diff_roster
from store.sql.database import Database
from store.sql.directory import SqlDirectory
from store.sql.roster import SqlRoster
from whitelist.changes import Diff
from whitelist.entries import Source

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def a_specialist(name: str, *, unit: str = "市税务局", place: int = 1, title: str = "科长") -> Specialist:
    return Specialist(
        specialist_id=specialist_id_of(unit, name),
        unit=unit,
        department=department_of(unit),
        kind=SpecialistKind.EXPERT,
        name=name,
        place=place,
        title=title,
        office=("0515-86660001", "0515-86660002转3"),
        mobile=("13900001001",),
        notes="窗口咨询专员",
        source=Source("专员.xlsx", "专员", 3),
    )


JIA, YI = a_specialist("甲"), a_specialist("乙", place=2, title="副科长")
BING = a_specialist("丙", unit="市人社局")


@pytest.fixture
def kept(database: Database) -> SqlRoster:
    return SqlRoster(database, "yancheng")


async def put(kept: SqlRoster, *specialists: Specialist) -> int:
    return await kept.apply(diff_roster(await kept.everybody(), specialists), by="王某", at=NOW)


async def found(kept: SqlRoster, **wanted: str) -> list[str]:
    return [one.name for one in (await kept.find(**wanted)).items]  # type: ignore[arg-type]


async def test_what_was_imported_is_kept_in_full_and_again_is_nothing_to_change(kept: SqlRoster) -> None:
    assert await put(kept, YI, JIA, BING) == 1
    assert await kept.everybody() == [BING, JIA, YI]
    assert await kept.specialist(JIA.specialist_id) == JIA
    assert (await kept.specialist(JIA.specialist_id)).source == JIA.source
    assert await put(kept, JIA, YI, BING) == 1


async def test_specialists_are_found_by_department_and_name_in_the_order_they_are_asked(kept: SqlRoster) -> None:
    await put(kept, YI, JIA, BING)
    assert await found(kept, department="税务") == ["甲", "乙"]
    assert await found(kept, department="市税务局") == ["甲", "乙"]
    assert await found(kept, department="人社") == ["丙"]
    assert await found(kept, department="%") == []
    assert await found(kept, q="副科") == ["乙"]
    assert await found(kept, q="乙", department="人社") == []


async def test_pages_follow_each_other(kept: SqlRoster) -> None:
    await put(kept, *(a_specialist(f"专员{place:02d}", place=place) for place in range(1, 13)))
    first = await kept.find(limit=10)
    second = await kept.find(limit=10, cursor=first.next)
    assert [one.place for one in (*first.items, *second.items)] == list(range(1, 13))
    assert second.next is None
    with pytest.raises(Refused, match="cursor is none of ours"):
        await kept.find(cursor="nonsense")
    with pytest.raises(Refused, match="limit is a number from 1 to 200"):
        await kept.find(limit=0)


async def test_a_specialist_changes_and_goes(kept: SqlRoster) -> None:
    await put(kept, JIA, YI)
    moved = replace(JIA, mobile=("13900001009",))
    assert await put(kept, moved, YI) == 2
    assert await kept.remove([YI.specialist_id], by="王某", at=NOW) == 3
    assert await kept.everybody() == [moved]
    with pytest.raises(NotFound):
        await kept.specialist(YI.specialist_id)
    with pytest.raises(NotFound):
        await kept.remove([YI.specialist_id], by="王某", at=NOW)


async def test_a_change_shown_before_another_came_between_is_refused(kept: SqlRoster) -> None:
    version = await put(kept, JIA)
    await put(kept, JIA, YI)
    with pytest.raises(Conflict) as refused:
        await kept.apply(Diff(added=(BING,)), by="王某", at=NOW, based_on=version)
    assert refused.value.code == "roster_changed"


async def test_roster_and_whitelist_and_hotlines_count_their_own_versions(kept: SqlRoster, database: Database) -> None:
    await put(kept, JIA)
    assert await SqlDirectory(database, "yancheng").version() == 0
    assert await SqlRoster(database, "nantong").everybody() == []
