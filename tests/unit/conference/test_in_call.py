"""Hold, mute, taking out, handing on to a colleague: what the caller and the others notice."""


import pytest

from calls.errors import Conflict, NotFound, PbxFault
from conference.phone_hold import PhoneHolds
from routing.waiting import CallState
from tests.unit.conference.stage import CALL, SEAT_LEG, OneClock, Stage, a_phone, three_way

SPECIALIST, COLLEAGUE = f"spec-{CALL}-0", f"spec-{CALL}-1"
SUPERVISOR = f"sup-{CALL}-0a1b2c3d"


async def held(stage: Stage) -> None:
    await stage.desk.hold(CALL)
    stage.runs()
    await stage.settles()


async def test_a_held_caller_hears_music_and_is_taken_back(stage: Stage) -> None:
    await held(stage)
    assert (stage.state, stage.line.where) == (CallState.HELD, "music")
    assert stage.exchange.in_room == {SEAT_LEG}
    await stage.desk.resume(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SEAT_LEG}
    assert stage.state is CallState.TALKING_IN_ROOM
    assert stage.room.kinds() == ["held", "resumed"]


async def test_he_is_held_again_out_of_the_room(stage: Stage) -> None:
    await held(stage)
    await stage.desk.resume(CALL)
    await stage.settles()
    await stage.desk.hold(CALL)
    await stage.settles()
    assert (stage.state, stage.line.where) == (CallState.HELD, "music")


async def test_two_who_talk_go_on_in_the_room_and_one_of_them_is_not_heard(stage: Stage) -> None:
    await stage.desk.mute(CALL, "caller")
    stage.runs()
    await stage.settles()
    assert (stage.state, stage.line.where) == (CallState.TALKING_IN_ROOM, "room")
    assert (stage.exchange.in_room, stage.exchange.muted) == ({CALL, SEAT_LEG}, {CALL})
    await stage.desk.unmute(CALL, "caller")
    await stage.settles()
    assert (stage.state, stage.exchange.muted) == (CallState.TALKING_IN_ROOM, set())
    assert stage.room.kinds() == ["muted", "unmuted"]


async def test_nobody_is_muted_where_the_seat_cannot_be_moved(stage: Stage) -> None:
    stage.exchange.refuses_to_move = True
    with pytest.raises(PbxFault):
        await stage.desk.mute(CALL, "seat")
    assert stage.room.live is not None
    assert (stage.state, stage.room.live.inside, stage.room.kinds()) == (CallState.TALKING, "", ["muted", "unmuted"])


async def test_to_unmute_who_talks_and_was_never_muted_changes_nothing(stage: Stage) -> None:
    await stage.desk.unmute(CALL, "caller")
    assert (stage.state, stage.exchange.moved, stage.room.facts) == (CallState.TALKING, [], [])


async def test_who_is_muted_while_he_is_held_is_so_when_he_comes_back(stage: Stage) -> None:
    await held(stage)
    await stage.desk.mute(CALL, "caller")
    await stage.settles()
    assert (stage.state, stage.exchange.muted) == (CallState.HELD, set())
    await stage.desk.resume(CALL)
    await stage.settles()
    assert stage.exchange.muted == {CALL}


async def test_after_a_hold_a_specialist_is_asked_as_before_it_while_the_caller_hears_music(stage: Stage) -> None:
    await held(stage)
    await stage.desk.resume(CALL)
    await stage.settles()
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.desk.ask(CALL, [a_phone()])
    await stage.settles()
    assert (stage.state, stage.line.where, stage.states()) == (CallState.CONSULT, "music", ["joined"])
    assert stage.exchange.in_room == {SEAT_LEG, SPECIALIST}


async def test_when_the_specialist_has_left_caller_and_seat_talk_in_the_room(stage: Stage) -> None:
    await three_way(stage)
    assert stage.state is CallState.THREE_WAY
    stage.exchange.leaves(SPECIALIST)
    await stage.settles()
    assert (stage.state, stage.line.where) == (CallState.TALKING_IN_ROOM, "room")
    stage.exchange.leaves(SEAT_LEG)
    await stage.over()
    assert stage.state is CallState.AFTER


async def test_taken_back_from_a_hunt_in_vain_he_talks_with_the_seat(stage: Stage) -> None:
    stage.exchange.answers["051586660001"] = "busy"
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.resume(CALL)
    await stage.settles()
    assert (stage.state, stage.line.where) == (CallState.TALKING_IN_ROOM, "room")
    assert stage.room.kinds()[-1] == "resumed"


async def test_a_hunt_that_ends_in_vain_while_the_caller_is_in_the_room_leaves_two_who_talk(stage: Stage) -> None:
    await stage.open(a_phone())
    await stage.settles()
    await stage.desk.join(CALL)
    await stage.settles()
    assert stage.state is CallState.THREE_WAY  # a specialist is on his way to the two
    stage.mailbox.left(SPECIALIST, 17)
    await stage.settles()
    assert stage.state is CallState.TALKING_IN_ROOM


async def test_a_supervisor_who_comes_in_makes_it_a_three_way_call_while_he_is_there(stage: Stage) -> None:
    await stage.desk.mute(CALL, "caller")
    stage.runs()
    await stage.settles()
    stage.exchange.joins(SUPERVISOR)
    await stage.settles()
    assert stage.state is CallState.THREE_WAY
    stage.exchange.leaves(SUPERVISOR)
    await stage.settles()
    assert stage.state is CallState.TALKING_IN_ROOM


async def test_an_engine_that_takes_over_sees_that_the_others_have_left(stage: Stage) -> None:
    await three_way(stage)
    assert stage.task is not None
    stage.task.cancel()
    await stage.settles()
    stage.exchange.in_room.discard(SPECIALIST)
    stage.runs(resumed=True)
    await stage.settles()
    assert (stage.state, stage.states()) == (CallState.TALKING_IN_ROOM, ["left"])


