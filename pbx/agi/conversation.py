"""What is outstanding on one AGI connection: one command at a time, dead mode, and getting back in step. No I/O.

A stoppable command that is stopped by the next line is never answered. Whether it was stopped, or had just ended by itself,
shows in what comes before the reply to a token, `GET FULL VARIABLE "sync-…"`. Asterisk can take a line off the socket
together with the one before it, and then does not see it until more bytes come (stdio under a poll of the socket): so
the token is sent again (`nudge`) until the newest one is answered.
"""

from dataclasses import dataclass
from enum import Enum, auto

from pbx.agi.lines import Command, line_of
from pbx.agi.wire import Broken, Env, Hangup, Noise, Parser, Reply


class Standing(Enum):
    """Whose turn it is."""

    OPENING = auto()  # the environment is not complete
    IDLE = auto()  # Asterisk waits for a command
    AWAITING = auto()  # a command has been sent
    SYNCING = auto()  # a token has been sent: whatever comes before its reply belongs to the past
    OVER = auto()  # what came was not AGI


@dataclass(frozen=True, slots=True)
class Answered:
    """The reply to the command that was sent, or `STOPPED`."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class HungUp:
    """The channel has hung up. Told once."""


Happening = Env | Answered | HungUp | Broken

STOPPED = Reply(200, "stopped")
"""Stands for the reply of a command that was stopped and therefore has none."""


class OutOfTurn(RuntimeError):
    """A programming error: a command was to be sent while another one is under way."""


class Conversation:
    """One connection's state. Bytes in, happenings out; the lines to write are returned.

    Args:
        mark: unguessable text, which tokens are made of.
    """

    def __init__(self, mark: str) -> None:
        self.standing = Standing.OPENING
        self.dead = False
        self.in_doubt = False
        self.strays = 0
        self.tokens = 0
        self._mark = mark
        self._parser = Parser()
        self._command: Command | None = None
        self._token = ""

    @property
    def ready(self) -> bool:
        """Whether a command may be sent now."""
        return self.standing is Standing.IDLE and not self.in_doubt

    @property
    def stoppable(self) -> bool:
        """Whether `interrupt` would stop what is under way."""
        return self.standing is Standing.AWAITING and self._command is not None and self._command.stoppable

    def begin(self, command: Command) -> bytes:
        """The command's line; from now on its reply is awaited."""
        if not self.ready:
            raise OutOfTurn(f"{command.verb} was to be sent while the connection was {self.standing.name}.")
        self.standing = Standing.AWAITING
        self._command = command
        if command.mark:
            self._parser.expect(command.mark.encode())
        return command.line

    def resync(self) -> bytes:
        """A token's line, which also stops a stoppable command. To be followed by `nudge` until the standing is IDLE.

        Of a command that cannot be stopped, and whose reply does not come, it shows whether that was lost or is only late.
        """
        if self.standing not in (Standing.IDLE, Standing.AWAITING):
            raise OutOfTurn(f"A token was to be sent while the connection was {self.standing.name}.")
        self.standing = Standing.SYNCING
        self.in_doubt = False
        self._parser.expect(b"")
        return self.nudge()

    def nudge(self) -> bytes:
        """One more token; the newest is the one that counts."""
        self.tokens += 1
        self._token = f"sync-{self._mark}-{self.tokens}"
        return line_of("GET FULL VARIABLE", self._token)

    def receive(self, data: bytes) -> list[Happening]:
        """What these bytes tell, in order."""
        happenings: list[Happening] = []
        for event in self._parser.feed(data):
            if isinstance(event, Reply):
                happenings += self._reply(event)
            elif isinstance(event, Noise):
                self._stray()
            elif isinstance(event, Hangup):
                happenings += self._hang_up()
            else:
                self.standing = Standing.IDLE if isinstance(event, Env) else Standing.OVER
                happenings.append(event)
        return happenings

    def _reply(self, reply: Reply) -> list[Happening]:
        if self.standing is Standing.SYNCING and reply.value is not None and reply.value.startswith(f"sync-{self._mark}-"):
            return self._token_answered(reply.value)
        if self._command is None:
            self._stray()
            return []
        self._command = None
        if self.standing is Standing.AWAITING:
            self.standing = Standing.IDLE
        gone = self._hang_up() if reply.code == 511 else []  # "not permitted on a dead channel": AGISIGHUP=no hides the HANGUP
        return [Answered(reply), *gone]

    def _token_answered(self, token: str) -> list[Happening]:
        if token != self._token:
            return []
        self.standing = Standing.IDLE
        stopped = self._command is not None
        self._command = None
        return [Answered(STOPPED)] if stopped else []

    def _hang_up(self) -> list[Happening]:
        told = self.dead
        self.dead = True
        return [] if told else [HungUp()]

    def _stray(self) -> None:
        """Something nobody asked for: the next command waits until a token has shown where we are."""
        self.strays += 1
        self.in_doubt = self.standing is not Standing.SYNCING
