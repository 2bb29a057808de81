"""A phone keys something in during a call: who it is, what is done, what only it hears, and what stands in the log of acts."""

import asyncio
import json

import pytest

from conference.errand import AttemptState
from conference.inside import Inside
from conference.transfer import TargetKind, TransferTarget
from ivr.call_keys import KeyAct as A
from routing.waiting import CallState
from tests.unit.conference.stage import CALL, SEAT_LEG
from tests.unit.engine.keying_stage import ATTEMPT, Stage


async def test_a_hold_is_confirmed_before_the_phone_is_moved() -> None:
    stage = Stage()
    phone = await stage.keys("2")
    assert phone.heard == ["keys-held"]
    assert (stage.state, stage.legs.moved) == (CallState.HELD, ["PJSIP/8001-1"])
    assert stage.noted() == [("hold", "phone 8001", "")]


async def test_a_sentence_comes_behind_the_word_that_is_said_to_the_phone_meanwhile() -> None:
    stage = Stage()
    phone = await stage.keys("1", words=5)
    assert (phone.heard, phone.words) == (["keys-unknown"], 0)


async def test_who_keys_in_another_code_meanwhile_hears_the_answer_to_that() -> None:
    stage = Stage()
    phone = await stage.keys("1*2", words=5)
    assert phone.heard == ["keys-held"]


async def test_the_same_code_again_takes_the_caller_back() -> None:
    stage = Stage(CallState.HELD)
    assert (await stage.keys("2")).heard == ["keys-resumed"]
    assert stage.state is CallState.TALKING_IN_ROOM


async def test_a_specialist_is_asked_for_by_short_number() -> None:
    stage = Stage()
    assert (await stage.keys("31#")).heard == ["keys-asking"]
    assert stage.state is CallState.CONSULT
    assert [attempt.number for attempt in stage.room.errand().attempts] == ["051586660001", "051586660002"]
    act = stage.book.acts[0]
    assert (act.what, act.subject, act.call_id, json.loads(act.detail)) == (
        "ask_specialist",
        f"calls/{CALL}",
        CALL,
        {"by": "keys", "act": "ask", "keyed": "*31#"},
    )


@pytest.mark.parametrize(
    ("keys", "sentence", "code"),
    [("37#", "keys-no-department", "short_number_unknown"), ("39#", "keys-no-department", "department_unknown")],
)
async def test_who_cannot_be_asked_for_is_told_before_the_caller_is_moved(keys: str, sentence: str, code: str) -> None:
    stage = Stage()
    phone = await stage.keys(keys)
    assert phone.heard == [sentence]
    assert phone.finished
    assert (stage.state, stage.legs.moved) == (CallState.TALKING, [])
    assert stage.noted() == [("ask_specialist", "phone 8001", ""), ("ask_specialist", "phone 8001", code)]


async def test_a_second_hunt_is_refused_while_one_goes_on() -> None:
    stage = Stage(CallState.CONSULT, specialist=AttemptState.RINGING)
    assert (await stage.keys("31#")).heard == ["keys-hunt-goes-on"]
    assert (await stage.keys("5")).heard == ["keys-cancelled"]
    assert stage.room.errand().attempts[0].state is AttemptState.CANCELLED


async def test_join_and_consult_share_a_code() -> None:
    stage = Stage(CallState.CONSULT, specialist=AttemptState.JOINED)
    assert (await stage.keys("4")).heard == ["keys-joined"]
    assert (await stage.keys("4")).heard == ["keys-consult"]
    assert stage.state is CallState.CONSULT


async def test_the_caller_is_muted_and_heard_again() -> None:
    stage = Stage(CallState.THREE_WAY)
    assert (await stage.keys("7")).heard == ["keys-muted"]
    assert (await stage.keys("7")).heard == ["keys-unmuted"]
    assert stage.legs.muted == [(CALL, True), (CALL, False)]


