"""A seat whose phone is a browser: the same calls, by WebRTC."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.patience import PATIENCE_S
from lab.phones.behaviours import Answers
from lab.phones.softphone import Ring, Softphone
from lab.phones.tones import TONES
from tests.scenarios.browser.chromium import Chromium
from tests.scenarios.browser.seat import BrowserPhone
from tests.scenarios.hotline import KEY, KEY_NAME, Hotline
from tests.scenarios.house import NET

RTP_TIMEOUT_S = 10  # pjsip_zhida.conf
TONE_HZ = TONES[-1]  # the other phones take theirs from the front
OFFICE = "051586660001"


if not subprocess.run(["hostname", "-I"], capture_output=True, check=True, text=True).stdout.strip():
    why = "WebRTC cannot work on this machine, which has loopback addresses only: neither Chromium nor Asterisk offers those"
    pytest.skip(why, allow_module_level=True)


@pytest.fixture
async def chromium(hotline: Hotline, tmp_path: Path) -> AsyncIterator[Chromium]:
    """A browser of the story's own."""
    async with Chromium(tmp_path / "chromium") as chromium:
        yield chromium


@pytest.fixture
async def browser(hotline: Hotline, chromium: Chromium) -> BrowserPhone:
    """Seat 8001's phone in it; the seat is ready."""
    phone = await BrowserPhone.open(chromium, 9001, net=NET, tone_hz=TONE_HZ)
    await hotline.seat_is(8001, "ready")
    return phone


async def test_a_key_enterprise_reaches_a_seat_in_a_browser(hotline: Hotline, browser: BrowserPhone) -> None:
    caller = await hotline.caller(KEY)
    dialled = time.monotonic()
    await caller.dial("12345")
    ring = await browser.rings()
    hotline.measured("INVITE -> the browser rings", ring.event.monotonic - dialled)
    assert ring.number == KEY
    assert KEY_NAME in ring.name
    answered = time.monotonic()
    await browser.answer()
    hotline.measured("browser: answer -> connected", (await browser.talks()).monotonic - answered)
    await both_hear(caller, browser)
    await hotline.seat_is(8001, "talking")
    packets = await browser.packets()
    assert packets["received"] > 10, packets
    assert packets["sent"] > 10, packets
    assert packets["lost"] == 0, packets
    await browser.hang_up()
    await caller.hears_prompt(hotline.prompt("rate"))
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
    ticket = await hotline.ticket(ring.zhida_call)
    assert (ticket["enterprise"], ticket["seat"]) == (KEY_NAME, "8001")


async def test_the_desk_phone_stops_ringing_when_the_browser_answers(hotline: Hotline, browser: BrowserPhone) -> None:
    desk = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring, at_desk = await asyncio.gather(browser.rings(), desk.rings())
    assert ring.zhida_call == at_desk.zhida_call
    await browser.answer()
    await desk.call_ended()
    await both_hear(caller, browser)
    await caller.hang_up()
    await browser.call_ended()
    await hotline.ended(ring.zhida_call, "completed")


async def test_the_browser_stops_ringing_when_the_desk_phone_answers(hotline: Hotline, browser: BrowserPhone) -> None:
    desk = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    ring = await browser.rings()
    await hotline.talk(caller, desk)
    assert "completed elsewhere" in (await browser.call_ended()).detail.lower()
    await caller.hang_up()
    await desk.call_ended()
    await hotline.ended(ring.zhida_call, "completed")


async def test_a_call_declined_in_the_browser_rings_at_the_next_seat(hotline: Hotline, browser: BrowserPhone) -> None:
    second = await hotline.seat(8002)
    caller = await hotline.calls(KEY)
    ring = await browser.rings()
    await browser.decline()
    await hotline.talk(caller, second)
    await hotline.seat_is(8001, "away")
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    offer = call["record"]["offers"][0]
    assert (offer["seat"], offer["outcome"]) == ("8001", "declined")


async def test_a_tab_closed_while_it_rings_costs_the_caller_nothing(hotline: Hotline, browser: BrowserPhone) -> None:
    second = await hotline.seat(8002)
    caller = await hotline.calls(KEY)
    ring = await browser.rings()
    await hotline.api.until("/seats/8001", lambda seat: seat["phone"] == "in_use")
    closed = time.monotonic()
    await browser.close_tab()
    again = await hotline.talk(caller, second)
    hotline.measured("browser: tab closed while ringing -> the next seat's phone rings", again.event.monotonic - closed)
    assert again.event.monotonic - closed < hotline.lab.settings.seats.ring_s / 2, "at once, not after ring_s"
    await hotline.seat_is(8001, "unreachable")
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    offer = call["record"]["offers"][0]
    assert (offer["seat"], offer["outcome"]) == ("8001", "unreachable")


