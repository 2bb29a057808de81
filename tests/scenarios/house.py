"""The lab the stories are played in: started once, and again only where a story wants another configuration."""

import asyncio
import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.settings import Settings
from engine.addresses import api_address
from engine.commands import lab
from ivr.catalogue import Prompt
from lab.asterisk.files import Box
from lab.asterisk.instance import console
from lab.house import control
from lab.house.files import keeper_state, read_house
from lab.patience import PATIENCE_S
from pbx.sounds import synthesise_missing
from tests.postgres_server import PostgresServer


def net_of(worker: str, *, spare: bool = False) -> str:
    """The net of a worker's lab ("gw2", or "" where the tests run in none), by its second byte; the spare one is for another Asterisk."""
    first, second, third = os.environ.get("ZHIDA_SCENARIOS_NET", "127.0.77").split(".")
    return f"{first}.{(int(second) + int(worker.removeprefix('gw') or 0) + 100 * spare) % 256}.{third}"


_WORKER: Final = os.environ.get("PYTEST_XDIST_WORKER", "")
NET: Final = net_of(_WORKER)
SPARE_NET: Final = net_of(_WORKER, spare=True)

SPOKEN: Final = {
    "welcome": "huan1 ying2",
    "menu-main": "cai4 dan1",
    "menu-invalid": "you3 wu4",
    "menu-no-input": "mei2 you3",
    "call-is-recorded": "lu4 yin1",
    "please-wait": "qing3 deng3",
    "nobody-free": "bao4 qian4",
    "closed-now": "fei1 gong1 zuo4 shi2 jian1",
    "we-call-back": "jiang1 hui2 dian4",
    "connecting": "zhuan3 jie1",
    "specialist-accept": "qing3 an4 yi1",
    "rate": "ping2 jia4",
    "rate-thanks": "gan3 xie4",
    "seat-ready": "jiu4 xu4",
    "seat-paused": "zan4 ting2 le5",
    "seat-logged-out": "qian1 chu1",
    "seat-signed-in": "qian1 ru4 cheng2 gong1",
    "seat-wrap-up": "zheng3 li3",
    "seat-away": "zan4 li2",
    "seat-paused-afterwards": "jie2 shu4 hou4 zan4 ting2",
    "seat-wrap-up-extended": "yan2 chang2",
    "seat-wrap-up-longest": "bu4 neng2",
    "seat-no-wrap-up": "mei2 zai4",
    "seat-agent-number": "gong1 hao4",
    "seat-agent-pin": "mi4 ma3",
    "seat-sign-in-wrong": "cuo4 wu4",
    "seat-pause-reason": "yuan2 yin1",
    "seat-not-available": "shao1 hou4 zai4 shi4",
    "seat-sign-in-first": "xian1 qian1 ru4",
    "callback-offer": "hui2 bo1 qing3 an4",
    "callback-noted": "yi3 deng1 ji4",
    "callback-to": "hu1 jiao4",
    "callback-busy": "zheng4 zai4 tong1 hua4",
    "callback-no-answer": "wu2 ren2 jie1 ting1",
    "callback-failed": "wu2 fa3 jie1 tong1",
    "voicemail-closed": "fei1 gong1 zuo4 qing3 liu2 yan2",
    "voicemail-busy": "quan2 mang2 qing3 liu2 yan2",
    "voicemail-ask": "liu2 yan2",
    "voicemail-nothing": "qing3 zai4 shuo1",
    "voicemail-none": "mei2 shou1 dao4",
    "voicemail-review": "shi4 ting1 chong2 lu4",
    "voicemail-thanks": "yi3 shou4 li3 xie4 xie4",
    "voicemail-failed": "wu2 fa3 lu4 zhi4",
}
"""Prompts of a word or two, so that no story waits for sentences; the lab leaves recordings that are there alone."""

SHORT: Final = (
    "seats.ring_s=8",
    "seats.no_ring_s=3",
    "seats.wrap_up_s=0.5",
    "ladders.key_enterprise=[{group: priority, after_s: 0}, {group: qilai, after_s: 2}, {group: general, after_s: 4}]",
    "ladders.project=[{group: project, after_s: 0}, {group: priority, after_s: 2}, {group: qilai, after_s: 4}]",
    "ladders.public=[{group: qilai, after_s: 0}, {group: general, after_s: 2}]",
    "conference.office_ring_s=5",
    "conference.mobile_ring_s=5",
    "after_call.timeout_s=10",
    "fallback.engine_wait_s=2",
    "ivr.menus.main.timeout_s=4",
    "ivr.menus.main.retries=1",
)
"""The lab's times, shortened: by no more than leaves a busy machine time for what somebody does meanwhile."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A configuration: what differs from the lab's own, how many engines and Asterisks there are, the database if not SQLite.

    `clock`: whether the wall clock of all of it can be stepped.
    """

    overrides: tuple[str, ...] = ()
    engines: int = 1
    pbxs: int = 1
    server: PostgresServer | None = None
    clock: bool = False


# Configurations that several files want, because to start another lab takes as long as two stories.

