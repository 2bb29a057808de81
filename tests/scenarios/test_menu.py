"""12346 has a menu: what the caller hears, what he presses, and where that leads."""

import asyncio
from pathlib import Path

from lab.phones.prompts import prompts_in
from lab.phones.softphone import Softphone
from tests.scenarios.hotline import KEY, PUBLIC, Hotline


async def at_the_menu(hotline: Hotline, number: str = PUBLIC) -> Softphone:
    """A caller who has heard the menu to its end."""
    caller = await hotline.calls(number, dials="12346")
    await caller.talks()
    await caller.hears_prompt(hotline.prompt("menu-main"))
    return caller


async def test_1_leads_to_qilai(hotline: Hotline) -> None:
    qilai, general = await hotline.seats(8004, 8011)
    caller = await at_the_menu(hotline)
    await caller.send_digits("1")
    ring = await hotline.talk(caller, qilai)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["keys"] == ["1"]
    assert call["record"]["ladder"][0] == "qilai@0"
    assert not general.events[1:]


async def test_2_leads_to_the_general_seats(hotline: Hotline) -> None:
    qilai, general = await hotline.seats(8004, 8011)
    caller = await at_the_menu(hotline)
    await caller.send_digits("2")
    ring = await hotline.talk(caller, general)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["keys"] == ["2"]
    assert call["record"]["ladder"][0] == "general@0"
    assert not qilai.events[1:]


async def test_0_leads_to_a_person_by_the_ladder_as_it_is(hotline: Hotline) -> None:
    qilai = await hotline.seat(8004)
    caller = await at_the_menu(hotline)
    await caller.send_digits("0")
    ring = await hotline.talk(caller, qilai)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert (call["record"]["keys"], call["record"]["ladder"]) == (["0"], ["qilai@0", "general@2"])


async def test_a_key_pressed_while_the_menu_plays_ends_it(hotline: Hotline, tmp_path: Path) -> None:
    qilai = await hotline.seat(8004)
    with hotline.long_prompt("menu-main", tmp_path) as long:
        caller = await hotline.calls(PUBLIC, dials="12346")
        await caller.talks()
        await caller.hears_music()  # anything that sounds: the menu's first word
        await caller.send_digits("1")
        await hotline.talk(caller, qilai)
    assert await asyncio.to_thread(prompts_in, caller.heard(), {"menu-main": long}) == [], "cut off, it was never heard to its end"
    await caller.hang_up()


async def test_after_a_wrong_key_the_menu_comes_again(hotline: Hotline) -> None:
    qilai = await hotline.seat(8004)
    caller = await at_the_menu(hotline)
    await caller.send_digits("7")
    await caller.hears_prompt(hotline.prompt("menu-invalid"))
    await hotline.hears_prompt_again(caller, "menu-main", after_s=1)
    await caller.send_digits("1")
    ring = await hotline.talk(caller, qilai)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["keys"] == ["1"]


async def test_who_presses_nothing_reaches_a_person_in_the_end(hotline: Hotline) -> None:
    qilai = await hotline.seat(8004)
    caller = await at_the_menu(hotline)
    await caller.hears_prompt(hotline.prompt("menu-no-input"))
    await hotline.hears_prompt_again(caller, "menu-main", after_s=1)
    ring = await hotline.talk(caller, qilai)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["keys"] == [""]


async def test_who_hangs_up_in_the_menu_is_recorded_so(hotline: Hotline) -> None:
    caller = await at_the_menu(hotline)
    call_id = await hotline.live_call("ivr")
    await caller.hang_up()
    call = await hotline.ended(call_id, "menu_left")
    assert call["class"] == "public"


async def test_who_is_on_the_whitelist_hears_no_menu(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY, dials="12346")
    ring = await seat.rings()
    await caller.hears_ringing()
    await hotline.talk_on(caller, seat)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    assert call["record"]["ivr"] == "none"
    assert call["record"]["keys"] == []
