"""What is told of simulated days."""

import json
from datetime import date

from engine.simulation.figures import figures_of
from engine.simulation.outcome import DayOutcome, End
from engine.simulation.report import Report
from engine.simulation.study import ErlangSays, Pace
from engine.simulation.wanted import Needed, Tried, Want
from tests.unit.engine.simulation.builders import a_call, a_seats_day
from whitelist.identify import CallerClass

WANT = Want(caller_class=CallerClass.KEY_ENTERPRISE, within_s=20, share=0.95)


def a_report(*, seats: int | None = 3, searched: bool = True) -> Report:
    calls = [a_call(4, caller=CallerClass.KEY_ENTERPRISE, group="priority"), a_call(30), a_call(75, End.ABANDONED)]
    day = DayOutcome(calls=calls, seats={"8001": a_seats_day("priority"), "8004": a_seats_day("qilai", on_duty_s=0, talking_s=0)})
    tried = (Tried(seats=2, in_time=0.9, sure=0.02), Tried(seats=3, in_time=0.97, sure=None))
    needed = Needed(want=WANT, group="priority", seats=seats, tried=tried)
    return Report(
        day=date(2026, 11, 20),
        seed=7,
        figures=figures_of([day], within_s=20),
        needed=needed if searched else None,
        erlang=ErlangSays(load=0.66, handling_s=189, seats=4) if searched else None,
        pace=Pace(calls=3, seconds=0.5),
    )


def row(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.startswith(name))


def test_people_read_waits_hours_seats_and_what_it_takes() -> None:
    text = a_report().text()
    assert "3 calls in a day like 2026-11-20" in text
    assert "Longest wait: 75.0 s, public, from 09:00:00 on, then abandoned" in text
    assert row(text, "key_enterprise") == ["key_enterprise", "1", "1", "0", "0", "4.0", "4.0", "4.0", "4.0", "100.0%", "1.00"]
    assert row(text, "public")[:5] == ["public", "2", "1", "1", "0"]
    assert row(text, "09:00") == ["09:00", "3", "2", "1", "0", "30.0", "33.3%"]
    assert row(text, "priority")[-2:] == ["50.0%", "0.0%"]
    assert row(text, "qilai")[-2:] == ["-", "-"]
    assert "Seats of priority for 0.95 of key_enterprise answered within 20 s: 3" in text
    assert row(text, "2  ") == ["2", "90.0%", "±2.0%"]
    assert "0.66 erlangs of 189 s) says 4" in text
    assert "6 a second" in text


def test_the_table_fits_a_terminal() -> None:
    assert max(len(line) for line in a_report().text().splitlines()) <= 120


def test_it_is_said_where_no_number_of_seats_is_enough() -> None:
    assert "not even 3 are enough" in a_report(seats=None).text()


def test_programs_read_the_same() -> None:
    document = json.loads(json.dumps(a_report().document()))
    assert document["classes"]["key_enterprise"]["p95_s"] == 4
    assert document["longest"] == {"waited_s": 75, "caller_class": "public", "end": "abandoned", "queued": "2026-11-20T09:00:00+00:00"}
    assert document["hours"][0]["begins"] == "2026-11-20T09:00:00+00:00"
    assert document["needed"]["seats"] == 3
    assert document["needed"]["tried"][0] == {"seats": 2, "in_time": 0.9, "sure": 0.02}
    assert document["needed"]["erlang_c"]["seats"] == 4
    assert document["pace"]["calls_per_s"] == 6
    assert "needed" not in a_report(searched=False).document()


def test_a_day_without_a_call_is_a_day() -> None:
    figures = figures_of([DayOutcome(calls=[], seats={})], within_s=20)
    report = Report(day=date(2026, 11, 20), seed=1, figures=figures, needed=None, erlang=None, pace=Pace())
    assert report.text().startswith("0 calls in a day")
    assert report.document()["longest"] is None
