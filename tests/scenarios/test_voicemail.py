"""留言: who finds it closed, or chooses so in a menu, leaves a voice message, and whatever breaks meanwhile it is found again."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from lab.patience import PATIENCE_S
from lab.phones.ears import on_end, tones
from lab.phones.softphone import Softphone
from lab.phones.sound import Sound, read_wav
from lab.phones.tones import tones_in
from tests.scenarios.hotline import KEY, KEY_NAME, PROJECT, PUBLIC, Hotline
from tests.scenarios.house import Wanted

ROUTES = (
    "{name: closed, dialled: 12366, closed: [{voicemail: voicemail-closed}]}",
    "{name: busy, dialled: 12367, max_wait_s: 5, end: [{voicemail: voicemail-busy}]}",
)
LAB = Wanted(
    overrides=(
        "dialled.12366.ivr=none",
        "dialled.12367.ivr=none",
        f"routes=[{', '.join(ROUTES)}]",
        "voicemail.silence_s=2",
        "voicemail.least_s=1",
        "voicemail.takes=2",
        "voicemail.key_s=10",
        "ivr.menus.main.timeout_s=10",
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
    async with asyncio.timeout(PATIENCE_S):
        while spoken_s(hotline, call_id, take) < seconds:
            await asyncio.sleep(0.05)


async def heard_himself(caller: Softphone, *, after_s: float) -> None:
    """Wait until his own tone has come back to him, from that second of what he heard on."""
    async with asyncio.timeout(PATIENCE_S):
        while not on_end(read_wav(caller.heard()).between(after_s, None), tones({caller.tone_hz}, set()), 0.4):
            await asyncio.sleep(0.1)


async def presses(caller: Softphone, key: str, until: Callable[[], bool]) -> None:
    """Press the key, and again where it fell between two prompts, until that is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not until():
            await caller.send_digits(key)
            await _soon(until)


async def _soon(fits: Callable[[], bool]) -> None:
    for _ in range(30):
        if fits():
            return
        await asyncio.sleep(0.1)


async def message(hotline: Hotline, call_id: str) -> tuple[dict[str, Any], Sound]:
    """The call once its message is kept, and the sound as somebody who may hear it is given it."""
    call = await hotline.api.until(f"/calls/{call_id}", lambda call: bool(call["record"] and call["record"]["kept"]))
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


async def test_it_is_handled_from_the_shell_and_by_the_ticket(hotline: Hotline, tmp_path: Path) -> None:
    caller, call_id = await at_the_tone(hotline, PROJECT)
    await has_spoken(hotline, call_id)
    await caller.hang_up()
    await hotline.ended(call_id, "voicemail")
    await message(hotline, call_id)
    number = (await hotline.ticket(call_id))["number"]
    await hotline.figure_is('zhida_voicemails_open{class="project"} 1.0')
    code, said = await hotline.zhida("voicemails", "list")
    assert code == 0, said
    assert [line.split()[2] for line in said.splitlines() if line.startswith(number)] == ["project"]
    code, said = await hotline.zhida("voicemails", "save", call_id, "--out", str(tmp_path / "message.wav"))
    assert code == 0, said
    assert tones_in(tmp_path / "message.wav", [caller.tone_hz]) == {caller.tone_hz}
    code, said = await hotline.zhida("tickets", "edit", number, "--type", "咨询", "--answer", "已回电答复", "--status", "closed")
    assert code == 0, said
    assert call_id not in (await hotline.zhida("voicemails", "list"))[1]
    task = await hotline.api.until(f"/callbacks/{call_id}", lambda task: bool(task["closed"]))
    assert (task["closed_why"], task["note"]) == ("settled", f"ticket {number}")
    acts = await hotline.api.until("/acts", lambda page: any(act["what"] == "hear_voicemail" for act in page["items"]))
    assert acts["items"]


async def test_who_hangs_up_in_the_middle_has_left_what_he_said(hotline: Hotline) -> None:
    caller, call_id = await at_the_tone(hotline)
    await has_spoken(hotline, call_id)
    await caller.hang_up()
    await hotline.ended(call_id, "voicemail")
    call, sound = await message(hotline, call_id)
    assert call["record"]["voicemail"]["how"] == "hung_up"
    assert sound.seconds >= SPEAKS_S
    assert tones_in(sound, [caller.tone_hz]) == {caller.tone_hz}
    assert (await hotline.ticket(call_id))["tags"] == ["留言"]


async def test_silence_ends_it(hotline: Hotline) -> None:
    caller, call_id = await at_the_tone(hotline)
    await has_spoken(hotline, call_id)
    await caller.mute()
    await caller.hears_prompt(hotline.prompt("voicemail-review"))
    await caller.hears_prompt(hotline.prompt("voicemail-thanks"))  # no key: it is kept
    await caller.call_ended()
    await hotline.ended(call_id, "voicemail")
    call, sound = await message(hotline, call_id)
    assert call["record"]["voicemail"]["how"] == "silence"
    assert tones_in(sound, [caller.tone_hz]) == {caller.tone_hz}


async def test_who_says_nothing_is_asked_again_and_has_left_none(hotline: Hotline) -> None:
    caller = await hotline.phones.caller(PUBLIC, tone_hz=0)
    await caller.dial(CLOSED)
    await caller.talks()
    call_id = await hotline.live_call()
    await caller.hears_prompt(hotline.prompt("voicemail-nothing"))
    await caller.hears_prompt(hotline.prompt("voicemail-none"))
    await caller.call_ended()
    call = await hotline.ended(call_id, "closed")
    assert (call["ticket"], call["record"]["voicemail"]) == (None, None)
    status, problem = await hotline.api.answer("GET", f"/calls/{call_id}/voicemail")
    assert (status, problem["code"]) == (404, "voicemail_none")
    async with asyncio.timeout(PATIENCE_S):
        while list(hotline.lab.recordings(call_id).glob(f"{call_id}-voicemail-*")):
            await asyncio.sleep(0.1)