async def test_a_caller_who_talks_with_the_seat_alone_is_muted_after_the_sentence_because_the_phone_is_moved() -> None:
    stage = Stage()
    phone = await stage.keys("7", stays=False)  # hangs up in the sentence
    assert (phone.heard, stage.state, stage.legs.moved) == (["keys-muted"], CallState.TALKING, [])
    assert (await stage.keys("7")).heard == ["keys-muted"]
    assert (stage.state, stage.legs.moved) == (CallState.TALKING_IN_ROOM, ["PJSIP/8001-1"])
    assert (await stage.keys("7")).heard == ["keys-unmuted"]
    assert stage.state is CallState.TALKING_IN_ROOM


async def test_the_specialist_is_taken_out() -> None:
    stage = Stage(CallState.THREE_WAY, specialist=AttemptState.JOINED)
    assert (await stage.keys("6")).heard == ["keys-taken-out"]
    assert stage.legs.hung_up == [ATTEMPT]
    nobody = Stage(CallState.THREE_WAY)
    assert (await nobody.keys("6")).heard == ["keys-nobody-there"]


async def test_the_seat_leaves() -> None:
    stage = Stage(CallState.THREE_WAY, specialist=AttemptState.JOINED)
    assert (await stage.keys("*0")).heard == ["keys-leaving"]
    assert stage.legs.hung_up == [SEAT_LEG]


async def test_what_does_not_fit_the_call_is_not_possible_now() -> None:
    stage = Stage()
    assert (await stage.keys("4")).heard == ["keys-not-now"]
    assert (await stage.keys("5")).heard == ["keys-not-now"]
    assert stage.noted()[1] == ("change_conference", "phone 8001", "call_not_in_consult")


@pytest.mark.parametrize(
    ("keys", "sentence"), [("1", "keys-unknown"), ("", "keys-incomplete"), ("31", "keys-incomplete"), ("#", "keys-given-up")]
)
async def test_what_means_nothing_is_told_and_no_act(keys: str, sentence: str) -> None:
    stage = Stage()
    phone = await stage.keys(keys)
    assert phone.heard == [sentence]
    assert phone.finished
    assert stage.book.acts == []


async def test_an_act_nobody_has_wired_is_refused() -> None:
    stage = Stage()
    assert (await stage.keys("*3")).heard == ["keys-not-now"]


async def test_an_act_of_another_desk_is_given_the_call_and_who_asks() -> None:
    stage, asked = Stage(), []

    async def pause(call_id: str, by: str) -> None:
        asked.append((call_id, by))

    stage.steering.also(A.PAUSE_RECORDING, pause)
    assert (await stage.keys("*7")).heard == ["keys-recording-paused"]
    assert asked == [(CALL, "phone 8001")]


@pytest.mark.parametrize(
    ("keys", "kind", "value"),
    [
        ("88002#", TargetKind.SEAT, "8002"),
        ("871#", TargetKind.GROUP, "qilai"),
        ("8051586660001#", TargetKind.NUMBER, "051586660001"),
        ("01#", TargetKind.HOTLINE, "12366"),
        ("012366#", TargetKind.HOTLINE, "12366"),
    ],
)
async def test_the_caller_is_handed_on(keys: str, kind: TargetKind, value: str) -> None:
    stage = Stage()
    assert (await stage.keys(keys)).heard == ["keys-transferring"]
    assert stage.state is CallState.TRANSFERRED
    assert stage.legs.hung_up == [SEAT_LEG]
    assert set(stage.targets.asked) == {TransferTarget(kind=kind, value=value)}


async def test_a_target_that_cannot_be_had_is_told_and_the_talk_goes_on() -> None:
    stage = Stage()
    assert (await stage.keys("88003#")).heard == ["keys-not-free"]
    assert (stage.state, stage.legs.hung_up) == (CallState.TALKING, [])


async def test_an_announced_transfer_is_not_completed_before_it_is_answered() -> None:
    stage = Stage()
    assert (await stage.keys("9051586660001#")).heard == ["keys-announcing"]
    assert stage.state is CallState.CONSULT
    assert (await stage.keys("*9")).heard == ["keys-nobody-there"]
    assert (await stage.keys("88002#")).heard == ["keys-transfer-goes-on"]


async def test_the_agent_at_the_seat_stands_in_the_log_of_acts() -> None:
    stage = Stage(agent="101")
    await stage.keys("2")
    assert (stage.book.acts[0].person, stage.book.acts[0].role) == ("agent 101", "seat")


