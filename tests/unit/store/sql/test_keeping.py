"""Facts become records and tickets: once, whoever does it, in whatever order they come, and one call never stops another."""

import asyncio
import json
import random
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from calls.errors import StoreFault
from calls.events import Answered, Arrived, Ended, Event, to_document
from store.sql import keeping, ticketing
from store.sql.database import Database
from store.sql.tables import calls, events, tickets
from tests.unit.store.sql.stories import DEADLINES, HOTLINE, NOW, PRESETS, a_fact, a_store, facts, the_records
from tests.unit.tickets.builders import CALL, answer, arrival, at, end, identity, served, three_way, waiting
from tickets.fold import fold
from tickets.presets import deadlines_of
from tickets.record import CallRecord
from tickets.records import Wanted
from tickets.ticket import TicketStatus, Written, patch_from_mapping
from tickets.types import TicketType


async def test_a_served_call_is_a_record_and_a_ticket(database: Database) -> None:
    kept = await a_store(database).keep(facts(served()))
    assert (kept.new, kept.set_aside, kept.faulty) == (len(served()), (), {})
    records = the_records(database)
    assert await records.call(CALL) == fold(served())
    ticket = await records.ticket_of(CALL)
    assert ticket is not None
    assert (ticket.number, ticket.tags, ticket.version, ticket.created) == ("20250930-00001", ("企业",), 1, NOW)
    assert ticket.written == Written()
    assert ticket.record.seat_id == "8001"
    assert ticket.deadline == DEADLINES.of(caller_class="key_enterprise", type=None, received=at(0))


async def test_the_ticket_is_there_as_soon_as_a_seat_answers(database: Database) -> None:
    store, story = a_store(database), [*arrival(), *identity(), *waiting()]
    await store.keep(facts(story))
    assert await the_records(database).ticket_of(CALL) is None
    await store.keep(facts(answer(), start=100))
    assert await the_records(database).ticket_of(CALL) is not None


async def test_abandoned_and_refused_calls_are_records_without_tickets(database: Database) -> None:
    refused: list[Event] = [*arrival("r"), Ended(call_id="r", at=at(0), reason="refused")]
    abandoned = [*arrival("a"), *waiting("a"), *end("a", second=20, reason="abandoned")]
    await a_store(database).keep(facts([*refused, *abandoned]))
    page = await the_records(database).calls(Wanted())
    assert {record.call_id: record.end_reason for record in page.items} == {"r": "refused", "a": "abandoned"}
    assert (await the_records(database).tickets(Wanted())).items == ()


async def test_the_same_facts_again_change_nothing(database: Database) -> None:
    store = a_store(database)
    await store.keep(facts(served()))
    before = (await the_records(database).tickets(Wanted())).items
    assert (await store.keep(facts(served()))).new == 0
    assert (await store.keep([*facts(served())[:3], *facts(served())[:3]])).new == 0
    assert (await the_records(database).tickets(Wanted())).items == before
    assert (await the_records(database).counts())["calls"] == 1


async def test_in_any_order_and_in_any_pieces_the_record_is_the_same(database: Database) -> None:
    store, pieces = a_store(database), facts([*served(), *three_way()])
    random.Random(7).shuffle(pieces)  # noqa: S311 - a story, not a secret
    for fact in pieces:
        await store.keep([fact])
    assert await the_records(database).call(CALL) == fold([*served(), *three_way()])


async def test_new_facts_leave_alone_what_the_agent_wrote(database: Database) -> None:
    store, records = a_store(database), the_records(database)
    await store.keep(facts([*arrival(), *identity(caller_class="public"), *waiting(), *answer()]))
    ticket = await records.ticket_of(CALL)
    assert ticket is not None
    patch = patch_from_mapping({"type": "投诉", "content": "欠薪", "answer": "转劳动监察"})
    written = await records.patch_ticket(ticket.number, patch, expect=1, by="a1", at=NOW)
    await store.keep(facts([*identity(second=-1), *three_way(), *end()], start=100))
    after = await records.ticket(ticket.number)
    assert (after.written, after.version, after.number) == (written.written, 2, ticket.number)
    assert after.tags == ("企业",)  # it was a key enterprise after all
    assert after.record.specialists[0].name == "张专员"
    assert after.deadline.type is TicketType.COMPLAINT
    assert after.deadline.lane == "enterprise"


async def test_rules_that_change_later_do_not_move_a_deadline_but_a_calendar_that_comes_in_fills_it(database: Database) -> None:
    unknown = deadlines_of(PRESETS, "cn-default")
    await a_store(database, deadlines=unknown).keep(facts([*arrival("old"), *answer("old")]))
    await a_store(database).keep(facts([*arrival("new"), *answer("new")], start=50))
    later = a_store(database, deadlines=deadlines_of(PRESETS, "js/yancheng", {"default": "1wd", "consult": "1wd"}))
    await later.keep(facts([*end("old"), *end("new")], start=100))
    records = the_records(database)
    old, new = await records.ticket_of("old"), await records.ticket_of("new")
    assert old is not None
    assert new is not None
    assert (old.deadline.within, old.deadline.problem) == ("1 个工作日", "")
    assert new.deadline.within == "5 个工作日"


