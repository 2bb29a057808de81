import json

from lab.bench.catching_up import CatchingUp
from lab.bench.directory import DirectoryFigures
from lab.bench.importing import ImportFigures
from lab.bench.matching import MatchingFigures
from lab.bench.queueing import DECLINED, FREED, BesideQueue, Row
from lab.bench.report import Report
from lab.bench.ringing import Highest, Pair, Side
from lab.bench.round_trips import RoundTrips
from lab.bench.scale import QUICK
from lab.bench.steps import StepFigures
from lab.bench.traffic import Line
from lab.phones.latency import latency


def a_side(*times_ms: float, engine_ms: float = 4.0) -> Side:
    return Side(times=latency(times_ms), failed=0, resent=0, cpu_ms={"engine-1": engine_ms, "redis": 1, "asterisk": 6, "sipp": 0.5})


def a_pair(rate: float = 50) -> Pair:
    return Pair(rate=rate, bare=a_side(2.0, engine_ms=1.5), zhida=a_side(5.0), others=0.1)


def a_report() -> Report:
    return Report(
        scale=QUICK,
        processors=2,
        load=0.4,
        seconds=80,
        pairs=(a_pair(10), a_pair(50)),
        recorded=a_pair(50),
        highest=Highest(bare=200, zhida=170, tried=((Line.BARE, 60, True),)),
        behind=CatchingUp(facts=1234, seconds=5.5, all_of_them=True),
        round_trips=RoundTrips(before_ringing=2, in_all=4),
        recorded_round_trips=RoundTrips(before_ringing=3, in_all=5),
        directory=DirectoryFigures(
            entries=1000, numbers=2000, build_s=1, memory_mb=2, known_us=(10, 20), unknown_us=(2, 3), identify_us=(16, 30), change_us=500
        ),
        imports=ImportFigures(rows=1000, read_s=20, compare_s=1, apply_s=10, load_s=2),
        matching=MatchingFigures(seats=10_000, waiting=100_000, steps_per_s=4000, small_steps_per_s=5000, call_bytes=1500),
        steps=StepFigures(asked=(90, 100), joined_and_matched=(200, 300), answered=(150, 250), ended=(150, 250), joined_behind=(220, 300)),
        beside_queue=BesideQueue(
            rows=(
                Row(cause=FREED, zhida=latency([4.0, 8.0]), queue=latency([480.0, 520.0])),
                Row(cause=DECLINED, zhida=latency([120.0]), queue=latency([60.0], missing=1)),
            ),
            others=0.2,
        ),
    )


def test_the_table_says_by_how_much_and_how_many_times() -> None:
    text = a_report().text()
    assert "+3.0" in text
    assert "2.50" in text
    assert "bare 200/s, Zhida 170/s: 85% of it" in text
    assert "at least 99.5% of the calls reach a seat within 200 ms, and none fails" in text


def test_the_table_says_what_growth_costs() -> None:
    text = a_report().text()
    assert "10,000 talking seats, 100,000 waiting calls: 4,000 steps a second;" in text
    assert "a step takes 1.25 times as long as with a hundredth of both; a waiting call takes 1,500 bytes" in text


def test_the_table_fits_a_terminal() -> None:
    assert max(len(line) for line in a_report().text().splitlines()) <= 100


def test_the_document_holds_the_figures_and_what_is_made_of_them() -> None:
    document = json.loads(json.dumps(a_report().document()))
    assert document["pairs"][1]["rate"] == 50
    assert document["pairs"][1]["difference_ms"]["p99_ms"] == 3
    assert document["recorded"]["ratio"]["p50_ms"] == 2.5
    assert document["highest"]["ratio"] == 0.85
    assert document["highest"]["tried"] == [["12399", 60, True]]


def test_zhida_stands_beside_app_queue_cause_by_cause() -> None:
    lines = a_report().text().splitlines()
    row = next(number for number, line in enumerate(lines) if FREED in line)
    app_queue, zhida = (line.split()[-6:] for line in lines[row : row + 2])
    assert app_queue == ["480.0", "520.0", "520.0", "520.0", "2", "0"]
    assert zhida == ["4.0", "8.0", "8.0", "8.0", "2", "0"]


def test_the_document_says_whether_every_ring_came_in_time() -> None:
    freed, declined = json.loads(json.dumps(a_report().document()))["beside_queue"]["rows"]
    assert freed["ratio"]["p95_ms"] == 8 / 520
    assert freed["within_100_ms"]
    assert declined["ratio"]["p50_ms"] == 2
    assert not declined["within_100_ms"]
    assert declined["queue"]["missing"] == 1
