"""One of several Asterisks is silent: which of its calls are over, and whose affair that is."""

from types import SimpleNamespace
from typing import Any

from engine.reconcile import OneOf, Reconciler
from routing.waiting import CallState

HERE, THERE = "lab-1-1.0", "lab-2-1.0"


class Waiting:
    """Some calls, of engines that live or do not."""

    engine_id = "e1"

    def __init__(self, *calls: tuple[str, CallState, str]) -> None:
        self.held = [SimpleNamespace(call_id=call_id, state=state, engine=engine) for call_id, state, engine in calls]
        self.over: list[tuple[str, str]] = []

    async def calls(self) -> list[SimpleNamespace]:
        return self.held

    async def engines(self) -> list[str]:
        return ["e1", "e2"]

    async def end(self, call_id: str, reason: str, *, detail: str = "") -> None:
        assert detail
        self.over.append((call_id, reason))


async def given_up(waiting: Waiting, *, in_hand: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """What is ended of the second Asterisk's calls when it has been silent for long."""

    async def look(_: object) -> None:
        raise AssertionError("nobody is there to be looked at")

    link: Any = SimpleNamespace(state=SimpleNamespace(up=False))
    post: Any = SimpleNamespace(calls=set(in_hand))
    one_of = OneOf(mine=lambda call_id: call_id.startswith("lab-2-"), across="PJSIP/zhida-pbx-", look=look)
    reconciler = Reconciler(link=link, waiting=waiting, phones=None, post=post, one_of=one_of)  # type: ignore[arg-type]
    await reconciler._given_up()
    return waiting.over


async def test_its_own_calls_are_over_and_no_others() -> None:
    waiting = Waiting((HERE, CallState.WAITING, "e1"), (THERE, CallState.WAITING, "e1"), ("lab-2-1.2", CallState.TALKING, "e1"))
    assert await given_up(waiting) == [(THERE, "abandoned"), ("lab-2-1.2", "completed")]


async def test_a_call_whose_session_stands_is_alive() -> None:
    assert await given_up(Waiting((THERE, CallState.TALKING, "e1")), in_hand=(THERE,)) == []


async def test_another_living_engines_call_is_its_own_affair() -> None:
    waiting = Waiting((THERE, CallState.WAITING, "e2"), ("lab-2-1.4", CallState.WAITING, "dead"))
    assert await given_up(waiting) == [("lab-2-1.4", "abandoned")]
