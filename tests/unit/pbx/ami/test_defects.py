"""panoramisk 1.4's defects on AMI, one by one, and that the hardened link has none of them."""

import asyncio

import pytest

from calls.errors import PbxFault, Refused
from pbx.ami.messages import AmiEvent
from tests.unit.pbx.ami.builders import BANNER, Connection, a_hangup, an_event, block, told
from tests.unit.pbx.ami.fake_asterisk import FakeAsterisk, Headers, silence, success
from tests.unit.pbx.ami.linked import linked


async def test_each_segment_decoded_alone_loses_letters_at_its_edges() -> None:
    data = BANNER + a_hangup(name="Кириллица 盐城")
    connection = Connection()
    connection.receive(*(data[at : at + 1] for at in range(len(data))))
    assert connection.events[0].get("CallerIDName") == "Кириллица 盐城"


async def test_an_exception_in_a_callback_ends_the_link() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:

        def fails(event: AmiEvent) -> None:
            raise RuntimeError("a listener's mistake")

        it.link.subscribe("Hangup", fails)
        asterisk.say(a_hangup("a.1") + a_hangup("a.2"))
        assert [(await it.heard.next()).get("Uniqueid") for _ in range(2)] == ["a.1", "a.2"]
        assert (await it.link.action("Ping")).ok


async def test_a_duplicate_event_header_ends_the_link_and_loses_the_rest_of_the_segment() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.say(an_event("Newstate", "Event: Fake", "Uniqueid: a.1") + a_hangup("a.2"))
        assert told([await it.heard.next()]) == [("Hangup", "a.2")]
        assert it.link.state.up


async def test_an_originate_without_async_ends_the_link_or_blocks_it() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        await it.link.action("Originate", Channel="PJSIP/8001")
        await it.link.action("originate", Channel="PJSIP/8001", Async="false")
        assert [headers["Async"] for headers in asterisk.actions("Originate") + asterisk.actions("originate")] == [["true"], ["true"]]


async def test_the_answer_to_an_originate_waits_for_its_originate_response() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        outcome = await it.link.originate(outcome_s=5, Channel="PJSIP/8001")  # returns though nothing has happened yet
        assert not outcome.done()
        action_id = asterisk.actions("Originate")[0]["ActionID"][0]
        asterisk.say(an_event("OriginateResponse", f"ActionID: {action_id}", "Response: Success", "Uniqueid: spec-1", "Reason: 4"))
        assert (await outcome).get("Uniqueid") == "spec-1"


async def test_actions_in_flight_at_a_disconnect_are_sent_again() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.answers["Redirect"] = silence
        asking = asyncio.create_task(it.link.action("Redirect", Channel="PJSIP/8001-1"))
        await asterisk.hears("Redirect")
        asterisk.cut()
        with pytest.raises(PbxFault) as caught:
            await asking
        assert caught.value.code == "ami_down"
        await it.link.wait_up(5)
        await it.link.action("Ping")  # everything sent before this one has been heard
        assert len(asterisk.actions("Redirect")) == 1


async def test_actions_sent_while_down_are_kept_and_sent_later() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        await asterisk.vanish()
        await it.downs.next()
        with pytest.raises(PbxFault) as caught:
            await it.link.action("Hangup", Channel="PJSIP/8001-1")
        assert caught.value.code == "ami_down"
        await asterisk.listen()
        await it.link.wait_up(5)
        await it.link.action("Ping")
        assert asterisk.actions("Hangup") == []


async def test_without_fully_booted_everything_hangs_for_ever() -> None:
    async with FakeAsterisk() as asterisk:
        asterisk.boots = False
        async with linked(asterisk, up=False) as it:
            await asterisk.hears("Login", times=2)  # it gave up the first time, and tries again
            with pytest.raises(PbxFault, match=r"read=system"):
                await it.link.wait_up(0.01)
            assert it.link.state.code == "ami_not_booted"


async def test_no_action_has_a_deadline() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.answers["Redirect"] = silence
        with pytest.raises(PbxFault) as caught:
            await it.link.action("Redirect", deadline_s=0.05)
        assert caught.value.code == "ami_timeout"
        assert it.link.counts["timeouts"] == 1
        assert (await it.link.action("Ping")).ok


async def test_a_ping_never_looks_for_its_pong() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk, ping_every_s=0.01) as it:
        await asterisk.hears("Ping")
        asterisk.deaf = True
        assert (await it.downs.next()).code == "ami_silent"


async def test_a_line_break_in_a_value_begins_another_header() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        with pytest.raises(Refused):
            await it.link.action("Setvar", Value="x\r\n\r\nAction: Command\r\nCommand: core stop now")
        await it.link.action("Ping")
        assert {name for name, _ in asterisk.heard} == {"Login", "CoreSettings", "Ping"}


async def test_events_with_a_pending_action_id_do_not_reach_the_listeners() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        outcome = await it.link.originate(outcome_s=5, Channel="PJSIP/8001")
        action_id = asterisk.actions("Originate")[0]["ActionID"][0]
        asterisk.say(an_event("OriginateResponse", f"ActionID: {action_id}", "Response: Failure", "Reason: 5"))
        assert (await it.heard.next()).name == "OriginateResponse"
        assert (await outcome).get("Reason") == "5"


async def test_lists_are_known_by_the_words_of_a_message() -> None:
    def list_with_odd_names(action_id: str, _: Headers) -> bytes:
        return (
            block("Response: Success", f"ActionID: {action_id}", "EventList: start", "Message: Here you are")
            + block("Event: RowComplete", f"ActionID: {action_id}", "Device: a")
            + a_hangup("a.7")
            + block("Event: Row", f"ActionID: {action_id}", "Device: b")
            + block("Event: Finished", f"ActionID: {action_id}", "EventList: Complete", "ListItems: 2")
        )

    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.answers["OddList"] = list_with_odd_names
        assert [row.get("Device") for row in await it.link.list_action("OddList")] == ["a", "b"]
        assert [event.name for event in it.heard.events] == ["Hangup"]


@pytest.mark.parametrize("words", ["Added interface to queue", "Originate successfully queued", "Answer will follow"])
async def test_an_answer_that_sounds_like_a_list_is_waited_for_in_vain(words: str) -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.answers["QueueAdd"] = lambda action_id, _: block("Response: Success", f"ActionID: {action_id}", f"Message: {words}")
        assert (await it.link.action("QueueAdd", Queue="emergency")).message == words


async def test_connecting_has_no_time_out_and_is_tried_every_two_seconds() -> None:
    async with FakeAsterisk(banner=b"") as asterisk:
        asterisk.answers["Login"] = silence  # accepts, and never says a word
        async with linked(asterisk, up=False, login_s=0.02) as it:
            await asterisk.hears("Login", times=3)
            assert it.link.state.code == "ami_login_slow"


async def test_a_shutdown_event_ends_the_link_twice() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        asterisk.say(an_event("Shutdown", "Shutdown: Cleanly", "Restart: True"))
        assert (await it.heard.next()).name == "Shutdown"
        await asterisk.vanish()
        await it.downs.next()
        await asterisk.listen()
        await it.link.wait_up(5)
        assert (asterisk.logins, it.link.counts["losses"], it.downs.states.qsize()) == (2, 1, 0)


async def test_the_cost_of_an_event_grows_with_the_number_of_subscriptions() -> None:
    async with FakeAsterisk() as asterisk, linked(asterisk) as it:
        looked_at = []
        for number in range(100):
            it.link.subscribe(f"Event{number}", looked_at.append)
        asterisk.answers["Ping"] = success
        asterisk.say(a_hangup())
        await it.heard.next()
        assert looked_at == []
