"""The whitelist in SQL, on both databases."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text

from calls.errors import Conflict, NotFound, Refused
from store.sql.database import Database
from store.sql.directory import SqlDirectory
from store.sql.lists import list_changes, list_versions
from tests.unit.whitelist.builders import an_entry
from whitelist.changes import Diff, diff_entries
from whitelist.entries import Entry, Kind, Source
from whitelist.index import Directory
from whitelist.keeping import WantedEntries
from whitelist.synthetic import synthetic_entries

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
JIA = replace(an_entry("示例甲公司", "+8651588880001", until=date(2027, 12, 31)), source=Source("样例.xlsx", "企业", 3), notes="四星级")
YI = an_entry("示例乙集团", "+865158889xxxx", "+8613900001002")
BING = an_entry("示例丙项目", "+8651588880101", kind=Kind.PROJECT, tier="")


@pytest.fixture
def kept(database: Database) -> SqlDirectory:
    return SqlDirectory(database, "yancheng")


async def put(kept: SqlDirectory, *entries: Entry) -> int:
    """Import these as a file would."""
    return await kept.apply(diff_entries(await everything(kept), entries), by="王某", at=NOW)


async def everything(kept: SqlDirectory) -> list[Entry]:
    return [entry async for batch in kept.batches() for entry in batch]


async def found(kept: SqlDirectory, **wanted: str) -> list[str]:
    return [entry.name for entry in (await kept.find(WantedEntries(**wanted))).items]  # type: ignore[arg-type]


def by_id(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.entry_id)


async def test_what_was_imported_is_kept_in_full_and_again_is_nothing_to_change(kept: SqlDirectory) -> None:
    assert await kept.version() == 0
    assert await put(kept, JIA, YI, BING) == 1
    assert await everything(kept) == by_id([JIA, YI, BING])
    assert (await kept.get(JIA.entry_id)).source == JIA.source
    assert await put(kept, JIA, YI, BING) == 1


async def test_an_engine_loads_the_directory_and_then_only_what_it_missed(kept: SqlDirectory) -> None:
    await put(kept, JIA, YI)
    loaded = await kept.load()
    assert (loaded.version, len(loaded.directory)) == (1, 2)
    assert loaded.directory.lookup("+8651588891234")[0].entry == YI.ref

    moved = replace(JIA, contacts=an_entry("示例甲公司", "+8651588880009").contacts)
    await put(kept, moved, BING)
    await kept.remove([YI.entry_id], by="王某", at=NOW)
    missed = await kept.changes_since(loaded.version)
    assert (missed.version, missed.removed) == (3, (YI.entry_id,))
    assert by_id(missed.changed) == by_id([moved, BING])
    caught_up = loaded.directory.with_changes(missed.changed, missed.removed)
    fresh = (await kept.load()).directory
    for number in ("+8651588880001", "+8651588880009", "+8651588891234", "+8651588880101"):
        assert [match.entry for match in caught_up.lookup(number)] == [match.entry for match in fresh.lookup(number)]
    assert (await kept.changes_since(3)).changed == ()


async def test_the_directory_knows_role_and_name_of_a_number(kept: SqlDirectory) -> None:
    await put(kept, JIA)
    (match,) = (await kept.load()).directory.lookup("+8651588880001")
    assert match.number == JIA.numbers[0]


async def test_a_change_shown_before_another_came_between_is_refused_and_nothing_of_it_is_done(kept: SqlDirectory) -> None:
    version = await put(kept, JIA)
    shown = diff_entries(await everything(kept), [YI, BING], remove_missing=True)
    await put(kept, JIA, YI)
    with pytest.raises(Conflict) as refused:
        await kept.apply(shown, by="李某", at=NOW, based_on=version)
    assert refused.value.code == "whitelist_changed"
    assert await everything(kept) == by_id([JIA, YI])


async def test_adding_what_is_there_already_is_refused(kept: SqlDirectory) -> None:
    await put(kept, JIA)
    with pytest.raises(Conflict):
        await kept.apply(Diff(added=(YI, JIA)), by="李某", at=NOW)
    assert await everything(kept) == [JIA]
    assert await kept.version() == 1


async def test_of_changes_at_the_same_moment_each_is_done_in_full_or_refused(kept: SqlDirectory) -> None:
    made = list(synthetic_entries(40))
    pieces = [made[start : start + 8] for start in range(0, 40, 8)]
    outcomes = await asyncio.gather(*(kept.apply(Diff(added=tuple(piece)), by="王某", at=NOW) for piece in pieces), return_exceptions=True)
    done = [piece for piece, outcome in zip(pieces, outcomes, strict=True) if isinstance(outcome, int)]
    assert all(isinstance(outcome, int | Conflict) for outcome in outcomes)
    assert sorted(outcome for outcome in outcomes if isinstance(outcome, int)) == list(range(1, len(done) + 1))
    assert await everything(kept) == by_id(entry for piece in done for entry in piece)


async def test_a_fault_in_the_middle_of_a_change_leaves_nothing_half_done(kept: SqlDirectory, database: Database) -> None:
    await put(kept, JIA)
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE whitelist_numbers"))
    with pytest.raises(Exception, match="whitelist_numbers"):
        await kept.apply(Diff(added=(YI,)), by="王某", at=NOW)
    assert await everything(kept) == [JIA]
    assert await kept.version() == 1


async def test_hotlines_do_not_see_each_others_lists(kept: SqlDirectory, database: Database) -> None:
    other = SqlDirectory(database, "nantong")
    await put(kept, JIA)
    await put(other, replace(JIA, tier="五星级"), YI)
    await other.remove([YI.entry_id], by="王某", at=NOW)
    assert (await kept.version(), await other.version()) == (1, 2)
    assert [entry.tier for entry in await everything(kept)] == ["四星级"]
    assert len((await kept.load()).directory) == 1
    assert await found(kept, name="乙") == []


async def test_entries_are_found_by_kind_name_and_number(kept: SqlDirectory) -> None:
    await put(kept, JIA, YI, BING, an_entry("ABC (China)", "+8651588880003"))
    assert await found(kept) == ["ABC (China)", "示例丙项目", "示例乙集团", "示例甲公司"]
    assert await found(kept, name="甲") == ["示例甲公司"]
    assert await found(kept, name="abc") == ["ABC (China)"]
    assert await found(kept, name="%") == []
    assert await found(kept, kind=Kind.PROJECT) == ["示例丙项目"]
    assert await found(kept, number="+8651588891234") == ["示例乙集团"]
    assert await found(kept, number="+8651588880001") == ["示例甲公司"]
    assert await found(kept, number="8888000") == ["ABC (China)", "示例甲公司"]
    assert await found(kept, number="7777") == []
    with pytest.raises(Refused, match="number is digits"):
        WantedEntries(number="88%")


async def test_pages_follow_each_other_and_lose_nothing(kept: SqlDirectory) -> None:
    made = list(synthetic_entries(25))
    await put(kept, *made)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await kept.find(WantedEntries(), cursor=cursor, limit=10)
        seen += [entry.name for entry in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == sorted(entry.name for entry in made)


@pytest.mark.parametrize("cursor", ["", "nonsense", "W10", "WyJhIl0", "WzEsMl0", "WyJcdWQ4MDAiLCJhIl0"])
async def test_a_cursor_that_is_none_of_ours_is_refused_or_leads_somewhere(kept: SqlDirectory, cursor: str) -> None:
    try:
        await kept.find(WantedEntries(), cursor=cursor)
    except Refused as refused:
        assert refused.code == "cursor_unreadable"  # noqa: PT017 - one of the cursors names a place that cannot be, and is taken


@pytest.mark.parametrize("limit", [0, 201])
async def test_a_page_has_a_limit(kept: SqlDirectory, limit: int) -> None:
    with pytest.raises(Refused, match="limit is a number from 1 to 200"):
        await kept.find(WantedEntries(), limit=limit)


async def test_what_is_not_there_cannot_be_shown_or_removed(kept: SqlDirectory) -> None:
    await put(kept, JIA)
    with pytest.raises(NotFound):
        await kept.get("0" * 16)
    with pytest.raises(NotFound):
        await kept.get("\x00\ud800")
    with pytest.raises(NotFound):
        await kept.remove([JIA.entry_id, "0" * 16], by="王某", at=NOW)
    assert await everything(kept) == [JIA]


async def test_who_changed_what_is_logged(kept: SqlDirectory, database: Database) -> None:
    await put(kept, JIA, YI)
    await put(kept, replace(JIA, tier="五星级"))
    await kept.remove([YI.entry_id], by="李某", at=NOW)
    async with database.reading() as connection:
        versions = (await connection.execute(select(list_versions).order_by(list_versions.c.version))).all()
        changes = (await connection.execute(select(list_changes.c.version, list_changes.c.item_id, list_changes.c.what))).all()
    assert [(row.version, row.by, row.at, row.added, row.changed, row.removed) for row in versions] == [
        (1, "王某", NOW, 2, 0, 0),
        (2, "王某", NOW, 0, 1, 0),
        (3, "李某", NOW, 0, 0, 1),
    ]
    assert {(row.version, row.item_id, row.what) for row in changes} == {
        (1, JIA.entry_id, "added"),
        (1, YI.entry_id, "added"),
        (2, JIA.entry_id, "changed"),
        (3, YI.entry_id, "removed"),
    }


async def test_texts_that_no_database_can_hold_are_kept_as_far_as_they_can(kept: SqlDirectory) -> None:
    await put(kept, replace(JIA, scope="a\x00b", notes="\ud800"))
    (entry,) = await everything(kept)
    assert (entry.scope, entry.notes) == ("a\ufffdb", "\ufffd")


async def test_thousands_go_in_and_out(kept: SqlDirectory) -> None:
    made = list(synthetic_entries(12_000))
    await kept.apply(Diff(added=tuple(made)), by="王某", at=NOW)
    assert diff_entries(await everything(kept), made).nothing_to_change
    loaded = await kept.load()
    assert len(loaded.directory) == 12_000
    missed = await kept.changes_since(0)
    assert len(missed.changed) == 12_000
    directory = Directory.of(())
    for changed, removed in missed.pieces():
        assert len(changed) <= 100
        directory = directory.with_changes(changed, removed)
    assert (len(directory), directory.numbers) == (len(loaded.directory), loaded.directory.numbers)
    raised = [replace(entry, tier="五星级") for entry in made]
    assert await kept.apply(diff_entries(made, raised), by="王某", at=NOW) == 2
    assert await everything(kept) == by_id(raised)
