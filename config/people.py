"""Sections about the people at the seats: agents, why they pause, and what they key in at their phones."""

from typing import Annotated

from pydantic import Field

from config.fields import Name, Secret, Section, Skills, Text

AgentId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
"""An agent's number; only one of digits can be keyed in at a phone."""
FeatureCode = Annotated[str, Field(pattern=r"^[0-9*]{2,8}$")]
"""What a seat's phone dials; in YAML one that begins with * stands in quotes."""
Digit = Annotated[str, Field(pattern=r"^[0-9]$")]
"""One digit of a telephone."""


class AgentSettings(Section):
    """One who works at seats."""

    name: Text | None = None
    """His name, for people; empty: there is none."""
    pin: Secret | None = None
    """What he shows that it is he, 4 to 12 digits; empty: whoever may use the API or sits at a seat's phone may sign him in."""
    groups: tuple[Name, ...] = ()
    """The groups that a seat serves while he is signed in there; empty: the seat's own."""
    skills: Skills = Field(default_factory=dict)
    """What he can do: skill to level, 1 to 9, for the seat he is signed in at; empty: what the seat itself can."""


class SeatCodesSettings(Section):
    """What a seat's phone dials to change the seat's state; each is confirmed by a spoken sentence."""

    enabled: bool = True
    """Whether seats' phones can dial these; otherwise what they dial reaches nobody."""
    ready: FeatureCode = "*10"
    """The seat takes calls; like every code that begins with * it stands in quotes."""
    pause: FeatureCode = "*11"
    """The seat pauses; asks for the digit of the reason, which may also follow at once (*112)."""
    sign_out: FeatureCode = "*12"
    """The seat's agent signs out."""
    sign_in: FeatureCode = "*13"
    """An agent signs in here; asks for his number and his PIN."""
    wrapped_up: FeatureCode = "*14"
    """Wrap-up ends."""
    extend: FeatureCode = "*15"
    """Wrap-up lasts longer."""
    state: FeatureCode = "*19"
    """Says which state the seat is in."""
