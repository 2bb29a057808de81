"""sipp: callers and seats in numbers, and SIP that no proper phone would send.

One `Job` is one run of a scenario from `scenarios/`. Its results are read from the files sipp itself writes.
"""

import asyncio
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Self, TypeAlias

from lab.patience import PATIENCE_S
from lab.phones.errors import NotHappened, PhoneFault
from lab.phones.ports import free_port, taken
from lab.phones.programs import Running, start
from lab.phones.sipp_stats import MESSAGES, NOTES, Result, read_result
from lab.phones.tones import write_tone_mulaw

SCENARIOS = Path(__file__).parent / "scenarios"
TONE_S = 10
PATIENCE_MS = 10000
"""How long an odd caller waits for any final answer."""
START_S = PATIENCE_S
RETRY_S = 0.003
FINISH_S = 20.0
"""What a run may take to write its files after its last call."""

Field: TypeAlias = str | bytes

SILENT_SDP = """v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000"""
SOUNDING_SDP = SILENT_SDP.replace("[media_port]", "[rtpstream_audio_port]")


class _Scenario(Template):
    delimiter = "@"
    pattern = r"@(?:(?P<escaped>@)|\{(?P<braced>[a-z_]+)\}|(?P<named>(?!))|(?P<invalid>(?!)))"  # type: ignore[assignment]  # a str is what Template reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What sipp is to do.

    Args:
        scenario: a file's name in `scenarios/`, without its ending.
        address: sipp's own.
        port: sipp's own; 0 for a free one.
        target: `address:port` of Asterisk.
        dials: the number called, for callers.
        rows: [field0], [field1] ... call by call, over and over. They can hold neither line ends nor `;` nor, but for sipp's own
            keywords, `[`.
        calls: how many; 0 for a seat, which takes what comes until it is stopped.
        rate: calls a second.
        at_once: no more calls than this at a time; 0 for as many as come about.
        hold_s: how long a call talks.
        tone_hz: what is played while it talks; 0 sends no sound at all.
        values: for the scenario's own `@{...}`.
        mute: none of sipp's own answers to what a scenario does not expect.
    """

    scenario: str
    address: str
    port: int = 0
    target: str
    dials: str = ""
    rows: Sequence[Sequence[Field]] = ()
    calls: int = 0
    rate: float = 10
    at_once: int = 0
    hold_s: float = 1
    tone_hz: int = 0
    values: tuple[tuple[str, str], ...] = ()
    mute: bool = False


class Sipp:
    """One run.

    Args:
        folder: its own; made where it is missing. The written scenario, its logs and figures are in it.
    """

    def __init__(self, job: Job, folder: Path, *, program: str = "sipp") -> None:
        self.job = job
        self.folder = folder.resolve()
        self.port = job.port or free_port(job.address)
        self._program = program
        self._running: Running | None = None

    async def start(self) -> Self:
        """Begin.

        Raises:
            PhoneFault: it cannot; the sentence says why.
        """
        if self.job.scenario == "call_digits":
            _must_have_raw_sockets()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "scenario.xml").write_text(self._scenario(), encoding="latin-1")
        if self.job.rows:
            (self.folder / "rows.csv").write_bytes(_csv(self.job.rows))
        self._running = await start([self._program, *self._arguments()], folder=self.folder, log=self.folder / "screen.log")
        await self._open(self._running)
        return self

    async def finished(self, within_s: float) -> Result:
        """Wait for its last call; what came of them.

        Raises:
            NotHappened: it is still calling after that time. PhoneFault: it could not run at all.
        """
        running = self._begun()
        try:
            async with asyncio.timeout(within_s):
                await running.process.wait()
        except TimeoutError:
            await self.stop()
            raise NotHappened("sipp_not_finished", f"sipp's {self.job.scenario} was not finished within {within_s:g} s.") from None
        return self._result()

    async def stop(self) -> Result | None:
        """End it, calls under way or not; what came of those that were finished. Safe to call twice."""
        if self._running is None:
            return None
        if self.job.mute:
            await self._running.kill()
        await self._running.stop(ask=signal.SIGUSR1)  # as the key q: no new calls, an end after the last one
        return read_result(self.folder, exit_code=self._running.process.returncode or 0)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _open(self, running: Running) -> None:
        try:
            async with asyncio.timeout(START_S):
                while not (running.ended or taken(self.job.address, self.port)):
                    await asyncio.sleep(RETRY_S)
        except TimeoutError:
            await running.kill()
        if running.ended:
            self._result()  # all calls made already, or the reason why not

    def _begun(self) -> Running:
        if self._running is None:
            raise PhoneFault("sipp_not_started", f"sipp's {self.job.scenario} has not been started.")
        return self._running

    def _result(self) -> Result:
        running = self._begun()
        result = read_result(self.folder, exit_code=running.process.returncode or 0)
        if result is None:
            raise PhoneFault("sipp_failed", f"sipp's {self.job.scenario} did not run: {running.last_words()}")
        return result

    def _scenario(self) -> str:
        values = {"hold_ms": str(round(self.job.hold_s * 1000)), "patience_ms": str(PATIENCE_MS), "sdp": SILENT_SDP, "sound": ""}
        values |= dict(self.job.values)
        if self.job.tone_hz:
            tone = write_tone_mulaw(self.folder / f"{self.job.tone_hz}.ul", self.job.tone_hz, TONE_S)
            play = f'  <nop><action><exec rtp_stream="{tone},-1,0,PCMU/8000"/></action></nop>\n'
            values |= {"sdp": SOUNDING_SDP, "sound": play}
        return _Scenario((SCENARIOS / f"{self.job.scenario}.xml").read_text()).substitute(values)

    def _arguments(self) -> list[str]:
        job = self.job
        chosen = ["-sf", "scenario.xml", job.target, "-i", job.address, "-mi", job.address, "-p", str(self.port)]
        chosen += ["-s", job.dials] if job.dials else []
        chosen += ["-inf", "rows.csv"] if job.rows else []
        chosen += ["-m", str(job.calls), "-r", f"{job.rate:g}"] if job.calls else []
        chosen += ["-l", str(job.at_once)] if job.at_once else []
        chosen += ["-nd"] if job.mute else ["-aa"]
        files = ["-trace_stat", "-stf", "figures.csv", "-fd", "1", "-trace_err", "-error_file", "errors.log"]
        files += ["-trace_logs", "-log_file", NOTES, "-trace_shortmsg", "-shortmessage_file", MESSAGES]
        return [*chosen, *files, "-nostdin"]


async def run_sipp(job: Job, folder: Path, *, within_s: float | None = None) -> Result:
    """Run to the end; what came of it.

    Args:
        within_s: None for what the calls should take, and some seconds.

    Raises:
        NotHappened, PhoneFault: see `Sipp.finished`.
    """
    async with Sipp(job, folder) as sipp:
        return await sipp.finished(job.calls / job.rate + job.hold_s + 10 + FINISH_S if within_s is None else within_s)


def statuses(folder: Path) -> dict[int, int]:
    """How each call of the scenario `call_odd` was answered: its place in the rows, from 1 -> the SIP status, 0 for not at all."""
    lines = (line.split() for line in (folder / NOTES).read_text(errors="replace").splitlines() if line.startswith("STATUS "))
    return {int(number): int(status) for _, number, status in lines}


def _csv(rows: Sequence[Sequence[Field]]) -> bytes:
    lines = [b";".join(field.encode() if isinstance(field, str) else field for field in row) for row in rows]
    if any(b"\n" in line or b"\r" in line for line in lines):
        raise PhoneFault("sipp_field", "A field of a sipp job holds a line end, which its file cannot.")
    return b"SEQUENTIAL\n" + b"".join(line + b"\n" for line in lines)


def _must_have_raw_sockets() -> None:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        sentence = "sipp can press keys only as root (it needs a raw socket); let a Softphone press them, or send none."
        raise PhoneFault("sipp_needs_root", sentence) from None
