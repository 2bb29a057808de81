"""Who hears of an event, when, and what a failing listener costs: a line in the log."""

from structlog.testing import capture_logs

from pbx.ami import dispatch
from pbx.ami.dispatch import EVERY, Dispatcher
from pbx.ami.messages import AmiEvent
from tests.unit.pbx.ami.builders import told


def event(name: str, uniqueid: str = "a.1") -> AmiEvent:
    return AmiEvent(name, {"Event": name, "Uniqueid": uniqueid})


def test_a_listener_hears_of_its_event_and_one_for_all_of_every() -> None:
    dispatcher, hangups, everything = Dispatcher(), list[AmiEvent](), list[AmiEvent]()
    dispatcher.subscribe("Hangup", hangups.append)
    dispatcher.subscribe(EVERY, everything.append)
    for name in ("Newchannel", "Hangup", "HangupRequest"):
        dispatcher.dispatch(event(name))
    assert told(hangups) == [("Hangup", "a.1")]
    assert [one.name for one in everything] == ["Newchannel", "Hangup", "HangupRequest"]


def test_a_listener_that_ended_its_subscription_hears_no_more() -> None:
    dispatcher, heard = Dispatcher(), list[AmiEvent]()
    end = dispatcher.subscribe("Hangup", heard.append)
    end()
    end()
    dispatcher.dispatch(event("Hangup"))
    assert heard == []


def test_a_listener_that_fails_is_logged_without_numbers_and_harms_nobody() -> None:
    dispatcher, heard = Dispatcher(), list[AmiEvent]()

    def fails(_: AmiEvent) -> None:
        raise KeyError("no seat for 051588880001")

    dispatcher.subscribe("Hangup", fails)
    dispatcher.subscribe("Hangup", heard.append)
    with capture_logs() as logs:
        dispatcher.dispatch(event("Hangup"))
        dispatcher.dispatch(event("Hangup", "a.2"))
    assert told(heard) == [("Hangup", "a.1"), ("Hangup", "a.2")]
    assert dispatcher.tally["listener_failures"] == 2
    assert logs[0]["event"] == "ami_listener_failed"
    assert (logs[0]["ami_event"], logs[0]["error"], logs[0]["text"]) == ("Hangup", "KeyError", "'no seat for ********0001'")
    assert "fails" in logs[0]["arose_in"]


def test_held_events_are_told_in_order_at_the_release() -> None:
    dispatcher, heard = Dispatcher(), list[AmiEvent]()
    dispatcher.subscribe(EVERY, heard.append)
    release = dispatcher.hold()
    dispatcher.dispatch(event("Newchannel"))
    dispatcher.dispatch(event("Hangup"))
    assert heard == []
    release()
    release()
    dispatcher.dispatch(event("DialEnd"))
    assert [one.name for one in heard] == ["Newchannel", "Hangup", "DialEnd"]


def test_of_two_holds_the_last_release_tells() -> None:
    dispatcher, heard = Dispatcher(), list[AmiEvent]()
    dispatcher.subscribe(EVERY, heard.append)
    first, second = dispatcher.hold(), dispatcher.hold()
    dispatcher.dispatch(event("Newchannel"))
    first()
    first()
    assert heard == []
    second()
    assert [one.name for one in heard] == ["Newchannel"]


def test_a_listener_that_holds_again_while_held_events_are_told_gets_the_rest_later() -> None:
    dispatcher, heard, releases = Dispatcher(), list[str](), []

    def listen(one: AmiEvent) -> None:
        heard.append(one.name)
        if one.name == "Newchannel":
            releases.append(dispatcher.hold())

    dispatcher.subscribe(EVERY, listen)
    release = dispatcher.hold()
    for name in ("Newchannel", "DialBegin"):
        dispatcher.dispatch(event(name))
    release()
    dispatcher.dispatch(event("Hangup"))
    assert heard == ["Newchannel"]
    releases[0]()
    assert heard == ["Newchannel", "DialBegin", "Hangup"]


def test_more_than_can_be_held_is_told_rather_than_lost() -> None:
    dispatcher, heard = Dispatcher(), list[AmiEvent]()
    dispatcher.subscribe(EVERY, heard.append)
    dispatcher.hold()
    limit = dispatch.MAX_HELD
    with capture_logs() as logs:
        for number in range(limit + 1):
            dispatcher.dispatch(event("Newstate", str(number)))
    assert [one.get("Uniqueid") for one in heard] == [str(number) for number in range(limit + 1)]
    assert [one["event"] for one in logs] == ["ami_events_held_too_long"]
