"""Who may sign in, and how he shows that it is he."""

import pytest

from calls.errors import NotFound, Refused
from seats.agents import LOCKED_S, MOST_WRONG, Agent, Agents
from tests.unit.store.redis.builders import VirtualClock

WANG = Agent(agent_id="101", name="王某", pin="1101")
ANYBODY = Agent(agent_id="104")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def agents(clock: VirtualClock) -> Agents:
    return Agents(clock, {agent.agent_id: agent for agent in (WANG, ANYBODY)})


def wrong(agents: Agents, pin: str) -> str:
    with pytest.raises(Refused) as refused:
        agents.shown("101", pin)
    return refused.value.code


def test_the_pin_shows_who_it_is(agents: Agents) -> None:
    assert agents.shown("101", "1101") is WANG
    for pin in ("", "1102", "11011", "１１０１", "\udc00"):
        assert wrong(agents, pin) == "pin_wrong"


def test_who_has_no_pin_needs_none(agents: Agents) -> None:
    assert agents.shown("104", "") is ANYBODY
    assert agents.shown("104", "whatever was keyed in") is ANYBODY


def test_who_is_no_agent_is_told_so(agents: Agents) -> None:
    for ask in (agents.agent, lambda number: agents.shown(number, "1101")):
        with pytest.raises(NotFound):
            ask("102")


def test_guessing_is_slow(agents: Agents, clock: VirtualClock) -> None:
    for _ in range(MOST_WRONG):
        assert wrong(agents, "0000") == "pin_wrong"
    assert wrong(agents, "1101") == "pin_locked"
    clock.pass_s(LOCKED_S)
    assert agents.shown("101", "1101") is WANG


def test_one_right_pin_makes_up_for_the_wrong_ones(agents: Agents) -> None:
    for _ in range(3):
        for _ in range(MOST_WRONG - 1):
            wrong(agents, "0000")
        assert agents.shown("101", "1101") is WANG


def test_a_new_list_of_agents_forgets_no_wrong_pin(agents: Agents) -> None:
    for _ in range(MOST_WRONG):
        wrong(agents, "0000")
    agents.go_by({"101": WANG})
    assert wrong(agents, "1101") == "pin_locked"
    with pytest.raises(NotFound):
        agents.agent("104")


def test_no_pin_is_ever_shown(agents: Agents) -> None:
    assert "1101" not in repr(WANG)
    with pytest.raises(Refused) as refused:
        agents.shown("101", "2222")
    assert "2222" not in refused.value.sentence + str(refused.value.fields)
