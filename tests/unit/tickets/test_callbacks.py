"""The call-back list, as the records of calls make it."""

from calls.events import (
    Answered,
    CallbackAsked,
    CallbackOrdered,
    CallerNotReached,
    CallerReached,
    CallerRung,
    Event,
    VoicemailLeft,
)
from tests.unit.tickets.builders import arrival, at, end, identity, served, voicemail, waiting
from tickets.callbacks import CallbackTask, got_through, missed_again, missed_of, opened, tried_again, tried_of
from tickets.fold import fold

NUMBER = "0515-88880001"


def left(call_id: str = "c1", *, second: float = 0, reason: str = "abandoned", asked: bool = False) -> list[Event]:
    wish: list[Event] = [CallbackAsked(call_id=call_id, at=at(second + 10), digit="9")] if asked else []
    return [
        *arrival(call_id, number=NUMBER, second=second),
        *identity(call_id, second=second),
        *waiting(call_id, second=second),
        *wish,
        *end(call_id, second=second + 30, reason=reason),
    ]


def back(
    call_id: str = "b1", *, task: str = "c1", second: float = 100, cause: str = "left", outcome: str = "reached", reason: str = "completed"
) -> list[Event]:
    """A call-back; outcome "" is one whose caller was not rung, because no seat took it."""
    facts: list[Event] = [
        *arrival(call_id, number=NUMBER, second=second),
        CallbackOrdered(call_id=call_id, at=at(second), task_id=task, cause=cause, by="engine"),
        *identity(call_id, second=second),
        *waiting(call_id, second=second),
    ]
    if outcome:
        facts += [
            Answered(call_id=call_id, at=at(second + 5), offer_id="o", seat_id="8001", group="priority", waited_s=5, agent="a1"),
            CallerRung(call_id=call_id, at=at(second + 8), number=NUMBER),
        ]
    if outcome == "reached":
        facts.append(CallerReached(call_id=call_id, at=at(second + 15)))
    elif outcome:
        facts.append(CallerNotReached(call_id=call_id, at=at(second + 40), outcome=outcome, cause=17))
    return [*facts, *end(call_id, second=second + 60, reason=reason)]


def a_task(*calls: list[Event]) -> CallbackTask:
    records = [fold(facts) for facts in calls]
    first = missed_of(records[0])
    assert first is not None
    task = opened(records[0], first)
    for record in records[1:]:
        missed, tried = missed_of(record), tried_of(record)
        if missed is not None:
            task = missed_again(task, record, missed)
        else:
            task = tried_again(task, tried) if tried is not None else got_through(task, record)
    return task


def test_who_was_served_or_is_still_on_the_line_is_owed_nothing() -> None:
    assert missed_of(fold(served())) is None
    assert missed_of(fold(left()[:-1])) is None
    assert missed_of(fold(left(reason="completed"))) is None


def test_every_way_to_leave_unserved_is_on_the_list() -> None:
    assert all(missed_of(fold(left(reason=reason))) for reason in ("abandoned", "ladder_end", "menu_left", "callback"))


def test_who_was_only_told_that_the_hotline_is_closed_is_owed_nothing_unless_the_rule_notes_it() -> None:
    assert missed_of(fold(left(reason="closed"))) is None


def test_once_a_number_by_his_first_arrival() -> None:
    task = a_task(left("c1"), left("c2", second=300))
    assert [missed.call_id for missed in task.missed] == ["c1", "c2"]
    assert (task.task_id, task.arrived, task.left, task.version) == ("c1", at(0), at(330), 2)


def test_told_twice_it_is_the_same() -> None:
    assert a_task(left("c1"), left("c1")) == a_task(left("c1"))
    assert a_task(left(), back(), back()) == a_task(left(), back())


def test_a_call_back_that_reached_him_closes_it() -> None:
    task = a_task(left(), back())
    assert (task.closed_why, task.closed_by, task.closed_call) == ("called_back", "a1", "b1")
    (tried,) = task.tries
    assert (tried.seat_id, tried.rung, tried.outcome) == ("8001", at(108), "reached")


def test_busy_is_an_attempt_and_it_stays_open() -> None:
    task = a_task(left(), back(outcome="busy", reason="not_reached"))
    assert task.closed is None
    assert (task.owed.attempts, task.owed.tried) == (1, at(160))
    assert task.tries[0].outcome == "busy"


def test_where_no_seat_took_it_his_phone_was_not_rung_and_it_is_no_attempt() -> None:
    task = a_task(left(), back(outcome="", reason="no_seat"))
    assert (task.tries[0].outcome, task.owed.attempts) == ("no_seat", 0)


def test_a_wish_stands_until_it_was_tried_or_no_seat_came_for_it() -> None:
    assert a_task(left(asked=True, reason="callback")).owed.asked == at(10)
    assert a_task(left(asked=True), back(cause="asked", outcome="busy")).owed.asked is None
    assert a_task(left(asked=True), back(cause="asked", outcome="", reason="no_seat")).owed.asked is None
    assert a_task(left(asked=True), back(cause="asked", outcome="", reason="withdrawn")).owed.asked == at(10)


def test_he_gets_through_by_himself() -> None:
    task = a_task(left(), served("c9", number=NUMBER, second=500))
    assert (task.closed_why, task.closed_by, task.closed_call) == ("got_through", "8001", "c9")


def test_a_call_that_was_served_before_he_left_closes_nothing() -> None:
    assert a_task(left(second=600), served("c9", number=NUMBER)).closed is None


def test_a_call_back_has_a_ticket_only_where_he_was_reached() -> None:
    assert fold(back()).needs_ticket
    assert not fold(back(outcome="no_answer", reason="not_reached")).needs_ticket


def test_the_caller_was_on_the_line_from_when_he_picked_up() -> None:
    spans = [span for span in fold(back()).on_line if span.who == "caller"]
    assert [(span.how, span.since) for span in spans] == [("talking", at(115))]
    assert not any(span.who == "caller" for span in fold(back(outcome="busy")).on_line)


class TestVoicemail:
    def test_who_left_a_message_is_on_the_list_with_it(self) -> None:
        task = a_task(voicemail("c1"))
        assert [(missed.reason, missed.voicemail_s) for missed in task.missed] == [("voicemail", 12.0)]
        assert task.owed.voicemail

    def test_a_message_that_was_found_later_is_put_beside_the_call_he_left(self) -> None:
        [arrived, *facts] = voicemail("c1", number=NUMBER, how="found")
        without = [fact for fact in facts if not isinstance(fact, VoicemailLeft)]
        record, complete = fold([arrived, *without[:-1], *end("c1", second=40, reason="menu_left")]), fold([arrived, *facts])
        missed, again = missed_of(record), missed_of(complete)
        assert missed is not None
        assert again is not None
        task = missed_again(opened(record, missed), complete, again)
        assert [(one.reason, one.voicemail_s) for one in task.missed] == [("voicemail", 12.0)]

    def test_he_is_off_the_list_once_he_gets_through(self) -> None:
        task = a_task(voicemail("c1", number=NUMBER))
        assert got_through(task, fold(served("c2", number=NUMBER, second=100))).closed_why == "got_through"