async def test_he_hears_it_and_speaks_it_again_and_the_last_one_counts(hotline: Hotline) -> None:
    caller, call_id = await at_the_tone(hotline)
    await has_spoken(hotline, call_id)
    await caller.send_digits("#")
    await caller.hears_prompt(hotline.prompt("voicemail-review"))
    asked_s = caller.heard_s
    await caller.send_digits("2")
    await heard_himself(caller, after_s=asked_s)
    await presses(caller, "3", lambda: spoken_s(hotline, call_id, take=2) > 0)
    await has_spoken(hotline, call_id, take=2, seconds=SPEAKS_S + 1)
    await caller.hang_up()
    await hotline.ended(call_id, "voicemail")
    call, sound = await message(hotline, call_id)
    assert call["record"]["voicemail"]["recording"] == f"{call_id}-voicemail-2"
    assert sound.seconds >= SPEAKS_S + 1
    async with asyncio.timeout(PATIENCE_S):
        while list(hotline.lab.recordings(call_id).glob(f"{call_id}-voicemail-1*")):
            await asyncio.sleep(0.1)


async def test_it_can_be_chosen_in_a_menu(hotline: Hotline) -> None:
    caller = await hotline.calls(PUBLIC, dials="12346")
    await caller.talks()
    call_id = await hotline.live_call()
    await caller.hears_prompt(hotline.prompt("menu-main"))
    await caller.send_digits("9")
    await caller.hears_prompt(hotline.prompt("voicemail-ask"))
    await has_spoken(hotline, call_id)
    await caller.hang_up()
    call = await hotline.ended(call_id, "voicemail")
    assert call["record"]["keys"] == ["9"]
    assert (await message(hotline, call_id))[1].seconds >= SPEAKS_S


async def test_it_is_asked_for_at_a_ladders_end(hotline: Hotline) -> None:
    caller = await hotline.calls(PUBLIC, dials=BUSY)
    await caller.talks()
    call_id = await hotline.live_call()
    await caller.hears_prompt(hotline.prompt("voicemail-busy"))
    await has_spoken(hotline, call_id)
    await caller.hang_up()
    call = await hotline.ended(call_id, "voicemail")
    assert call["waited_s"] >= 5


async def test_an_engine_that_dies_over_it_loses_nothing_and_the_next_one_goes_on(hotline: Hotline) -> None:
    caller, call_id = await at_the_tone(hotline)
    await has_spoken(hotline, call_id, seconds=1)
    await hotline.killed("engine-1")
    before_s = spoken_s(hotline, call_id)
    await has_spoken(hotline, call_id, seconds=before_s + SPEAKS_S)
    await caller.send_digits("#")
    await caller.hears_prompt(hotline.prompt("voicemail-review"))
    await caller.send_digits("1")
    await caller.hears_prompt(hotline.prompt("voicemail-thanks"))
    await caller.call_ended()
    await hotline.back()
    await hotline.ended(call_id, "voicemail")
    call, sound = await message(hotline, call_id)
    assert call["record"]["voicemail"]["how"] == "found"
    assert sound.seconds >= before_s + SPEAKS_S
    assert (await hotline.ticket(call_id))["form"] == "voicemail"


async def test_who_hangs_up_while_no_engine_is_there_has_left_it_all_the_same(hotline: Hotline) -> None:
    caller, call_id = await at_the_tone(hotline)
    with hotline.lab.nothing_restarted():
        await hotline.killed("engine-1")
        await has_spoken(hotline, call_id)
        await caller.hang_up()
        await caller.call_ended()
    await hotline.back()
    call, sound = await message(hotline, call_id)
    assert (call["end_reason"], call["record"]["voicemail"]["how"]) == ("voicemail", "found")
    assert sound.seconds >= SPEAKS_S
    ticket = await hotline.ticket(call_id)
    assert (ticket["form"], ticket["tags"]) == ("voicemail", ["留言"])
    code, said = await hotline.zhida("audit")
    assert code == 0, said


async def test_where_nothing_can_be_recorded_he_is_told_and_called_back(hotline: Hotline) -> None:
    folder = hotline.lab.recordings(next(iter(hotline.lab.settings.asterisk.values())).systemname + "-0")
    aside = folder.rename(folder.with_name("aside"))
    try:
        caller = await hotline.calls(PUBLIC, dials=CLOSED)
        await caller.talks()
        call_id = await hotline.live_call()
        await caller.hears_prompt(hotline.prompt("voicemail-failed"))
        await caller.hears_prompt(hotline.prompt("we-call-back"))
        await caller.call_ended()
        await hotline.ended(call_id, "callback")
    finally:
        aside.rename(folder)
    tasks = (await hotline.api.get("/callbacks"))["items"]
    assert [task["number"] for task in tasks if call_id in {missed["call_id"] for missed in task["missed"]}]


async def test_what_asterisk_had_written_when_it_died_is_found(hotline: Hotline) -> None:
    caller, call_id = await at_the_tone(hotline)
    await has_spoken(hotline, call_id)
    await hotline.killed("asterisk")
    await caller.hang_up()
    await hotline.part_is("asterisk", ok=True)
    call, sound = await message(hotline, call_id)
    assert (call["end_reason"], call["record"]["voicemail"]["how"]) == ("voicemail", "found")
    assert sound.seconds >= SPEAKS_S
