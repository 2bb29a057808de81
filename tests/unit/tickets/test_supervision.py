"""What supervisors did, as a call's record tells it."""

from calls.events import Event, Moved, SentAway, Supervised, SupervisionEnded
from tests.unit.tickets.builders import CALL, answer, arrival, at, end, waiting
from tickets.fold import fold


def on(second: float, mode: str, leg: str = "sup-1") -> Event:
    return Supervised(call_id=CALL, at=at(second), leg=leg, mode=mode, seat_id="8001", phone="8010", by="chief", why="带教")


def test_each_mode_has_its_span_until_the_next_his_leaving_or_the_calls_end() -> None:
    story = [*arrival(), *answer(), on(20, "listen"), on(30, "whisper"), SupervisionEnded(call_id=CALL, at=at(40), leg="sup-1")]
    story += [on(50, "barge", "sup-2"), *end(second=90)]
    spans = [(span.mode, span.since, span.until) for span in fold(story).supervised]
    assert spans == [("listen", at(20), at(30)), ("whisper", at(30), at(40)), ("barge", at(50), at(90))]
    assert spans == [(span.mode, span.since, span.until) for span in fold(story[::-1]).supervised]


def test_one_that_goes_on_has_no_end() -> None:
    [span] = fold([*arrival(), *answer(), on(20, "listen")]).supervised
    assert (span.until, span.by, span.why, span.phone, span.seat_id) == (None, "chief", "带教", "8010", "8001")


def test_moves_stand_in_the_record_in_order() -> None:
    moved = Moved(call_id=CALL, at=at(5), how="group", to="qilai", by="chief", why="一")
    away = SentAway(call_id=CALL, at=at(9), number="", message="nobody-free", by="chief", why="二")
    record = fold([*arrival(), *waiting(), away, moved, *end(reason="dismissed")])
    assert [(move.how, move.to, move.why) for move in record.moves] == [("group", "qilai", "一"), ("message", "nobody-free", "二")]
    assert record.end_reason == "dismissed"
    assert not record.needs_ticket
