"""The story, step by step. Every sentence is printed because the thing was seen on the wire, in Asterisk or in the records."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lab.client import Unexpected
from lab.demo.stage import Stage, as_text
from lab.phones.behaviours import Answers, RingsForEver
from lab.phones.softphone import Ring, Softphone
from lab.phones.sound import read_wav
from lab.phones.tones import tones_in

KEY_ENTERPRISE: Final = "051588880001"
OTHER_ENTERPRISES: Final = ("051588880002", "051588880003", "051588880004")
PROJECT: Final = "051588880101"
UNKNOWN: Final = "13900009001"
OFFICE, MOBILE = "051586660001", "13900001001"
TAX: Final = "税务"


@dataclass(slots=True)
class Served:
    """The call of the first three steps."""

    caller: Softphone
    seat: Softphone
    call_id: str


async def tell(stage: Stage) -> None:
    """The whole story. Raises: Fault, PhoneFault: a step was not seen."""
    served = await priority_call(stage)
    await three_way(stage, served)
    await ticket(stage, served)
    await other_callers(stage)
    await all_seats_busy(stage)
    await engine_dies(stage)


async def priority_call(stage: Stage) -> Served:
    """1. A key enterprise reaches the priority seat."""
    with stage.timeline.step("1. A four-star enterprise dials 12345"):
        seat = await stage.seat(8001)
        await stage.seat_is("8001", "ready")
        caller = await stage.phones.caller(KEY_ENTERPRISE)
        dialled = time.monotonic()
        await caller.dial("12345")
        stage.timeline.seen("0515-88880001 dials 12345 on the trusted trunk; there is no menu for it")
        ring = await seat.rings()
        ringing_ms = (time.monotonic() - dialled) * 1000
        stage.timeline.seen(f"the phone of priority seat 8001 rings, {ringing_ms:.0f} ms after dialling")
        stage.timeline.seen(f"it shows {ring.number} “{ring.name}”, X-Zhida-Call: {ring.zhida_call}")
        call = await stage.call_is(ring.zhida_call, "offered")
        stage.timeline.show(as_text({name: call[name] for name in ("call_id", "number", "enterprise", "class", "state", "seat")}))
        await seat.answer()
        await caller.hears(seat)
        await seat.hears(caller)
        stage.timeline.seen("the agent answers; each hears the other's tone")
        return Served(caller, seat, ring.zhida_call)


async def three_way(stage: Stage, served: Served) -> None:
    """2. A specialist is brought in."""
    caller, seat, call_id = served.caller, served.seat, served.call_id
    with stage.timeline.step("2. The seat brings in a policy specialist of the tax bureau"):
        stage.world.script(OFFICE, RingsForEver()).script(MOBILE, Answers(after_s=0.5, presses="1", presses_after_s=1.5))
        await stage.api.ask("POST", f"/calls/{call_id}/specialists", {"department": TAX})
        await stage.world.is_called(OFFICE)
        stage.timeline.seen("the office phone 0515-86660001 rings; the seat waits in the room")
        await stage.hears_music(caller)
        stage.timeline.seen("the caller hears music")
        await stage.world.is_called(MOBILE, within_s=30)
        stage.timeline.seen("nobody answered there: the mobile 13900001001 rings")
        await stage.api.until(f"/conferences/{call_id}", _somebody_joined, within_s=30)
        specialist = await stage.world.phone(MOBILE)
        stage.timeline.seen("it is answered, hears what it is about, and 1 is pressed: the specialist is in the room")
        await specialist.hears(seat, but_not=(caller,))
        await seat.hears(specialist, but_not=(caller,))
        await stage.hears_music(caller)
        stage.timeline.seen("seat and specialist hear each other, the caller hears music and nothing of it")
        await stage.api.ask("PUT", f"/conferences/{call_id}/state", {"state": "three_way"})
        await asyncio.gather(caller.hears(seat, specialist), seat.hears(caller, specialist), specialist.hears(caller, seat))
        stage.timeline.seen("three-way: each hears the tones of the two others")
        await seat.hang_up()
        await asyncio.gather(caller.hears(specialist, but_not=(seat,)), specialist.hears(caller, but_not=(seat,)))
        stage.timeline.seen("the seat has left; caller and specialist go on")
        await specialist.hang_up()
        await stage.call_is(call_id, "after")
        await caller.send_digits("5")
        await caller.call_ended(within_s=20)
        await stage.call_is(call_id, "ended")
        await stage.api.until(f"/calls/{call_id}", lambda call: call["record"] is not None and call["record"]["rating"] == 5)
        stage.timeline.seen("the specialist has left, the caller gave 5 of 5 by key, the call is over")
        await _in_the_recording(stage, call_id, caller, (seat, specialist))


async def ticket(stage: Stage, served: Served) -> None:
    """3. The ticket."""
    with stage.timeline.step("3. The ticket"):
        found = await stage.api.until("/tickets?limit=1", lambda page: bool(page["items"]))
        number = found["items"][0]["number"]
        await stage.api.until(f"/tickets/{number}", lambda one: one["call_id"] == served.call_id)
        written = {"type": "咨询", "content": "研发费用加计扣除的申报口径", "answer": "由税务专员在线答复"}
        shown = await stage.api.ask("PATCH", f"/tickets/{number}", written)
        told = ("enterprise", "tags", "seat", "specialists", "on_line", "recording", "due", "deadline")
        if missing := [name for name in told if not shown[name]]:
            raise Unexpected("ticket_incomplete", f"ticket {number} lacks {', '.join(missing)}")
        stage.timeline.seen(f"ticket {number} is there: {', '.join(told)}; the agent writes into it")
        stage.timeline.show(as_text(shown))


async def other_callers(stage: Stage) -> None:
    """4. Everybody to his own place."""
    with stage.timeline.step("4. A project, an unknown number, an untrusted trunk"):
        project_seat, qilai_seat = await asyncio.gather(stage.seat(8003), stage.seat(8004))
        await asyncio.gather(stage.seat_is("8003", "ready"), stage.seat_is("8004", "ready"))
        await _short_call(stage, await stage.phones.caller(PROJECT), "12345", project_seat)
        stage.timeline.seen("0515-88880101, a major project, rang at the project seat 8003")

        unknown = await stage.phones.caller(UNKNOWN)
        await unknown.dial("12346")
        await unknown.talks()
        await unknown.hears_prompt(stage.prompt("menu-main"), within_s=20)
        await unknown.send_digits("1")
        stage.timeline.seen("an unknown number dials 12346, hears the menu, presses 1")
        ring = await qilai_seat.rings()
        await _answered_and_ended(stage, unknown, qilai_seat, ring)
        stage.timeline.seen("it rang at seat 8004 of 一企来")

        await stage.seat_is("8004", "ready")
        spoofed = await stage.phones.caller(KEY_ENTERPRISE, trunk="transit")
        ring = await _short_call(stage, spoofed, "12345", qilai_seat)
        call = await stage.api.get(f"/calls/{ring.zhida_call}")
        if call["class"] != "public":
            raise Unexpected("untrusted_had_priority", f"the call over the untrusted trunk was taken as {call['class']}")
        stage.timeline.seen("0515-88880001 over the untrusted trunk is an ordinary caller: 8004 rang, not 8001")
        for reason in call["reasons"][:2]:
            stage.timeline.show(reason)


async def all_seats_busy(stage: Stage) -> None:
    """5. The ladder widens; a caller gives up."""
    with stage.timeline.step("5. All priority seats are busy"):
        second_seat = await stage.seat(8002)
        await asyncio.gather(stage.seat_is("8001", "ready"), stage.seat_is("8002", "ready"), stage.seat_is("8004", "ready"))
        first_seat = await stage.seat(8001)
        busy = [await stage.phones.caller(number) for number in OTHER_ENTERPRISES[:2]]
        for caller in busy:
            await caller.dial("12345")
        await _both_answer(first_seat, second_seat)
        stage.timeline.seen("8001 and 8002 talk")
        waiting = await stage.phones.caller(OTHER_ENTERPRISES[2])
        began = time.monotonic()
        await waiting.dial("12345")
        await waiting.talks()
        stage.timeline.seen("a third key enterprise is picked up and waits")
        ring = await (await stage.seat(8004)).rings(within_s=15)
        stage.timeline.seen(f"after {time.monotonic() - began:.1f} s the ladder opened 一企来: seat 8004 rings for it")
        await waiting.hang_up()
        await stage.call_is(ring.zhida_call, "ended")
        stage.timeline.seen("the caller gives up")
        missed = await stage.api.until("/callbacks", lambda page: any(_is(one, ring) for one in page["items"]))
        stage.timeline.seen("and is on the call-back list")
        stage.timeline.show(as_text(next(one for one in missed["items"] if _is(one, ring))))
        for phone in (first_seat, second_seat):
            await phone.hang_up()
        for caller in busy:
            await caller.hang_up()
        await asyncio.gather(stage.seat_is("8001", "ready"), stage.seat_is("8002", "ready"))
        await _called_back(stage, first_seat, OTHER_ENTERPRISES[2], missed["items"][0]["call_id"])


async def _called_back(stage: Stage, seat: Softphone, number: str, task: str) -> None:
    stage.world.script(number, Answers(after_s=1))
    await stage.api.ask("POST", f"/callbacks/{task}/calls", {"seat": seat.number})
    ring = await seat.rings()
    stage.timeline.seen(f"8001 calls him back: its own phone rings first and shows {ring.name}")
    await seat.answer()
    await stage.world.is_called(number)
    caller = await stage.world.phone(number)
    await caller.talks(within_s=15)
    await asyncio.gather(caller.hears(seat), seat.hears(caller))
    stage.timeline.seen("then the enterprise's phone, and the two talk")
    await caller.hang_up()
    await stage.call_is(ring.zhida_call, "ended")
    await stage.api.until(f"/callbacks/{task}", lambda found: found["closed_why"] == "called_back")
    stage.timeline.seen("he is off the list")


async def engine_dies(stage: Stage) -> None:
    """6. kill -9."""
    with stage.timeline.step("6. The engine is killed with one call talking and one waiting"):
        seat, other_seat = await asyncio.gather(stage.seat(8001), stage.seat(8002))
        await stage.api.ask("PUT", "/seats/8002/state", {"state": "paused", "reason": "demo"})
        await stage.api.ask("PUT", "/seats/8004/state", {"state": "paused", "reason": "demo"})
        talking = await stage.phones.caller(OTHER_ENTERPRISES[0])
        await talking.dial("12345")
        talk = await seat.rings()
        await seat.answer()
        await talking.hears(seat)
        waiting = await stage.phones.caller(OTHER_ENTERPRISES[1])
        await waiting.dial("12345")
        await waiting.talks()
        await stage.hears_music(waiting, within_s=15)
        stage.timeline.seen("one talks with 8001, one waits and hears music")
        pid = stage.kill("engine-1")
        stage.timeline.seen(f"kill -9 {pid}")
        await asyncio.gather(talking.hears(seat), seat.hears(talking))
        stage.timeline.seen("the two who talk notice nothing")
        await stage.api.until("/seats/8002", lambda one: one["state"] == "paused", within_s=20)
        stage.timeline.seen("the engine was started again")
        await stage.api.ask("PUT", "/seats/8002/state", {"state": "ready"})
        ring = await other_seat.rings(within_s=20)
        await _answered_and_ended(stage, waiting, other_seat, ring)
        stage.timeline.seen("the one who waited kept his place and talked with 8002")
        await seat.hang_up()
        await talking.hang_up()
        await asyncio.gather(talking.call_ended(), waiting.call_ended())
        await stage.call_is(talk.zhida_call, "ended", within_s=15)
        code, words = await asyncio.to_thread(stage.audit)
        stage.timeline.show(words)
        if code != 0:
            raise Unexpected("audit_found_something", "the audit says that something was missing")
        stage.timeline.seen("the audit: nothing is missing")


async def _short_call(stage: Stage, caller: Softphone, dialled: str, seat: Softphone) -> Ring:
    await caller.dial(dialled)
    ring = await seat.rings()
    await _answered_and_ended(stage, caller, seat, ring)
    return ring


async def _answered_and_ended(stage: Stage, caller: Softphone, seat: Softphone, ring: Ring) -> None:
    await seat.answer()
    await caller.hears(seat)
    await caller.hang_up()
    await seat.call_ended()
    await stage.call_is(ring.zhida_call, "ended")


async def _both_answer(*seats: Softphone) -> None:
    for seat in seats:
        await seat.rings()
        await seat.answer()


async def _in_the_recording(stage: Stage, call_id: str, caller: Softphone, others: tuple[Softphone, ...]) -> None:
    recording = stage.recordings / f"{call_id}.wav"
    async with asyncio.timeout(15):
        while not recording.exists():
            await asyncio.sleep(0.1)
    left = await asyncio.to_thread(_anywhere_in, recording, {caller.tone_hz}, 0)
    right = await asyncio.to_thread(_anywhere_in, recording, {one.tone_hz for one in others}, 1)
    missing = {caller.tone_hz, *(one.tone_hz for one in others)} - left - right
    if missing:
        raise Unexpected("not_in_recording", f"the recording {recording} lacks the tones {sorted(missing)} Hz")
    stage.timeline.seen(f"the recording has all three, the caller on the left: {recording}")


def _anywhere_in(recording: Path, tones: set[int], channel: int) -> set[int]:
    """Those of the tones that some half second of the recording has."""
    sound = read_wav(recording)
    halves = range(int(sound.seconds * 2))
    return set().union(*(tones_in(sound, tones, half / 2, half / 2 + 0.5, channel=channel) for half in halves))


def _somebody_joined(conference: dict[str, Any]) -> bool:
    return any(attempt["state"] == "joined" for attempt in conference["attempts"])


def _is(missed: dict[str, Any], ring: Ring) -> bool:
    return any(one["call_id"] == ring.zhida_call for one in missed["missed"])
