"""Asterisk's side of one AGI call, as res_agi.c has it, stepped by hand."""

import re
from dataclasses import dataclass, field

PROMPTS = ("STREAM FILE", "GET DATA", "WAIT FOR DIGIT")
SPOKEN = ("SAY DIGITS", "SAY NUMBER")
IN_DEAD_MODE = ("SET VARIABLE", "GET FULL VARIABLE", "EXEC", "NOOP", "VERBOSE")
VERBS = (*PROMPTS, *SPOKEN, *IN_DEAD_MODE, "RECORD FILE", "ANSWER", "HANGUP")


def arguments(line: str) -> list[str]:
    """`parse_args`: split at blanks, double quotes group, a backslash takes the next character as it is."""
    words: list[str] = []
    blank, quoted, escaped = True, False, False
    for char in line:
        if char == "\\" and not escaped:
            escaped = True
            continue
        if char == '"' and not escaped:
            quoted = not quoted
            if quoted and blank:
                words.append("")
                blank = False
            continue
        if char in " \t" and not quoted and not escaped:
            blank = True
            continue
        if blank:
            words.append("")
            blank = False
        words[-1] += char
        escaped = False
    return words


@dataclass
class Running:
    """A command that takes time. `why`: what RECORD FILE says in brackets."""

    verb: str
    result: str = "0"
    why: str = ""
    over: bool = False


@dataclass
class AsteriskModel:
    """Bytes in by `arrives`, bytes out in `out`; `step` takes one turn of the AGI thread.

    Args:
        applications: what EXEC of them returns at once; any other runs until `ends`.
    """

    variables: dict[str, str] = field(default_factory=dict)
    applications: dict[str, str] = field(default_factory=lambda: {"MSet": "0", "StartMusicOnHold": "0", "NoSuchApp": "-2"})
    prompts: frozenset[str] = frozenset({"welcome", "sorry"})
    out: bytes = b""
    dead: bool = False
    silent: bool = False
    hanging_up: bool = False
    running: Running | None = None
    log: list[str] = field(default_factory=list)
    _socket: bytes = b""
    _buffered: bytes = b""

    def arrives(self, data: bytes) -> None:
        self._socket += data

    def ends(self, result: str = "0", *, why: str = "") -> None:
        """What runs comes to its end by itself, or by a key."""
        if self.running is not None:
            self.running.result, self.running.why, self.running.over = result, why, True

    def step(self) -> bool:
        """Take a turn; False when there is nothing to do but wait."""
        if self.silent:
            return False
        if self.running is not None:
            return self._goes_on(self.running)
        if self.hanging_up and not self.dead:
            self.dead = True
            self.out += b"HANGUP\n"
            return True
        if not self._socket:
            return False  # the poll looks at the socket only: a line that stdio has already taken off it is not seen
        self._execute(self._line())
        return True

    def _line(self) -> str:
        if b"\n" not in self._buffered:
            self._buffered, self._socket = self._buffered + self._socket, b""
        line, _, self._buffered = self._buffered.partition(b"\n")
        return line.decode()

    def _goes_on(self, running: Running) -> bool:
        if running.over or self.hanging_up:
            result = running.result if running.over else "-1"
            self.running = None
            why = f" ({running.why or 'hangup'})" if running.verb == "RECORD FILE" else ""
            self._says(f"200 result={result}" + why + (" endpos=800" if running.verb in ("STREAM FILE", "RECORD FILE") else ""))
            return True
        if self._socket and running.verb in PROMPTS:
            self.running = None
            if running.verb == "WAIT FOR DIGIT":
                self._says("200 result=1")
            return True
        return False

    def _execute(self, line: str) -> None:
        self.log.append(line)
        words = arguments(line)
        verb = next((" ".join(words[:n]) for n in (3, 2, 1) if " ".join(words[:n]) in VERBS), "")
        fields = words[len(verb.split()) :]
        if not verb:
            self._says("510 Invalid or unknown command")
        elif self.dead and verb not in IN_DEAD_MODE:
            self._says("511 Command Not Permitted on a dead channel or intercept routine")
        elif verb in SPOKEN:
            self.running = Running(verb)
        elif verb in PROMPTS:
            self._play(verb, fields)
        elif verb == "RECORD FILE":
            if fields[0].startswith("/full/"):
                self._says("200 result=-1 (writefile)")
            else:
                self.running = Running(verb)
        elif verb == "EXEC":
            self._exec(fields[0])
        else:
            self._quick(verb, fields)

    def _play(self, verb: str, fields: list[str]) -> None:
        if verb != "WAIT FOR DIGIT" and fields[0] not in self.prompts:
            self._says("200 result=-1" + (" endpos=0" if verb == "STREAM FILE" else ""))
        else:
            self.running = Running(verb)

    def _exec(self, application: str) -> None:
        if self.dead or application in self.applications:
            self._says(f"200 result={self.applications.get(application, '-1')}")
        else:
            self.running = Running("EXEC")

    def _quick(self, verb: str, fields: list[str]) -> None:
        if verb == "GET FULL VARIABLE":
            value = re.sub(r"\$\{([^}]*)\}", lambda name: self.variables.get(name[1], ""), fields[0])
            self._says(f"200 result=1 ({value})")
            return
        if verb == "SET VARIABLE":
            self.variables[fields[0]] = fields[1]
        if verb == "HANGUP":
            self.hanging_up = True
        self._says(f"200 result={1 if verb in ('SET VARIABLE', 'HANGUP', 'VERBOSE') else 0}")

    def _says(self, line: str) -> None:
        self.out += line.encode() + b"\n"
