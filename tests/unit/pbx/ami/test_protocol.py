"""Whole conversations through panoramisk's hardened protocol, however the network cut them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from calls.errors import PbxFault
from pbx.ami.inflight import MAX_IN_FLIGHT
from pbx.dialplan.render import EVENTS
from tests.unit.pbx.ami.builders import BANNER, Connection, a_hangup, an_event, block, recording, told

LISTS = {"A3": 6, "A4": 1, "A5": 3, "A6": 4, "A7": 1, "A15": 0}
SINGLE = ("A1", "A2", "O0", "O1", "O2", "A8", "A9", "A10", "A10b", "A11", "A14")


@pytest.mark.parametrize("name", ["call", "forged_block", "forged_header"])
async def test_a_conversation_cut_anywhere_tells_the_same_events(name: str) -> None:
    data = recording(name)
    whole = Connection()
    whole.receive(data)
    for cut in range(len(data) + 1):
        connection = Connection()
        connection.receive(data[:cut], data[cut:])
        assert connection.events == whole.events
        assert connection.tally == whole.tally


async def test_answers_lists_and_events_in_one_stream_each_reach_their_own() -> None:
    connection = Connection()
    answers = connection.expect(*SINGLE, *LISTS)
    connection.receive(BANNER, *(recording("lists_and_room")[len(BANNER) :][start : start + 999] for start in range(0, 40_000, 999)))
    assert all(answer.done() for answer in answers.values())
    lists = {action_id: await answers[action_id] for action_id in LISTS}
    assert {action_id: len(answer.items) for action_id, answer in lists.items()} == LISTS
    assert not any(answer.missing for answer in lists.values())
    assert {event.name for event in connection.events} & {"CoreShowChannel", "ConfbridgeList", "CoreShowChannelsComplete"} == set()
    assert [name for name, _ in told(connection.events)].count("ConfbridgeJoin") == 3


async def test_every_event_the_engine_listens_to_passes_filters_permissions_and_the_gate() -> None:
    connection = Connection()
    connection.receive(recording("every_event"))
    assert {event.name for event in connection.events} >= set(EVENTS) - {"FullyBooted"}  # unsigned at login, and kept back
    assert connection.protocol.booted.done()
    tampered = ("dropped_repeated_header", "dropped_cut_short", "dropped_not_a_message")
    assert not any(connection.tally[reason] for reason in tampered)


async def test_a_chinese_name_survives_any_cut() -> None:
    data = BANNER + a_hangup(name="盐城公司")
    for cut in range(len(data)):
        connection = Connection()
        connection.receive(data[:cut], data[cut:])
        assert connection.events[0].get("CallerIDName") == "盐城公司"


@settings(max_examples=200)
@given(noise=st.lists(st.binary(max_size=60), max_size=8))
async def test_after_any_noise_the_next_event_is_heard(noise: list[bytes]) -> None:
    connection = Connection()
    connection.receive(BANNER, *noise, b"\r\n\r\n", a_hangup("zhida-pbx1-1.99"))
    assert told(connection.events)[-1:] == [("Hangup", "zhida-pbx1-1.99")]


async def test_an_event_whose_handling_fails_costs_only_itself() -> None:
    connection = Connection()
    heard = []

    def fails_once(event: object) -> None:
        heard.append(event)
        if len(heard) == 1:
            raise ValueError("051588880001")

    connection.protocol._on_event = fails_once
    with capture_logs() as logs:
        connection.receive(BANNER + a_hangup("a.1") + a_hangup("a.2"))
    assert len(heard) == 2
    assert connection.tally["failed_blocks"] == 1
    assert logs[0]["text"] == "********0001"


async def test_a_stranger_on_the_port_ends_the_connection_with_the_reason() -> None:
    connection = Connection()
    connection.receive(b"SSH-2.0-OpenSSH_9.2\r\n")
    assert connection.wire.ended == "aborted"
    assert connection.protocol.lost.result().code == "ami_not_asterisk"


async def test_a_list_of_which_an_entry_was_tampered_with_says_that_one_is_missing() -> None:
    connection = Connection()
    answer = connection.expect("A1")["A1"]
    connection.receive(
        BANNER,
        block("Response: Success", "ActionID: A1", "EventList: start"),
        block("Event: CoreShowChannel", "ActionID: A1", "Channel: PJSIP/a-1", "Uniqueid: a.1"),
        block("Event: CoreShowChannel", "ActionID: A1", "Channel: PJSIP/b-1", "CallerIDNum: 1", "Uniqueid: a.1", "Uniqueid: b.1"),
        block("Event: CoreShowChannelsComplete", "ActionID: A1", "EventList: Complete", "ListItems: 2"),
    )
    listed = await answer
    assert told(listed.items) == [("CoreShowChannel", "a.1")]
    assert listed.missing == 1


@pytest.mark.parametrize(("counted", "missing"), [("0", 0), ("3", 3), ("", 1), ("99999999999999", 1), ("²", 1)])
async def test_a_list_that_ends_with_another_count_is_not_whole(counted: str, missing: int) -> None:
    connection = Connection()
    answer = connection.expect("A1")["A1"]
    connection.receive(BANNER, block("Response: Success", "ActionID: A1", "EventList: start"))
    connection.receive(block("Event: XComplete", "ActionID: A1", "EventList: Complete", f"ListItems: {counted}"))
    assert (await answer).missing == missing


async def test_a_flood_of_forged_blocks_is_counted_and_logged_once() -> None:
    connection = Connection()
    with capture_logs() as logs:
        connection.receive(BANNER, *(an_event("Hangup", "Uniqueid: 051588880001", systemname="guess") for _ in range(500)))
    assert connection.tally["dropped_foreign"] == 500
    assert [(one["event"], one["reason"]) for one in logs] == [("ami_block_dropped", "dropped_foreign")]
    assert "0001" not in repr(logs)


async def test_no_more_actions_are_under_way_than_can_be_kept_track_of() -> None:
    connection = Connection()
    for _ in range(MAX_IN_FLIGHT):
        connection.protocol.send({"Action": "Ping"})
    with pytest.raises(PbxFault) as caught:
        connection.protocol.send({"Action": "Ping"})
    assert caught.value.code == "ami_busy"


async def test_action_ids_cannot_be_guessed_from_another_connection() -> None:
    first, second = (Connection().protocol.in_flight.next_id() for _ in range(2))
    assert first.rpartition("-")[0] != second.rpartition("-")[0]
    assert len(first.rpartition("-")[0]) == 16
