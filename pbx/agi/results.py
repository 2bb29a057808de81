"""What a reply means, said in types. Pure."""

from dataclasses import dataclass
from enum import Enum

from calls.errors import LegGone, PbxFault
from pbx.agi.conversation import STOPPED
from pbx.agi.wire import Reply


class Executed(Enum):
    """How a dialplan application ended."""

    DONE = "done"  # it returned 0 or more
    ENDED = "ended"  # it returned -1: the channel has hung up, a Dial without `g` is over, or the application gave up


class Ending(Enum):
    """Why listening ended."""

    PLAYED = "played"  # the prompt played to its end
    KEYED = "keyed"  # by a key, or by as many as were asked for
    TIMED_OUT = "timed_out"  # nobody pressed in time; keys pressed until then are kept
    INTERRUPTED = "interrupted"  # by `interrupt`


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was pressed while playing or waiting: `keys` is "" when nothing was."""

    keys: str = ""
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """How RECORD FILE ended: `keys` is the key that ended it, "" where none did; `gone`: the caller hung up.

    How much is in the file it does not tell: `endpos` is where the disk was full, and a silence is cut off.
    """

    keys: str = ""
    gone: bool = False


_INTERRUPTED = Heard(ending=Ending.INTERRUPTED)
_KEYS = {str(ord(key)): key for key in "0123456789*#ABCD"}


def fault_of(reply: Reply, verb: str) -> PbxFault | None:
    """The error behind a reply that is not 200."""
    if reply.code == 200:
        return None
    if reply.code == 511:
        return LegGone("caller_hung_up", f"Asterisk refused {verb}, because the caller has hung up.", verb=verb)
    if reply.code == 510:
        return PbxFault("agi_unknown_command", f"Asterisk does not know the AGI command {verb}.", verb=verb)
    if reply.code == 520:
        return PbxFault("agi_usage", f"Asterisk does not accept {verb} in this form.", verb=verb, usage=reply.text)
    return PbxFault("agi_reply_unknown", f"Asterisk answered {verb} with {reply.code} {reply.text!r}.", verb=verb)


def executed(reply: Reply, application: str) -> Executed:
    """Of EXEC.

    Raises: PbxFault: Asterisk has no such application.
    """
    if reply.result == "-2":
        sentence = f"Asterisk has no application {application}: its module is not loaded."
        raise PbxFault("application_missing", sentence, application=application)
    return Executed.ENDED if reply.result.startswith("-") else Executed.DONE


def one_key(reply: Reply, nothing: Ending) -> Heard | None:
    """Of a command that one key ends, with `nothing` for its end without one; None where it failed.

    Its result is the key's character code, 0 for none, -1 for a failure, and 1 where the next line stopped it (`ast_waitfordigit_full`).
    """
    if reply is STOPPED or reply.result == "1":
        return _INTERRUPTED
    if reply.result == "0":
        return Heard(ending=nothing)
    key = _KEYS.get(reply.result)
    return None if key is None else Heard(keys=key, ending=Ending.KEYED)


def recorded(reply: Reply) -> Recorded | None:
    """Of RECORD FILE; None where it failed: the file cannot be written.

    Silence and the longest time are told alike, as `(timeout)`, with the milliseconds that were left before it (seen on 22.10).
    """
    match reply.text.partition(" ")[0]:
        case "(hangup)":
            return Recorded(gone=True)
        case "(dtmf)":
            return Recorded(keys=_KEYS.get(reply.result, ""))
        case "(timeout)":
            return Recorded()
        case _:
            return None


def many_keys(reply: Reply) -> Heard | None:
    """Of GET DATA, whose result is the keys themselves; None where it failed."""
    if reply is STOPPED:
        return _INTERRUPTED
    if reply.result == "-1":
        return None
    return Heard(keys=reply.result, ending=Ending.TIMED_OUT if reply.value == "timeout" else Ending.KEYED)
