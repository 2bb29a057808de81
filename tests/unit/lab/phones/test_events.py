"""What a phone has seen, and waiting for more of it."""

import asyncio

import pytest

from calls.clock import SystemClock
from lab.phones.errors import NotHappened
from lab.phones.events import Event, Kind, Story
from tests.unit.lab.phones.builders import StoppedClock, a_moment


def a_story() -> Story:
    return Story(whose="8001", clock=SystemClock())


def ended(story: Story) -> Event | None:
    return next((event for event in story.events if event.kind is Kind.ENDED), None)


async def test_what_was_seen_already_is_found_at_once() -> None:
    story = a_story()
    seen = story.add(Kind.ENDED, "c1", "by the other side")
    assert await story.until(lambda: ended(story), within_s=0, wanted="see its call end") is seen


async def test_all_who_wait_are_told() -> None:
    story = a_story()
    waiting = [asyncio.create_task(story.until(lambda: ended(story), within_s=5, wanted="end")) for _ in range(3)]
    await a_moment()
    story.add(Kind.TALKS, "c1")
    await a_moment()
    assert not any(task.done() for task in waiting)
    seen = story.add(Kind.ENDED, "c1")
    assert await asyncio.gather(*waiting) == [seen] * 3


async def test_waiting_in_vain_tells_what_did_happen() -> None:
    story = Story(whose="8001", clock=StoppedClock())
    story.add(Kind.REGISTERED)
    story.add(Kind.RINGS, "c1", "051588880001")
    with pytest.raises(NotHappened) as failed:
        await story.until(lambda: ended(story), within_s=0, wanted="see its call end")
    assert failed.value.sentence == (
        "8001 did not see its call end within 0 s. It has seen: 00:16:40.000 registered; 00:16:40.000 rings (051588880001)."
    )
    assert isinstance(failed.value, AssertionError)


async def test_time_runs_out() -> None:
    with pytest.raises(NotHappened, match=r"did not ring within 0\.01 s\. It has seen: nothing at all"):
        await a_story().until(lambda: None, within_s=0.01, wanted="ring")


async def test_what_makes_no_event_is_looked_for_now_and_then() -> None:
    looks = iter([None, None, "heard"])
    assert await a_story().until(lambda: next(looks), within_s=5, wanted="hear", every_s=0.001) == "heard"


async def test_whoever_looks_may_give_up() -> None:
    story = a_story()

    def look() -> None:
        raise story.in_vain("is switched off")

    with pytest.raises(NotHappened, match="8001 is switched off"):
        await story.until(look, within_s=5, wanted="ring")
