"""A call is recorded: he is told, it is paused for a secret, described, heard by those who may, and removed in its time."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from lab.patience import PATIENCE_S
from lab.phones.behaviours import Answers
from lab.phones.softphone import Softphone
from lab.phones.sound import Sound
from tests.s3_server import BUCKET, S3Server
from tests.scenarios.hotline import KEY, OTHER_KEYS, Hotline
from tests.scenarios.house import Wanted
from tests.scenarios.test_callbacks import clear
from tests.scenarios.test_three_way import ACCEPTS, OFFICE, ask, joined, three_way

PAUSE_LONGEST_S = 5
LAB = Wanted(
    overrides=(
        "recording.announcement=call-is-recorded",
        "recording.keep_days=30",
        f"recording.pause_longest_s={PAUSE_LONGEST_S}",
        "after_call.rating=false",
        "fallback.engine_wait_s=60",
    )
)
SILENT = 8  # of 32768: what is silence after the codec


async def test_the_caller_is_told_that_he_is_recorded_before_a_seat_rings_for_him(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller = await hotline.calls(KEY)
    await caller.hears_prompt(hotline.prompt("call-is-recorded"))
    ring = await hotline.talk(caller, seat)
    await caller.hang_up()
    call = await hotline.ended(ring.zhida_call, "completed")
    manifest = await hotline.manifest(ring.zhida_call)
    assert _moment(call["arrived"]) < _moment(manifest["announced"]) < _moment(manifest["recorded"])


async def test_what_is_kept_is_described_and_heard_whole_and_in_parts(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    assert (await hotline.hears_recording(call_id))[0] == 409
    await seat.hang_up()
    await caller.call_ended()
    await hotline.ended(call_id, "completed")
    manifest = await hotline.manifest(call_id)
    [sound] = manifest["files"]
    kept = (hotline.lab.recordings(call_id) / sound["name"]).read_bytes()
    assert sound["sha256"] == sha256(kept).hexdigest()
    assert (sound["size"], sound["rate_hz"]) == (len(kept), 8000)
    assert {(span["who"], span["id"]) for span in manifest["on_line"]} == {("caller", "0515-88880001"), ("seat", "8001")}

    status, headers, heard = await hotline.hears_recording(call_id)
    assert (status, headers["Content-Type"], heard) == (200, "audio/wav", kept)
    status, part, heard = await hotline.hears_recording(call_id, Range="bytes=1000-1999")
    assert (status, part["Content-Range"], heard) == (206, f"bytes 1000-1999/{len(kept)}", kept[1000:2000])
    assert part["ETag"] == headers["ETag"]

    told = await hotline.api.until(f"/calls/{call_id}", lambda call: bool(call["record"]["kept"]))
    assert told["record"]["kept"][0]["sha256"] == sound["sha256"]
    assert (await hotline.ticket(call_id))["kept"] == told["record"]["kept"]
    heard_by = await hotline.api.until("/acts", lambda page: any(act["what"] == "hear_recording" for act in page["items"]))
    assert {(act["who"], act["on"]) for act in heard_by["items"] if act["what"] == "hear_recording"} == {("lab", f"calls/{call_id}")}


async def test_a_pause_records_silence_of_both_sides_and_only_of_them(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    begins = time.monotonic()
    await hotline.api.ask("POST", f"/calls/{call_id}/recording/pause")
    begun = time.monotonic()
    await talk_goes_on(caller, seat, lasting_s=2)  # so much of the talk is a secret
    ends = time.monotonic()
    await hotline.api.ask("POST", f"/calls/{call_id}/recording/resume")
    ended = time.monotonic()
    await talk_goes_on(caller, seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    manifest = await hotline.manifest(call_id)
    [pause] = manifest["pauses"]
    assert pause["by"]
    paused_s = (_moment(pause["until"]) - _moment(pause["since"])).total_seconds()
    assert ends - begun < paused_s < ended - begins
    sound = (await hotline.recording(call_id)).sound
    for side in (0, 1):
        silent_s = _longest_silence_s(sound, side)
        assert ends - begun - 0.3 < silent_s < ended - begins + 0.3
    recording = await hotline.recording(call_id)
    assert recording.said(caller)
    assert recording.heard(seat)


async def test_a_pause_lasts_over_a_transfer(hotline: Hotline) -> None:
    seat, other = await hotline.seats(8001, 8004)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("POST", f"/calls/{call_id}/recording/pause")
    await hotline.api.ask("POST", f"/calls/{call_id}/transfer", {"seat": "8004"})
    await other.rings()
    await hotline.talk_on(caller, other)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    recording = await hotline.recording(call_id)
    assert recording.heard(seat)
    assert recording.never_heard(other)


async def test_a_call_that_is_over_cannot_be_paused(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    status, problem = await hotline.api.answer("POST", f"/calls/{call_id}/recording/pause")
    assert (status, problem["code"]) == (404, "call_not_live")


async def test_what_was_kept_long_enough_is_removed_and_whoever_asks_is_told_why(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await hotline.manifest(call_id)
    sound = hotline.lab.recordings(call_id) / f"{call_id}.wav"
    _made_before(sound, timedelta(days=31))
    await hotline.killed("engine-1")
    await hotline.back()
    async with asyncio.timeout(PATIENCE_S):
        while sound.exists():
            await asyncio.sleep(0.05)
    status, _, problem = await hotline.hears_recording(call_id)
    assert status == 410
    assert "30 days" in json.loads(problem)["detail"]
    assert (await hotline.manifest(call_id))["removed"]["why"]
    told = await hotline.api.until(f"/calls/{call_id}", lambda call: any(one["removed"] for one in call["record"]["kept"]))
    assert "recording.keep_days" in told["record"]["kept"][0]["why"]


async def test_the_shell_lists_checks_and_sweeps(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await hotline.manifest(call_id)
    folder = hotline.lab.recordings(call_id)
    code, listed = await hotline.zhida("recordings", "list")
    assert code == 0
    assert call_id in listed
    assert (await hotline.zhida("recordings", "verify", call_id))[0] == 0

    stray = folder / "zhida-1.1.wav"
    stray.write_bytes((folder / f"{call_id}.wav").read_bytes())
    os.utime(stray, (1, 1))
    code, told = await hotline.zhida("recordings", "sweep")
    assert code == 1
    assert "zhida-1.1.wav" in told
    assert stray.exists()
    code, told = await hotline.zhida("recordings", "sweep", "--remove")
    assert not stray.exists()
    assert (folder / f"{call_id}.wav").exists()

    with (folder / f"{call_id}.wav").open("r+b") as sound:
        sound.seek(100)
        sound.write(b"changed")
    code, told = await hotline.zhida("recordings", "verify", call_id)
    assert code == 1
    assert call_id in told


async def test_with_a_bucket_it_is_moved_there_and_heard_from_there(hotline: Hotline, s3: S3Server) -> None:
    async with _in_bucket(hotline, s3):
        seat = await hotline.seat(8001)
        caller, call_id = await hotline.talking(seat)
        await caller.hang_up()
        await hotline.ended(call_id, "completed")
        [sound] = (await hotline.manifest(call_id))["files"]
        local = hotline.lab.recordings(call_id) / f"{call_id}.wav"
        async with asyncio.timeout(PATIENCE_S):
            while local.exists():
                await asyncio.sleep(0.05)
        kept = s3.client.get_object(Bucket=BUCKET, Key=f"12345/{call_id}.wav")["Body"].read()
        assert sha256(kept).hexdigest() == sound["sha256"]
        assert (await hotline.hears_recording(call_id))[2] == kept
        status, _, part = await hotline.hears_recording(call_id, Range="bytes=44-143")
        assert (status, part) == (206, kept[44:144])
        assert (await hotline.zhida("recordings", "verify", call_id))[0] == 0

        s3.client.put_object(Bucket=BUCKET, Key=f"12345/{call_id}.wav", Body=kept[:-1] + b"x")
        assert (await hotline.zhida("recordings", "verify", call_id))[0] == 1
        assert s3.secret_key not in hotline.lab.log().read_text()


@asynccontextmanager
async def _in_bucket(hotline: Hotline, s3: S3Server) -> AsyncIterator[None]:
    """Inside, what is finished goes into the bucket."""
    file = hotline.lab.config
    text = file.read_text(encoding="utf-8")
    place = f'{{endpoint: "{s3.endpoint}", bucket: {BUCKET}, prefix: 12345/, access_key: {s3.access_key}, secret_key: "{s3.secret_key}"}}'
    file.write_text(text.replace("recording:\n", f"recording:\n  s3: {place}\n"), encoding="utf-8")
    try:
        code, said = await hotline.zhida("reload")
        assert code == 0, said
        assert s3.secret_key not in said
        yield
    finally:
        file.write_text(text, encoding="utf-8")
        await hotline.zhida("reload")


async def test_a_consult_is_recorded_apart_and_the_call_never_has_it(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    hotline.world.script(OFFICE, ACCEPTS)
    await ask(hotline, call_id)
    await joined(hotline, call_id, OFFICE)
    specialist = await hotline.world.phone(OFFICE)
    await asyncio.gather(seat.hears(specialist), specialist.hears(seat))
    await three_way(hotline, call_id)
    await asyncio.gather(caller.hears(seat, specialist, lasting_s=1), specialist.hears(caller, seat))  # so much that is no consult
    parts = time.monotonic()
    await hotline.api.ask("PUT", f"/conferences/{call_id}/state", {"state": "consult"})
    parted_s = time.monotonic() - parts
    await asyncio.gather(seat.hears(specialist, but_not=(caller,)), specialist.hears(seat, but_not=(caller,)))
    await hotline.hears_music(caller)
    await seat.hang_up()  # the caller goes on with the specialist
    await asyncio.gather(caller.hears(specialist, lasting_s=1), specialist.hears(caller, lasting_s=1))
    await caller.hang_up()
    await hotline.ended(call_id, "completed")

    call = await hotline.recording(call_id)
    assert call.said(caller)
    assert call.heard(seat, specialist)
    [consult] = await hotline.consults(call_id)
    assert (consult["name"], consult["files"][0]["left"]) == ("税务专员甲", "specialist")
    assert {span["who"] for span in consult["on_line"]} == {"seat", "specialist"}
    assert len(consult["windows"]) == 2
    apart = await hotline.consult_recording(call_id, consult)
    assert apart.said(specialist)
    assert apart.heard(seat)
    settled = 0.3 + parted_s  # the switch comes some milliseconds behind the caller
    began = _moment(consult["windows"][0]["since"])
    for window in consult["windows"]:
        part = apart.between(_seconds(window["since"], began) + settled, _seconds(window["until"], began) - settled)
        assert part.never_heard(caller)
    first, second = consult["windows"]
    assert apart.between(_seconds(first["until"], began) + settled, _seconds(second["since"], began) - settled).is_silent()
    status, _, heard = await hotline.hears_recording(call_id)
    assert (status, heard) == (200, (hotline.lab.recordings(call_id) / f"{call_id}.wav").read_bytes())


async def test_a_pause_that_nobody_ends_ends_by_itself_whatever_becomes_of_the_engine(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await hotline.api.ask("POST", f"/calls/{call_id}/recording/pause")
    await hotline.killed("engine-1")
    await hotline.back()
    await hotline.api.until(f"/calls/{call_id}", lambda call: any(pause["until"] for pause in call["record"]["pauses"]))
    await talk_goes_on(caller, seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    [pause] = (await hotline.manifest(call_id))["pauses"]
    assert pause["resumed_by"] == "recording.pause_longest_s"
    assert (_moment(pause["until"]) - _moment(pause["since"])).total_seconds() >= PAUSE_LONGEST_S
    recording = await hotline.recording(call_id)
    assert _longest_silence_s(recording.sound, 0) >= PAUSE_LONGEST_S - 0.3
    assert recording.between(-0.8, None).said(caller)


async def test_who_is_called_back_is_told_once_when_he_picks_up(hotline: Hotline) -> None:
    caller = await hotline.calls(OTHER_KEYS[0])
    task = await hotline.live_call("waiting")
    await caller.hang_up()
    await hotline.ended(task, "abandoned")
    hotline.world.script(OTHER_KEYS[0], Answers(after_s=0.3))
    seat = await hotline.seat(8001)
    back = (await hotline.api.ask("POST", f"/callbacks/{task}/calls", {"seat": "8001"}))["call_id"]
    await seat.rings()
    await seat.answer()
    await hotline.world.is_called(OTHER_KEYS[0])
    called = await hotline.world.phone(OTHER_KEYS[0])
    await called.hears_prompt(hotline.prompt("call-is-recorded"))
    await asyncio.gather(called.hears(seat), seat.hears(called))
    await called.hang_up()
    await hotline.ended(back, "completed")
    assert (await hotline.manifest(back))["announced"]
    await clear(hotline)


async def test_the_caller_is_left_and_everybody_else_right(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await talk_goes_on(caller, seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    recording = await hotline.recording(call_id)
    assert recording.said(caller)
    assert recording.heard(seat)
    assert recording.never_heard(caller)
    assert recording.never_said(seat)


async def test_one_recording_through_hold_three_way_and_the_engines_death_and_once_in_the_bucket(hotline: Hotline, s3: S3Server) -> None:
    async with _in_bucket(hotline, s3):
        seat = await hotline.seat(8001)
        caller, call_id = await hotline.talking(seat)
        hotline.world.script(OFFICE, ACCEPTS)
        await ask(hotline, call_id)
        await joined(hotline, call_id, OFFICE)
        specialist = await hotline.world.phone(OFFICE)
        await hotline.killed("engine-1")
        await hotline.back()
        await three_way(hotline, call_id)
        await asyncio.gather(caller.hears(seat, specialist, lasting_s=1), seat.hears(caller, specialist, lasting_s=1))
        await caller.hang_up()
        await hotline.ended(call_id, "completed")
        [sound] = (await hotline.manifest(call_id))["files"]
        [consult] = await hotline.consults(call_id)
        local = hotline.lab.recordings(call_id)
        async with asyncio.timeout(PATIENCE_S):
            while list(local.glob(f"{call_id}*")):
                await asyncio.sleep(0.05)
        listed = s3.client.list_objects_v2(Bucket=BUCKET, Prefix=f"12345/{call_id}")["Contents"]
        names = {entry["Key"] for entry in listed}
        stems = {call_id, consult["files"][0]["name"].removesuffix(".wav")}
        assert names == {f"12345/{stem}{ending}" for stem in stems for ending in (".wav", ".json")}
        kept = s3.client.get_object(Bucket=BUCKET, Key=f"12345/{call_id}.wav")["Body"].read()
        assert sha256(kept).hexdigest() == sound["sha256"]
        told = (await hotline.call(call_id))["record"]["kept"]
        assert {one["consult"] for one in told} == {None, consult["consult"]}


async def test_what_must_be_kept_outlives_its_time(hotline: Hotline) -> None:
    seat = await hotline.seat(8001)
    caller, call_id = await hotline.talking(seat)
    await caller.hang_up()
    await hotline.ended(call_id, "completed")
    await hotline.manifest(call_id)
    assert (await hotline.zhida("recordings", "hold", call_id, "--why", "投诉 2026-17"))[0] == 0
    sound = hotline.lab.recordings(call_id) / f"{call_id}.wav"
    _made_before(sound, timedelta(days=31))
    stray = _another_due(sound)
    await hotline.killed("engine-1")
    await hotline.back()
    async with asyncio.timeout(PATIENCE_S):
        while stray.exists():
            await asyncio.sleep(0.05)
    assert sound.exists()
    assert (await hotline.manifest(call_id))["held"]["why"] == "投诉 2026-17"


async def talk_goes_on(caller: Softphone, seat: Softphone, *, lasting_s: float = 1) -> None:
    """They hear each other for so long."""
    await asyncio.gather(caller.hears(seat, lasting_s=lasting_s), seat.hears(caller, lasting_s=lasting_s))


def _another_due(sound: Path) -> Path:
    """The same of another call, which nobody holds: when it is gone, the round has been."""
    other = sound.with_name("zhida-1.2.wav")
    other.write_bytes(sound.read_bytes())
    manifest = json.loads(sound.with_suffix(".json").read_text())
    other.with_suffix(".json").write_text(json.dumps({**manifest, "call_id": "zhida-1.2", "held": None}))
    os.utime(other, (sound.stat().st_mtime, sound.stat().st_mtime))
    return other


def _made_before(sound: Path, ago: timedelta) -> None:
    then = datetime.now(UTC) - ago
    manifest = sound.with_suffix(".json")
    known = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**known, "finished": then.isoformat()}))
    os.utime(sound, (then.timestamp(), then.timestamp()))


def _seconds(moment: str, began: datetime) -> float:
    return (_moment(moment) - began).total_seconds()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _longest_silence_s(sound: Sound, side: int) -> float:
    longest = run = 0
    for sample in sound.channels[side]:
        run = run + 1 if abs(sample) <= SILENT else 0
        longest = max(longest, run)
    return longest / sound.rate

