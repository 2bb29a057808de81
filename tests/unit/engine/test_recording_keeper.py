"""Recordings are described, kept where the configuration says, and removed in their time; in a folder and in a bucket."""

import json
import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from calls.errors import Conflict, Gone, NotFound, StoreFault
from calls.events import RecordingFinished, RecordingPaused, RecordingRemoved, RecordingResumed, RecordingStarted
from config.answering import S3Settings
from engine.recordings_heard import RecordingsOfApi
from tests.s3_server import BUCKET, S3Server
from tests.unit.engine.tapes import CALL, House, NobodyLive, in_bucket
from tests.unit.tickets import builders as told
from tickets.fold import fold
from tickets.manifests import Hold
from tickets.record import CallRecord
from tickets.records import Page, Wanted
from tickets.sweeping import Lack, findings, not_there


async def test_a_manifest_says_what_it_is_and_who_was_on_the_line(house: House) -> None:
    paused = RecordingPaused(call_id=CALL, at=told.at(20), by="li")
    house.talked(CALL, paused, RecordingResumed(call_id=CALL, at=told.at(30), by="li"))
    whole = (house.folder / f"{CALL}.wav").read_bytes()
    await house.keeper.keep_pending()
    manifest = await house.api.manifest(CALL)
    [file] = manifest.files
    assert (file.sha256, file.size, file.rate_hz, file.length_s) == (sha256(whole).hexdigest(), len(whole), 8000, 0.062)
    assert manifest.on_line == house.records[CALL].on_line
    assert [(pause.since, pause.until) for pause in manifest.pauses] == [(told.at(20), told.at(30))]
    assert await house.heard() == whole
    [fact] = house.facts
    assert isinstance(fact, RecordingFinished)
    assert (fact.name, fact.sha256, fact.size) == (CALL, file.sha256, file.size)
    left = sorted(path.name for path in house.folder.iterdir())
    assert left == ([] if house.s3 else [f"{CALL}.json", f"{CALL}.wav"])


async def test_a_consult_has_a_manifest_and_a_file_of_its_own_beside_the_calls(house: House) -> None:
    house.consulted("t-2")
    await house.keeper.keep_pending()
    house.records[CALL] = fold([*told.served(CALL), *told.three_way(CALL), *house.facts])
    [consult] = await house.api.consults(CALL)
    assert consult.consult is not None
    assert (consult.consult.name, consult.name) == ("张专员", f"{CALL}-consult-t-2")
    assert [(window.since, window.until) for window in consult.consult.windows] == [(told.at(90), told.at(110))]
    assert {span.who for span in consult.on_line} == {"seat", "specialist"}
    sound = await house.api.consult_sound(CALL, "t-2")
    apart = b"".join([chunk async for chunk in sound.stream(0, sound.size)])
    assert sha256(apart).hexdigest() == consult.files[0].sha256
    assert (await house.api.manifest(CALL)).consult is None
    assert await house.heard() != apart
    assert {fact.consult for fact in house.facts if isinstance(fact, RecordingFinished)} == {"", "t-2"}
    house.later = timedelta(days=31)
    assert await house.keeper.remove_old() == 2
    with pytest.raises(Gone, match="30 days"):
        await house.api.consult_sound(CALL, "t-2")


@pytest.mark.parametrize("leg", ["t-1", "t-9"])
async def test_where_there_was_no_consult_nothing_of_it_is_kept(house: House, leg: str) -> None:
    house.consulted(leg)
    await house.keeper.keep_pending()
    assert await house.api.consults(CALL) == []
    assert [stored.name async for stored in house.stores.local.everything() if "consult" in stored.name] == []
    with pytest.raises(NotFound):
        await house.api.consult_sound(CALL, leg)


async def test_what_is_held_outlives_its_time_with_its_consults_until_it_is_released(house: House) -> None:
    house.consulted("t-2")
    await house.keeper.keep_pending()
    house.records[CALL] = fold([*told.served(CALL), *told.three_way(CALL), *house.facts])
    held = await house.api.keep(CALL, Hold(at=told.at(300), by="supervisor", why="投诉"))
    assert held.held is not None
    house.later = timedelta(days=31)
    assert await house.keeper.remove_old() == 0
    await house.api.keep(CALL, None)
    assert await house.keeper.remove_old() == 2
    with pytest.raises(Gone):
        await house.api.keep(CALL, None)


