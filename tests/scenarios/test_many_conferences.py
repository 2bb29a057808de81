"""Ten conferences at once, each of three telephones with tones of their own: nobody hears anybody but his own two, and all is recorded."""

import asyncio
from pathlib import Path

import pytest

from conference.roster_form import write_roster
from lab.bench.conferences import specialists
from lab.patience import PATIENCE_S
from lab.phones.softphone import Softphone
from lab.phones.tones import tones_in
from tests.scenarios import test_many_calls
from tests.scenarios.hotline import Hotline
from tests.scenarios.scene import Scene
from tests.scenarios.test_three_way import ACCEPTS

LAB = test_many_calls.LAB
SEATS = range(8001, 8011)
_LISTENED_S = 1.0


@pytest.mark.alone
async def test_in_ten_conferences_at_once_everybody_hears_his_own_two_and_nobody_else(hotline: Hotline, tmp_path: Path) -> None:
    roster = specialists(len(SEATS))
    write_roster(roster, tmp_path / "roster.xlsx")
    code, said = await hotline.zhida("specialists", "import", str(tmp_path / "roster.xlsx"), "--yes")
    assert code == 0, said
    numbers = [one.office[0].replace("-", "") for one in roster]
    for number in numbers:
        hotline.world.script(number, ACCEPTS)
    seats = await hotline.seats(*SEATS)
    callers = {f"05158889{number:04d}": await hotline.calls(f"05158889{number:04d}") for number in range(3000, 3000 + len(SEATS))}
    scenes = [await answered(hotline, seat, callers) for seat in seats]

    await asyncio.gather(*(scene.ask(one.name, one.department) for scene, one in zip(scenes, roster, strict=True)))
    await asyncio.gather(*(scene.comes(one.name, number) for scene, one, number in zip(scenes, roster, numbers, strict=True)))
    await asyncio.gather(*(scene.all_together() for scene in scenes))
    everybody = [phone for scene in scenes for phone in (scene.caller, *scene.company)]
    for scene in scenes:
        scene.everybody = set(everybody)
    await asyncio.gather(*(scene.sounds_right() for scene in scenes))
    heard = dict(zip(everybody, await asyncio.gather(*(hears(phone, everybody) for phone in everybody)), strict=True))
    for scene in scenes:
        three = {phone.tone_hz for phone in (scene.caller, *scene.company)}
        for phone in (scene.caller, *scene.company):
            assert heard[phone] == three - {phone.tone_hz}, f"{phone.number} of {scene.call_id} hears {heard[phone]}"

    await asyncio.gather(*(scene.leaves("caller") for scene in scenes))
    for scene in scenes:
        await scene.ends()
        assert (await hotline.recording(scene.call_id)).heard(*scene.company)


async def answered(hotline: Hotline, seat: Softphone, callers: dict[str, Softphone]) -> Scene:
    """The seat answers whoever it rings for."""
    ring = await seat.rings()
    await seat.answer()
    return Scene(hotline=hotline, api=hotline.api, call_id=ring.zhida_call, caller=callers[ring.number], seat=seat, company=[seat])


async def hears(phone: Softphone, everybody: list[Softphone]) -> set[int]:
    """Whose tones come to the phone for a while from now on."""
    began_s = phone.heard_s
    async with asyncio.timeout(PATIENCE_S):
        while phone.heard_s < began_s + _LISTENED_S:
            await asyncio.sleep(0.1)
    return await asyncio.to_thread(tones_in, phone.heard(), [one.tone_hz for one in everybody], began_s, began_s + _LISTENED_S)
