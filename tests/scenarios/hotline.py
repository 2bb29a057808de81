"""The stories' words: who calls, which seat answers, what the records say."""

import asyncio
import re
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from redis.asyncio import Redis

from ivr.catalogue import Prompt
from lab.client import LabApi
from lab.house.plan import pbx_address
from lab.music import NOTES_HZ
from lab.patience import PATIENCE_S
from lab.phones.behaviours import PhoneBehaviour
from lab.phones.ears import on_end, tones
from lab.phones.phones import Phones
from lab.phones.prompts import prompts_in
from lab.phones.softphone import Ring, Softphone
from lab.phones.sound import Sound, read_wav
from lab.phones.tones import tones_in
from lab.phones.world import World
from pbx.sounds import synthesise_missing
from tests.scenarios.house import RunningLab, alive

KEY: Final = "051588880001"
KEY_NAME: Final = "示例甲精密机械有限公司（虚构）"
OTHER_KEYS: Final = tuple(f"05158888000{number}" for number in range(2, 10))
PROJECT: Final = "051588880101"
EXPIRED: Final = "051588880201"
PUBLIC: Final = "13900008001"
"""Callers' numbers, of config/lab/whitelist.xlsx and of nobody's."""

CHECKOUT: Final = Path(__file__).resolve().parents[2]