@pytest.mark.parametrize(
    ("leg", "channel"),
    [
        (CALL, "PJSIP/carrier-1"),
        ("zhida-9.9", "PJSIP/8002-1"),
        ("zhida-9.9", "PJSIP/zhida-outside-1"),
        ("spec-x-0", "PJSIP/zhida-outside-1"),
    ],
)
async def test_whoever_else_keys_in_does_nothing_and_hears_nothing(leg: str, channel: str) -> None:
    stage = Stage()
    phone = await stage.keys("2", leg=leg, channel=channel)
    assert (phone.heard, phone.finished) == ([], True)
    assert (stage.state, stage.book.acts) == (CallState.TALKING, [])


async def test_a_seats_phone_at_another_asterisk_is_known_by_its_name() -> None:
    stage = Stage()
    assert (await stage.keys("2", leg="other-7.7", channel="PJSIP/8001-9")).heard == ["keys-held"]


async def test_a_call_that_is_over_is_nobodys() -> None:
    stage = Stage()
    stage.room.live = None
    phone = await stage.keys("2")
    assert (phone.heard, phone.finished) == ([], True)


async def test_a_specialist_has_his_own_keys() -> None:
    stage = Stage(CallState.THREE_WAY, specialist=AttemptState.JOINED)
    his = {"leg": ATTEMPT, "channel": "PJSIP/zhida-outside-1"}
    assert (await stage.keys("4", **his)).heard == ["keys-unknown"]
    assert (await stage.keys("3#", **his)).heard == ["keys-asking-colleague"]
    assert [attempt.specialist_id for attempt in stage.room.errand().attempts] == ["s-甲", "s-乙"]
    assert stage.room.live is not None
    assert Inside.from_json(stage.room.live.inside).handed_by == ATTEMPT
    assert (await stage.keys("*0", **his)).heard == ["keys-leaving"]
    assert stage.legs.hung_up == [ATTEMPT]
    assert {(what, who) for what, who, _ in stage.noted()} == {("ask_colleague", "specialist s-甲"), ("take_out", "specialist s-甲")}


async def test_who_hangs_up_over_the_confirmation_has_not_done_it() -> None:
    stage = Stage()
    phone = await stage.keys("2", stays=False)
    assert not phone.finished
    assert (stage.state, stage.legs.moved) == (CallState.TALKING, [])
    assert stage.noted() == [("hold", "phone 8001", ""), ("hold", "phone 8001", "leg_gone")]


async def test_who_hangs_up_over_a_confirmation_that_comes_after_has_done_it() -> None:
    stage = Stage(CallState.HELD)
    await stage.keys("2", stays=False)
    assert stage.noted() == [("resume", "phone 8001", "")]


async def test_what_asterisk_does_not_do_is_told() -> None:
    stage = Stage()
    stage.legs.fault = True
    assert (await stage.keys("2")).heard == ["keys-held", "keys-fault"]
    assert stage.noted()[1] == ("hold", "phone 8001", "ami_down")
    assert stage.state is CallState.TALKING


async def test_what_cannot_be_noted_is_not_done() -> None:
    stage = Stage()
    stage.book.away = True
    assert (await stage.keys("2")).heard == ["keys-fault"]
    assert stage.state is CallState.TALKING


async def test_who_knows_the_sentence_begins_the_next_code_over_it() -> None:
    stage = Stage(CallState.CONSULT, specialist=AttemptState.JOINED)
    assert (await stage.keys("4*4*1*#")).heard == ["keys-joined", "keys-consult", "keys-unknown", "keys-given-up"]
    assert stage.state is CallState.CONSULT


async def test_two_phones_that_key_at_once_do_not_disturb_each_other() -> None:
    stage = Stage(CallState.CONSULT, specialist=AttemptState.JOINED)
    seat, specialist = await asyncio.gather(
        stage.keys("4"), stage.keys("*0", leg=ATTEMPT, channel="PJSIP/zhida-outside-1")
    )
    assert (seat.heard, specialist.heard) == (["keys-joined"], ["keys-leaving"])