async def test_ticket_numbers_run_by_day_and_hotline_without_gaps(database: Database) -> None:
    late = 8 * 3600  # 00:20 Beijing time, the day after
    await a_store(database).keep(facts([*served("a"), *served("b", second=10), *served("c", second=late)]))
    await a_store(database).keep(facts(served("d", second=20), start=500))
    await a_store(database, "rugao").keep(facts(served("a"), start=900))
    numbers = [(ticket.record.call_id, ticket.number) for ticket in (await the_records(database).tickets(Wanted())).items]
    assert sorted(numbers) == [("a", "20250930-00001"), ("b", "20250930-00002"), ("c", "20251001-00001"), ("d", "20250930-00003")]
    assert [ticket.number for ticket in (await the_records(database, "rugao").tickets(Wanted())).items] == ["20250930-00001"]


async def test_many_recorders_at_once_come_to_the_same_records(database: Database) -> None:
    stories = {f"c{number}": served(f"c{number}", second=number) for number in range(12)}
    everything = [fact for number, story in enumerate(stories.values()) for fact in facts(story, start=100 * number)]

    async def record(seed: int) -> None:
        own = list(everything)
        random.Random(seed).shuffle(own)  # noqa: S311 - a story, not a secret
        store = a_store(database)
        for start in range(0, len(own), 17):
            await store.keep(own[start : start + 17])

    await asyncio.gather(*(record(seed) for seed in range(4)))
    records = the_records(database)
    for call_id, story in stories.items():
        assert await records.call(call_id) == fold(story)
    tickets_now = (await records.tickets(Wanted())).items
    assert sorted(ticket.number for ticket in tickets_now) == [f"20250930-{number:05d}" for number in range(1, 13)]
    async with database.reading() as connection:
        assert len((await connection.execute(select(events.c.entry_id))).all()) == len(everything)


async def test_facts_split_between_recorders_are_all_folded(database: Database) -> None:
    """Each of two recorders holds half of the call's facts, and neither sees the other's before it commits."""
    half, other = facts(served())[::2], facts(served())[1::2]
    await asyncio.gather(a_store(database).keep(half), a_store(database).keep(other))
    assert await the_records(database).call(CALL) == fold(served())


async def test_a_recorder_stopped_at_any_moment_leaves_all_or_nothing(database: Database) -> None:
    for turns in range(0, 120, 5):
        keeping_it = asyncio.create_task(a_store(database).keep(facts(served())))
        for _ in range(turns):
            await asyncio.sleep(0)
        keeping_it.cancel()
        await asyncio.gather(keeping_it, return_exceptions=True)
        counts = await the_records(database).counts()
        assert (counts["calls"], counts["tickets"]) in {(0, 0), (1, 1)}
    await a_store(database).keep(facts(served()))
    assert await the_records(database).call(CALL) == fold(served())
    assert [ticket.number for ticket in (await the_records(database).tickets(Wanted())).items] == ["20250930-00001"]


async def test_a_fact_that_cannot_be_read_is_set_aside_and_its_call_goes_on(database: Database) -> None:
    bad = a_fact({"kind": "rated", "call_id": CALL, "at": 1_759_220_400_000, "score": "five"})
    kept = await a_store(database).keep([*facts(served()), bad])
    assert [(entry.entry_id, entry.reason) for entry in kept.set_aside] == [("9-0", "Unreadable: rated: score cannot be a str")]
    assert await the_records(database).call(CALL) == fold(served())
    assert json.loads((await the_records(database).set_aside())[0].text) == bad.document
    await a_store(database).keep([bad])
    assert (await the_records(database).counts())["set_aside"] == 1


async def test_hostile_text_does_not_leave_a_call_unrecorded(database: Database) -> None:
    hostile = replace(arrival()[0], raw_number="\0\ud800" + "9" * 5000, number="1" * 5000, channel='PJSIP/"; DROP TABLE calls;--')
    kept = await a_store(database).keep(facts([hostile, *end()]))
    assert (kept.set_aside, kept.faulty) == ((), {})
    record = await the_records(database).call(CALL)
    assert record.raw_number.startswith("\ufffd\ufffd999")
    assert len(record.number) == 5000
    page = await the_records(database).calls(Wanted(number_suffix="1111"))
    assert [found.call_id for found in page.items] == [CALL]


async def test_nesting_without_end_is_set_aside(database: Database) -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    kept = await a_store(database).keep(
        [a_fact({"kind": "new_kind", "call_id": CALL, "at": 1_759_220_400_000, "deep": deep}), *facts(served())]
    )
    assert len(kept.set_aside) == 1
    assert await the_records(database).call(CALL) == fold(served())


