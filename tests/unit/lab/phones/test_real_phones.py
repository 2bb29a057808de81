"""Real baresips on real loopback sockets; no Asterisk: they call one another directly, or through the world's door."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.phones.behaviours import BUSY, Answers, Declines
from lab.phones.errors import NotHappened
from lab.phones.events import Kind
from lab.phones.phones import Phones
from lab.phones.softphone import Softphone
from lab.phones.tones import TONES, tones_in
from lab.phones.world import World

NET = "127.9.2"
MOBILE = "13900001001"


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[Phones]:
    async with Phones(tmp_path, net=NET) as made:
        yield made


@pytest.fixture
async def world(phones: Phones) -> AsyncIterator[World]:
    async with World(phones) as opened:
        yield opened


def at_the_door(number: str) -> str:
    return f"sip:{number}@{NET}.3:5060"


async def test_two_phones_talk_and_press_keys(phones: Phones) -> None:
    caller, called = await phones.caller("051588880001", name="盐城某公司"), await phones.outside(MOBILE)
    await caller.dial(f"sip:{MOBILE}@{called.sip_address}")
    ring = await called.rings()
    assert (ring.number, ring.name, ring.zhida_call) == ("051588880001", "盐城某公司", "")
    await caller.hears_ringing()
    await called.answer()
    await asyncio.gather(caller.talks(), called.talks())
    await asyncio.gather(caller.hears(called, but_not=(caller,)), called.hears(caller, but_not=(called,)))
    await caller.send_digits("1#")
    await called.hears_digits("1#")
    await caller.hang_up()
    assert (await called.call_ended()).reason == "by the other side"
    assert tones_in(called.heard(), TONES) == {caller.tone_hz}
    assert [event.kind for event in called.events] == [Kind.RINGS, Kind.TALKS, Kind.HEARD_KEY, Kind.HEARD_KEY, Kind.ENDED]


async def test_a_call_is_declined_and_one_is_given_up(phones: Phones) -> None:
    caller, called = await phones.caller("051588880001"), await phones.outside(MOBILE)
    await caller.dial(f"sip:{MOBILE}@{called.sip_address}")
    await called.rings()
    await called.decline()
    assert (await caller.call_ended()).status == 486
    await called.call_ended()
    await caller.dial(f"sip:{MOBILE}@{called.sip_address}")
    await called.rings()
    await caller.hang_up()
    assert (await called.call_ended()).reason == "by the other side"
    assert [message.method for message in called.messages() if message.method == "CANCEL"] == ["CANCEL"]


async def test_the_door_leads_to_the_number_called(phones: Phones, world: World) -> None:
    world.script(MOBILE, Answers(presses="1", presses_after_s=0)).script("051586660001", Declines()).script("051586660002", BUSY)
    caller = await phones.caller("051588880001")
    await caller.dial(at_the_door(MOBILE))
    await caller.talks()
    mobile = await world.phone(MOBILE)
    await asyncio.gather(caller.hears(mobile), mobile.hears(caller))
    await caller.hears_digits("1")
    await caller.hang_up()
    assert (await mobile.call_ended()).reason == "by the other side"
    await caller.call_ended()
    for number, status in (("051586660001", 486), ("051586660002", 486), ("051586669999", 404)):
        await caller.dial(at_the_door(number))
        assert (await caller.call_ended()).status == status
    assert [call.number for call in world.called] == [MOBILE, "051586660001", "051586660002", "051586669999"]


async def test_a_seat_without_a_registrar_fails_in_one_sentence(phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.phones.softphone.REGISTER_S", 0.3)
    monkeypatch.setattr("lab.phones.programs.STOP_S", 0.3)  # it would sign off for as long
    with pytest.raises(NotHappened, match=r"8001 (could|did) not register"):
        await phones.seat(8001)
    await phones.stop()


async def test_a_phone_unplugged_is_gone(phones: Phones) -> None:
    phone: Softphone = await phones.outside(MOBILE)
    await phone.unplug()
    assert phone.events[-1].kind is Kind.STOPPED
