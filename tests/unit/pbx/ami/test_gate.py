"""What a caller slips into the stream is not believed; captured from a real Asterisk, not made up."""

import pytest

from pbx.ami.blocks import read_block
from pbx.ami.gate import Verdict, judge
from tests.unit.pbx.ami.builders import Connection, a_hangup, an_event, block, recording


def verdict(data: bytes, *awaited: str) -> Verdict:
    return judge(read_block(data.strip(b"\r\n")), systemname="zhida-pbx1", awaited=awaited)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (a_hangup(), Verdict.EVENT),
        (an_event("DeviceStateChange", "Device: PJSIP/8001", "State: INUSE"), Verdict.EVENT),
        (an_event("DialBegin", "DestChannel: PJSIP/8001-1", "DestUniqueid: a.2"), Verdict.EVENT),
        (block("Response: Success", "ActionID: mine"), Verdict.RESPONSE),
        (block("Event: CoreShowChannel", "ActionID: mine", "Channel: PJSIP/8001-1", "Uniqueid: a.2"), Verdict.LIST_ENTRY),
        (block("Event: FullyBooted", "Privilege: system,all"), Verdict.BOOTED),
        (an_event("Hangup", "Uniqueid: a.1", systemname="guess"), Verdict.FOREIGN),
        (block("Event: Hangup", "Uniqueid: a.1"), Verdict.FOREIGN),
        (block("Event: Hangup", "ActionID: not-mine", "Uniqueid: a.1"), Verdict.FOREIGN),
        (block("Event: Hangup", "SystemName: guess", "SystemName: zhida-pbx1"), Verdict.FOREIGN),
        (block("Response: Success", "ActionID: not-mine"), Verdict.UNASKED),
        (block("Response: Error", "Message: Failed to parse message: line too long"), Verdict.UNASKED),
        (an_event("Hangup", "Uniqueid: a.1", "Uniqueid: a.2"), Verdict.REPEATED_HEADER),
        (an_event("Hangup", "Event: Fake"), Verdict.REPEATED_HEADER),
        (an_event("Newstate", "Channel: PJSIP/carrier-1", "CallerIDNum: 7916"), Verdict.CUT_SHORT),
        (an_event("DialEnd", "Channel: a", "Uniqueid: a.1", "DestChannel: b"), Verdict.CUT_SHORT),
        (block("Event: CoreShowChannel", "ActionID: mine", "Channel: PJSIP/8001-1"), Verdict.CUT_SHORT),
        (block("CallerIDName: <unknown>", "Event: Hangup", "SystemName: zhida-pbx1"), Verdict.NOT_A_MESSAGE),
        (b"nonsense", Verdict.NOT_A_MESSAGE),
    ],
)
def test_every_kind_of_block(data: bytes, expected: Verdict) -> None:
    assert verdict(data, "mine") is expected


async def test_an_invite_that_writes_whole_events_makes_nobody_hear_them() -> None:
    connection = Connection()
    connection.receive(recording("forged_block"))
    assert {event.name for event in connection.events} == {"DeviceStateChange"}
    assert connection.tally["dropped_foreign"] == 6
    assert connection.tally["dropped_cut_short"] == 6


async def test_an_invite_that_slips_another_calls_uniqueid_into_its_own_events_makes_nobody_hear_them() -> None:
    connection = Connection()
    connection.receive(recording("forged_header"))
    assert {event.name for event in connection.events} == {"DeviceStateChange"}
    assert connection.tally["dropped_repeated_header"] == 6


async def test_with_the_first_value_alone_that_invite_would_have_ended_the_other_call() -> None:
    forged = next(data for data in recording("forged_header").split(b"\r\n\r\n") if data.startswith(b"Event: Hangup\r\n"))
    believed = read_block(forged).headers
    assert (believed["SystemName"], believed["Uniqueid"]) == ("zhida-pbx1", "victim.1")


async def test_an_honest_call_loses_nothing() -> None:
    connection = Connection()
    data = recording("call")
    connection.receive(data)
    signed = [part for part in data.split(b"\r\n\r\n") if b"\r\nSystemName: zhida-pbx1\r\n" in part]
    assert len(connection.events) == len(signed) == 20