@dataclass(slots=True, kw_only=True)
class Hotline:
    """One story's view of the lab."""

    lab: RunningLab
    api: LabApi
    phones: Phones
    world: World
    figures: dict[str, list[float]]
    unplugged: list[str] = field(default_factory=list)
    unplugged_elsewhere: list[str] = field(default_factory=list)

    # ── people ──

    async def seat(self, number: int, does: PhoneBehaviour | None = None, *, ready: bool = True, at: int = 1) -> Softphone:
        """A seat's phone, registered at that Asterisk; its seat is ready, unless a call is offered to it at once."""
        phone = await self.phones.seat(number, does=does, server=server(at))
        if ready:
            await self.seat_is(number, "ready")
        return phone

    async def seats(self, *numbers: int) -> list[Softphone]:
        """Seats that became ready in this order, in which those of one group are rung."""
        return [await self.seat(number) for number in numbers]

    async def caller(self, number: str, *, trunk: str = "carrier", name: str = "", at: int = 1) -> Softphone:
        return await self.phones.caller(number, trunk=trunk, name=name, server=server(at))

    async def calls(self, number: str = KEY, *, dials: str = "12345", trunk: str = "carrier", at: int = 1) -> Softphone:
        """Somebody who calls from this number; his carrier brings him to that Asterisk."""
        caller = await self.caller(number, trunk=trunk, at=at)
        await caller.dial(dials)
        return caller

    async def talk(self, caller: Softphone, seat: Softphone) -> Ring:
        """The seat's phone rings for the caller, is answered, and each hears the other."""
        ring = await seat.rings()
        await self.talk_on(caller, seat)
        return ring

    async def talk_on(self, caller: Softphone, seat: Softphone) -> None:
        """The ringing seat answers, and each hears the other."""
        await seat.answer()
        await asyncio.gather(caller.hears(seat), seat.hears(caller))

    async def talking(self, seat: Softphone, number: str = KEY, *, at: int = 1) -> tuple[Softphone, str]:
        """A caller from this number who talks with the seat, and the call's id."""
        caller = await self.calls(number, at=at)
        ring = await self.talk(caller, seat)
        return caller, ring.zhida_call

    async def waiting(self, number: str = KEY, *, trunk: str = "carrier", at: int = 1) -> tuple[Softphone, str]:
        """A caller from this number who waits with music because nobody is free, and the call's id."""
        before = await self.live_calls()
        caller = await self.calls(number, trunk=trunk, at=at)
        await caller.talks()
        await self.hears_music(caller)
        live = (await self.api.get("/calls", state="live"))["items"]
        new = [call for call in live if call["call_id"] not in before]
        (call_id,) = {call["call_id"] for call in new if (call["number"] or "").replace("-", "") == number}
        return caller, str(call_id)

    async def waiting_for(self, seat: int, number: str = KEY) -> tuple[Softphone, str]:
        """The same, while this seat is paused."""
        await self.api.ask("PUT", f"/seats/{seat}/state", {"state": "paused", "reason": "story"})
        return await self.waiting(number)

    async def hears_music(self, phone: Softphone, *, within_s: float = PATIENCE_S) -> None:
        """Wait until the phone hears the hold music, from now on."""
        began = phone.heard_s
        heard: set[int] = set()
        try:
            async with asyncio.timeout(within_s):
                while len(heard) < 2:
                    await asyncio.sleep(0.05)
                    if phone.heard_s > began + 0.2:
                        heard |= tones_in(phone.heard(), NOTES_HZ, max(began, phone.heard_s - 0.4), phone.heard_s)
        except TimeoutError:
            raise phone.story.in_vain(f"did not hear music but {sorted(heard) or 'no note of it'}") from None

    async def hears_prompt_again(self, phone: Softphone, name: str, *, after_s: float, within_s: float = PATIENCE_S) -> None:
        """Wait until the prompt is heard once more, from that second of the recording on."""
        async with asyncio.timeout(within_s):
            while not any(one.start_s > after_s for one in await asyncio.to_thread(prompts_in, phone.heard(), {name: self.prompt(name)})):
                await asyncio.sleep(0.2)

    # ── what the API tells ──

    async def seat_is(self, number: int, state: str, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        found: dict[str, Any] = await self.api.until(f"/seats/{number}", lambda seat: seat["state"] == state, within_s=within_s)
        return found

    async def call_is(self, call_id: str, state: str, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        found: dict[str, Any] = await self.api.until(f"/calls/{call_id}", lambda call: call["state"] == state, within_s=within_s)
        return found

    async def conference_is(self, call_id: str, fits: Callable[[Any], bool], *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        found: dict[str, Any] = await self.api.until(f"/conferences/{call_id}", fits, within_s=within_s)
        return found

    async def call(self, call_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.api.get(f"/calls/{call_id}")
        return found

    async def live_calls(self) -> set[str]:
        return {call["call_id"] for call in (await self.api.get("/calls", state="live"))["items"]}

    async def live_call(self, state: str | None = None) -> str:
        """The id of the only call that goes on."""
        found = f"/calls?state={state or 'live'}"
        page = await self.api.until(found, lambda page: len(page["items"]) == 1)
        return str(page["items"][0]["call_id"])

    async def ended(
        self, call_id: str, reason: str | None = None, *, api: LabApi | None = None, within_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """The call once it is over and its record tells all of it."""
        path, api = f"/calls/{call_id}", api or self.api
        call = await api.until(path, lambda call: bool(call["state"] == "ended" and call["end_reason"]), within_s=within_s)
        if self.lab.engines > 1:  # their recorders share the facts, so the last one may be written down before the one before it
            await self._all_is_recorded()
            call = await api.get(path)
        assert reason is None or call["end_reason"] == reason, call
        return dict(call)

    async def _all_is_recorded(self) -> None:
        """Wait until no fact is on its way into the database."""
        stream = f"zhida:{{{self.lab.settings.hotline.id}}}:events"
        redis = Redis(unix_socket_path=str(self.lab.state / "redis.sock"))
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    newest = (await redis.xinfo_stream(stream))["last-generated-id"]
                    groups = await redis.xinfo_groups(stream)
                    if all(group["pending"] == 0 and group["last-delivered-id"] == newest for group in groups):
                        return
                    await asyncio.sleep(0.05)
        finally:
            await redis.aclose()

    async def ticket(self, call_id: str) -> dict[str, Any]:
        """The ticket of a call that is over."""
        call = await self.api.until(f"/calls/{call_id}", lambda call: bool(call["ticket"]))
        found: dict[str, Any] = await self.api.get(f"/tickets/{call['ticket']}")
        return found

    async def recording(self, call_id: str, *, within_s: float = PATIENCE_S) -> "Recording":
        """The finished recording of a call."""
        file = self.lab.recordings(call_id) / f"{call_id}.wav"
        async with asyncio.timeout(within_s):
            while not file.exists():
                await asyncio.sleep(0.05)
        return Recording(read_wav(file))

    async def manifest(self, call_id: str, *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """The manifest of a call's recording, once it is finished."""
        path = f"/calls/{call_id}/recording/manifest"
        found: dict[str, Any] = await self.api.until(path, lambda manifest: bool(manifest["files"]), within_s=within_s)
        return found

    async def consults(self, call_id: str, *, within_s: float = PATIENCE_S) -> list[dict[str, Any]]:
        """The manifests of a call's consults, once there are any."""
        page = await self.api.until(f"/calls/{call_id}/consults", lambda page: bool(page["items"]), within_s=within_s)
        return list(page["items"])

    async def consult_recording(self, call_id: str, consult: dict[str, Any]) -> "Recording":
        """What was recorded of it."""
        return Recording(read_wav(self.lab.recordings(call_id) / consult["files"][0]["name"]))

    async def hears_recording(self, call_id: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """What somebody who may hear it is given: status, headers and bytes."""
        url, sent = f"{self.lab.url()}/api/v1/calls/{call_id}/recording", {"Authorization": f"Bearer {self.lab.token}", **headers}
        async with aiohttp.ClientSession(headers=sent) as session, session.get(url) as answer:
            return answer.status, answer.headers, await answer.read()

    def prompt(self, name: str) -> Path:
        return self.lab.prompt(name)

    @contextmanager
    def long_prompt(self, name: str, folder: Path) -> Iterator[Path]:
        """Inside, a recording of many sentences stands in the prompt's place, so that somebody can act before it is over."""
        own = self.prompt(name)
        kept = own.read_bytes()
        speech = " ".join(["nin2 shi4 xia4 yi2 wei4."] * 16)
        (long,) = synthesise_missing(folder, [Prompt(name=name, language="zh", text="long.", speech=speech)])
        own.write_bytes(long.read_bytes())
        try:
            yield long
        finally:
            own.write_bytes(kept)

    # ── the house ──

    async def killed(self, *parts: str) -> float:
        """The moment at which these parts were ended by force; they are not there any more."""
        for part in parts:
            if part.startswith("asterisk"):
                await self._registrations_written(int(part.removeprefix("asterisk-")) if "-" in part else 1)
        pids = [self.lab.pid(part) for part in parts]
        moment = self.lab.kill(*parts)
        async with asyncio.timeout(PATIENCE_S):
            while any(pid is not None and alive(pid) for pid in pids):
                await asyncio.sleep(0.01)
        return moment

    async def _registrations_written(self, pbx: int) -> None:
        """An Asterisk writes down once a second who signed on and off; killed before, it would know phones of earlier stories again."""
        file = self.lab.boxes[pbx - 1].folder / "lib/astdb.sqlite3"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                known = set(re.findall(r"/registrar/contact/[^\s:]+", await self.lab.asterisk("database show registrar", pbx)))
                with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as written:
                    rows = written.execute("SELECT key FROM astdb WHERE key LIKE '/registrar/contact/%'").fetchall()
                if {str(key) for (key,) in rows} == known:
                    return
                await asyncio.sleep(0.05)

    def recorder(self, engine: int = 1) -> int:
        """The engine's recorder: a process of its own."""
        children = Path(f"/proc/{self.lab.pid(f'engine-{engine}')}/task").glob("*/children")
        (pid,) = (int(pid) for child in children for pid in child.read_text().split())
        return pid

    @contextmanager
    def disk_full(self) -> Iterator[None]:
        """Inside, the recorder's files cannot grow: writing fails as on a full disk."""
        before = resource.prlimit(self.recorder(), resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        try:
            yield
        finally:
            resource.prlimit(self.recorder(), resource.RLIMIT_FSIZE, before)

    async def part_is(self, part: str, *, ok: bool) -> None:
        """Wait until /healthz says so of the part."""
        async with asyncio.timeout(PATIENCE_S):
            while (await asyncio.to_thread(self.lab.health))["parts"][part]["ok"] is not ok:
                await asyncio.sleep(0.05)

    async def figure_is(self, line: str, *, within_s: float = PATIENCE_S) -> None:
        """Wait until /metrics has this line."""
        async with asyncio.timeout(within_s):
            while line not in await asyncio.to_thread(self.lab.figures):
                await asyncio.sleep(0.2)

    async def back(self, engine: int = 1) -> None:
        """Wait until the engine serves again."""
        async with asyncio.timeout(PATIENCE_S):
            while (await asyncio.to_thread(self.lab.health, engine))["status"] != "ok":
                await asyncio.sleep(0.05)

    async def zhida(self, *words: str) -> tuple[int, str]:
        """A command of the command line for this hotline: its exit code, and what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "engine",
            *words,
            "--config",
            str(self.lab.config),
            cwd=CHECKOUT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    # ── beginning and end ──

    def measured(self, what: str, seconds: float) -> None:
        """A figure for the report."""
        self.figures.setdefault(what, []).append(seconds * 1000)

    async def unplug(self, seat: Softphone, *, at: int = 1) -> None:
        """The phone is gone without a word: still registered at that Asterisk, but dead."""
        self.left_registered(seat.number, at=at)
        await seat.unplug()

    def left_registered(self, number: str, *, at: int) -> None:
        """A phone will be left registered there."""
        (self.unplugged if at == 1 else self.unplugged_elsewhere).append(number)

    async def until_quiet(self) -> None:
        """Everybody has hung up: wait until no call is left anywhere, then sign every seat out."""
        left = [*((number, 1) for number in self.unplugged), *((number, 2) for number in self.unplugged_elsewhere)]
        for number, pbx in left:
            async with Phones(self.phones._folder / f"again-{pbx}", net=self.phones._net) as again:
                await again.seat(number, server=server(pbx))
        await self.api.until("/calls?state=live", lambda page: page["items"] == [], within_s=PATIENCE_S)
        began = time.monotonic()
        for pbx in range(1, len(self.lab.boxes) + 1):
            while "0 active channels" not in (said := await self.lab.asterisk("core show channels concise", pbx)) and said.strip():
                assert time.monotonic() - began < PATIENCE_S, said
                await asyncio.sleep(0.1)
        page = await self.api.until("/seats?limit=200", _phones_are_off, within_s=PATIENCE_S)
        for seat in page["items"]:
            if seat["state"] != "logged_out":
                await self.api.ask("PUT", f"/seats/{seat['seat_id']}/state", {"state": "logged_out"})


@dataclass(frozen=True, slots=True)
class Recording:
    """A call's recording: what the caller said on the left, what he heard on the right."""

    sound: Sound

    def said(self, phone: Softphone) -> bool:
        """Whether the phone's tone came from the caller's side."""
        return self._has(phone, 0)

    def heard(self, *phones: Softphone) -> bool:
        """Whether these phones' tones, together and without any other phone's, reached the caller."""
        return on_end(self.sound.channel(1), tones({phone.tone_hz for phone in phones}, set()), 0.2)

    def never_heard(self, phone: Softphone) -> bool:
        return not self._has(phone, 1)

    def never_said(self, phone: Softphone) -> bool:
        return not self._has(phone, 0)

    def is_silent(self) -> bool:
        """Whether nothing was written, on either side."""
        return not any(any(channel) for channel in self.sound.channels)

    def between(self, start_s: float, end_s: float | None) -> "Recording":
        """The part of it from that second to that one; negative ones count from the end."""
        return Recording(self.sound.between(start_s, end_s))

    def _has(self, phone: Softphone, channel: int) -> bool:
        return on_end(self.sound.channel(channel), tones({phone.tone_hz}, set()), 0.2)


def server(pbx: int) -> int:
    """The last part of the address of the lab's Asterisk of that number (from 1)."""
    return int(pbx_address("", pbx).removeprefix("."))


def _phones_are_off(page: dict[str, Any]) -> bool:
    return all(seat["phone"] == "unreachable" for seat in page["items"])
