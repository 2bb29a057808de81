"""What Asterisk holds, read from its real lists."""

import pytest

from calls.errors import PbxFault
from pbx.ami.listed import DeviceState
from tests.unit.pbx.ami.builders import recorded_answer
from tests.unit.pbx.ami.fake_asterisk import Answer, FakeAsterisk, refusal
from tests.unit.pbx.ami.linked import linked


def as_recorded(name: str, recorded_id: str) -> Answer:
    return lambda action_id, _: recorded_answer(name, recorded_id, action_id)


def busy() -> FakeAsterisk:
    """An Asterisk with three legs in one room, as recorded."""
    asterisk = FakeAsterisk()
    lists = {"CoreStatus": "A8", "CoreShowChannels": "A3", "ConfbridgeListRooms": "A4", "ConfbridgeList": "A5", "DeviceStateList": "A6"}
    asterisk.answers.update({action: as_recorded("lists_and_room", recorded_id) for action, recorded_id in lists.items()})
    asterisk.answers["Getvar"] = as_recorded("answers", "A1")
    return asterisk


async def test_a_snapshot_has_legs_rooms_and_phones() -> None:
    async with busy() as asterisk, linked(asterisk) as it:
        snapshot = await it.link.snapshot(devices=["PJSIP/8001", "PJSIP/8020"])
        assert set(snapshot.channels) == {f"spec-{number}{half}" for number in range(3) for half in ("", "-2")}
        assert {room: [member.uniqueid for member in members] for room, members in snapshot.rooms.items()} == {
            "c-room1": ["spec-0", "spec-1", "spec-2"]
        }
        assert snapshot.devices["PJSIP/8001"] is DeviceState.NOT_INUSE
        assert snapshot.pbx_started == "2026-11-20 20:50:30"
        assert snapshot.missing == 0


async def test_phones_that_asterisk_has_not_cached_are_asked_for_one_by_one() -> None:
    async with busy() as asterisk, linked(asterisk) as it:
        snapshot = await it.link.snapshot(devices=["PJSIP/8001", "PJSIP/8020"])
        assert [headers["Variable"] for headers in asterisk.actions("Getvar")] == [["DEVICE_STATE(PJSIP/8020)"]]
        assert snapshot.devices["PJSIP/8020"] is DeviceState.UNAVAILABLE


async def test_an_idle_asterisk_has_no_rooms_though_it_calls_that_an_error() -> None:
    async with busy() as asterisk, linked(asterisk) as it:
        asterisk.answers["ConfbridgeListRooms"] = as_recorded("lists_and_room", "A1")
        assert (await it.link.snapshot()).rooms == {}


async def test_an_entry_that_was_tampered_with_makes_the_snapshot_say_that_it_is_not_whole() -> None:
    async with busy() as asterisk, linked(asterisk) as it:
        honest = asterisk.answers["CoreShowChannels"]
        asterisk.answers["CoreShowChannels"] = lambda action_id, headers: (honest(action_id, headers) or b"").replace(
            b"CallerIDNum: 051586660002\r\n", b"CallerIDNum: 7916\r\nUniqueid: spec-0\r\n", 1
        )
        snapshot = await it.link.snapshot()
        assert (len(snapshot.channels), snapshot.missing) == (5, 1)


async def test_a_snapshot_that_is_not_permitted_says_so() -> None:
    async with busy() as asterisk, linked(asterisk) as it:
        asterisk.answers["CoreShowChannels"] = refusal("Permission denied")
        with pytest.raises(PbxFault) as caught:
            await it.link.snapshot()
        assert caught.value.code == "ami_not_permitted"
