"""What the API asks of the records."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta, timezone

import pytest

from calls.errors import Conflict, NotFound, Refused
from calls.events import Event, VoicemailLeft
from store.sql.database import Database
from store.sql.records import SqlRecords
from tests.unit.store.sql.stories import NOW, a_store, facts, the_records
from tests.unit.tickets.builders import CALL, answer, arrival, at, end, identity, served, voicemail, waiting
from tickets.record import CallRecord
from tickets.records import Page, Unheard, Wanted
from tickets.ticket import TicketStatus, patch_from_mapping
from tickets.types import TicketType


async def keep(database: Database, *stories: Sequence[Event]) -> SqlRecords:
    for number, story in enumerate(stories):
        await a_store(database).keep(facts(story, start=1000 * number))
    return the_records(database)


def ids(page: Page[CallRecord]) -> list[str]:
    return [record.call_id for record in page.items]


@pytest.fixture
async def day(database: Database) -> SqlRecords:
    """Five calls of a day: an enterprise's, two of the public's, one given up, one still alive."""
    return await keep(
        database,
        served("enterprise", number="051588880001"),
        served("public", number="13900001234", caller_class="public", second=10),
        [*arrival("second", number="13900005678", second=20), *answer("second", seat_id="8004", second=25), *end("second", second=90)],
        [*arrival("abandoned", number="051566601234", second=30), *waiting("abandoned", second=30), *end("abandoned", reason="abandoned")],
        [*arrival("live", second=40), *identity("live", caller_class="project"), *answer("live", seat_id="8003", second=45)],
    )


async def test_calls_are_listed_latest_first(day: SqlRecords) -> None:
    page = await day.calls(Wanted())
    assert ids(page) == ["live", "abandoned", "second", "public", "enterprise"]
    assert page.next is None


async def test_calls_are_found(day: SqlRecords) -> None:
    for wanted, found in [
        (Wanted(caller_class="public"), ["public"]),
        (Wanted(seat_id="8004"), ["second"]),
        (Wanted(enterprise="示例制造"), ["live", "enterprise"]),
        (Wanted(enterprise="%"), []),
        (Wanted(number_suffix="1234"), ["abandoned", "public"]),
        (Wanted(number_suffix="13900001234"), ["public"]),
        (Wanted(number_suffix="9"), []),
        (Wanted(status="live"), ["live"]),
        (Wanted(status="abandoned"), ["abandoned"]),
        (Wanted(since=at(10), until=at(30)), ["second", "public"]),
        (Wanted(since=at(30).astimezone(timezone(timedelta(hours=8)))), ["live", "abandoned"]),
        (Wanted(status="completed", caller_class="key_enterprise"), ["enterprise"]),
    ]:
        assert ids(await day.calls(wanted)) == found, wanted


async def test_tickets_are_found(day: SqlRecords) -> None:
    for wanted, found in [
        (Wanted(), ["live", "second", "public", "enterprise"]),
        (Wanted(tag="企业"), ["live", "enterprise"]),
        (Wanted(tag="企"), []),
        (Wanted(status="open", seat_id="8004"), ["second"]),
        (Wanted(status="closed"), []),
        (Wanted(type=TicketType.HELP), []),
        (Wanted(recovered=True), []),
        (Wanted(recovered=False, number_suffix="5678"), ["second"]),
    ]:
        assert [ticket.record.call_id for ticket in (await day.tickets(wanted)).items] == found, wanted


async def test_one_is_found_by_its_id_or_number(day: SqlRecords) -> None:
    assert (await day.call("abandoned")).end_reason == "abandoned"
    assert (await day.ticket("20250930-00001")).record.call_id == "enterprise"
    assert await day.ticket_of("abandoned") is None
    with pytest.raises(NotFound, match="no record of a call nobody"):
        await day.call("nobody")
    with pytest.raises(NotFound, match="no ticket 20250930-99999"):
        await day.ticket("20250930-99999")


async def test_pages_neither_skip_nor_double_while_calls_come_in(database: Database) -> None:
    records = await keep(database, *(served(f"c{number:02}", second=number // 3) for number in range(10)))
    seen: list[str] = []
    cursor: str | None = None
    for late in range(20):
        page = await records.calls(Wanted(), cursor=cursor, limit=3)
        seen += ids(page)
        await a_store(database).keep(facts(served(f"late{late}", second=1000 + late), start=9000 + 100 * late))
        if page.next is None:
            break
        cursor = page.next
    assert seen == [f"c{number:02}" for number in reversed(range(10))]


async def test_tickets_have_pages_too(day: SqlRecords) -> None:
    first = await day.tickets(Wanted(), limit=3)
    second = await day.tickets(Wanted(), limit=3, cursor=first.next)
    assert [ticket.record.call_id for ticket in first.items + second.items] == ["live", "second", "public", "enterprise"]
    assert second.next is None


async def test_a_cursor_of_somebody_elses_is_refused(day: SqlRecords) -> None:
    for cursor in ("x", "", "é", "bnVsbA", "WzEsMl0", "eyJhIjogMX0", "WyIyMDI1LTA5LTMwIiwgImMiXQ"):
        with pytest.raises(Refused, match="none of ours"):
            await day.calls(Wanted(), cursor=cursor)


async def test_what_cannot_be_asked_is_refused(day: SqlRecords) -> None:
    with pytest.raises(Refused, match="1 to 200"):
        await day.calls(Wanted(), limit=0)
    with pytest.raises(Refused, match="last digits"):
        Wanted(number_suffix="12a")
    with pytest.raises(Refused, match="needs a time zone"):
        Wanted(until=at(0).replace(tzinfo=None))


async def test_an_agent_writes_a_ticket_and_the_type_sets_its_deadline(day: SqlRecords) -> None:
    patch = patch_from_mapping({"type": "建议", "content": "希望延长窗口时间", "disposition": "派发工单"})
    after = await day.patch_ticket("20250930-00001", patch, expect=1, by="agent a1", at=NOW)
    assert (after.version, after.updated, after.updated_by) == (2, NOW, "agent a1")
    assert (after.written.type, after.written.content, after.written.disposition) == (TicketType.SUGGEST, "希望延长窗口时间", "dispatch")
    assert (after.deadline.within, after.deadline.provisional) == ("10 个工作日", False)
    assert after == await day.ticket("20250930-00001")
    assert [ticket.number for ticket in (await day.tickets(Wanted(type=TicketType.SUGGEST))).items] == ["20250930-00001"]
    closed = await day.patch_ticket("20250930-00001", patch_from_mapping({"status": "closed"}), expect=2, by="a1", at=NOW)
    assert closed.written.status is TicketStatus.CLOSED
    assert closed.written.content == "希望延长窗口时间"


async def test_who_saw_an_older_version_does_not_write_over_the_newer(day: SqlRecords) -> None:
    await day.patch_ticket("20250930-00001", patch_from_mapping({"content": "first"}), expect=1, by="a1", at=NOW)
    with pytest.raises(Conflict, match="changed meanwhile") as conflict:
        await day.patch_ticket("20250930-00001", patch_from_mapping({"content": "second"}), expect=1, by="a2", at=NOW)
    assert conflict.value.fields["version"] == 2
    assert (await day.ticket("20250930-00001")).written.content == "first"


async def test_of_many_who_write_at_once_one_succeeds(day: SqlRecords) -> None:
    async def write(number: int) -> bool:
        try:
            await day.patch_ticket("20250930-00001", patch_from_mapping({"content": str(number)}), expect=1, by=f"a{number}", at=NOW)
        except Conflict:
            return False
        return True

    outcomes = await asyncio.gather(*(write(number) for number in range(6)))
    ticket = await day.ticket("20250930-00001")
    assert outcomes.count(True) == 1
    assert (ticket.version, ticket.written.content) == (2, str(outcomes.index(True)))


async def test_writers_without_a_version_all_have_their_fields(day: SqlRecords) -> None:
    fields = ({"content": "c"}, {"answer": "a"}, {"type": "help"}, {"disposition": "direct"})
    await asyncio.gather(*(day.patch_ticket("20250930-00001", patch_from_mapping(field), expect=None, by="a", at=NOW) for field in fields))
    written = (await day.ticket("20250930-00001")).written
    assert (written.content, written.answer, written.type, written.disposition) == ("c", "a", "help", "direct")


async def test_an_agent_and_the_recorder_at_once_both_have_their_say(database: Database) -> None:
    records = await keep(database, [*arrival(), *waiting(), *answer()])
    ticket = await records.ticket_of(CALL)
    assert ticket is not None
    patch = patch_from_mapping({"type": "complaint", "content": "欠薪"})
    await asyncio.gather(
        records.patch_ticket(ticket.number, patch, expect=1, by="a", at=NOW),
        a_store(database).keep(facts([*identity(), *end()], start=500)),
    )
    after = await records.ticket(ticket.number)
    assert after.record.end_reason == "completed"
    assert (after.written.content, after.tags) == ("欠薪", ("企业",))
    assert (after.deadline.type, after.deadline.lane) == (TicketType.COMPLAINT, "enterprise")


async def test_writing_what_stands_there_already_changes_nothing(day: SqlRecords) -> None:
    after = await day.patch_ticket("20250930-00001", patch_from_mapping({"content": ""}), expect=1, by="a1", at=NOW)
    assert (after.version, after.updated) == (1, None)
    with pytest.raises(NotFound):
        await day.patch_ticket("1", patch_from_mapping({}), expect=1, by="a1", at=NOW)


async def test_hostile_text_can_be_written(day: SqlRecords) -> None:
    after = await day.patch_ticket("20250930-00001", patch_from_mapping({"content": "a\0b\ud800'; --"}), expect=1, by="a1", at=NOW)
    assert after.written.content == "a\ufffdb\ufffd'; --"


async def test_the_audit_learns_which_calls_are_known_and_which_have_ended(day: SqlRecords) -> None:
    asked = ["live", "enterprise", "nobody"]
    assert await day.ended(asked) == {"live": False, "enterprise": True}
    assert await day.tickets_of(asked) == {"enterprise": "20250930-00001", "live": "20250930-00004"}
    assert await day.ended([f"x{number}" for number in range(11_000)]) == {}
    assert await day.counts() == {"calls": 5, "tickets": 4, "faulty": 0, "set_aside": 0}


async def test_voice_messages_that_nobody_has_handled_are_counted_by_class(database: Database) -> None:
    records = await keep(database, voicemail("v1", second=5), voicemail("v2"), voicemail("v3", number=""), served("s"))
    assert await records.unheard() == [
        Unheard(caller_class="anonymous", open=1, oldest=at(0)),
        Unheard(caller_class="public", open=2, oldest=at(0)),
    ]
    page = await records.tickets(Wanted(tag="留言", status=TicketStatus.OPEN))
    assert [ticket.record.call_id for ticket in page.items] == ["v1", "v3", "v2"]
    for ticket in page.items:
        patch = patch_from_mapping({"type": "咨询", "status": "closed"})
        await records.patch_ticket(ticket.number, patch, expect=None, by="agent", at=NOW)
    assert await records.unheard() == []


async def test_a_message_that_is_found_after_the_call_makes_its_ticket_then(database: Database) -> None:
    facts_told = voicemail("v1", how="found")
    left = [fact for fact in facts_told if isinstance(fact, VoicemailLeft)]
    records = await keep(database, [fact for fact in facts_told if fact not in left])
    assert await records.ticket_of("v1") is None
    await a_store(database).keep(facts(left, start=500))
    ticket = await records.ticket_of("v1")
    assert ticket is not None
    assert ticket.tags == ("留言",)
