"""One caller under the engine's hand, in the words an IVR uses."""

import asyncio
from collections.abc import Mapping
from typing import Final, NoReturn

from calls.errors import LegGone, PbxFault
from pbx.agi.lines import QUICK_S, Command, is_plain, line_of, variables_of
from pbx.agi.link import AgiLink
from pbx.agi.request import AgiRequest
from pbx.agi.results import Ending, Executed, Heard, Recorded, executed, fault_of, many_keys, one_key, recorded
from pbx.agi.wire import Reply

_LAST_WORD_S: Final = 2.0
_LAST_WORD: Final = Command(line_of("SET VARIABLE", "ZHIDA_DONE", "1"), "SET VARIABLE", deadline_s=_LAST_WORD_S, even_if_gone=True)


class AgiSession:
    """One call, for as long as Asterisk leaves it to the engine.

    One coroutine owns it and sends one command at a time; a second command meanwhile is `OutOfTurn`, a programming error,
    because it would wait for as long as a talk takes. Only `interrupt`, `wait_gone` and `close` are for others as well.
    Every method raises LegGone once the caller has hung up, without asking Asterisk, and PbxFault where Asterisk does not
    answer or refuses. Methods with `even_if_gone` also work between the hang-up and the end of the session.

    Args:
        link: the connection. request: the call. stopping: set when the server is about to stop.
    """

    def __init__(self, link: AgiLink, request: AgiRequest, stopping: asyncio.Event) -> None:
        self.request = request
        self.stopping = stopping
        self.finished = False
        self._link = link

    @property
    def dead(self) -> bool:
        """Whether the caller has hung up, or the connection is closed.

        Asterisk tells of a hang-up right behind the reply of the application it ended (0.1 ms later), so after EXEC this is
        certain only when the next reply is in.
        """
        return self._link.dead

    @property
    def hung_up(self) -> bool:
        """Whether the caller has hung up. Where only the connection is gone, he goes on in the dialplan, to the next engine."""
        return self._link.hung_up

    @property
    def tampered(self) -> bool:
        """Whether a caller got line ends into what Asterisk sends: nothing of what it says of him is to be trusted."""
        return self.request.tampered or self._link.strays > 0

    async def wait_gone(self) -> None:
        """Return when the caller has hung up or the connection is closed; at once if that is so already."""
        await self._link.gone.wait()

    def interrupt(self) -> bool:
        """Stop the prompt that plays, or the wait for keys, from another task; False when there is none that can be stopped.

        Its coroutine gets Ending.INTERRUPTED, or the key that came first. Cancelling that coroutine's task does the same.
        """
        return self._link.interrupt()

    async def command(self, verb: str, *fields: str, deadline_s: float | None = QUICK_S, even_if_gone: bool = False) -> Reply:
        """Send any command, each field quoted. The reply is 200.

        Raises: Refused: a field cannot be sent.
        """
        return await self._ask(Command(line_of(verb, *fields), verb, deadline_s, even_if_gone))

    # ── variables ──

    async def set_variable(self, name: str, value: str, *, even_if_gone: bool = False) -> None:
        """Set a channel variable or writable function; a leading `__` makes it inherited. The value may be any text of one line."""
        await self.command("SET VARIABLE", name, value, even_if_gone=even_if_gone)

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Set several: in one round trip when all names and values are of [A-Za-z0-9._:/@+-], else one by one."""
        if all(is_plain(name) and is_plain(value) for name, value in values.items()):
            await self.command("EXEC", "MSet", ",".join(f"{name}={value}" for name, value in values.items()))
            return
        for name, value in values.items():
            await self.set_variable(name, value)

    async def get_variable(self, name: str, *, even_if_gone: bool = False) -> str:
        """The value of a channel variable or function, like CALLERID(num); "" when it is not set."""
        return (await self.get_variables(name, even_if_gone=even_if_gone))[0]

    async def get_variables(self, *names: str, even_if_gone: bool = False) -> tuple[str, ...]:
        """The values of several in one round trip, whatever bytes are in them.

        Raises: Refused: a name that is not one, in particular one with `${…}` in it.
        """
        mark = f"~{self._link.mark}~"
        command = Command(variables_of(names, mark), "GET FULL VARIABLE", even_if_gone=even_if_gone, mark=mark)
        reply = await self._ask(command)
        *values, _ = (reply.value or "").split(mark)
        if len(values) != len(names):
            raise PbxFault("agi_out_of_step", "Asterisk's answer is not the value of the variables asked for.")
        return tuple(values)

    # ── the call ──

    async def answer(self) -> None:
        """Answer the call, if it has not been yet."""
        reply = await self.command("ANSWER")
        if reply.result == "-1":
            await self._failed("ANSWER", "agi_not_answered")

    async def hangup(self) -> None:
        """Hang the caller up. The hang-up is then told like any other."""
        await self.command("HANGUP")

    async def noop(self) -> None:
        """A round trip. After it, every hang-up up to the moment it was sent is known."""
        await self.command("NOOP", even_if_gone=True)

    async def verbose(self, text: str, level: int = 1) -> None:
        """Write to Asterisk's console."""
        await self.command("VERBOSE", text, str(level), even_if_gone=True)

    async def exec(self, application: str, data: str = "", *, deadline_s: float | None = None, even_if_gone: bool = False) -> Executed:
        """Run a dialplan application. It cannot be interrupted; after a cancel the next command waits for its end.

        `data` is split by the application (`,` and for Dial `&`, `^`): text of a caller's does not belong in it.
        A `deadline_s` is for those that return at once (StartMusicOnHold): one that does not costs the connection.
        Raises: PbxFault: Asterisk has no such application.
        """
        reply = await self.command("EXEC", application, data, deadline_s=deadline_s, even_if_gone=even_if_gone)
        return executed(reply, application)

    # ── prompts and keys ──

    async def stream_file(self, prompt: str, escape_digits: str = "") -> Heard:
        """Play a prompt: PLAYED, KEYED by one of `escape_digits`, or INTERRUPTED. It ends music on hold.

        Raises: PbxFault: there is no such prompt.
        """
        heard = one_key(await self._listen("STREAM FILE", prompt, escape_digits), Ending.PLAYED)
        return heard or await self._failed("STREAM FILE", "prompt_not_played", prompt)

    async def get_data(self, prompt: str, timeout_s: float, max_digits: int) -> Heard:
        """Play a prompt and collect keys until `#`, `max_digits`, or `timeout_s` after the last one or the prompt's end."""
        heard = many_keys(await self._listen("GET DATA", prompt, _ms(timeout_s), str(max_digits)))
        return heard or await self._failed("GET DATA", "prompt_not_played", prompt)

    async def wait_for_digit(self, timeout_s: float) -> Heard:
        """Wait for one key: KEYED or TIMED_OUT. Asterisk logs a warning when this is interrupted."""
        heard = one_key(await self._listen("WAIT FOR DIGIT", _ms(timeout_s), deadline_s=timeout_s + QUICK_S), Ending.TIMED_OUT)
        return heard or await self._failed("WAIT FOR DIGIT", "agi_wait_failed")

    async def say_digits(self, digits: str, escape_digits: str = "") -> Heard:
        """Say digits one by one. It cannot be interrupted: where a seat may become free meanwhile, play a prompt instead."""
        reply = await self.command("SAY DIGITS", digits, escape_digits, deadline_s=None)
        return one_key(reply, Ending.PLAYED) or await self._failed("SAY DIGITS", "prompt_not_played")

    async def say_number(self, number: int, escape_digits: str = "") -> Heard:
        """Say a number in the channel's language. It cannot be interrupted, see `say_digits`."""
        reply = await self.command("SAY NUMBER", str(number), escape_digits, deadline_s=None)
        return one_key(reply, Ending.PLAYED) or await self._failed("SAY NUMBER", "prompt_not_played")

    # ── recording ──

    async def record_file(self, path: str, *, keys: str, longest_s: float, silence_s: int) -> Recorded:
        """Write what the caller says to <path>.wav until one of the keys, so much silence (0: none ends it), or the longest time.

        It cannot be interrupted, and where the connection is lost Asterisk records on to that end. A silence at the end is cut off
        the file, but for a second. Unlike all others this returns where the caller hung up.
        Raises: PbxFault: the file cannot be written.
        """
        silence = (f"s={silence_s}",) if silence_s else ()
        reply = await self.command("RECORD FILE", path, "wav", keys, _ms(longest_s), "0", *silence, deadline_s=None)
        return recorded(reply) or await self._failed("RECORD FILE", "voicemail_not_recorded")

    # ── the end ──

    async def finish(self) -> None:
        """The last word: ZHIDA_DONE=1, so that the dialplan does not bring the call to the next engine; then close.

        A prompt is stopped; an application that still runs is waited for, 2 s at most. Once closed it does nothing.
        Raises: PbxFault: Asterisk did not take it. The session is closed all the same, and the next engine is asked.
        """
        if self._link.closed:
            return
        try:
            self._link.interrupt()
            await self._ask(_LAST_WORD)
            self.finished = True
        except LegGone:
            return  # the connection went first, and the call with it
        finally:
            self._link.close()

    def close(self) -> None:
        """Close without the last word: the dialplan goes on to the next engine."""
        self._link.close()

    # ──

    async def _ask(self, command: Command) -> Reply:
        reply = await self._link.ask(command)
        fault = fault_of(reply, command.verb)
        if fault is not None:
            raise fault
        return reply

    async def _listen(self, verb: str, *fields: str, deadline_s: float | None = None) -> Reply:
        return await self._ask(Command(line_of(verb, *fields), verb, deadline_s, stoppable=True))

    async def _failed(self, verb: str, code: str, prompt: str = "") -> NoReturn:
        """Say why a command failed. A hang-up is told right behind the reply, so one more round trip knows."""
        await self.noop()
        if self.dead:
            raise LegGone("caller_hung_up", f"The caller has hung up during {verb}.", verb=verb)
        what = f"{verb} of {prompt!r}" if prompt else verb
        raise PbxFault(code, f"Asterisk could not carry out {what}.", verb=verb, prompt=prompt)


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))