async def test_whose_call_it_was_the_record_tells(house: House) -> None:
    house.talked()
    agents = {span.name for span in house.records[CALL].on_line if span.who == "seat"}
    assert [await house.api.served_by(CALL, agent) for agent in (*agents, "999")] == [*(True for _ in agents), False]
    assert not await house.api.served_by("zhida-9.9", "101")


async def test_a_recording_waits_for_the_end_of_its_record(house: House) -> None:
    house.joined()
    await house.keeper.keep_pending()
    assert CALL in house.keeper.pending
    house.records[CALL] = fold(told.served(CALL))
    await house.keeper.keep_pending()
    assert house.keeper.pending == {}
    assert await house.heard()


async def test_one_without_a_record_is_left_alone_and_told_of(house: House) -> None:
    house.joined()
    house.later = timedelta(hours=2)
    with capture_logs() as logs:
        await house.keeper.keep_pending()
    assert [entry["event"] for entry in logs] == ["recording_without_record"]
    assert (house.folder / f"{CALL}.wav").exists()


async def test_what_a_dead_engine_left_behind_is_found(house: House) -> None:
    house.talked()
    house.keeper.pending.clear()
    await house.keeper.find_left_behind()
    await house.keeper.keep_pending()
    assert await house.heard()
    await house.keeper.find_left_behind()
    assert house.keeper.pending == {}


