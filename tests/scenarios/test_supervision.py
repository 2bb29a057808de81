"""A supervisor listens to a call, whispers to its seat, barges in: who hears whom, and what is left of it."""

import asyncio
from typing import Any

from lab.phones.ears import on_end, tones
from lab.phones.softphone import Softphone
from lab.phones.sound import read_wav
from tests.scenarios.hotline import Hotline
from tests.scenarios.test_three_way import consult, three_way

RINGS_S = 25  # a supervisor's phone, where nobody ends it before


async def test_listening_is_heard_by_nobody_and_whispering_by_the_seat_alone(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    ring = await rung(hotline, supervisor, call_id, "listen")
    assert (ring.number, ring.name) == ("8001", "listen 8001")
    await supervisor.hears(caller, seat)
    await asyncio.gather(caller.hears(seat, but_not=(supervisor,)), seat.hears(caller, but_not=(supervisor,)))
    assert (await hotline.api.until("/seats/8010", lambda seat: seat["phone"] == "in_use"))["call"] is None
    await change(hotline, call_id, "whisper")
    await asyncio.gather(seat.hears(caller, supervisor), caller.hears(seat, but_not=(supervisor,)), supervisor.hears(caller, seat))
    await change(hotline, call_id, "listen")
    await asyncio.gather(seat.hears(caller, but_not=(supervisor,)), caller.hears(seat, but_not=(supervisor,)))
    await supervisor.hang_up()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await supervised(hotline, call_id, lambda now: now is None)
    assert ever_heard(caller, seat)
    assert not ever_heard(caller, supervisor)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert (await hotline.recording(call_id)).never_heard(supervisor)
    spans = await spans_of(hotline, call_id, 3)
    assert [(span["mode"], span["by"], span["phone"], span["until"] is None) for span in spans] == [
        ("listen", "lab", "8010", False),
        ("whisper", "lab", "8010", False),
        ("listen", "lab", "8010", False),
    ]


async def test_barging_in_is_heard_by_both_and_recorded_and_he_can_go_back_to_listening(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await rung(hotline, supervisor, call_id, "barge")
    await asyncio.gather(caller.hears(seat, supervisor), seat.hears(caller, supervisor), supervisor.hears(caller, seat))
    await change(hotline, call_id, "whisper")
    await asyncio.gather(seat.hears(caller, supervisor), caller.hears(seat, but_not=(supervisor,)))
    await change(hotline, call_id, "listen")
    await asyncio.gather(seat.hears(caller, but_not=(supervisor,)), caller.hears(seat, but_not=(supervisor,)))
    await hotline.api.ask("DELETE", f"/calls/{call_id}/supervision")
    await supervisor.call_ended()
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    await seat.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert (await hotline.recording(call_id)).heard(seat, supervisor)


async def test_a_three_way_call_is_supervised_too(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await rung(hotline, supervisor, call_id, "whisper")
    await seat.hears(caller, supervisor)
    specialist = await consult(hotline, call_id)
    await asyncio.gather(seat.hears(specialist, supervisor), specialist.hears(seat, but_not=(supervisor,)), supervisor.hears(specialist))
    await three_way(hotline, call_id)
    await asyncio.gather(
        caller.hears(seat, specialist, but_not=(supervisor,)),
        specialist.hears(caller, seat, but_not=(supervisor,)),
        seat.hears(caller, specialist, supervisor),
        supervisor.hears(caller, seat, specialist),
    )
    await change(hotline, call_id, "barge")
    await asyncio.gather(caller.hears(seat, specialist, supervisor), specialist.hears(caller, seat, supervisor))
    await caller.hang_up()
    await asyncio.gather(seat.call_ended(), specialist.call_ended(), supervisor.call_ended())
    await hotline.ended(call_id, "completed")


async def test_who_barged_in_goes_on_with_the_caller_when_the_seat_leaves(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await rung(hotline, supervisor, call_id, "barge")
    await caller.hears(seat, supervisor)
    await seat.hang_up()
    await hotline.seat_is(8001, "ready")
    await asyncio.gather(caller.hears(supervisor), supervisor.hears(caller))
    await supervisor.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_listening_ends_with_the_call_and_with_the_seat(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await rung(hotline, supervisor, call_id, "listen")
    await caller.hang_up()
    await asyncio.gather(seat.call_ended(), supervisor.call_ended())
    await hotline.ended(call_id, "completed")
    assert (await spans_of(hotline, call_id, 1))[0]["until"] is not None


async def test_a_phone_that_is_not_answered_leaves_nothing_behind(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await supervise(hotline, call_id, "listen")
    await supervisor.rings()
    status, problem = await hotline.api.answer("POST", f"/calls/{call_id}/supervision", {"mode": "listen", "phone": "8011", "why": "二"})
    assert (status, problem["code"]) == (409, "supervision_goes_on")
    await supervisor.decline()
    await supervised(hotline, call_id, lambda now: now is None)
    for phone, code in (("8012", "phone_not_registered"), ("8001", "phone_on_the_call"), ("7000", "phone_unknown")):
        status, problem = await hotline.api.answer("POST", f"/calls/{call_id}/supervision", {"mode": "listen", "phone": phone, "why": "听"})
        assert (status, problem["code"]) == (422 if phone == "7000" else 409, code)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    assert await spans_of(hotline, call_id, 0) == []


async def test_who_hangs_up_before_the_supervisor_answers_ends_his_ringing_too(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await supervise(hotline, call_id, "barge")
    await supervisor.rings()
    await caller.hang_up()
    await supervisor.call_ended(within_s=RINGS_S / 2)
    await hotline.ended(call_id, "completed")


async def test_from_the_shell_with_a_phone_of_the_supervisors_own(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    own = await hotline.phones.seat(8091)
    caller, call_id = await hotline.talking(seat)
    code, said = await hotline.zhida("calls", "listen", call_id, "--phone", "8091", "--why", "带教")
    assert code == 0, said
    await own.rings()
    await own.answer()
    await own.hears(caller, seat)
    code, said = await hotline.zhida("calls", "whisper", call_id, "--why", "口径")
    assert code == 0, said
    await asyncio.gather(seat.hears(caller, own), caller.hears(seat, but_not=(own,)))
    code, said = await hotline.zhida("calls", "leave", call_id)
    assert code == 0, said
    await own.call_ended()
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    acts = (await hotline.api.until(f"/acts?on=calls/{call_id}", lambda page: len(page["items"]) == 3))["items"]
    assert [(act["what"], act["why"]) for act in acts] == [
        ("end_supervision", None),
        ("change_supervision", "口径"),
        ("start_supervision", "带教"),
    ]


async def test_an_engine_killed_meanwhile_leaves_no_ghost(hotline: Hotline) -> None:
    """Who listens goes on, and when the call is over nobody is left; who hung up while no engine looked is not on the call."""
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await rung(hotline, supervisor, call_id, "whisper")
    await seat.hears(caller, supervisor)
    await hotline.killed("engine-1")
    await asyncio.gather(seat.hears(caller, supervisor), caller.hears(seat, but_not=(supervisor,)))
    await supervisor.hang_up()
    await hotline.back()
    await supervised(hotline, call_id, lambda now: now is None)
    await rung(hotline, supervisor, call_id, "listen")
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        await supervisor.hears(caller, seat)
        await seat.hang_up()
        await supervisor.call_ended()
    await hotline.back()
    await caller.hang_up()
    await hotline.ended(call_id, "completed")


async def test_who_barged_in_stays_through_the_death_of_an_engine(hotline: Hotline) -> None:
    seat, supervisor = await hotline.seats(8001, 8010)
    caller, call_id = await hotline.talking(seat)
    await rung(hotline, supervisor, call_id, "barge")
    await caller.hears(seat, supervisor)
    await seat.hang_up()
    await caller.hears(supervisor)
    await hotline.killed("engine-1")
    await caller.hears(supervisor)
    await hotline.back()
    await hotline.api.until(f"/calls/{call_id}", lambda call: call["state"] == "three_way")
    await caller.hears(supervisor)
    await caller.hang_up()
    await supervisor.call_ended()
    await hotline.ended(call_id, "completed")


# ── words ──


async def supervise(hotline: Hotline, call_id: str, mode: str) -> dict[str, Any]:
    body = {"mode": mode, "phone": "8010", "why": "新座席带教"}
    asked: dict[str, Any] = await hotline.api.ask("POST", f"/calls/{call_id}/supervision", body)
    assert asked["state"] == "ringing"
    return asked


async def rung(hotline: Hotline, supervisor: Softphone, call_id: str, mode: str) -> Any:  # noqa: ANN401  a Ring
    """The supervisor's phone rings, he answers, and is on the call."""
    await supervise(hotline, call_id, mode)
    ring = await supervisor.rings()
    await supervisor.answer()
    await supervised(hotline, call_id, lambda now: now is not None and now["state"] == "on")
    return ring


async def change(hotline: Hotline, call_id: str, mode: str) -> None:
    changed = await hotline.api.ask("PUT", f"/calls/{call_id}/supervision", {"mode": mode, "why": f"to {mode}"})
    assert (changed["mode"], changed["state"]) == (mode, "on")


def ever_heard(phone: Softphone, other: Softphone) -> bool:
    """Whether the other's tone came to this phone for as much as two tenths of a second in the whole call."""
    return on_end(read_wav(phone.heard()), tones({other.tone_hz}, set()), 0.2)


async def supervised(hotline: Hotline, call_id: str, fits: Any) -> None:  # noqa: ANN401  of a document or null
    await hotline.api.until(f"/calls/{call_id}/supervision", lambda told: fits(told["now"]))


async def spans_of(hotline: Hotline, call_id: str, number: int) -> list[dict[str, Any]]:
    told = await hotline.api.until(f"/calls/{call_id}/supervision", lambda told: len(told["supervised"]) >= number)
    return list(told["supervised"])
