"""The engine's actions: what they send, what they refuse to send, and what Asterisk's real answers mean."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from calls.errors import LegGone, NotFound, PbxFault, Refused, ZhidaError
from pbx.ami.actions import AmiActions
from pbx.ami.listed import DeviceState, ListedChannel, RoomMember
from pbx.ami.messages import AmiResponse
from pbx.ami.newcall import CallerId, NewCall, Originated, OriginateReason
from pbx.ami.replies import fault_of, is_empty_list
from tests.unit.pbx.ami.builders import a_hangup, recorded_answer
from tests.unit.pbx.ami.fake_asterisk import Answer, FakeAsterisk
from tests.unit.pbx.ami.linked import linked

LEG = "zhida-pbx1-1795203893.17"


@pytest_asyncio.fixture
async def asterisk() -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk() as fake:
        yield fake


@pytest_asyncio.fixture
async def actions(asterisk: FakeAsterisk) -> AsyncIterator[AmiActions]:
    async with linked(asterisk) as it:
        yield AmiActions(it.link)


def as_recorded(name: str, recorded_id: str) -> Answer:
    return lambda action_id, _: recorded_answer(name, recorded_id, action_id)


def sent(asterisk: FakeAsterisk, name: str) -> dict[str, list[str]]:
    headers = dict(asterisk.actions(name)[-1])
    del headers["Action"], headers["ActionID"]
    return headers


def a_specialist(dial: str = "PJSIP/13900001001@outbound") -> NewCall:
    return NewCall(
        dial=dial,
        context="zhida-room",
        exten="leg",
        channel_id="spec-5f2c",
        timeout_s=25,
        variables={"ZHIDA_ROOM": "c-5f2c", "PJSIP_HEADER(add,X-Zhida-Call)": 'a,"b"\\c'},
        caller_id=CallerId(number="12345", name='盐城 "12345", 热线'),
    )


async def test_a_redirect_says_leg_and_place(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    await actions.redirect(LEG, context="zhida-room", exten="leg")
    assert sent(asterisk, "Redirect") == {"Channel": [LEG], "Context": ["zhida-room"], "Exten": ["leg"], "Priority": ["1"]}


async def test_a_hangup_has_a_cause_because_none_would_look_like_a_broken_seat(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    await actions.hangup("PJSIP/8001-0000001f", cause=26)
    assert sent(asterisk, "Hangup") == {"Channel": ["PJSIP/8001-0000001f"], "Cause": ["26"]}
    await actions.hangup(LEG)
    assert sent(asterisk, "Hangup")["Cause"] == ["16"]


async def test_time_limits_and_recording_pauses_are_sent_as_asterisk_reads_them(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    await actions.absolute_timeout(LEG, seconds=14400)
    assert sent(asterisk, "AbsoluteTimeout") == {"Channel": [LEG], "Timeout": ["14400"]}
    await actions.mixmonitor_mute(LEG, muted=True)
    assert sent(asterisk, "MixMonitorMute") == {"Channel": [LEG], "Direction": ["both"], "State": ["1"]}
    await actions.mixmonitor_mute(LEG, muted=False, direction="read")
    assert sent(asterisk, "MixMonitorMute") == {"Channel": [LEG], "Direction": ["read"], "State": ["0"]}


Call = Callable[[AmiActions], Awaitable[object]]


@pytest.mark.parametrize(
    "hostile",
    [
        lambda actions: actions.hangup("/^PJSIP/"),
        lambda actions: actions.hangup(""),
        lambda actions: actions.hangup("PJSIP/8001-1\r\nCause: 1"),
        lambda actions: actions.redirect(LEG, context="a,b", exten="leg"),
        lambda actions: actions.redirect(LEG, context="zhida-room", exten="${SHELL(id)}"),
        lambda actions: actions.confbridge_kick("c-1", "all"),
        lambda actions: actions.confbridge_kick("c-1", "participants"),
        lambda actions: actions.confbridge_mute("c-1", "all", muted=True),
        lambda actions: actions.confbridge_list("c 1"),
        lambda actions: actions.device_state("PJSIP/8001)${SHELL(id)"),
        lambda actions: actions.order_call(a_specialist("PJSIP/8001&PJSIP/8002")),
        lambda actions: actions.order_call(a_specialist("Console/dsp")),
        lambda actions: actions.order_call(
            NewCall(dial="PJSIP/8001", context="c", exten="e", channel_id="i", timeout_s=1, variables={"A=1,B": "x"})
        ),
        lambda actions: actions.order_call(
            NewCall(dial="PJSIP/8001", context="c", exten="e", channel_id="i", timeout_s=1, caller_id=CallerId(number="1> <2"))
        ),
    ],
)
async def test_what_asterisk_would_read_more_into_is_refused_and_not_sent(
    hostile: Call, asterisk: FakeAsterisk, actions: AmiActions
) -> None:
    before = len(asterisk.heard)
    with pytest.raises(Refused):
        await hostile(actions)
    await actions.absolute_timeout(LEG, seconds=1)
    assert [name for name, _ in asterisk.heard[before:]] == ["AbsoluteTimeout"]


async def test_a_call_is_ordered_with_its_variables_quoted(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    await actions.order_call(a_specialist())
    assert sent(asterisk, "Originate") == {
        "Channel": ["PJSIP/13900001001@outbound"],
        "Context": ["zhida-room"],
        "Exten": ["leg"],
        "Priority": ["1"],
        "Timeout": ["25000"],
        "ChannelId": ["spec-5f2c"],
        "Variable": ['"ZHIDA_ROOM=c-5f2c"', '"PJSIP_HEADER(add,X-Zhida-Call)=a,\\"b\\"\\\\c"'],
        "CallerID": ['"盐城 \\"12345\\", 热线" <12345>'],
        "Async": ["true"],
    }


async def test_a_local_channels_other_half_has_a_known_uniqueid_too(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    await actions.order_call(a_specialist("Local/s@test"))
    assert sent(asterisk, "Originate")["OtherChannelId"] == ["spec-5f2c-2"]


@pytest.mark.parametrize(
    ("name", "recorded_id", "expected"),
    [
        (
            "lists_and_room",
            "O1",
            Originated(answered=True, reason=OriginateReason.ANSWERED, uniqueid="spec-1", channel="Local/moh@park-0000000c;1"),
        ),
        ("answers", "A7", Originated(answered=False, reason=OriginateReason.FAILED, uniqueid="", channel="PJSIP/nope")),
    ],
)
async def test_what_became_of_a_call(
    name: str, recorded_id: str, expected: Originated, asterisk: FakeAsterisk, actions: AmiActions
) -> None:
    asterisk.answers["Originate"] = as_recorded(name, recorded_id)
    assert await actions.originate(a_specialist()) == expected


@pytest.mark.parametrize(
    ("code", "reason"), [("3", OriginateReason.STILL_RINGING), ("5", OriginateReason.BUSY), ("77", OriginateReason.OTHER)]
)
def test_the_reason_of_an_originate(code: str, reason: OriginateReason) -> None:
    assert OriginateReason.of(code) is reason
    assert OriginateReason.of("") is OriginateReason.OTHER


async def test_a_kick_names_room_and_channel(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    await actions.confbridge_kick("c-5f2c", "Local/moh@park-0000000a;1")
    assert sent(asterisk, "ConfbridgeKick") == {"Conference": ["c-5f2c"], "Channel": ["Local/moh@park-0000000a;1"]}


@pytest.mark.parametrize(("muted", "action"), [(True, "ConfbridgeMute"), (False, "ConfbridgeUnmute")])
async def test_a_member_is_muted_by_his_channels_name(asterisk: FakeAsterisk, actions: AmiActions, muted: bool, action: str) -> None:
    await actions.confbridge_mute("c-5f2c", "PJSIP/8001-1", muted=muted)
    assert sent(asterisk, action) == {"Conference": ["c-5f2c"], "Channel": ["PJSIP/8001-1"]}


async def test_who_is_in_the_room(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    asterisk.answers["ConfbridgeList"] = as_recorded("lists_and_room", "A5")
    members = await actions.confbridge_list("c-room1")
    assert [member.uniqueid for member in members] == ["spec-0", "spec-1", "spec-2"]
    assert members[0] == RoomMember(room="c-room1", channel="Local/moh@park-0000000a;1", uniqueid="spec-0", muted=False, talking=False)


async def test_a_room_that_is_not_there_has_nobody_in_it(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    asterisk.answers["ConfbridgeList"] = as_recorded("lists_and_room", "A2")
    assert await actions.confbridge_list("c-room1") == []


async def test_every_leg_there_is(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    asterisk.answers["CoreShowChannels"] = as_recorded("lists_and_room", "A3")
    legs = {leg.uniqueid: leg for leg in await actions.core_show_channels()}
    assert len(legs) == 6
    assert legs["spec-2"] == ListedChannel(
        channel="Local/moh@park-0000000d;1",
        uniqueid="spec-2",
        linkedid="spec-2",
        state="Up",
        bridge_id="b315c048-478a-43d1-bb92-10c394ba679c",
        application="ConfBridge",
        context="zhida-room",
        exten="leg",
    )


async def test_the_phones_states(asterisk: FakeAsterisk, actions: AmiActions) -> None:
    asterisk.answers["DeviceStateList"] = as_recorded("lists_and_room", "A6")
    states = await actions.device_states()
    assert (states["PJSIP/8001"], states["PJSIP/8002"]) == (DeviceState.NOT_INUSE, DeviceState.UNAVAILABLE)
    asterisk.answers["Getvar"] = as_recorded("answers", "A1")
    assert await actions.device_state("PJSIP/8002") is DeviceState.UNAVAILABLE
    assert sent(asterisk, "Getvar") == {"Variable": ["DEVICE_STATE(PJSIP/8002)"]}
    assert DeviceState.of("HOVERING") is DeviceState.UNKNOWN


@pytest.mark.parametrize(
    ("name", "recorded_id", "action", "kind", "code"),
    [
        ("answers", "A3", "Hangup", LegGone, "leg_gone"),
        ("answers", "A4", "Redirect", LegGone, "leg_gone"),
        ("answers", "A5", "MixMonitorMute", LegGone, "leg_gone"),
        ("answers", "A2", "AbsoluteTimeout", PbxFault, "ami_not_permitted"),
        ("answers", "A6", "AbsoluteTimeout", PbxFault, "ami_unknown_action"),
        ("answers", "A8", "Originate", Refused, "bad_dial_string"),
        ("answers", "A9", "Originate", PbxFault, "dialplan_missing"),
        ("answers", "A10", "Originate", PbxFault, "ami_not_permitted"),
        ("lists_and_room", "A10", "ConfbridgeKick", NotFound, "not_in_room"),
        ("lists_and_room", "A10b", "ConfbridgeKick", NotFound, "room_not_found"),
    ],
)
async def test_asterisks_real_refusals_are_told_apart(
    name: str, recorded_id: str, action: str, kind: type[ZhidaError], code: str, asterisk: FakeAsterisk, actions: AmiActions
) -> None:
    asterisk.answers[action] = as_recorded(name, recorded_id)
    asked: dict[str, Call] = {
        "Hangup": lambda it: it.hangup(LEG),
        "Redirect": lambda it: it.redirect(LEG, context="c", exten="e"),
        "MixMonitorMute": lambda it: it.mixmonitor_mute(LEG, muted=True),
        "AbsoluteTimeout": lambda it: it.absolute_timeout(LEG, seconds=1),
        "Originate": lambda it: it.originate(a_specialist()),
        "ConfbridgeKick": lambda it: it.confbridge_kick("c-1", "PJSIP/8001-1"),
    }
    with pytest.raises(kind) as caught:
        await asked[action](actions)
    assert caught.value.code == code
    assert type(caught.value) is kind


def a_refusal(words: str) -> AmiResponse:
    return AmiResponse(ok=False, message=words, headers={"Response": "Error"})


def test_a_refusal_nobody_knows_is_a_fault_with_asterisks_words_and_no_numbers() -> None:
    fault = fault_of("Redirect", a_refusal("Something about Local/13900001001@out"))
    assert (type(fault), fault.code) == (PbxFault, "ami_refused")
    assert fault.sentence == "Asterisk refused Redirect: Something about Local/*******1001@out"
    assert fault_of("Redirect", a_refusal("")).sentence == "Asterisk refused Redirect: it gave no reason"


def test_an_empty_list_is_told_from_a_refused_one() -> None:
    assert is_empty_list(a_refusal("No active conferences."))
    assert not is_empty_list(a_refusal("Permission denied"))


async def test_events_go_on_while_an_action_is_under_way(asterisk: FakeAsterisk) -> None:
    async with linked(asterisk) as it:
        asterisk.answers["Hangup"] = lambda action_id, _: a_hangup(LEG) + recorded_answer("lists_and_room", "A14", action_id)
        await AmiActions(it.link).hangup(LEG)
        assert [event.name for event in it.heard.events] == ["Hangup"]
