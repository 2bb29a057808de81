"""A recording is paused and taken up again, by hand or in its time; a consult's is silent while the caller is there."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from calls.errors import Conflict, NotFound, PbxFault
from conference.errand import Attempt, AttemptState, Errand
from conference.inside import Inside
from conference.recording import LONGEST, ConsultsRecorded, RecordingDesk
from conference.transfer import TargetKind, Transfer, TransferState
from routing.waiting import CallState
from tests.unit.conference.pauses import HeldPauses
from tests.unit.conference.stage import CALL, NOW, Room

TARGET = "xfer-zhida-1.0-5f3a"
FIRST, SECOND = "spec-zhida-1.0-0", "spec-zhida-1.0-1"
LONGEST_S = 60.0


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds()


class Switch:
    """Asterisk's recordings of these legs, by what was last said to them."""

    def __init__(self, clock: Clock, *legs: str) -> None:
        self.clock = clock
        self.takes_s = 0.0
        self.silent = dict.fromkeys(legs, False)
        self.said = 0
        self.away = False

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        self.clock.at += timedelta(seconds=self.takes_s)
        if self.away:
            raise PbxFault("ami_down", "no link")
        if channel not in self.silent:
            raise NotFound("no_recording", "none")
        self.silent[channel] = muted
        self.said += 1


class House:
    def __init__(self) -> None:
        self.room, self.clock, self.pauses = Room(), Clock(), HeldPauses()
        self.switch = Switch(self.clock, CALL, FIRST, SECOND)
        self.desk = RecordingDesk(
            waiting=self.room,  # type: ignore[arg-type]
            switch=self.switch,
            pauses=self.pauses,
            clock=self.clock,
            longest_s=LONGEST_S,
        )

    def is_in(self, state: CallState, *joined: str) -> None:
        assert self.room.live is not None
        asked = Attempt(attempt_id="", specialist_id="s", name="甲", department="税务", phone="office", number="1", ring_s=20)
        attempts = tuple(
            replace(asked, attempt_id=leg, state=AttemptState.JOINED) for leg in joined
        )
        self.room.live = replace(self.room.live, state=state, errand=Errand(attempts=attempts).to_json())

    def hands_on(self, state: CallState, how_far: TransferState) -> None:
        assert self.room.live is not None
        asked = Transfer(transfer_id=TARGET, kind=TargetKind.SEAT, value="8004", announced=True, by="8001", from_seat="8001")
        self.room.live = replace(self.room.live, state=state, inside=Inside(transfer=asked.now(how_far)).to_json())
        self.switch.silent.setdefault(TARGET, False)

    async def later(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)
        await self.desk.end_overdue()


@pytest.fixture
def house() -> House:
    return House()


async def test_a_pause_is_silence_until_it_is_resumed(house: House) -> None:
    assert await house.desk.pause(CALL, by="8001") == NOW + timedelta(seconds=LONGEST_S)
    assert house.switch.silent[CALL]
    await house.desk.resume(CALL, by="8001")
    assert not house.switch.silent[CALL]
    assert house.room.kinds() == ["recording_paused", "recording_resumed"]
    await house.later(LONGEST_S)
    assert house.room.kinds() == ["recording_paused", "recording_resumed"]


async def test_what_is_told_as_silent_is_so_however_long_asterisk_takes(house: House) -> None:
    house.switch.takes_s = 2.0
    await house.desk.pause(CALL, by="8001")
    await house.desk.resume(CALL, by="8001")
    assert [fact.at - NOW for fact in house.room.facts] == [timedelta(seconds=2), timedelta(seconds=2)]


async def test_one_that_nobody_resumes_is_resumed_in_its_time_and_told_once(house: House) -> None:
    await house.desk.pause(CALL, by="8001")
    await house.later(LONGEST_S - 1)
    assert house.switch.silent[CALL]
    await house.later(1)
    await house.later(1)
    assert not house.switch.silent[CALL]
    assert [fact.by for fact in house.room.facts] == ["8001", LONGEST]  # type: ignore[attr-defined]


async def test_asked_again_the_time_begins_anew(house: House) -> None:
    await house.desk.pause(CALL, by="8001")
    await house.later(LONGEST_S - 1)
    await house.desk.pause(CALL, by="8001")
    await house.later(LONGEST_S - 1)
    assert house.switch.silent[CALL]


async def test_it_is_resumed_in_its_time_also_while_he_waits_for_another_seat(house: House) -> None:
    await house.desk.pause(CALL, by="8001")
    house.is_in(CallState.WAITING)
    await house.later(LONGEST_S)
    assert not house.switch.silent[CALL]
    assert house.room.kinds() == ["recording_paused", "recording_resumed"]


async def test_what_is_begun_anew_is_as_silent_as_it_was(house: House) -> None:
    await house.desk.begun_anew(CALL)
    assert not house.switch.silent[CALL]
    await house.desk.pause(CALL, by="8001")
    house.switch.silent[CALL] = False
    await house.desk.begun_anew(CALL)
    assert house.switch.silent[CALL]


