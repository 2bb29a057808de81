"""Section about what is keyed in during a call: by seats, and by specialists."""

from typing import Annotated

from pydantic import Field

from config.fields import Name, Section, Text

KeyCode = Annotated[str, Field(pattern=r"^\*[0-9*]{1,5}$")]
"""What is keyed in during a call; begins with *, and stands in quotes in YAML."""
ShortNumber = Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]
"""A number that is quickly keyed in."""


class SpecialistKeysSettings(Section):
    """What a specialist keys in while he is in a call."""

    hand_on: KeyCode | None = "*3"
    """A colleague of his department is rung, or, with a department's short number, one of that; ended by #."""
    leave: KeyCode | None = "**0"
    """He leaves; the others go on."""


class CallKeysSettings(Section):
    """What a seat keys in on any telephone during a call; only the seat hears what comes of it.

    `hold` and `resume`, `join` and `consult`, `mute` and `unmute` may share a code. Empty: there is no such code.
    """

    enabled: bool = True
    """Whether keys do anything during a call; otherwise they are sent on to the caller like any other."""
    next_s: Annotated[float, Field(ge=1, le=10)] = 3
    """How long the next key of a code is waited for (seconds)."""
    hold: KeyCode | None = "*2"
    """The caller hears music."""
    resume: KeyCode | None = "*2"
    """The caller is back."""
    ask: KeyCode | None = "*3"
    """A specialist is asked for; a short number of `departments` follows, ended by #."""
    join: KeyCode | None = "*4"
    """The caller comes in to seat and specialist."""
    consult: KeyCode | None = "*4"
    """The caller goes back to music, seat and specialist go on."""
    cancel: KeyCode | None = "*5"
    """No more phones are rung."""
    take_out: KeyCode | None = "*6"
    """The specialist who came in last is taken out; also the target of an announced transfer."""
    mute: KeyCode | None = "*7"
    """The caller hears, and is not heard."""
    unmute: KeyCode | None = "*7"
    """The caller is heard again."""
    transfer: KeyCode | None = "*8"
    """The caller is handed on: a seat, a short number of `groups` or a telephone number follows, ended by #."""
    announce: KeyCode | None = "*9"
    """The same, but the seat talks with them first."""
    complete: KeyCode | None = "**9"
    """The caller is left to whom he was announced to."""
    hotline: KeyCode | None = "*0"
    """The caller is handed on to another hotline (一键转接); a short number of `hotlines` follows, ended by #."""
    ticket: KeyCode | None = "**3"
    """Nobody of the department could be had: it answers by ticket."""
    pause_recording: KeyCode | None = "**7"
    """A secret is about to be said: nothing is recorded."""
    resume_recording: KeyCode | None = "**8"
    """It is recorded again."""
    leave: KeyCode | None = "**0"
    """The seat leaves; the others go on."""
    departments: dict[ShortNumber, Text] = Field(default_factory=dict)
    """Short number to department, short (税务) or as in the roster (市税务局)."""
    groups: dict[ShortNumber, Name] = Field(default_factory=dict)
    """Short number to group of seats, for `transfer` and `announce`."""
    hotlines: dict[ShortNumber, Text] = Field(default_factory=dict)
    """Short number to another hotline, a name under transfer.hotlines; one that is a number (12366) needs none."""
    specialists: SpecialistKeysSettings = SpecialistKeysSettings()
    """What specialists key in."""
