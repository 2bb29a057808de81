"""Rules by hour: a line that is closed, a line that another number serves, an end of their own for key enterprises; and the shifts."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

from calls.calendar import BEIJING
from lab.phones.behaviours import BUSY, Answers, RingsForEver
from routing.rota import DutyDay
from routing.rota_form import write_rota
from tests.scenarios.hotline import KEY, PUBLIC, Hotline
from tests.scenarios.house import Wanted

OTHER = "0515-86661234"
DIALLED = "051586661234"
ROUTES = (
    "{name: tax, dialled: 12366, hours: once, ladder: public}",
    "{name: tax-closed, dialled: 12366, closed: [{play: closed-now}]}",
    "{name: elsewhere, dialled: 12367, closed: [{play: connecting}, {ring: OTHER, ring_s: 30}, {callback: true}, {play: we-call-back}]}",
    "{name: enterprises, classes: key_enterprise, max_wait_s: 8, end: [{ring: OTHER, ring_s: 2}, {play: we-call-back}, {callback: true}]}",
)
LAB = Wanted(
    overrides=(
        "dialled.12366.ivr=none",
        "dialled.12367.ivr=none",
        "hours.always={}",
        "hours.once={dates: 2020-01-01}",
        f"routes=[{', '.join(ROUTES).replace('OTHER', OTHER)}]",
        "shifts.grace_s=0",
        "shifts.groups.priority={duties: [{seats: 8001, agents: li, hours: always}], least: 1}",
    )
)


async def test_who_calls_a_closed_line_is_told_so_and_no_seat_rings(hotline: Hotline) -> None:
    seat = await hotline.seat(8004)
    caller = await hotline.calls(PUBLIC, dials="12366")
    await caller.hears_prompt(hotline.prompt("closed-now"))
    await caller.call_ended()
    [call] = (await hotline.api.until("/calls?end_reason=closed&limit=1", lambda page: bool(page["items"])))["items"]
    told = await hotline.call(call["call_id"])
    assert "The rule tax does not hold now" in " ".join(told["reasons"])
    assert "The rule tax-closed decides: closed." in told["reasons"]
    assert call["call_id"] not in [one["call_id"] for one in (await hotline.api.get("/callbacks"))["items"]]
    assert not seat.events[1:]


async def test_another_number_serves_a_line_that_has_no_seats_of_its_own(hotline: Hotline) -> None:
    hotline.world.script(DIALLED, Answers())
    caller = await hotline.calls(PUBLIC, dials="12367")
    await caller.hears_prompt(hotline.prompt("connecting"))
    call_id = await hotline.live_call()
    called = await hotline.world.is_called(DIALLED)
    assert called.caller == "12345"
    other = await hotline.world.phone(DIALLED)
    await other.talks()
    await asyncio.gather(caller.hears(other), other.hears(caller))
    await caller.hang_up()
    await other.call_ended()
    call = await hotline.ended(call_id, "completed")
    assert call["seat"] == "outside"
    assert (await hotline.ticket(call_id))["number"]


async def test_where_the_other_number_is_busy_the_caller_hears_that_we_call_back(hotline: Hotline) -> None:
    hotline.world.script(DIALLED, BUSY)
    caller = await hotline.calls(PUBLIC, dials="12367")
    await caller.talks()
    call_id = await hotline.live_call()
    await caller.hears_prompt(hotline.prompt("we-call-back"))
    await caller.call_ended()
    await hotline.ended(call_id, "callback")
    await hotline.api.until("/callbacks", lambda page: call_id in [one["call_id"] for one in page["items"]])


async def test_who_hangs_up_while_the_other_number_rings_is_on_the_list_too(hotline: Hotline) -> None:
    hotline.world.script(DIALLED, RingsForEver())
    caller = await hotline.calls(PUBLIC, dials="12367")
    await hotline.world.is_called(DIALLED)
    call_id = await hotline.live_call()
    await caller.hang_up()
    await hotline.ended(call_id, "abandoned")


async def test_a_key_enterprise_has_an_end_of_its_own(hotline: Hotline) -> None:
    hotline.world.script(DIALLED, RingsForEver())
    caller, call_id = await hotline.waiting(KEY)
    await hotline.world.is_called(DIALLED)
    await hotline.hears_music(caller)
    await caller.hears_prompt(hotline.prompt("we-call-back"))
    await caller.call_ended()
    await hotline.ended(call_id, "callback")
    await hotline.api.until("/callbacks", lambda page: [one["call_id"] for one in page["items"]][:1] == [call_id])


async def test_a_seat_that_becomes_free_in_time_takes_it_before_that_end(hotline: Hotline) -> None:
    caller, _ = await hotline.waiting(KEY)
    seat = await hotline.seat(8001, ready=False)
    ring = await hotline.talk(caller, seat)
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")


async def test_the_dry_run_names_rule_and_hours(hotline: Hotline) -> None:
    code, said = await hotline.zhida("explain", PUBLIC, "--dialled", "12366", "--at", "2026-10-01T02:00")
    assert code == 0, said
    assert "Rule: tax-closed\nIVR: none\nClosed: closed-now is played\n" in said
    assert "The rule tax does not hold now: it is not once: Thursday 2026-10-01 is not among its dates." in said
    code, said = await hotline.zhida("explain", KEY, "--at", "2020-01-01T02:00", "--json")
    plan = json.loads(said)["plan"]
    assert (plan["rule"], plan["end"]["after_s"], plan["ladder"][0]["on_duty"]) == ("enterprises", 8, ["8001", "li"])


async def test_who_is_missing_from_a_shift_is_warned_of_until_he_signs_in(hotline: Hotline) -> None:
    why = "直达专席 (priority): nobody signed in, 1 wanted."
    shifts = await hotline.api.until("/shifts", lambda found: bool(found["warnings"]))
    assert [(one["why"], one["missing"]) for one in shifts["warnings"]] == [(why, ["8001", "li"])]
    assert hotline.lab.health()["warnings"] == [why]
    assert 'zhida_shift_warning{group="priority",lack="nobody"} 1.0' in await asyncio.to_thread(hotline.lab.figures)
    code, said = await hotline.zhida("shifts")
    assert (code, said.splitlines()[-1]) == (0, f"nobody: {why}")
    await hotline.seat(8002)
    shifts = await hotline.api.until("/shifts", lambda found: not found["warnings"])
    assert shifts["groups"][0]["signed_in"] == ["8002"]
    code, said = await hotline.zhida("shifts", "--at", "2026-10-01T02:00")
    assert (code, said.splitlines()[1].split()[:3]) == (0, ["priority", "8001,", "li"])


async def test_an_imported_duty_table_is_in_force_in_the_running_engine(hotline: Hotline, tmp_path: Path) -> None:
    days = [datetime.now(BEIJING).date() + timedelta(days=day) for day in (-1, 0, 1)]
    rows = [DutyDay(duty_id="", group="priority", day=day, times=(0, 1440), seats=("8002",), agents=("李某",)) for day in days]
    write_rota(rows, tmp_path / "rota.xlsx", labels={"priority": "直达专席"})
    code, said = await hotline.zhida("shifts", "import", str(tmp_path / "rota.xlsx"), "--yes")
    assert code == 0, said
    shifts = await hotline.api.until("/shifts?group=priority", lambda found: found["groups"][0]["on_duty"]["seats"] == ["8002"])
    assert shifts["groups"][0]["on_duty"]["agents"] == ["李某"]
    code, said = await hotline.zhida("explain", KEY)
    assert "直达专席 (priority), 8001-8002; on duty then: 8002, 李某\n" in said
