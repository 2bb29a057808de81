"""留言: who finds it closed, or chooses so in a menu, leaves a voice message, and whatever breaks meanwhile it is found again."""

import asyncio
from typing import Any

import aiohttp

from lab.phones.softphone import Softphone
from lab.phones.sound import Sound, read_wav
from lab.phones.tones import tones_in
from tests.scenarios.hotline import KEY, KEY_NAME, PUBLIC, Hotline
from tests.scenarios.house import Wanted

LAB = Wanted(
    overrides=(
        "dialled.12366.ivr=none",
        "dialled.12367.ivr=none",
        "routes=[{name: closed, dialled: 12366, closed: [{voicemail: voicemail-closed}]},"
        " {name: busy, dialled: 12367, max_wait_s: 5, end: [{voicemail: voicemail-busy}]}]",
        "voicemail.silence_s=2",
        "voicemail.least_s=1",
        "fallback.engine_wait_s=60",
    )
)
CLOSED, BUSY = "12366", "12367"
SPEAKS_S = 3.0


async def at_the_tone(hotline: Hotline, number: str = PUBLIC, *, dials: str = CLOSED) -> tuple[Softphone, str]:
    """A caller who was asked for a message and has heard the tone, and the call's id. He hums from then on as before."""
    caller = await hotline.calls(number, dials=dials)
    await caller.talks()
    call_id = await hotline.live_call()
    await caller.hears_prompt(hotline.prompt("voicemail-beep"))
    return caller, call_id


def spoken_s(hotline: Hotline, call_id: str, take: int = 1) -> float:
    """How much Asterisk has written of it."""
    file = hotline.lab.recordings(call_id) / f"{call_id}-voicemail-{take}-in.wav"
    return file.stat().st_size / 16000 if file.exists() else 0.0


async def has_spoken(hotline: Hotline, call_id: str, take: int = 1, seconds: float = SPEAKS_S) -> None:
    async with asyncio.timeout(15):
        while spoken_s(hotline, call_id, take) < seconds:
            await asyncio.sleep(0.05)


async def message(hotline: Hotline, call_id: str) -> tuple[dict[str, Any], Sound]:
    """The call once its message is kept, and the sound as somebody who may hear it is given it."""
    call = await hotline.api.until(f"/calls/{call_id}", lambda call: bool(call["record"] and call["record"]["kept"]), within_s=20)
    url, sent = f"{hotline.lab.url()}/api/v1/calls/{call_id}/voicemail", {"Authorization": f"Bearer {hotline.lab.token}"}
    async with aiohttp.ClientSession(headers=sent) as session, session.get(url) as answer:
        assert answer.status == 200, await answer.text()
        heard = await answer.read()
    kept = hotline.lab.recordings(call_id) / f"{call['record']['voicemail']['recording']}.wav"
    assert heard == kept.read_bytes()
    return call, read_wav(kept)


async def test_who_finds_it_closed_leaves_a_message_that_becomes_a_ticket(hotline: Hotline) -> None:
    caller, call_id = await at_the_tone(hotline, KEY)
    await has_spoken(hotline, call_id)
    await caller.send_digits("#")
    await caller.hears_prompt(hotline.prompt("voicemail-review"))
    await caller.send_digits("1")
    await caller.hears_prompt(hotline.prompt("voicemail-thanks"))
    await caller.call_ended()
    await hotline.ended(call_id, "voicemail")
    call, sound = await message(hotline, call_id)
    left = call["record"]["voicemail"]
    assert (left["how"], len(sound.channels)) == ("key", 1)
    assert abs(left["length_s"] - sound.seconds) < 0.1
    assert tones_in(sound, [caller.tone_hz]) == {caller.tone_hz}
    ticket = await hotline.ticket(call_id)
    assert (ticket["form"], ticket["tags"], ticket["status"], ticket["enterprise"]) == ("voicemail", ["企业", "留言"], "open", KEY_NAME)
    assert ticket["voicemail"] == left
    assert ticket["due"]
    tasks = (await hotline.api.get("/callbacks"))["items"]
    [task] = [task for task in tasks if task["call_id"] == call_id]
    assert task["missed"][0]["voicemail_s"] == left["length_s"]
