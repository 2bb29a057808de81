"""The hunt for a specialist: several phones at once, pockets and machines, stand-ins, leaders last, and what is done where nobody comes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conference.roster_form import read_roster, write_roster
from lab.phones.behaviours import BUSY, Answers, RingsForEver
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import CHECKOUT, OTHER_KEYS, Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.test_three_way import (
    ACCEPTS,
    LEADER_MOBILE,
    LEADER_OFFICE,
    MOBILE,
    OFFICE,
    SECOND_OFFICE,
    TAX,
    ask,
    attempt_at,
    joined,
    three_way,
)

LAB = Wanted(overrides=("conference.parallel=2", "conference.order=roster"))
SAMPLE = CHECKOUT / "config/lab/roster.xlsx"
POCKET = Answers(tone_hz=0)
LABOUR_OFFICE, LABOUR_MOBILE = "051586660011", "13900001011"
"""A made-up roster's numbers, as everywhere."""


async def test_two_phones_ring_at_once_and_the_first_to_accept_has_it(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver()).script(SECOND_OFFICE, Answers(after_s=0.5, presses="1", presses_after_s=0.3))
    await ask(hotline, call_id)
    await asyncio.gather(hotline.world.is_called(OFFICE), hotline.world.is_called(SECOND_OFFICE))
    conference = await joined(hotline, call_id, SECOND_OFFICE)
    first, second = await hotline.world.phone(OFFICE), await hotline.world.phone(SECOND_OFFICE)
    await first.call_ended()
    assert attempt_at(conference, OFFICE)["state"] == "cancelled"
    assert {called.number for called in hotline.world.called} == {OFFICE, SECOND_OFFICE}
    assert len(hotline.world.called) == 2
    await asyncio.gather(seat.hears(second), second.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_who_picked_up_too_late_hears_that_somebody_else_has_it(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, POCKET).script(SECOND_OFFICE, Answers(after_s=1.0, presses="1", presses_after_s=0.3))
    await ask(hotline, call_id)
    await joined(hotline, call_id, SECOND_OFFICE)
    late = await hotline.world.phone(OFFICE)
    await late.hears_prompt(hotline.prompt("specialist-taken"))
    await late.call_ended()
    call = await hotline.call(call_id)
    assert call["state"] == "consult"
    await caller.hang_up()
    ended = await hotline.ended(call_id, "completed")
    outcomes = {part["name"]: [attempt["outcome"] for attempt in part["attempts"]] for part in ended["record"]["specialists"]}
    assert outcomes == {"税务专员甲": ["cancelled"], "税务专员乙": ["joined"]}


async def test_a_pocket_does_not_join_and_whoever_listens_hears_who_is_calling(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, POCKET)
    await hotline.api.ask("POST", f"/calls/{call_id}/specialists", {"department": TAX, "about": "出口退税"})
    await hotline.world.is_called(OFFICE)
    pocket = await hotline.world.phone(OFFICE)
    await pocket.hears_prompt(hotline.prompt("specialist-accept"))
    await pocket.hears_prompt(hotline.prompt("caller-key-enterprise"))
    await pocket.hears_prompt(hotline.prompt("specialist-about"))
    assert (await hotline.call(call_id))["state"] == "consult"
    await hotline.hears_music(caller)
    await hotline.api.ask("DELETE", f"/conferences/{call_id}/hunt")
    await pocket.hears_prompt(hotline.prompt("specialist-over"))
    await pocket.call_ended()
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_everybody_refuses_and_the_ticket_is_left_to_the_department(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    for number in (OFFICE, MOBILE, SECOND_OFFICE, LEADER_OFFICE, LEADER_MOBILE):
        hotline.world.script(number, BUSY)
    await ask(hotline, call_id)
    await seat.hears_prompt(hotline.prompt("hunt-nobody"))
    conference = await hotline.conference_is(call_id, lambda one: not one["hunting"])
    assert {attempt["state"] for attempt in conference["attempts"]} == {"busy"}
    left = await hotline.api.ask("POST", f"/calls/{call_id}/specialists/ticket", {"summary": "出口退税进度"})
    assert (left["department"], left["caller_told"]) == (TAX, True)
    await caller.hears_prompt(hotline.prompt("ticket-made"))
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    ticket = await hotline.ticket(call_id)
    assert (ticket["left_to"]["department"], ticket["left_to"]["summary"]) == (TAX, "出口退税进度")
    assert ticket["left_to"]["sign_due"]
    tried = [attempt["outcome"] for part in ticket["specialists"] for attempt in part["attempts"]]
    assert tried == ["busy"] * 5
    found = await hotline.api.get("/tickets", department=TAX)
    assert ticket["number"] in [one["number"] for one in found["items"]]
    figures = (await figures_of(hotline, TAX))["figures"]
    assert figures["assigned"] >= 1
    assert figures["asked"] > figures["accepted"]


async def test_a_ticket_that_is_made_in_the_talk_is_told_to_caller_and_seat(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    muted = f"/conferences/{call_id}/members/{{}}/mute"  # who hums is heard over a whisper
    for member in ("caller", "seat"):
        await hotline.api.ask("PUT", muted.format(member))
    await asyncio.gather(caller.hears_silence(), seat.hears_silence())
    left = await hotline.api.ask("POST", f"/calls/{call_id}/specialists/ticket", {"department": TAX})
    assert left["caller_told"] is True
    sentence = hotline.prompt("ticket-made")
    await asyncio.gather(caller.hears_prompt(sentence), seat.hears_prompt(sentence))
    for member in ("caller", "seat"):
        await hotline.api.ask("DELETE", muted.format(member))
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_the_leader_is_rung_only_when_nobody_else_rings_any_more(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, BUSY).script(MOBILE, RingsForEver()).script(SECOND_OFFICE, BUSY).script(LEADER_OFFICE, ACCEPTS)
    await ask(hotline, call_id)
    conference = await joined(hotline, call_id, LEADER_OFFICE)
    assert attempt_at(conference, MOBILE)["state"] == "no_answer"
    assert attempt_at(conference, LEADER_OFFICE)["role"] == "leader"
    assert [called.number for called in hotline.world.called][-1] == LEADER_OFFICE
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_the_seat_alone_hears_each_step(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    quiet = Answers(after_s=1.0, presses="1", presses_after_s=0.3, tone_hz=0)  # who hums is heard over a whisper
    hotline.world.script(OFFICE, RingsForEver()).script(MOBILE, quiet)
    first = await specialist_id(hotline, "税务专员甲")
    await hotline.api.ask("POST", f"/calls/{call_id}/specialists", {"specialist_id": first})
    await seat.hears_prompt(hotline.prompt("hunt-office"))
    await hotline.world.is_called(MOBILE)
    await seat.hears_prompt(hotline.prompt("hunt-no-answer"))
    await seat.hears_prompt(hotline.prompt("hunt-mobile"))
    await joined(hotline, call_id, MOBILE)
    await seat.hears_prompt(hotline.prompt("hunt-joined"))
    await hotline.hears_music(caller)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_another_is_asked_instead_while_the_first_still_rings(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, RingsForEver()).script(SECOND_OFFICE, RingsForEver()).script(LABOUR_OFFICE, ACCEPTS)
    await ask(hotline, call_id)
    await asyncio.gather(hotline.world.is_called(OFFICE), hotline.world.is_called(SECOND_OFFICE))
    phones = await hotline.world.phone(OFFICE), await hotline.world.phone(SECOND_OFFICE)
    await hotline.api.ask("POST", f"/calls/{call_id}/specialists", {"department": "人社", "instead": True})
    await asyncio.gather(*(phone.call_ended() for phone in phones))
    conference = await joined(hotline, call_id, LABOUR_OFFICE)
    assert [attempt_at(conference, number)["state"] for number in (OFFICE, SECOND_OFFICE)] == ["cancelled", "cancelled"]
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_a_stand_in_is_asked_for_one_who_is_away(hotline: Hotline, tmp_path: Path) -> None:
    await with_stand_in(hotline, tmp_path)
    first = await specialist_id(hotline, "税务专员甲")
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    marked = await hotline.api.ask("PUT", f"/specialists/{first}/away", {"until": until, "why": "会议"})
    assert marked["on_duty"] is False
    try:
        seat = await hotline.seat(8001)
        caller, call_id = await hotline.talking(seat)
        hotline.world.script(SECOND_OFFICE, BUSY).script(LABOUR_OFFICE, ACCEPTS)
        asked = await ask(hotline, call_id)
        assert [(one["name"], one["role"]) for one in asked["attempts"]][:2] == [("税务专员乙", "specialist"), ("人社专员甲", "stand_in")]
        await joined(hotline, call_id, LABOUR_OFFICE)
        assert OFFICE not in [called.number for called in hotline.world.called]
        await caller.hang_up()
        await hotline.ended(call_id, "completed")
    finally:
        await hotline.api.ask("DELETE", f"/specialists/{first}/away")
        await imported(hotline, SAMPLE)


async def test_the_seat_is_told_when_a_specialist_is_free_again(hotline: Hotline) -> None:
    one, other = await hotline.seats(8001, 8002)
    caller, call_id = await hotline.talking(one)
    first = await specialist_id(hotline, "税务专员甲")
    hotline.world.script(OFFICE, ACCEPTS)
    await hotline.api.ask("POST", f"/calls/{call_id}/specialists", {"specialist_id": first})
    await joined(hotline, call_id, OFFICE)
    specialist = await hotline.world.phone(OFFICE)

    second_caller, second_id = await talking_at(hotline, other)
    status, problem = await hotline.api.answer("POST", f"/calls/{second_id}/specialists", {"specialist_id": first})
    assert (status, problem.get("code")) == (409, "nobody_to_ask"), problem
    wish = await hotline.api.ask("POST", f"/calls/{second_id}/specialists/wish", {"specialist_id": first})
    assert (wish["seat"], wish["told"]) == ("8002", None)
    await specialist.hang_up()
    told = await hotline.api.until("/wishes?seat=8002", lambda page: page["items"][0]["told"] is not None)
    assert (told["items"][0]["name"], told["items"][0]["why"]) == ("税务专员甲", "has finished a talk")
    await asyncio.gather(caller.hang_up(), second_caller.hang_up())
    await asyncio.gather(hotline.ended(call_id, "completed"), hotline.ended(second_id, "completed"))


# ── words ──


async def talking_at(hotline: Hotline, seat: Softphone) -> tuple[Softphone, str]:
    return await hotline.talking(seat, OTHER_KEYS[0])


async def specialist_id(hotline: Hotline, name: str) -> str:
    roster = await hotline.api.get("/specialists", q=name)
    return str(roster["items"][0]["specialist_id"])


async def figures_of(hotline: Hotline, department: str) -> dict[str, Any]:
    left: Callable[[Any], bool] = lambda page: page["items"][0]["figures"]["assigned"] > 0  # noqa: E731
    one: dict[str, Any] = (await hotline.api.until(f"/departments?department={department}", left))["items"][0]
    return one


async def with_stand_in(hotline: Hotline, folder: Path) -> None:
    """The lab's roster, in which somebody of another unit stands in for the first of the tax bureau."""
    sample = read_roster(SAMPLE, area_code="0515").specialists
    changed = [replace(one, stand_ins=("人社专员甲",)) if one.name == "税务专员甲" else one for one in sample]
    write_roster(changed, folder / "roster.xlsx")
    await imported(hotline, folder / "roster.xlsx")


async def imported(hotline: Hotline, file: Path) -> None:
    code, said = await hotline.zhida("specialists", "import", str(file), "--yes")
    assert code == 0, said
