import asyncio
import json

import pytest

from calls.errors import Fault
from lab.bench import conferences
from lab.bench.conference_report import BARE, ConferenceReport, Load
from lab.bench.conferences import MOST, Entries, specialists
from lab.phones.latency import latency


def a_load(asterisk: float) -> Load:
    parts = {"asterisk": asterisk, "engine-1": 0.02, "redis": 0.01}
    return Load(processor=parts, memory_mb={"asterisk": 120, "engine-1": 230, "redis": 15}, set_up_s=parts, machine=0.5)


def a_report() -> ConferenceReport:
    return ConferenceReport(
        conferences=50,
        window_s=20,
        processors=2,
        load=0.3,
        loads={"nobody calls": a_load(0.01), BARE: a_load(0.4), "Zhida": a_load(0.5), "Zhida, recorded": a_load(0.6)},
        joined={"Zhida": latency([5.0, 7.0]), "Zhida, recorded": latency([6.0])},
    )


def test_the_table_tells_what_each_part_uses_and_how_many_times_the_bare_room() -> None:
    text = a_report().text()
    assert "50 conferences of three at once" in text
    assert "Zhida: Asterisk uses 1.25 times what it does for the bare ConfBridge" in text
    assert "Zhida, recorded: Asterisk uses 1.50 times" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_the_document_holds_the_ratios() -> None:
    document = json.loads(json.dumps(a_report().document()))
    assert document["ratio"] == {"Zhida": 1.25, "Zhida, recorded": pytest.approx(1.5)}
    assert document["joined"]["Zhida"]["count"] == 2


def test_every_conference_has_a_specialist_with_a_phone_of_his_own() -> None:
    roster = specialists(MOST)
    assert len({one.specialist_id for one in roster}) == len({one.office for one in roster}) == MOST


async def test_who_waits_for_legs_is_told_when_they_are_there() -> None:
    entries = Entries()
    waiting = asyncio.create_task(entries.until(lambda: len(entries.at) == 2, what="two legs"))
    entries.note("room", "a")
    await asyncio.sleep(0)
    entries.note("room", "b")
    await waiting


async def test_legs_that_do_not_come_are_a_fault_that_says_how_many_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conferences, "_UP_WITHIN_S", 0)
    entries = Entries()
    entries.note("room", "a")
    with pytest.raises(Fault, match="two legs; 1 legs have come"):
        await entries.until(lambda: len(entries.at) == 2, what="two legs")
