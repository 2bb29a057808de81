"""How specialists answer, who is away, who wishes for whom, and tickets left to departments, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from calls.errors import NotFound
from calls.events import DepartmentAssigned, Event, SpecialistAsked, SpecialistAttemptEnded, SpecialistJoined, SpecialistLeft
from conference.duty import Absence
from conference.figures import DepartmentFigures
from conference.planning import Answering
from conference.roster import Level
from conference.roster_form import diff_roster
from conference.wishes import FreeWish
from store.sql.availability import SqlAbsences, SqlFreeWishes
from store.sql.database import Database
from store.sql.links import SqlLinks
from store.sql.roster import SqlRoster
from store.sql.specialists import SqlSpecialistFigures
from tests.unit.store.sql.stories import HOTLINE, NOW, a_store, facts, the_records
from tests.unit.store.sql.test_links import issued
from tests.unit.store.sql.test_roster import JIA
from tests.unit.tickets.builders import at, served
from tickets.answers import Draft, ReplyKind
from tickets.calendar import WorkCalendar
from tickets.records import Wanted
from tickets.ticket import patch_from_mapping

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def attempt(
    call_id: str, number: int, who: str, second: float, *, department: str = "税务", comes_after: float | None = None, stays: float = 60,
    outcome: str = "no_answer", picked_up: bool = False,
) -> list[Event]:  # fmt: skip
    attempt_id = f"spec-{call_id}-{number}"
    named = {"specialist_id": who, "name": who, "department": department}
    asked = SpecialistAsked(call_id=call_id, at=at(second), attempt_id=attempt_id, phone="office", number="051586660001", **named)
    if comes_after is None:
        ended = SpecialistAttemptEnded(
            call_id=call_id, at=at(second + 5), attempt_id=attempt_id, specialist_id=who, outcome=outcome, picked_up=picked_up
        )
        return [asked, ended]
    joined = SpecialistJoined(call_id=call_id, at=at(second + comes_after), attempt_id=attempt_id, **named)
    return [asked, joined, SpecialistLeft(call_id=call_id, at=at(second + comes_after + stays), attempt_id=attempt_id, specialist_id=who)]


async def keep(database: Database, *stories: list[Event]) -> SqlSpecialistFigures:
    for number, story in enumerate(stories):
        await a_store(database).keep(facts(story, start=1000 * number))
    return SqlSpecialistFigures(database, "yancheng", WorkCalendar())


@pytest.fixture
async def figures(database: Database) -> SqlSpecialistFigures:
    """甲 comes into two of three calls, 乙 into none of one; 人社 is asked once, in vain, and gets the ticket."""
    return await keep(
        database,
        [*served("a"), *attempt("a", 0, "甲", 20, comes_after=8)],
        [*served("b", second=200), *attempt("b", 0, "甲", 220), *attempt("b", 1, "甲", 225, comes_after=10)],
        [*served("c", second=400), *attempt("c", 0, "甲", 420, outcome="declined", picked_up=True), *attempt("c", 1, "乙", 425)],
        [
            *served("d", second=600),
            *attempt("d", 0, "丁", 620, department="人社"),
            DepartmentAssigned(call_id="d", at=at(640), department="人社", summary="工伤认定", by="话务员甲", told=True),
        ],
    )


async def test_how_each_answers(figures: SqlSpecialistFigures) -> None:
    found = await figures.answering(["甲", "乙", "丁", "谁"], since=LONG_AGO)
    assert found["甲"] == Answering(asked=3, joined=2, last_called=at(420), last_joined=at(235), last_left=at(295))
    assert found["乙"] == Answering(asked=1, joined=0, last_called=at(425))
    assert "谁" not in found
    assert (await figures.answering(["甲"], since=LATER))["甲"] == Answering(last_called=at(420), last_joined=at(235), last_left=at(295))


async def test_how_each_department_answers(figures: SqlSpecialistFigures, database: Database) -> None:
    records = the_records(database)
    (first,) = [ticket for ticket in (await records.tickets(Wanted())).items if ticket.record.call_id == "a"]
    answered = patch_from_mapping({"type": "咨询", "status": "answered_online", "answer": "可以退税"})
    await records.patch_ticket(first.number, answered, expect=None, by="a1", at=NOW)
    found = await figures.departments(since=LONG_AGO, until=LATER)
    assert found["税务"] == DepartmentFigures(asked=3, answered=3, accepted=2, seconds=(8.0, 15.0), solved_online=1)
    assert found["人社"] == DepartmentFigures(asked=1, assigned=1)
    assert (found["税务"].seconds_at(0.5), found["税务"].seconds_at(0.9), found["人社"].seconds_at(0.5)) == (8.0, 15.0, None)
    assert (found["税务"].share_accepted, found["税务"].share_solved_online) == (2 / 3, 0.5)
    assert await figures.departments(since=LATER, until=LATER + timedelta(days=1)) == {}


async def test_the_specialists_own_last_word_decides_what_was_solved_online(figures: SqlSpecialistFigures, database: Database) -> None:
    links, records = SqlLinks(database, HOTLINE), the_records(database)
    numbers = {ticket.record.call_id: ticket.number for ticket in (await records.tickets(Wanted())).items}
    written: list[str] = []

    async def writes(call_id: str, kind: ReplyKind, specialist_id: str = "甲") -> None:
        link_id = f"{call_id}-{specialist_id}"
        if await links.link(link_id) is None:
            link = issued(link_id, specialist_id, call_id=call_id, ticket=numbers[call_id], name=specialist_id)
            await links.put(link, was=None, message=None)
        draft = Draft(kind=kind, text="答复", until=NOW.date() if kind is ReplyKind.FOLLOW_UP else None)
        await links.append(f"answer-{len(written)}", draft, link_id=link_id, issue=1, seen=len(written), at=NOW)
        written.append(link_id)

    async def solved() -> int:
        return (await figures.departments(since=LONG_AGO, until=LATER))["税务"].solved_online

    await writes("a", ReplyKind.SOLVED)
    assert await solved() == 1
    await writes("a", ReplyKind.REMARK)
    assert await solved() == 1
    await writes("a", ReplyKind.SOLVED, "丁")  # of another department
    await writes("a", ReplyKind.FOLLOW_UP)
    assert await solved() == 0
    answered = patch_from_mapping({"type": "咨询", "status": "answered_online", "answer": "可以退税"})
    await records.patch_ticket(numbers["a"], answered, expect=None, by="a1", at=NOW)
    assert await solved() == 0, "the specialist says that something is still to be done"


async def test_facts_that_come_again_or_late_change_no_figure_twice(database: Database) -> None:
    story = [*served("a"), *attempt("a", 0, "甲", 20, comes_after=8)]
    store = a_store(database)
    await store.keep(facts(story[-1:], start=500))
    await store.keep(facts(story))
    await store.keep(facts(story))
    found = await SqlSpecialistFigures(database, "yancheng", WorkCalendar()).departments(since=LONG_AGO, until=LATER)
    assert (found["税务"].asked, found["税务"].accepted) == (1, 1)


async def test_a_ticket_left_to_a_department_is_found_by_it_with_what_was_tried(figures: SqlSpecialistFigures, database: Database) -> None:
    records = the_records(database)
    (ticket,) = (await records.tickets(Wanted(department="人社"))).items
    left = ticket.record.left_to
    assert left is not None
    assert (left.department, left.summary, left.by, left.told) == ("人社", "工伤认定", "话务员甲", True)
    assert [one.outcome for part in ticket.record.specialists for one in part.attempts] == ["no_answer"]
    assert ticket.sign_due is not None
    assert ticket.sign_due > at(640)
    assert (await records.tickets(Wanted(department="税务"))).items == ()
    again = DepartmentAssigned(call_id="d", at=at(650), department="税务")
    await a_store(database).keep(facts([again], start=9000))
    assert [one.number for one in (await records.tickets(Wanted(department="税务"))).items] == [ticket.number]


async def test_what_the_rosters_added_columns_tell_is_kept(database: Database) -> None:
    kept = SqlRoster(database, "yancheng")
    told = replace(JIA, topics=("出口退税", "税收优惠"), level=Level.COUNTY, duty=("office",), stand_ins=("乙",))
    await kept.apply(diff_roster([], [told]), by="王某", at=NOW)
    assert await kept.everybody() == [told]
    assert diff_roster(await kept.everybody(), [told]).nothing_to_change


async def test_an_absence_holds_until_its_moment_or_until_he_is_back(database: Database) -> None:
    kept = SqlAbsences(database, "yancheng")
    absence = Absence(specialist_id="s-1", until=NOW + timedelta(hours=2), why="会议", by="王某", since=NOW)
    await kept.mark_away(replace(absence, why="培训"))
    await kept.mark_away(absence)
    assert await kept.absences(NOW) == {"s-1": absence}
    assert await kept.absences(NOW + timedelta(hours=2)) == {}
    assert await SqlAbsences(database, "nantong").absences(NOW) == {}
    await kept.is_back("s-1")
    await kept.is_back("s-1")
    assert await kept.absences(NOW) == {}


async def test_a_wish_is_told_once_whoever_tells_it(database: Database) -> None:
    kept = SqlFreeWishes(database, "yancheng")
    wish = FreeWish(wish_id="w1", seat_id="8001", call_id="c", wanted="税务", specialists=("s-1",), off_duty=(), made=NOW)
    assert await kept.add(wish) == wish
    assert await kept.add(replace(wish, wish_id="w2", made=NOW + timedelta(seconds=5))) == wish
    other = await kept.add(replace(wish, wish_id="w3", seat_id="8002", made=NOW + timedelta(seconds=9)))
    assert await kept.open() == [wish, other]
    told = replace(wish, told=NOW + timedelta(minutes=1), specialist_id="s-1", name="甲", why="has finished a talk")
    assert await kept.tell(told) is True
    assert await kept.tell(told) is False
    assert await kept.open() == [other]
    assert await kept.lately(seat_id="8001", since=NOW) == [told]
    assert await kept.lately(seat_id=None, since=NOW + timedelta(minutes=2)) == [other]
    await kept.withdraw("w3")
    with pytest.raises(NotFound):
        await kept.withdraw("w3")