async def test_while_asterisk_is_away_it_is_tried_again(house: House) -> None:
    await house.desk.pause(CALL, by="8001")
    house.switch.away = True
    await house.later(LONGEST_S)
    assert house.room.kinds() == ["recording_paused"]
    house.switch.away = False
    await house.later(1)
    assert not house.switch.silent[CALL]


async def test_a_pause_that_could_not_be_begun_is_none(house: House) -> None:
    house.switch.away = True
    with pytest.raises(PbxFault):
        await house.desk.pause(CALL, by="8001")
    assert house.pauses.held == {}
    assert house.room.kinds() == []


async def test_a_call_that_ended_while_paused_is_forgotten(house: House) -> None:
    await house.desk.pause(CALL, by="8001")
    house.room.live = None
    await house.later(LONGEST_S)
    assert house.pauses.held == {}
    assert house.room.kinds() == ["recording_paused"]


async def test_what_was_paused_is_resumed(house: House) -> None:
    assert await house.desk.pause(CALL, by="8001") is not None
    await house.desk.resume(CALL, by="8001")
    assert house.pauses.held == {}
    assert house.room.kinds() == ["recording_paused", "recording_resumed"]


@pytest.mark.parametrize("state", [CallState.IVR, CallState.WAITING, CallState.OFFERED, CallState.AFTER])
async def test_only_a_talk_is_paused(house: House, state: CallState) -> None:
    house.is_in(state)
    with pytest.raises(Conflict, match="while a seat talks"):
        await house.desk.pause(CALL, by="8001")


async def test_a_consult_is_silent_while_the_caller_is_there_and_sounds_again_without_him(house: House) -> None:
    consults = ConsultsRecorded(house.desk)
    for state, silent in ((CallState.CONSULT, False), (CallState.THREE_WAY, True), (CallState.CONSULT, False)):
        house.is_in(state, FIRST)
        assert house.room.live is not None
        await consults.follow(house.room.live)
        assert (house.switch.silent[FIRST], house.switch.silent[SECOND], house.switch.silent[CALL]) == (silent, False, False)


async def test_who_comes_into_a_three_way_call_is_silent_from_then_on_and_asterisk_is_told_once(house: House) -> None:
    consults = ConsultsRecorded(house.desk)
    house.is_in(CallState.THREE_WAY, FIRST)
    assert house.room.live is not None
    await consults.follow(house.room.live)
    await consults.follow(house.room.live)
    assert house.switch.said == 1
    house.is_in(CallState.THREE_WAY, FIRST, SECOND)
    await consults.follow(house.room.live)
    assert house.switch.silent[SECOND]


@pytest.mark.parametrize(
    ("state", "how_far", "silent"),
    [
        (CallState.CONSULT, TransferState.JOINED, True),
        (CallState.THREE_WAY, TransferState.JOINED, False),
        (CallState.CONSULT, TransferState.DONE, False),
    ],
    ids=["they talk of him", "he is with them", "he is the target's, who talks with somebody else of him"],
)
async def test_a_seats_talk_with_whom_it_hands_him_on_to_is_a_consult_too(
    house: House, state: CallState, how_far: TransferState, silent: bool
) -> None:
    house.hands_on(state, how_far)
    assert house.room.live is not None
    house.switch.silent[TARGET] = silent
    await ConsultsRecorded(house.desk).follow(house.room.live)
    assert house.switch.silent[TARGET] is not silent


async def test_a_pause_silences_what_they_say_of_him_too(house: House) -> None:
    house.hands_on(CallState.CONSULT, TransferState.JOINED)
    await house.desk.pause(CALL, by="8001")
    assert house.switch.silent[TARGET]
    await house.desk.resume(CALL, by="8001")
    assert not house.switch.silent[TARGET]


@pytest.mark.parametrize("how_far", [TransferState.RINGING, TransferState.LEFT])
async def test_who_is_not_there_is_not_asked_for(house: House, how_far: TransferState) -> None:
    house.hands_on(CallState.CONSULT, how_far)
    assert house.room.live is not None
    await ConsultsRecorded(house.desk).follow(house.room.live)
    assert house.switch.said == 0


async def test_a_consult_that_could_not_be_silenced_is_silenced_at_the_next_look(house: House) -> None:
    consults = ConsultsRecorded(house.desk)
    house.is_in(CallState.THREE_WAY, FIRST)
    assert house.room.live is not None
    house.switch.away = True
    await consults.follow(house.room.live)
    house.switch.away = False
    await consults.follow(house.room.live)
    assert house.switch.silent[FIRST]


async def test_a_pause_silences_the_consult_too_and_outlives_a_change_of_state(house: House) -> None:
    consults = ConsultsRecorded(house.desk)
    house.is_in(CallState.CONSULT, FIRST)
    await house.desk.pause(CALL, by="8001")
    assert house.switch.silent[FIRST]
    for state in (CallState.THREE_WAY, CallState.CONSULT):
        house.is_in(state, FIRST)
        assert house.room.live is not None
        await consults.follow(house.room.live)
    assert house.switch.silent[FIRST]
    await house.desk.resume(CALL, by="8001")
    assert not house.switch.silent[FIRST]