async def test_a_seat_that_cannot_be_moved_holds_nobody(stage: Stage) -> None:
    stage.exchange.refuses_to_move = True
    with pytest.raises(PbxFault):
        await stage.desk.hold(CALL)
    assert stage.state is CallState.TALKING


async def test_to_hold_a_caller_whom_a_specialist_was_with_is_a_consult(stage: Stage) -> None:
    await three_way(stage)
    await stage.desk.hold(CALL)
    await stage.settles()
    assert (stage.state, stage.line.where) == (CallState.CONSULT, "music")
    await stage.desk.resume(CALL)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, SEAT_LEG, SPECIALIST}


async def test_a_specialist_is_asked_while_the_caller_is_held(stage: Stage) -> None:
    await held(stage)
    stage.exchange.answers["051586660001"] = "accepts"
    await stage.desk.ask(CALL, [a_phone()])
    await stage.settles()
    assert (stage.state, stage.states()) == (CallState.CONSULT, ["joined"])
    assert stage.exchange.moved == ["PJSIP/8001-1"]  # the seat is in the room already


async def test_who_is_muted_stays_so_when_he_comes_back(stage: Stage) -> None:
    await three_way(stage)
    await stage.desk.mute(CALL, "caller")
    await stage.settles()
    assert stage.exchange.muted == {CALL}
    await stage.desk.consult(CALL)
    await stage.settles()
    assert stage.exchange.muted == set()
    await stage.desk.join(CALL)
    await stage.settles()
    assert stage.exchange.muted == {CALL}
    await stage.desk.unmute(CALL, "caller")
    await stage.settles()
    assert stage.exchange.muted == set()
    assert stage.room.kinds()[-4:] == ["muted", "consult_started", "three_way_started", "unmuted"]


@pytest.mark.parametrize(("member", "leg"), [("seat", SEAT_LEG), ("s-甲", SPECIALIST), (SPECIALIST, SPECIALIST)])
async def test_seat_and_specialist_are_muted_too(stage: Stage, member: str, leg: str) -> None:
    await three_way(stage)
    await stage.desk.mute(CALL, member)
    assert stage.exchange.muted == {leg}


async def test_another_engine_keeps_muted_who_was_muted(stage: Stage) -> None:
    await three_way(stage)
    await stage.desk.mute(CALL, "s-甲")
    await stage.engine_dies()
    stage.exchange.muted.clear()
    stage.runs(resumed=True)
    await stage.settles()
    assert stage.exchange.muted == {SPECIALIST}


async def test_nobody_who_is_not_there_is_muted(stage: Stage) -> None:
    await three_way(stage)
    with pytest.raises(NotFound, match="no 99"):
        await stage.desk.mute(CALL, "99")


async def test_a_specialist_hands_on_to_a_colleague_and_leaves(stage: Stage) -> None:
    await three_way(stage)
    stage.exchange.leaves(SEAT_LEG)
    await stage.settles()
    await stage.desk.hand_on(CALL, "s-甲", [a_phone("051586660002", name="乙")])
    await stage.settles()
    assert stage.states() == ["joined", "ringing"]
    assert stage.line.where == "room"  # in company until he leaves
    stage.exchange.leaves(SPECIALIST)
    await stage.settles()
    assert (stage.state, stage.line.where) == (CallState.CONSULT, "music")
    stage.exchange.joins(COLLEAGUE)
    await stage.settles()
    assert stage.exchange.in_room == {CALL, COLLEAGUE}


async def test_handed_on_in_vain_the_caller_goes_back_to_the_waiting_room(stage: Stage) -> None:
    await three_way(stage)
    stage.exchange.leaves(SEAT_LEG)
    await stage.settles()
    await stage.desk.hand_on(CALL, SPECIALIST, [a_phone("051586660002", name="乙")])
    await stage.settles()
    stage.exchange.leaves(SPECIALIST)
    await stage.settles()
    stage.mailbox.left(COLLEAGUE, 17)
    await stage.over()
    assert stage.state is CallState.TRANSFERRED


async def test_only_who_is_on_the_line_hands_on(stage: Stage) -> None:
    await three_way(stage)
    with pytest.raises(NotFound):
        await stage.desk.hand_on(CALL, "seat", [a_phone()])


async def test_a_seat_that_leaves_a_held_caller_does_not_end_his_call(stage: Stage) -> None:
    await held(stage)
    stage.exchange.leaves(SEAT_LEG)
    await stage.over()
    assert stage.state is CallState.TRANSFERRED
    assert stage.line.where == "music"


async def test_the_caller_is_not_taken_out(stage: Stage) -> None:
    await three_way(stage)
    with pytest.raises(Conflict, match="music"):
        await stage.desk.take_out(CALL, "caller")


async def test_a_hold_by_the_phones_own_key_is_recorded_and_nobody_else_s(stage: Stage) -> None:
    holds = PhoneHolds(waiting=stage.room, clock=OneClock())  # type: ignore[arg-type]
    await holds.note(CALL, SEAT_LEG, held=True)
    await holds.note(CALL, CALL, held=True)
    await holds.note(CALL, SEAT_LEG, held=False)
    assert stage.room.kinds() == ["held", "resumed"]
    assert stage.state is CallState.TALKING


async def test_what_was_done_is_counted(stage: Stage) -> None:
    await held(stage)
    await stage.desk.resume(CALL)
    with pytest.raises(Conflict):
        await stage.desk.resume(CALL)
    assert stage.desk.counts == {"hold": 1, "resume": 1}
