"""Asterisk's refusals, told apart once: by its words, because it gives no codes. The words are those of 22.10.1."""

from calls.errors import LegGone, NotFound, PbxFault, Refused, ZhidaError
from pbx.ami.masked_text import masked_text
from pbx.ami.messages import AmiResponse

Kind = type[ZhidaError]

# How the message begins -> (who is to act, code). The first that fits counts; all seen live but those marked [S] (source).
REFUSALS: tuple[tuple[str, Kind, str], ...] = (
    ("No such channel", LegGone, "leg_gone"),
    ("Channel does not exist", LegGone, "leg_gone"),
    ("Redirect failed", LegGone, "leg_gone"),  # [S] the channel is hanging up
    ("No active conferences", NotFound, "room_not_found"),
    ("No Conference by that name", NotFound, "room_not_found"),
    ("No Channel by that name found in Conference", NotFound, "not_in_room"),
    ("Cannot set mute flag", NotFound, "no_recording"),  # MixMonitorMute where no MixMonitor runs
    ("Permission denied", PbxFault, "ami_not_permitted"),
    ("Originate Access Forbidden", PbxFault, "ami_not_permitted"),
    ("Invalid/unknown command", PbxFault, "ami_unknown_action"),  # its module is not loaded
    ("Extension does not exist", PbxFault, "dialplan_missing"),
    ("Invalid channel", Refused, "bad_dial_string"),
)
OTHERWISE: tuple[Kind, str] = (PbxFault, "ami_refused")

NOTHING_TO_LIST = ("No active conferences", "No Conference by that name")


def fault_of(action: str, answer: AmiResponse) -> ZhidaError:
    """The error a refusal is, with Asterisk's words, masked."""
    words = masked_text(answer.message)
    kind, code = next(((kind, code) for start, kind, code in REFUSALS if words.startswith(start)), OTHERWISE)
    return kind(code, f"Asterisk refused {action}: {words or 'it gave no reason'}", action=action)


def require_ok(action: str, answer: AmiResponse) -> AmiResponse:
    """The answer, if it is none of refusal.

    Raises: what `fault_of` makes of it.
    """
    if answer.ok:
        return answer
    raise fault_of(action, answer)


def is_empty_list(answer: AmiResponse) -> bool:
    """Whether the refusal only says that there is nothing to list."""
    return not answer.ok and answer.message.startswith(NOTHING_TO_LIST)