ENGINE_DIES: Final = Wanted(overrides=("fallback.engine_wait_s=60", "seats.lease_margin_s=40", "fallback.duty_ring_s=5"))
"""With an engine that is awaited when it is dead."""
TWO_ENGINES: Final = Wanted(
    engines=2,
    overrides=(
        "fallback.engine_wait_s=60",
        "seats.lease_margin_s=40",
        "seats.ring_s=30",
        "engine.graceful_stop_s=1",
        "conference.office_ring_s=30",
        "after_call.timeout_s=30",
    ),
)
TWO_ASTERISKS: Final = Wanted(engines=2, pbxs=2, overrides=("seats.unreachable_s=2", "seats.lease_margin_s=40"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLab:
    """The lab as it runs."""

    settings: Settings
    state: Path
    engines: int

    def url(self, engine: int = 1) -> str:
        """An engine's API."""
        host, port = api_address(self.settings, engine)
        return f"http://{host}:{port}"

    @property
    def token(self) -> str:
        return next(iter(self.settings.api.tokens.values())).token.get_secret_value()

    @property
    def config(self) -> Path:
        return self.state / "zhida.yaml"

    @property
    def box(self) -> Box:
        return read_house(self.state).box

    @property
    def boxes(self) -> list[Box]:
        return read_house(self.state).boxes

    def recordings(self, call_id: str) -> Path:
        """Where the recording of a call is: with the Asterisk it came in on."""
        mine = (pbx for pbx in self.settings.asterisk.values() if call_id.removeprefix("back-").startswith(f"{pbx.systemname}-"))
        return next(mine).recordings_here

    def prompt(self, name: str) -> Path:
        return next(iter(self.settings.asterisk.values())).prompts_here / self.settings.hotline.language / f"{name}.wav"

    def log(self, engine: int = 1) -> Path:
        return self.state / "log" / f"engine-{engine}.log"

    def pid(self, part: str) -> int | None:
        """The process of a part; None while it does not run."""
        noted = keeper_state(self.state)
        pid = noted["parts"][part]["pid"] if noted is not None else None
        return pid if pid is not None and alive(pid) else None

    def kill(self, *parts: str) -> float:
        """End parts by force, as a power cut would; the moment (time.monotonic)."""
        pids = {part: self.pid(part) for part in parts}
        assert None not in pids.values(), pids
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        return time.monotonic()

    def step_clock(self, by_s: int) -> None:
        """From now on the wall clock of every part differs from this machine's by so much."""
        file = read_house(self.state).clock_file
        fresh = file.with_suffix(".new")
        fresh.write_text(f"{by_s:+d}s", encoding="utf-8")
        fresh.replace(file)

    @contextmanager
    def nothing_restarted(self) -> Iterator[None]:
        """Inside, the keeper is held: what is killed stays away."""
        noted = keeper_state(self.state)
        assert noted is not None
        os.kill(noted["pid"], signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(noted["pid"], signal.SIGCONT)

    async def asterisk(self, line: str, pbx: int = 1) -> str:
        """What Asterisk's console answers."""
        return await console(self.boxes[pbx - 1], line)

    def figures(self, engine: int = 1) -> str:
        """What /metrics says."""
        with urllib.request.urlopen(f"{self.url(engine)}/metrics", timeout=5) as answer:  # noqa: S310  the lab's own
            text: str = answer.read().decode()
            return text

    def health(self, engine: int = 1) -> dict[str, Any]:
        return control.health(f"{self.url(engine)}/healthz")


class House:
    """Keeps the lab that the stories share."""

    def __init__(self) -> None:
        self._running: tuple[Wanted, RunningLab] | None = None
        self._spoken = False

    async def lab(self, wanted: Wanted) -> RunningLab:
        """The lab with this configuration; started, or started anew, where another one runs or an engine is not well."""
        if self._running is not None:
            before, running = self._running
            if before == wanted and await _is_well(running):
                return running
        await self.down()
        state = lab.state_dir(NET)
        self._speak(state / "prompts")
        overrides = [*SHORT, *wanted.overrides]
        settings = await lab.start(
            NET, engines=wanted.engines, pbxs=wanted.pbxs, clock=wanted.clock, overrides=overrides, owner=os.getpid()
        )
        self._running = wanted, RunningLab(settings=settings, state=state, engines=wanted.engines)
        return self._running[1]

    def _speak(self, prompts: Path) -> None:
        """The prompts as they are now; once, because a hundred take seconds to be made."""
        if not self._spoken:
            shutil.rmtree(prompts, ignore_errors=True)
        short = [Prompt(name=name, language="zh", text=f"{name}.", speech=speech) for name, speech in SPOKEN.items()]
        synthesise_missing(prompts, short)
        self._spoken = True

    async def down(self) -> None:
        """Stop it, also one that a killed run left behind."""
        self._running = None
        await control.stop(lab.state_dir(NET))


async def _is_well(running: RunningLab) -> bool:
    """Whether every engine serves; the keeper starts one again that an earlier story left dead."""
    deadline = time.monotonic() + PATIENCE_S / 2
    while any(running.health(number)["status"] != "ok" for number in range(1, running.engines + 1)):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not buried does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
