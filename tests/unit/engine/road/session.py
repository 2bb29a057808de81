"""pbx.agi.session.AgiSession without a socket: the commands a road uses, on a channel of the exchange."""

import asyncio
from types import SimpleNamespace
from typing import Any

from calls.errors import LegGone, PbxFault
from pbx.agi.results import Ending, Executed, Heard, Recorded
from tests.unit.engine.road.exchange import Caller, Exchange

ROUND_TRIP_S = 0.0003
PROMPT_S = 2.0


class Session:
    """One caller for as long as an engine has him."""

    def __init__(self, caller: Caller, exchange: Exchange, *, again: int) -> None:
        query = {"try": str(again), "trunk": caller.trunk, "number": caller.number, "dial": caller.variables.get("DIALSTATUS", "")}
        if caller.back:
            query["back"] = "1"
        self.request = SimpleNamespace(uniqueid=caller.uniqueid, channel=caller.channel, extension=caller.dialled, query=query)
        self.tampered = False
        self.finished = False
        self.closed = False
        self._caller = caller
        self._exchange = exchange
        self._interrupted: asyncio.Event | None = None
        self._cut = asyncio.Event()

    @property
    def dead(self) -> bool:
        return self.closed or self.hung_up

    @property
    def hung_up(self) -> bool:
        return self._caller.gone.is_set()

    def cut(self) -> None:
        """The connection is lost; whatever application runs goes on."""
        self.closed = True
        self._cut.set()

    async def wait_gone(self) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (self._caller.gone, self._cut)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def interrupt(self) -> bool:
        if self._interrupted is None:
            return False
        self._interrupted.set()
        return True

    async def set_variable(self, name: str, value: str, *, even_if_gone: bool = False) -> None:
        await self._ask(f"SET {name}", even_if_gone=even_if_gone)
        self._caller.variables[name] = value

    async def get_variable(self, name: str, *, even_if_gone: bool = False) -> str:
        return (await self.get_variables(name, even_if_gone=even_if_gone))[0]

    async def get_variables(self, *names: str, even_if_gone: bool = False) -> tuple[str, ...]:
        await self._ask(f"GET {' '.join(names)}", even_if_gone=even_if_gone)
        return tuple(self._caller.variables.get(name, "") for name in names)

    async def answer(self) -> None:
        await self._ask("ANSWER")
        self._caller.up = True

    async def noop(self) -> None:
        await self._ask("NOOP", even_if_gone=True)

    async def exec(self, application: str, data: str = "") -> Executed:
        await self._ask(f"EXEC {application}")
        if application == "Dial":
            return await self._runs(self._exchange.dial(self._caller, data))
        if application == "ConfBridge":
            return await self._runs(self._exchange.conference(self._caller, data.partition(",")[0]))
        if application == "MixMonitor":
            self._caller.monitors += 1
            self._exchange.silent[self._caller.uniqueid] = False
            self._caller.files_begun += "Sa" not in data
            self._caller.variables["ZHIDA_RECORDING"] = f"0x{self._caller.monitors}"
        elif application == "StopMixMonitor":
            assert data == f"0x{self._caller.monitors}"
            self._exchange.silent.pop(self._caller.uniqueid, None)  # stopped already: an engine died behind it; Asterisk goes on
        elif application == "StartMusicOnHold":
            self._caller.where = "music"
        elif application == "StopMusicOnHold":
            self._caller.where = "silence"
        return Executed.DONE

    async def _runs(self, application: "asyncio.Future[int] | object") -> Executed:
        return Executed.ENDED if await self._goes_on(application) < 0 else Executed.DONE

    async def _goes_on(self, application: object) -> Any:  # noqa: ANN401  what it comes to
        """It goes on whatever becomes of the engine."""
        self._caller.app = app = asyncio.ensure_future(application)  # type: ignore[arg-type]
        cut = asyncio.ensure_future(self._cut.wait())
        await asyncio.wait({app, cut}, return_when=asyncio.FIRST_COMPLETED)
        cut.cancel()
        if not app.done():
            self._check()
        result = app.result()
        if self._caller.gone.is_set():
            await asyncio.sleep(0)  # the HANGUP comes behind the reply
        return result

    async def record_file(self, path: str, *, keys: str, longest_s: float, silence_s: int) -> Recorded:
        await self._ask("RECORD FILE")
        name = path.rpartition("/")[2].removesuffix("-in")
        work = self._exchange.records(self._caller, name, longest_s=longest_s, silence_s=silence_s)
        recorded: Recorded = await self._goes_on(work)
        if recorded.keys == "failed":
            raise PbxFault("voicemail_not_recorded", "Asterisk could not carry out RECORD FILE.")
        return recorded

    async def stream_file(self, prompt: str, escape_digits: str = "") -> Heard:
        await self._ask("STREAM FILE")
        name = prompt.rpartition("/")[2]
        if name in self._exchange.missing_prompts:
            raise PbxFault("prompt_not_played", f"Asterisk could not play {name}.")
        self._caller.heard.append(name)
        self._caller.where = name
        key = self._caller.keys.pop(name, "")
        if key and key in escape_digits:
            return Heard(keys=key, ending=Ending.KEYED)
        ending = await self._plays(PROMPT_S)
        self._caller.where = "silence"
        return Heard(ending=ending)

    async def _plays(self, seconds: float) -> Ending:
        self._interrupted = asyncio.Event()
        waits = [asyncio.ensure_future(self._interrupted.wait()), asyncio.ensure_future(self._caller.gone.wait())]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            self._check()
            return Ending.INTERRUPTED if self._interrupted.is_set() else Ending.PLAYED
        finally:
            self._interrupted = None
            for wait in waits:
                wait.cancel()

    async def wait_for_digit(self, timeout_s: float) -> Heard:
        await self._ask("WAIT FOR DIGIT")
        await self._plays(timeout_s)
        return Heard(ending=Ending.TIMED_OUT)

    async def finish(self) -> None:
        if not self._caller.gone.is_set():
            await self._ask("SET ZHIDA_DONE")
            self._caller.variables["ZHIDA_DONE"] = "1"
            self.finished = True
        self.closed = True

    async def _ask(self, command: str, *, even_if_gone: bool = False) -> None:
        if not even_if_gone:
            self._check()
        if self._caller.app is not None and not self._caller.app.done():
            await asyncio.wait({self._caller.app})  # an application cannot be interrupted; the next command waits
        self._caller.commands.append(command)
        await asyncio.sleep(ROUND_TRIP_S)

    def _check(self) -> None:
        if self.dead:
            raise LegGone("caller_hung_up", "The caller has hung up.")
