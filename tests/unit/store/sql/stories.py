"""What the stories of the records share: a hotline's store, and facts as they stand in the stream."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from calls.events import Event, to_document
from store.sql.database import Database
from store.sql.keeping import SqlFactStore
from store.sql.records import SqlRecords
from tickets.deadline import Deadlines
from tickets.presets import deadlines_of, preset_from_mapping
from tickets.stream import Fact

HOTLINE = "yancheng"
_FOLDER = Path(__file__).parents[4] / "config/presets"
PRESETS = {
    name: preset_from_mapping(name, yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
    for name in ("cn-default", "js", "js/yancheng")
}
DEADLINES = deadlines_of(PRESETS, "js/yancheng")
NOW = datetime(2025, 9, 30, 8, 30, tzinfo=UTC)


class Now:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def a_store(database: Database, hotline: str = HOTLINE, deadlines: Deadlines = DEADLINES) -> SqlFactStore:
    return SqlFactStore(database, hotline, deadlines, Now())


def the_records(database: Database, hotline: str = HOTLINE, deadlines: Deadlines = DEADLINES) -> SqlRecords:
    return SqlRecords(database, hotline, deadlines)


def facts(events: Sequence[Event], *, start: int = 0) -> list[Fact]:
    return [
        Fact(entry_id=f"{1_759_220_400_000 + start + number}-0", call_id=event.call_id, document=to_document(event))
        for number, event in enumerate(events)
    ]


def a_fact(document: Mapping[str, object], entry_id: str = "9-0") -> Fact:
    return Fact(entry_id=entry_id, call_id=str(document["call_id"]), document=document)