async def test_facts_of_a_later_version_are_kept_for_it(database: Database) -> None:
    kept = await a_store(database).keep([a_fact({"kind": "translated", "call_id": "later", "at": 1_759_220_400_000})])
    assert kept.new == 1
    assert await the_records(database).call("later") == CallRecord(call_id="later", first=at(0))
    async with database.reading() as connection:
        assert (await connection.execute(select(events.c.kind))).scalars().all() == ["translated"]


async def test_a_call_that_cannot_be_folded_is_marked_and_stops_nobody(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def folds_all_but_one(told: list[Event]) -> CallRecord:
        if told[0].call_id == "bad":
            raise ZeroDivisionError("a fault of ours")
        return fold(told)

    await a_store(database).keep(facts(arrival("bad")))
    with monkeypatch.context() as patched:
        patched.setattr(keeping, "fold", folds_all_but_one)
        kept = await a_store(database).keep(facts([*answer("bad"), *served("good", second=9)], start=50))
    assert kept.faulty == {"bad": "ZeroDivisionError: a fault of ours"}
    records = the_records(database)
    assert await records.call("good") == fold(served("good", second=9))
    assert await records.call("bad") == fold(arrival("bad"))  # as it was
    assert (await records.counts())["faulty"] == 1
    await a_store(database).keep(facts(end("bad"), start=900))
    assert await records.call("bad") == fold([*arrival("bad"), *answer("bad"), *end("bad")])
    assert (await records.counts())["faulty"] == 0


async def test_values_the_database_refuses_cost_their_own_call_only(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """No value is known that gets past the checks, so one is made."""
    row_of = keeping.call_row
    monkeypatch.setattr(keeping, "call_row", lambda record: row_of(record) | ({"received": None} if record.call_id == "bad" else {}))
    kept = await a_store(database).keep(facts([*served("a"), *served("bad"), *served("z")]))
    assert kept.new == 2 * len(served())
    assert len(kept.set_aside) == len(served())
    assert "null" in kept.set_aside[0].reason.lower()
    records = the_records(database)
    assert {record.call_id for record in (await records.calls(Wanted())).items} == {"a", "z"}
    assert (await records.counts())["set_aside"] == len(served())


async def test_a_fault_of_ours_costs_one_call_until_it_is_mended(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def numbered(record: CallRecord) -> tuple[str, ...]:
        if record.call_id == "bad":
            raise ZeroDivisionError("a fault of ours")
        return ()

    store = a_store(database)
    with monkeypatch.context() as patched:
        patched.setattr(ticketing, "tags_of", numbered)
        kept = await store.keep(
            [*facts(served("good")), *facts(served("bad"), start=100), a_fact({"call_id": "x", "kind": "rated", "at": 5})]
        )
        assert kept.new == len(served())
        assert (await the_records(database).counts())["set_aside"] == len(served()) + 1
    mended = await store.retry()
    assert mended.new == len(served())
    assert await the_records(database).call("bad") == fold(served("bad"))
    assert (await the_records(database).counts())["set_aside"] == 1
    assert (await store.retry()).new == 0


async def test_a_missing_table_is_the_databases_fault_and_nobody_is_set_aside(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE events_set_aside"))
        await connection.execute(text("DROP TABLE events"))
    with pytest.raises(StoreFault):
        await a_store(database).keep(facts(served()))
    async with database.reading() as connection:
        assert (await connection.execute(select(calls.c.call_id))).all() == []


async def test_an_answer_that_comes_after_the_audits_recovery_makes_one_ticket(database: Database) -> None:
    store = a_store(database)
    await store.keep(facts([*arrival(trunk=""), *end(reason="recovered")]))
    ticket = await the_records(database).ticket_of(CALL)
    assert ticket is not None
    assert ticket.record.recovered
    await store.keep(facts(served(), start=100))
    after = (await the_records(database).tickets(Wanted(recovered=True))).items
    assert [(one.number, one.record.seat_id, one.record.end_reason) for one in after] == [(ticket.number, "8001", "completed")]


async def test_what_stands_in_the_tables_is_what_is_searched_for(database: Database) -> None:
    await a_store(database).keep(facts(served()))
    async with database.reading() as connection:
        row = (await connection.execute(select(calls))).one()
        ticket = (await connection.execute(select(tickets))).one()
    assert (row.hotline, row.seat_id, row.number_reversed, row.end_reason) == (HOTLINE, "8001", "100088885150", "completed")
    assert (row.received, row.caller_class, row.recovered) == (at(0), "key_enterprise", False)
    assert (ticket.status, ticket.tags, ticket.due) == (
        TicketStatus.OPEN,
        ["企业"],
        DEADLINES.of(caller_class="project", type=None, received=at(0)).due,
    )
    assert isinstance(arrival()[0], Arrived)
    assert to_document(answer()[1])["kind"] == Answered.kind
