"""Agents, their sign-in, why they pause and what they do after a call, as JSON."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr, StrictInt

from api.documents.plain import Document, Question
from seats.agents import Agent


class AgentItem(Document):
    """One who may sign in. `seat` is where he is signed in; what a seat serves then is `groups` and `skills`, if he has any."""

    agent: str
    name: str | None
    seat: str | None
    has_pin: bool
    groups: list[str]
    skills: dict[str, int]


class AgentList(Document):
    """All agents, by number."""

    items: list[AgentItem]


class PauseReason(Document):
    """A reason to pause."""

    code: str
    text: str


class PauseReasonList(Document):
    """All reasons that are configured."""

    items: list[PauseReason]


class BeginsAs(StrEnum):
    """What a seat is once an agent has signed in."""

    READY = "ready"
    PAUSED = "paused"


class SignIn(Question):
    """Who is at the seat from now on."""

    agent: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="His number.")]
    pin: Annotated[SecretStr, Field(max_length=32, description="His PIN, where he has one; supervisors need not give it.")] = SecretStr("")
    state: Annotated[BeginsAs, Field(description="What the seat is then.")] = BeginsAs.READY


class Extension(Question):
    """How much longer wrap-up is to last."""

    seconds: Annotated[StrictInt | None, Field(ge=1, le=3600, description="So much longer; left out: seats.wrap_up_s.")] = None


def agent_item(agent: Agent, seat_id: str | None) -> AgentItem:
    """An agent in the list."""
    return AgentItem(
        agent=agent.agent_id,
        name=agent.name or None,
        seat=seat_id,
        has_pin=bool(agent.pin),
        groups=list(agent.groups),
        skills=dict(agent.skills),
    )
