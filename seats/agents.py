"""Agents: who may sign in, and how each shows that it is he."""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from calls.clock import Clock
from calls.errors import NotFound, Refused

MOST_WRONG: Final = 5
"""Wrong PINs in a row, after which an agent cannot sign in by PIN for a while: a PIN is short, and guessing must be slow."""
LOCKED_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One who works at seats.

    Args:
        agent_id: his number (工号). Only one of digits can be keyed in at a phone.
        pin: asked for where he signs in himself; "" asks for none.
        groups, skills: what a seat serves while he is signed in there; empty: the seat's own.
    """

    agent_id: str
    name: str = ""
    pin: str = field(default="", repr=False)
    groups: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)


class Agents:
    """All agents of the hotline, and how often each was asked for with a wrong PIN (at this engine)."""

    def __init__(self, clock: Clock, agents: Mapping[str, Agent] = MappingProxyType({})) -> None:
        self._agents = agents
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def go_by(self, agents: Mapping[str, Agent]) -> None:
        """From now on these are all; wrong PINs are not forgotten."""
        self._agents = agents

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def agent(self, agent_id: str) -> Agent:
        """Raises: NotFound."""
        agent = self._agents.get(agent_id)
        if agent is None:
            raise NotFound("agent_unknown", f"There is no agent {agent_id:.32}; agents stand in the configuration.", agent=agent_id)
        return agent

    def shown(self, agent_id: str, pin: str) -> Agent:
        """The agent who shows by his PIN that it is he.

        Raises: NotFound. Refused("pin_wrong"), or ("pin_locked") after `MOST_WRONG` wrong ones, for `LOCKED_S`.
        """
        agent = self.agent(agent_id)
        wrong, since = self._wrong.get(agent_id, (0, 0.0))
        if self._clock.monotonic() - since >= LOCKED_S:
            wrong = 0
        if wrong >= MOST_WRONG:
            sentence = f"Agent {agent_id} was asked for with {MOST_WRONG} wrong PINs; wait {LOCKED_S:g} s, or let a supervisor sign him in."
            raise Refused("pin_locked", sentence, agent=agent_id)
        if agent.pin and not hmac.compare_digest(agent.pin.encode(), pin.encode(errors="replace")):
            self._wrong[agent_id] = wrong + 1, self._clock.monotonic()
            raise Refused("pin_wrong", f"This is not the PIN of agent {agent_id}.", agent=agent_id)
        self._wrong.pop(agent_id, None)
        return agent