async def test_an_engine_that_dies_between_fact_and_manifest_loses_neither(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.talked()
    store = house.stores.for_finished()

    async def dies(name: str, content: bytes) -> None:
        raise StoreFault("dead", f"{name} {len(content)}")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(type(store), "write", staticmethod(dies))
        with pytest.raises(StoreFault):
            await house.keeper.keep_pending()
    assert len(house.facts) == 1
    house.keeper.pending.clear()
    await house.keeper.find_left_behind()
    await house.keeper.keep_pending()
    assert len(set(house.facts)) == 1
    assert await house.heard()


async def test_kept_twice_is_kept_once(house: House) -> None:
    house.talked()
    file = house.folder / f"{CALL}.wav"
    whole = file.read_bytes()
    await house.keeper.keep_pending()
    file.write_bytes(whole)
    house.keeper.pending[CALL] = file
    await house.keeper.keep_pending()
    assert len(house.facts) == 1
    assert await house.heard() == whole


async def test_after_its_time_the_sound_goes_and_the_note_stays(house: House) -> None:
    house.talked()
    await house.keeper.keep_pending()
    assert await house.keeper.remove_old() == 0
    house.later = timedelta(days=31)
    with capture_logs() as logs:
        assert await house.keeper.remove_old() == 1
    assert "recording_removed" in [entry["event"] for entry in logs]
    with pytest.raises(Gone, match="30 days"):
        await house.api.sound(CALL)
    assert (await house.api.manifest(CALL)).removed is not None
    assert isinstance(house.facts[-1], RecordingRemoved)
    assert await house.keeper.remove_old() == 0


async def test_a_removal_that_broke_off_is_finished(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.talked()
    await house.keeper.keep_pending()
    house.later = timedelta(days=31)
    store = house.stores.for_finished()

    async def dies(_: str) -> bool:
        raise StoreFault("store_away", "The store is away.")

    with monkeypatch.context() as patched:
        patched.setattr(store, "remove", dies)
        with pytest.raises(StoreFault):
            await house.keeper.remove_old()
    assert await house.keeper.remove_old() == 1
    assert [type(fact) for fact in house.facts].count(RecordingRemoved) == 1


async def test_why_there_is_nothing_to_hear(house: House) -> None:
    with pytest.raises(NotFound):
        await house.api.sound("zhida-9.9")
    house.records[CALL] = fold(told.served(CALL))
    with pytest.raises(NotFound) as lost:
        await house.api.sound(CALL)
    assert lost.value.code == "recording_lost"
    just_now = told.served(CALL, second=(house.now() - told.START).total_seconds() - 200)
    house.records[CALL] = fold(just_now)
    with pytest.raises(Conflict):
        await house.api.sound(CALL)


async def test_a_storage_that_is_away_costs_no_sound(s3: S3Server, tmp_path: Path) -> None:
    house = House(tmp_path, S3Settings(**{**in_bucket(s3).model_dump(), "endpoint": "http://127.0.0.1:9"}))
    house.talked()
    with pytest.raises(StoreFault):
        await house.keeper.keep_pending()
    assert CALL in house.keeper.pending
    assert (tmp_path / f"{CALL}.wav").exists()
    house.settings.recording.s3 = in_bucket(s3)  # a reload
    await house.keeper.keep_pending()
    assert not (tmp_path / f"{CALL}.wav").exists()
    assert s3.client.head_object(Bucket=BUCKET, Key=f"12345/{CALL}.wav")["ContentLength"] > 0


async def test_what_was_kept_in_folders_moves_into_the_bucket(s3: S3Server, tmp_path: Path) -> None:
    house = House(tmp_path, None)
    house.api = RecordingsOfApi(stores=house.stores, records=house, waiting=NobodyLive(), clock=house)  # type: ignore[arg-type]
    house.talked()
    await house.keeper.keep_pending()
    before = await house.heard()
    finished = (await house.api.manifest(CALL)).finished
    house.settings.recording.s3 = in_bucket(s3)
    assert await house.heard() == before
    await house.keeper.find_left_behind()
    await house.keeper.keep_pending()
    assert [stored.name async for stored in house.stores.local.everything()] == []
    assert await house.heard() == before
    assert (await house.api.manifest(CALL)).finished == finished
    assert len(house.facts) == 1


async def test_a_sweep_tells_what_belongs_to_nobody(house: House) -> None:
    house.talked()
    await house.keeper.keep_pending()
    strays = ["zhida-5.5.wav", "zhida-5.6-in.wav", f"{CALL}-out.wav", "zhida-5.7-in.wav.unreadable", "zhida-5.8.wav.part-1-2", "notes.txt"]
    for name in strays:
        (house.folder / name).write_bytes(b"")
        os.utime(house.folder / name, (1, 1))
    (house.folder / "zhida-5.9.wav").write_bytes(b"")  # a moment old: it is still being worked on
    files = [stored async for stored in house.stores.local.everything()]
    found = {finding.name: finding.lack for finding in findings(files, {CALL: True}, house.now())}
    assert found == {
        "zhida-5.5.wav": Lack.NO_RECORD,
        "zhida-5.6-in.wav": Lack.NO_RECORD,
        f"{CALL}-out.wav": Lack.NEVER_JOINED,
        "zhida-5.7-in.wav.unreadable": Lack.UNREADABLE,
        "zhida-5.8.wav.part-1-2": Lack.LEFT_OVER,
        "notes.txt": Lack.FOREIGN,
    }


async def test_a_sweep_misses_what_the_records_name(house: House) -> None:
    removed = RecordingRemoved(call_id="zhida-3.3", at=told.at(900), name="zhida-3.3", why="Its time was over.")
    finished = RecordingFinished(call_id="zhida-3.3", at=told.at(800), name="zhida-3.3", sha256="", size=1, length_s=1.0)
    for call_id, facts in (("zhida-1.1", []), ("zhida-2.2", []), ("zhida-3.3", [finished, removed])):
        started = RecordingStarted(call_id=call_id, at=told.at(1), name=call_id)
        house.records[call_id] = fold([*(fact for fact in told.served(call_id) if not isinstance(fact, RecordingStarted)), started, *facts])

    class Pages:
        async def calls(self, _: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page[CallRecord]:
            records = list(house.records.values())
            return Page(items=tuple(records[:2]), next="2") if cursor is None else Page(items=tuple(records[2:]), next=None)

    found = await not_there(Pages(), {"zhida-1.1.wav"}, since=told.START, now=house.now())  # type: ignore[arg-type]
    assert [(finding.lack, finding.name) for finding in found] == [(Lack.NOT_THERE, "zhida-2.2")]


async def test_a_manifest_that_is_none_is_no_manifest(house: House) -> None:
    house.talked()
    store = house.stores.for_finished()
    await store.write(f"{CALL}.json", json.dumps({"call_id": 1}).encode())
    await house.keeper.keep_pending()
    assert (await house.api.manifest(CALL)).call_id == CALL