async def test_a_tab_closed_while_it_talks_ends_the_call(hotline: Hotline, browser: BrowserPhone) -> None:
    caller, ring = await talking(hotline, browser)
    closed = time.monotonic()
    await browser.close_tab()
    await caller.hears_prompt(hotline.prompt("rate"), within_s=RTP_TIMEOUT_S + PATIENCE_S)
    hotline.measured("browser: tab closed while talking -> the caller is asked for a rating", time.monotonic() - closed)
    await caller.hang_up()
    await hotline.ended(ring.zhida_call, "completed")
    await hotline.seat_is(8001, "unreachable")


async def test_a_seat_in_a_browser_talks_with_a_specialist_and_the_caller(hotline: Hotline, browser: BrowserPhone) -> None:
    caller, ring = await talking(hotline, browser)
    hotline.world.script(OFFICE, Answers(presses="1", presses_after_s=0.3))
    await hotline.api.ask("POST", f"/calls/{ring.zhida_call}/specialists", {"department": "税务"})
    await hotline.conference_is(ring.zhida_call, lambda one: "joined" in {attempt["state"] for attempt in one["attempts"]})
    specialist = await hotline.world.phone(OFFICE)
    await asyncio.gather(
        browser.hears(specialist.tone_hz, but_not=(caller.tone_hz,)),
        specialist.hears(TONE_HZ, but_not=(caller,)),
        hotline.hears_music(caller),
    )
    await hotline.api.ask("PUT", f"/conferences/{ring.zhida_call}/state", {"state": "three_way"})
    await asyncio.gather(
        browser.hears(caller.tone_hz, specialist.tone_hz), caller.hears(TONE_HZ, specialist), specialist.hears(caller, TONE_HZ)
    )
    await browser.hang_up()
    await asyncio.gather(caller.hears(specialist, but_not=(TONE_HZ,)), specialist.hears(caller, but_not=(TONE_HZ,)))
    await caller.hang_up()
    await specialist.call_ended()
    await hotline.ended(ring.zhida_call, "completed")


@pytest.mark.parametrize("info", [False, True], ids=["RFC 4733", "SIP INFO"])
async def test_a_seat_in_a_browser_keys_in_during_its_call(hotline: Hotline, browser: BrowserPhone, info: bool) -> None:
    caller, ring = await talking(hotline, browser)
    digits = caller.digits
    await browser.send_digits("*2", info=info)
    await hotline.call_is(ring.zhida_call, "held")
    await hotline.hears_music(caller)
    await browser.send_digits("*2", info=info)
    await hotline.call_is(ring.zhida_call, "talking_in_room")
    await both_hear(caller, browser)
    assert caller.digits == digits, "the caller's phone gets no key"
    await caller.hang_up()
    await browser.call_ended()
    call = await hotline.ended(ring.zhida_call, "completed")
    spans = [span["how"] for span in call["on_line"] if span["who"] == "caller"]
    assert spans == ["waiting", "talking", "held", "talking"]


# ── words ──


async def both_hear(caller: Softphone, browser: BrowserPhone) -> None:
    await asyncio.gather(caller.hears(browser.tone_hz), browser.hears(caller.tone_hz))


async def talking(hotline: Hotline, browser: BrowserPhone) -> tuple[Softphone, Ring]:
    caller = await hotline.calls(KEY)
    ring = await browser.rings()
    await browser.answer()
    await both_hear(caller, browser)
    return caller, ring


async def test_a_seat_code_dialled_in_the_browser(hotline: Hotline, browser: BrowserPhone) -> None:
    await browser.dial("*11")
    await browser.talks()
    async with asyncio.timeout(PATIENCE_S):
        while not (await browser.packets()).get("received"):
            await asyncio.sleep(0.05)
    await browser.call_ended()
    await browser.dial("*112")
    await browser.call_ended()
    paused = await hotline.seat_is(8001, "paused")
    assert paused["why"] == "用餐"
    await browser.dial("*10")
    await browser.call_ended()
    await hotline.seat_is(8001, "ready")
